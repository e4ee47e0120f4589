package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// pathOf is the field path an expression reads, such as ticket.tags; "" when it is not a plain
// path. x["y"] reads the same as x.y.
func pathOf(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		if base := pathOf(e.AsSelect().Operand()); base != "" {
			return base + "." + e.AsSelect().FieldName()
		}
	case ast.CallKind:
		c := e.AsCall()
		if c.FunctionName() == operators.Index && c.Args()[1].Kind() == ast.LiteralKind {
			if key, ok := c.Args()[1].AsLiteral().(types.String); ok && key != "" {
				if base := pathOf(c.Args()[0]); base != "" {
					return base + "." + string(key)
				}
			}
		}
	}
	return ""
}

// reads lists the paths of declared fields that a part of the program reads, sorted.
func (p *Program) reads(e ast.Expr) []string {
	var out []string
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		if path := pathOf(e); path != "" {
			// A loop's variable is no field; its list was walked where the loop begins.
			if p.env.root.children[strings.SplitN(path, ".", 2)[0]] != nil {
				out = append(out, path)
			}
			return
		}
		for _, child := range children(e) {
			walk(child)
		}
	}
	walk(e)
	slices.Sort(out)
	return slices.Compact(out)
}

// children are the direct parts of an expression.
func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return c.Args()
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		return []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	case ast.MapKind:
		var out []ast.Expr
		for _, entry := range e.AsMap().Entries() {
			out = append(out, entry.AsMapEntry().Key(), entry.AsMapEntry().Value())
		}
		return out
	}
	return nil
}

// lookup finds the value at a path in vars.
func lookup(vars Vars, path string) any {
	var at any = map[string]any(vars)
	for _, name := range strings.Split(path, ".") {
		if f, ok := at.(func() any); ok {
			at = f()
		}
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[name]
	}
	return at
}
