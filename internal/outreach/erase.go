package outreach

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// remarks are what people wrote into surveys. Their scores stay: they say nothing about them.
type remarks struct{}

var _ directory.Eraser = remarks{}

// Erasers remove what an erased person wrote into surveys.
func (s *Service) Erasers() []directory.Eraser { return []directory.Eraser{remarks{}} }

// What implements directory.Eraser.
func (remarks) What() string { return "remarks in surveys" }

func (remarks) where(who directory.Erasing) *db.Where {
	all := make([]any, len(who.IDs))
	for i, id := range who.IDs {
		all[i] = id
	}
	return (&db.Where{}).And("remark <> ''").In("person_id", all)
}

// Count implements directory.Eraser.
func (r remarks) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	w := r.where(who)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM survey_offer WHERE `+w.SQL()+` LIMIT 1001) AS bounded`, w.Args()...).Scan(&n)
	return db.Capped(n), err
}

// Erase implements directory.Eraser.
func (r remarks) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	w := r.where(who)
	n, err := tx.Exec(ctx, `UPDATE survey_offer SET remark = '' WHERE id IN (SELECT id FROM survey_offer WHERE `+w.SQL()+` LIMIT `+w.Arg(limit)+`)`, w.Args()...)
	return int(n), err
}

// PurgeTicket removes the remarks of surveys about a ticket that goes for good.
func PurgeTicket(ctx context.Context, tx db.Tx, ticketID int64) error {
	_, err := tx.Exec(ctx, `UPDATE survey_offer SET remark = '' WHERE ticket_id = $1`, ticketID)
	return err
}
