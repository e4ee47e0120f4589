package notify

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// toldOf is what somebody was told of. It is theirs alone: it is not merged, and goes with them.
type toldOf struct{}

var _ directory.Eraser = toldOf{}

// Erasers remove what an erased person was told of.
func (s *Service) Erasers() []directory.Eraser { return []directory.Eraser{toldOf{}} }

// What implements directory.Eraser.
func (toldOf) What() string { return "notifications they got" }

func (toldOf) where(who directory.Erasing) *db.Where {
	all := make([]any, len(who.IDs))
	for i, id := range who.IDs {
		all[i] = id
	}
	return (&db.Where{}).In("person_id", all)
}

// Count implements directory.Eraser.
func (e toldOf) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	w := e.where(who)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM notification WHERE `+w.SQL()+` LIMIT 1001) AS bounded`, w.Args()...).Scan(&n)
	return db.Capped(n), err
}

// Erase implements directory.Eraser.
func (e toldOf) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	w := e.where(who)
	n, err := tx.Exec(ctx, `DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE `+w.SQL()+` LIMIT `+w.Arg(limit)+`)`, w.Args()...)
	return int(n), err
}
