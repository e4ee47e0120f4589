package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"steward/internal/suggest"
)

// checker finds what the type checker lets pass but cannot be meant: an enumeration compared with
// a text that is none of its values, or by order; a comparison with null; a map or struct literal.
type checker struct {
	env   *Env
	ast   *ast.AST
	found []Problem
}

func (c *checker) check(e ast.Expr) {
	switch e.Kind() {
	case ast.CallKind:
		call := e.AsCall()
		switch fn := call.FunctionName(); fn {
		case operators.Equals, operators.NotEquals:
			c.values(call.Args()[0], call.Args()[1])
			c.values(call.Args()[1], call.Args()[0])
		case operators.In:
			if list := call.Args()[1]; list.Kind() == ast.ListKind {
				for _, v := range list.AsList().Elements() {
					c.values(call.Args()[0], v)
				}
			}
		case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
			for _, arg := range call.Args() {
				if values := c.enum(arg); values != nil {
					c.report(arg, "", "%s has no order here: its values compare as text. Use in with the values you mean: %s.",
						pathOf(arg), strings.Join(values, ", "))
				}
			}
		}
	case ast.LiteralKind:
		if e.AsLiteral() == types.NullValue {
			c.report(e, "has(…)", noNull)
		}
	case ast.StructKind, ast.MapKind:
		c.report(e, "", "An expression cannot build objects.")
		return
	}
	for _, child := range children(e) {
		c.check(child)
	}
}

// values checks a text against the enumeration it is compared with.
func (c *checker) values(field, value ast.Expr) {
	allowed := c.enum(field)
	if allowed == nil || value.Kind() != ast.LiteralKind {
		return
	}
	got, ok := value.AsLiteral().(types.String)
	if !ok || slices.Contains(allowed, string(got)) {
		return
	}
	near := suggest.Nearest(string(got), allowed)
	c.report(value, near, "%s is never %q.%s It is one of %s.", pathOf(field), string(got),
		suggest.DidYouMean(string(got), allowed), strings.Join(allowed, ", "))
}

// enum is the values of the enumeration that e reads, nil when it is none.
func (c *checker) enum(e ast.Expr) []string {
	path := pathOf(e)
	if path == "" {
		return nil
	}
	if n := c.env.root.find(path); n != nil && n.field != nil && n.path == path {
		return n.field.Type.values
	}
	return nil
}

func (c *checker) report(e ast.Expr, suggestion, format string, args ...any) {
	loc := c.ast.SourceInfo().GetStartLocation(e.ID())
	c.found = append(c.found, Problem{Line: max(loc.Line(), 1), Column: loc.Column() + 1, Message: fmt.Sprintf(format, args...), Suggestion: suggestion})
}
