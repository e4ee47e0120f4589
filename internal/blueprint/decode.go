package blueprint

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// decoded is a document read into its kind's struct.
type decoded struct {
	kind     *kind
	spec     any                      // the struct, by value
	tree     object                   // the same as plain values, for differences
	refs     []reference              // in the order of the text
	rules    map[string]*rule.Program // by path
	findings []Finding
}

// reference is a place that names another blueprint.
type reference struct {
	kind, name string
	path       string
	node       *node
}

// decoder reads one document.
type decoder struct {
	reg *Registry
	doc *Document
	out decoded
}

func newDecoder(reg *Registry, doc *Document) *decoder {
	return &decoder{reg: reg, doc: doc, out: decoded{rules: map[string]*rule.Program{}}}
}

// decode reads the document. It reports everything that is wrong, not only the first.
func (d *decoder) decode() decoded {
	d.out.kind = d.reg.kinds[d.doc.Kind]
	if d.out.kind == nil {
		d.report(d.doc.root.get("kind"), suggest.Nearest(d.doc.Kind, d.reg.names()), "%s", d.reg.unknownKind(d.doc.Kind))
		return d.out
	}
	v := reflect.New(d.out.kind.shape.typ).Elem()
	d.out.tree = d.object(d.out.kind.shape, d.doc.root, "", v, header)
	d.out.spec = v.Interface()
	d.out.findings = capped(d.out.findings)
	return d.out
}

func (d *decoder) report(at *node, suggestion, format string, args ...any) {
	d.reportAt(at.line, at.column, suggestion, format, args...)
}

func (d *decoder) reportAt(line, column int, suggestion, format string, args ...any) {
	d.out.findings = append(d.out.findings, Finding{Severity: Error, Kind: d.doc.Kind, Name: d.doc.Name, Path: d.doc.Path,
		Line: line, Column: column, Suggestion: suggestion}.says(format, args...))
}

// object reads a mapping into a struct. Keys in extra are somebody else's.
func (d *decoder) object(s *shape, n *node, path string, v reflect.Value, extra []string) object {
	var out object
	for _, k := range n.keys {
		if s.field(k.name) == nil && !slices.Contains(extra, k.name) {
			known := append(slices.Clone(extra), s.names()...)
			if near := suggest.Nearest(k.name, known); near != "" {
				d.reportAt(k.line, k.column, near, "There is no field %q here.%s", k.name, suggest.Hint(near))
			} else {
				d.reportAt(k.line, k.column, "", "There is no field %q here. Accepted: %s.", k.name, strings.Join(known, ", "))
			}
		}
	}
	for _, f := range s.fields {
		at, fieldPath := n.get(f.name), strings.TrimPrefix(path+"."+f.name, ".")
		if at == nil || at.kind == null {
			if f.required && at == nil {
				d.report(n, "", "%s is missing. It is required: %s", f.name, lang.Term(f.doc))
			} else if f.required {
				d.report(at, "", "%s has no value. It is required: %s", f.name, lang.Term(f.doc))
			}
			continue
		}
		before := len(d.out.findings)
		target := v.FieldByIndex(f.index)
		value := d.value(f, f.shape, at, fieldPath, target)
		if len(d.out.findings) == before {
			if bad := f.outside(target); bad != "" {
				d.report(at, "", "%s is out of bounds. Accepted: %s.", at.what(), bad)
			}
		}
		out = append(out, member{f.name, value})
	}
	return out
}

// value reads any node into v by its shape and returns it as a plain value. f is the field it belongs to.
func (d *decoder) value(f *field, s *shape, n *node, path string, v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch {
	case s.form == formObject:
		if n.kind == mapping {
			return d.object(s, n, path, v, nil)
		}
		if s.short != nil && n.kind == scalar {
			return object{{s.short.name, d.value(s.short, s.short.shape, n, path+"."+s.short.name, v.FieldByIndex(s.short.index))}}
		}
		return d.refuse(n, path, "an object with "+strings.Join(s.names(), ", "))
	case s.form == formList:
		return d.list(f, s, n, path, v)
	case s.form == formMap:
		return d.mapping(f, s, n, path, v)
	case s.form == formAny:
		out := n.native()
		if out != nil {
			v.Set(reflect.ValueOf(out))
		}
		return out
	case n.kind != scalar:
		return d.refuse(n, path, s.accepted(f))
	}
	return d.scalar(f, s, n, path, v)
}

func (d *decoder) refuse(n *node, path, accepted string) any {
	d.report(n, "", "%s cannot be %s. Accepted: %s.", path, n.what(), accepted)
	return nil
}

func (d *decoder) list(f *field, s *shape, n *node, path string, v reflect.Value) any {
	if n.kind != list {
		return d.refuse(n, path, "a list")
	}
	out := make([]any, len(n.items))
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item.kind == null {
			d.refuse(item, at, s.elem.accepted(f))
			continue
		}
		out[i] = d.value(f, s.elem, item, at, v.Index(i))
	}
	return out
}

