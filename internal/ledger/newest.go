package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/db"
)

// Newest returns events about records of a kind in the total order, the newest first: those before a
// position, or all with 0. verbs narrows them. It checks no permission.
func (l *Ledger) Newest(ctx context.Context, tx db.Tx, kind string, verbs []string, before int64, limit int) ([]Event, error) {
	list := make([]any, len(verbs))
	for i, v := range verbs {
		list[i] = v
	}
	w := (&db.Where{}).And("e.subject_kind = ?", kind).In("e.verb", list)
	if before > 0 {
		w.And("o.pos < ?", before)
	}
	rows, err := tx.Query(ctx, `SELECT o.pos, `+prefixed("e", eventColumns)+` FROM event_order o JOIN events e ON e.id = o.event_id
		WHERE `+w.SQL()+` ORDER BY o.pos DESC LIMIT `+w.Arg(limit), w.Args()...)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
}

// From returns events about records of a kind in the total order from a position on. verbs narrows them. It
// checks no permission.
func (l *Ledger) From(ctx context.Context, tx db.Tx, kind string, verbs []string, pos int64, limit int) ([]Event, error) {
	list := make([]any, len(verbs))
	for i, v := range verbs {
		list[i] = v
	}
	w := (&db.Where{}).And("e.subject_kind = ?", kind).In("e.verb", list).And("o.pos >= ?", pos)
	rows, err := tx.Query(ctx, `SELECT o.pos, `+prefixed("e", eventColumns)+` FROM event_order o JOIN events e ON e.id = o.event_id
		WHERE `+w.SQL()+` ORDER BY o.pos LIMIT `+w.Arg(limit), w.Args()...)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
}

// PlaceOf is the position at which events recorded at a time begin, found in some twenty steps: the order goes
// with the time but for transactions under way at once, so whoever must miss none asks for an earlier time.
func (l *Ledger) PlaceOf(ctx context.Context, tx db.Tx, at time.Time) (int64, error) {
	var low, high int64
	if err := tx.QueryRow(ctx, `SELECT COALESCE(min(pos), 1), COALESCE(max(pos), 0) + 1 FROM event_order`).Scan(&low, &high); err != nil {
		return 0, err
	}
	for low < high {
		middle := low + (high-low)/2
		var recorded int64
		err := tx.QueryRow(ctx, `SELECT e.recorded FROM event_order o JOIN events e ON e.id = o.event_id WHERE o.pos >= $1 ORDER BY o.pos LIMIT 1`, middle).Scan(&recorded)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = middle
		case err != nil:
			return 0, err
		case recorded < db.Micros(at):
			low = middle + 1
		default:
			high = middle
		}
	}
	return low, nil
}
