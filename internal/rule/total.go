package rule

import (
	"maps"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// totaller rewrites a checked expression so that every atom is true or false, whatever is missing.
// It builds new nodes where it changes something and shares the rest.
type totaller struct {
	fac   ast.ExprFactory
	types map[int64]*types.Type
	refs  map[int64]*ast.ReferenceInfo
	next  int64
}

// totalise returns expr (a part of checked) rewritten; condition says that it stands where a
// condition is wanted, so that it must itself be total.
func totalise(checked *ast.AST, expr ast.Expr, condition bool) *ast.AST {
	t := &totaller{
		fac:   ast.NewExprFactory(),
		types: maps.Clone(checked.TypeMap()),
		refs:  maps.Clone(checked.ReferenceMap()),
		next:  ast.MaxID(checked) + 1,
	}
	out := t.rewrite(expr, condition)
	return ast.NewCheckedAST(ast.NewAST(out, checked.SourceInfo()), t.types, t.refs)
}

func (t *totaller) rewrite(e ast.Expr, condition bool) ast.Expr {
	switch e.Kind() {
	case ast.CallKind:
		return t.call(e, condition)
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		rng, step := t.rewrite(c.IterRange(), false), t.rewrite(c.LoopStep(), false)
		var out ast.Expr
		if c.HasIterVar2() {
			out = t.fac.NewComprehensionTwoVar(e.ID(), rng, c.IterVar(), c.IterVar2(), c.AccuVar(), c.AccuInit(), c.LoopCondition(), step, c.Result())
		} else {
			out = t.fac.NewComprehension(e.ID(), rng, c.IterVar(), c.AccuVar(), c.AccuInit(), c.LoopCondition(), step, c.Result())
		}
		return t.atom(out, condition)
	case ast.SelectKind:
		s := e.AsSelect()
		if s.IsTestOnly() {
			id := t.id(t.types[e.ID()])
			value := t.fac.NewSelect(id, t.rewrite(s.Operand(), false), s.FieldName())
			return t.ours(e.ID(), fnPresent, "present_dyn", value)
		}
		return t.atom(t.fac.NewSelect(e.ID(), t.rewrite(s.Operand(), false), s.FieldName()), condition)
	case ast.ListKind:
		l := e.AsList()
		elems := make([]ast.Expr, len(l.Elements()))
		for i, x := range l.Elements() {
			elems[i] = t.rewrite(x, false)
		}
		return t.fac.NewList(e.ID(), elems, l.OptionalIndices())
	case ast.LiteralKind:
		return e
	default:
		return t.atom(e, condition)
	}
}

// call rewrites the logical operators' operands as conditions and makes every other call an atom.
func (t *totaller) call(e ast.Expr, condition bool) ast.Expr {
	c := e.AsCall()
	fn := c.FunctionName()
	logical := fn == operators.LogicalAnd || fn == operators.LogicalOr || fn == operators.LogicalNot
	args := make([]ast.Expr, len(c.Args()))
	for i, a := range c.Args() {
		switch {
		case logical:
			args[i] = t.rewrite(a, true)
		case fn == operators.Conditional:
			args[i] = t.rewrite(a, i == 0 || condition)
		default:
			args[i] = t.rewrite(a, false)
		}
	}
	switch {
	case fn == operators.NotEquals && (t.dynamic(args[0]) || t.dynamic(args[1])):
		return t.atom(t.ours(e.ID(), fnDiffers, "differs_dyn_dyn", args...), condition)
	case c.IsMemberFunction():
		return t.atom(t.fac.NewMemberCall(e.ID(), fn, t.rewrite(c.Target(), false), args...), condition)
	case logical || fn == operators.Conditional:
		return t.fac.NewCall(e.ID(), fn, args...)
	default:
		return t.atom(t.fac.NewCall(e.ID(), fn, args...), condition)
	}
}

// atom wraps e where a condition is wanted. A loop's own result needs no wrapping.
func (t *totaller) atom(e ast.Expr, condition bool) ast.Expr {
	if !condition || e.Kind() == ast.IdentKind && e.AsIdent() == t.fac.AccuIdentName() {
		return e
	}
	return t.ours(t.id(types.BoolType), fnTotal, "total_dyn", e)
}

// ours is a call of one of our own functions.
func (t *totaller) ours(id int64, fn, overload string, args ...ast.Expr) ast.Expr {
	t.types[id] = types.BoolType
	t.refs[id] = ast.NewFunctionReference(overload)
	return t.fac.NewCall(id, fn, args...)
}

func (t *totaller) id(typ *types.Type) int64 {
	t.next++
	t.types[t.next] = typ
	return t.next
}

// dynamic reports whether the type of e shows only when the program runs.
func (t *totaller) dynamic(e ast.Expr) bool {
	typ := t.types[e.ID()]
	return typ == nil || typ.Kind() == types.DynKind
}
