package roster

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
)

// importJob runs an import that was uploaded.
const importJob = "directory.import"

// tries is how often an import goes on after trouble before it is given up.
const tries = 6

// keptFor is how long uploaded files and failed rows are kept.
const keptFor = 7 * 24 * time.Hour

// State says where an import stands.
type State string

// The states of an import.
const (
	Uploaded State = "uploaded" // looked at; waits to be started
	Running  State = "running"  // or about to
	Done     State = "done"
	Failed   State = "failed"
)

// Run is an import as it is kept.
type Run struct {
	ID       int64
	Kind     string
	State    State
	Filename string
	DryRun   bool
	Counts   Counts
	Error    string // why it failed, or why it cannot be started as it is mapped
	At       time.Time
	ByID     int64
	Ended    time.Time // zero until done or failed
	Source   string
	File     File
	Columns  []Column
	Values   map[string]string // what every row has in a field that the file does not have

	fileID  int64
	eventID int64
}

// kept is what a row keeps as JSON.
type kept struct {
	Source  string            `json:"source"`
	File    File              `json:"file"`
	Columns []Column          `json:"columns"`
	Values  map[string]string `json:"values,omitempty"`
}

// Service imports uploaded files.
type Service struct {
	Importer
	Files *file.Service
	Jobs  *job.Queue
	Clock func() time.Time
}

// New returns the service and registers its job.
func New(im Importer, files *file.Service, jobs *job.Queue, clock func() time.Time) *Service {
	s := &Service{Importer: im, Files: files, Jobs: jobs, Clock: clock}
	jobs.HandleIO(importJob, job.Options{Parallel: 1, MaxAttempts: tries + 1}, s.work)
	return s
}

// Upload looks at a file and keeps it. Whoever may import records of the kind may. It opens
// its own transactions.
func (s *Service) Upload(ctx context.Context, by act.Actor, kind, filename, encoding, source string, content []byte) (Run, error) {
	r := Run{Kind: kind, State: Uploaded, Filename: file.CleanName(filename), At: by.Now(), ByID: by.PersonID, Source: source}
	if err := may(by, kind); err != nil {
		return r, err
	}
	var err error
	if r.File, err = Inspect(inMemory(content), encoding); err != nil {
		return r, err
	}
	r.Columns, err = Map(kind, r.File, nil)
	if err != nil && r.Columns == nil {
		return r, err
	}
	if err != nil {
		r.Error = err.Error()
	}
	blob, err := s.Files.PutBytes(ctx, content, by.Now())
	if err != nil {
		return r, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		f, err := s.Files.Attach(ctx, tx, by, blob, filename)
		if err != nil {
			return err
		}
		r.fileID = f.ID
		return s.insert(ctx, tx, &r)
	})
	return r, err
}

func inMemory(content []byte) Open {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
}

func (s *Service) insert(ctx context.Context, tx db.Tx, r *Run) error {
	options, err := json.Marshal(kept{r.Source, r.File, r.Columns, r.Values})
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `INSERT INTO import_run (kind, state, filename, file_id, options, dry_run, total, read, created, updated, unchanged, failed, error, event_id, at, by_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, $8, $9, $10, $11) RETURNING id`,
		r.Kind, string(r.State), r.Filename, db.NullID(r.fileID), string(options), r.DryRun, r.File.Rows, r.Error, r.eventID, db.Micros(r.At), r.ByID).Scan(&r.ID)
}

const runFields = `id, kind, state, filename, file_id, options, dry_run, read, created, updated, unchanged, failed, error, event_id, at, by_id, ended`

func scanRun(row db.Scanner) (r Run, err error) {
	var fileID, ended sql.NullInt64
	var options string
	var at int64
	err = row.Scan(&r.ID, &r.Kind, &r.State, &r.Filename, &fileID, &options, &r.DryRun, &r.Counts.Read, &r.Counts.Created, &r.Counts.Updated, &r.Counts.Unchanged,
		&r.Counts.Failed, &r.Error, &r.eventID, &at, &r.ByID, &ended)
	if err != nil {
		return r, err
	}
	var k kept
	err = json.Unmarshal([]byte(options), &k)
	r.fileID, r.At, r.Ended, r.Source, r.File, r.Columns, r.Values = fileID.Int64, db.Time(at), db.NullTime(ended), k.Source, k.File, k.Columns, k.Values
	return r, err
}

