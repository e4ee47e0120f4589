package db

import (
	"context"
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
	cfg.ConnConfig.RuntimeParams["jit"] = "off" // compiling a query takes longer than any of ours runs
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
	d := &DB{engine: Postgres, url: o.URL, pool: sqldb, conns: pool, signal: newSignal()}
	d.writer = &pgWriter{pool: pool, slots: make(chan struct{}, o.Writers), waiting: make(chan struct{}, o.Queue), counters: &d.counters}
	d.readers = &pgReader{pool: pool, slots: make(chan struct{}, o.Readers)}
	d.close = append(d.close, func() error { pool.Close(); return nil }, sqldb.Close)
	return d, nil
}

type pgWriter struct {
	pool    *pgxpool.Pool
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
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release() // the pool drops it when it is broken or still in a transaction
	// The first statement takes "begin" along.
	q := &pgConn{conn: conn.Conn()}
	t := &transaction{engine: Postgres, q: q, batches: true, waiting: []statement{{query: `begin`}}}
	if err = t.run(ctx, fn); err == nil && (q.answered || len(t.waiting) > 1) {
		_, err = t.sendWaiting(ctx, statement{query: commit})
		q.answered = true // it may have been committed though the answer was lost
	}
	if err != nil {
		if conn.Conn().PgConn().TxStatus() != 'I' {
			_, _ = conn.Exec(ctx, `rollback`)
		}
		// What failed before the database had begun was lost with its connection.
		return q.answered || t.failed == nil || !lostConnection(err), err
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

// collided reports whether the transaction lost against another, or against a change of the
// schema under a prepared statement, and may simply run again.
func collided(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01" || pg.Routine == "RevalidateCachedQuery")
}

type pgReader struct {
	pool  *pgxpool.Pool
	slots chan struct{}
}

func (r *pgReader) read(ctx context.Context, snapshot bool, fn Func) error {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	c, err := r.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	t := &transaction{engine: Postgres, q: &pgConn{conn: c.Conn()}, readOnly: true}
	if snapshot {
		t.waiting = []statement{{query: `begin isolation level repeatable read read only`}}
		defer func() {
			if c.Conn().PgConn().TxStatus() != 'I' {
				_, _ = c.Exec(context.WithoutCancel(ctx), `rollback`)
			}
		}()
	}
	return t.run(ctx, fn)
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
	d.signal.fromElsewhere() // something may have happened while we were away
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Payload != d.signal.name { // we know what we did ourselves
			d.signal.fromElsewhere()
		}
	}
}
