package dbtest

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"steward/internal/db"
)

// BenchEach runs a benchmark on databases that wait for the disk: an embedded one, and one
// on the PostgreSQL server named by STEWARD_BENCH_PG (a URL of an empty database) or, without
// it, on a server of the benchmark's own with fsync on.
func BenchEach(b *testing.B, bench func(b *testing.B, d *db.DB)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { bench(b, Open(b, db.Options{Dir: b.TempDir()})) })
	b.Run("postgres", func(b *testing.B) {
		if url := os.Getenv("STEWARD_BENCH_PG"); url != "" {
			bench(b, Open(b, db.Options{URL: url}))
			return
		}
		s := OwnServer(b, "fsync=on", "full_page_writes=on", "synchronous_commit=on")
		bench(b, Open(b, s.Options(b)))
	})
}

// Callers runs fn b.N times, from that many callers at once.
func Callers(b *testing.B, callers int, fn func() error) {
	b.Helper()
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := fn(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
}
