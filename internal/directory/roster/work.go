package roster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
)

// importer is who an import acts as: the person who started it, with no more than it needs.
func (s *Service) importer(r Run) act.Actor {
	by := act.Actor{Kind: act.Person, PersonID: r.ByID, Clock: s.Clock}
	if r.ByID == 0 {
		by.Kind = act.System
	}
	for _, action := range []string{"read", "write", "import"} {
		for _, kind := range []string{"person", "organization", "account"} {
			by.Grants = append(by.Grants, act.Grant{Action: action, Kind: kind, Scope: act.All})
		}
	}
	return by.Because(act.Cause{Event: r.eventID})
}

// work is the job's handler. It goes on where an earlier try stopped.
func (s *Service) work(ctx context.Context, j job.Job) (job.Finish, error) {
	var r Run
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) { r, err = load(ctx, tx, j.Subject.ID); return err })
	if err != nil || r.State != Running {
		return nil, err
	}
	by := s.importer(r)
	finish := func(state State, why string) job.Finish {
		return func(ctx context.Context, tx db.Tx) error { return s.end(ctx, tx, by, r, state, why) }
	}
	if j.Attempts > tries {
		return finish(Failed, "It was tried several times. The last time: "+j.Error), nil
	}
	var content bytes.Buffer
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		f, err := s.Files.Get(ctx, tx, r.fileID)
		if err != nil {
			return err
		}
		return s.Files.CopyIn(ctx, tx, &content, f.Hash)
	})
	if err != nil {
		return nil, err
	}
	in := Import{Kind: r.Kind, Source: r.Source, DryRun: r.DryRun, File: r.File, Columns: r.Columns, Values: r.Values, Start: r.Counts, After: s.note(r.ID, r.Counts.Read, true)}
	_, err = s.Run(ctx, by, inMemory(content.Bytes()), in)
	if f := fault.As(err); f != nil && (f.Code == fault.Invalid || f.Code == fault.Forbidden) {
		return finish(Failed, f.Message), nil
	}
	if err != nil {
		return nil, err
	}
	return finish(Done, ""), nil
}

// errElsewhere says that another node works on the same import.
var errElsewhere = errors.New("roster: another node goes on with this import")

// note returns what keeps the state of a run with each batch; rows that failed too when asked.
func (s *Service) note(id, read int64, rows bool) func(context.Context, db.Tx, Counts, []Bad) error {
	before := read
	return func(ctx context.Context, tx db.Tx, now Counts, bad []Bad) error {
		n, err := tx.Exec(ctx, `UPDATE import_run SET read = $1, created = $2, updated = $3, unchanged = $4, failed = $5 WHERE id = $6 AND read = $7`,
			now.Read, now.Created, now.Updated, now.Unchanged, now.Failed, id, before)
		if err == nil && n == 0 {
			err = errElsewhere
		}
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { before = now.Read })
		if !rows {
			return nil
		}
		all := &db.Bulk{}
		for _, b := range bad {
			cells, err := json.Marshal(b.Cells)
			if err != nil {
				return err
			}
			all.Add("import_bad", "import_id, line, cells, reason", id, b.Line, strings.ReplaceAll(string(cells), `\u0000`, ""), b.Reason)
		}
		return all.Write(ctx, tx)
	}
}

