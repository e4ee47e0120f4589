package directory

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
)

// Holder is something that holds references to people or to organizations. Whoever owns the
// table implements it, so that a merge moves everything without the directory knowing how.
type Holder interface {
	// What names its records in the plural ("tickets requested"); it stands in previews and
	// in the list of what was moved, so it never changes.
	What() string
	// Of is the kind it refers to: person or organization.
	Of() string
	// Count counts the records that refer to id.
	Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error)
	// Move lets up to limit records that refer to from refer to to, and returns their ids;
	// fewer than limit means that none are left.
	Move(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) ([]int64, error)
	// Return takes those of the records that still refer to from back to to, and returns
	// their ids. The others were changed since.
	Return(ctx context.Context, tx db.Tx, by act.Actor, records []int64, from, to int64) ([]int64, error)
}

// Eraser is something that keeps what people wrote, or what says who they are.
type Eraser interface {
	// What names its records in the plural ("messages they wrote").
	What() string
	// Count counts what Erase would remove.
	Count(ctx context.Context, tx db.Tx, who Erasing) (db.Count, error)
	// Erase removes up to limit records; fewer means that none are left.
	Erase(ctx context.Context, tx db.Tx, by act.Actor, who Erasing, limit int) (int, error)
}

// Erasing is the person an erasure is about.
type Erasing struct {
	IDs       []int64  `json:"ids"`       // their own and those merged into them
	Addresses []string `json:"addresses"` // every address they had
	Names     []string `json:"names"`     // every name they had
}

// HandsOver is something whose open work passes to others when somebody is suspended.
type HandsOver interface {
	// HandOver gives up to limit of somebody's open records to another person, or back to
	// their teams when to is 0, and returns how many; fewer than limit: none are left.
	HandOver(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) (int, error)
	// Open counts them.
	Open(ctx context.Context, tx db.Tx, personID int64) (db.Count, error)
}

// Access is what the directory asks of those who let people in.
type Access interface {
	// HasRoles reports whether somebody has any role.
	HasRoles(ctx context.Context, tx db.Tx, personID int64) (bool, error)
	// Outranks refuses an actor who may do less than the person.
	Outranks(ctx context.Context, tx db.Tx, by act.Actor, personID int64) error
	// EndAccess ends somebody's sessions and revokes their tokens.
	EndAccess(ctx context.Context, tx db.Tx, by act.Actor, personID int64) error
	// Forget removes what signing in keeps about people: passwords, roles, sessions, tokens.
	Forget(ctx context.Context, tx db.Tx, by act.Actor, personIDs []int64) error
}

// Wiring is what the directory needs of the rest for merging, suspending and erasing.
type Wiring struct {
	DB      *db.DB
	Jobs    *job.Queue
	Clock   func() time.Time // nil: the machine's
	Access  Access
	Holders []Holder
	Erasers []Eraser
	Work    []HandsOver
	// Guard refuses a state in which nobody could administer the instance.
	Guard func(ctx context.Context, tx db.Tx) error
}

// Wire connects the directory with the rest of the application and registers its jobs;
// called once, when the application is put together.
func (s *Service) Wire(w Wiring) {
	if w.Clock == nil {
		w.Clock = time.Now
	}
	w.Holders = append([]Holder{identities{}, aliases{"person"}, memberships{s}, aliases{"organization"}, people{s}}, w.Holders...)
	w.Erasers = append([]Eraser{known{}, cards{}}, w.Erasers...)
	s.rest = w
	w.Jobs.Handle(mergeJob, job.Options{Parallel: 2}, s.mergeStep)
	w.Jobs.Handle(handOverJob, job.Options{Parallel: 2}, s.handOverStep)
	w.Jobs.Handle(leaveJob, job.Options{Parallel: 2}, s.leaveStep)
	w.Jobs.Handle(eraseJob, job.Options{Parallel: 2}, s.eraseStep)
}

// batch is how many records one transaction of a merge, a hand-over or an erasure touches.
const batch = 200

// consequence is the system carrying on what an event began.
func (s *Service) consequence(event int64) act.Actor {
	by := act.Root()
	by.Clock = s.rest.Clock
	return by.Because(act.Cause{Event: event})
}

// lock makes others who merge, suspend or erase these records wait, in one order.
func lock(ctx context.Context, tx db.Tx, table string, ids ...int64) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	w := &db.Where{}
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	w.In("id", all)
	rows, err := tx.Query(ctx, `SELECT id FROM `+table+` WHERE `+w.SQL()+` ORDER BY id FOR UPDATE`, w.Args()...)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		rows.Close()
		return err
	}
	return rows.Close()
}
