package rule

import (
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
	expr   ast.Expr
	fields []string
	prog   cel.Program // nil when it cannot be planned
}

// Explain says which of the condition's parts, joined by &&, held and which did not. All parts
// are looked at, also those that Eval skips. A formula has one part: itself.
func (p *Program) Explain(vars Vars, v Voice) []Condition {
	p.explain.Do(p.split)
	said := speaker{p, v}
	out := make([]Condition, len(p.parts))
	for i, part := range p.parts {
		out[i] = Condition{Text: said.sentence(part.expr), Value: said.values(part.fields, vars)}
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
func (p *Program) Says(v Voice) []string {
	p.explain.Do(p.split)
	out := make([]string, len(p.parts))
	for i, part := range p.parts {
		out[i] = speaker{p, v}.sentence(part.expr)
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
		p.parts = append(p.parts, part{expr: e, fields: p.reads(e), prog: prog})
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
