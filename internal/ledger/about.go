package ledger

import (
	"cmp"
	"context"
	"slices"

	"steward/internal/db"
)

// Span is a range of records of a kind: those with ids above After up to Last.
type Span struct {
	Kind        string
	After, Last int64
}

// Through returns the events of some verbs about a range of records, up to a place in the order,
// record by record and in the ledger's order for each. It checks no permission.
func (l *Ledger) Through(ctx context.Context, tx db.Tx, s Span, verbs []string, upTo int64) ([]Event, error) {
	list := make([]any, len(verbs))
	for i, v := range verbs {
		list[i] = v
	}
	w := &db.Where{}
	to := w.Arg(upTo)
	w.And("e.subject_kind = ? AND e.subject_id > ? AND e.subject_id <= ?", s.Kind, s.After, s.Last).In("e.verb", list)
	// A place is looked up for each event: a join would rather read the whole order.
	rows, err := tx.Query(ctx, `SELECT COALESCE((SELECT o.pos FROM event_order o WHERE o.event_id = e.id AND o.pos <= `+to+`), 0), `+prefixed("e", eventColumns)+` FROM events e WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	all, err := scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
	all = slices.DeleteFunc(all, func(e Event) bool { return e.Pos == 0 })
	slices.SortFunc(all, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Subject.ID, b.Subject.ID), cmp.Compare(a.Pos, b.Pos))
	})
	return all, err
}

// Moved reports whether events of some verbs about a range of records stand between two places
// in the order, the first not included.
func (l *Ledger) Moved(ctx context.Context, tx db.Tx, s Span, verbs []string, after, upTo int64) (yes bool, err error) {
	list := make([]any, len(verbs))
	for i, v := range verbs {
		list[i] = v
	}
	w := (&db.Where{}).And("o.pos > ? AND o.pos <= ?", after, upTo).And("e.subject_kind = ? AND e.subject_id > ? AND e.subject_id <= ?", s.Kind, s.After, s.Last).In("e.verb", list)
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM event_order o JOIN events e ON e.id = o.event_id WHERE `+w.SQL()+`)`, w.Args()...).Scan(&yes)
	return yes, err
}

// Subjects are the kinds of records that events are about.
func (l *Ledger) Subjects(ctx context.Context, tx db.Tx) (kinds []string, err error) {
	rows, err := tx.Query(ctx, `WITH RECURSIVE kinds AS (SELECT min(subject_kind) AS kind FROM events
		UNION ALL SELECT (SELECT min(e.subject_kind) FROM events e WHERE e.subject_kind > k.kind) FROM kinds k WHERE k.kind IS NOT NULL)
		SELECT kind FROM kinds WHERE kind IS NOT NULL`)
	return db.Collect(rows, err, func(r db.Scanner) (kind string, err error) { return kind, r.Scan(&kind) })
}

// Reach is the id of the nth record of a kind behind one, by its events; 0 when there are fewer.
func (l *Ledger) Reach(ctx context.Context, tx db.Tx, kind string, after int64, n int) (id int64, err error) {
	rows, err := tx.Query(ctx, `SELECT subject_id FROM events WHERE subject_kind = $1 AND subject_id > $2 GROUP BY subject_id ORDER BY subject_id LIMIT 1 OFFSET $3`, kind, after, n-1)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// Last is the largest id of the records of a kind that events are about; 0 without any.
func (l *Ledger) Last(ctx context.Context, tx db.Tx, kind string) (id int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(max(subject_id), 0) FROM events WHERE subject_kind = $1`, kind).Scan(&id)
	return id, err
}

// Place is how far a follower has come; 0 before its first step.
func (l *Ledger) Place(ctx context.Context, tx db.Tx, follower string) (pos int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(max(pos), 0) FROM event_cursor WHERE name = $1`, follower).Scan(&pos)
	return pos, err
}

// Hold keeps a follower from going on until the transaction ends, and returns how far it has come.
func (l *Ledger) Hold(ctx context.Context, tx db.Tx, follower string) (pos int64, err error) {
	if _, err := tx.Exec(ctx, `UPDATE event_cursor SET updated = updated WHERE name = $1`, follower); err != nil {
		return 0, err
	}
	return l.Place(ctx, tx, follower)
}
