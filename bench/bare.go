package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/db"
)

// bare measures what the engine itself can make durable: one small row in a commit, first
// with nothing of ours around it, then through db.Write.
func bare(ctx context.Context, s settings, e *engine, r *report) error {
	o := db.Options{Dir: filepath.Join(e.dir, "bare")}
	name, source := "sqlite", "file:"+filepath.Join(o.Dir, "steward.db")+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	if e.cluster != nil {
		if err := e.cluster.exec("postgres", "CREATE DATABASE bare"); err != nil {
			return err
		}
		o = db.Options{URL: e.cluster.url("bare")}
		name, source = "pgx", o.URL
	}
	d, err := db.Open(ctx, o)
	if err != nil {
		return err
	}
	defer d.Close()
	raw, err := sql.Open(name, source)
	if err != nil {
		return err
	}
	defer raw.Close()
	raw.SetMaxIdleConns(32)
	if e.cluster == nil {
		raw.SetMaxOpenConns(1) // SQLite has one writer; more connections only wait for each other
	}
	if _, err := raw.ExecContext(ctx, `CREATE TABLE bare_row (id BIGINT PRIMARY KEY, said TEXT NOT NULL)`); err != nil {
		return err
	}
	var n atomic.Int64
	const insert = `INSERT INTO bare_row (id, said) VALUES ($1, 'a small row, as small rows go')`
	for _, callers := range s.callers {
		rate, err := hammer(ctx, callers, s.each/2, func() error {
			_, err := raw.ExecContext(ctx, insert, n.Add(1))
			return err
		})
		if err != nil {
			return err
		}
		r.add(e, fmt.Sprintf("bare engine, durable commits, %d callers", callers), rate, "/s", target{}, "")
	}
	for _, callers := range s.callers {
		rate, err := hammer(ctx, callers, s.each/2, func() error {
			id := n.Add(1)
			return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, insert, id)
				return err
			})
		})
		if err != nil {
			return err
		}
		r.add(e, fmt.Sprintf("the same through db.Write, %d callers", callers), rate, "/s", target{}, "")
	}
	return nil
}

// hammer calls one from several goroutines for a while and returns how often a second.
func hammer(ctx context.Context, callers int, most time.Duration, one func() error) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	begun := time.Now()
	for range callers {
		wg.Go(func() {
			for ctx.Err() == nil && time.Since(begun) < most && failed.Load() == nil {
				if err := one(); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(begun).Seconds(), ctx.Err()
}
