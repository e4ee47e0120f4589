package field

import (
	"context"
	"strconv"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// fillJob is the kind of the job that brings the records of one field in line with its blueprint.
const fillJob = "field.fill"

// perFill is how many ids one run of the job looks at.
const perFill = 2000

// settle is how long a change of a field waits before its records are looked at: until then
// every node has the new configuration.
const settle = 3 * time.Second

// tables hold the records that can have attributes, by kind.
var tables = map[string]string{"ticket": "ticket", "person": "person", "organization": "organization", "application": "application"}

// Service keeps the index of attributes in line with the fields in force.
type Service struct {
	db     *db.DB
	jobs   *job.Queue
	schema func() *Schema
	clock  func() time.Time
}

// New returns the service and registers its job. clock nil means the machine's.
func New(d *db.DB, jobs *job.Queue, schema func() *Schema, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	s := &Service{db: d, jobs: jobs, schema: schema, clock: clock}
	jobs.Handle(fillJob, job.Options{Parallel: 2}, s.fill)
	return s
}

// Schema is the fields in force.
func (s *Service) Schema() *Schema { return s.schema() }

// Progress says how far the records of a field are in line with its blueprint.
type Progress struct {
	Done    bool  `json:"done"`
	Percent int64 `json:"percent"`
}

// state is a row of field_state.
type state struct {
	typ           string
	indexed, done bool
	reached, last int64
}

func (s state) progress() Progress {
	p := Progress{Done: s.done, Percent: 100}
	if !s.done && s.last > 0 {
		p.Percent = min(s.reached*100/s.last, 99)
	}
	return p
}

func states(ctx context.Context, tx db.Tx) (map[int64]state, error) {
	rows, err := tx.Query(ctx, `SELECT field_id, type, indexed, reached, last, done FROM field_state`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]state{}
	for rows.Next() {
		var id int64
		var s state
		if err := rows.Scan(&id, &s.typ, &s.indexed, &s.reached, &s.last, &s.done); err != nil {
			return nil, err
		}
		out[id] = s
	}
	return out, rows.Err()
}

// Progress returns how far each field is, by its id. A field that is not there has not begun.
func (s *Service) Progress(ctx context.Context, tx db.Tx) (map[int64]Progress, error) {
	all, err := states(ctx, tx)
	out := map[int64]Progress{}
	for id, st := range all {
		out[id] = st.progress()
	}
	return out, err
}

// Reconcile begins to bring records in line with fields that are new, changed their type, or
// began or ceased to be indexed. Call it after configuration was applied and when a server starts.
func (s *Service) Reconcile(ctx context.Context) error {
	var stale bool
	look := func(ctx context.Context, tx db.Tx) ([]*Field, map[int64]state, error) {
		have, err := states(ctx, tx)
		var out []*Field
		for _, f := range s.schema().All() {
			if st, ok := have[f.ID]; !ok || st.typ != f.Type || st.indexed != f.Indexed {
				out = append(out, f)
			}
		}
		return out, have, err
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		changed, _, err := look(ctx, tx)
		stale = len(changed) > 0
		return err
	})
	if err != nil || !stale {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		changed, have, err := look(ctx, tx)
		if err != nil {
			return err
		}
		for _, f := range changed {
			if err := s.begin(ctx, tx, f, have); err != nil {
				return err
			}
		}
		return nil
	})
}

// begin notes what is to be done about a field and sets the job.
func (s *Service) begin(ctx context.Context, tx db.Tx, f *Field, have map[int64]state) error {
	var last int64
	if err := tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM `+tables[f.On]).Scan(&last); err != nil {
		return err
	}
	_, known := have[f.ID]
	// A new field has no values yet, unless records stem from before fields were declared.
	done := last == 0 || !known && f.On == "ticket" && (!f.Indexed || f.Version == 1)
	_, err := tx.Exec(ctx, `INSERT INTO field_state (field_id, type, indexed, reached, last, done) VALUES ($1, $2, $3, 0, $4, $5)
		ON CONFLICT (field_id) DO UPDATE SET type = excluded.type, indexed = excluded.indexed, reached = 0, last = excluded.last, done = excluded.done`,
		f.ID, f.Type, f.Indexed, last, done)
	if err != nil || done {
		return err
	}
	due := s.clock()
	if known || f.Version > 1 {
		due = due.Add(settle)
	}
	return s.jobs.Set(ctx, tx, s.clock(), f.job(due))
}

func (f *Field) job(due time.Time) job.Spec {
	return job.Spec{Kind: fillJob, Key: strconv.FormatInt(f.ID, 10), Subject: ledger.Ref{Kind: "field", ID: f.ID}, Due: due}
}

// fill looks at some records of a field and goes on with the next until all are done.
func (s *Service) fill(ctx context.Context, tx db.Tx, j job.Job) error {
	var f *Field
	for _, one := range s.schema().All() {
		if one.ID == j.Subject.ID {
			f = one
		}
	}
	if f == nil {
		return nil // retired meanwhile
	}
	all, err := states(ctx, tx)
	if err != nil {
		return err
	}
	st := all[f.ID]
	end := min(st.reached+perFill, st.last)
	if err := f.fill(ctx, tx, st.reached, end); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE field_state SET reached = $1, done = $2 WHERE field_id = $3`, end, end == st.last, f.ID)
	if err != nil || end == st.last {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, s.clock(), f.job(s.clock()))
}

// fill brings the records with ids behind from and up to end in line: values under the field's
// Free name move to its id, and the index holds what the records hold.
func (f *Field) fill(ctx context.Context, tx db.Tx, from, end int64) error {
	lock := ""
	if tx.Engine() == db.Postgres {
		lock = " FOR UPDATE" // a change under way is waited for
	}
	type record struct {
		id     int64
		stored string
	}
	rows, err := tx.Query(ctx, `SELECT id, attributes FROM `+tables[f.On]+` WHERE id > $1 AND id <= $2 AND attributes <> '{}' ORDER BY id`+lock, from, end)
	records, err := db.Collect(rows, err, func(r db.Scanner) (x record, err error) {
		err = r.Scan(&x.id, &x.stored)
		return x, err
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM attr_index WHERE field_id = $1 AND record_id > $2 AND record_id <= $3`, f.ID, from, end); err != nil {
		return err
	}
	index := &db.Bulk{}
	for _, r := range records {
		v, err := Decode(r.stored)
		if err != nil {
			return err
		}
		value := v.value(f)
		if value == nil {
			continue
		}
		if f.Indexed {
			for _, row := range f.rows(value) {
				index.Add("attr_index", "field_id, record_id, text, num", f.ID, r.id, row[0], row[1])
			}
		}
		if _, free := v[f.Name]; !free {
			continue
		}
		delete(v, f.Name)
		v[f.key] = value
		stored, err := v.Encode()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE `+tables[f.On]+` SET attributes = $1 WHERE id = $2`, stored, r.id); err != nil {
			return err
		}
	}
	return index.Write(ctx, tx)
}
