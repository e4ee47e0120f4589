package ledger

import (
	"context"
	"errors"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
)

// Bulk appends the events of an import: the same rows as Append writes, placed in the order
// at once and written together with the records they tell about. Nothing else may append
// meanwhile; if something does, writing fails and nothing of that batch stays.
type Bulk struct {
	l    *Ledger
	rows *db.Bulk
	ids  []idBlock // reserved on PostgreSQL, the one in use first
	pos  int64
	id   int64 // SQLite: last id given
	last []byte
}

// NewBulk prepares an import whose rows are collected in rows.
func (l *Ledger) NewBulk(ctx context.Context, rows *db.Bulk) (*Bulk, error) {
	if err := l.Settle(ctx); err != nil {
		return nil, err
	}
	b := &Bulk{l: l, rows: rows}
	var err error
	if b.pos, b.last, err = l.Head(ctx); err != nil {
		return nil, err
	}
	err = l.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		b.id, err = lastID(ctx, tx)
		return err
	})
	return b, err
}

// Settle orders what waits for its place.
func (l *Ledger) Settle(ctx context.Context) error {
	for {
		n, err := l.Sequence(ctx)
		if err != nil && !db.IsUnique(err) {
			return err
		}
		if n == 0 && err == nil {
			return nil
		}
	}
}

// Append adds an event and returns its id. Private values are refused: they are not imported.
func (b *Bulk) Append(ctx context.Context, by act.Actor, in Entry) (int64, error) {
	if in.Private != nil {
		return 0, errors.New("ledger: an import takes no private values")
	}
	e, err := newEvent(by, in)
	if err != nil {
		return 0, err
	}
	b.pos++
	b.id++
	e.Pos, e.ID = b.pos, b.id
	if b.l.db.Engine() == db.Postgres {
		if e.ID, err = b.nextID(ctx); err != nil {
			return 0, err
		}
	}
	b.last = e.link(b.last)
	b.rows.Add("events", eventColumns, e.row()...)
	b.rows.Add("event_order", "pos, event_id, hash", e.Pos, e.ID, b.last)
	return e.ID, nil
}

// blocksAtOnce is how many stretches of ids one look at the sequence reserves.
const blocksAtOnce = 500

func (b *Bulk) nextID(ctx context.Context) (int64, error) {
	for len(b.ids) > 0 && b.ids[0].next == b.ids[0].end {
		b.ids = b.ids[1:]
	}
	if len(b.ids) == 0 {
		err := b.l.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT nextval('event_id') FROM generate_series(1, $1)`, blocksAtOnce)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var first int64
				if err := rows.Scan(&first); err != nil {
					return err
				}
				b.ids = append(b.ids, idBlock{first, first + blockSize})
			}
			return rows.Err()
		})
		if err != nil {
			return 0, fmt.Errorf("reserve event ids: %w", err)
		}
	}
	b.ids[0].next++
	return b.ids[0].next - 1, nil
}

// Pass moves a follower's cursor to the end of the order: the import has done its work.
func (l *Ledger) Pass(ctx context.Context, tx db.Tx, follower string) error {
	end, _, err := head(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO event_cursor (name, pos, updated) SELECT $1, pos, 0 FROM event_order WHERE pos = $2
		ON CONFLICT (name) DO UPDATE SET pos = excluded.pos`, follower, end)
	return err
}
