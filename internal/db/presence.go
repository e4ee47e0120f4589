package db

import (
	"context"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// Presence tells PostgreSQL that this process lives, until ctx ends: a connection of its own
// holds a lock under name, which the server gives up when the process dies, and every beat runs
// a statement on it. A connection that is lost is made anew.
func (d *DB) Presence(ctx context.Context, name string, every time.Duration, beat func() (query string, args []any)) {
	for ctx.Err() == nil {
		if err := d.present(ctx, name, every, beat); err != nil && ctx.Err() == nil {
			slog.Debug("the node's own connection is lost; making another", "error", err)
			Wait(ctx, nil, 200*time.Millisecond)
		}
	}
}

func (d *DB) present(ctx context.Context, name string, every time.Duration, beat func() (string, []any)) error {
	c, err := pgx.Connect(ctx, d.url)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockKey(name)); err != nil {
		return err
	}
	for ctx.Err() == nil {
		query, args := beat()
		one, cancel := context.WithTimeout(ctx, 5*time.Second)
		_, err := c.Exec(one, query, args...)
		cancel()
		if err != nil {
			return err
		}
		Wait(ctx, nil, every)
	}
	return nil
}

// Absent reports, inside a transaction on PostgreSQL, whether nobody holds the lock under name
// any more; nobody can take it before the transaction ends.
func Absent(ctx context.Context, tx Tx, name string) (absent bool, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, lockKey(name)).Scan(&absent)
	return absent, err
}

func lockKey(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("steward node " + name))
	return int64(h.Sum64())
}
