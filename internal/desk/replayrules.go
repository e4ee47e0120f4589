package desk

import (
	"reflect"
	"slices"
	"strings"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/rule"
)

// rules are what acts on tickets in a configuration: its triggers and its time rules.
func (cfg *Config) rules() []*Trigger {
	out := slices.Clone(cfg.Triggers)
	for _, r := range cfg.TimeRules {
		out = append(out, r.Trigger)
	}
	return out
}

// compareRules finds out whether a proposal may let rules act otherwise than they did. Working
// that out anew costs time, so a proposal that only touches promises which no rule goes by
// takes what rules did as it was.
func (s *sweep) compareRules(current, proposed *blueprint.Set) {
	s.kept = map[int64]bool{}
	triggers := keep[TriggerSpec](current, proposed, s.kept)
	timeRules := keep[TimeRuleSpec](current, proposed, s.kept)
	calendars := keep[bizcal.Spec](current, proposed, nil)
	promises := calendars && keep[SLA](current, proposed, nil)
	var waits, reads bool // time rules that wait otherwise; conditions that see another due time
	for _, cfg := range []*Config{s.current, s.proposed} {
		for _, r := range cfg.TimeRules {
			if !calendars && r.calendar != nil || !promises && r.Spec.BeforeDue != nil {
				waits = true
				delete(s.kept, r.ID)
			}
		}
		for _, tr := range cfg.rules() {
			reads = reads || !promises && tr.When != nil && slices.Contains(tr.When.Fields(), "ticket.due")
		}
	}
	s.idle = !timeRules || waits
	s.anew = s.idle || !triggers || reads
}

// reads are the values of a ticket that the conditions of a configuration read: of
// ticket.organization.name, organization.
func (s *sweep) reads(cfg *Config) []string {
	out := []string{}
	add := func(p *rule.Program) {
		if p == nil {
			return
		}
		for _, path := range p.Fields() {
			of, name, _ := strings.Cut(path, ".")
			name, _, _ = strings.Cut(name, ".")
			if (of == "ticket" || of == "before") && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	for _, p := range cfg.Policies {
		add(p.Match)
	}
	if s.anew {
		for _, tr := range cfg.rules() {
			add(tr.When)
		}
	}
	return out
}

// keep reports whether two sets hold the same of a kind, and notes in kept what both do.
func keep[T any](a, b *blueprint.Set, kept map[int64]bool) bool {
	all := blueprint.All[T](a)
	same := 0
	for _, other := range blueprint.All[T](b) {
		i := slices.IndexFunc(all, func(one blueprint.Named[T]) bool { return one.ID == other.ID })
		if i < 0 || all[i].Name != other.Name || !reflect.DeepEqual(all[i].Spec, other.Spec) {
			same = -1
			continue
		}
		if kept != nil {
			kept[other.ID] = true
		}
		if same >= 0 {
			same++
		}
	}
	return same == len(all)
}
