package field

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/suggest"
)

// Values are the attributes of one record as they are stored: by the id of the field, and by a
// Free name what was written before fields were declared. They hold what JSON holds.
type Values map[string]any

// maxStored bounds the attributes of one record, in bytes of JSON.
const maxStored = 256 << 10

// Decode reads stored attributes.
func Decode(stored string) (v Values, err error) {
	if stored == "{}" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(stored), &v); err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	return v, nil
}

// Encode is the attributes as they are stored.
func (v Values) Encode() (string, error) {
	if len(v) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]any(v))
	if len(b) > maxStored {
		return "", fault.Field("attributes", len(b), "at most 256 kB", "The attributes of one record take at most 256 kB; these are %d bytes.", len(b))
	}
	return string(b), err
}

// value is a record's value of a field, nil when it has none. What stands under the field's name
// from before it was declared counts when it fits.
func (v Values) value(f *Field) any {
	for _, key := range []string{f.key, f.Name} {
		if raw, ok := v[key]; ok {
			if stored, fits := f.fits(raw); fits {
				return stored
			}
		}
	}
	return nil
}

// Of is a record's value of a field, nil when it has none.
func (v Values) Of(f *Field) any { return v.value(f) }

// Told is v with one value as history tells it, by name and unchecked; nil takes it away.
func (s *Schema) Told(kind string, v Values, name string, value any) Values {
	out := Values(maps.Clone(map[string]any(v)))
	if out == nil {
		out = Values{}
	}
	if f := s.Named(kind, name); f != nil {
		delete(out, f.key)
	}
	delete(out, name)
	if value != nil {
		out[name] = value
	}
	return out
}

// Show is the attributes by name, as the API shows them. Who is no agent sees what everyone may.
func (s *Schema) Show(kind string, v Values, agent bool) map[string]any {
	out := map[string]any{}
	for _, f := range s.On(kind) {
		if value := v.value(f); value != nil && (agent || f.Everyone()) {
			out[f.Name] = value
		}
	}
	if agent {
		for name := range s.undeclared(kind, v) {
			out[name] = v[name]
		}
	}
	return out
}

// undeclared are the free names of values that belong to no field.
func (s *Schema) undeclared(kind string, v Values) map[string]bool {
	out := map[string]bool{}
	for name := range v {
		f := s.Named(kind, name)
		fits := false
		if f != nil {
			_, fits = f.fits(v[name])
		}
		if strings.Trim(name, "0123456789") != "" && !fits {
			out[name] = true
		}
	}
	return out
}

// Vars is the attributes as conditions read them: dates as times, whole numbers and ids as int64.
func (s *Schema) Vars(kind string, v Values) map[string]any {
	out := map[string]any{}
	if len(v) == 0 {
		return out
	}
	for name := range s.undeclared(kind, v) {
		out[name] = v[name]
	}
	for _, f := range s.On(kind) {
		value := v.value(f)
		switch {
		case value == nil:
		case f.Type == "date":
			day, _ := time.Parse(time.DateOnly, value.(string))
			out[f.Name] = day
		case f.Type == "integer" || f.Type == "lookup":
			out[f.Name] = int64(value.(float64))
		case f.Type == "multiselect":
			list := []string{}
			for _, one := range value.([]any) {
				list = append(list, one.(string))
			}
			out[f.Name] = list
		default:
			out[f.Name] = value
		}
	}
	return out
}

// New is the attributes of a new record: the defaults, and in over them; nil in sets nothing more.
func (s *Schema) New(kind string, in map[string]any, agent bool) (Values, error) {
	v := Values{}
	for _, f := range s.On(kind) {
		if f.Default != nil {
			if value, err := f.check(plain(f.Default)); err == nil {
				v[f.key] = value
			}
		}
	}
	if in == nil {
		return v, nil
	}
	return s.Change(kind, v, in, agent)
}

// Change puts values by name over those of a record: null takes one away, what is left out stays.
// The error has a detail for each name that cannot be set.
func (s *Schema) Change(kind string, v Values, in map[string]any, agent bool) (Values, error) {
	if in == nil {
		return v, nil
	}
	out := Values(maps.Clone(map[string]any(v)))
	if out == nil {
		out = Values{}
	}
	wrong := &fault.Error{Code: fault.Invalid}
	note := func(err error) {
		if f := fault.As(err); f != nil {
			wrong.Details = append(wrong.Details, f.Details...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		note(s.set(kind, out, name, plain(in[name]), agent))
	}
	for _, f := range s.On(kind) {
		if value := out.value(f); value != nil {
			delete(out, f.Name)
			out[f.key] = value
		} else if f.Required && (agent || f.Edit == "everyone") {
			if _, told := in[f.Name]; !told || in[f.Name] == nil {
				note(f.refuse(nil, f.Accepted(), "%s must be filled.", f.Title))
			}
		}
	}
	if len(wrong.Details) == 0 {
		return out, nil
	}
	wrong.Message = wrong.Details[0].Message
	if n := len(wrong.Details); n > 1 {
		wrong.Message = fmt.Sprintf("%d attributes cannot be set.", n)
	}
	return nil, wrong
}

// set puts one value.
func (s *Schema) set(kind string, v Values, name string, value any, agent bool) error {
	f := s.Named(kind, name)
	if f == nil || !agent && !f.Everyone() {
		if _, there := v[name]; there && agent {
			if value == nil {
				delete(v, name)
				return nil
			}
			if reflect.DeepEqual(v[name], value) {
				return nil
			}
		}
		names := s.names(kind, agent)
		accepted := "one of " + strings.Join(names, ", ")
		if len(names) == 0 {
			accepted = "none: no field of kind " + kind + " is declared"
		}
		return fault.Field("attributes."+name, nil, accepted, "There is no field %q for a %s.%s", clip(name), kind, suggest.DidYouMean(name, names))
	}
	if !agent && f.Edit != "everyone" {
		return f.refuse(nil, "leave it out", "%s is set by the people you asked, not by you.", f.Title)
	}
	if value == nil {
		delete(v, f.key)
		delete(v, f.Name)
		return nil
	}
	stored, err := f.check(value)
	if err == nil {
		delete(v, f.Name)
		v[f.key] = stored
	}
	return err
}

// Diff lists the attributes that differ as "attributes.NAME": [old, new], as events carry them.
// Free text is in private only; open says no more than that it changed.
func (s *Schema) Diff(kind string, before, after Values) (open, private map[string]any) {
	open, private = map[string]any{}, map[string]any{}
	put := func(name string, old, now any, free bool) {
		if reflect.DeepEqual(old, now) {
			return
		}
		open["attributes."+name] = []any{old, now}
		if free {
			open["attributes."+name], private["attributes."+name] = []any{nil, nil}, []any{old, now}
		}
	}
	for _, f := range s.On(kind) {
		put(f.Name, before.value(f), after.value(f), f.Free())
	}
	for name := range s.undeclared(kind, before) {
		put(name, before[name], after[name], true)
	}
	return open, private
}
