package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// Compile checks a condition against the environment. The error is an *Error.
func Compile(env *Env, src string) (*Program, error) { return CompileAs(env, src, Bool) }

// CompileAs checks an expression that must yield a value of the wanted type: a formula. A whole
// number may stand where a Number is wanted. The error is an *Error.
func CompileAs(env *Env, src string, want Type) (*Program, error) {
	if len(src) > MaxSource {
		return nil, one(1, 1, "An expression is at most %d bytes long; this one has %d.", MaxSource, len(src))
	}
	if strings.TrimSpace(src) == "" {
		return nil, one(1, 1, "The expression is empty.")
	}
	parsed, issues := env.cel.Parse(src)
	if issues.Err() != nil {
		return nil, env.problems(src, nil, issues)
	}
	checked, issues := env.cel.Check(parsed)
	if issues.Err() != nil {
		return nil, env.problems(src, parsed.NativeRep(), issues)
	}
	if got := checked.OutputType(); !yields(got, want) {
		return nil, one(1, 1, "The expression must yield a %s, but yields a %s.", want, typeName(got))
	}
	c := &checker{env: env, ast: checked.NativeRep()}
	c.check(c.ast.Expr())
	if len(c.found) > 0 {
		return nil, sorted(c.found)
	}
	p := &Program{env: env, src: src, want: want, checked: c.ast}
	p.fields = p.reads(c.ast.Expr())
	var err error
	if p.prog, err = p.plan(c.ast.Expr()); err != nil {
		return nil, one(1, 1, "The expression cannot run: %s.", err)
	}
	return p, nil
}

// plan makes a part of the program runnable. Only programs with loops count their steps: without
// one the cost is bounded by the length of the source, and counting would double it.
func (p *Program) plan(expr ast.Expr) (cel.Program, error) {
	loops := false
	ast.PreOrderVisit(expr, ast.NewExprVisitor(func(e ast.Expr) {
		loops = loops || e.Kind() == ast.ComprehensionKind
	}))
	opts := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if loops {
		opts = append(opts, cel.CostLimit(maxCost))
	}
	return p.env.cel.PlanProgram(totalise(p.checked, expr, p.want.cel == cel.BoolType), opts...)
}

// yields reports whether a value of type got can stand where want is wanted.
func yields(got *cel.Type, want Type) bool {
	return got.Kind() == types.DynKind || want.cel.Kind() == types.DynKind || want.cel.IsExactType(got) ||
		want.cel.Kind() == types.DoubleKind && got.Kind() == types.IntKind
}

func one(line, column int, format string, args ...any) *Error {
	return &Error{Problems: []Problem{{Line: line, Column: column, Message: fmt.Sprintf(format, args...)}}}
}

// sorted is the problems in the order of the text, each once.
func sorted(ps []Problem) *Error {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &Error{Problems: slices.Compact(ps)}
}

// typeName names a checker's type for people.
func typeName(t *cel.Type) string {
	for _, known := range []Type{Bool, Int, Number, Text, Time, Duration, Texts, Ints, Any, Attributes} {
		if known.cel.IsExactType(t) {
			return known.name
		}
	}
	switch t.Kind() {
	case types.ListKind:
		return "list"
	case types.MapKind:
		return "map"
	case types.StructKind:
		return strings.TrimPrefix(t.TypeName(), mark)
	}
	return t.String()
}
