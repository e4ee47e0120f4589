package insight_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/insight"
	"steward/internal/ledger"
)

// BenchmarkFollow says how fast figures catch up, and how far they lag while 2,000 events a second are
// told for three seconds. An iteration is an event.
func BenchmarkFollow(b *testing.B) {
	dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
		w := newWorld(b, d, 1)
		w.follow() // nothing yet: the followers read all that comes
		for from := 0; from < b.N; from += 500 {
			w.crowd(from, min(500, b.N-from))
		}
		if err := w.l.Settle(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		w.follow()
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
		worst, begun := time.Duration(0), time.Now()
		for n := range 60 {
			w.crowd(b.N+n*100, 100)
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

// crowd tells of n machines in one transaction.
func (w *world) crowd(from, n int) {
	w.Helper()
	if err := w.d.Write(w.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := from; i < from+n; i++ {
			m := machine{Place: []string{"hall", "yard", "roof"}[i%3], Owner: int64(i % 200), Room: int64(i % 10), Began: time.Now().Add(-time.Duration(i%20_000) * time.Minute).UnixMicro()}
			if i/20_000%2 == 1 {
				m.Ended = time.Now().UnixMicro()
			}
			if _, err := w.l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "machine.set", Subject: ledger.Ref{Kind: "machine", ID: int64(i%20_000 + 1)}, Data: m}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}

// BenchmarkDashboard says how long twelve questions over eighteen months take, over a million facts
// that are made up. An iteration is all twelve.
func BenchmarkDashboard(b *testing.B) {
	const facts, days = 1_000_000, 548
	questions := []insight.Ask{
		{Name: "count"}, {Name: "count", Every: "week"}, {Name: "count", Group: "machine.place"}, {Name: "count", Group: "machine.owner"},
		{Name: "share", Every: "week", Group: "machine.place"}, {Name: "mean"}, {Name: "median"}, {Name: "median", Group: "machine.place"},
		{Name: "owners"}, {Name: "standing", Every: "week"}, {Name: "standing", Group: "machine.place"},
		{Name: "count", Group: "machine.room", Filter: `machine.place == "hall" && machine.owner != 7`},
	}
	dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
		w := newWorld(b, d, 1)
		w.follow()
		end := midnight(start, "")
		random := rand.New(rand.NewPCG(1, 2))
		if err := w.s.FillDays(b.Context(), facts, func(i int) insight.Synthetic {
			at := end.Add(-time.Duration(int64(facts-i) * int64(days*24*time.Hour) / facts))
			owner := random.Int64N(200)
			return insight.Synthetic{At: at, Until: at.Add(time.Duration(random.Int64N(72)) * time.Hour), Good: i%3 == 0, Owner: owner, Amount: random.Int64N(1e9),
				Dimensions: []string{[]string{"hall", "yard", "roof"}[random.IntN(3)], fmt.Sprint(owner), fmt.Sprint(owner % 10), []string{"true", "false"}[i%2]}}
		}); err != nil {
			b.Fatal(err)
		}
		for i := range questions {
			questions[i].From, questions[i].To = end.AddDate(0, -18, 0), end
			if questions[i].Every == "" {
				questions[i].Every = "month"
			}
		}
		var took []time.Duration
		most := make([]time.Duration, len(questions))
		b.ResetTimer()
		for range b.N {
			begun := time.Now()
			for i, q := range questions {
				one := time.Now()
				if s := w.series(q); s.Total.Count == 0 {
					b.Fatalf("%+v: nothing", q)
				}
				most[i] = max(most[i], time.Since(one))
			}
			took = append(took, time.Since(begun))
		}
		b.StopTimer()
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
		b.Logf("most of each question: %v", most)
	})
}
