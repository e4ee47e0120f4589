package rule

import (
	"strings"
	"time"
	"unicode/utf8"
)

// maxRead is how many characters of a text a record of what a condition read keeps.
const maxRead = 200

// Read returns what the program's fields held, by path, as values that JSON can carry: a
// decision records them, so that it can be explained when the record has changed. Texts are
// cut after 200 characters. Values of private fields come apart; what is missing is left out.
func (p *Program) Read(vars Vars) (read, private map[string]any) {
	read, private = map[string]any{}, map[string]any{}
	for _, path := range p.fields {
		v := lookup(vars, path)
		if v == nil || path == "now" {
			continue
		}
		to := read
		if n := p.env.root.find(path); n == nil || n.field == nil || n.field.Private {
			to = private
		}
		to[path] = plain(v)
	}
	return read, private
}

// Recorded turns what Read returned, also after a journey through JSON, back into values.
func (e *Env) Recorded(read ...map[string]any) Vars {
	out := Vars{}
	for _, values := range read {
		for path, v := range values {
			if n := e.root.find(path); n != nil && n.field != nil && n.path == path {
				v = n.field.Type.restored(v)
			}
			put(out, strings.Split(path, "."), v)
		}
	}
	return out
}

func put(at map[string]any, path []string, v any) {
	for _, name := range path[:len(path)-1] {
		next, ok := at[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[name] = next
		}
		at = next
	}
	last := path[len(path)-1]
	if _, object := v.(map[string]any); object && at[last] != nil {
		return // what was read of the object is there already
	}
	at[last] = v
}

// plain is a value as JSON carries it: times in RFC 3339, durations in words.
func plain(v any) any {
	switch v := v.(type) {
	case func() any:
		return plain(v())
	case string:
		if utf8.RuneCountInString(v) > maxRead {
			return string([]rune(v)[:maxRead]) + "…"
		}
		return v
	case map[string]any:
		return map[string]any{} // an object: that it is there is all that is asked
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return v.String()
	default:
		return v
	}
}

// restored is a value of the type that was made plain.
func (t Type) restored(v any) any {
	switch v := v.(type) {
	case string:
		switch t.cel {
		case Time.cel:
			if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
				return at
			}
		case Duration.cel:
			if d, err := time.ParseDuration(v); err == nil {
				return d
			}
		}
	case float64:
		if t.cel == Int.cel {
			return int64(v)
		}
	case []any:
		if t.cel == Texts.cel {
			texts := make([]string, 0, len(v))
			for _, one := range v {
				if s, ok := one.(string); ok {
					texts = append(texts, s)
				}
			}
			return texts
		}
	}
	return v
}
