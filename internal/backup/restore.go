package backup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// Into says where a copy goes and what becomes of it.
type Into struct {
	DB      db.Options // an empty folder or database
	Force   bool       // put what is there aside (a folder) or remove it (a database) first
	Sandbox bool       // a copy to try things in: nothing leaves it
	Now     time.Time
	// Change runs on the copy before anybody can use it; nil for nothing. Erasures are repeated
	// here, and the search is built again.
	Change func(ctx context.Context, d *db.DB) error
	// Say hears of each step; nil for silence.
	Say func(format string, args ...any)
}

// Result tells what a copy came to.
type Result struct {
	Manifest Manifest
	Ledger   ledger.Report
	Held     int64 // outgoing mail that waits until it is released
}

// Restore makes a database from a backup file. The target is complete or not there at all.
func Restore(ctx context.Context, path string, in Into) (Result, error) {
	a, err := Open(path)
	if err != nil {
		return Result{}, err
	}
	defer a.Close()
	return into(ctx, in, a.Manifest, func(d *db.DB) (Result, error) { return copyInto(ctx, d, a, a.Manifest, in) })
}

// copyInto fills d, compares it with its source, brings its schema up to date and marks it.
func copyInto(ctx context.Context, d *db.DB, s source, m Manifest, in Into) (r Result, err error) {
	r.Manifest = m
	progress(in.Say, "copying %d rows in %d tables", m.Rows(), len(m.Tables))
	plans, err := fill(ctx, d, s, m)
	if err != nil {
		return r, err
	}
	progress(in.Say, "comparing what arrived with what was sent")
	if err := compare(ctx, d, plans); err != nil {
		return r, err
	}
	progress(in.Say, "verifying the ledger")
	if r.Ledger, err = verifyLedger(ctx, d, m); err != nil {
		return r, err
	}
	if err := d.Upgrade(ctx); err != nil {
		return r, err
	}
	if r.Held, err = quiet(ctx, d, m, in); err != nil {
		return r, err
	}
	if in.Change != nil {
		return r, in.Change(ctx, d)
	}
	return r, nil
}

// into opens the target, runs fill on it, and puts it in place or removes it again.
func into(ctx context.Context, in Into, m Manifest, fill func(d *db.DB) (Result, error)) (Result, error) {
	if in.DB.Dir != "" {
		return intoFolder(ctx, in, m, fill)
	}
	o := in.DB
	o.Schema = m.Schema
	if in.Force {
		if err := db.Drop(ctx, o.URL); err != nil {
			return Result{}, err
		}
	}
	if empty, err := db.Empty(ctx, o.URL); err != nil {
		return Result{}, err
	} else if !empty {
		return Result{}, fault.New(fault.Invalid, "The database has tables already, so nothing was copied. Give an empty one; restore --force removes what is there first.")
	}
	d, err := db.Open(ctx, o)
	if err != nil {
		return Result{}, err
	}
	r, err := fill(d)
	err = errors.Join(err, d.Close())
	if err != nil { // nothing half done stays behind
		if derr := db.Drop(context.WithoutCancel(ctx), o.URL); derr != nil {
			err = errors.Join(err, derr)
		}
	}
	return r, oneError(err)
}

