package field

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"steward/internal/blueprint"
)

// Schema is the fields of one configuration. It is immutable; nil has none.
type Schema struct {
	fields map[string][]*Field // by what has them, by name
}

// FromSet takes the fields from a set of blueprints.
func FromSet(set *blueprint.Set) *Schema {
	s := &Schema{fields: map[string][]*Field{}}
	for _, b := range blueprint.All[Spec](set) {
		f, err := newField(b.Entry, b.Spec)
		if err != nil {
			continue // lint refused it
		}
		s.fields[f.On] = append(s.fields[f.On], f)
	}
	for _, fields := range s.fields {
		slices.SortFunc(fields, func(a, b *Field) int { return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name)) })
	}
	return s
}

// On lists the fields of tickets, people or organizations, in their order.
func (s *Schema) On(kind string) []*Field {
	if s == nil {
		return nil
	}
	return s.fields[kind]
}

// Named finds a field; nil when there is none.
func (s *Schema) Named(kind, name string) *Field {
	for _, f := range s.On(kind) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// All lists every field, by what has it and in order.
func (s *Schema) All() []*Field {
	if s == nil {
		return nil
	}
	var out []*Field
	for _, kind := range slices.Sorted(maps.Keys(s.fields)) {
		out = append(out, s.fields[kind]...)
	}
	return out
}

func (s *Schema) names(kind string, agent bool) []string {
	var out []string
	for _, f := range s.On(kind) {
		if agent || f.Everyone() {
			out = append(out, f.Name)
		}
	}
	return out
}

// Path cuts "ticket.requester.attributes.region" into whose attribute it is, "ticket.requester",
// and its name; ok is false for other paths.
func Path(path string) (owner, name string, ok bool) { return strings.Cut(path, ".attributes.") }
