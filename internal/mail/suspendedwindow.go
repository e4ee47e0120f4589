package mail

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
)

// SuspendedWindow returns part of the mail that is set aside in the order of ids, and whether there are others
// beyond. Whoever may read mail may.
func (s *Service) SuspendedWindow(ctx context.Context, tx db.Tx, by act.Actor, n db.Window) ([]Received, bool, error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, false, err
	}
	w := (&db.Where{}).And("state = 'suspended'")
	order := n.Clause(w, "id")
	rows, err := tx.Query(ctx, `SELECT `+receivedFields+` FROM mail_in WHERE `+w.SQL()+order, w.Args()...)
	list, err := db.Collect(rows, err, aReceived)
	if err != nil {
		return nil, false, err
	}
	list, more := db.Windowed(n, list)
	return list, more, nil
}

// SuspendedCount counts the mail that is set aside, up to 100,000. Whoever may read mail may.
func (s *Service) SuspendedCount(ctx context.Context, tx db.Tx, by act.Actor) (n int64, err error) {
	if err := by.Require("read", "mail"); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM mail_in WHERE state = 'suspended' LIMIT 100000) AS bounded`).Scan(&n)
	return n, err
}

// SuspendedSome returns those of up to 100 mails that are set aside. Whoever may read mail may.
func (s *Service) SuspendedSome(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) ([]Received, error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, err
	}
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).And("state = 'suspended'").In("id", list)
	rows, err := tx.Query(ctx, `SELECT `+receivedFields+` FROM mail_in WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	return db.Collect(rows, err, aReceived)
}
