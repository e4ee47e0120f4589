package work

import (
	"context"
	"database/sql"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
)

// State is where an item stands.
type State string

// The states. An item that is taken back is gone.
const (
	Open    State = "open"
	Snoozed State = "snoozed" // put away by its owner; comes back at Until, or when it moves
	Done    State = "done"    // kept for a month
)

// Item is one thing that somebody has to do.
type Item struct {
	ID       int64
	Source   string // "ticket"
	Key      string // unique within the source
	PersonID int64  // whose it is; 0: the team's
	TeamID   int64
	Due      time.Time // zero: no date
	Urgency  int       // 0 (low) to 3 (urgent)
	Subject  ledger.Ref
	EventID  int64 // why it is here; 0 keeps the one it has
	State    State
	Until    time.Time // of a snoozed item
	Reason   string    // why it was snoozed
}

// never is how an item without a date sorts: after all others. Below 2^53.
const never = int64(1)<<53 - 1

func (i Item) due() int64 {
	if i.Due.IsZero() {
		return never
	}
	return db.Micros(i.Due)
}

const putColumns = `source, key, person_id, team_id, due, urgency, subject_kind, subject_id, event_id, state, reason, created, updated`

var putSQL = `INSERT INTO work_item (` + putColumns + `) VALUES ` + db.Values(13, 1) + `
	ON CONFLICT (source, key) DO UPDATE SET person_id = excluded.person_id, team_id = excluded.team_id, due = excluded.due, urgency = excluded.urgency,
	event_id = CASE WHEN excluded.event_id = 0 THEN work_item.event_id ELSE excluded.event_id END,
	state = 'open', until = NULL, reason = '', ended = NULL, updated = excluded.updated`

func (i Item) row(now time.Time) []any {
	return []any{i.Source, i.Key, db.NullID(i.PersonID), db.NullID(i.TeamID), i.due(), i.Urgency, i.Subject.Kind, i.Subject.ID, i.EventID,
		string(Open), "", db.Micros(now), db.Micros(now)}
}

// Put adds an item or moves the one of the same source and key; a snoozed one comes back. It
// checks no permission: the source has.
func Put(ctx context.Context, tx db.Tx, now time.Time, i Item) error {
	return tx.Later(ctx, nil, putSQL, i.row(now)...)
}

// Bulk adds an item to the rows of an import.
func Bulk(rows *db.Bulk, now time.Time, i Item) { rows.Add("work_item", putColumns, i.row(now)...) }

// TakeBack removes an item: it waits for somebody else.
func TakeBack(ctx context.Context, tx db.Tx, source, key string) error {
	return tx.Later(ctx, nil, `DELETE FROM work_item WHERE source = $1 AND key = $2`, source, key)
}

// Finish marks an item as done.
func Finish(ctx context.Context, tx db.Tx, now time.Time, source, key string) error {
	return tx.Later(ctx, nil, `UPDATE work_item SET state = 'done', until = NULL, reason = '', ended = $1, updated = $1 WHERE source = $2 AND key = $3`,
		db.Micros(now), source, key)
}

const itemFields = `w.id, w.source, w.key, w.person_id, w.team_id, w.due, w.urgency, w.subject_kind, w.subject_id, w.event_id, w.state, w.until, w.reason`

func scanItem(r db.Scanner) (i Item, err error) {
	var person, team, until sql.NullInt64
	var due int64
	err = r.Scan(&i.ID, &i.Source, &i.Key, &person, &team, &due, &i.Urgency, &i.Subject.Kind, &i.Subject.ID, &i.EventID, &i.State, &until, &i.Reason)
	i.PersonID, i.TeamID, i.Until = person.Int64, team.Int64, db.NullTime(until)
	if due != never {
		i.Due = db.Time(due)
	}
	return i, err
}
