package ledger

import (
	"context"

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
