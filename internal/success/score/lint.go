package score

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/measure"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// maxLeaves is how many measures a scorecard may have: what is present is a set of bits.
const maxLeaves = 64

// linter looks at one scorecard.
type linter struct {
	c        *blueprint.Context
	spec     Spec
	measures map[string]measure.Type
	names    map[string]string // of measures and parts, where they stand
	leaves   int
	instance string // the rule for several instances that was met first, and by which measure
	first    string
}

func (l *linter) lint() {
	l.names = map[string]string{}
	s := l.spec
	l.conditions()
	l.scoreBands("bands", s.Bands)
	if len(s.Groups) == 0 {
		l.c.Error("groups", "A scorecard without groups measures nothing.")
	}
	l.weights("groups", len(s.Groups), func(i int) *float64 { return s.Groups[i].Weight })
	for i, g := range s.Groups {
		path := fmt.Sprintf("groups[%d]", i)
		if len(g.Measures) == 0 {
			l.c.Error(path, "The group %q measures nothing.", g.Name)
		}
		l.weights(path+".measures", len(g.Measures), func(i int) *float64 { return g.Measures[i].Weight })
		away := l.c.Rule(path + ".not_applicable")
		for j, m := range g.Measures {
			l.measure(fmt.Sprintf("%s.measures[%d]", path, j), m, away)
		}
	}
	if l.leaves > maxLeaves {
		l.c.Error("groups", "A scorecard has at most %d measures and parts; this one has %d.", maxLeaves, l.leaves)
	}
	for i, o := range s.Overrides {
		l.override(fmt.Sprintf("overrides[%d].when", i), o)
	}
}

func (l *linter) measure(path string, m MeasureSpec, group *rule.Program) {
	l.name(path, m.Name)
	away := []*rule.Program{group, l.c.Rule(path + ".not_applicable")}
	if rule := m.Instances; rule != "" {
		switch {
		case l.instance == "":
			l.instance, l.first = rule, m.Name
		case rule != l.instance:
			l.c.Error(path+".instances", "Accounts with several instances are counted by different rules: %s by %s, %s by %s. One rule must hold for the whole scorecard.", l.first, l.instance, m.Name, rule)
		}
	}
	if len(m.Parts) == 0 {
		l.leaf(path, m.Name, m.SourceSpec, away)
		if len(m.ScoreBands) > 0 {
			l.c.Error(path+".score_bands", "Only a measure made of parts has a score to colour. Write bands.")
		}
		return
	}
	if m.Measure != "" || m.Value != "" || len(m.Bands) > 0 || m.Reached != "" {
		l.c.Error(path, "A measure made of parts has no measure, value, bands or reached of its own; its parts have.")
	}
	if len(m.ScoreBands) > 0 {
		l.scoreBands(path+".score_bands", m.ScoreBands)
		l.sameBands(path+".score_bands", m)
	}
	l.weights(path+".parts", len(m.Parts), func(i int) *float64 { return m.Parts[i].Weight })
	for i, p := range m.Parts {
		here := fmt.Sprintf("%s.parts[%d]", path, i)
		l.name(here, p.Name)
		l.leaf(here, p.Name, p.SourceSpec, append(slices.Clone(away), l.c.Rule(here+".not_applicable")))
	}
}

func (l *linter) name(path, name string) {
	if before, twice := l.names[name]; twice && name != "" {
		l.c.Error(path+".name", "There is a measure %q already, at %s. Names are unique within a scorecard.", name, before)
	}
	l.names[name] = path
}

// weights checks that weights are all given and sum to 100, or that none is given.
func (l *linter) weights(path string, n int, of func(i int) *float64) {
	total, given := new(big.Rat), 0
	for i := range n {
		if w := of(i); w != nil {
			total.Add(total, exact(*w))
			given++
		}
	}
	switch {
	case given == 0:
	case given < n:
		l.c.Error(path, "%d of %d have a weight. Either all have one, or none has and all weigh the same.", given, n)
	case total.Cmp(hundred) != 0:
		l.c.Error(path, "The weights sum to %s. They must sum to 100.", short(total))
	}
}

