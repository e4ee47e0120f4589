package ledger

import (
	"context"
	"time"

	"steward/internal/db"
)

// Changes says which events about people, organizations, teams and the configuration are meant; zero
// values do not narrow.
type Changes struct {
	Kinds     []string // of the subject: some of person, organization, team, change, change_request
	SubjectID int64
	ActorID   int64
	From, To  time.Time // when they happened, both included
}

func (f Changes) where() *db.Where {
	kinds := make([]any, len(f.Kinds))
	for i, k := range f.Kinds {
		kinds[i] = k
	}
	// Written out, so that both engines see that the index of these few serves.
	w := (&db.Where{}).And("e.subject_kind IN ('person', 'organization', 'team', 'change', 'change_request')").In("e.subject_kind", kinds)
	if f.SubjectID != 0 {
		w.And("e.subject_id = ?", f.SubjectID)
	}
	if f.ActorID != 0 {
		w.And("e.actor_id = ?", f.ActorID)
	}
	if !f.From.IsZero() {
		w.And("e.at >= ?", f.From.UnixMicro())
	}
	if !f.To.IsZero() {
		w.And("e.at <= ?", f.To.UnixMicro())
	}
	return w
}

// ChangesIn returns part of the events about some kinds of records in the order of their ids, and whether
// there are more. It checks no permission.
func (l *Ledger) ChangesIn(ctx context.Context, tx db.Tx, f Changes, n db.Window) ([]Event, bool, error) {
	w := f.where()
	tail := n.Clause(w, "e.id")
	rows, err := tx.Query(ctx, `SELECT CAST(0 AS BIGINT), `+prefixed("e", eventColumns)+` FROM events e WHERE `+w.SQL()+tail, w.Args()...)
	if err != nil {
		return nil, false, err
	}
	list, err := scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
	list, more := db.Windowed(n, list)
	return list, more, err
}

// CountChanges counts the same, up to 10,000. It checks no permission.
func (l *Ledger) CountChanges(ctx context.Context, tx db.Tx, f Changes) (n int64, err error) {
	w := f.where()
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM events e WHERE `+w.SQL()+` LIMIT `+w.Arg(10_000)+`) AS bounded`, w.Args()...).Scan(&n)
	return n, err
}