// intoFolder fills a folder beside the target and renames it.
func intoFolder(ctx context.Context, in Into, m Manifest, fill func(d *db.DB) (Result, error)) (Result, error) {
	dir := filepath.Clean(in.DB.Dir)
	there, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Result{}, fault.New(fault.Unavailable, "The folder %s cannot be read: %w", dir, err)
	}
	if len(there) > 0 && !in.Force {
		return Result{}, fault.New(fault.Invalid, "The folder %s is not empty, so nothing was copied. Give an empty one, or add --force to put what is there aside.", dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return Result{}, fault.New(fault.Unavailable, "The folder %s cannot be made: %w", filepath.Dir(dir), err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".restoring-")
	if err != nil {
		return Result{}, fault.New(fault.Unavailable, "No folder can be made beside %s: %w", dir, err)
	}
	defer os.RemoveAll(temp)
	o := in.DB
	o.Dir, o.Own, o.Schema = temp, true, m.Schema
	d, err := db.Open(ctx, o)
	if err != nil {
		return Result{}, err
	}
	r, err := fill(d)
	if err = errors.Join(err, d.Close()); err != nil {
		return r, oneError(err)
	}
	if err := putAside(dir, len(there) > 0, in); err != nil {
		return r, err
	}
	if err := os.Rename(temp, dir); err != nil {
		return r, fault.New(fault.Unavailable, "The copy cannot be put in place: %w", err)
	}
	return r, syncFolder(filepath.Dir(dir))
}

// putAside makes room: an empty folder goes, one with something in it gets another name.
func putAside(dir string, used bool, in Into) error {
	if !used {
		if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fault.New(fault.Unavailable, "The empty folder %s cannot be replaced: %w", dir, err)
		}
		return nil
	}
	if err := db.Unserved(dir); err != nil {
		return err
	}
	aside := dir + ".before-" + in.Now.UTC().Format("20060102T150405")
	if err := os.Rename(dir, aside); err != nil {
		return fault.New(fault.Unavailable, "The folder %s cannot be put aside: %w", dir, err)
	}
	progress(in.Say, "what was in %s is in %s now", dir, aside)
	return nil
}

// oneError is the first error for people among several.
func oneError(err error) error {
	if f := fault.As(err); f != nil {
		return f
	}
	return err
}

// sandboxKey names the row of instance that makes a copy a sandbox; its value is an Origin.
const sandboxKey = "sandbox"

// Origin says where a copy came from.
type Origin struct {
	MadeAt     time.Time `json:"made_at"`     // moment that the copy shows
	RestoredAt time.Time `json:"restored_at"` // when it was made from it
}

// SandboxOf tells what a sandbox is a copy of; nil when the instance is none.
func SandboxOf(ctx context.Context, d *db.DB) (*Origin, error) {
	var text string
	err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT value FROM instance WHERE name = $1`, sandboxKey).Scan(&text)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o := &Origin{}
	return o, json.Unmarshal([]byte(text), o)
}

// quiet readies a copy: nobody is signed in, what ran elsewhere is due again, and outgoing mail
// waits until somebody releases it, or for ever in a sandbox.
func quiet(ctx context.Context, d *db.DB, m Manifest, in Into) (held int64, err error) {
	origin, err := json.Marshal(Origin{m.MadeAt, in.Now.UTC().Truncate(time.Second)})
	if err != nil {
		return 0, err
	}
	name, value := mail.HoldKey, "This is a copy of the "+string(m.Engine)+" database as it was at "+stamp(m.MadeAt)+"."
	if in.Sandbox {
		name, value = sandboxKey, string(origin)
	}
	err = d.Import(ctx, func(ctx context.Context, tx db.Tx, _ db.Fill) error {
		for _, q := range []string{
			`DELETE FROM session`,
			`DELETE FROM portal_link`,
			`DELETE FROM node`,
			`DELETE FROM instance WHERE name IN ('` + mail.HoldKey + `', '` + sandboxKey + `')`,
			`UPDATE job SET state = 'ready', owner = '' WHERE state = 'running'`,
			`UPDATE event_cursor SET owner = '', lease_until = 0 WHERE owner <> ''`,
		} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, $2)`, name, value); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'held')`).Scan(&held)
	})
	if err == nil && !in.Sandbox && held > 0 {
		err = hold(ctx, d)
	}
	return held, err
}

// hold puts what waits to leave on hold. Its jobs find it so and end.
func hold(ctx context.Context, d *db.DB) error {
	return d.Import(ctx, func(ctx context.Context, tx db.Tx, _ db.Fill) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET uncertain = (uncertain OR state = 'sending'), state = 'held', error = $1 WHERE state IN ('queued', 'sending')`, mail.HeldBecause)
		return err
	})
}
