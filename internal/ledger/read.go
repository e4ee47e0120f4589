package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// behind are the $2 events of the order behind position $1.
func behind(tx db.Tx) string {
	const next = `SELECT pos FROM event_order WHERE pos > $1 ORDER BY pos LIMIT $2 + 0` // + 0: SQLite plans a bare parameter anew each time
	if tx.Engine() == db.Postgres {
		return `o.pos = ANY (ARRAY(` + next + `))` // planned for ten; a range is planned for a share of the ledger, and reads all of it
	}
	return `o.pos IN (` + next + `)`
}

// After returns up to limit events behind pos in the total order. It checks no permission;
// surfaces filter by subject and visibility.
func (l *Ledger) After(ctx context.Context, tx db.Tx, pos int64, limit int) ([]Event, error) {
	rows, err := tx.Query(ctx, `SELECT o.pos, `+prefixed("e", eventColumns)+` FROM event_order o JOIN events e ON e.id = o.event_id
		WHERE `+behind(tx)+` ORDER BY o.pos`, pos, limit)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
}

// Of returns events about a subject behind the event with id after (0 for the first), in
// the ledger's order; those not yet sequenced come last, in the order they will get.
func (l *Ledger) Of(ctx context.Context, tx db.Tx, subject Ref, after int64, limit int) ([]Event, error) {
	query := `SELECT o.pos, ` + prefixed("e", eventColumns) + ` FROM events e JOIN event_order o ON o.event_id = e.id
		WHERE e.subject_kind = $1 AND e.subject_id = $2 AND o.pos > COALESCE((SELECT pos FROM event_order WHERE event_id = $3), 0) ORDER BY o.pos LIMIT $4`
	if tx.Engine() == db.Postgres { // ids are reserved in blocks by each node, so they tell no order
		query = `WITH s AS (SELECT e.*, COALESCE(o.pos, 0) AS pos, COALESCE(o.pos, 4503599627370496 + COALESCE(i.seq, 0)) AS place
			FROM events e LEFT JOIN event_order o ON o.event_id = e.id LEFT JOIN event_inbox i ON o.pos IS NULL AND i.event_id = e.id
			WHERE e.subject_kind = $1 AND e.subject_id = $2)
			SELECT pos, ` + eventColumns + ` FROM s WHERE place > COALESCE((SELECT place FROM s WHERE id = $3), 0) ORDER BY place LIMIT $4`
	}
	rows, err := tx.Query(ctx, query, subject.Kind, subject.ID, after, limit)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
}

// Named returns the oldest events of some verbs about a record that were recorded from one time
// to another, both included. It checks no permission.
func (l *Ledger) Named(ctx context.Context, tx db.Tx, subject Ref, verbs []string, from, to time.Time, limit int) ([]Event, error) {
	list := make([]any, len(verbs))
	for i, v := range verbs {
		list[i] = v
	}
	w := (&db.Where{}).And("e.subject_kind = ? AND e.subject_id = ? AND e.recorded BETWEEN ? AND ?", subject.Kind, subject.ID, from.UnixMicro(), to.UnixMicro()).In("e.verb", list)
	rows, err := tx.Query(ctx, `SELECT COALESCE(o.pos, 0), `+prefixed("e", eventColumns)+` FROM events e LEFT JOIN event_order o ON o.event_id = e.id
		WHERE `+w.SQL()+` ORDER BY e.recorded, e.id LIMIT `+w.Arg(limit), w.Args()...)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
}

// NamedAmong returns the events of some verbs about records of a kind that were recorded after a moment, by record, the oldest
// first, without their places in the order. The verbs stand in the statement, so that an index of exactly them is used; they
// are the program's own names. It checks no permission.
func (l *Ledger) NamedAmong(ctx context.Context, tx db.Tx, kind string, ids []int64, verbs []string, after time.Time) (map[int64][]Event, error) {
	w := (&db.Where{}).And("e.subject_kind = ?", kind).Among(tx.Engine(), "e.subject_id", ids).And("e.recorded > ?", after.UnixMicro()).
		And("e.verb IN ('" + strings.Join(verbs, "', '") + "')")
	rows, err := tx.Query(ctx, `SELECT `+prefixed("e", eventColumns)+` FROM events e WHERE `+w.SQL()+` ORDER BY e.subject_id, e.recorded, e.id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	all, err := scanEvents(rows, func(*Event) []any { return nil })
	out := map[int64][]Event{}
	for _, e := range all {
		out[e.Subject.ID] = append(out[e.Subject.ID], e)
	}
	return out, err
}

// Recent counts the events of one verb about a record since a time, up to a limit. Events of
// the transaction under way do not count.
func (l *Ledger) Recent(ctx context.Context, tx db.Tx, subject Ref, verb string, since time.Time, limit int) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM events WHERE subject_kind = $1 AND subject_id = $2 AND verb = $3 AND at >= $4 LIMIT $5) AS few`,
		subject.Kind, subject.ID, verb, since.UnixMicro(), limit).Scan(&n)
	return n, err
}

// Get returns one event by id.
func (l *Ledger) Get(ctx context.Context, tx db.Tx, id int64) (Event, error) {
	rows, err := tx.Query(ctx, `SELECT COALESCE(o.pos, 0), `+prefixed("e", eventColumns)+`
		FROM events e LEFT JOIN event_order o ON o.event_id = e.id WHERE e.id = $1`, id)
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

// Some returns events by id; those that are not there are left out. It checks no permission.
func (l *Ledger) Some(ctx context.Context, tx db.Tx, ids []int64) (map[int64]Event, error) {
	out := map[int64]Event{}
	if len(ids) == 0 {
		return out, nil
	}
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).In("e.id", list)
	rows, err := tx.Query(ctx, `SELECT COALESCE(o.pos, 0), `+prefixed("e", eventColumns)+`
		FROM events e LEFT JOIN event_order o ON o.event_id = e.id WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	found, err := scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
	for _, e := range found {
		out[e.ID] = e
	}
	return out, err
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
