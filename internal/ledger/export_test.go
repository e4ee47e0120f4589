package ledger

import (
	"context"

	"steward/internal/db"
)

// Rewrite makes the whole chain fit what the rows say now, as somebody with full access to
// the database and this source could.
func Rewrite(ctx context.Context, tx db.Tx, l *Ledger) error {
	var last []byte
	for pos := int64(0); ; {
		events, err := l.After(ctx, tx, pos, 100)
		if err != nil || len(events) == 0 {
			return err
		}
		for i := range events {
			e := &events[i]
			pos = e.Pos
			e.digest = digestOf(e.salt, e.Data)
			last = e.link(last)
			if _, err := tx.Exec(ctx, `UPDATE events SET digest = $1 WHERE id = $2`, e.digest, e.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE event_order SET hash = $1 WHERE pos = $2`, last, e.Pos); err != nil {
				return err
			}
		}
	}
}
