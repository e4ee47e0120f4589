package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"steward/internal/fault"
)

// writeTimeout bounds one transaction on PostgreSQL, retries included.
const writeTimeout = 60 * time.Second

func openPostgres(ctx context.Context, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The --database URL cannot be read. It should look like postgres://user@host:5432/name.")
	}
	cfg.MaxConns = int32(o.Writers + o.Readers + 4)
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	// Text compares bytewise and times are ours, whatever the server was set up with.
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "steward"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "The database cannot be reached: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fault.New(fault.Unavailable, "The database cannot be reached: %w", err)
	}
	sqldb := stdlib.OpenDBFromPool(pool)
	sqldb.SetMaxOpenConns(int(cfg.MaxConns))
	d := &DB{engine: Postgres, url: o.URL, pool: sqldb, signal: newSignal()}
	d.writer = &pgWriter{db: sqldb, slots: make(chan struct{}, o.Writers), waiting: make(chan struct{}, o.Queue), counters: &d.counters}
	d.readers = &pgReader{db: sqldb, slots: make(chan struct{}, o.Readers)}
	d.close = append(d.close, func() error { pool.Close(); return nil }, sqldb.Close)
	return d, nil
}

type pgWriter struct {
	db      *sql.DB
	slots   chan struct{} // transactions under way
	waiting chan struct{} // callers waiting or under way

	counters *counters
}

func (w *pgWriter) write(ctx context.Context, fn Func) error {
	select {
	case w.waiting <- struct{}{}:
		defer func() { <-w.waiting }()
	default:
		return tooBusy()
	}
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(inside(ctx), writeTimeout)
	defer cancel()
	for try := 1; ; try++ {
		begun, err := w.once(ctx, fn)
		w.counters.commits.Add(1)
		again := collided(err) || !begun && try < 4 // a connection that died idle costs nothing
		if err == nil || try == 8 || !again {
			return err
		}
		w.counters.retries.Add(1)
		pause := time.Duration(1<<try) * time.Millisecond
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-ctx.Done():
			return err
		}
	}
}

func (w *pgWriter) once(ctx context.Context, fn Func) (begun bool, err error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close() // the pool drops it when it is broken or still in a transaction
	// The first statement takes "begin" along.
	t := &transaction{engine: Postgres, q: conn, waiting: []statement{{query: `begin`}}, send: func(ctx context.Context, all []statement) (int64, error) {
		n, err := pipeline(ctx, conn, all)
		begun = begun || err == nil
		return n, err
	}}
	if err = t.run(ctx, fn); err == nil && (begun || len(t.waiting) > 1) {
		_, err = t.sendWaiting(ctx, statement{query: commit})
		begun = true // it may have been committed though the answer was lost
	}
	if err != nil {
		// What failed before the database had begun was lost with its connection.
		begun = begun || t.failed == nil || !lostConnection(err)
		_, _ = conn.ExecContext(ctx, `rollback`)
		return begun, err
	}
	t.committed()
	return true, nil
}

const commit = `commit`

// lostConnection reports whether err says that the connection is gone, not that the
// statement was refused.
func lostConnection(err error) bool {
	var pg *pgconn.PgError
	return !errors.As(err, &pg) || strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08")
}

// pipeline runs statements in one round trip; the first that fails keeps those behind it
// from running. It returns how many rows the last one changed.
func pipeline(ctx context.Context, conn *sql.Conn, all []statement) (changed int64, err error) {
	err = conn.Raw(func(driver any) error {
		b := &pgx.Batch{}
		for _, s := range all {
			b.Queue(s.query, s.args...)
		}
		res := driver.(*stdlib.Conn).Conn().SendBatch(ctx, b)
		for _, s := range all {
			tag, err := res.Exec()
			if err == nil && s.query == commit && tag.String() != "COMMIT" {
				err = errors.New("db: the database rolled the transaction back")
			}
			if err != nil {
				if s.failed != nil {
					s.failed(err)
				}
				_ = res.Close()
				return err
			}
			changed = tag.RowsAffected()
		}
		return res.Close()
	})
	return changed, err
}

// collided reports whether the transaction lost against another, or against a change of the
// schema under a prepared statement, and may simply run again.
func collided(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01" || pg.Routine == "RevalidateCachedQuery")
}

type pgReader struct {
	db    *sql.DB
	slots chan struct{}
}

func (r *pgReader) read(ctx context.Context, snapshot bool, fn Func) error {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if snapshot {
		stx, err := r.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return err
		}
		defer stx.Rollback()
		return (&transaction{engine: Postgres, q: stx, readOnly: true}).run(ctx, fn)
	}
	c, err := r.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return (&transaction{engine: Postgres, q: c, readOnly: true}).run(ctx, fn)
}

// listen waits for wake-ups from other nodes until ctx ends, reconnecting as needed.
func (d *DB) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.listenOnce(ctx); err != nil && ctx.Err() == nil {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
}

func (d *DB) listenOnce(ctx context.Context) error {
	c, err := pgx.Connect(ctx, d.url)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	d.signal.broadcast() // something may have happened while we were away
	for {
		if _, err := c.WaitForNotification(ctx); err != nil {
			return err
		}
		d.signal.broadcast()
	}
}
