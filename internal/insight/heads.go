package insight

import "steward/internal/blueprint"

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

// addsUp are the measures whose figures of groups sum to the whole.
var addsUp = map[string]bool{"count": true, "sum": true, "standing": true}

// AddsUp reports whether the figures of an indicator's groups sum to the whole.
func (h Head) AddsUp() bool { return addsUp[h.Measure] }

// AddsUpIn is the same of an indicator of a configuration that is being looked at.
func AddsUpIn(set *blueprint.Set, name string) bool {
	spec, ok := blueprint.Get[Indicator](set, name)
	return ok && len(spec.Per) == 0 && addsUp[spec.Measure]
}
