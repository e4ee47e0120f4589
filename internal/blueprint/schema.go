package blueprint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/suggest"
)

// Schema describes the documents of a kind as JSON Schema (draft 2020-12), so that editors complete
// and check them and forms follow. Beside the standard's keywords it uses x-ref (the kind a text
// names), x-format (the format tag), x-pick (what to offer beside what is typed), x-min and x-max
// (bounds of durations). Properties stand in the order of the struct. What people read is said in
// the language; names of fields and values, which English forms make of the keys themselves, stand
// in title and x-words where it says them. The error is a NotFound fault.
func (r *Registry) Schema(kind string, l *lang.Language) (json.RawMessage, error) {
	k := r.kinds[kind]
	if k == nil {
		return nil, fault.New(fault.NotFound, "There is no kind %q.%s", kind, suggest.DidYouMean(kind, r.names()))
	}
	s := &schemer{lang: l, named: map[*shape]string{}}
	properties := object{
		{"kind", object{{"const", k.Kind}}},
		{"name", object{{"type", "string"}, {"pattern", nameText.String()}, {"description", l.Say("Names the blueprint within its kind: %s.", lang.Term(acceptedName))}}},
		{"title", object{{"type", "string"}, {"minLength", 1}, {"description", l.Word("What people read.")}}},
		{"description", object{{"type", "string"}, {"x-format", "markdown"}, {"description", l.Word("For people, as Markdown.")}}},
		{"was", object{{"type", "string"}, {"pattern", nameText.String()}, {"description", l.Word("The name it had before, when it is renamed: it keeps its history.")}}},
	}
	required := []any{"kind", "name", "title"}
	own, more := s.properties(k.shape)
	properties, required = append(properties, own...), append(required, more...)
	out := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", l.Word(k.Title)},
		{"description", l.Word(k.Summary)},
		{"type", "object"},
		{"properties", properties},
		{"required", required},
		{"additionalProperties", false},
	}
	if len(s.defs) > 0 {
		out = append(out, member{"$defs", s.defs})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema of %s: %w", kind, err)
	}
	return text, nil
}

// schemer writes shapes; structs become definitions, so that they may contain themselves.
type schemer struct {
	lang  *lang.Language
	defs  object
	named map[*shape]string
}

func (s *schemer) properties(sh *shape) (properties object, required []any) {
	for _, f := range sh.fields {
		properties = append(properties, member{f.name, s.field(f)})
		if f.required {
			required = append(required, f.name)
		}
	}
	return properties, required
}

func (s *schemer) field(f *field) object {
	out := object{{"description", s.lang.Word(f.doc)}}
	if title := s.lang.Called("field", f.name); title != "" {
		out = append(out, member{"title", title})
	}
	out = append(out, s.value(f, f.shape)...)
	low, high := "", ""
	switch f.shape.form {
	case formInt, formNumber:
		low, high = "minimum", "maximum"
	case formList:
		low, high = "minItems", "maxItems"
	case formMap:
		low, high = "minProperties", "maxProperties"
	case formText:
		low, high = "minLength", "maxLength"
	case formTextual:
		low, high = "x-min", "x-max"
	}
	for _, b := range []struct{ keyword, value string }{{low, f.min}, {high, f.max}} {
		if n, err := strconv.ParseFloat(b.value, 64); err == nil {
			out = append(out, member{b.keyword, n})
		} else if b.value != "" {
			out = append(out, member{b.keyword, b.value})
		}
	}
	return out
}

// value describes a value of the shape; the field's tags apply to the texts in it.
func (s *schemer) value(f *field, sh *shape) object {
	switch sh.form {
	case formBool:
		return object{{"type", "boolean"}}
	case formInt:
		return object{{"type", "integer"}}
	case formNumber:
		return object{{"type", "number"}}
	case formList:
		return object{{"type", "array"}, {"items", s.value(f, sh.elem)}}
	case formMap:
		return object{{"type", "object"}, {"additionalProperties", s.value(f, sh.elem)}}
	case formObject:
		ref := object{{"$ref", "#/$defs/" + s.define(sh)}}
		if sh.short != nil {
			return object{{"anyOf", []any{s.field(sh.short), ref}}}
		}
		return ref
	case formAny:
		return nil
	case formTextual:
		out := object{{"type", "string"}}
		if sh.desc.Pattern != "" {
			out = append(out, member{"pattern", sh.desc.Pattern})
		}
		if len(sh.desc.Examples) > 0 {
			out = append(out, member{"examples", sh.desc.Examples})
		}
		return out
	}
	out := object{{"type", "string"}}
	if f.enum != nil {
		out = append(out, member{"enum", f.enum})
		if words := s.words(f.enum); len(words) > 0 {
			out = append(out, member{"x-words", words})
		}
	}
	if f.ref != "" {
		out = append(out, member{"x-ref", f.ref})
	}
	if f.format != "" {
		out = append(out, member{"x-format", f.format})
	}
	if f.pick != "" {
		out = append(out, member{"x-pick", strings.Split(f.pick, ",")})
	}
	return out
}

// words are what the language calls values, by value.
func (s *schemer) words(values []string) (out object) {
	for _, v := range values {
		if word := s.lang.Called("value", v); word != "" {
			out = append(out, member{v, word})
		}
	}
	return out
}

// define adds a struct to the definitions and returns its name.
func (s *schemer) define(sh *shape) string {
	if name := s.named[sh]; name != "" {
		return name
	}
	name := sh.typ.Name()
	for n := 2; name == "" || slices.ContainsFunc(s.defs, func(m member) bool { return m.name == name }); n++ {
		name = fmt.Sprintf("%s%d", sh.typ.Name(), n)
	}
	s.named[sh] = name
	at := len(s.defs)
	s.defs = append(s.defs, member{name: name})
	properties, required := s.properties(sh)
	if properties == nil {
		properties = object{}
	}
	def := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}
	if required != nil {
		def = append(def, member{"required", required})
	}
	s.defs[at].value = def
	return name
}
