package score

import (
	"math/big"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/rule"
)

// Card is a compiled scorecard. It is safe for concurrent use.
type Card struct {
	ID, Version int64 // of the blueprint; 0 for one that is only proposed
	Name, Title string
	Rank        int
	Groups      []*Group
	Leaves      []*Leaf // everything that gets a colour, in the order of the text
	Overrides   []*Override
	RollUp      string // "", revenue or equal

	match    *rule.Program
	scale    *scale
	worth    map[string]*big.Rat // points of the colours
	root     *node
	programs []*rule.Program // every condition and formula

	shares sync.Map // uint64: []*big.Rat, effective weights by what is present
	kept   atomic.Int64
}

// Group is a group of measures.
type Group struct {
	Name, Title string
	Measures    []*Measure
	Weight      *big.Rat // share of the score, 1 is all of it

	na *rule.Program
}

// Measure is one measure of a group: a leaf, or a mean of several.
type Measure struct {
	Name, Title string
	Group       *Group
	Leaves      []*Leaf // one of the same name, or its parts
	Weight      *big.Rat

	scale *scale
}

// Leaf is what gets a colour: a measure, or a part of one.
type Leaf struct {
	Index       int // in Card.Leaves
	Name, Title string
	Of          *Measure
	Reads       []string // measures whose values it is worked out from
	Weight      *big.Rat // nominal share of the whole score, when everything is there
	Within      *big.Rat // share of its measure: 1 unless it is a part
	FlagAfter   time.Duration
	StaleAfter  time.Duration
	Bands       []Band

	formula *rule.Program
	na      *rule.Program
	whole   *rule.Program // not_applicable of the measure it is a part of
	reached *rule.Program
}

// Part reports whether the leaf is a part of a measure made of several.
func (l *Leaf) Part() bool { return l.Name != l.Of.Name }

// Share reports whether the leaf is one measure that is a share, as it was read.
func (l *Leaf) Share(f Facts) bool {
	return l.formula == nil && len(l.Reads) == 1 && f.Readings[l.Reads[0]].Share
}

// Band is a colour of a leaf.
type Band struct {
	Colour string
	Points *big.Rat
	When   *rule.Program
}

// Override forces a colour.
type Override struct {
	Name, Title, Colour string
	Leaves              []*Leaf // whose colours it reads

	when *rule.Program
}

// Matches reports whether the card is for an account.
func (c *Card) Matches(f Facts) bool {
	if c.match == nil {
		return true
	}
	ok, err := c.match.Eval(f.vars())
	return ok && err == nil
}

// Pick is the first of the cards, which Sort has put in order, that matches; nil for none.
func Pick(cards []*Card, f Facts) *Card {
	for _, c := range cards {
		if c.Matches(f) {
			return c
		}
	}
	return nil
}

// Leaf is the leaf of that name, nil for none.
func (c *Card) Leaf(name string) *Leaf {
	for _, l := range c.Leaves {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// Measures are the names of all measures that the card reads, each once.
func (c *Card) Measures() (out []string) {
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	for _, l := range c.Leaves {
		for _, name := range l.Reads {
			add(name)
		}
	}
	for _, p := range c.programs {
		for _, path := range p.Fields() {
			if name, ok := strings.CutPrefix(path, "measure."); ok {
				add(name)
			}
		}
	}
	return out
}

// Worth is what a colour is worth where a band does not say otherwise, in points.
func (c *Card) Worth(colour string) *big.Rat { return c.worth[colour] }

// node is a place in the tree of weights.
type node struct {
	weight   *big.Rat
	leaf     *Leaf // nil for what has children
	children []*node
}

// alive reports whether anything below that weighs something is present.
func (n *node) alive(present uint64) bool {
	if n.leaf != nil {
		return present&(1<<n.leaf.Index) != 0
	}
	for _, c := range n.children {
		if c.weight.Sign() > 0 && c.alive(present) {
			return true
		}
	}
	return false
}

// share gives everything below its share.
func (n *node) share(present uint64, of *big.Rat, out []*big.Rat) {
	if n.leaf != nil {
		out[n.leaf.Index] = of
		return
	}
	total := new(big.Rat)
	for _, c := range n.children {
		if c.alive(present) {
			total.Add(total, c.weight)
		}
	}
	for _, c := range n.children {
		if c.weight.Sign() > 0 && c.alive(present) {
			c.share(present, product(of, new(big.Rat).Quo(c.weight, total)), out)
		}
	}
}

// maxShares is how many patterns of presence a card remembers weights of.
const maxShares = 4096

var nothing = new(big.Rat)

// effective are the weights of all leaves when only some are present: 0 for those that are not,
// together 1, or all 0 when nothing that weighs is there.
func (c *Card) effective(present uint64) []*big.Rat {
	if known, ok := c.shares.Load(present); ok {
		return known.([]*big.Rat)
	}
	out := make([]*big.Rat, len(c.Leaves))
	for i := range out {
		out[i] = nothing
	}
	if c.root.alive(present) {
		c.root.share(present, big.NewRat(1, 1), out)
	}
	if c.kept.Add(1) <= maxShares {
		c.shares.Store(present, out)
	}
	return out
}

// scale is the colours of a score. They change only at its steps.
type scale struct {
	steps   []*big.Rat // ascending
	at      []string   // colour at each step
	between []string   // colour before the first step, between two, and after the last
}

// colour is the colour of a score, "" for none.
func (s *scale) colour(score *big.Rat) string {
	for i, step := range s.steps {
		switch score.Cmp(step) {
		case 0:
			return s.at[i]
		case -1:
			return s.between[i]
		}
	}
	return s.between[len(s.steps)]
}

var hundred = big.NewRat(100, 1)

// span is where a colour begins and ends between 0 and 100; from is nil when it is nowhere.
func (s *scale) span(colour string) (from, to *big.Rat) {
	edges := append([]*big.Rat{new(big.Rat)}, s.steps...)
	edges = append(edges, hundred)
	take := func(a, b *big.Rat) {
		if from == nil {
			from = a
		}
		to = b
	}
	for i := range edges {
		if edges[i].Sign() < 0 || edges[i].Cmp(hundred) > 0 {
			continue
		}
		if s.colour(edges[i]) == colour {
			take(edges[i], edges[i])
		}
		if i+1 < len(edges) && edges[i].Cmp(edges[i+1]) < 0 && s.colour(middle(edges[i], edges[i+1])) == colour {
			take(edges[i], edges[i+1])
		}
	}
	return from, to
}

func middle(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(sum(a, b), big.NewRat(2, 1)) }

// ReadsUnder reports whether an expression of the card reads a path or something below it.
func (c *Card) ReadsUnder(path string) bool {
	return slices.ContainsFunc(c.programs, func(p *rule.Program) bool {
		return slices.ContainsFunc(p.Fields(), func(f string) bool { return f == path || strings.HasPrefix(f, path+".") })
	})
}
