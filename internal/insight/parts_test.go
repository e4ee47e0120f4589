package insight_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/insight"
	"steward/internal/ledger"
)

// TestAStepWritesWhatItAdds takes the same steps on a day of few facts and on one of many.
func TestAStepWritesWhatItAdds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		written := map[int]int{}
		for _, facts := range []int{100, 40_000} {
			w := newWorld(t, d, 1)
			w.forget()
			w.follow() // nothing yet: the followers read all that comes
			if err := w.s.FillDays(t.Context(), facts, func(i int) insight.Synthetic {
				return insight.Synthetic{At: start.Add(time.Duration(i) * time.Millisecond), Until: start.Add(time.Duration(i) * time.Second), Amount: int64(i), Dimensions: []string{"hall"}}
			}); err != nil {
				t.Fatal(err)
			}
			before := w.sizes()
			for n := range 60 {
				for i := range 10 {
					w.append("machine.set", int64(facts+n*100+i), start.Add(time.Hour), machine{Place: "yard", Owner: int64(i % 5), Began: start.Add(time.Duration(n*10+i) * time.Minute / 10).UnixMicro(), Score: int64(n)})
				}
				w.order()
				w.follow()
				after := w.sizes()
				for key, size := range after {
					if before[key] != size {
						written[facts] += size
					}
				}
				before = after
			}
		}
		t.Logf("bytes written by 60 steps: %v", written)
		if few, many := written[100], written[40_000]; few == 0 || many > 2*few {
			t.Errorf("60 steps wrote %d bytes on a day of 100 facts, %d on one of 40,000", few, many)
		}
	})
}

