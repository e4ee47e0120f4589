package rule

import (
	"fmt"
	"math"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Never looks for reasons why a condition cannot hold whatever the values are: the same field
// asked to be two things at once, an empty list, an empty range. It returns one problem for
// each part of the condition that can never hold: nil says that none was found, not that there
// is none.
func (p *Program) Never() []Problem {
	if p.want.cel != Bool.cel {
		return nil
	}
	var out []Problem
	p.never(p.checked.Expr(), &out)
	return out
}

// never reports whether e can never hold, and notes why.
func (p *Program) never(e ast.Expr, out *[]Problem) bool {
	note := func(at ast.Expr, format string, args ...any) bool {
		line, column := p.begins(at)
		*out = append(*out, Problem{Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
		return true
	}
	if call(e, operators.LogicalOr) {
		all := true
		for _, side := range e.AsCall().Args() {
			all = p.never(side, out) && all
		}
		return all
	}
	if e.Kind() == ast.LiteralKind && e.AsLiteral() == types.False {
		return note(e, "This part never holds: it says false.")
	}
	bounds := map[string]*bound{}
	for _, c := range conjuncts(e) {
		if c != e && p.never(c, out) {
			return true
		}
		field, b, ok := p.bound(c)
		if !ok {
			continue
		}
		if len(b.only) == 0 && b.only != nil {
			return note(c, "This part never holds: nothing is in an empty list.")
		}
		before := bounds[field]
		if before == nil {
			bounds[field] = b
			continue
		}
		if both := before.and(b); both.empty() {
			return note(c, "This condition never holds: %s cannot be this (%s) and what stands before (%s).", field, p.written(c), before.text)
		} else {
			both.text = before.text + ", " + b.text
			bounds[field] = both
		}
	}
	return false
}

// Covers reports whether this condition surely holds whenever the other does; false says that
// it was not seen, not that it is not so.
func (p *Program) Covers(other *Program) bool {
	theirs := conjuncts(other.checked.Expr())
	for _, own := range conjuncts(p.checked.Expr()) {
		field, b, bounded := p.bound(own)
		if !slices.ContainsFunc(theirs, func(e ast.Expr) bool {
			if other.written(e) == p.written(own) {
				return true
			}
			f, narrower, ok := other.bound(e)
			return bounded && ok && f == field && b.contains(narrower)
		}) {
			return false
		}
	}
	return true
}

// bound is what a comparison with plain values leaves of a field's values.
type bound struct {
	text     string
	only     []ref.Val // the values it may be; nil for any
	not      []ref.Val
	min, max float64 // for numbers
	minOpen  bool    // min itself is out, as below
	maxOpen  bool
}

func (b *bound) takes(v ref.Val) bool {
	if slices.ContainsFunc(b.not, func(n ref.Val) bool { return n.Equal(v) == types.True }) {
		return false
	}
	n, number := numberOf(v)
	return !number || !(n < b.min || n > b.max || n == b.min && b.minOpen || n == b.max && b.maxOpen)
}

// and is what two bounds on one field leave.
func (b *bound) and(o *bound) *bound {
	out := &bound{not: slices.Concat(b.not, o.not), min: b.min, minOpen: b.minOpen, max: b.max, maxOpen: b.maxOpen}
	if o.min > out.min || o.min == out.min && o.minOpen {
		out.min, out.minOpen = o.min, o.minOpen
	}
	if o.max < out.max || o.max == out.max && o.maxOpen {
		out.max, out.maxOpen = o.max, o.maxOpen
	}
	all := b.only
	if b.only == nil {
		all = o.only
	}
	if all == nil {
		return out
	}
	out.only = []ref.Val{}
	for _, v := range all {
		if out.takes(v) && b.listed(v) && o.listed(v) {
			out.only = append(out.only, v)
		}
	}
	return out
}

func (b *bound) listed(v ref.Val) bool {
	return b.only == nil || slices.ContainsFunc(b.only, func(n ref.Val) bool { return n.Equal(v) == types.True })
}

func (b *bound) empty() bool {
	return b.only != nil && len(b.only) == 0 || b.min > b.max || b.min == b.max && (b.minOpen || b.maxOpen)
}

// contains reports whether every value of the narrower bound, which must be a list, is in b.
func (b *bound) contains(o *bound) bool {
	return o.only != nil && !slices.ContainsFunc(o.only, func(v ref.Val) bool { return !b.listed(v) || !b.takes(v) })
}

// bound reads a comparison of one declared field with plain values.
func (p *Program) bound(e ast.Expr) (field string, b *bound, ok bool) {
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() || len(e.AsCall().Args()) != 2 {
		return "", nil, false
	}
	c := e.AsCall()
	b = &bound{text: p.written(e), min: math.Inf(-1), max: math.Inf(1)}
	fn, left, right := c.FunctionName(), c.Args()[0], c.Args()[1]
	if fn == operators.In {
		if right.Kind() != ast.ListKind || pathOf(left) == "" {
			return "", nil, false
		}
		b.only = []ref.Val{}
		for _, x := range right.AsList().Elements() {
			if x.Kind() != ast.LiteralKind {
				return "", nil, false
			}
			b.only = append(b.only, x.AsLiteral())
		}
		return pathOf(left), b, true
	}
	if left.Kind() == ast.LiteralKind {
		turnedFn, known := turned[fn]
		if !known {
			return "", nil, false
		}
		fn, left, right = turnedFn, right, left
	}
	if pathOf(left) == "" || right.Kind() != ast.LiteralKind {
		return "", nil, false
	}
	v := right.AsLiteral()
	n, number := numberOf(v)
	switch fn {
	case operators.Equals:
		b.only = []ref.Val{v}
		return pathOf(left), b, true
	case operators.NotEquals:
		b.not = []ref.Val{v}
		return pathOf(left), b, true
	case operators.Less:
		b.max, b.maxOpen = n, true
	case operators.LessEquals:
		b.max = n
	case operators.Greater:
		b.min, b.minOpen = n, true
	case operators.GreaterEquals:
		b.min = n
	default:
		return "", nil, false
	}
	return pathOf(left), b, number
}

func numberOf(v ref.Val) (float64, bool) {
	switch v := v.(type) {
	case types.Int:
		return float64(v), true
	case types.Double:
		return float64(v), true
	}
	return 0, false
}

func call(e ast.Expr, fn string) bool {
	return e.Kind() == ast.CallKind && e.AsCall().FunctionName() == fn
}

// begins is the line and column, from 1, that a part of the condition begins on.
func (p *Program) begins(e ast.Expr) (line, column int) {
	at := p.checked.SourceInfo().GetStartLocation(e.ID())
	line, column = at.Line(), at.Column()+1
	for _, child := range children(e) {
		if l, c := p.begins(child); l < line || l == line && c < column {
			line, column = l, c
		}
	}
	return max(line, 1), max(column, 1)
}
