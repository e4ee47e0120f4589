package score

import (
	"math/big"
	"time"

	"steward/internal/rule"
)

// State says whether a leaf counts.
type State string

// The states of a leaf.
const (
	Scored        State = "scored"
	NoData        State = "no_data"        // there is no value
	Stale         State = "stale"          // there is one, and it is too old
	NotApplicable State = "not_applicable" // the account is not scored for it
	NoBand        State = "no_band"        // no band holds for the value
)

// LeafResult is what became of a leaf.
type LeafResult struct {
	State     State
	Value     any       // as bands see it: of a duration the days; nil when there is none
	At        time.Time // of the oldest data it needs; zero when always up to date
	Flagged   bool      // old, and still counted
	Colour    string
	Points    *big.Rat
	Effective *big.Rat // its weight with what is missing redistributed, 1 is all
	Reached   bool
}

// Result is a score with everything it is made of.
type Result struct {
	Card     *Card
	Facts    Facts
	Leaves   []LeafResult // as Card.Leaves
	Own      *big.Rat     // the account by itself, nil when nothing was observed
	Base     *big.Rat     // with the accounts below it
	Score    *big.Rat     // with what overrides do; nil when there is none
	Colour   string       // "" when there is no score
	Override *Override    // that holds, nil for none
	// Observed is the nominal weight of what counts, of Applicable, what could; 1 is all.
	Observed, Applicable *big.Rat

	present  uint64
	ownShare *big.Rat
	below    []*big.Rat // weights of Facts.Children
}

// Hundredths is the score as stored and shown; ok is false when there is none.
func (r Result) Hundredths() (points int64, ok bool) {
	if r.Score == nil {
		return 0, false
	}
	return Hundredths(r.Score), true
}

// Adopted counts the measures that the account has reached, of those that have data.
func (r Result) Adopted() (reached, of int) {
	for _, l := range r.Leaves {
		if l.State == Scored {
			of++
			if l.Reached {
				reached++
			}
		}
	}
	return reached, of
}

// Score works out the score of an account.
func (c *Card) Score(f Facts) Result {
	r := Result{Card: c, Facts: f, Leaves: make([]LeafResult, len(c.Leaves)), Observed: new(big.Rat), Applicable: new(big.Rat)}
	vars := f.vars()
	away := map[*Group]bool{}
	for _, g := range c.Groups {
		away[g] = holds(g.na, vars)
	}
	for i, l := range c.Leaves {
		one := &r.Leaves[i]
		if *one = l.score(f, vars, away[l.Of.Group]); one.State == Scored {
			r.present |= 1 << i
			r.Observed.Add(r.Observed, l.Weight)
		}
		if one.State != NotApplicable {
			r.Applicable.Add(r.Applicable, l.Weight)
		}
	}
	c.weigh(&r)
	vars["colours"] = r.colours()
	c.override(&r, vars)
	return r
}

// colours are those of all measures and parts that count, as overrides read them.
func (r Result) colours() map[string]any {
	out := map[string]any{}
	for i, l := range r.Card.Leaves {
		if r.Leaves[i].State == Scored {
			out[l.Name] = r.Leaves[i].Colour
		}
	}
	for _, m := range r.Card.measures() {
		if m.Leaves[0].Part() {
			if score := r.Measure(m); score != nil {
				out[m.Name] = m.scale.colour(score)
			}
		}
	}
	return out
}

func (c *Card) measures() (out []*Measure) {
	for _, g := range c.Groups {
		out = append(out, g.Measures...)
	}
	return out
}

func holds(p *rule.Program, vars rule.Vars) bool {
	if p == nil {
		return false
	}
	ok, err := p.Eval(vars)
	return ok && err == nil
}

// score looks at one leaf. vars is left with the leaf's value.
func (l *Leaf) score(f Facts, vars rule.Vars, away bool) LeafResult {
	r := LeafResult{State: NoData, Effective: nothing}
	if away || holds(l.na, vars) || holds(l.whole, vars) {
		r.State = NotApplicable
		return r
	}
	r.Value, r.At = l.value(f, vars)
	if r.Value == nil {
		return r
	}
	if age := f.At.Sub(r.At); !r.At.IsZero() {
		r.Flagged = l.FlagAfter > 0 && age > l.FlagAfter
		if l.StaleAfter > 0 && age > l.StaleAfter {
			r.State = Stale
			return r
		}
	}
	vars["value"] = r.Value
	b := l.band(vars)
	if b == nil {
		r.State = NoBand
		return r
	}
	r.State, r.Colour, r.Points = Scored, b.Colour, b.Points
	r.Reached = b.Colour == Green
	if l.reached != nil {
		r.Reached = holds(l.reached, vars)
	}
	return r
}

