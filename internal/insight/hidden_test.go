package insight_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/insight"
)

// staffed is a world in which rooms are teams of known sizes: two of six and five people, two of two, one of one.
// Each person has machines of their own, as many as no other mix of people has.
func staffed(t *testing.T, d *db.DB) *world {
	w := newWorld(t, d, 1)
	w.apply(shipped + weighed)
	id := int64(100)
	for person, machines := range staff {
		for n := range machines {
			id++
			at := start.Add(-time.Duration(n%20) * 24 * time.Hour)
			place := "hall"
			if n%2 == 0 && (person == 11 || person == 31) {
				place = "roof" // nobody else of their rooms is there
			}
			w.append("machine.set", id, at, machine{Place: place, Owner: person, Room: person / 10, Score: weight(person, n), Began: at.UnixMicro(), Broken: n%3 == 0})
		}
	}
	for range 7 {
		id++
		w.append("machine.set", id, start, machine{Place: "yard", Began: start.UnixMicro()})
	}
	w.order()
	w.follow()
	return w
}

// weighed adds up weights that no two sums of people have in common, so that a sum says whose it is.
const weighed = `---
kind: indicator
name: weight
title: Weight
formula: Weight
population: machines
measure: sum
value: [machine.score]
unit: number
time_zone: Europe/Amsterdam
`

func weight(person int64, n int) int64 { return (person*person*7919 + int64(n)*104729) * 31 % 999_983 }

// staff is how many machines everybody has; the room is the first digit.
var staff = map[int64]int{11: 40, 12: 31, 13: 33, 14: 35, 15: 37, 16: 39, 21: 17, 22: 23, 31: 29, 32: 28, 33: 27, 34: 26, 35: 25, 41: 11, 42: 13, 51: 19}

// reader may read the indicators of a scope.
func reader(person int64, scope act.Scope, more ...act.Grant) act.Actor {
	return act.Actor{Kind: act.Root().Kind, PersonID: person, TeamIDs: []int64{person / 10}, Grants: append(more, act.Grant{Action: "read", Kind: "indicator", Scope: scope})}
}

func week(ask insight.Ask) insight.Ask {
	ask.From, ask.To, ask.Zone = start.AddDate(0, 0, -40), start.AddDate(0, 0, 1), "UTC"
	return ask
}

// everythingSaid asks all that there is to ask, and returns every weight that was answered.
func (w *world) everythingSaid(by act.Actor) (said []float64) {
	w.Helper()
	filters := []string{"", `machine.place == "hall"`, `machine.place != "hall"`, `machine.broken`}
	for _, room := range []string{"#1", "#2", "#3", "#4", "#5", "…"} {
		for _, also := range []string{"", ` && machine.place == "hall"`, ` && machine.place != "hall"`} {
			filters = append(filters, fmt.Sprintf("machine.room == %q", room)+also, fmt.Sprintf("machine.room != %q", room)+also)
		}
	}
	filters = append(filters, `machine.room in ["#2", "#4"]`, `machine.room in ["#1", "#3", "#4", "#5"]`, `!has(machine.room)`, `has(machine.room)`, `machine.room > "#2"`)
	for _, p := range []int64{11, 21, 22, 51} {
		filters = append(filters, fmt.Sprintf("machine.owner == %d", p), fmt.Sprintf("machine.owner != %d", p), fmt.Sprintf("machine.owner > %d", p), fmt.Sprintf("machine.owner == %d || machine.owner == -1", p))
	}
	figure := func(f insight.Figure) {
		if f.Hidden && (f.Value != nil || f.Numerator != 0 || f.Denominator != 0 || f.Count != 0) {
			w.Errorf("a hidden figure says %+v", f)
		}
		if !f.Hidden {
			said = append(said, f.Numerator)
		}
	}
	w.read(func(ctx context.Context, tx db.Tx) error {
		for _, filter := range filters {
			for _, group := range []string{"", "machine.room", "machine.owner", "machine.place"} {
				ask := week(insight.Ask{Name: "weight", Filter: filter, Group: group, Every: "month", Compare: "previous"})
				s, err := w.s.Series(ctx, tx, by, ask)
				if err != nil {
					return err
				}
				figure(s.Total)
				for _, g := range s.Groups {
					figure(g.Total)
				}
				if group == "" {
					continue
				}
				b, err := w.s.Breakdown(ctx, tx, by, ask)
				if err != nil {
					return err
				}
				figure(b.Total)
				for _, r := range b.Rows {
					figure(r.Figure)
				}
				if b.Change != nil {
					for _, p := range b.Change.Parts {
						said = append(said, p.Amount)
					}
				}
			}
		}
		return nil
	})
	slices.Sort(said)
	return slices.Compact(said)
}

// derives finds a secret among the numbers said, their differences and their sums.
func derives(said []float64, secret float64) string {
	near := func(v float64) bool { return math.Abs(v-secret) < 1e-6 }
	for i, a := range said {
		if near(a) {
			return fmt.Sprint(a)
		}
		for _, b := range said[i+1:] {
			if near(b - a) {
				return fmt.Sprintf("%v - %v", b, a)
			}
		}
	}
	return ""
}

