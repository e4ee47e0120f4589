package dbtest

import (
	"context"
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
