package success

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/measure"
	"steward/internal/replay"
	"steward/internal/rule"
	"steward/internal/success/score"
)

// side is one of two configurations that accounts are replayed by.
type side struct {
	s     *Service // reads measures as this configuration declares them
	cards []*score.Card
	rules []callRule // whose calls may differ from the other side's
	names []string   // measures that its cards and rules read
}

// sweep prepares a run: what both configurations decide alike is left out.
func (h HealthReplayer) sweep(in replay.Input) *healthSweep {
	r := &healthSweep{in: in, weeks: weeks(in.Since, in.Until), tally: replay.NewTally()}
	marks, cards := [2]string{}, [2]string{}
	for n, set := range []*blueprint.Set{in.Current, in.Proposed} {
		c := Compile(set, h.s.measures.Registry())
		shadow := *h.s
		shadow.config = func() *Config { return c }
		r.sides[n] = side{s: &shadow, cards: c.Cards, rules: c.rules}
		marks[n], cards[n] = marksOf(set, "usage_metric", "usage_measure", "manual_measure", "role_measure"), marksOf(set, score.Kind)
	}
	r.alike = marks[0] == marks[1]
	r.same = r.alike && cards[0] == cards[1]
	r.cards = !r.same
	was, is := r.sides[0].rules, r.sides[1].rules
	r.sides[0].rules, r.sides[1].rules = r.differing(was, is), r.differing(is, was)
	for n := range r.sides {
		r.sides[n].read(r.cards)
	}
	return r
}

// marksOf names the versions of some kinds in a configuration.
func marksOf(set *blueprint.Set, kinds ...string) string {
	var parts []string
	for _, e := range set.Entries() {
		if slices.Contains(kinds, e.Kind) && !e.Retired {
			parts = append(parts, e.Kind+"/"+e.Name+"\n"+e.Text)
		}
	}
	return strings.Join(parts, "\x00")
}

// differing are the rules whose calls may be others than on the other side. A rule that reads a
// colour makes scores necessary.
func (r *healthSweep) differing(of, other []callRule) (out []callRule) {
	for _, one := range of {
		same := slices.ContainsFunc(other, func(o callRule) bool {
			return o.Name == one.Name && o.Spec.When == one.Spec.When && o.Spec.Quiet == one.Spec.Quiet && o.Spec.Ends == one.Spec.Ends
		})
		colour := slices.ContainsFunc(one.when.Fields(), func(f string) bool { return strings.HasPrefix(f, "account.band") || f == "account.score" })
		if same && r.alike && !(r.cards && colour) {
			continue
		}
		r.cards = r.cards || colour
		out = append(out, one)
	}
	return out
}

// read finds out what a side reads of each account.
func (s *side) read(cards bool) {
	if !cards {
		s.cards = nil
	}
	seen := map[string]bool{}
	for _, c := range s.cards {
		for _, name := range c.Measures() {
			seen[name] = true
		}
	}
	for _, one := range s.rules {
		for _, path := range one.when.Fields() {
			if name, ok := strings.CutPrefix(path, "measure."); ok {
				seen[name] = true
			}
		}
	}
	s.names = slices.Sorted(maps.Keys(seen))
}

// pair is what both configurations make of an account in a week; nil scores are kept as "".
type pair struct {
	colour [2]string
	points [2]int64
	card   string // that decides by the proposal, or in force when it has none
}

// life is an account week by week, the newest first.
type life struct {
	weeks []pair
	then  []Account // as it was; only where rules are asked
	vars  [2][]map[string]any
	at    []time.Time
}

// live scores accounts in every week, newest first.
func (r *healthSweep) live(ctx context.Context, tx db.Tx, ids []int64, lives map[int64]life) error {
	told, events, err := r.sides[0].s.pasts(ctx, tx, ids, r.weeks[len(r.weeks)-1])
	if err != nil {
		return err
	}
	var seen [2][]observedAt
	for n := range r.sides {
		names := r.sides[n].names
		if r.alike { // one look for both
			if n == 1 {
				seen[1] = seen[0]
				break
			}
			names = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.sides[0].names, r.sides[1].names))))
		}
		if seen[n], err = r.sides[n].s.observeEach(ctx, tx, names, ids, r.weeks); err != nil {
			return err
		}
	}
	attributes, err := r.attributes(ctx, tx, ids)
	if err != nil {
		return err
	}
	for week, at := range r.weeks {
		facts := map[int64]score.Facts{}
		for _, id := range ids {
			if told[id] == nil {
				continue
			}
			for n := len(events[id]); n > 0 && events[id][n-1].Recorded.After(at); n-- {
				e := events[id][n-1]
				events[id] = events[id][:n-1]
				if e.Verb == AccountCreated {
					told[id] = nil
					break
				}
				if err := undo(e, told[id]); err != nil {
					return err
				}
			}
			if told[id] != nil {
				facts[id] = accountFacts(told[id], at)
				facts[id].Account["attributes"] = attributes[id]
			}
		}
		there := slices.Sorted(maps.Keys(facts))
		if err := r.sides[0].s.addChildren(ctx, tx, there, r.allCards(), measure.Asked{At: at}, facts); err != nil {
			return err
		}
		for _, id := range there {
			lives[id] = r.week(lives[id], facts[id], told[id], at, seen[0][week], seen[1][week], id)
		}
	}
	return nil
}

func (r *healthSweep) allCards() []*score.Card {
	return slices.Concat(r.sides[0].cards, r.sides[1].cards)
}