func TestSmallTeamsAndOtherPeopleCannotBeWorkedOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := staffed(t, d)
		total := func(of ...int64) (sum float64) {
			for _, p := range of {
				for n := range staff[p] {
					sum += float64(weight(p, n))
				}
			}
			return sum
		}
		secrets := map[string]float64{"room 2": total(21, 22), "room 4": total(41, 42), "room 5": total(51), "rooms 2 and 5": total(21, 22, 51), "person 21": total(21), "person 22": total(22), "person 12": total(12)}
		for n := 0; n < staff[11]; n += 2 {
			secrets["person 11 on the roof"] += float64(weight(11, n))
		}
		for name, by := range map[string]act.Actor{"somebody of a large room": reader(13, act.All), "somebody of a small room": reader(42, act.All)} {
			said := w.everythingSaid(by)
			if len(said) < 10 {
				t.Fatalf("%s: only %v was said", name, said)
			}
			for what, secret := range secrets {
				if how := derives(said, secret); how != "" {
					t.Errorf("%s finds out about %s: %v is %s", name, what, secret, how)
				}
			}
		}
		if how := derives(w.everythingSaid(reader(13, act.All, act.Grant{Action: "read", Kind: "figure", Scope: act.All})), total(51)); how == "" {
			t.Error("who may see figures of single people does not see them")
		}
	})
}

func TestSmallTeamsAreToldTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := staffed(t, d)
		var b insight.Breakdown
		var items []insight.Item
		var count int64
		pool := "…"
		w.read(func(ctx context.Context, tx db.Tx) (err error) {
			if b, err = w.s.Breakdown(ctx, tx, reader(13, act.All), week(insight.Ask{Name: "count", Group: "machine.room"})); err != nil {
				return err
			}
			got, err := w.s.Records(ctx, tx, reader(13, act.All), week(insight.Ask{Name: "count", Group: "machine.room", Key: &pool}), "", db.Page{Limit: 100})
			items, count = got.Items, got.Count
			return err
		})
		rows := map[string]int64{}
		sum := int64(0)
		for _, r := range b.Rows {
			rows[r.Label] = r.Count
			sum += r.Count
		}
		want := map[string]int64{"None": 7, "#1": 215, "#3": 135, "Small teams": 17 + 23 + 11 + 13 + 19}
		if fmt.Sprint(rows) != fmt.Sprint(want) || sum != b.Total.Count {
			t.Errorf("by room: %v of %d, want %v", rows, b.Total.Count, want)
		}
		if count != 83 || len(items) != 83 {
			t.Errorf("the records of small teams are %d and %d, want 83", count, len(items))
		}
	})
}

// TestAScopeOfFewPeopleIsHidden asks as people who may read the figures of their teams, or their own.
func TestAScopeOfFewPeopleIsHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := staffed(t, d)
		for _, c := range []struct {
			name   string
			by     act.Actor
			hidden bool
			count  int64
		}{
			{"a team of six", reader(13, act.Team), false, 215},
			{"a team of two", reader(21, act.Team), true, 0},
			{"a team of two, seeing people", reader(21, act.Team, act.Grant{Action: "read", Kind: "figure", Scope: act.All}), false, 40},
			{"oneself", reader(21, act.Own), false, 17},
			{"a team of one, oneself", reader(51, act.Team), false, 19},
		} {
			w.read(func(ctx context.Context, tx db.Tx) error {
				s, err := w.s.Series(ctx, tx, c.by, week(insight.Ask{Name: "count"}))
				if err != nil {
					return err
				}
				if s.Total.Hidden != c.hidden || s.Total.Count != c.count {
					t.Errorf("%s: %+v", c.name, s.Total)
				}
				got, err := w.s.Records(ctx, tx, c.by, week(insight.Ask{Name: "count"}), "", db.Page{Limit: 1})
				if c.hidden != fault.Is(err, fault.Forbidden) || got.Count != c.count {
					t.Errorf("%s: %d records, %v", c.name, got.Count, err)
				}
				w.now = start.Add(time.Hour)
				sum, err := w.s.Summaries(ctx, tx, c.by, "count")
				if err != nil {
					return err
				}
				seen := sum[0].Count != 0 || sum[0].Value != nil || sum[0].Numerator != 0
				for _, p := range sum[0].Series {
					seen = seen || p.Count != 0
				}
				if sum[0].Hidden != c.hidden || seen == c.hidden {
					t.Errorf("%s, summary: %+v", c.name, sum[0])
				}
				text, err := w.s.OpenMetrics(ctx, tx, c.by)
				if err != nil {
					return err
				}
				if told := strings.Contains(string(text), `steward_indicator_numerator{name="count"`); told == c.hidden {
					t.Errorf("%s, metrics:\n%s", c.name, text)
				}
				return nil
			})
		}
	})
}