// sizes are those of what is kept about days.
func (w *world) sizes() map[string]int {
	w.Helper()
	out := map[string]int{}
	w.read(func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT sheet_id, dim, bucket, part, length(data) FROM insight_roll`)
		_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
			var k [4]int64
			var size int
			err = r.Scan(&k[0], &k[1], &k[2], &k[3], &size)
			out[fmt.Sprint(k)] = size
			return
		})
		return err
	})
	return out
}

// TestADayHasFewParts fills a day with steps of every size.
func TestADayHasFewParts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, most := range []int{20, 300, 3000, 40_000} {
		sizes, written, added := map[int]int{}, 0, 0
		for range 20_000 {
			size := 1 + random.IntN(most)
			added += size
			written += insight.Room(sizes, size)
			parts := 0
			for _, n := range sizes {
				if n > 0 {
					parts++
				}
			}
			if parts > 40 || len(sizes) > 50 {
				t.Fatalf("%d parts in %d places after %d bytes", parts, len(sizes), added)
			}
		}
		t.Logf("steps of up to %d bytes: %d added, each byte written %.1f times, %d places", most, added, float64(written)/float64(added), len(sizes))
		if most >= 3000 && written > 10*added {
			t.Errorf("steps of up to %d bytes: each byte was written %.1f times", most, float64(written)/float64(added))
		}
	}
}

// TestPartsTellWhatOneBlockWould lets people and machines move about in small steps, and asks the same before and
// after everything was packed together: figures, and what is hidden of them, do not depend on where facts lie.
func TestPartsTellWhatOneBlockWould(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := staffed(t, d)
		for range 40 {
			for range 6 {
				id := 101 + w.random.Int64N(400)
				person := []int64{0, 11, 12, 21, 22, 31, 41, 51}[w.random.IntN(8)]
				began := start.Add(-time.Duration(w.random.IntN(6*86_400_000)) * time.Millisecond)
				m := machine{Place: []string{"hall", "yard", "roof"}[w.random.IntN(3)], Owner: person, Room: person / 10, Score: w.random.Int64N(90), Began: began.UnixMicro(), Broken: w.random.IntN(2) == 0}
				if w.random.IntN(2) == 0 {
					m.Ended = began.Add(time.Duration(w.random.IntN(100)) * time.Hour).UnixMicro()
				}
				w.append("machine.set", id, start, m)
			}
			w.order()
			w.follow()
		}
		most := map[string]int{}
		for key, size := range w.sizes() {
			if day := key[:strings.LastIndexByte(key, ' ')]; size > 0 {
				most[day]++
			}
		}
		n := 0
		for _, parts := range most {
			n = max(n, parts)
		}
		if n < 4 {
			t.Fatalf("no day has more than %d parts", n)
		}
		before := w.saidToMany()
		w.forget()
		w.follow()
		for who, now := range w.saidToMany() {
			if before[who] != now {
				t.Errorf("%s\nin parts:\n%.600s\ntogether:\n%.600s", who, before[who], now)
			}
		}
	})
}

// saidToMany is what people of different rights are told, by who asks what.
func (w *world) saidToMany() map[string]string {
	w.Helper()
	out := map[string]string{}
	hidden := 0
	for who, by := range map[string]act.Actor{"root": act.Root(), "all": reader(11, act.All), "team": reader(21, act.Team), "own": reader(11, act.Own)} {
		for _, name := range []string{"weight", "share", "count", "mean", "median", "owners", "standing", "age", "ratio"} {
			for _, filter := range []string{"", `machine.place == "roof"`, `machine.room == "#5"`, `machine.room != "#4" && machine.broken`, `machine.owner == 21`} {
				for _, group := range []string{"", "machine.room", "machine.owner", "machine.place"} {
					ask := week(insight.Ask{Name: name, Filter: filter, Group: group, Every: "week"})
					w.read(func(ctx context.Context, tx db.Tx) error {
						s, err := w.s.Series(ctx, tx, by, ask)
						if s.Total.Hidden {
							hidden++
						}
						out[strings.Join([]string{who, name, filter, group}, " | ")] = text(s.Line)
						return err
					})
				}
			}
		}
	}
	if hidden < 10 {
		w.Errorf("only %d figures are hidden", hidden)
	}
	return out
}

// TestDaysFromBeforeThereWerePartsGoOn gives each day one block, as an older release kept it.
func TestDaysFromBeforeThereWerePartsGoOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 29)
		w.steps(120)
		said := w.everything()
		type day struct{ sheet, bucket int64 }
		days := map[day][][]byte{}
		w.read(func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT sheet_id, bucket, data FROM insight_roll WHERE dim = 9`)
			_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
				var k day
				var data []byte
				err = r.Scan(&k.sheet, &k.bucket, &data)
				days[k] = append(days[k], data)
				return
			})
			return err
		})
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `DELETE FROM insight_roll WHERE dim = 9`); err != nil {
				return err
			}
			for k, parts := range days {
				whole, err := insight.Whole(parts...)
				if err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO insight_roll (sheet_id, dim, bucket, part, data) VALUES ($1, 9, $2, 0, $3)`, k.sheet, k.bucket, whole); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for key, now := range w.everything() {
			if now != said[key] {
				t.Errorf("%s in one block:\n%.400s\nin parts\n%.400s", key, now, said[key])
			}
		}
		w.steps(60)
		said, blocks := w.everything(), w.blocks()
		w.forget()
		w.follow()
		if again := w.blocks(); !slices.Equal(blocks, again) {
			t.Errorf("%d days, from the start %d; %v", len(blocks), len(again), differ(blocks, again))
		}
		for key, now := range w.everything() {
			if now != said[key] {
				t.Errorf("%s from the start:\n%.400s\nit was\n%.400s", key, now, said[key])
			}
		}
	})
}

// blocks are the facts of each day, its parts packed together.
func (w *world) blocks() (out []string) {
	w.Helper()
	days := map[string][][]byte{}
	w.read(func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT h.about, r.bucket, r.data FROM insight_roll r JOIN insight_sheet h ON h.id = r.sheet_id WHERE r.dim = 9 AND length(r.data) > 0`)
		_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
			var about string
			var bucket int64
			var data []byte
			err = r.Scan(&about, &bucket, &data)
			day := fmt.Sprint(about, " ", bucket)
			days[day] = append(days[day], data)
			return
		})
		return err
	})
	for day, parts := range days {
		whole, err := insight.Whole(parts...)
		if err != nil {
			w.Fatal(err)
		}
		if len(whole) > 0 {
			out = append(out, fmt.Sprint(day, " ", whole))
		}
	}
	slices.Sort(out)
	return out
}

// TestWhatIsBuiltMeanwhileIsSeen lets indicators be built anew just when a step was worked out and is not written yet.
func TestWhatIsBuiltMeanwhileIsSeen(t *testing.T) {
	d := dbtest.Open(t, db.Options{Dir: dbtest.Folder(t)}) // only there steps are worked out ahead
	w := newWorld(t, d, 23)
	w.steps(60)
	for n := range 12 {
		w.happen(15)
		w.now = w.now.Add(time.Minute)
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return w.s.Rebuild(ctx, tx, act.Root(), everything[n%len(everything)])
		}); err != nil {
			t.Fatal(err)
		}
		f, asked := w.s.Followers()[0], 0
		ahead := f.Ahead
		f.Ahead = func(ctx context.Context, events []ledger.Event) {
			asked++
			ahead(ctx, events)
			for more := true; more; {
				var err error
				if more, err = w.s.Build(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := w.l.Step(t.Context(), f); err != nil || asked != 1 {
			t.Fatal(asked, err)
		}
	}
	said := w.everything()
	w.forget()
	w.follow()
	for key, now := range w.everything() {
		if said[key] != now {
			t.Errorf("%s:\n%.400s\nfrom the start\n%.400s", key, said[key], now)
		}
	}
}