// attributes are those of the organizations where anything reads them, as they are now.
func (r *healthSweep) attributes(ctx context.Context, tx db.Tx, ids []int64) (map[int64]any, error) {
	out := map[int64]any{}
	reads := slices.ContainsFunc(r.allCards(), func(c *score.Card) bool { return c.ReadsUnder("account.attributes") })
	for _, one := range slices.Concat(r.sides[0].rules, r.sides[1].rules) {
		reads = reads || slices.ContainsFunc(one.when.Fields(), func(f string) bool { return strings.HasPrefix(f, "account.attributes") })
	}
	if !reads {
		return out, nil
	}
	vars, err := r.sides[0].s.directory.OrganizationsVars(ctx, tx, ids)
	for id, v := range vars {
		out[id] = v["attributes"]
	}
	return out, err
}

// week adds a week to a life.
func (r *healthSweep) week(l life, f score.Facts, told map[string]any, at time.Time, was, is observedAt, id int64) life {
	var p pair
	for n, seen := range []observedAt{was, is} {
		if n == 1 && r.same {
			p.colour[1], p.points[1] = p.colour[0], p.points[0]
			break
		}
		if n == 0 || !r.alike {
			f.Readings = make(map[string]score.Reading, len(seen))
			for name, found := range seen {
				if o, ok := found[id]; ok {
					f.Readings[name] = reading(o)
				}
			}
		}
		if c := score.Pick(r.sides[n].cards, f); c != nil {
			result := c.Score(f)
			p.colour[n], p.card = result.Colour, c.Name
			p.points[n], _ = result.Hundredths()
		}
	}
	l.weeks = append(l.weeks, p)
	if len(r.sides[0].rules)+len(r.sides[1].rules) == 0 {
		return l
	}
	l.then, l.at = append(l.then, accountThen(told)), append(l.at, at)
	for n, seen := range []observedAt{was, is} {
		l.vars[n] = append(l.vars[n], map[string]any{"measure": measuredBy(seen, id, r.sides[n].rules), "attributes": f.Account["attributes"]})
	}
	return l
}

// measuredBy is what rules read of an account's measures.
func measuredBy(seen observedAt, id int64, rules []callRule) map[string]any {
	out := map[string]any{}
	for _, one := range rules {
		for _, path := range one.when.Fields() {
			if name, ok := strings.CutPrefix(path, "measure."); ok {
				if o, there := seen[name][id]; there {
					putMeasure(out, name, o)
				}
			}
		}
	}
	return out
}

// accountThen is an account as events told it: what conditions read of it.
func accountThen(told map[string]any) (a Account) {
	text := func(name string) string { s, _ := told[name].(string); return s }
	number := func(name string) int64 { n, _ := told[name].(int64); return n }
	day := func(name string) time.Time { t, _ := time.Parse(time.DateOnly, text(name)); return t }
	a = Account{Plan: text("plan"), Segment: text("segment"), Coverage: text("coverage"), Stage: text("stage"), Currency: text("currency"), Revenue: number("revenue"), ParentID: number("parent_id"),
		CSMID: number("csm_id"), TeamID: number("team_id"), Since: day("since"), ContractStart: day("contract_start"), Renewal: day("renewal")}
	a.Created, _ = told["created"].(time.Time)
	return a
}

// callsOf are the differences of the calls to action that rules would have opened.
func (r *healthSweep) callsOf(l life) (all []replay.Difference) {
	var opened [2]map[string][]time.Time
	for n := range r.sides {
		opened[n] = r.sides[n].opened(l, n)
	}
	names := map[string]bool{}
	for n := range opened {
		for name := range opened[n] {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, would := opened[0][name], opened[1][name]
		change := callsMore
		switch {
		case len(would) < len(was):
			change = callsFewer
		case len(would) == len(was):
			continue
		}
		all = append(all, replay.Difference{Kind: callRuleKind, Name: name, Aspect: "call", Change: change, Tell: func() (any, any, string) {
			return daysOf(was), daysOf(would), "would have been asked for " + times(len(would)) + " instead of " + times(len(was))
		}})
	}
	return all
}

// opened are the weeks in which each rule would have opened its call. A call counts as closed when
// the condition holds no more: what people would have done is not known.
func (s *side) opened(l life, n int) map[string][]time.Time {
	out := map[string][]time.Time{}
	for _, one := range s.rules {
		open, closed := false, time.Time{}
		var since time.Time
		was, before := "", ""
		for k := len(l.then) - 1; k >= 0; k-- {
			at, p := l.at[k], l.weeks[k]
			if p.colour[n] != was || since.IsZero() {
				before, was, since = was, p.colour[n], at
			}
			a := l.then[k]
			a.Band, a.BandWas, a.BandSince = p.colour[n], before, since
			a.Score.Int64, a.Score.Valid = p.points[n], p.colour[n] != ""
			account := a.vars(at)
			account["attributes"] = l.vars[n][k]["attributes"]
			holds, err := one.when.Eval(rule.Vars{"account": account, "measure": l.vars[n][k]["measure"]})
			switch {
			case err != nil:
			case !holds && open:
				open, closed = false, at
			case holds && !open && (closed.IsZero() || !at.Before(closed.Add(orDays(one.Spec.Quiet, 90)))):
				open = true
				out[one.Name] = append(out[one.Name], at)
			}
		}
	}
	return out
}

func daysOf(at []time.Time) any {
	out := []string{}
	for _, t := range at {
		out = append(out, t.Format(time.DateOnly))
	}
	return map[string]any{"opened": out}
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return strconv.Itoa(n) + " times"
}
