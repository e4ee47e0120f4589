package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/lang"
)

// What stands in paths before the name of a field.
//
//lang:texts
var _ = []string{"field organization", "field requester", "field assignee", "field account", "field application", "field person", "field ticket", "field agent"}

// Voice is how conditions are said: in a language, and with what is known beside the values
// themselves. The zero Voice says them in English, as they are.
type Voice struct {
	In *lang.Language
	// Called is what the value of a field is called: the name of a person whose id it is. "" says the value itself.
	Called func(path string, value any) string
	// Title is the title of a blueprint, for fields that hold names of such; "" when there is none.
	Title func(kind, name string) string
}

// speaker says a program's parts.
type speaker struct {
	*Program
	Voice
}

// values says what the fields held.
func (s speaker) values(fields []string, vars Vars) string {
	if len(fields) > 1 {
		// Beside another field the present time explains nothing.
		fields = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return f == "now" })
	}
	if len(fields) == 1 {
		return s.value(fields[0], lookup(vars, fields[0]))
	}
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = s.title(f) + " " + s.value(f, lookup(vars, f))
	}
	return strings.Join(out, ", ")
}

// title is a field's name in sentences. What configuration calls its fields, other languages know.
func (s speaker) title(path string) string {
	title := s.env.root.title(path)
	if n := s.env.root.find(path); n != nil && n.field != nil && n.path == path && n.field.Title != "" {
		return s.In.Word(title)
	}
	words := strings.Split(path, ".")
	last := len(words) - 1
	if slices.Contains(words[:last], "attributes") {
		return title
	}
	name := s.In.Called("field", words[last])
	if name == "" {
		return title
	}
	if last > 0 && ownedName(words[last]) {
		if owner := s.In.Called("field", words[last-1]); owner != "" {
			return name + " (" + owner + ")"
		}
		return title
	}
	return name
}

// value says what a field holds, or is compared with.
func (s speaker) value(path string, v any) string {
	if made, ok := v.(func() any); ok {
		v = made()
	}
	if s.Called != nil && v != nil {
		if name := s.Called(path, v); name != "" {
			return name
		}
	}
	if n := s.env.root.find(path); n != nil && n.field != nil && n.path == path {
		switch v := v.(type) {
		case string:
			return s.word(n.field, v)
		case []string:
			if len(v) > 0 {
				out := make([]string, len(v))
				for i, one := range v {
					out[i] = s.word(n.field, one)
				}
				return strings.Join(out, ", ")
			}
		}
	}
	return s.show(v)
}

// word says a text that a field holds: the title of a blueprint, a value of ours in the language, or as it stands.
func (s speaker) word(f *Field, v string) string {
	if f.Names != "" && s.Title != nil {
		if title := s.Title(f.Names, v); title != "" {
			return title
		}
	}
	if slices.Contains(f.Type.values, v) {
		if word := s.In.Called("value", v); word != "" {
			return word
		}
	}
	return s.show(v)
}

// show writes a value for people.
func (v Voice) show(x any) string {
	switch x := x.(type) {
	case nil:
		return v.In.Word("not set")
	case func() any:
		return v.show(x())
	case bool:
		if x {
			return v.In.Word("yes")
		}
		return v.In.Word("no")
	case string:
		if x == "" {
			return v.In.Word("empty")
		}
		return x
	case float64:
		return v.In.Decimal(strconv.FormatFloat(x, 'f', -1, 64))
	case time.Time:
		return v.In.Time(x.UTC(), "2 Jan 2006 15:04 UTC")
	case time.Duration:
		return lang.Span(x).Speak(v.In)
	case map[string]any:
		return v.record(x)
	case []string:
		return showList(v, x)
	case []int64:
		return showList(v, x)
	case []any:
		return showList(v, x)
	default:
		return fmt.Sprint(x)
	}
}

// record says a record by what it is called. Of one that a decision read, no more is kept than that it was there.
func (v Voice) record(of map[string]any) string {
	for _, key := range []string{"title", "name", "subject", "email"} {
		if name, ok := of[key].(string); ok && name != "" {
			return name
		}
	}
	return v.In.Word("set")
}

func showList[T any](v Voice, items []T) string {
	if len(items) == 0 {
		return v.In.Word("none")
	}
	out := make([]string, len(items))
	for i, x := range items {
		out[i] = v.show(x)
	}
	return strings.Join(out, ", ")
}
