package ledger

import (
	"context"
	"fmt"

	"steward/internal/db"
)

// Arrange finishes a ledger that was copied from another database: ids go on behind those
// there, and on SQLite, which has no inbox, the events that waited in the other one's get
// their place, in the order given.
func (l *Ledger) Arrange(ctx context.Context, tx db.Tx, waiting []int64) error {
	if tx.Engine() == db.Postgres {
		var next int64
		return tx.QueryRow(ctx, `SELECT setval('event_id', (SELECT COALESCE(max(id), 0) + 1 FROM events), FALSE)`).Scan(&next)
	}
	pos, last, err := head(ctx, tx)
	if err != nil {
		return err
	}
	for _, id := range waiting {
		e, err := l.Get(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("an event that waited for its place: %w", err)
		}
		pos++
		e.Pos = pos
		last = e.link(last)
		if _, err := tx.Exec(ctx, `INSERT INTO event_order (pos, event_id, hash) VALUES ($1, $2, $3)`, pos, id, last); err != nil {
			return err
		}
	}
	return nil
}
