package availability

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// Holders are the references to people here, for merging. What two people say about themselves
// is not merged: whoever stays keeps theirs.
func (s *Service) Holders() []directory.Holder { return []directory.Holder{timesOff{}} }

// Erasers remove when an erased person was off.
func (s *Service) Erasers() []directory.Eraser { return []directory.Eraser{pastOff{}} }

// timesOff are the entries of time off of one person.
type timesOff struct{}

// pastOff are the same of somebody who is erased, with what they said about themselves.
type pastOff struct{}

var (
	_ directory.Holder = timesOff{}
	_ directory.Eraser = pastOff{}
)

// What implements directory.Holder.
func (timesOff) What() string { return "entries of time off" }

// Of implements directory.Holder.
func (timesOff) Of() string { return "person" }

// Count implements directory.Holder.
func (timesOff) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return count(ctx, tx, []int64{id})
}

func count(ctx context.Context, tx db.Tx, people []int64) (db.Count, error) {
	var n int64
	w := (&db.Where{}).In("person_id", values(people))
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM time_off WHERE %s LIMIT %d) AS bounded`, w.SQL(), db.Cap+1), w.Args()...).Scan(&n)
	return db.Capped(n), err
}

func values(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

func ids(ctx context.Context, tx db.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// Move implements directory.Holder. Entries that overlap stay both: time off given twice does
// no harm.
func (timesOff) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	return ids(ctx, tx, `UPDATE time_off SET person_id = $1 WHERE id IN (SELECT id FROM time_off WHERE person_id = $2 ORDER BY id LIMIT $3) RETURNING id`, to, from, limit)
}

// Return implements directory.Holder.
func (timesOff) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	w := &db.Where{}
	set := w.Arg(to)
	w.And("person_id = ?", from).In("id", values(records))
	return ids(ctx, tx, `UPDATE time_off SET person_id = `+set+` WHERE `+w.SQL()+` RETURNING id`, w.Args()...)
}

// What implements directory.Eraser.
func (pastOff) What() string { return "entries of time off" }

// Count implements directory.Eraser.
func (pastOff) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return count(ctx, tx, who.IDs)
}

// Erase implements directory.Eraser.
func (pastOff) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	w := (&db.Where{}).In("person_id", values(who.IDs))
	if _, err := tx.Exec(ctx, `DELETE FROM availability WHERE `+w.SQL(), w.Args()...); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `DELETE FROM time_off WHERE id IN (SELECT id FROM time_off WHERE `+w.SQL()+` LIMIT `+w.Arg(limit)+`)`, w.Args()...)
	return int(n), err
}
