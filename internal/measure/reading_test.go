package measure_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/measure"
)

func (w *world) read(name string, asked measure.Asked) (out map[int64]measure.Reading) {
	w.t.Helper()
	if err := w.db.Read(w.t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		out, err = w.s.Read(ctx, tx, name, []int64{1, 2}, asked)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestAReadingSaysWhatAValueRestsOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := rand.New(rand.NewPCG(1, 1))
		for range 30 {
			w.now = w.now.Add(time.Duration(r.IntN(300)) * time.Minute)
			w.set(int64(1+r.IntN(3)), int64(1+r.IntN(2)), r.IntN(2) == 0, w.now.Add(-time.Duration(r.IntN(200))*time.Minute))
			w.settle()
		}
		for range 20 {
			asked := measure.Asked{At: start.Add(time.Duration(r.IntN(5000)) * time.Minute), Known: start.Add(time.Duration(r.IntN(5000)) * time.Minute)}
			for _, name := range []string{"test.running", "test.changes_1d", "test.last_at", "test.since", "test.last_word"} {
				got := w.read(name, asked)
				for _, id := range []int64{1, 2} {
					a := w.explain(name, id, asked)
					one := got[id]
					if one.Value != a.Value {
						t.Fatalf("%s of %d as of %v reads %v, want %v", name, id, asked, one.Value, a.Value)
					}
					if name == "test.last_word" && len(a.Evidence) == 1 && (one.EventID != a.Evidence[0].EventID || !one.At.Equal(a.Evidence[0].At)) {
						t.Fatalf("it rests on event %d of %s, want %d of %s", one.EventID, one.At, a.Evidence[0].EventID, a.Evidence[0].At)
					}
					if name == "test.since" && !one.At.Equal(a.Anchor) {
						t.Fatalf("the anchor is %s, want %s", one.At, a.Anchor)
					}
					if name == "test.changes_1d" && len(a.Evidence) > 0 && len(a.Evidence) < 20 {
						if want := a.Evidence[len(a.Evidence)-1].At.Add(24 * time.Hour); !one.Until.Equal(want) {
							t.Fatalf("it changes at %s, want %s", one.Until, want)
						}
					}
				}
			}
		}
	})
}

func TestManyMomentsReadAsEachOfThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := rand.New(rand.NewPCG(2, 1))
		for range 30 {
			w.now = w.now.Add(time.Duration(r.IntN(300)) * time.Minute)
			w.set(int64(1+r.IntN(3)), int64(1+r.IntN(2)), r.IntN(2) == 0, w.now.Add(-time.Duration(r.IntN(200))*time.Minute))
			w.settle()
		}
		var at []time.Time
		for n := range 40 {
			at = append(at, w.now.Add(-time.Duration(n)*97*time.Minute))
		}
		for _, name := range []string{"test.running", "test.changes_1d", "test.last_at", "test.since", "test.last_word"} {
			var each []map[int64]measure.Reading
			if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				each, err = w.s.ReadEach(ctx, tx, name, []int64{1, 2}, at)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for n := range at {
				if one := w.read(name, measure.Asked{At: at[n]}); !maps.Equal(each[n], one) {
					t.Fatalf("%s at %s: %v of many, %v of one", name, at[n], each[n], one)
				}
			}
		}
	})
}

func TestAWatcherIsToldWhoseMeasuresChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var told []int64
		w.s.Watch(func(_ context.Context, _ db.Tx, kind string, ids []int64) error {
			if kind == "organization" {
				told = append(told, ids...)
			}
			return nil
		})
		w.set(1, 2, true, hour(1))
		w.settle()
		if !slices.Contains(told, 2) || slices.Contains(told, 1) {
			t.Errorf("told about %v, want 2", told)
		}
	})
}
