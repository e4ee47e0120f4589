package insight_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/insight"
	"steward/internal/ledger"
	"steward/internal/population"
	"steward/internal/rule"
)

// machine is what the tests' population knows of a record. Times are microseconds.
type machine struct {
	Place  string `json:"place"`
	Owner  int64  `json:"owner"`
	Room   int64  `json:"room"`
	Began  int64  `json:"began"`
	Ended  int64  `json:"ended"`
	Score  int64  `json:"score"`
	Broken bool   `json:"broken"`
}

func counted() *population.Registry {
	reg := population.NewRegistry()
	machines := population.Follow(reg, population.Module{Name: "test", Kind: "machine", Verbs: []string{"machine.set", "machine.pinged"}, Version: 1},
		func(m *machine, e ledger.Event) error {
			if e.Verb == "machine.set" {
				return e.Decode(m)
			}
			return nil
		})
	field := func(path string, t rule.Type, splits bool, kind string) population.Field {
		return population.Field{Field: rule.Field{Path: path, Type: t, Title: path, Doc: path}, Dimension: splits, Kind: kind}
	}
	machines.Say([]population.Field{field("machine.place", rule.Text, true, ""), field("machine.owner", rule.Int, true, "person"), field("machine.room", rule.Int, true, "team"),
		field("machine.broken", rule.Bool, true, ""), field("machine.began", rule.Time, false, ""), field("machine.ended", rule.Time, false, ""),
		field("machine.score", rule.Int, false, ""), field("machine.ran", rule.Duration, false, "")},
		func(m *machine) map[string]any {
			out := map[string]any{"broken": m.Broken, "score": m.Score}
			if m.Place != "" {
				out["place"] = m.Place
			}
			if m.Owner != 0 {
				out["owner"] = m.Owner
			}
			if m.Room != 0 {
				out["room"] = m.Room
			}
			if m.Began != 0 {
				out["began"] = population.Moment(m.Began)
			}
			if m.Ended != 0 {
				out["ended"], out["ran"] = population.Moment(m.Ended), time.Duration(m.Ended-m.Began)*time.Microsecond
			}
			return out
		})
	about := population.Population{Person: "machine.owner", Team: "machine.room"}
	all := about
	all.Name, all.Title, all.Doc, all.When, all.Until = "machines", "Machines", "Each machine.", "machine.began", "machine.ended"
	machines.Each(all, func(m *machine) []population.Fact { return []population.Fact{{Gone: m.Began == 0}} })
	pings := about
	pings.Name, pings.Title, pings.Doc, pings.When = "pings", "Pings", "Each ping.", "ping.at"
	pings.Fields = []population.Field{field("ping.at", rule.Time, false, "")}
	machines.On(pings, func(m *machine, e ledger.Event) []population.Fact {
		if e.Verb != "machine.pinged" {
			return nil
		}
		return []population.Fact{{Key: e.ID, Values: map[string]any{"at": e.At}}}
	})
	return reg
}

const shipped = `
kind: indicator
name: share
title: Share
formula: Broken ÷ all
population: machines
good: machine.broken
time_zone: Europe/Amsterdam
---
kind: indicator
name: count
title: Count
formula: All
population: machines
measure: count
time_zone: Europe/Amsterdam
---
kind: indicator
name: mean
title: Mean
formula: Mean
population: machines
when: machine.ended
measure: mean
value: [machine.ran]
time_zone: Europe/Amsterdam
---
kind: indicator
name: median
title: Median
formula: Median
population: machines
when: machine.ended
measure: median
between: { from: machine.began, to: machine.ended }
time_zone: Europe/Amsterdam
---
kind: indicator
name: owners
title: Owners
formula: Owners
population: machines
measure: distinct
value: [machine.owner]
time_zone: Europe/Amsterdam
---
kind: indicator
name: standing
title: Standing
formula: Running
population: machines
measure: standing
time_zone: Europe/Amsterdam
---
kind: indicator
name: age
title: Age
formula: Age
population: machines
measure: age
value: [machine.began]
time_zone: Europe/Amsterdam
---
kind: indicator
name: ratio
title: Ratio
formula: Pings ÷ machines
population: pings
measure: count
per: [{ population: machines, measure: count, counts: machine.score > 0 }]
unit: number
time_zone: Europe/Amsterdam
---
kind: indicator
name: each
title: Each
formula: Machines ÷ working days × owners × places
population: machines
measure: count
counts: machine.owner > 0
per:
  - { measure: working_days }
  - { population: machines, measure: distinct, value: [machine.owner], counts: machine.owner > 0 }
  - { population: pings, measure: distinct, value: [machine.place] }
time_zone: Europe/Amsterdam
---
kind: indicator
name: daily
title: Daily
formula: Machines ÷ days
population: machines
measure: count
per: [{ measure: working_days }]
time_zone: Europe/Amsterdam
---
kind: indicator
name: cost
title: Cost
formula: Cost ÷ machines
measure: amount
amount: 30.5
every: day
per: [{ population: machines, measure: count }]
time_zone: Europe/Amsterdam
---
kind: indicator
name: latest
title: Latest
formula: Latest
population: machines
measure: latest
value: [machine.score]
unit: number
time_zone: Europe/Amsterdam
`

