package insight

import (
	"cmp"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/population"
)

// Heads are what the named indicators are, as they are in force; those that are not are left out. It
// computes no figure.
func (s *Service) Heads(names ...string) map[string]Head {
	wanted := make(map[string]bool, len(names))
	for _, n := range names {
		wanted[n] = true
	}
	out := map[string]Head{}
	for _, in := range s.Indicators() {
		if wanted[in.Name] {
			out[in.Name] = in.plan.Head
		}
	}
	return out
}

// HeadIn is what an indicator of a configuration that is being looked at would be: enough of it to
// check what is built on it. ok is false when there is no such indicator.
func HeadIn(set *blueprint.Set, counted *population.Registry, name string) (h Head, ok bool) {
	spec, ok := blueprint.Get[Indicator](set, name)
	if !ok {
		return h, false
	}
	in := &InForce{Name: name, Title: name, Spec: spec}
	for i, m := range spec.parts() {
		p := &part{number: i, spec: m}
		p.spec.Measure = cmp.Or(m.Measure, "share")
		if m.Verb != "" {
			p.population = population.Event(m.Verb)
		} else {
			p.population = counted.Population(m.Population)
		}
		in.parts = append(in.parts, p)
	}
	h = Head{Name: name, Title: name, Unit: in.unit(), Measure: in.parts[0].spec.Measure, Dimensions: in.dimensions()}
	if len(in.parts) > 1 {
		h.Measure = "ratio"
	}
	return h, true
}

// CheckFilter says what is wrong with a condition over an indicator's dimensions; nil when nothing is.
func (h Head) CheckFilter(filter string) error {
	if strings.TrimSpace(filter) == "" {
		return nil
	}
	q := &question{ask: Ask{Filter: filter}, plan: plan{Head: h}}
	return q.readFilter()
}

// AddsUp reports whether the figures of an indicator's groups sum to the whole.
func (h Head) AddsUp() bool {
	return h.Measure == "count" || h.Measure == "sum" || h.Measure == "standing"
}
