package api_test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// operations walks every operation of the document that the server serves, and what can be wrong with a call of it is
// worked out from what the document says it takes.
type operations struct {
	*world
	t       *testing.T
	schemas map[string]any
	calls   int
}

// ownOperations are what anybody who is signed in may do: things about themselves, and what tells nothing of others.
var ownOperations = []string{"GET /access/why", "GET /bulk", "GET /fields", "GET /forms", "GET /help", "GET /me", "GET /me/availability", "PATCH /me/choices", "GET /notifications", "POST /notifications/read",
	"GET /sessions", "GET /tokens", "GET /work"}

// saysWhatIsWrong are operations whose answer to a text that cannot be read is what is wrong with it.
var saysWhatIsWrong = []string{"POST /configuration/drift", "POST /lint", "POST /plan"}

// longWords are fields that hold what people write at length: they take more than others, and less than everything.
var longWords = []string{"text", "html"}

// TestEveryOperationRefusesWhatItDoesNotTake: whatever is wrong with a call, the answer is a refusal in the house's
// shape, never a failure, and nothing has changed.
func TestEveryOperationRefusesWhatItDoesNotTake(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d, raw := w.openAPI()
		o := &operations{world: w, t: t, schemas: raw.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any)}
		for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
			for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
				o.operation(path, strings.ToUpper(method), d.Paths[path][method])
			}
		}
		t.Logf("%d calls", o.calls)
		w.Verify()
	})
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func (o *operations) operation(path, method string, op operation) {
	if r, ok := op.Responses["200"]; ok && r.Content["text/event-stream"].Schema != nil || path == "/stream" {
		return // it goes on for ever
	}
	what := method + " " + path
	var body any
	var takes map[string]any // the schema of its body; nil when it takes none, or something that is no JSON
	if op.RequestBody != nil {
		takes = op.RequestBody.Content["application/json"].Schema
		if body = o.sample(takes, 0); takes == nil {
			body = "some bytes"
		}
	}
	query := url.Values{}
	kinds := map[string]map[string]any{}
	for _, p := range op.Parameters {
		kinds[p.Name] = p.Schema
		if p.In == "query" && p.Required {
			query.Set(p.Name, strings.Trim(fmt.Sprint(o.sample(p.Schema, 0)), "[]"))
		}
	}
	there := inPath.ReplaceAllStringFunc(path, func(name string) string {
		switch s := o.resolve(kinds[strings.Trim(name, "{}")]); {
		case slices.Contains(typesOf(s), "integer"):
			return fmt.Sprint(o.ids["missing"])
		case s["enum"] != nil:
			return fmt.Sprint(s["enum"].([]any)[0])
		}
		return "no-such"
	})
	full := func(q url.Values) string {
		if len(q) == 0 {
			return there
		}
		return there + "?" + q.Encode()
	}
	if len(op.Security) > 0 {
		o.wants(what, "by nobody", o.send("nobody", method, full(query), body), 401)
		switch a := o.send("customer", method, full(query), body); {
		case slices.Contains(ownOperations, what):
			checkShape(o.t, what+" by a customer", a)
		default:
			o.wants(what, "by a customer", a, 400, 403, 404, 422)
		}
	}
	before := o.Count(`SELECT count(*) FROM events`)
	if strings.Contains(path, "{") {
		o.wants(what, "of an unknown record", o.send("admin", method, full(query), body), 404, 422)
		for _, m := range inPath.FindAllStringSubmatch(path, -1) {
			if slices.Contains(typesOf(o.resolve(kinds[m[1]])), "integer") {
				o.wants(what, "with a word for "+m[1], o.send("admin", method, strings.Replace(path, m[0], "word", 1), body), 400, 404, 422)
			}
		}
	}
	for _, p := range op.Parameters {
		if p.In != "query" {
			continue
		}
		for _, v := range o.wrongQuery(p.Schema) {
			q := maps.Clone(query)
			q.Set(p.Name, v)
			o.wants(what, fmt.Sprintf("with %s=%.20s", p.Name, v), o.send("admin", method, full(q), body), 400, 413, 414, 422)
		}
	}
	if takes != nil {
		for _, junk := range []string{`{"a":`, `[]`, `"words"`, "\xff\xfe"} {
			o.wants(what, "with the body "+junk, o.send("admin", method, full(query), junk), 400, 404, 413, 415, 422)
		}
	}
	for _, v := range o.wrong(takes, body, "", 0) {
		statuses := []int{400, 413, 422}
		if v.plain {
			statuses = append(statuses, 404) // what is there is looked for first
		}
		if slices.Contains(saysWhatIsWrong, what) {
			statuses = append(statuses, 200)
		}
		o.wants(what, v.what, o.send("admin", method, full(query), v.value), statuses...)
	}
	if after := o.Count(`SELECT count(*) FROM events`); after != before {
		o.t.Errorf("%s: %d events were recorded by calls that were refused", what, after-before)
	}
}

