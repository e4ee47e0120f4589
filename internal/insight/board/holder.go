package board

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// held are the rows of a table that refer to a person.
type held struct{ what, table string }

var (
	mailed  = held{"mails of pages to them", "page_mail"}
	ownKept = held{"reports they made for themselves", "own_report"}

	_ directory.Holder = held{}
	_ directory.Eraser = forgotten{}
)

// Holders are the references of mailed pages and of reports of somebody's own to people.
func (s *Service) Holders() []directory.Holder { return []directory.Holder{mailed, ownKept} }

// Erasers forget what pages an erased person was mailed, and the reports they made for themselves.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{forgotten{mailed}, forgotten{ownKept}}
}

// What implements directory.Holder and directory.Eraser.
func (h held) What() string { return h.what }

// Of implements directory.Holder.
func (h held) Of() string { return "person" }

// Count implements directory.Holder.
func (h held) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return h.count(ctx, tx, []int64{id})
}

func (h held) count(ctx context.Context, tx db.Tx, people []int64) (db.Count, error) {
	w := (&db.Where{}).In("person_id", anyOf(people))
	var n int64
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT %d) AS bounded`, h.table, w.SQL(), db.Cap+1), w.Args()...).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder. A mail that both got is the other's already.
func (h held) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	if h == mailed {
		if _, err := tx.Exec(ctx, `DELETE FROM page_mail WHERE person_id = $1 AND EXISTS (SELECT 1 FROM page_mail o WHERE o.page_id = page_mail.page_id AND o.due = page_mail.due AND o.person_id = $2)`, from, to); err != nil {
			return nil, err
		}
	}
	return ids(ctx, tx, `UPDATE `+h.table+` SET person_id = $1 WHERE id IN (SELECT id FROM `+h.table+` WHERE person_id = $2 ORDER BY id LIMIT $3) RETURNING id`, to, from, limit)
}

// Return implements directory.Holder.
func (h held) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	if len(records) == 0 {
		return nil, nil
	}
	w := &db.Where{}
	target := w.Arg(to)
	w.And("person_id = ?", from).In("id", anyOf(records))
	return ids(ctx, tx, `UPDATE `+h.table+` SET person_id = `+target+` WHERE `+w.SQL()+` RETURNING id`, w.Args()...)
}

// forgotten are rows that are deleted with the person.
type forgotten struct{ held }

// Count implements directory.Eraser.
func (f forgotten) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return f.count(ctx, tx, who.IDs)
}

// Erase implements directory.Eraser.
func (f forgotten) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	w := (&db.Where{}).In("person_id", anyOf(who.IDs))
	n, err := tx.Exec(ctx, `DELETE FROM `+f.table+` WHERE id IN (SELECT id FROM `+f.table+` WHERE `+w.SQL()+` ORDER BY id LIMIT `+w.Arg(limit)+`)`, w.Args()...)
	return int(n), err
}

func anyOf(ids []int64) []any {
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
