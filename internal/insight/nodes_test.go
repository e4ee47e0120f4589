package insight_test

import (
	"context"
	"sync"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/insight"
)

// TestNodesThatBeginAtOnceBeginOnce lets several nodes work the same new indicators out at once: none
// fails, nothing is begun twice, and the figures are those of one node alone.
func TestNodesThatBeginAtOnceBeginOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 7)
		w.happen(60)
		if err := w.l.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			var nodes sync.WaitGroup
			for range 6 {
				s := insight.New(w.s.Parts)
				nodes.Go(func() {
					for more := true; more; {
						var err error
						if more, err = s.Build(t.Context()); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			nodes.Wait()
			if twice := w.rows(`SELECT count(*) AS n FROM insight_stream GROUP BY indicator_id, part HAVING count(*) > 1`); len(twice) > 0 {
				t.Errorf("%d parts of indicators were begun twice", len(twice))
			}
			if sources := w.rows(`SELECT name FROM insight_source`); len(sources) != 1 {
				t.Errorf("%d sources", len(sources))
			}
			said := w.everything()
			w.forget()
			w.follow()
			for key, alone := range w.everything() {
				if said[key] != alone {
					t.Errorf("%s: several nodes\n%.300s\none\n%.300s", key, said[key], alone)
				}
			}
			w.forget()
		}
	})
}

// TestRebuildTakesEffectWhileTheConfigurationStays asks for an indicator anew when there is nothing else to build.
func TestRebuildTakesEffectWhileTheConfigurationStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 31)
		inForce := insight.FromSet(w.set)
		parts := w.s.Parts
		parts.Indicators = func() []*insight.InForce { return inForce }
		w.s = insight.New(parts)
		w.steps(30)
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return w.s.Rebuild(ctx, tx, act.Root(), "share") }); err != nil {
			t.Fatal(err)
		}
		w.follow()
		if built := w.rows(`SELECT id FROM insight_stream WHERE run = 2 AND finished IS NOT NULL`); len(built) != 1 {
			t.Errorf("%d parts were built anew", len(built))
		}
	})
}
