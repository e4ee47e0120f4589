package measure_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
)

// tell appends events about machines, n in one transaction.
func tell(t testing.TB, d *db.DB, l *ledger.Ledger, from, n int) {
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := from; i < from+n; i++ {
			_, err := l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "machine.set", Subject: ledger.Ref{Kind: "machine", ID: int64(i%50_000 + 1)},
				Data: map[string]any{"owner": i % 5000, "running": i/50_000%2 == 0}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkFollow says how fast measures catch up, and how far they lag while 2,000 events a
// second are told for three seconds. An iteration is an event.
func BenchmarkFollow(b *testing.B) {
	dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
		w := newWorld(b, d)
		for from := 0; from < b.N; from += 500 {
			tell(b, d, w.l, from, min(500, b.N-from))
		}
		if err := w.l.Settle(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		w.settle()
		b.StopTimer()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		if b.N < 1000 {
			return // still finding its size
		}
		ctx, stop := context.WithCancel(b.Context())
		defer stop()
		go w.l.Run(ctx)
		f := w.s.Followers()[0]
		go w.l.Follow(ctx, f)
		worst := time.Duration(0)
		begun := time.Now()
		for n := 0; n < 60; n++ {
			tell(b, d, w.l, b.N+n*100, 100)
			lags, err := w.l.Lags(ctx)
			if err != nil {
				b.Fatal(err)
			}
			for _, lag := range lags {
				if lag.Name == f.Name && !lag.Since.IsZero() {
					worst = max(worst, time.Since(lag.Since))
				}
			}
			db.Pace(ctx, begun, time.Duration(n+1)*50*time.Millisecond)
		}
		b.ReportMetric(float64(worst.Milliseconds()), "ms-lag")
	})
}
