package dbtest

import (
	"os"
	"testing"

	"steward/internal/db"
)

// BenchEach runs a benchmark on databases that wait for the disk: an embedded one, and one
// on the PostgreSQL server named by STEWARD_BENCH_PG (a URL of an empty database) or, without
// it, on a server of the benchmark's own with fsync on.
func BenchEach(b *testing.B, bench func(b *testing.B, d *db.DB)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { bench(b, Open(b, Options(b, db.SQLite))) })
	b.Run("postgres", func(b *testing.B) {
		if url := os.Getenv("STEWARD_BENCH_PG"); url != "" {
			bench(b, Open(b, db.Options{URL: url}))
			return
		}
		s := OwnServer(b, "fsync=on", "full_page_writes=on", "synchronous_commit=on")
		bench(b, Open(b, s.Options(b)))
	})
}
