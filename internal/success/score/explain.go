package score

import (
	"fmt"
	"math/big"
	"slices"
)

// Cause is why a part of a change came about.
type Cause string

// The causes.
const (
	Data           Cause = "data"           // a measure has another value
	Circumstances  Cause = "account"        // the account is judged by other bands: its age, its segment
	Staleness      Cause = "staleness"      // data grew too old, or came again after it had
	Redistribution Cause = "redistribution" // weight moved: a measure began or ceased to count
	Forced         Cause = "override"       // an override began or ceased to hold
	Blueprint      Cause = "blueprint"      // another scorecard, or another version
	Below          Cause = "below"          // an account below has another score
	BelowWeights   Cause = "below_weights"  // accounts below came or went, or their revenue changed
)

// Side is how a leaf stood on one side of a change.
type Side struct {
	State  State
	Value  any
	Colour string
	Points *big.Rat
}

// Contribution is one part of a change.
type Contribution struct {
	Cause     Cause
	Name      string // of the measure, part or override; "" for none
	Title     string
	Child     int64    // the account below, 0 for none
	Exact     *big.Rat // points
	Points    int64    // hundredths; those of one explanation add up to its change
	Effective *big.Rat // the weight with which it counted, nil for none
	From, To  *Side    // nil where it is about no leaf
	Events    []int64  // it came from
}

// Change is the change of a score between two moments.
type Change struct {
	From, To Result
	Delta    int64 // hundredths; from nothing when there was no score
	Parts    []Contribution
}

// Explain splits the change between two results into parts that add up exactly. What data did is
// told by the scorecard of from; what another scorecard makes of the data of to is the
// blueprint's part. Parts of nothing are left out.
func Explain(from, to Result) Change {
	switch {
	case from.Card == nil && to.Card == nil:
		return Change{From: from, To: to}
	case from.Card == nil:
		from = to.Card.blank(from.Facts)
	case to.Card == nil:
		to = from.Card.blank(to.Facts)
	}
	c := Change{From: from, To: to}
	mid := to
	if from.Card != to.Card {
		mid = from.Card.Score(to.Facts)
	}
	e := explainer{a: from, b: mid}
	e.children()
	if from.Card != to.Card {
		e.add(Contribution{Cause: Blueprint, Name: to.Card.Name, Title: to.Card.Title, Exact: difference(value(to.Base), value(mid.Base))})
	}
	e.overrides(from, to)
	c.Parts = e.parts
	c.Delta = points(to.Score) - points(from.Score)
	var all []*big.Rat
	for _, p := range c.Parts {
		all = append(all, p.Exact)
	}
	for i, n := range Apportion(all, c.Delta) {
		c.Parts[i].Points = n
	}
	return c
}

// blank is the result of an account about which nothing is known.
func (c *Card) blank(f Facts) Result {
	r := Result{Card: c, Facts: f, Leaves: make([]LeafResult, len(c.Leaves)), Observed: new(big.Rat), Applicable: new(big.Rat)}
	for i := range r.Leaves {
		r.Leaves[i] = LeafResult{State: NoData, Effective: nothing}
	}
	c.weigh(&r)
	return r
}

func value(r *big.Rat) *big.Rat {
	if r == nil {
		return nothing
	}
	return r
}

func points(r *big.Rat) int64 { return Hundredths(value(r)) }

type explainer struct {
	a, b  Result // of one card
	parts []Contribution
}

func (e *explainer) add(c Contribution) {
	if c.Exact.Sign() != 0 {
		e.parts = append(e.parts, c)
	}
}

// children splits what the account did by itself from what the accounts below it did.
func (e *explainer) children() {
	share := e.a.ownShare
	if e.a.Base == nil {
		share = e.b.ownShare
	}
	if e.a.below == nil && e.b.below == nil {
		e.own(big.NewRat(1, 1))
		return
	}
	if share == nil {
		share = nothing
	}
	before := len(e.parts)
	e.own(share)
	rest := difference(value(e.b.Base), value(e.a.Base))
	for _, p := range e.parts[before:] {
		rest.Sub(rest, p.Exact)
	}
	if e.a.below != nil {
		for i, was := range e.a.Facts.Children {
			for _, is := range e.b.Facts.Children {
				if is.ID != was.ID || e.b.below == nil {
					continue
				}
				part := product(e.a.below[i], difference(is.points(), was.points()))
				rest.Sub(rest, part)
				e.add(Contribution{Cause: Below, Child: is.ID, Exact: part, Effective: e.a.below[i]})
			}
		}
	}
	e.add(Contribution{Cause: BelowWeights, Exact: rest})
}

// own splits the change of the account by itself, times share.
func (e *explainer) own(share *big.Rat) {
	if e.a.Own == nil || e.b.Own == nil {
		for i := range e.a.Leaves {
			before, after := e.a.Part(i), e.b.Part(i)
			e.leaf(Data, i, difference(after, before), share, e.b.Leaves[i].Effective)
		}
		return
	}
	e.data(share)
	e.presence(share)
}

