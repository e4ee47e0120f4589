package dbtest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"steward/internal/db"
)

// Each runs test once per engine, each time on a fresh database.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { test(t, Open(t, Options(t, e))) })
	}
}

// Options names a fresh database on that engine; open it as often as the test needs.
func Options(t testing.TB, e db.Engine) db.Options {
	t.Helper()
	if e == db.SQLite {
		return db.Options{Dir: t.TempDir()}
	}
	return db.Options{URL: cluster(t).create(t)}
}

// Open opens the database and closes it with the test.
func Open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d, err := db.Open(ctx, o)
	if err != nil {
		cancel()
		t.Fatalf("open the test database: %v", err)
	}
	go d.Run(ctx)
	t.Cleanup(func() { cancel(); d.Close() })
	return d
}

var serial atomic.Int64

// create clones the migrated template into a database of its own and returns its URL.
func (c *pg) create(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("t%d", serial.Add(1))
	if err := c.exec(fmt.Sprintf("CREATE DATABASE %s TEMPLATE template_steward", name)); err != nil {
		t.Fatalf("create the test database: %v", err)
	}
	t.Cleanup(func() { _ = c.exec(fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)) })
	return c.url(name)
}
