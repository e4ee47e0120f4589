package rule

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Constants lists, by path, the constants that the condition compares fields with. exact is true
// when the condition is made of such comparisons alone, joined by &&, || and !: then what it
// yields changes nowhere but at these constants, and trying it at and between them tries it
// everywhere. A field of type Bool that stands alone has no constants.
func (p *Program) Constants() (of map[string][]any, exact bool) {
	c := &constants{p: p, of: map[string][]any{}}
	return c.of, c.atom(p.checked.Expr())
}

type constants struct {
	p  *Program
	of map[string][]any
}

// atom takes in a condition and reports whether it was understood.
func (c *constants) atom(e ast.Expr) bool {
	switch {
	case e.Kind() == ast.LiteralKind:
		return true
	case c.path(e) != "":
		c.add(c.path(e))
		return true
	case e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly():
		return false
	case e.Kind() != ast.CallKind:
		return false
	}
	call := e.AsCall()
	switch args := call.Args(); call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot:
		all := true
		for _, a := range args {
			all = c.atom(a) && all
		}
		return all
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		if path, v := c.path(args[0]), constant(args[1]); path != "" && v != nil {
			c.add(path, v)
			return true
		}
		if path, v := c.path(args[1]), constant(args[0]); path != "" && v != nil {
			c.add(path, v)
			return true
		}
	case operators.In:
		path := c.path(args[0])
		if path == "" || args[1].Kind() != ast.ListKind {
			return false
		}
		for _, item := range args[1].AsList().Elements() {
			v := constant(item)
			if v == nil {
				return false
			}
			c.add(path, v)
		}
		return true
	}
	return false
}

// path is the declared field that e reads, "" for none.
func (c *constants) path(e ast.Expr) string {
	if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
		return ""
	}
	path := pathOf(e)
	if path != "" && slices.Contains(c.p.fields, path) {
		return path
	}
	return ""
}

func (c *constants) add(path string, values ...any) {
	for _, v := range values {
		if !slices.Contains(c.of[path], v) {
			c.of[path] = append(c.of[path], v)
		}
	}
	if c.of[path] == nil {
		c.of[path] = []any{}
	}
}

// constant is the plain value of a literal, also one below zero; nil for anything else.
func constant(e ast.Expr) any {
	if e.Kind() == ast.LiteralKind {
		v, _ := native(e.AsLiteral())
		return v
	}
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Negate {
		switch v := constant(e.AsCall().Args()[0]).(type) {
		case int64:
			return -v
		case float64:
			return -v
		}
	}
	return nil
}

// Division is a place where an expression divides.
type Division struct {
	By           string // the field it divides by, "" when it is none
	Zero         bool   // it divides by the constant 0
	Line, Column int    // of the divisor, from 1
}

// Divisions lists the places where the expression divides by something that may be zero.
func (p *Program) Divisions() (out []Division) {
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		if e.Kind() == ast.CallKind {
			if fn := e.AsCall().FunctionName(); fn == operators.Divide || fn == operators.Modulo {
				by := e.AsCall().Args()[1]
				d := Division{By: pathOf(by)}
				d.Line, d.Column = p.place(by)
				v := constant(by)
				d.Zero = v == int64(0) || v == float64(0)
				if by.Kind() == ast.LiteralKind && by.AsLiteral() == types.Uint(0) {
					d.Zero = true
				}
				if d.Zero || v == nil {
					out = append(out, d)
				}
			}
		}
		for _, child := range children(e) {
			walk(child)
		}
	}
	walk(p.checked.Expr())
	return out
}