func (o *operations) send(actor, method, path string, body any) answer {
	o.calls++
	if text, ok := body.(string); ok {
		return o.call(actor, method, path, text, "Content-Type", "application/json")
	}
	return o.call(actor, method, path, body)
}

// wants holds for every answer: one of some refusals, in the house's shape.
func (o *operations) wants(what, how string, a answer, statuses ...int) {
	o.t.Helper()
	if !slices.Contains(statuses, a.status) && a.status != 429 {
		o.t.Errorf("%s %s: %d, want one of %v: %s", what, how, a.status, statuses, clip(a.body))
	}
	checkShape(o.t, what+" "+how, a)
}

// resolve follows references, and takes the first of several ways that is no null.
func (o *operations) resolve(s map[string]any) map[string]any {
	for range 10 {
		if ref, ok := s["$ref"].(string); ok {
			s, _ = o.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
			continue
		}
		ways, ok := s["anyOf"].([]any)
		if !ok {
			ways, ok = s["oneOf"].([]any)
		}
		if !ok {
			return s
		}
		i := slices.IndexFunc(ways, func(w any) bool { return w.(map[string]any)["type"] != "null" })
		s = ways[max(i, 0)].(map[string]any)
	}
	return s
}

// typesOf are the types that a schema takes; none when it takes any.
func typesOf(s map[string]any) (out []string) {
	switch t := s["type"].(type) {
	case string:
		return []string{t}
	case []any:
		for _, one := range t {
			out = append(out, fmt.Sprint(one))
		}
	}
	return out
}

// sample is a small value that a schema takes: what must be there and no more.
func (o *operations) sample(s map[string]any, depth int) any {
	if s = o.resolve(s); s == nil || depth > 6 {
		return nil
	}
	if all, ok := s["enum"].([]any); ok && len(all) > 0 {
		return all[0]
	}
	types := typesOf(s)
	switch {
	case slices.Contains(types, "object"):
		out := obj{}
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, name := range required {
			child, _ := properties[name.(string)].(map[string]any)
			out[name.(string)] = o.sample(child, depth+1)
		}
		return out
	case slices.Contains(types, "array"):
		out := []any{}
		items, _ := s["items"].(map[string]any)
		for range int(number64(s["minItems"], 0)) {
			out = append(out, o.sample(items, depth+1))
		}
		return out
	case slices.Contains(types, "integer"), slices.Contains(types, "number"):
		return number64(s["minimum"], 1)
	case slices.Contains(types, "boolean"):
		return false
	case slices.Contains(types, "string"):
		switch s["format"] {
		case "date-time":
			return "2026-01-02T03:04:05Z"
		case "date":
			return "2026-01-02"
		}
		return strings.Repeat("x", int(max(number64(s["minLength"], 0), 1)))
	}
	return "x"
}

func number64(v any, otherwise float64) float64 {
	if f, ok := v.(float64); ok {
		return f
	}
	return otherwise
}

