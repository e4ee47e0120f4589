package score

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"steward/internal/measure"
	"steward/internal/rule"
)

// programs are the compiled conditions of bands, nil when one does not compile.
func (l *linter) programs(path string, n int) (out []*rule.Program) {
	for i := range n {
		p := l.c.Rule(fmt.Sprintf("%s[%d].when", path, i))
		if p == nil {
			return nil
		}
		out = append(out, p)
	}
	return out
}

// scoreBands checks the colours of a score: every score from 0 to 100 has exactly one.
func (l *linter) scoreBands(path string, bands []BandSpec) {
	programs := l.programs(path, len(bands))
	if programs == nil {
		if len(bands) == 0 {
			l.c.Error(path, "A score needs bands: which scores are red, yellow and green.")
		}
		return
	}
	s, ok := newScale(bands, path, l.c.Rule)
	if !ok {
		l.c.Error(path, "Bands of a score compare value with numbers and read nothing else, such as value >= 50 && value < 75.")
		return
	}
	steps := slices.Clone(s.steps)
	steps = slices.DeleteFunc(steps, func(r *big.Rat) bool { return r.Sign() < 0 || r.Cmp(hundred) > 0 })
	a := axis{}
	for i, step := range append([]*big.Rat{nothing}, append(steps, hundred)...) {
		if i > 0 {
			before := nothing
			if i > 1 {
				before = steps[i-2]
			}
			if before.Cmp(step) < 0 {
				a.try(middle(before, step), fmt.Sprintf("between %s and %s", short(before), short(step)))
			}
		}
		if len(a.words) == 0 || a.words[len(a.words)-1] != short(step) {
			a.try(step, short(step))
		}
	}
	t := tale{}
	t.take(stretches(a, programs, rule.Vars{}), "")
	l.tell(path, bands, t, "score")
	for i, b := range bands {
		if from, _ := s.span(b.Colour); from == nil {
			l.c.Error(fmt.Sprintf("%s[%d]", path, i), "No score from 0 to 100 is ever %s.", b.Colour)
		}
	}
}

// sameBands warns when the scores of a measure have other colours than the whole score.
func (l *linter) sameBands(path string, m MeasureSpec) {
	whole, ok := newScale(l.spec.Bands, "bands", l.c.Rule)
	own, fine := newScale(m.ScoreBands, path, l.c.Rule)
	if !ok || !fine {
		return
	}
	steps := slices.Concat([]*big.Rat{nothing, hundred}, whole.steps, own.steps)
	slices.SortFunc(steps, (*big.Rat).Cmp)
	for _, step := range steps {
		if a, b := whole.colour(step), own.colour(step); a != b && a != "" && b != "" {
			l.c.Warn(path, "The bands differ from those of the whole score: %s is %s for %s and %s for the whole score.", short(step), b, named(m.Title, m.Name), a)
			return
		}
	}
}

// bands checks that every value has exactly one colour, whatever the account is.
func (l *linter) bands(path string, s SourceSpec, kind measure.Type, away []*rule.Program) {
	programs := l.programs(path+".bands", len(s.Bands))
	if programs == nil {
		return
	}
	away = slices.DeleteFunc(slices.Clone(away), func(p *rule.Program) bool { return p == nil })
	value, rest, ok := axes(append(slices.Clone(programs), away...), kind)
	if !ok {
		if value, rest, ok = axes(programs, kind); !ok {
			l.c.Note(path+".bands", "The bands are no plain comparisons with constants, or too many: whether they leave gaps or overlap was not checked.")
			return
		}
		away = nil
	}
	if len(value.values) == 0 {
		l.c.Warn(path+".bands", "No band reads value.")
		return
	}
	t := tale{}
	each(rest, func(vars rule.Vars, words string) {
		for _, p := range away {
			if holds(p, vars) {
				return
			}
		}
		t.take(stretches(value, programs, vars), words)
	})
	l.tell(path+".bands", s.Bands, t, "value")
	l.reached(path, s)
}

// tale collects stretches that have not exactly one band, with the accounts they are met at.
type tale struct {
	cases int
	order []string
	found map[string]stretch
	at    map[string][]string
}

func (t *tale) take(found []stretch, words string) {
	if t.found == nil {
		t.found, t.at = map[string]stretch{}, map[string][]string{}
	}
	t.cases++
	for _, f := range found {
		if len(f.bands) == 1 {
			continue
		}
		key := fmt.Sprint(f)
		if t.at[key] == nil {
			t.order, t.found[key] = append(t.order, key), f
		}
		t.at[key] = append(t.at[key], words)
	}
}

// tell reports the stretches without a band, and those with several.
func (l *linter) tell(path string, bands []BandSpec, t tale, what string) {
	for _, key := range t.order {
		f, at, where := t.found[key], t.at[key], ""
		if len(at) < t.cases {
			where = ", when " + at[0]
			if n := len(at) - 1; n > 0 {
				where += fmt.Sprintf(" (and in %d more cases)", n)
			}
		}
		if len(f.bands) == 0 {
			l.c.Error(path, "There is a gap: no band holds at %s%s.", f.where(what), where)
			continue
		}
		var names []string
		for _, i := range f.bands {
			names = append(names, bands[i].Colour)
		}
		l.c.Error(fmt.Sprintf("%s[%d].when", path, f.bands[len(f.bands)-1]), "Bands overlap: %s hold at %s%s.", strings.Join(names, " and "), f.where(what), where)
	}
}

// reached compares when something counts as adopted with when it is green.
func (l *linter) reached(path string, s SourceSpec) {
	p := l.c.Rule(path + ".reached")
	if p == nil {
		return
	}
	programs := l.programs(path+".bands", len(s.Bands))
	value, rest, ok := axes(append(slices.Clone(programs), p), "")
	if !ok {
		return
	}
	differ := ""
	each(rest, func(vars rule.Vars, _ string) {
		for i, v := range value.values {
			vars["value"] = v
			green := false
			for j, b := range s.Bands {
				green = green || b.Colour == Green && holds(programs[j], vars)
			}
			if green != holds(p, vars) && differ == "" {
				differ = value.words[i]
			}
		}
	})
	if differ != "" {
		l.c.Warn(path+".reached", "It is reached at other values than it is green, such as %s.", differ)
	}
}
