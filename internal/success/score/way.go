package score

import (
	"math/big"
	"slices"

	"steward/internal/lang"
)

// Step is one change on the way to a band.
type Step struct {
	Leaf      *Leaf
	From, To  string   // colours
	Value     any      // now
	When      string   // what must hold of the value then
	Says      string   // the same in words, for the account as it is
	Worth     *big.Rat // points it adds to the score by itself
	Points    int64    // hundredths; those of one way add up to its gain
	Override  *Override
	Effective *big.Rat
}

// Way is the shortest way to the next band.
type Way struct {
	Colour string   // of the next band; "" when the score is in the best, or there is none
	Score  *big.Rat // that would be reached
	Gain   int64    // hundredths
	Steps  []Step   // the fewest changes
	// Lift are overrides that hold and would be lifted by a step.
	Lift []*Override
	// Reaches is false when no change of colours reaches the band: too little is observed or
	// applicable, an override cannot be lifted by a colour, or accounts below weigh too much.
	Reaches bool
	Blocked *Override // that no change of colours lifts, nil for none
}

// Way finds the fewest changes of colours that bring the score into the next better band. Among
// equally many it takes those that ask for least. What is missing stays missing.
func (r Result) Way(l *lang.Language) Way {
	w := Way{}
	if r.Score == nil || order(r.Colour) == order(Green) {
		return w
	}
	for _, colour := range []string{Yellow, Green} {
		if from, _ := r.Card.scale.span(colour); order(colour) > order(r.Colour) && from != nil {
			w.Colour = colour
			break
		}
	}
	if w.Colour == "" {
		return w
	}
	needed, blocked := r.lifting(w.Colour)
	if blocked != nil {
		w.Blocked = blocked
		return w
	}
	options := r.options()
	chosen := r.fewest(options, needed, w.Colour)
	if chosen == nil {
		return w
	}
	w.Reaches = true
	r.ease(chosen, w.Colour)
	w.fill(l, r, chosen)
	return w
}

// choice is a leaf with the band it would have.
type choice struct {
	leaf *Leaf
	band *Band
}

// with is the result as it would be with other bands of some leaves.
func (r Result) with(choices []choice) Result {
	out := r
	out.Leaves = slices.Clone(r.Leaves)
	for _, c := range choices {
		out.Leaves[c.leaf.Index].Colour, out.Leaves[c.leaf.Index].Points = c.band.Colour, c.band.Points
	}
	out.Override, out.below = nil, nil
	r.Card.weigh(&out)
	vars := out.Facts.vars()
	vars["colours"] = out.colours()
	r.Card.override(&out, vars)
	return out
}

// reaches reports whether the choices bring the score to the colour or beyond.
func (r Result) reaches(choices []choice, colour string) bool {
	return order(r.with(choices).Colour) >= order(colour)
}

// better are the bands of a leaf that are worth more than the one it has, and may hold for the
// account as it is; the best first.
func (r Result) better(l *Leaf) (out []*Band) {
	one := r.Leaves[l.Index]
	if one.State != Scored {
		return nil
	}
	for i := range l.Bands {
		if b := &l.Bands[i]; order(b.Colour) > order(one.Colour) && b.Points.Cmp(one.Points) >= 0 && b.open(r.Facts) {
			if at := slices.IndexFunc(out, func(x *Band) bool { return x.Colour == b.Colour }); at >= 0 {
				continue
			}
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b *Band) int { return b.Points.Cmp(a.Points) })
	return out
}

// open reports whether some value can have the band for an account: a condition may read what
// the account is, and then it is tried with the values it speaks of.
func (b *Band) open(f Facts) bool {
	of, exact := b.When.Constants()
	if !exact {
		return true
	}
	vars := f.vars()
	a := newAxis("value", of["value"], "")
	for _, v := range a.values {
		vars["value"] = v
		if holds(b.When, vars) {
			return true
		}
	}
	return len(a.values) == 0
}

// options are the best band of every leaf that could be better, by what it adds, the most first.
func (r Result) options() (out []choice) {
	for _, l := range r.Card.Leaves {
		if better := r.better(l); len(better) > 0 {
			out = append(out, choice{l, better[0]})
		}
	}
	slices.SortStableFunc(out, func(a, b choice) int { return r.gain(b).Cmp(r.gain(a)) })
	return out
}

