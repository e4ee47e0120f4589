package ledger_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
)

// fill appends n events, a hundred in a transaction, and sequences them.
func fill(b *testing.B, d *db.DB, l *ledger.Ledger, n int) {
	b.Helper()
	ctx := context.Background()
	for done := 0; done < n; done += 100 {
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			for i := range 100 {
				in := ledger.Entry{Verb: "ticket.updated", Subject: ledger.Ref{Kind: "ticket", ID: int64(done + i)},
					Data: map[string]any{"status": []string{"open", "pending"}, "assignee_id": []int{7, 9}}}
				if i == 0 {
					in.Private, in.PersonID = map[string]string{"from": "somebody@example.com"}, 4
				}
				if _, err := l.Append(ctx, tx, act.Root(), in); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := l.Seal(ctx, act.Root().Now()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkVerify(b *testing.B) {
	dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
		const n = 50_000
		l := ledger.New(d)
		fill(b, d, l, n)
		for b.Loop() {
			if r, err := l.Verify(context.Background(), nil); err != nil || r.Events != n || r.Tampered != 0 {
				b.Fatalf("%+v %v", r, err)
			}
		}
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

// BenchmarkAppend counts changes from the call to their place in the order, one event each.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
				l := ledger.New(d)
				ctx, stop := context.WithCancel(context.Background())
				defer stop()
				go l.Run(ctx)
				before, _, err := l.Head(ctx)
				if err != nil {
					b.Fatal(err)
				}
				var subject atomic.Int64
				dbtest.Callers(b, callers, func() error {
					return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
						_, err := l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.updated", Subject: ledger.Ref{Kind: "ticket", ID: subject.Add(1)}})
						return err
					})
				})
				b.StartTimer()
				for { // the figure includes the order
					changed := d.Changed()
					if pos, _, err := l.Head(ctx); err != nil {
						b.Fatal(err)
					} else if pos-before >= int64(b.N) {
						break
					}
					db.Wait(ctx, changed, 1e9)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			})
		})
	}
}
