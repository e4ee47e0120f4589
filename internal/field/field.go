package field

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/rule"
)

// Field is a field in force.
type Field struct {
	Spec
	ID      int64  // of its blueprint; kept through renames
	Name    string // as conditions, the API and events name it
	Title   string
	Version int
	key     string // of stored values
	pattern *regexp.Regexp
	values  []string // of the options
}

func newField(e blueprint.Entry, s Spec) (*Field, error) {
	f := &Field{Spec: s, ID: e.ID, Name: e.Name, Title: e.Title, Version: e.Version, key: strconv.FormatInt(e.ID, 10)}
	if s.Key != "" {
		f.Name = s.Key
	}
	if f.Title == "" {
		f.Title = f.Name
	}
	for _, o := range s.Options {
		f.values = append(f.values, o.Value)
	}
	if s.Pattern == "" {
		return f, nil
	}
	var err error
	f.pattern, err = regexp.Compile(`^(?:` + s.Pattern + `)$`)
	return f, err
}

// Everyone reports whether customers see the field, not agents alone.
func (f *Field) Everyone() bool { return f.See == "everyone" }

// Free reports whether the value is text somebody writes, which is kept out of the ledger's open part.
func (f *Field) Free() bool { return f.Type == "text" || f.Type == "textarea" || f.Type == "regexp" }

// RuleType is the type of the field's values in conditions; of a multiselect, of its elements.
func (f *Field) RuleType() rule.Type {
	switch f.Type {
	case "checkbox":
		return rule.Bool
	case "date":
		return rule.Time
	case "decimal":
		return rule.Number
	case "integer", "lookup":
		return rule.Int
	case "dropdown", "multiselect":
		return rule.Enum(f.values...)
	default:
		return rule.Text
	}
}

// Titles are the options as people read them: the title, or the last part of the value, behind its groups.
func (f *Field) Titles() []Option {
	out := slices.Clone(f.Options)
	for i, o := range out {
		if o.Title == "" {
			parts := strings.Split(o.Value, "::")
			out[i].Title = parts[len(parts)-1]
		}
	}
	return out
}

// Words says a stored value for people: the option's title, yes and no, the number.
func (f *Field) Words(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case string:
		for _, o := range f.Titles() {
			if o.Value == v {
				return o.Title
			}
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = f.Words(one)
		}
		return strings.Join(words, ", ")
	default:
		return fmt.Sprint(v)
	}
}
