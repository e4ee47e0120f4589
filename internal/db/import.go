package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"steward/internal/fault"
)

// Fill writes rows into a table as fast as the engine can and returns how many there were.
// next returns the values of columns in their order, and nil after the last row.
type Fill func(ctx context.Context, table string, columns []Column, next func() ([]any, error)) (int64, error)

// Import runs fn in one transaction without a time limit, for filling a database that nobody
// uses yet: all of it stays, or nothing does.
func (d *DB) Import(ctx context.Context, fn func(ctx context.Context, tx Tx, fill Fill) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	if d.engine == SQLite {
		return explain(d.writer.write(ctx, func(ctx context.Context, tx Tx) error {
			return fn(ctx, tx, func(ctx context.Context, table string, columns []Column, next func() ([]any, error)) (int64, error) {
				return insertRows(ctx, tx, table, columns, next)
			})
		}))
	}
	conn, err := d.conns.Acquire(ctx)
	if err != nil {
		return explain(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `begin`); err != nil {
		return explain(err)
	}
	t := &transaction{engine: Postgres, q: &pgConn{conn: conn.Conn()}}
	err = t.run(inside(ctx), func(inner context.Context, tx Tx) error {
		return fn(inner, tx, func(ctx context.Context, table string, columns []Column, next func() ([]any, error)) (int64, error) {
			n, err := copyRows(ctx, conn.Conn(), table, columns, next)
			return n, t.note(err)
		})
	})
	if err == nil {
		_, err = conn.Exec(context.WithoutCancel(ctx), commit)
	}
	if err != nil {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `rollback`)
		return explain(err)
	}
	t.committed()
	return nil
}

// insertRows fills a table of SQLite.
func insertRows(ctx context.Context, tx Tx, table string, columns []Column, next func() ([]any, error)) (n int64, err error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quote(c.Name)
	}
	b, list := &Bulk{}, strings.Join(names, ", ")
	for {
		row, err := next()
		if err != nil {
			return n, err
		}
		if row != nil {
			n++
			b.Add(quote(table), list, row...)
		}
		if row == nil || b.Rows() == perInsert {
			if err := b.Take().Write(ctx, tx); err != nil {
				return n, err
			}
		}
		if row == nil {
			return n, nil
		}
	}
}

// copyRows fills a table of PostgreSQL by COPY.
func copyRows(ctx context.Context, conn *pgx.Conn, table string, columns []Column, next func() ([]any, error)) (n int64, err error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	n, err = conn.CopyFrom(ctx, pgx.Identifier{table}, names, pgx.CopyFromFunc(next))
	if err != nil {
		err = fmt.Errorf("fill %s: %w", table, err)
	}
	return n, err
}

// Serials returns the highest number that each table's rows were ever given, where the
// database knows more than the rows tell: those of removed rows are not given out again.
func Serials(ctx context.Context, tx Tx, tables []Table) (map[string]int64, error) {
	out := map[string]int64{}
	for _, t := range tables {
		if t.Serial == "" {
			continue
		}
		var n sql.NullInt64
		q := `SELECT max(seq) FROM sqlite_sequence WHERE name = $1`
		if tx.Engine() == Postgres {
			q = `SELECT pg_sequence_last_value(pg_get_serial_sequence(quote_ident($1), '` + t.Serial + `'))`
		}
		if err := tx.QueryRow(ctx, q, t.Name).Scan(&n); err != nil {
			return nil, err
		}
		if n.Valid {
			out[t.Name] = n.Int64
		}
	}
	return out, nil
}

// SetSerials makes the database go on numbering behind the rows and behind given.
func SetSerials(ctx context.Context, tx Tx, tables []Table, given map[string]int64) error {
	for _, t := range tables {
		if t.Serial == "" {
			continue
		}
		var high int64
		if err := tx.QueryRow(ctx, `SELECT COALESCE(max(`+quote(t.Serial)+`), 0) FROM `+quote(t.Name)).Scan(&high); err != nil {
			return err
		}
		high = max(high, given[t.Name])
		if tx.Engine() == Postgres {
			var n int64
			if err := tx.QueryRow(ctx, `SELECT setval(pg_get_serial_sequence(quote_ident($1), '`+t.Serial+`'), $2, FALSE)`, t.Name, high+1).Scan(&n); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE sqlite_sequence SET seq = $1 WHERE name = $2 AND seq < $1`, high, t.Name); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sqlite_sequence (name, seq) SELECT $2, $1 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $2)`,
			high, t.Name); err != nil {
			return err
		}
	}
	return nil
}

// Empty reports whether a PostgreSQL database has no tables yet.
func Empty(ctx context.Context, url string) (empty bool, err error) {
	err = once(ctx, url, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm'))`).Scan(&empty)
	})
	return empty, err
}

// Drop removes everything in a PostgreSQL database's schema, for putting something else there.
func Drop(ctx context.Context, url string) error {
	return once(ctx, url, func(c *pgx.Conn) error {
		var schema string
		if err := c.QueryRow(ctx, `SELECT current_schema()`).Scan(&schema); err != nil {
			return err
		}
		name := pgx.Identifier{schema}.Sanitize()
		_, err := c.Exec(ctx, `DROP SCHEMA `+name+` CASCADE; CREATE SCHEMA `+name)
		return err
	})
}

// once runs fn on a connection of its own.
func once(ctx context.Context, url string, fn func(c *pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return fault.New(fault.Unavailable, "The database cannot be reached: %w", err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	return explain(fn(c))
}
