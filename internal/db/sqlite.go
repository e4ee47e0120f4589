package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the embedded engine

	"steward/internal/fault"
)

// fileName is the database inside the data folder.
const fileName = "steward.db"

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "The data folder %s cannot be made: %w", o.Dir, err)
	}
	d := &DB{engine: SQLite, dir: o.Dir, signal: newSignal()}
	if o.Own {
		unlock, err := lockFolder(o.Dir)
		if err != nil {
			return nil, err
		}
		d.close = append(d.close, unlock)
	}
	path := filepath.Join(o.Dir, fileName)
	write, err := sql.Open("sqlite", sqliteDSN(path, false))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(2) // one writes; the other migrates at start and checkpoints after
	d.pool = write
	d.close = append(d.close, write.Close)
	// The first to open a fresh file switches it to WAL, which SQLite does not wait for.
	unlock, err := lockMigration(ctx, o.Dir)
	if err != nil {
		d.Close()
		return nil, err
	}
	w, err := newGroupWriter(ctx, write, o, &d.counters)
	unlock()
	if err != nil {
		d.Close()
		return nil, fault.New(fault.Unavailable, "The database %s cannot be opened: %w", path, err)
	}
	d.writer = w
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	stopped := make(chan struct{})
	go func() { defer close(stopped); checkpoint(ctx, write, path+"-wal") }()
	d.close = append(d.close, w.stop, func() error { stop(); <-stopped; return nil })
	read, err := sql.Open("sqlite", sqliteDSN(path, true))
	if err != nil {
		d.Close()
		return nil, err
	}
	read.SetMaxOpenConns(o.Readers)
	read.SetMaxIdleConns(o.Readers)
	r := newConnPool(read, SQLite, o.Readers)
	d.readers = r
	d.close = append(d.close, read.Close, r.stop)
	return d, nil
}

// sqliteDSN sets the pragmas on every connection, in the order that matters: the timeout
// first, so that switching to WAL can wait for another process.
func sqliteDSN(path string, readOnly bool) string {
	v := url.Values{}
	for _, p := range []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"journal_size_limit(67108864)", "temp_store(MEMORY)",
	} {
		v.Add("_pragma", p)
	}
	if readOnly {
		v.Add("_pragma", "cache_size(-8000)")
		v.Add("_pragma", "query_only(1)")
	} else {
		v.Add("_pragma", "cache_size(-64000)")
		v.Add("_pragma", fmt.Sprintf("wal_autocheckpoint(%d)", 4*checkpointPages))
		v.Set("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// checkpointPages is how many pages of log are worth moving into the database file.
const checkpointPages = 4000

// checkpoint moves the log into the database file beside the writer, which would otherwise
// stop for it every thousand pages. The writer still does it when the log is four times as
// long; by then little of it is left to move, and the log begins anew.
func checkpoint(ctx context.Context, d *sql.DB, log string) {
	for ctx.Err() == nil {
		Wait(ctx, nil, 250*time.Millisecond)
		if info, err := os.Stat(log); err != nil || info.Size() < checkpointPages*4096 {
			continue
		}
		var busy, pages, moved int64
		err := d.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &moved)
		if err == nil && moved == pages { // nothing is left until the log begins anew
			Wait(ctx, nil, time.Second)
		}
	}
}

// lockFolder makes this process the only server of the folder until unlock.
func lockFolder(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "steward.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "The data folder %s cannot be locked: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fault.New(fault.Unavailable, "Another steward serves %s already. Stop it first, or use PostgreSQL for several nodes.", dir)
	}
	if err := f.Truncate(0); err == nil {
		fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f.Close, nil
}

// Unserved refuses a folder that a server owns just now.
func Unserved(dir string) error {
	unlock, err := lockFolder(dir)
	if err != nil {
		return err
	}
	return unlock()
}

// lockMigration waits until no other process changes the folder's schema.
func lockMigration(ctx context.Context, dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "migrate.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "The data folder %s cannot be locked: %w", dir, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		if Wait(ctx, nil, 20*time.Millisecond); ctx.Err() != nil {
			f.Close()
			return nil, fault.New(fault.Unavailable, "Another process has been changing the schema of %s for too long.", dir)
		}
	}
	return f.Close, nil
}
