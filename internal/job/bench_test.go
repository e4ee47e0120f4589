package job_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/job"
)

// BenchmarkEnqueue counts jobs put in, each in a durable transaction of its own.
func BenchmarkEnqueue(b *testing.B) {
	dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
		q := job.New(d, nil)
		var serial atomic.Int64
		round := time.Now().UnixNano()
		dbtest.Callers(b, 32, func() error {
			return d.Write(bg, func(ctx context.Context, tx db.Tx) error {
				return q.Enqueue(ctx, tx, start, job.Spec{Kind: "later", Key: fmt.Sprint(round, serial.Add(1)), Due: time.Now().Add(time.Hour)})
			})
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	})
}

// BenchmarkRun counts jobs run by one runner, each with one effect, behind a backlog of
// another kind that is due too and waits for another node.
func BenchmarkRun(b *testing.B) {
	dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
		do(b, d, `DROP TABLE IF EXISTS effect`)
		do(b, d, effectTable)
		q := job.New(d, nil)
		q.Handle("a", job.Options{Parallel: 64}, effect)
		put := func(kind string, n int) {
			for done := 0; done < n; done += 1000 {
				write(b, d, func(ctx context.Context, tx db.Tx) error {
					for i := done; i < min(n, done+1000); i++ {
						if err := q.Enqueue(ctx, tx, start, job.Spec{Kind: kind, Key: fmt.Sprint(i), Due: start}); err != nil {
							return err
						}
					}
					return nil
				})
			}
		}
		put("backlog", 20_000)
		put("a", b.N)
		b.ResetTimer()
		ctx, stop := context.WithCancel(bg)
		go func() {
			defer stop()
			for number(b, d, `SELECT count(*) FROM (SELECT 1 FROM job WHERE kind = 'a' LIMIT 1) AS one`) > 0 {
				db.Wait(ctx, nil, 5*time.Millisecond)
			}
		}()
		q.Run(ctx)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	})
}
