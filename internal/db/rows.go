package db

import (
	"context"
	"database/sql"
)

// Scanner is a row to scan: *Row or *Rows.
type Scanner interface{ Scan(dst ...any) error }

// result is what an engine answers a query with.
type result interface {
	Next() bool
	Scan(dst ...any) error
	Err() error
	Close() error
	Columns() ([]string, error)
}

// Rows are the answer to a query. Close them before the next statement; reading them to their
// end does so too.
type Rows struct {
	result
	closed bool
}

// Next goes on to the next row; false at the end and after an error, which Err tells.
func (r *Rows) Next() bool {
	if r.closed {
		return false
	}
	more := r.result.Next()
	r.closed = !more
	return more
}

// Close lets go of rows that were not read to their end. Closing twice is fine.
func (r *Rows) Close() error {
	r.closed = true
	return r.result.Close()
}

// Row is the answer to a query for one row.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the row's columns into dst. Without a row it answers sql.ErrNoRows.
func (r *Row) Scan(dst ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dst...); err != nil {
		return err
	}
	return r.rows.Close()
}

// Collect scans every row and closes them. It takes what Query returned as it is.
func Collect[T any](rows *Rows, err error, scan func(Scanner) (T, error)) ([]T, error) {
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