// variant is a body with one thing wrong.
type variant struct {
	what  string
	value any
	plain bool // the document does not say that it is wrong
}

// Lengths of texts whose longest the document does not tell.
const (
	longText  = 400_000   // longer than any text that is typed
	longWrote = 1_100_000 // and than what people write at length
)

// wrong are the ways in which a value of a schema can be wrong in one place. good is one that is right.
// name is what the field is called.
func (o *operations) wrong(s map[string]any, good any, name string, depth int) (out []variant) {
	if s = o.resolve(s); s == nil || depth > 4 {
		return nil
	}
	types := typesOf(s)
	is := func(t string) bool { return slices.Contains(types, t) }
	add := func(what string, v any) { out = append(out, variant{what, v, false}) }
	inside := func(what string, all []variant, put func(v any) any) {
		for _, v := range all {
			out = append(out, variant{what + " " + v.what, put(v.value), v.plain})
		}
	}
	switch {
	case is("object"):
		if !is("string") {
			add("as words", "words")
		}
		properties, _ := s["properties"].(map[string]any)
		inner, open := s["additionalProperties"].(map[string]any)
		if s["additionalProperties"] == false {
			add("with a field that nobody knows", with(good, "no_such_field", "x"))
		}
		if open {
			inside(".name", o.wrong(inner, o.sample(inner, depth+1), "name", depth+1), func(v any) any { return with(good, "name", v) })
		}
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			child := properties[name].(map[string]any)
			inside("."+name, o.wrong(child, o.sample(child, depth+1), name, depth+1), func(v any) any { return with(good, name, v) })
		}
	case is("array"):
		add("as words", "words")
		items, _ := s["items"].(map[string]any)
		inside("[]", o.wrong(items, o.sample(items, depth+1), name, depth+1), func(v any) any { return []any{v} })
		if most := number64(s["maxItems"], 0); most > 0 && most < 2000 {
			add("[] of too many", slices.Repeat([]any{o.sample(items, depth+1)}, int(most)+1))
		}
	case is("integer"), is("number"), is("boolean"):
		add("as words", "words")
		if least, ok := s["minimum"].(float64); ok {
			add("below the least", least-1)
		}
		if most, ok := s["maximum"].(float64); ok {
			add("above the most", most+1)
		}
	case is("string"):
		add("as an object", obj{"no": 1})
		switch most, told := s["maxLength"].(float64); {
		case told:
			add("too long", strings.Repeat("x", int(most)+1))
		case slices.Contains(longWords, name):
			out = append(out, variant{"far too long", strings.Repeat("x", longWrote), true})
		default:
			out = append(out, variant{"far too long", strings.Repeat("x", longText), true})
		}
		if s["enum"] != nil {
			add("as none of the choices", "no-such-choice")
		}
		if f := s["format"]; f == "date-time" || f == "date" {
			add("as no time", "yesterday")
		}
	}
	return out
}

func with(good any, name string, v any) any {
	out := obj{}
	if of, ok := good.(obj); ok {
		maps.Copy(out, of)
	}
	out[name] = v
	return out
}

// wrongQuery are values that a parameter of a query does not take.
func (o *operations) wrongQuery(s map[string]any) (out []string) {
	s = o.resolve(s)
	types := typesOf(s)
	is := func(t string) bool { return slices.Contains(types, t) }
	switch {
	case is("integer"), is("number"), is("boolean"):
		out = append(out, "words")
		if least, ok := s["minimum"].(float64); ok {
			out = append(out, fmt.Sprint(least-1))
		}
	case is("string"):
		if s["enum"] != nil {
			out = append(out, "no-such-choice")
		}
		if f := s["format"]; f == "date-time" || f == "date" {
			out = append(out, "yesterday")
		}
		if most := number64(s["maxLength"], 0); most > 0 && most < 100_000 {
			out = append(out, strings.Repeat("x", int(most)+1))
		}
	}
	return out
}
