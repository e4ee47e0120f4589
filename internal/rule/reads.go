package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Read is one place where an expression reads a field.
type Read struct {
	Path         string // as in Fields
	Line, Column int    // from 1
	Texts        []Compared
}

// Compared is a text that a field is compared with, and where it stands.
type Compared struct {
	Value        string
	Line, Column int
}

// Reads lists every place where the expression reads a declared field, in the order of the text,
// with the texts it is compared with there by ==, != or in.
func (p *Program) Reads() []Read {
	var out []Read
	var walk func(e ast.Expr, with []ast.Expr)
	walk = func(e ast.Expr, with []ast.Expr) {
		if path := pathOf(e); path != "" {
			if root, _, _ := strings.Cut(path, "."); p.env.root.children[root] == nil {
				return
			}
			r := Read{Path: path}
			r.Line, r.Column = p.start(e)
			for _, x := range with {
				if x.Kind() != ast.LiteralKind {
					continue
				}
				if v, ok := x.AsLiteral().(types.String); ok {
					line, column := p.place(x)
					r.Texts = append(r.Texts, Compared{string(v), line, column})
				}
			}
			out = append(out, r)
			return
		}
		if e.Kind() == ast.CallKind && len(e.AsCall().Args()) == 2 {
			left, right := e.AsCall().Args()[0], e.AsCall().Args()[1]
			switch e.AsCall().FunctionName() {
			case operators.Equals, operators.NotEquals:
				walk(left, []ast.Expr{right})
				walk(right, []ast.Expr{left})
				return
			case operators.In:
				var items []ast.Expr
				if right.Kind() == ast.ListKind {
					items = right.AsList().Elements()
				}
				walk(left, items)
				walk(right, []ast.Expr{left})
				return
			}
		}
		for _, child := range children(e) {
			walk(child, nil)
		}
	}
	walk(p.checked.Expr(), nil)
	slices.SortStableFunc(out, func(a, b Read) int { return (a.Line-b.Line)*MaxSource + a.Column - b.Column })
	return out
}

// place is where a part stands in the text.
func (p *Program) place(e ast.Expr) (line, column int) {
	loc := p.checked.SourceInfo().GetStartLocation(e.ID())
	return max(loc.Line(), 1), loc.Column() + 1
}

// start is where the first name of a path stands: the compiler puts a path at its last dot.
func (p *Program) start(e ast.Expr) (line, column int) {
	for e.Kind() != ast.IdentKind {
		if e.Kind() == ast.SelectKind {
			e = e.AsSelect().Operand()
		} else {
			e = e.AsCall().Args()[0]
		}
	}
	return p.place(e)
}
