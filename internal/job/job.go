package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
)

// State says where a job stands. A finished job is gone.
type State string

// The states.
const (
	Ready   State = "ready"   // waits for its due time
	Running State = "running" // leased by a node
	Parked  State = "parked"  // failed too often; waits for a person
)

// Job is one thing to do at a time.
type Job struct {
	ID         int64
	Kind       string
	Key        string // unique within the kind
	Subject    ledger.Ref
	Generation int64 // grows each time a timer is moved; an older run is void
	Args       json.RawMessage
	Due        time.Time
	State      State
	Attempts   int // runs so far, this one included
	Error      string
	Created    time.Time

	owner string // the runner that leased it
}

// Decode reads the arguments into v.
func (j Job) Decode(v any) error { return json.Unmarshal(j.Args, v) }

// Spec is what a caller says about a job.
type Spec struct {
	Kind    string
	Key     string // names the work within its kind: enqueueing it twice does it once
	Subject ledger.Ref
	Due     time.Time
	Args    any // marshalled to JSON; nil for none
}

// Enqueue adds a job in the caller's transaction. One with the same kind and key that is
// still there stays as it is, also while it runs: where the work must see a change made
// meanwhile, use Set, which voids that run.
func (q *Queue) Enqueue(ctx context.Context, tx db.Tx, now time.Time, s Spec) error {
	args, err := s.args()
	if err != nil {
		return err
	}
	err = tx.Later(ctx, nil, insertSQL+` ON CONFLICT (kind, key) DO NOTHING`,
		s.Kind, s.Key, s.Subject.Kind, s.Subject.ID, args, db.Micros(s.Due), db.Micros(now))
	if err == nil {
		q.tell(tx, s.Kind, now, s.Due)
	}
	return err
}

// Set adds a timer or moves the one with the same kind and key. A run that is already
// under way for the older time becomes void.
func (q *Queue) Set(ctx context.Context, tx db.Tx, now time.Time, s Spec) error {
	args, err := s.args()
	if err != nil {
		return err
	}
	err = tx.Later(ctx, nil, insertSQL+` ON CONFLICT `+moved,
		s.Kind, s.Key, s.Subject.Kind, s.Subject.ID, args, db.Micros(s.Due), db.Micros(now))
	if err == nil {
		q.tell(tx, s.Kind, now, s.Due)
	}
	return err
}

// moved is what becomes of a timer that is there already.
const moved = `(kind, key) DO UPDATE SET due = excluded.due, args = excluded.args, generation = job.generation + 1, state = 'ready', attempts = 0, owner = '', error = ''`

// SetIn is Set for many: the timer is written with rows, which hold none of its kind and key twice.
func (q *Queue) SetIn(tx db.Tx, rows *db.Bulk, now time.Time, s Spec) error {
	args, err := s.args()
	if err != nil {
		return err
	}
	rows.Merge("job", columns, moved, s.Kind, s.Key, s.Subject.Kind, s.Subject.ID, 1, args, db.Micros(s.Due), string(Ready), 0, "", 0, "", db.Micros(now))
	q.tell(tx, s.Kind, now, s.Due)
	return nil
}

const columns = `kind, key, subject_kind, subject_id, generation, args, due, state, attempts, owner, lease_until, error, created`

const insertSQL = `INSERT INTO job (` + columns + `) VALUES ($1, $2, $3, $4, 1, $5, $6, 'ready', 0, '', 0, '', $7)`

// Bulk adds a timer to the rows of an import: one that was set at created and has been
// moved generation-1 times since.
func (q *Queue) Bulk(rows *db.Bulk, created time.Time, generation int64, s Spec) error {
	args, err := s.args()
	if err != nil {
		return err
	}
	rows.Add("job", columns, s.Kind, s.Key, s.Subject.Kind, s.Subject.ID, generation, args, db.Micros(s.Due), string(Ready), 0, "", 0, "", db.Micros(created))
	return nil
}

// Add is Set for a timer that is not there yet, among rows that the caller writes in tx.
func (q *Queue) Add(rows *db.Bulk, tx db.Tx, now time.Time, s Spec) error {
	err := q.Bulk(rows, now, 1, s)
	if err == nil {
		q.tell(tx, s.Kind, now, s.Due)
	}
	return err
}

// Cancel removes a job that has not run; a run under way becomes void.
func (q *Queue) Cancel(ctx context.Context, tx db.Tx, kind, key string) error {
	return tx.Later(ctx, nil, `DELETE FROM job WHERE kind = $1 AND key = $2`, kind, key)
}

func (s Spec) args() (string, error) {
	if s.Args == nil {
		return "{}", nil
	}
	b, err := json.Marshal(s.Args)
	if err != nil {
		return "", fmt.Errorf("arguments of job %s: %w", s.Kind, err)
	}
	return string(b), nil
}