var (
	everything = []string{"share", "count", "mean", "median", "owners", "standing", "age", "ratio", "latest"}
	additive   = []string{"share", "count", "mean", "standing", "ratio"}
	start      = time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
)

// world is a ledger with the service over it.
type world struct {
	testing.TB
	d      *db.DB
	l      *ledger.Ledger
	s      *insight.Service
	set    *blueprint.Set
	now    time.Time
	random *rand.Rand
	seen   map[int64]*machine
}

func newWorld(t testing.TB, d *db.DB, seed uint64) *world {
	if _, ok := t.(*testing.T); ok {
		insight.SmallParts()
	}
	w := &world{TB: t, d: d, l: ledger.New(d), now: start, random: rand.New(rand.NewPCG(seed, 1)), seen: map[int64]*machine{}}
	w.apply(shipped)
	w.s = insight.New(insight.Parts{DB: d, Ledger: w.l, Registry: counted(), Indicators: func() []*insight.InForce { return insight.FromSet(w.set) },
		Generation: func() int64 { return 1 }, Clock: func() time.Time { return w.now }})
	return w
}

func (w *world) apply(text string) {
	w.Helper()
	reg := blueprint.NewRegistry()
	bizcal.Register(reg)
	insight.Register(reg, counted())
	docs, findings := blueprint.ParseFile("indicators.yaml", text)
	set, more := blueprint.Compile(reg, docs)
	for _, f := range append(findings, more...) {
		if f.Severity == blueprint.Error && f.Path != "" && f.Message != "" {
			w.Fatalf("%+v", f)
		}
	}
	w.set = set.Numbered()
}

// happen tells of n things: most now, some late, some twice, some that correct what was said before.
func (w *world) happen(n int) {
	w.Helper()
	pick := func(of ...string) string { return of[w.random.IntN(len(of))] }
	for range n {
		w.now = w.now.Add(time.Duration(w.random.IntN(90)) * time.Minute)
		id := 1 + w.random.Int64N(40)
		m := w.seen[id]
		if m == nil {
			m = &machine{Began: w.now.UnixMicro()}
			w.seen[id] = m
		}
		at := w.now
		switch w.random.IntN(8) {
		case 0:
			at = at.Add(-time.Duration(w.random.IntN(72)) * time.Hour) // late
			m.Began = at.UnixMicro()
			m.Ended = 0
		case 1:
			m.Ended = max(m.Began, at.UnixMicro())
		case 2:
			m.Ended = 0
		case 3:
			m.Place = pick("", "hall", "yard", "roof")
		case 4:
			m.Owner, m.Room = w.random.Int64N(6), w.random.Int64N(3)
		case 5:
			m.Score, m.Broken = w.random.Int64N(8), w.random.IntN(2) == 0
		case 6:
			m.Began = 0 // it was never there
		}
		verb := "machine.set"
		if w.random.IntN(4) == 0 {
			verb = "machine.pinged"
		}
		for range 1 + w.random.IntN(8)/7 { // sometimes twice
			w.append(verb, id, at, *m)
		}
	}
	w.order()
}

// steps lets n things happen, and is told of them a few at a time.
func (w *world) steps(n int) {
	w.Helper()
	for ; n > 0; n -= 10 {
		w.happen(min(n, 10))
		w.follow()
	}
}

func (w *world) append(verb string, id int64, at time.Time, m machine) {
	w.Helper()
	by := act.Root()
	by.Clock = func() time.Time { return w.now }
	if err := w.d.Write(w.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := w.l.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "machine", ID: id}, At: at, Data: m})
		return err
	}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) order() {
	w.Helper()
	for {
		n, err := w.l.Sequence(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// follow reads everything, one way or the other.
func (w *world) follow() {
	w.Helper()
	for {
		did := false
		for _, f := range w.s.Followers() {
			n, err := w.l.Step(w.Context(), f)
			if err != nil {
				w.Fatal(err)
			}
			did = did || n > 0
		}
		more, err := w.s.Build(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if !more && !did {
			return
		}
	}
}

func (w *world) read(fn func(ctx context.Context, tx db.Tx) error) {
	w.Helper()
	if err := w.d.Read(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) series(ask insight.Ask) (out insight.Series) {
	w.Helper()
	w.read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = w.s.Series(ctx, tx, act.Root(), ask)
		return err
	})
	return out
}

// rows are the answers to a query as texts.
func (w *world) rows(query string) (out []string) {
	w.Helper()
	w.read(func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		cols, _ := rows.Columns()
		for rows.Next() {
			vals := make([]any, len(cols))
			for i := range vals {
				vals[i] = new(any)
			}
			if err := rows.Scan(vals...); err != nil {
				return err
			}
			line := ""
			for _, v := range vals {
				line += fmt.Sprint(*v.(*any)) + " "
			}
			out = append(out, line)
		}
		return rows.Err()
	})
	slices.Sort(out)
	return out
}
