package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// CountDrawnIn counts the tickets that somebody is copied on (role cc) or follows (follower), up to the cap
// and within the actor's scope.
func (s *Service) CountDrawnIn(ctx context.Context, tx db.Tx, by act.Actor, personID int64, role string) (db.Count, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return db.Count{}, err
	}
	w.And("t.deleted_at IS NULL").And("t.id IN (SELECT tp.ticket_id FROM ticket_person tp WHERE tp.person_id = ? AND tp.role = ?)", personID, role)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(db.Cap+1)+`) AS bounded`, w.Args()...).Scan(&n)
	return db.Capped(n), err
}