// Part is what a leaf contributes to the score of the account by itself.
func (r Result) Part(i int) *big.Rat {
	if l := r.Leaves[i]; l.State == Scored && r.Own != nil {
		return product(l.Effective, l.Points)
	}
	return nothing
}

func (e *explainer) leaf(cause Cause, i int, exact, share, effective *big.Rat) {
	l := e.a.Card.Leaves[i]
	e.add(Contribution{Cause: cause, Name: l.Name, Title: l.Title, Exact: product(exact, share), Effective: effective,
		From: e.a.side(i), To: e.b.side(i), Events: l.events(e.b.Facts, e.a.Facts)})
}

// data are the leaves that counted on both sides, with the weights of before.
func (e *explainer) data(share *big.Rat) {
	for i, l := range e.a.Card.Leaves {
		a, b := e.a.Leaves[i], e.b.Leaves[i]
		if a.State != Scored || b.State != Scored || a.Effective.Sign() == 0 {
			continue
		}
		between := a.Points // what the value of before is worth by the bands of after
		if a.Points.Cmp(b.Points) != 0 {
			vars := e.b.Facts.vars()
			vars["value"] = a.Value
			if band := l.band(vars); band != nil {
				between = band.Points
			}
		}
		e.leaf(Circumstances, i, product(a.Effective, difference(between, a.Points)), share, a.Effective)
		e.leaf(Data, i, product(a.Effective, difference(b.Points, between)), share, a.Effective)
	}
}

// presence are the leaves that count on one side only: each moves weight. Those that began come
// first, each in the order of the scorecard, so that something is there at every step.
func (e *explainer) presence(share *big.Rat) {
	card, present := e.a.Card, e.a.present
	worth := make([]*big.Rat, len(card.Leaves))
	for i := range worth {
		if worth[i] = e.b.Leaves[i].Points; worth[i] == nil {
			worth[i] = value(e.a.Leaves[i].Points)
		}
	}
	score := func() *big.Rat {
		out := new(big.Rat)
		for i, w := range card.effective(present) {
			if w.Sign() > 0 {
				out.Add(out, product(w, worth[i]))
			}
		}
		return out
	}
	last := score()
	step := func(i int) {
		present ^= 1 << i
		now := score()
		cause, effective := Redistribution, card.effective(present)[i]
		if e.a.Leaves[i].State == Stale || e.b.Leaves[i].State == Stale {
			cause = Staleness
		}
		e.leaf(cause, i, difference(now, last), share, effective)
		last = now
	}
	for i := range card.Leaves {
		if e.b.present&^e.a.present&(1<<i) != 0 {
			step(i)
		}
	}
	for i := range card.Leaves {
		if e.a.present&^e.b.present&(1<<i) != 0 {
			step(i)
		}
	}
}

// overrides is what overrides did before and do now.
func (e *explainer) overrides(from, to Result) {
	did, does := difference(value(from.Score), value(from.Base)), difference(value(to.Score), value(to.Base))
	if from.Override != nil && to.Override != nil && from.Override.Name == to.Override.Name && from.Card == to.Card {
		e.add(forced(to, difference(does, did)))
		return
	}
	if from.Override != nil {
		e.add(forced(from, difference(nothing, did)))
	}
	if to.Override != nil {
		e.add(forced(to, does))
	}
}

func forced(r Result, exact *big.Rat) Contribution {
	c := Contribution{Cause: Forced, Name: r.Override.Name, Title: r.Override.Title, Exact: exact}
	for _, l := range r.Override.Leaves {
		c.Events = append(c.Events, l.events(r.Facts)...)
	}
	return c
}

func (r Result) side(i int) *Side {
	l := r.Leaves[i]
	return &Side{l.State, l.Value, l.Colour, l.Points}
}

// events are those behind a leaf's value, by the first facts that have any.
func (l *Leaf) events(facts ...Facts) (out []int64) {
	for _, f := range facts {
		for _, name := range l.Reads {
			for _, id := range f.Readings[name].Events {
				if !slices.Contains(out, id) {
					out = append(out, id)
				}
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return out
}

// Colour is the colour of a leaf for a value of an account; "" when no band holds.
func (l *Leaf) Colour(f Facts, v any) string {
	vars := f.vars()
	vars["value"] = banded(v)
	if b := l.band(vars); b != nil {
		return b.Colour
	}
	return ""
}

// Sum adds the parts up, exactly.
func (c Change) Sum() *big.Rat {
	out := new(big.Rat)
	for _, p := range c.Parts {
		out.Add(out, p.Exact)
	}
	return out
}

// Check reports whether the parts add up, exactly and as shown; the error says what is amiss.
func (c Change) Check() error {
	want := difference(value(c.To.Score), value(c.From.Score))
	if got := c.Sum(); got.Cmp(want) != 0 {
		return fmt.Errorf("the parts sum to %s, the change is %s", got, want)
	}
	shown := int64(0)
	for _, p := range c.Parts {
		shown += p.Points
	}
	if shown != c.Delta && len(c.Parts) > 0 {
		return fmt.Errorf("the parts as shown sum to %d, the change as shown is %d", shown, c.Delta)
	}
	return nil
}
