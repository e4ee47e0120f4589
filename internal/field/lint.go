package field

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// owners says whose attributes a path reads, by the name before ".attributes.".
var owners = map[string]string{"ticket": "ticket", "before": "ticket", "requester": "person", "assignee": "person", "person": "person", "organization": "organization", "application": "application"}

// Owner is whose attribute a path such as "ticket.requester.attributes.region" reads ("person"),
// and its name; ok is false for other paths.
func Owner(path string) (kind, name string, ok bool) {
	at, name, ok := Path(path)
	kind = owners[at[strings.LastIndexByte(at, '.')+1:]]
	return kind, name, ok && kind != ""
}

// lintRule warns about attributes that no field declares, and about values that a field's options
// do not have.
func lintRule(c *blueprint.Context, path string, p *rule.Program) {
	var s *Schema
	for _, r := range p.Reads() {
		kind, name, ok := Owner(r.Path)
		if !ok {
			continue
		}
		if s == nil {
			s = FromSet(c.Set)
		}
		f := s.Named(kind, name)
		if f == nil {
			known := s.names(kind, true)
			c.WarnAt(path, rule.Problem{Line: r.Line, Column: r.Column, Suggestion: suggest.Nearest(name, known),
				Message: fmt.Sprintf("No field of a %s is called %q.%s", kind, name, suggest.DidYouMean(name, known))})
			continue
		}
		for _, x := range r.Texts {
			if len(f.values) > 0 && !slices.Contains(f.values, x.Value) {
				c.WarnAt(path, rule.Problem{Line: x.Line, Column: x.Column, Suggestion: suggest.Nearest(x.Value, f.values),
					Message: fmt.Sprintf("%s has no option %q.%s It is one of %s.", f.Title, x.Value, suggest.DidYouMean(x.Value, f.values), f.choices())})
			}
		}
	}
}
