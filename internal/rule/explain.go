package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// Condition is one part of a condition in plain words, with what it saw.
type Condition struct {
	Text  string `json:"text"`  // "Plan is premium or ultimate"
	Value string `json:"value"` // "premium"; "not set" when missing; several as "Plan premium, Seats 12"
	Held  bool   `json:"held"`
}

// part is one top-level conjunct of a condition.
type part struct {
	text   string
	fields []string
	prog   cel.Program // nil when it cannot be planned
}

// Explain says which of the condition's parts, joined by &&, held and which did not. All parts
// are looked at, also those that Eval skips. A formula has one part: itself.
func (p *Program) Explain(vars Vars) []Condition {
	p.explain.Do(p.split)
	out := make([]Condition, len(p.parts))
	for i, part := range p.parts {
		out[i] = Condition{Text: part.text, Value: p.values(part.fields, vars)}
		if part.prog != nil {
			if v, err := run(part.prog, vars); err == nil {
				out[i].Held = v.Value() == true
			}
		}
	}
	return out
}

// Says is what the condition asks in plain words, one sentence for each of its parts, of which all
// must hold. A formula says nothing more than it is.
func (p *Program) Says() []string {
	p.explain.Do(p.split)
	out := make([]string, len(p.parts))
	for i, part := range p.parts {
		out[i] = part.text
	}
	return out
}

// split prepares the parts.
func (p *Program) split() {
	for _, e := range conjuncts(p.checked.Expr()) {
		prog, err := p.plan(e)
		if err != nil {
			prog = nil
		}
		p.parts = append(p.parts, part{text: p.sentence(e), fields: p.reads(e), prog: prog})
	}
}

func conjuncts(e ast.Expr) []ast.Expr {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		var out []ast.Expr
		for _, arg := range e.AsCall().Args() {
			out = append(out, conjuncts(arg)...)
		}
		return out
	}
	return []ast.Expr{e}
}

// values says what the fields held.
func (p *Program) values(fields []string, vars Vars) string {
	if len(fields) > 1 {
		// Beside another field the present time explains nothing.
		fields = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return f == "now" })
	}
	if len(fields) == 1 {
		return show(lookup(vars, fields[0]))
	}
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = p.env.root.title(f) + " " + show(lookup(vars, f))
	}
	return strings.Join(out, ", ")
}

// show writes a value for people.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "not set"
	case func() any:
		return show(v())
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case string:
		if v == "" {
			return "empty"
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.UTC().Format("2 Jan 2006 15:04 UTC")
	case time.Duration:
		return showDuration(v)
	case []string:
		return showList(v)
	case []int64:
		return showList(v)
	case []any:
		return showList(v)
	default:
		return fmt.Sprint(v)
	}
}

func showList[T any](items []T) string {
	if len(items) == 0 {
		return "none"
	}
	out := make([]string, len(items))
	for i, x := range items {
		out[i] = show(x)
	}
	return strings.Join(out, ", ")
}

// showDuration writes "1 h 30 min".
func showDuration(d time.Duration) string {
	if d < 0 {
		return "minus " + showDuration(-d)
	}
	var out []string
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}} {
		if n := d / unit.size; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, unit.name))
			d %= unit.size
		}
	}
	if len(out) == 0 {
		return "0 min"
	}
	return strings.Join(out, " ")
}