// RunFile imports a file from the command line, all at once, and keeps a record of it. done
// hears of each batch.
func (s *Service) RunFile(ctx context.Context, by act.Actor, open Open, filename string, in Import) (Counts, error) {
	r := Run{Kind: in.Kind, State: Running, Filename: filename, DryRun: in.DryRun, At: by.Now(), ByID: by.PersonID, Source: in.Source, File: in.File, Columns: in.Columns, Values: in.Values}
	for i := range r.Columns { // the record needs no samples of people
		r.Columns[i].Samples = []string{}
	}
	r.File.Samples = [][]string{}
	if err := may(by, in.Kind); err != nil {
		return Counts{}, err
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if err := s.insert(ctx, tx, &r); err != nil {
			return err
		}
		if r.eventID, err = s.began(ctx, tx, by, r); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE import_run SET event_id = $1 WHERE id = $2`, r.eventID, r.ID)
		return err
	})
	if err != nil {
		return Counts{}, err
	}
	by = by.Because(act.Cause{Event: r.eventID})
	in.After = s.note(r.ID, 0, false)
	n, err := s.Run(ctx, by, open, in)
	state, why := Done, ""
	if err != nil {
		state, why = Failed, err.Error()
	}
	ended := s.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error { return s.end(ctx, tx, by, r, state, why) })
	return n, errors.Join(err, ended)
}

// Bad writes the rows of an import that failed as a CSV file. Whoever may import records of
// its kind may. It opens its own transactions.
func (s *Service) Bad(ctx context.Context, by act.Actor, id int64, w io.Writer) error {
	var r Run
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) { r, err = s.Get(ctx, tx, by, id); return err })
	if err != nil {
		return err
	}
	out, err := NewBadWriter(w, r.File)
	if err != nil {
		return err
	}
	for line := 0; ; {
		var rows []Bad
		err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			found, err := tx.Query(ctx, `SELECT line, cells, reason FROM import_bad WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT 1000`, id, line)
			rows, err = db.Collect(found, err, func(row db.Scanner) (b Bad, err error) {
				var cells string
				if err := row.Scan(&b.Line, &cells, &b.Reason); err != nil {
					return b, err
				}
				return b, json.Unmarshal([]byte(cells), &b.Cells)
			})
			return err
		})
		if err != nil || len(rows) == 0 {
			return errors.Join(err, out.Write(nil))
		}
		line = rows[len(rows)-1].Line
		if err := out.Write(rows); err != nil {
			return err
		}
	}
}

// Tidy forgets files and failed rows of imports that are a week old, some at a time.
func (s *Service) Tidy(ctx context.Context, tx db.Tx, now time.Time) error {
	old := db.Micros(now.Add(-keptFor))
	rows, err := tx.Query(ctx, `SELECT `+runFields+` FROM import_run WHERE at < $1 AND file_id IS NOT NULL AND state <> 'running' ORDER BY id LIMIT 20`, old)
	stale, err := db.Collect(rows, err, scanRun)
	if err != nil {
		return err
	}
	for _, r := range stale {
		if err := s.forgetFile(ctx, tx, r, now); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM import_bad WHERE import_id IN (SELECT i.id FROM import_run i WHERE i.at < $1 AND i.state <> 'running'
		AND EXISTS (SELECT 1 FROM import_bad b WHERE b.import_id = i.id) ORDER BY i.id LIMIT 1)`, old)
	return err
}

// failed are rows that failed and name an erased person.
type failed struct{}

var _ directory.Eraser = failed{}

// Erasers remove what failed imports keep of an erased person.
func (s *Service) Erasers() []directory.Eraser { return []directory.Eraser{failed{}} }

// What implements directory.Eraser.
func (failed) What() string { return "failed rows of imports" }

func (failed) where(who directory.Erasing) *db.Where {
	return (&db.Where{}).Any(func(or *db.Where) {
		for _, a := range who.Addresses {
			or.And(`LOWER(cells) LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(a)+"%")
		}
	})
}

// Count implements directory.Eraser.
func (f failed) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	w := f.where(who)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM import_bad WHERE `+w.SQL()+` LIMIT 1001) AS bounded`, w.Args()...).Scan(&n)
	return db.Capped(n), err
}

// Erase implements directory.Eraser.
func (f failed) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, _ int) (int, error) {
	w := f.where(who)
	_, err := tx.Exec(ctx, `DELETE FROM import_bad WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return 0, fmt.Errorf("rows of imports: %w", err)
	}
	return 0, nil
}
