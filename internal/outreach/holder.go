package outreach

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// held are the offers about an organization's tickets, for merging.
type held struct{}

var _ directory.Holder = held{}

// Holders are the references to organizations.
func (s *Service) Holders() []directory.Holder { return []directory.Holder{held{}} }

// What implements directory.Holder.
func (held) What() string { return "surveys about its tickets" }

// Of implements directory.Holder.
func (held) Of() string { return "organization" }

// Count implements directory.Holder.
func (held) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM survey_offer WHERE organization_id = $1 LIMIT 1001) AS bounded`, id).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder.
func (held) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	rows, err := tx.Query(ctx, `UPDATE survey_offer SET organization_id = $1 WHERE id IN (SELECT id FROM survey_offer WHERE organization_id = $2 ORDER BY id LIMIT $3) RETURNING id`, to, from, limit)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// Return implements directory.Holder.
func (held) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	all := make([]any, len(records))
	for i, id := range records {
		all[i] = id
	}
	w := (&db.Where{}).And("organization_id = ?", from).In("id", all)
	rows, err := tx.Query(ctx, `UPDATE survey_offer SET organization_id = `+w.Arg(to)+` WHERE `+w.SQL()+` RETURNING id`, w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}
