package insight_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/insight"
)

// held is what sheets hold, without what differs between two runs.
var held = []string{
	`SELECT h.about, f.record_kind, f.record_id, f.key, f.pos, f.at, f.until, f.recorded, f.gone, f.counts, f.good, f.amounts, f.person_id, f.team_id, f.d1, f.d2, f.d3, f.d4, f.event_id
		FROM insight_fact f JOIN insight_sheet h ON h.id = f.sheet_id`,
	`SELECT h.about, r.dim, r.bucket, r.data FROM insight_roll r JOIN insight_sheet h ON h.id = r.sheet_id WHERE length(r.data) > 0 AND r.dim < 9`,
	`SELECT indicator_id, part, place FROM insight_stream`,
}

func TestRebuiltFiguresEqualTheIncremental(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d, seed)
				if seed%2 == 0 { // begin to follow amid things, or from the start
					w.happen(40)
				}
				for range 8 {
					w.happen(25)
					w.follow()
				}
				first := map[string][]string{}
				blocks := w.blocks()
				for _, q := range held {
					if first[q] = w.rows(q); len(first[q]) == 0 || len(blocks) == 0 {
						t.Fatal("nothing was worked out")
					}
				}
				said := w.everything()
				w.forget()
				w.follow()
				for q, want := range first {
					got := w.rows(q)
					if !reflect.DeepEqual(got, want) {
						t.Errorf("rebuilt: %d rows, incremental %d; %v", len(got), len(want), differ(got, want))
					}
				}
				if again := w.blocks(); !reflect.DeepEqual(blocks, again) {
					t.Errorf("rebuilt: %d days, incremental %d; %v", len(again), len(blocks), differ(again, blocks))
				}
				for _, name := range everything { // one by one, each on sheets of its own
					if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return w.s.Rebuild(ctx, tx, act.Root(), name) }); err != nil {
						t.Fatal(err)
					}
				}
				w.follow()
				for key, now := range w.everything() {
					if now != said[key] {
						t.Errorf("%s rebuilt by itself:\n%.400s\nit was\n%.400s", key, now, said[key])
					}
				}
			})
		})
	}
}

// forget removes all that was worked out.
func (w *world) forget() {
	w.Helper()
	if err := w.d.Write(w.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, table := range []string{"insight_fact", "insight_roll", "insight_stream", "insight_sheet", "insight_record", "insight_source", "event_cursor"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}

// everything is what every indicator says, by week and group.
func (w *world) everything() map[string]string {
	w.Helper()
	out := map[string]string{}
	for _, name := range everything {
		for _, group := range []string{"", "machine.place", "machine.owner"} {
			out[name+" "+group] = text(w.series(insight.Ask{Name: name, Group: group, Every: "week", From: midnight(start.AddDate(0, 0, -5), ""), To: midnight(w.now.AddDate(0, 0, 2), "")}).Line)
		}
	}
	return out
}

// differ are the first rows that only one side has.
func differ(a, b []string) (out []string) {
	has := map[string]int{}
	for _, x := range a {
		has[x]++
	}
	for _, x := range b {
		has[x]--
	}
	for x, n := range has {
		if n != 0 && len(out) < 4 {
			out = append(out, fmt.Sprintf("%+d %s", n, x))
		}
	}
	return out
}

// TestSumsSayWhatTheFactsSay asks every indicator twice: over sums, and, as known now, over the
// facts themselves, in zones whose days begin at odd hours, over a change of the clocks.
func TestSumsSayWhatTheFactsSay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 7)
		w.steps(300)
		from, to := start.AddDate(0, 0, -5), w.now.AddDate(0, 0, 2)
		for _, name := range everything {
			for _, zone := range []string{"", "UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Los_Angeles", "Pacific/Auckland"} {
				for _, every := range []string{"hour", "day", "week", "month"} {
					for _, group := range []string{"", "machine.place", "machine.owner", "machine.room", "machine.broken"} {
						ask := insight.Ask{Name: name, Zone: zone, Every: every, Group: group, From: midnight(from, zone), To: midnight(to, zone)}
						sums := w.series(ask)
						ask.Known = w.now.Add(time.Hour)
						facts := w.series(ask)
						if a, b := text(sums.Line), text(facts.Line); a != b {
							t.Fatalf("%s by %s every %s in %s:\nsums  %.900s\nfacts %.900s", name, group, every, zone, a, b)
						}
						if len(sums.Groups) == 0 || len(sums.Groups[0].Points) == 0 {
							t.Fatalf("%s by %s: nothing", name, group)
						}
					}
				}
			}
		}
	})
}

