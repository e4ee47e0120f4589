package db

import (
	"context"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"steward/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date. One process does it while others wait. A schema
// newer than this program knows is refused.
func (d *DB) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations/"+string(d.engine))
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithTableName("schema_version")}
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // look each second, for five minutes
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	} else {
		unlock, err := lockMigration(ctx, d.dir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	p, err := goose.NewProvider(dialect, d.pool, sub, opts...)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fault.New(fault.Unavailable, "The schema's version cannot be read: %w", err)
	}
	if current > target {
		return fault.New(fault.Unavailable, "The database has schema version %d; this program knows up to %d. Use a newer steward.", current, target)
	}
	if current == target {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fault.New(fault.Unavailable, "The schema cannot be brought up to date: %w", err)
	}
	return nil
}
