package score

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/measure"
	"steward/internal/rule"
)

const example = `kind: scorecard
name: health
title: Customer health
bands:
  - { colour: red, when: value < 50 }
  - { colour: yellow, when: value >= 50 && value < 75 }
  - { colour: green, when: value >= 75 }
groups:
  - name: support
    title: Support
    measures:
      - name: open-urgent
        title: Open urgent tickets
        measure: desk.open_urgent
        bands:
          - { colour: green, when: value == 0 }
          - { colour: yellow, when: value == 1 }
          - { colour: red, when: value > 1 }
overrides:
  - { name: urgent, title: Urgent tickets, when: 'colours["open-urgent"] == "red"', colour: red }
`

// Fields are what expressions of scorecards read beside account and measure.
func Fields() []rule.Field {
	return []rule.Field{
		{Path: "value", Type: rule.Any, Title: "Value", Doc: "In bands: the measure's value; of a duration the days. In bands of a score: the score."},
		{Path: "colours", Type: rule.Attributes, Title: "Colours", Doc: "In overrides: the colour of each measure by its name, red, yellow or green; none for one that is missing."},
	}
}

// Catalogue says which measures of organizations there are under a configuration, with their
// types; types are "" where they show with the values only.
type Catalogue func(set *blueprint.Set) map[string]measure.Type

// configured are the modules whose measures a configuration names: conditions read any name
// below them, and lint knows which there are.
var configured = []string{"usage", "manual"}

// measureFields are what expressions read of measures.
func measureFields(measures *measure.Registry) (out []rule.Field) {
	for _, module := range configured {
		out = append(out, rule.Field{Path: "measure." + module, Type: rule.Attributes, Doc: "Measures that the configuration names: measure." + module + ".NAME."})
	}
	for _, f := range measures.Fields("organization") {
		module, _, _ := strings.Cut(strings.TrimPrefix(f.Path, "measure."), ".")
		if !slices.Contains(configured, module) {
			out = append(out, f)
		}
	}
	return out
}

// Register adds the kind. account are the fields that conditions read as account.NAME.
func Register(reg *blueprint.Registry, account []rule.Field, measures *measure.Registry, catalogue Catalogue) error {
	env, err := rule.New("scorecard", slices.Concat(account, measureFields(measures), Fields())...)
	if err != nil {
		return err
	}
	reg.Subject(env)
	blueprint.Register(reg, blueprint.Kind[Spec]{Name: Kind, Title: "Scorecard", Example: example, LintBroken: true,
		Summary: "How healthy an account is: measures in weighted groups, each with colours, what is missing redistributed, and what forces a colour.",
		Lint:    func(c *blueprint.Context, s Spec) { (&linter{c: c, spec: s, measures: catalogue(c.Set)}).lint() },
		Compile: func(c *blueprint.Context, s Spec) (any, error) { return compile(c, s), nil },
	})
	return nil
}

