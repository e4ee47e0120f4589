package desk

import (
	"fmt"
	"maps"
	"slices"

	"steward/internal/blueprint"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/suggest"
)

// chosen are the values that an action names for a field: one, or a list.
func chosen(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// values adds values to fields of several choices and takes some away; the others of the field stay. What the field
// does not take is left out.
func (a Action) values(cfg *Config, t *Ticket) {
	for _, name := range slices.Sorted(maps.Keys(a.AddValues)) {
		t.choose(cfg, name, chosen(a.AddValues[name]), nil)
	}
	for _, name := range slices.Sorted(maps.Keys(a.RemoveValues)) {
		t.choose(cfg, name, nil, chosen(a.RemoveValues[name]))
	}
}

// choose adds values to a field of several choices and takes some away.
func (t *Ticket) choose(cfg *Config, name string, add, remove []any) {
	f := cfg.Fields.Named("ticket", name)
	if f == nil || f.Type != multiselect {
		return
	}
	have, _ := t.Attributes.Of(f).([]any)
	now := slices.DeleteFunc(slices.Clone(have), func(v any) bool { return slices.Contains(remove, v) })
	for _, v := range add {
		if !slices.Contains(now, v) {
			now = append(now, v)
		}
	}
	if slices.Equal(have, now) {
		return
	}
	value := any(now)
	if len(now) == 0 {
		value = nil
	}
	if v, err := cfg.Fields.Change("ticket", t.Attributes, map[string]any{name: value}, true); err == nil {
		t.Attributes = v
	}
}

// multiselect is the type of fields of several choices.
const multiselect = "multiselect"

// lintValues finds fields that hold no choices, values that they do not offer, and ones that are added and taken away.
func lintValues(c *blueprint.Context, path string, a Action) {
	schema := field.FromSet(c.Set)
	var names []string
	for _, f := range schema.On("ticket") {
		if f.Type == multiselect {
			names = append(names, f.Name)
		}
	}
	for part, values := range map[string]map[string]any{"add_values": a.AddValues, "remove_values": a.RemoveValues} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			at := fmt.Sprintf("%s.%s.%s", path, part, name)
			f := schema.Named("ticket", name)
			switch {
			case f == nil:
				c.Error(at, "Tickets have no field %q.%s", name, suggest.DidYouMean(name, names))
				continue
			case f.Type != multiselect:
				c.Error(at, "%s holds one value; set it with set. Values are added to fields of several choices.", name)
				continue
			case len(chosen(values[name])) == 0:
				c.Error(at, "Say which value of %s.", name)
				continue
			}
			_, err := schema.Change("ticket", nil, map[string]any{name: chosen(values[name])}, true)
			if refused := fault.As(err); refused != nil {
				for _, d := range refused.Details {
					if d.Field == "attributes."+name { // others may be required, which is no concern here
						c.Error(at, "%s It takes %s.", d.Message, d.Accepted)
					}
				}
			}
			if part == "remove_values" {
				for _, v := range chosen(values[name]) {
					if slices.Contains(chosen(a.AddValues[name]), v) {
						c.Error(at, "The value %v is added and taken away.", v)
					}
				}
			}
		}
	}
}