func (l *linter) leaf(path, name string, s SourceSpec, away []*rule.Program) {
	l.leaves++
	var kind measure.Type
	switch {
	case (s.Measure == "") == (s.Value == ""):
		l.c.Error(path, "%q needs either a measure or a value, a formula over measures.", name)
	case s.Measure != "":
		kind = l.known(path+".measure", s.Measure)
	default:
		l.formula(path + ".value")
	}
	if len(s.Bands) == 0 {
		l.c.Error(path, "%q has no bands: nothing gives it a colour.", name)
		return
	}
	if s.FlagAfter > 0 && s.StaleAfter > 0 && s.FlagAfter >= s.StaleAfter {
		l.c.Warn(path+".flag_after", "It counts as missing after %s, so that it is old after %s is never shown.", s.StaleAfter, s.FlagAfter)
	}
	l.bands(path, s, kind, away)
}

// known is the type of a measure, "" when there is none of that name.
func (l *linter) known(path, name string) measure.Type {
	kind, ok := l.measures[name]
	if !ok {
		l.c.Error(path, "%s", l.unknown(name))
	}
	return kind
}

func (l *linter) unknown(name string) string {
	return fmt.Sprintf("There is no measure %q of organizations.%s", name, suggest.DidYouMean(name, slices.Sorted(maps.Keys(l.measures))))
}

// formula warns of what a formula may divide by.
func (l *linter) formula(path string) {
	p := l.c.Rule(path)
	if p == nil {
		return
	}
	if !slices.ContainsFunc(p.Fields(), func(f string) bool { return strings.HasPrefix(f, "measure.") || strings.HasPrefix(f, "account.") }) {
		l.c.Warn(path, "The formula reads neither a measure nor the account.")
	}
	l.divisions(path, p)
}

func (l *linter) divisions(path string, p *rule.Program) {
	for _, d := range p.Divisions() {
		at := rule.Problem{Line: d.Line, Column: d.Column}
		if d.Zero {
			at.Message = "It divides by zero: it never has a value."
			l.c.ErrorAt(path, at)
		} else if d.By != "" {
			at.Message = fmt.Sprintf("%s may be 0; then there is no value and the measure counts as missing.", d.By)
			l.c.NoteAt(path, at)
		}
	}
}

// conditions looks at what every condition divides by and whether it reads the clock.
func (l *linter) conditions() {
	l.c.EachRule(func(path string, p *rule.Program) {
		if !strings.HasSuffix(path, ".value") {
			l.divisions(path, p)
		}
		for _, r := range p.Reads() {
			if name, ok := strings.CutPrefix(r.Path, "measure."); ok {
				if _, known := l.measures[name]; !known {
					l.c.ErrorAt(path, rule.Problem{Line: r.Line, Column: r.Column, Message: l.unknown(name)})
				}
			}
		}
		fields := p.Fields()
		if slices.Contains(fields, "value") && !strings.Contains(path, "bands[") && !strings.HasSuffix(path, ".reached") {
			l.c.Error(path, "value is there in bands only.")
		}
		if slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, "colours") }) && !strings.HasPrefix(path, "overrides[") {
			l.c.Error(path, "colours is there in overrides only.")
		}
	})
}

func (l *linter) override(path string, o OverrideSpec) {
	p := l.c.Rule(path)
	if p == nil {
		return
	}
	var known []string
	for name := range l.names {
		known = append(known, name)
	}
	slices.Sort(known)
	for _, r := range p.Reads() {
		name, ok := strings.CutPrefix(r.Path, "colours.")
		if !ok {
			continue
		}
		if l.names[name] == "" {
			l.c.ErrorAt(path, rule.Problem{Line: r.Line, Column: r.Column, Message: fmt.Sprintf("There is no measure %q in this scorecard.%s", name, suggest.DidYouMean(name, known))})
		}
		for _, t := range r.Texts {
			if order(t.Value) == 0 {
				l.c.ErrorAt(path, rule.Problem{Line: t.Line, Column: t.Column, Message: fmt.Sprintf("A colour is red, yellow or green, never %q.", t.Value)})
			}
		}
	}
}