// TestDaysSayWhatTheFactsSayToEverybody asks with filters over several dimensions and as people who see
// some teams, or their own, only.
func TestDaysSayWhatTheFactsSayToEverybody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 17)
		w.steps(300)
		sees := func(scope act.Scope) act.Actor {
			return act.Actor{Kind: act.Person, PersonID: 3, TeamIDs: []int64{1}, Grants: []act.Grant{{Action: "read", Kind: "indicator", Scope: scope}}}
		}
		from, to := midnight(start.AddDate(0, 0, -5), "Asia/Kolkata"), midnight(w.now.AddDate(0, 0, 2), "Asia/Kolkata")
		some := 0
		for _, name := range everything {
			for who, by := range map[string]act.Actor{"root": act.Root(), "all": sees(act.All), "team": sees(act.Team), "own": sees(act.Own)} {
				for _, filter := range []string{"", `machine.place == "hall" && machine.broken`, `machine.place != "yard" && machine.owner == 3`} {
					for _, group := range []string{"", "machine.room", "machine.place"} {
						for _, zone := range []string{"Asia/Kolkata", "Europe/Amsterdam"} {
							ask := insight.Ask{Name: name, Zone: zone, Every: "week", Group: group, Filter: filter, From: from.Add(7 * time.Hour), To: to}
							var days, facts insight.Series
							w.read(func(ctx context.Context, tx db.Tx) (err error) {
								if days, err = w.s.Series(ctx, tx, by, ask); err != nil {
									return err
								}
								ask.Known = w.now.Add(time.Hour)
								facts, err = w.s.Series(ctx, tx, by, ask)
								return err
							})
							if a, b := text(days.Line), text(facts.Line); a != b {
								t.Fatalf("%s by %s where %s for %s in %s:\ndays  %.900s\nfacts %.900s", name, group, filter, who, zone, a, b)
							}
							if days.Total.Count > 0 {
								some++
							}
						}
					}
				}
			}
		}
		if some < 100 {
			t.Errorf("only %d answers had records", some)
		}
	})
}

// TestWhatIsShownMeanwhileStaysWhole changes a formula: until the new figures are worked out, the old
// ones go on agreeing with their records, and those beside them on their sheet stay exact.
func TestWhatIsShownMeanwhileStaysWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 19)
		w.happen(200)
		w.follow()
		w.apply(strings.Replace(shipped, "good: machine.broken", "good: machine.score > 3", 1))
		for range 3 {
			w.happen(60)
			for _, f := range w.s.Followers() {
				if _, err := w.l.Step(t.Context(), f); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, name := range everything {
			ask := insight.Ask{Name: name, From: midnight(start.AddDate(0, 0, -9), ""), To: midnight(w.now.AddDate(0, 0, 2), ""), Group: "machine.place"}
			s := w.series(ask)
			for _, g := range s.Groups {
				ask.Key = &g.Key
				if items, count := w.records(ask, "denominator"); int64(len(items)) != count {
					t.Errorf("%s of %q: %d records listed, %d counted", name, g.Key, len(items), count)
				}
			}
		}
		w.follow()
		now := w.everything()
		w.forget()
		w.follow()
		for key, want := range w.everything() {
			if now[key] != want {
				t.Errorf("%s:\n%.400s\nfrom the start\n%.400s", key, now[key], want)
			}
		}
	})
}

func midnight(at time.Time, zone string) time.Time {
	if zone == "" {
		zone = "Europe/Amsterdam"
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	y, m, d := at.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc)
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestDaysAddUp checks that points add up to the period, and groups to the whole, where figures do.
func TestDaysAddUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 3)
		w.steps(250)
		for _, name := range []string{"share", "count", "mean"} {
			s := w.series(insight.Ask{Name: name, From: start.AddDate(0, 0, -7), To: w.now.Add(48 * time.Hour), Group: "machine.place", Every: "day", Zone: "Asia/Kolkata"})
			var whole, count float64
			for _, g := range s.Groups {
				sum := 0.0
				for _, p := range g.Points {
					sum += p.Numerator
				}
				if math.Abs(sum-g.Total.Numerator) > 1e-4 {
					t.Errorf("%s of %s: the points sum to %v, the period is %v", name, g.Label, sum, g.Total.Numerator)
				}
				whole += g.Total.Numerator
				count += float64(g.Total.Count)
			}
			if math.Abs(whole-s.Total.Numerator) > 1e-4 || count != float64(s.Total.Count) || count == 0 {
				t.Errorf("%s: the groups sum to %v of %v, the whole is %+v", name, whole, count, s.Total)
			}
		}
	})
}

func TestPartsOfAChangeSumToTheWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 11)
		w.happen(400)
		w.follow()
		compared := 0
		for _, name := range everything {
			for _, by := range []string{"machine.place", "machine.room", "machine.owner"} {
				for week := range 3 {
					to := midnight(w.now, "").AddDate(0, 0, -7*week)
					var b insight.Breakdown
					w.read(func(ctx context.Context, tx db.Tx) (err error) {
						b, err = w.s.Breakdown(ctx, tx, act.Root(), insight.Ask{Name: name, Group: by, From: to.AddDate(0, 0, -7), To: to})
						return err
					})
					if b.Change == nil {
						continue
					}
					compared++
					sum := int64(0)
					for _, p := range b.Change.Parts {
						sum += int64(math.Round(p.Amount * 1e6))
					}
					if want := int64(math.Round(*b.Total.Value*1e6)) - int64(math.Round(*b.Before.Value*1e6)); sum != want || want != int64(math.Round(b.Change.Total*1e6)) {
						t.Errorf("%s by %s: the parts sum to %d, the change is %d (%v)", name, by, sum, want, b.Change)
					}
				}
			}
		}
		if compared < 20 {
			t.Errorf("only %d changes were compared", compared)
		}
	})
}

// TestRecordsAreExactlyThoseBehindTheFigure pages through the records of every part of every group.
func TestRecordsAreExactlyThoseBehindTheFigure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 5)
		w.steps(300)
		for _, name := range everything {
			ask := insight.Ask{Name: name, From: midnight(start.AddDate(0, 0, -3), ""), To: midnight(w.now, ""), Group: "machine.place"}
			s := w.series(ask)
			for _, g := range s.Groups {
				for _, part := range []string{"numerator", "denominator", "misses"} {
					one := ask
					one.Key = &g.Key
					items, count := w.records(one, part)
					if int64(len(items)) != count {
						t.Errorf("%s of %q: %d records listed as %s, %d counted", name, g.Key, len(items), part, count)
					}
					want := map[string]float64{"numerator": g.Total.Numerator, "denominator": g.Total.Denominator, "misses": g.Total.Denominator - g.Total.Numerator}[part]
					if name == "share" && float64(count) != want || name == "ratio" && part != "misses" && float64(count) != want || name == "count" && part == "denominator" && count != g.Total.Count {
						t.Errorf("%s of %q: %d records as %s, the figure says %v", name, g.Key, count, part, g.Total)
					}
				}
			}
			one := ask
			one.Group, one.Filter = "", `machine.place == "hall" && machine.broken`
			if items, count := w.records(one, ""); int64(len(items)) != count {
				t.Errorf("%s filtered: %d records listed, %d counted", name, len(items), count)
			}
		}
	})
}

func (w *world) records(ask insight.Ask, part string) (items []insight.Item, count int64) {
	w.Helper()
	page := db.Page{Limit: 7}
	for {
		var next string
		w.read(func(ctx context.Context, tx db.Tx) error {
			some, err := w.s.Records(ctx, tx, act.Root(), ask, part, page)
			items, next, count = append(items, some.Items...), some.Next, some.Count
			return err
		})
		if next == "" {
			return items, count
		}
		page.Cursor = next
	}
}

// TestWhatWasKnownThen asks today what was known on earlier days, and compares it with what was said then.
func TestWhatWasKnownThen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 13)
		type said struct {
			at   time.Time
			what map[string]string
		}
		var then []said
		from, to := midnight(start.AddDate(0, 0, -3), ""), midnight(start.AddDate(0, 0, 40), "")
		ask := func(name string, as time.Time) insight.Ask {
			return insight.Ask{Name: name, From: from, To: to, Every: "week", Group: "machine.place", AsOf: as}
		}
		for range 5 {
			w.happen(60)
			w.follow()
			one := said{w.now, map[string]string{}}
			for _, name := range everything {
				one.what[name] = text(w.series(ask(name, w.now)).Line)
			}
			then = append(then, one)
			w.now = w.now.Add(time.Minute)
		}
		changed := 0
		for _, s := range then {
			for _, name := range everything {
				a := ask(name, s.at)
				now := text(w.series(a).Line)
				a.Known = s.at
				if got := text(w.series(a).Line); got != s.what[name] {
					t.Errorf("%s as known at %s:\n%.600s\nthen it was\n%.600s", name, s.at, got, s.what[name])
				}
				if now != s.what[name] {
					changed++
				}
			}
		}
		if changed == 0 {
			t.Error("nothing was learned later, so the test says nothing")
		}
	})
}