// gain is what a choice adds to the score before overrides.
func (r Result) gain(c choice) *big.Rat {
	one := r.Leaves[c.leaf.Index]
	return product(r.ownShare, product(one.Effective, difference(c.band.Points, one.Points)))
}

// lifting are the leaves whose colours hold an override that forces a worse colour; blocked is an
// override that no colour lifts.
func (r Result) lifting(colour string) (needed []*Leaf, blocked *Override) {
	if r.Override == nil || order(r.Override.Colour) >= order(colour) {
		return nil, nil
	}
	all := r.options()
	if best := r.with(all); best.Override != nil && order(best.Override.Colour) < order(colour) {
		return nil, best.Override
	}
	return r.Override.Leaves, nil
}

// fewest are the fewest choices that reach the colour, nil when not even all do. Gains add up, so
// without overrides the largest are the fewest; with one, those that may lift it are tried first.
func (r Result) fewest(options []choice, lift []*Leaf, colour string) []choice {
	for n := 1; n <= len(options); n++ {
		if r.reaches(options[:n], colour) {
			return r.trim(options[:n], colour)
		}
		if len(lift) == 0 {
			continue
		}
		if found := r.lifted(options, lift, n, colour); found != nil {
			return found
		}
	}
	return nil
}

// lifted tries n choices of which some are of leaves that an override reads.
func (r Result) lifted(options []choice, lift []*Leaf, n int, colour string) []choice {
	var first, rest []choice
	for _, o := range options {
		if slices.Contains(lift, o.leaf) {
			first = append(first, o)
		} else {
			rest = append(rest, o)
		}
	}
	for mask := 1; mask < 1<<min(len(first), 10); mask++ {
		var try []choice
		for i := range first {
			if mask&(1<<i) != 0 {
				try = append(try, first[i])
			}
		}
		if more := n - len(try); more >= 0 && more <= len(rest) {
			if try = append(try, rest[:more]...); r.reaches(try, colour) {
				return try
			}
		}
	}
	return nil
}

// trim leaves out what is not needed.
func (r Result) trim(chosen []choice, colour string) []choice {
	out := slices.Clone(chosen)
	for i := len(out) - 1; i >= 0 && len(out) > 1; i-- {
		if fewer := slices.Delete(slices.Clone(out), i, i+1); r.reaches(fewer, colour) {
			out = fewer
		}
	}
	return out
}

// ease lowers the choices, the smallest first, to the least band that still reaches the colour.
func (r Result) ease(chosen []choice, colour string) {
	for i := len(chosen) - 1; i >= 0; i-- {
		better := r.better(chosen[i].leaf)
		for j := len(better) - 1; j >= 0; j-- {
			kept := chosen[i].band
			if chosen[i].band = better[j]; r.reaches(chosen, colour) {
				break
			}
			chosen[i].band = kept
		}
	}
}

// fill works out what each step is worth: overrides are lifted by the step that does it.
func (w *Way) fill(l *lang.Language, r Result, chosen []choice) {
	after := r.with(chosen)
	w.Score, w.Gain = after.Score, points(after.Score)-points(r.Score)
	var worths []*big.Rat
	for i := range chosen {
		before, now := r.with(chosen[:i]), r.with(chosen[:i+1])
		one := r.Leaves[chosen[i].leaf.Index]
		s := Step{Leaf: chosen[i].leaf, From: one.Colour, To: chosen[i].band.Colour, Value: one.Value, When: chosen[i].band.When.Source(), Says: chosen[i].band.Says(l, r.Facts, chosen[i].leaf.Share(r.Facts)),
			Worth: difference(now.Score, before.Score), Effective: one.Effective}
		if before.Override != nil && now.Override == nil {
			s.Override = before.Override
			w.Lift = append(w.Lift, before.Override)
		}
		w.Steps = append(w.Steps, s)
		worths = append(worths, s.Worth)
	}
	for i, n := range Apportion(worths, w.Gain) {
		w.Steps[i].Points = n
	}
}

// If is the result as it would be if measures had other colours, by their names. A colour that a
// measure has no band for changes nothing.
func (r Result) If(colours map[string]string) Result {
	var choices []choice
	for name, colour := range colours {
		l := r.Card.Leaf(name)
		if l == nil || r.Leaves[l.Index].State != Scored {
			continue
		}
		for i := range l.Bands {
			if l.Bands[i].Colour == colour && l.Bands[i].open(r.Facts) {
				choices = append(choices, choice{l, &l.Bands[i]})
				break
			}
		}
	}
	return r.with(choices)
}
