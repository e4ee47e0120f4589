package field

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"steward/internal/fault"
	"steward/internal/suggest"
)

// Limits of values.
const (
	maxLine    = 1000      // characters of a text or regexp
	maxIndexed = 500       // characters of an indexed text
	maxLong    = 65_536    // characters of a textarea
	maxWhole   = 1<<53 - 1 // what JSON carries exactly
)

// Dates lie where microseconds since 1970 are exact.
var (
	firstDate = time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDate  = time.Date(2250, 12, 31, 0, 0, 0, 0, time.UTC)
)

// plain turns what a blueprint or a program holds into what JSON would: float64, string, bool, []any.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = plain(one)
		}
		return out
	}
	return v
}

// refuse is the error about a value: what was received and what is accepted.
func (f *Field) refuse(v any, accepted, format string, args ...any) error {
	if s, ok := v.(string); ok && len(s) > 200 {
		v = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return fault.Field("attributes."+f.Name, v, accepted, format, args...)
}

// Accepted says in words what the field takes.
func (f *Field) Accepted() string {
	switch f.Type {
	case "checkbox":
		return "true or false"
	case "date":
		return "a date such as 2026-03-09, from 1700 to 2250"
	case "decimal":
		return "a number" + f.bounds("")
	case "integer":
		return "a whole number" + f.bounds("")
	case "text":
		return "one line of text" + f.bounds(" characters")
	case "textarea":
		return "a text" + f.bounds(" characters")
	case "regexp":
		return "a text like " + f.Pattern + f.bounds(" characters")
	case "dropdown":
		return "one of " + f.choices()
	case "multiselect":
		return "a list of " + f.choices()
	default:
		return "the id of a " + f.To
	}
}

func (f *Field) choices() string {
	if len(f.values) > 20 {
		return strings.Join(f.values[:20], ", ") + fmt.Sprintf(" and %d more", len(f.values)-20)
	}
	return strings.Join(f.values, ", ")
}

func (f *Field) bounds(unit string) string {
	switch {
	case f.Min != nil && f.Max != nil:
		return fmt.Sprintf(", %v to %v%s", *f.Min, *f.Max, unit)
	case f.Min != nil:
		return fmt.Sprintf(", at least %v%s", *f.Min, unit)
	case f.Max != nil:
		return fmt.Sprintf(", at most %v%s", *f.Max, unit)
	}
	return ""
}

// check brings a value into the form it is stored in, or says what is wrong with it.
func (f *Field) check(v any) (any, error) {
	stored, ok := f.fits(v)
	if !ok {
		return nil, f.refuse(v, f.Accepted(), "%s takes %s, not %s.", f.Title, f.Accepted(), kindOf(v))
	}
	switch v := stored.(type) {
	case float64:
		return v, f.within(v, v, "")
	case string:
		switch f.Type {
		case "date":
			return v, nil
		case "dropdown":
			return v, f.offered(v)
		}
		return v, f.written(v)
	case []any:
		if err := f.within(stored, float64(len(v)), " values"); err != nil {
			return nil, err
		}
		return f.chosen(v)
	}
	return stored, nil
}

// kindOf names what was received.
func kindOf(v any) string {
	switch v := v.(type) {
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case string:
		if v == "" {
			return "an empty text (null takes the value away)"
		}
		return "the text " + fmt.Sprintf("%q", clip(v))
	case []any:
		return "this list"
	case nil:
		return "null"
	default:
		return "an object"
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// fits reports whether a value is of the field's type, and returns it as it is stored.
func (f *Field) fits(v any) (any, bool) {
	switch f.Type {
	case "checkbox":
		_, ok := v.(bool)
		return v, ok
	case "date":
		s, _ := v.(string)
		d, err := time.Parse(time.DateOnly, s)
		return s, err == nil && !d.Before(firstDate) && !d.After(lastDate)
	case "decimal":
		n, ok := v.(float64)
		return v, ok && !math.IsNaN(n) && !math.IsInf(n, 0)
	case "integer", "lookup":
		n, ok := v.(float64)
		return v, ok && n == math.Trunc(n) && math.Abs(n) <= maxWhole && (f.Type == "integer" || n > 0)
	case "multiselect":
		list, ok := v.([]any)
		for _, one := range list {
			if _, text := one.(string); !text {
				return nil, false
			}
		}
		return v, ok
	case "dropdown":
		s, ok := v.(string)
		return v, ok && s != ""
	default:
		_, ok := v.(string)
		return v, ok
	}
}

// within checks a size against min and max.
func (f *Field) within(v any, size float64, unit string) error {
	if f.Min != nil && size < *f.Min || f.Max != nil && size > *f.Max {
		return f.refuse(v, f.Accepted(), "%s takes %s; this has %v%s.", f.Title, f.Accepted(), size, unit)
	}
	return nil
}

// written checks a text that somebody wrote.
func (f *Field) written(s string) error {
	n, most := utf8.RuneCountInString(s), maxLine
	switch {
	case f.Type == "textarea":
		most = maxLong
	case f.Indexed:
		most = maxIndexed
	}
	if n > most {
		return f.refuse(s, fmt.Sprintf("at most %d characters", most), "%s takes at most %d characters; this has %d.", f.Title, most, n)
	}
	bad := func(r rune) bool {
		return unicode.IsControl(r) && (f.Type != "textarea" || r != '\n' && r != '\t' && r != '\r')
	}
	if strings.ContainsFunc(s, bad) || !utf8.ValidString(s) {
		return f.refuse(s, f.Accepted(), "%s takes %s; this has line breaks or control characters.", f.Title, f.Accepted())
	}
	if f.pattern != nil && s != "" && !f.pattern.MatchString(s) {
		return f.refuse(s, f.Accepted(), "%s takes a text like %s; %q is none.", f.Title, f.Pattern, clip(s))
	}
	if s == "" {
		return nil // there, and empty
	}
	return f.within(s, float64(n), " characters")
}

// offered checks a choice.
func (f *Field) offered(v string) error {
	if slices.Contains(f.values, v) {
		return nil
	}
	return f.refuse(v, f.Accepted(), "%s has no option %q.%s", f.Title, clip(v), suggest.DidYouMean(v, f.values))
}

// chosen checks several choices and puts them into the order of the options, each once.
func (f *Field) chosen(list []any) (any, error) {
	picked := map[string]bool{}
	for _, one := range list {
		if err := f.offered(one.(string)); err != nil {
			return nil, err
		}
		picked[one.(string)] = true
	}
	out := []any{}
	for _, v := range f.values {
		if picked[v] {
			out = append(out, v)
		}
	}
	return out, nil
}
