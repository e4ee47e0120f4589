package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Bulk collects rows of several tables and writes them with few statements: for imports,
// which know all their rows beforehand. It is not safe for concurrent use.
type Bulk struct {
	tables []*bulkTable // in the order of their first row, so that references are there first
	rows   int
}

type bulkTable struct {
	table, columns, conflict string
	width                    int
	args                     []any
}

// insert is how a statement that inserts rows begins, and tail how it ends.
func (t *bulkTable) insert() string { return "INSERT INTO " + t.table + " (" + t.columns + ") " }

func (t *bulkTable) tail() string {
	if t.conflict == "" {
		return ""
	}
	return " ON CONFLICT " + t.conflict
}

// perInsert is how many rows one statement of a Bulk holds. The rest goes in halves, so
// that the number of prepared texts stays small.
const perInsert = 64

// Add adds a row. columns are the same for every row of a table, and its first row of all
// comes after the first row of every table that it refers to.
func (b *Bulk) Add(table, columns string, values ...any) { b.Merge(table, columns, "", values...) }

// Merge is Add where a row may be there already: conflict says what happens then, such as
// "(id) DO NOTHING". One statement may hold no row twice.
func (b *Bulk) Merge(table, columns, conflict string, values ...any) {
	b.rows++
	for _, t := range b.tables {
		if t.table == table && t.conflict == conflict && t.columns == columns {
			t.args = append(t.args, values...)
			return
		}
	}
	b.tables = append(b.tables, &bulkTable{table: table, columns: columns, conflict: conflict, width: len(values), args: values})
}

// Rows is how many rows wait.
func (b *Bulk) Rows() int { return b.rows }

// Take moves the rows that wait into a Bulk of their own, to be written while others are added.
func (b *Bulk) Take() *Bulk {
	taken := &Bulk{rows: b.rows}
	for _, t := range b.tables {
		taken.tables = append(taken.tables, &bulkTable{table: t.table, columns: t.columns, conflict: t.conflict, width: t.width, args: t.args})
		t.args = nil
	}
	b.rows = 0
	return taken
}

// Write inserts the rows in the caller's transaction. They stay, because it may run twice.
func (b *Bulk) Write(ctx context.Context, tx Tx) error {
	return b.each(tx, func(query string, args []any) error { _, err := tx.Exec(ctx, query, args...); return err })
}

// Later is Write for rows whose outcome nobody waits for, as Tx.Later is for a statement.
func (b *Bulk) Later(ctx context.Context, tx Tx) error {
	return b.each(tx, func(query string, args []any) error { return tx.Later(ctx, nil, query, args...) })
}

// each gives the statements that insert the rows.
func (b *Bulk) each(tx Tx, send func(query string, args []any) error) error {
	for _, t := range b.tables {
		if err := t.each(tx.Engine(), send); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(t.insert()), err)
		}
	}
	return nil
}

func (t *bulkTable) each(e Engine, send func(query string, args []any) error) error {
	args := t.args
	for e == Postgres && len(args) >= fewRows*t.width {
		n := min(perLists, len(args)/t.width)
		lists, kinds, ok := listsOf(args[:n*t.width], t.width)
		if !ok {
			break
		}
		if err := send(t.insert()+`SELECT * FROM unnest(`+kinds+`)`+t.tail(), lists); err != nil {
			return err
		}
		args = args[n*t.width:]
	}
	for len(args) > 0 {
		n := min(perInsert, len(args)/t.width)
		for n&(n-1) != 0 {
			n &= n - 1 // the largest power of two
		}
		marks := Values
		if e == SQLite {
			marks = unnamed
		}
		if err := send(t.insert()+"VALUES "+marks(t.width, n)+t.tail(), args[:n*t.width]); err != nil {
			return err
		}
		args = args[n*t.width:]
	}
	return nil
}

// Values are the placeholders of rows: "($1,$2),($3,$4)".
func Values(width, rows int) string {
	var b strings.Builder
	for i := range rows {
		for j := range width {
			switch {
			case j > 0:
				b.WriteByte(',')
			case i > 0:
				b.WriteString(",(")
			default:
				b.WriteByte('(')
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(i*width + j + 1))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// unnamed is Values without numbers. The SQLite driver looks the name of each placeholder
// up in a list, which takes most of the time when there are a thousand.
func unnamed(width, rows int) string {
	row := ",(" + strings.Repeat("?,", width-1) + "?)"
	return strings.Repeat(row, rows)[1:]
}

// Restart makes the ids that the database gives out go on behind those of rows that came
// with theirs. SQLite does so by itself.
func Restart(ctx context.Context, tx Tx, tables ...string) error {
	if tx.Engine() != Postgres {
		return nil
	}
	for _, t := range tables {
		var n int64
		if err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%[1]s', 'id'), (SELECT COALESCE(max(id), 0) + 1 FROM %[1]s), FALSE)`, t)).Scan(&n); err != nil {
			return err
		}
	}
	return nil
}

// NextID is the id behind the largest of a table.
func NextID(ctx context.Context, tx Tx, table string) (id int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) + 1 FROM `+table).Scan(&id)
	return id, err
}

// NewIDs takes ids for rows of a table whose ids the database gives out. Write the rows in the same
// transaction: on SQLite, only that keeps others from getting them, too.
func NewIDs(ctx context.Context, tx Tx, table string, n int) ([]int64, error) {
	if tx.Engine() == Postgres {
		rows, err := tx.Query(ctx, `SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2)`, table, n)
		return Collect(rows, err, func(r Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
	}
	// There is one writer; rows written with their ids move the sequence of an AUTOINCREMENT table.
	var last int64
	if err := tx.QueryRow(ctx, `SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = $1), 0)`, table).Scan(&last); err != nil {
		return nil, err
	}
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = last + 1 + int64(i)
	}
	return ids, nil
}
