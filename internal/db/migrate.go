package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"steward/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date, or to the version asked for. One process does it
// while others wait. A schema more than one release newer than this program is refused.
func (d *DB) migrate(ctx context.Context, to int64) error {
	p, done, err := d.provider(ctx)
	if err != nil {
		return err
	}
	defer done()
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fault.New(fault.Unavailable, "The schema's version cannot be read: %w", err)
	}
	d.known = target
	switch {
	case current > target:
		return d.withinReach(ctx, current)
	case to == AsItIs:
		return nil
	case to != 0 && to < current || to > target:
		return fault.New(fault.Unavailable, "Schema version %d was asked for; the database has %d and this program knows up to %d.", to, current, target)
	case to != 0 && to < target:
		_, err = p.UpTo(ctx, to)
	case current < target:
		_, err = p.Up(ctx)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "The schema cannot be brought up to date: %w", err)
	}
	return nil
}

func (d *DB) provider(ctx context.Context) (p *goose.Provider, done func() error, err error) {
	sub := d.migrations
	if sub == nil {
		sub = Migrations(d.engine)
	}
	dialect, done := goose.DialectSQLite3, func() error { return nil }
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithTableName(schemaTable)}
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // look each second, for five minutes
		if err != nil {
			return nil, nil, err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	} else if done, err = lockMigration(ctx, d.dir); err != nil {
		return nil, nil, err
	}
	if p, err = goose.NewProvider(dialect, d.pool, sub, opts...); err != nil {
		_ = done()
	}
	return p, done, err
}

// Migrations are the files that make an engine's schema.
func Migrations(e Engine) fs.FS {
	sub, err := fs.Sub(migrations, "migrations/"+string(e))
	if err != nil {
		panic(err) // not embedded
	}
	return sub
}

// withinReach refuses a schema that has gone too far beyond what this program knows. Each
// migration says in schema_reach how old a program may be for it: a release allows the one
// before, so that nodes can be brought up to date one after another.
func (d *DB) withinReach(ctx context.Context, current int64) error {
	var oldest int64
	err := d.Read(ctx, func(ctx context.Context, tx Tx) error {
		return tx.QueryRow(ctx, `SELECT oldest FROM schema_reach WHERE version = $1`, current).Scan(&oldest)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err != nil || oldest > d.known {
		return fault.New(fault.Unavailable, "The database has schema version %d; this program knows up to %d, and more than one release lies between. Use a newer steward.", current, d.known)
	}
	return nil
}

// Schema is the version of the database's schema, and the newest this program knows.
func (d *DB) Schema(ctx context.Context) (current, known int64, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx Tx) error {
		return tx.QueryRow(ctx, `SELECT max(version_id) FROM `+schemaTable+` WHERE is_applied = `+truth(tx.Engine())).Scan(&current)
	})
	return current, d.known, err
}

// Known is the newest version of the schema that this program knows.
func (d *DB) Known() int64 { return d.known }

func truth(e Engine) string {
	if e == Postgres {
		return "TRUE"
	}
	return "1"
}

// CheckSchema refuses to go on when the schema has meanwhile gone too far: another node was
// brought up to date more than once.
func (d *DB) CheckSchema(ctx context.Context) error {
	current, known, err := d.Schema(ctx)
	if err != nil || current <= known {
		return err
	}
	return d.withinReach(ctx, current)
}

// Upgrade brings a schema that Options.Schema held back up to date.
func (d *DB) Upgrade(ctx context.Context) error { return d.migrate(ctx, 0) }
