package db_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// BenchmarkWrite counts durable changes: each is acknowledged after the disk has it. On
// PostgreSQL it needs STEWARD_BENCH_PG or starts a server with fsync on (dbtest.BenchEach).
func BenchmarkWrite(b *testing.B) {
	for _, callers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
				var serial atomic.Int64
				dbtest.Callers(b, callers, func() error {
					return d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
						_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, 'x') ON CONFLICT (name) DO UPDATE SET value = 'y'`,
							fmt.Sprint(serial.Add(1)))
						return err
					})
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			})
		})
	}
}

// BenchmarkReadPoint counts reads of one row by its key.
func BenchmarkReadPoint(b *testing.B) {
	dbtest.BenchEach(b, func(b *testing.B, d *db.DB) {
		_ = put(d, "k")
		dbtest.Callers(b, 8, func() error {
			return d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
				var v string
				return tx.QueryRow(ctx, `SELECT value FROM instance WHERE name = $1`, "k").Scan(&v)
			})
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
	})
}