func load(ctx context.Context, tx db.Tx, id int64) (Run, error) {
	r, err := scanRun(tx.QueryRow(ctx, `SELECT `+runFields+` FROM import_run WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.Missing("import", id)
	}
	return r, err
}

// Get returns an import and how far it is. Whoever may import records of its kind may.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Run, error) {
	r, err := load(ctx, tx, id)
	if err == nil && may(by, r.Kind) != nil {
		return Run{}, fault.Missing("import", id)
	}
	return r, err
}

// List returns imports, newest first. Whoever may import people or organizations may see
// those of that kind.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) ([]Run, string, error) {
	var kinds []any
	for kind, what := range map[string]string{People: "person", Organizations: "organization", Accounts: "account"} {
		if auth.Scope(by, "import", what).All() {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return nil, "", by.Denied("import", "person")
	}
	w := (&db.Where{}).In("kind", kinds)
	return db.Newest(ctx, tx, runFields+` FROM import_run`, "id", w, page, scanRun, func(r Run) int64 { return r.ID })
}

// Chosen is how a file is imported.
type Chosen struct {
	Columns map[string]string // what each column becomes; nil: what was found
	Values  map[string]string // what every row has in fields that the file does not have
	Source  string            // names the system that external ids are of; "" as it was uploaded
}

// Start begins an uploaded import, for real or dry, with another mapping when one is given.
// One that was run dry can be started again. Whoever may import records of its kind may.
func (s *Service) Start(ctx context.Context, tx db.Tx, by act.Actor, id int64, in Chosen, dry bool) (Run, error) {
	r, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return r, err
	}
	if r.State == Running || r.State == Done && !r.DryRun {
		return r, fault.New(fault.Invalid, "This import is %s already. Upload the file again to import it again.", r.State)
	}
	if r.fileID == 0 {
		return r, fault.New(fault.Invalid, "The file of this import is not kept any more. Upload it again.")
	}
	mapping := in.Columns
	if mapping == nil {
		mapping = map[string]string{}
		for _, c := range r.Columns {
			mapping[c.Name] = c.Field
		}
	}
	if r.Values = in.Values; r.Values == nil {
		r.Values = map[string]string{}
	}
	r.Source = cmp.Or(in.Source, r.Source)
	if r.Columns, err = Map(r.Kind, r.File, mapping); err != nil {
		return r, err
	}
	r.State, r.DryRun, r.Counts, r.Error, r.Ended = Running, dry, Counts{}, "", time.Time{}
	if r.eventID, err = s.began(ctx, tx, by, r); err != nil {
		return r, err
	}
	options, err := json.Marshal(kept{r.Source, r.File, r.Columns, r.Values})
	if err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM import_bad WHERE import_id = $1`, id); err != nil {
		return r, err
	}
	n, err := tx.Exec(ctx, `UPDATE import_run SET state = 'running', dry_run = $1, options = $2, read = 0, created = 0, updated = 0, unchanged = 0, failed = 0, error = '',
		event_id = $3, ended = NULL, by_id = $4 WHERE id = $5 AND state <> 'running'`, dry, string(options), r.eventID, by.PersonID, id)
	if err != nil || n == 0 {
		return r, errors.Join(err, fault.New(fault.Invalid, "This import is running already."))
	}
	now := by.Now()
	return r, s.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: importJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "import", ID: id}, Due: now})
}

func (s *Service) began(ctx context.Context, tx db.Tx, by act.Actor, r Run) (int64, error) {
	return s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: directory.ImportStarted, Subject: ledger.Ref{Kind: "import", ID: r.ID}, Data: map[string]any{"kind": r.Kind, "dry_run": r.DryRun}})
}

// end notes how an import ended, and forgets the file unless it may be wanted again.
func (s *Service) end(ctx context.Context, tx db.Tx, by act.Actor, r Run, state State, why string) error {
	_, err := tx.Exec(ctx, `UPDATE import_run SET state = $1, error = $2, ended = $3 WHERE id = $4`, string(state), why, db.Micros(by.Now()), r.ID)
	if err != nil {
		return err
	}
	if r.fileID != 0 && state == Done && !r.DryRun {
		if err := s.forgetFile(ctx, tx, r, by.Now()); err != nil {
			return err
		}
	}
	now, err := load(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	c := now.Counts
	_, err = s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: directory.ImportEnded, Subject: ledger.Ref{Kind: "import", ID: r.ID},
		Data: map[string]any{"kind": r.Kind, "dry_run": r.DryRun, "state": string(state), "read": c.Read, "created": c.Created, "updated": c.Updated, "unchanged": c.Unchanged, "failed": c.Failed}})
	return err
}

// forgetFile removes an upload, and the samples of it.
func (s *Service) forgetFile(ctx context.Context, tx db.Tx, r Run, now time.Time) error {
	r.File.Samples = [][]string{}
	for i := range r.Columns {
		r.Columns[i].Samples = []string{}
	}
	options, err := json.Marshal(kept{r.Source, r.File, r.Columns, r.Values})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE import_run SET file_id = NULL, options = $1 WHERE id = $2`, string(options), r.ID); err != nil {
		return err
	}
	return s.Files.Remove(ctx, tx, []int64{r.fileID}, now)
}
