package demo

import (
	"testing"

	"steward/internal/db"
)

// BenchmarkOpen makes a fifth of the medium demo.
func BenchmarkOpen(b *testing.B) {
	v := volume{tickets: 20_000, agents: 60, organizations: 400, people: 2_400, played: 1}
	for b.Loop() {
		d, err := Open(b.Context(), Options{DB: db.Options{Dir: b.TempDir()}, Size: Medium, volume: &v})
		if err != nil {
			b.Fatal(err)
		}
		d.App.DB.Close()
	}
	b.ReportMetric(float64(v.tickets*b.N)/b.Elapsed().Seconds(), "tickets/s")
}