// Sort are the scorecards of a configuration in the order in which they are asked.
func Sort(set *blueprint.Set) (out []*Card) {
	for _, b := range blueprint.All[Spec](set) {
		if c, ok := blueprint.Artifact[*Card](set, Kind, b.Name); ok {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b *Card) int {
		if a.Rank != b.Rank {
			return a.Rank - b.Rank
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// rules finds the compiled expression of a path.
type rules func(path string) *rule.Program

func compile(c *blueprint.Context, s Spec) *Card {
	b := &builder{rules: c.Rule}
	card := b.card(s)
	card.ID, card.Version, card.Name, card.Title = c.Entry.ID, int64(c.Entry.Version), c.Entry.Name, c.Entry.Title
	return card
}

// builder makes a card of a spec that has no errors.
type builder struct {
	rules rules
	into  *Card
}

func (b *builder) rule(path string) *rule.Program {
	p := b.rules(path)
	if p != nil {
		b.into.programs = append(b.into.programs, p)
	}
	return p
}

func (b *builder) card(s Spec) *Card {
	c := &Card{Rank: s.Rank, worth: map[string]*big.Rat{}, root: &node{}}
	b.into = c
	if s.RollUp.By != "none" {
		c.RollUp = s.RollUp.By
	}
	c.match = b.rule("match")
	c.scale, _ = newScale(s.Bands, "bands", b.rules)
	for i, band := range s.Bands {
		if from, to := c.scale.span(band.Colour); from != nil {
			c.worth[band.Colour] = middle(from, to)
		}
		if s.Bands[i].Points != nil {
			c.worth[band.Colour] = exact(*band.Points)
		}
	}
	weights := shares(len(s.Groups), func(i int) *float64 { return s.Groups[i].Weight })
	for i, g := range s.Groups {
		b.group(g, fmt.Sprintf("groups[%d]", i), weights[i])
	}
	for i, o := range s.Overrides {
		v := &Override{Name: o.Name, Title: named(o.Title, o.Name), Colour: o.Colour, when: b.rule(fmt.Sprintf("overrides[%d].when", i))}
		for _, path := range v.when.Fields() {
			name, _ := strings.CutPrefix(path, "colours.")
			for _, l := range c.Leaves {
				if l.Name == name || l.Of.Name == name {
					v.Leaves = append(v.Leaves, l)
				}
			}
		}
		c.Overrides = append(c.Overrides, v)
	}
	return c
}

func named(title, name string) string {
	if title != "" {
		return title
	}
	return name
}

// shares are weights in percent as fractions of 1; equal ones when none is given.
func shares(n int, of func(i int) *float64) []*big.Rat {
	out := make([]*big.Rat, n)
	for i := range out {
		if w := of(i); w != nil {
			out[i] = new(big.Rat).Quo(exact(*w), hundred)
		} else {
			out[i] = big.NewRat(1, int64(n))
		}
	}
	return out
}

func (b *builder) group(s GroupSpec, path string, weight *big.Rat) {
	g := &Group{Name: s.Name, Title: named(s.Title, s.Name), Weight: weight, na: b.rule(path + ".not_applicable")}
	at := &node{weight: weight}
	weights := shares(len(s.Measures), func(i int) *float64 { return s.Measures[i].Weight })
	for i, ms := range s.Measures {
		here := fmt.Sprintf("%s.measures[%d]", path, i)
		m := &Measure{Name: ms.Name, Title: named(ms.Title, ms.Name), Group: g, Weight: weights[i], scale: b.into.scale}
		if len(ms.ScoreBands) > 0 {
			m.scale, _ = newScale(ms.ScoreBands, here+".score_bands", b.rules)
		}
		below := &node{weight: weights[i]}
		if len(ms.Parts) == 0 {
			below.leaf = b.leaf(m, ms.Name, ms.Title, ms.SourceSpec, here, big.NewRat(1, 1))
		} else {
			within := shares(len(ms.Parts), func(i int) *float64 { return ms.Parts[i].Weight })
			away := b.rule(here + ".not_applicable")
			for j, ps := range ms.Parts {
				l := b.leaf(m, ps.Name, ps.Title, ps.SourceSpec, fmt.Sprintf("%s.parts[%d]", here, j), within[j])
				l.whole = away
				below.children = append(below.children, &node{weight: within[j], leaf: l})
			}
		}
		at.children = append(at.children, below)
		g.Measures = append(g.Measures, m)
	}
	b.into.root.children = append(b.into.root.children, at)
	b.into.Groups = append(b.into.Groups, g)
}

func (b *builder) leaf(m *Measure, name, title string, s SourceSpec, path string, within *big.Rat) *Leaf {
	l := &Leaf{Index: len(b.into.Leaves), Name: name, Title: named(title, name), Of: m, Within: within,
		FlagAfter: s.FlagAfter.Std(), StaleAfter: s.StaleAfter.Std(), Weight: product(product(m.Group.Weight, m.Weight), within),
		formula: b.rule(path + ".value"), na: b.rule(path + ".not_applicable"), reached: b.rule(path + ".reached")}
	if s.Measure != "" {
		l.Reads = []string{s.Measure}
	} else if l.formula != nil {
		for _, field := range l.formula.Fields() {
			if name, ok := strings.CutPrefix(field, "measure."); ok {
				l.Reads = append(l.Reads, name)
			}
		}
	}
	for i, band := range s.Bands {
		points := b.into.worth[band.Colour]
		if band.Points != nil {
			points = exact(*band.Points)
		}
		if points == nil {
			points = nothing
		}
		l.Bands = append(l.Bands, Band{band.Colour, points, b.rule(fmt.Sprintf("%s.bands[%d].when", path, i))})
	}
	m.Leaves = append(m.Leaves, l)
	b.into.Leaves = append(b.into.Leaves, l)
	return l
}

// newScale works bands of a score out. ok is false when a condition is no plain comparison of
// value with numbers.
func newScale(bands []BandSpec, path string, programs rules) (s *scale, ok bool) {
	s, ok = &scale{}, true
	var when []*rule.Program
	for i := range bands {
		p := programs(fmt.Sprintf("%s[%d].when", path, i))
		if p == nil {
			return s, false
		}
		when = append(when, p)
		of, exact := p.Constants()
		ok = ok && exact
		for field, constants := range of {
			ok = ok && field == "value"
			for _, v := range constants {
				n := number(v)
				if ok = ok && n != nil; ok && !slices.ContainsFunc(s.steps, func(r *big.Rat) bool { return r.Cmp(n) == 0 }) {
					s.steps = append(s.steps, n)
				}
			}
		}
	}
	slices.SortFunc(s.steps, (*big.Rat).Cmp)
	try := func(r *big.Rat) string {
		f, _ := r.Float64()
		for i, p := range when {
			if holds(p, rule.Vars{"value": f}) {
				return bands[i].Colour
			}
		}
		return ""
	}
	for i, step := range s.steps {
		s.at = append(s.at, try(step))
		if i == 0 {
			s.between = append(s.between, try(difference(step, hundred)))
		} else {
			s.between = append(s.between, try(middle(s.steps[i-1], step)))
		}
	}
	if n := len(s.steps); n > 0 {
		s.between = append(s.between, try(sum(s.steps[n-1], hundred)))
	} else {
		s.between = append(s.between, try(middle(nothing, hundred)))
	}
	return s, ok
}

// number is a constant as an exact number, nil when it is none.
func number(v any) *big.Rat {
	switch v := v.(type) {
	case int64:
		return big.NewRat(v, 1)
	case float64:
		return exact(v)
	}
	return nil
}
