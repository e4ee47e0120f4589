package population

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/ledger"
)

// State is what is known of one record.
type State struct {
	source *Source
	parts  []any
}

// Open reads a state as Encode wrote it; nil begins a new record.
func (s *Source) Open(data []byte) (*State, error) {
	st := &State{source: s, parts: make([]any, len(s.parts))}
	var stored map[string]json.RawMessage
	if len(data) > 0 {
		if err := json.Unmarshal(data, &stored); err != nil {
			return nil, err
		}
	}
	for i, p := range s.parts {
		st.parts[i] = p.make()
		if raw, ok := stored[p.Name]; ok {
			if err := json.Unmarshal(raw, st.parts[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
	}
	return st, nil
}

// Encode is the state as bytes.
func (st *State) Encode() ([]byte, error) {
	out := make(map[string]any, len(st.parts))
	for i, p := range st.source.parts {
		out[p.Name] = st.parts[i]
	}
	return json.Marshal(out)
}

// Told is a fact with the population it belongs to.
type Told struct {
	Population *Population
	Fact

	said map[string]any
}

// Facts are what the record is made of as it stands.
func (st *State) Facts() []Told {
	return st.told(func(p *Population, s any) []Fact { return p.stands(s) })
}

func (p *Population) stands(state any) []Fact {
	if p.each == nil {
		return nil
	}
	return p.each(state)
}

// Take folds an event in and returns what it told once.
func (st *State) Take(e ledger.Event) ([]Told, error) {
	for i, p := range st.source.parts {
		if slices.Contains(p.Verbs, e.Verb) {
			if err := p.fold(st.parts[i], e); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
	}
	return st.told(func(p *Population, s any) []Fact {
		if p.on == nil || !slices.Contains(p.part.Verbs, e.Verb) {
			return nil
		}
		return p.on(s, e)
	}), nil
}

func (st *State) told(of func(p *Population, state any) []Fact) (out []Told) {
	var said map[string]any
	for _, p := range st.source.of {
		for _, f := range of(p, st.parts[slices.Index(st.source.parts, p.part)]) {
			if said == nil && st.source.say != nil {
				said = st.source.say(st.parts[slices.Index(st.source.parts, st.source.said)])
			}
			t := Told{Population: p, Fact: f, said: said}
			if f.About != nil {
				t.said = f.About
			}
			out = append(out, t)
		}
	}
	return out
}

// Value is the value of a field; nil when there is none.
func (t Told) Value(path string) any {
	first, rest, _ := strings.Cut(path, ".")
	from := t.Values
	if first == t.Population.source.Kind && t.said != nil {
		from = t.said
	}
	for {
		name, more, deeper := strings.Cut(rest, ".")
		v := from[name]
		if !deeper {
			return v
		}
		inner, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		if v, ok := inner[more]; ok {
			return v
		}
		from, rest = inner, more
	}
}

// Vars are the values for conditions. named says what a blueprint is called, by its kind and id.
func (t Told) Vars(named func(kind string, id int64) string) map[string]any {
	out := map[string]any{}
	put := func(prefix string, values map[string]any, fields []Field) {
		if values == nil {
			return
		}
		to := make(map[string]any, len(values))
		for k, v := range values {
			to[k] = v
		}
		for _, f := range fields {
			if f.Kind == "" || f.Kind == "person" || f.Kind == "organization" {
				continue
			}
			last := f.Path[strings.LastIndexByte(f.Path, '.')+1:]
			if id, ok := to[last].(int64); ok {
				delete(to, last)
				if name := named(f.Kind, id); id != 0 && name != "" {
					to[last] = name
				}
			}
		}
		out[prefix] = to
	}
	put(t.Population.source.Kind, t.said, t.Population.source.fields)
	if len(t.Population.Fields) > 0 {
		prefix, _, _ := strings.Cut(t.Population.Fields[0].Path, ".")
		put(prefix, t.Values, t.Population.Fields)
	}
	return out
}

// when is a time from microseconds.
func when(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Moment is a time from microseconds as a fact's value; nil for 0.
func Moment(us int64) any {
	if us == 0 {
		return nil
	}
	return when(us)
}