// value is the leaf's value with the age of the oldest data it needs.
func (l *Leaf) value(f Facts, vars rule.Vars) (v any, at time.Time) {
	for _, name := range l.Reads {
		r := f.Readings[name]
		if r.Value == nil {
			return nil, time.Time{}
		}
		if !r.At.IsZero() && (at.IsZero() || r.At.Before(at)) {
			at = r.At
		}
		v = r.Value
	}
	if l.formula != nil {
		var ok bool
		var err error
		if v, ok, err = l.formula.Value(vars); !ok || err != nil {
			return nil, at
		}
	}
	return banded(v), at
}

// band is the first band that holds.
func (l *Leaf) band(vars rule.Vars) *Band {
	for i := range l.Bands {
		if holds(l.Bands[i].When, vars) {
			return &l.Bands[i]
		}
	}
	return nil
}

// weigh works out the score before overrides.
func (c *Card) weigh(r *Result) {
	for i, w := range c.effective(r.present) {
		r.Leaves[i].Effective = w
	}
	if c.root.alive(r.present) {
		r.Own = r.mean()
	}
	r.Base, r.ownShare = r.Own, big.NewRat(1, 1)
	if c.RollUp == "" || len(r.Facts.Children) == 0 {
		return
	}
	weight := func(revenue int64) *big.Rat {
		if c.RollUp == "revenue" {
			return big.NewRat(max(revenue, 0), 1)
		}
		return big.NewRat(1, 1)
	}
	own, total := new(big.Rat), new(big.Rat)
	if r.Own != nil {
		own = weight(r.Facts.Revenue)
		total.Add(total, own)
	}
	for _, ch := range r.Facts.Children {
		r.below = append(r.below, weight(ch.Revenue))
		total.Add(total, r.below[len(r.below)-1])
	}
	if total.Sign() == 0 {
		r.below = nil
		return
	}
	r.ownShare = own.Quo(own, total)
	r.Base = new(big.Rat)
	if r.Own != nil {
		r.Base.Mul(r.Own, r.ownShare)
	}
	for i, ch := range r.Facts.Children {
		r.below[i].Quo(r.below[i], total)
		r.Base.Add(r.Base, product(r.below[i], ch.points()))
	}
}

// points is the child's score.
func (c Child) points() *big.Rat { return big.NewRat(c.Score, 100) }

// mean is the weighted mean of what is present.
func (r *Result) mean() *big.Rat {
	out := new(big.Rat)
	for _, l := range r.Leaves {
		if l.State == Scored && l.Effective.Sign() > 0 {
			out.Add(out, product(l.Effective, l.Points))
		}
	}
	return out
}

// Measure is the score of one measure, nil when nothing of it was observed.
func (r Result) Measure(m *Measure) *big.Rat {
	points, weight := new(big.Rat), new(big.Rat)
	for _, l := range m.Leaves {
		if one := r.Leaves[l.Index]; one.State == Scored {
			points.Add(points, product(l.Within, one.Points))
			weight.Add(weight, l.Within)
		}
	}
	if weight.Sign() == 0 {
		return nil
	}
	return points.Quo(points, weight)
}

// override applies the first override that holds and colours the score.
func (c *Card) override(r *Result, vars rule.Vars) {
	if r.Base == nil {
		return
	}
	r.Score = r.Base
	for _, o := range c.Overrides {
		if holds(o.when, vars) {
			r.Override = o
			r.Score = c.forced(o.Colour, r.Base)
			r.Colour = o.Colour
			return
		}
	}
	r.Colour = c.scale.colour(r.Score)
}

// forced is what a forced colour makes of a score: the worst colour lowers it to its worth, the
// best raises it, any other sets it.
func (c *Card) forced(colour string, base *big.Rat) *big.Rat {
	worth := c.worth[colour]
	if colour == Red && base.Cmp(worth) < 0 || colour == Green && base.Cmp(worth) > 0 {
		return base
	}
	return worth
}