func (d *decoder) mapping(f *field, s *shape, n *node, path string, v reflect.Value) any {
	if n.kind != mapping {
		return d.refuse(n, path, "an object")
	}
	var out object
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.keys)))
	for _, k := range n.keys {
		elem := reflect.New(v.Type().Elem()).Elem()
		var value any
		if k.value.kind != null {
			value = d.value(f, s.elem, k.value, path+"."+k.name, elem)
		}
		v.SetMapIndex(reflect.ValueOf(k.name).Convert(v.Type().Key()), elem)
		out = append(out, member{k.name, value})
	}
	return out
}

func (d *decoder) scalar(f *field, s *shape, n *node, path string, v reflect.Value) any {
	switch s.form {
	case formText:
		v.SetString(n.text)
		d.text(f, n, path)
		return n.text
	case formTextual:
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text)); err != nil {
			return d.refuseText(s, n, path, err)
		}
		if text, err := v.Interface().(encoding.TextMarshaler).MarshalText(); err == nil {
			return string(text)
		}
		return n.text
	case formBool:
		if b, ok := n.plain.(bool); ok {
			v.SetBool(b)
			return b
		}
	case formInt:
		if i, ok := n.plain.(int64); ok && !v.OverflowInt(i) {
			v.SetInt(i)
			return i
		}
	case formNumber:
		switch x := n.plain.(type) {
		case int64:
			v.SetFloat(float64(x))
			return float64(x)
		case float64:
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				v.SetFloat(x)
				return x
			}
		}
	}
	return d.refuse(n, path, s.accepted(f))
}

// refuseText reports a text that its type cannot read.
func (d *decoder) refuseText(s *shape, n *node, path string, err error) any {
	guess := ""
	if s.desc.Guess != nil {
		guess = s.desc.Guess(n.text)
	}
	if guess != "" {
		d.report(n, guess, "%s cannot be %q. Did you mean %s? Accepted: %s.", path, cut(n.text, shown), guess, s.desc.Accepted)
		return nil
	}
	msg := err.Error()
	if fl := fault.As(err); fl != nil {
		msg = fl.Message
	}
	d.report(n, "", "%s: %s Accepted: %s.", path, msg, s.desc.Accepted)
	return nil
}

// text checks a text against its field's tags.
func (d *decoder) text(f *field, n *node, path string) {
	switch {
	case f.enum != nil:
		if !slices.Contains(f.enum, n.text) {
			d.report(n, suggest.Nearest(n.text, f.enum), "%s cannot be %q.%s Accepted: %s.", path, cut(n.text, shown),
				suggest.DidYouMean(n.text, f.enum), strings.Join(f.enum, ", "))
		}
	case f.ref != "":
		d.out.refs = append(d.out.refs, reference{f.ref, n.text, path, n})
	case f.format != "":
		if subject, want, ok := celFormat(f.format); ok {
			d.rule(subject, want, n, path)
		} else if form := formats[f.format]; !form.ok(n.text) {
			d.report(n, "", "%s cannot be %q. Accepted: %s.", path, cut(n.text, shown), form.accepted)
		}
	}
}

// rule compiles an expression and puts its problems where they stand in the file.
func (d *decoder) rule(subject string, want rule.Type, n *node, path string) {
	env := d.reg.subjects[subject]
	if env == nil {
		d.report(n, "", "%s is an expression about a %s, which this installation does not know.", path, subject)
		return
	}
	p, err := rule.CompileAs(env, n.text, want)
	if err == nil {
		d.out.rules[path] = p
		for _, never := range p.Never() {
			line, column := n.within(never.Line, never.Column)
			d.reportAt(line, column, "", "%s", never.Message)
			d.out.findings[len(d.out.findings)-1].Severity = Warning
		}
		return
	}
	for _, problem := range problemsOf(err) {
		line, column := n.within(problem.Line, problem.Column)
		d.reportAt(line, column, problem.Suggestion, "%s", problem.Message)
	}
}

// accepted says in words what a shape is read from.
func (s *shape) accepted(f *field) string {
	switch s.form {
	case formTextual:
		return s.desc.Accepted
	case formBool:
		return "true or false"
	case formInt:
		return "a whole number"
	case formNumber:
		return "a number"
	case formList:
		return "a list"
	case formMap, formObject:
		return "an object"
	}
	switch {
	case f.enum != nil:
		return strings.Join(f.enum, ", ")
	case f.ref != "":
		return "the name of a " + f.ref
	}
	return "a text"
}

// native is the node as plain values: what a field of type any holds.
func (n *node) native() any {
	switch n.kind {
	case null:
		return nil
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.native()
		}
		return out
	case mapping:
		out := make(map[string]any, len(n.keys))
		for _, k := range n.keys {
			out[k.name] = k.value.native()
		}
		return out
	}
	if f, ok := n.plain.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return n.text
	}
	if u, ok := n.plain.(uint64); ok {
		return strconv.FormatUint(u, 10)
	}
	return n.plain
}

// problemsOf are the problems of an error from the rule compiler.
func problemsOf(err error) []rule.Problem {
	var e *rule.Error
	if errors.As(err, &e) {
		return e.Problems
	}
	return []rule.Problem{{Line: 1, Column: 1, Message: err.Error()}}
}
