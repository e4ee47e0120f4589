package db

import (
	"context"
	"database/sql"
)

// Scanner is a row to scan: *sql.Row or *sql.Rows.
type Scanner interface{ Scan(dst ...any) error }

// Collect scans every row and closes them. It takes what Query returned as it is.
func Collect[T any](rows *sql.Rows, err error, scan func(Scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Newest returns a page of a table, the highest id first. from is "columns FROM table", id
// the name of its id column; w may narrow it and is added to.
func Newest[T any](ctx context.Context, tx Tx, from, id string, w *Where, page Page, scan func(Scanner) (T, error), idOf func(T) int64) (list []T, next string, err error) {
	_, after, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And(id+" < ?", after)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT `+from+` WHERE `+w.SQL()+` ORDER BY `+id+` DESC LIMIT `+w.Arg(n+1), w.Args()...)
	list, err = Collect(rows, err, scan)
	if len(list) > n {
		list = list[:n]
		next = Cursor(0, idOf(list[n-1]))
	}
	return list, next, err
}
