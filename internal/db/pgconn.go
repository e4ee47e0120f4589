package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// pgConn is a connection to PostgreSQL. What waited travels with the next statement: a round trip
// costs both sides more than most of our statements do.
type pgConn struct {
	conn     *pgx.Conn
	answered bool // the database has answered before
}

func (c *pgConn) exec(ctx context.Context, all []statement) (changed int64, err error) {
	b := batch(all)
	res := c.conn.SendBatch(ctx, b)
	if changed, err = each(res, all); err != nil {
		_ = res.Close()
		return changed, err
	}
	err = res.Close()
	c.answered = c.answered || err == nil
	return changed, err
}

func (c *pgConn) query(ctx context.Context, waited []statement, query string, args []any) (result, error) {
	if len(waited) > 0 && planned(args) {
		if _, err := c.exec(ctx, waited); err != nil {
			return nil, err
		}
		waited = nil
	}
	if len(waited) == 0 {
		rows, err := c.conn.Query(ctx, query, args...)
		return c.begin(rows, nil, err)
	}
	b := batch(waited)
	b.Queue(query, args...)
	res := c.conn.SendBatch(ctx, b)
	if _, err := each(res, waited); err != nil {
		_ = res.Close()
		return nil, err
	}
	rows, err := res.Query()
	return c.begin(rows, res, err)
}

// planned reports whether the arguments begin with how a query is to be planned, which a batch
// cannot say.
func planned(args []any) bool {
	if len(args) == 0 {
		return false
	}
	_, ok := args[0].(pgx.QueryExecMode)
	return ok
}

func batch(all []statement) *pgx.Batch {
	b := &pgx.Batch{}
	for _, s := range all {
		b.Queue(s.query, s.args...)
	}
	return b
}

// each reads how the statements of a batch went, up to the first that failed.
func each(res pgx.BatchResults, all []statement) (changed int64, err error) {
	for _, s := range all {
		tag, err := res.Exec()
		if err == nil && s.query == commit && tag.String() != "COMMIT" {
			err = errors.New("db: the database rolled the transaction back")
		}
		changed = tag.RowsAffected()
		if err = s.did(changed, err); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// pgRows are an answer of PostgreSQL, with the batch that they came in.
type pgRows struct {
	pgx.Rows
	batch pgx.BatchResults // nil when the query went alone
	ahead bool             // the first row was looked for
	first bool             // and is there
	err   error            // of the batch
}

// begin looks for the first row, so that a query that fails does so at once.
func (c *pgConn) begin(rows pgx.Rows, batch pgx.BatchResults, err error) (result, error) {
	if err != nil {
		if batch != nil {
			_ = batch.Close()
		}
		return nil, err
	}
	r := &pgRows{Rows: rows, batch: batch}
	r.first = r.Next()
	r.ahead = true
	if !r.first {
		if err := r.Err(); err != nil {
			return nil, err
		}
	}
	c.answered = true
	return r, nil
}

func (r *pgRows) Next() bool {
	if r.ahead {
		r.ahead = false
		return r.first
	}
	if r.Rows.Next() {
		return true
	}
	_ = r.Close()
	return false
}

func (r *pgRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

func (r *pgRows) Close() error {
	r.Rows.Close()
	if r.batch != nil {
		r.err = r.batch.Close()
		r.batch = nil
	}
	r.ahead, r.first = false, false
	return r.Err()
}

func (r *pgRows) Columns() ([]string, error) {
	var out []string
	for _, f := range r.FieldDescriptions() {
		out = append(out, f.Name)
	}
	return out, nil
}

// Scan gives what database/sql would: bytes that stay where they are until the next row, and of
// values that may be anything the plain types.
func (r *pgRows) Scan(dst ...any) error {
	for i, d := range dst {
		switch d := d.(type) {
		case *sql.RawBytes:
			dst[i] = (*pgtype.DriverBytes)(d)
		case *any:
			defer func() { *d = plain(*d) }()
		}
	}
	return r.Rows.Scan(dst...)
}

// plain is a value as drivers of database/sql know it.
func plain(v any) any {
	switch v := v.(type) {
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case float32:
		return float64(v)
	case pgtype.Numeric:
		s, err := v.Value()
		if err == nil {
			return s
		}
	}
	return v
}
