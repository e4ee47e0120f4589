package ledger

import (
	"context"
	"database/sql"
	"errors"

	"steward/internal/db"
	"steward/internal/fault"
)

// After returns up to limit events behind pos in the total order. It checks no permission;
// surfaces filter by subject and visibility.
func (l *Ledger) After(ctx context.Context, tx db.Tx, pos int64, limit int) ([]Event, error) {
	rows, err := tx.Query(ctx, `SELECT o.pos, `+prefixed("e", eventColumns)+` FROM event_order o JOIN events e ON e.id = o.event_id
		WHERE o.pos > $1 ORDER BY o.pos LIMIT $2`, pos, limit)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
}

// Of returns events about a subject with ids behind after, oldest first.
func (l *Ledger) Of(ctx context.Context, tx db.Tx, subject Ref, after int64, limit int) ([]Event, error) {
	rows, err := tx.Query(ctx, `SELECT 0, `+eventColumns+` FROM events WHERE subject_kind = $1 AND subject_id = $2 AND id > $3
		ORDER BY id LIMIT $4`, subject.Kind, subject.ID, after, limit)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
}

// Get returns one event by id.
func (l *Ledger) Get(ctx context.Context, tx db.Tx, id int64) (Event, error) {
	rows, err := tx.Query(ctx, `SELECT 0, `+eventColumns+` FROM events WHERE id = $1`, id)
	if err != nil {
		return Event{}, err
	}
	found, err := scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
	if err == nil && len(found) == 0 {
		return Event{}, fault.Missing("event", id)
	}
	if err != nil {
		return Event{}, err
	}
	return found[0], nil
}

// Private returns the erasable part of an event as JSON; nil when there is none or it was erased.
func (l *Ledger) Private(ctx context.Context, tx db.Tx, id int64) ([]byte, error) {
	var data sql.NullString
	err := tx.QueryRow(ctx, `SELECT data FROM event_private WHERE event_id = $1`, id).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && !data.Valid) {
		return nil, nil
	}
	return []byte(data.String), err
}
