package blueprint

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"steward/internal/fault"
)

// SetField changes one field of a document's text and nothing else: comments, order, quotes and
// line endings elsewhere stay as they are. path is as in differences ("targets[1].within"), with
// the length of a list as the place behind its end; value is plain JSON, nil removes the field. The
// result is read again and refused unless it says exactly what was asked for, so a text written
// in a way that cannot be edited like this is an Invalid fault, never a damaged text.
func SetField(text, path string, value any) (string, error) {
	if n := strings.Count(text, "\r\n"); n > 0 && n == strings.Count(text, "\n") {
		out, err := setField(strings.ReplaceAll(text, "\r\n", "\n"), path, value)
		return strings.ReplaceAll(out, "\n", "\r\n"), err
	}
	return setField(text, path, value)
}

func setField(text, path string, value any) (string, error) {
	docs, findings := ParseFile("text.yaml", text)
	if len(docs) != 1 || HasErrors(findings) {
		return "", fault.New(fault.Invalid, "The text cannot be read, so no field of it can be set. Edit the text.")
	}
	for _, t := range lexer.Tokenize(unmarked(text)) {
		if t.Type == token.AnchorType || t.Type == token.AliasType {
			return "", fault.Field(path, nil, "the whole text", "This text uses anchors (&, *): changing one place could change others. Edit the text.")
		}
	}
	steps, err := parsePath(path)
	if err != nil {
		return "", err
	}
	value = plainJSON(value)
	single := value != nil && !collection(docs[0].root, steps) // so that every comment must stay
	e := &fieldEditor{text: text, starts: lineStarts(text)}
	want, ok := withField(docs[0].root.native(), steps, value)
	if !ok {
		return "", fault.Field(path, value, "a field that is there, or one beside it", "There is no place %s in this text.", path)
	}
	for _, style := range []style{plain, quoted} { // what cannot stand there bare stands there in quotes
		out, ok := e.set(docs[0].root, steps, value, style)
		if ok && says(out, want) && (!single || comments(out) == comments(text)) {
			return out, nil
		}
	}
	return "", fault.Field(path, value, "the whole text", "%s cannot be set alone, the way this text is written. Edit the text.", path)
}

// says reports whether a text is one document with these values.
func says(text string, want any) (ok bool) {
	docs, findings := ParseFile("text.yaml", text)
	return len(docs) == 1 && !HasErrors(findings) && jsonOf(docs[0].root.native()) == jsonOf(want)
}

// collection reports whether a path leads to a list or object.
func collection(n *node, steps []pathStep) bool {
	n = found(n, steps)
	return n != nil && (n.kind == list || n.kind == mapping)
}

// found is what a path leads to; nil when nothing is there.
func found(n *node, steps []pathStep) *node {
	for _, s := range steps {
		switch {
		case n == nil:
			return nil
		case s.name != "":
			n = n.get(s.name)
		case s.index < len(n.items):
			n = n.items[s.index]
		default:
			return nil
		}
	}
	return n
}

// HasField reports whether a document's text has something at a path, as SetField names it.
func HasField(text, path string) bool {
	docs, _ := ParseFile("text.yaml", text)
	steps, err := parsePath(path)
	return len(docs) == 1 && err == nil && found(docs[0].root, steps) != nil
}

// comments are all comments of a text, in order.
func comments(text string) string {
	var b strings.Builder
	for _, t := range lexer.Tokenize(unmarked(text)) {
		if t.Type == token.CommentType {
			b.WriteString(t.Value + "\n")
		}
	}
	return b.String()
}

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// plainJSON is a value as JSON reads it: whatever type its numbers had.
func plainJSON(v any) (out any) {
	text, err := json.Marshal(v)
	if err != nil || json.Unmarshal(text, &out) != nil {
		return nil
	}
	return out
}

// pathStep is a key, or the index of a list.
type pathStep struct {
	name  string
	index int // when name is ""
}

var pathPart = regexp.MustCompile(`^(?:\.?([^.\[\]]+)|\[(\d{1,5})\])`)

func parsePath(path string) (out []pathStep, err error) {
	for rest := path; rest != ""; {
		m := pathPart.FindStringSubmatch(rest)
		if m == nil || m[1] == "" && len(out) == 0 {
			out = nil
			break
		}
		n, _ := strconv.Atoi(m[2])
		out = append(out, pathStep{m[1], n})
		rest = rest[len(m[0]):]
	}
	if len(out) == 0 {
		return nil, fault.Field("path", path, "a place such as targets[1].within", "%q is not a place in a text.", cut(path, shown))
	}
	return out, nil
}

// withField is a plain value with one field set, or removed when the value is nil.
func withField(v any, steps []pathStep, value any) (any, bool) {
	if len(steps) == 0 {
		return value, true
	}
	s, last := steps[0], len(steps) == 1
	switch v := v.(type) {
	case map[string]any:
		if s.name == "" {
			return nil, false
		}
		old, there := v[s.name]
		out := maps.Clone(v)
		if last && value == nil {
			delete(out, s.name)
			return out, there
		}
		if !there || old == nil {
			old = map[string]any{}
		}
		in, ok := withField(old, steps[1:], value)
		out[s.name] = in
		return out, ok
	case []any:
		if s.name != "" || s.index > len(v) {
			return nil, false
		}
		out := append([]any{}, v...)
		switch {
		case last && value == nil:
			return append(out[:s.index], out[min(s.index+1, len(out)):]...), s.index < len(v)
		case s.index == len(v):
			in, ok := withField(map[string]any{}, steps[1:], value)
			return append(out, in), ok
		}
		in, ok := withField(v[s.index], steps[1:], value)
		out[s.index] = in
		return out, ok
	}
	return nil, false
}

// inYAML writes a value on one line. Inside brackets fewer texts may stand bare.
func inYAML(v any, flow bool, as style) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		if as == plain && bare(v, flow) {
			return v
		}
		return quote(v)
	case float64:
		if v == float64(int64(v)) {
			return strconv.FormatInt(int64(v), 10)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = inYAML(x, true, as)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		if len(v) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(members(v, true, as), ", ") + " }"
	}
	return fmt.Sprint(v)
}

// members writes the entries of an object, by name.
func members(v map[string]any, flow bool, as style) (out []string) {
	for _, k := range sortedKeys(v) {
		out = append(out, inYAML(k, true, as)+": "+inYAML(v[k], flow, as))
	}
	return out
}

// bare reports whether a text is read as itself without quotes.
func bare(s string, flow bool) bool {
	if s == "" || strings.ContainsAny(s, "\n\r\t\"'\\`") || strings.TrimSpace(s) != s || strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") {
		return false
	}
	if strings.ContainsAny(s[:1], "!&*?|>@%#-[]{},:=<~") || flow && strings.ContainsAny(s, "[]{},:#") {
		return false
	}
	root, _, err := parseYAML("x: "+s+"\n", 1)
	if err != nil || root == nil || root.get("x") == nil {
		return false
	}
	plain, ok := root.get("x").plain.(string)
	return ok && plain == s
}

// quote writes a text in double quotes, as YAML and JSON both read it.
func quote(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
