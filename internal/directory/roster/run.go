package roster

import (
	"context"
	"errors"
	"fmt"
	"io"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Counts say how far an import is.
type Counts struct {
	Read      int64 `json:"read"`
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Failed    int64 `json:"failed"`
}

// Bad is a row that failed.
type Bad struct {
	Line   int
	Cells  []string
	Reason string
}

// Import is one run over a file.
type Import struct {
	Kind    string // People, Organizations, Accounts or Contacts
	Source  string // names the system that external ids are of
	DryRun  bool
	File    File
	Columns []Column
	Values  map[string]string // what every row has in a field that the file does not have
	Start   Counts            // what an earlier, interrupted run has done
	// After runs at the end of each batch, in its transaction (of its own in a dry run). It
	// may run twice.
	After func(ctx context.Context, tx db.Tx, now Counts, bad []Bad) error
	// Done hears of each batch once it is stored.
	Done func(now Counts, bad []Bad) error
	// Contact lists somebody as a contact, in a transaction that may run twice: the owner of the
	// list checks who may. Only for Contacts.
	Contact func(ctx context.Context, tx db.Tx, by act.Actor, c Contact) (added, changed bool, err error)
}

// Importer brings rows into the directory.
type Importer struct {
	DB        *db.DB
	Directory *directory.Service
	Ledger    *ledger.Ledger
	// Account makes an organization an account or changes it, in a transaction that may run twice;
	// values are the fields of the row by name. nil where there are no accounts.
	Account func(ctx context.Context, tx db.Tx, by act.Actor, source string, organization int64, values map[string]string) (changed bool, err error)
}

// rowsPerBatch is how many rows share a transaction.
const rowsPerBatch = 200

// may refuses somebody who may not import. Whoever owns a list of contacts checks each row.
func (in Import) may(by act.Actor) error {
	if in.Kind == Contacts && in.Contact != nil {
		return nil
	}
	return may(by, in.Kind)
}

func may(by act.Actor, kind string) error {
	records := map[string][]string{People: {"person"}, Organizations: {"organization"}, Accounts: {"organization", "account"}}[kind]
	if len(records) == 0 {
		return fault.Field("kind", kind, "people, organizations or accounts", "%q cannot be imported.", kind)
	}
	for _, what := range records {
		for _, action := range []string{"import", "write", "read"} {
			if !auth.Scope(by, action, what).All() {
				return by.Denied(action, what)
			}
		}
	}
	return nil
}

// tried is a row of a batch that passed its first check.
type tried struct {
	row Row
	rec record
}

// Run imports the file. Whoever may import and write records of the kind may. An error
// means that it stopped; what was stored before stays, and running it again is safe.
func (im *Importer) Run(ctx context.Context, by act.Actor, open Open, in Import) (Counts, error) {
	n, skip := in.Start, in.Start.Read
	if err := in.may(by); err != nil {
		return n, err
	}
	rows, file, err := in.File.rows(open)
	if err != nil {
		return n, err
	}
	defer file.Close()
	for end := false; !end; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		var batch []tried
		var bad []Bad
		for read := 0; read < rowsPerBatch; read++ {
			row, err := rows.next()
			if end = errors.Is(err, io.EOF); end {
				break
			}
			if err != nil {
				return n, fmt.Errorf("read the file: %w", err)
			}
			if skip > 0 {
				skip--
				continue
			}
			n.Read++
			if rec, err := im.check(in, row); err != nil {
				bad = append(bad, Bad{row.Line, row.Cells, says(err)})
			} else {
				batch = append(batch, tried{row, rec})
			}
		}
		if n, err = im.store(ctx, by, in, n, batch, bad); err != nil {
			return n, err
		}
	}
	return n, nil
}

// check looks at a row as far as it can without the database.
func (im *Importer) check(in Import, row Row) (record, error) {
	if row.Bad != "" {
		return nil, fault.New(fault.Invalid, "%s", row.Bad)
	}
	if len(row.Cells) != len(in.File.Header) {
		return nil, fault.New(fault.Invalid, "It has %d cells and the header has %d.", len(row.Cells), len(in.File.Header))
	}
	c := cells{in.Columns, row.Cells, in.Values}
	switch in.Kind {
	case Organizations:
		return readOrganization(c)
	case Accounts:
		return readAccount(c, im.Account)
	case Contacts:
		return readContact(c, in.Contact)
	default:
		return readPerson(c)
	}
}

// says is an error as the file of failed rows tells it.
func says(err error) string {
	if f := fault.As(err); f != nil {
		text := f.Message
		if len(f.Details) == 1 && f.Details[0].Accepted != "" {
			text += " Accepted: " + f.Details[0].Accepted + "."
		}
		return text
	}
	return err.Error()
}

// rowError is a row that the directory refused; its batch goes again without it.
type rowError struct {
	at  int
	err error
}

// Error implements error.
func (e *rowError) Error() string { return e.err.Error() }

// errDry takes back what a dry run did.
var errDry = errors.New("roster: only tried")

// store imports a batch whole; a row that is refused is taken out and the rest tried again.
func (im *Importer) store(ctx context.Context, by act.Actor, in Import, n Counts, batch []tried, bad []Bad) (Counts, error) {
	for {
		now := n
		err := im.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			now = n
			for i, t := range batch {
				did, err := t.rec.apply(ctx, tx, by, im.Directory, in.Source)
				if f := fault.As(err); f != nil && f.Code != fault.Unavailable && f.Code != fault.Internal {
					return &rowError{i, err}
				}
				if err != nil {
					return fmt.Errorf("line %d: %w", t.row.Line, err)
				}
				now.count(did)
			}
			now.Failed += int64(len(bad))
			if in.DryRun {
				return errDry
			}
			return in.after(ctx, tx, now, bad)
		})
		var refused *rowError
		switch {
		case errors.As(err, &refused):
			row := batch[refused.at].row
			bad = append(bad, Bad{row.Line, row.Cells, says(refused.err)})
			batch = append(batch[:refused.at:refused.at], batch[refused.at+1:]...)
			continue
		case errors.Is(err, errDry):
			err = im.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return in.after(ctx, tx, now, bad) })
		}
		if err == nil && in.Done != nil {
			err = in.Done(now, bad)
		}
		return now, err
	}
}

func (in Import) after(ctx context.Context, tx db.Tx, now Counts, bad []Bad) error {
	if in.After == nil {
		return nil
	}
	return in.After(ctx, tx, now, bad)
}

func (n *Counts) count(did outcome) {
	switch did {
	case created:
		n.Created++
	case updated:
		n.Updated++
	default:
		n.Unchanged++
	}
}
