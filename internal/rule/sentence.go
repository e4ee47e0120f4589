package rule

import (
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// sentence says a condition in plain words, in sentence case. What has no plain words stands as
// its author wrote it.
func (p *Program) sentence(e ast.Expr) string {
	s := p.say(e, false)
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// say says a condition, or its opposite.
func (p *Program) say(e ast.Expr, not bool) string {
	switch e.Kind() {
	case ast.CallKind:
		if s := p.sayCall(e.AsCall(), not); s != "" {
			return s
		}
	case ast.SelectKind, ast.IdentKind:
		if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
			return p.operand(e) + verb(" is set", " is not set", not)
		}
		return p.operand(e) + verb(" is yes", " is no", not)
	case ast.LiteralKind:
		return verb("always", "never", not != (e.AsLiteral() == types.False))
	case ast.ComprehensionKind:
		if s := p.sayLoop(e.AsComprehension(), not); s != "" {
			return s
		}
	}
	return verb("", "not: ", not) + p.written(e)
}

// The words of a comparison, of its opposite, and of both between times.
var comparisons = map[string][4]string{
	operators.Equals:        {" is ", " is not ", " is ", " is not "},
	operators.NotEquals:     {" is not ", " is ", " is not ", " is "},
	operators.Less:          {" is less than ", " is at least ", " is before ", " is not before "},
	operators.LessEquals:    {" is at most ", " is more than ", " is not after ", " is after "},
	operators.Greater:       {" is more than ", " is at most ", " is after ", " is not after "},
	operators.GreaterEquals: {" is at least ", " is less than ", " is not before ", " is before "},
}

// turned is the comparison with its sides exchanged.
var turned = map[string]string{
	operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals,
	operators.Less: operators.Greater, operators.Greater: operators.Less,
	operators.LessEquals: operators.GreaterEquals, operators.GreaterEquals: operators.LessEquals,
}

// texts are the tests of a text.
var texts = map[string][2]string{
	"contains":   {" contains ", " does not contain "},
	"startsWith": {" starts with ", " does not start with "},
	"endsWith":   {" ends with ", " does not end with "},
	"matches":    {" matches ", " does not match "},
}

func (p *Program) sayCall(c ast.CallExpr, not bool) string {
	fn, args := c.FunctionName(), c.Args()
	switch fn {
	case operators.LogicalNot:
		return p.say(args[0], !not)
	case operators.LogicalAnd, operators.LogicalOr:
		word := " and "
		if (fn == operators.LogicalOr) != not {
			word = " or "
		}
		parts := make([]string, len(args))
		for i, a := range args {
			if parts[i] = p.say(a, not); i > 0 {
				parts[i] = lower(parts[i])
			}
		}
		return strings.Join(parts, word)
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			return p.operand(args[0]) + verb(" is ", " is not ", not) + p.choice(args[1].AsList().Elements())
		}
		return p.operand(args[1]) + verb(" include ", " do not include ", not) + p.operand(args[0])
	}
	if words, ok := texts[fn]; ok && c.IsMemberFunction() && len(args) == 1 {
		return p.operand(c.Target()) + verb(words[0], words[1], not) + p.quoted(args[0])
	}
	if _, ok := comparisons[fn]; ok {
		return p.compare(fn, args[0], args[1], not)
	}
	return ""
}

// compare says a comparison, with the constant on the right.
func (p *Program) compare(fn string, a, b ast.Expr, not bool) string {
	if a.Kind() == ast.LiteralKind && b.Kind() != ast.LiteralKind {
		a, b, fn = b, a, turned[fn]
	}
	words := comparisons[fn]
	if since, ok := p.age(a); ok && fn != operators.Equals && fn != operators.NotEquals {
		// now - x > d reads best from x's side: it is more than d ago.
		return since + verb(words[0], words[1], not) + p.operand(b) + " ago"
	}
	if t := p.checked.GetType(a.ID()); t.Kind() == types.TimestampKind {
		return p.operand(a) + verb(words[2], words[3], not) + p.operand(b)
	}
	return p.operand(a) + verb(words[0], words[1], not) + p.operand(b)
}

// age is the field x when e is now - x.
func (p *Program) age(e ast.Expr) (string, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Subtract {
		return "", false
	}
	args := e.AsCall().Args()
	if pathOf(args[0]) != "now" || pathOf(args[1]) == "" {
		return "", false
	}
	return p.operand(args[1]), true
}

// sayLoop says all and exists: "every tag: it starts with “x”".
func (p *Program) sayLoop(c ast.ComprehensionExpr, not bool) string {
	step, over := c.LoopStep(), pathOf(c.IterRange())
	if step.Kind() != ast.CallKind || over == "" || len(step.AsCall().Args()) != 2 {
		return ""
	}
	inner := p.say(step.AsCall().Args()[1], false)
	switch step.AsCall().FunctionName() {
	case operators.LogicalOr:
		return verb("at least one of ", "none of ", not) + p.operand(c.IterRange()) + ": " + inner
	case operators.LogicalAnd:
		return verb("all of ", "not all of ", not) + p.operand(c.IterRange()) + ": " + inner
	}
	return ""
}

// arithmetic is how operators between values are said.
var arithmetic = map[string]string{
	operators.Add: " plus ", operators.Subtract: " minus ", operators.Multiply: " times ",
	operators.Divide: " divided by ", operators.Modulo: " modulo ",
}

// operand says a value.
func (p *Program) operand(e ast.Expr) string {
	if path := pathOf(e); path != "" {
		root, rest, _ := strings.Cut(path, ".")
		if p.env.root.children[root] == nil { // a loop's variable
			if rest == "" {
				return "it"
			}
			return "its " + lower(p.env.root.title(rest))
		}
		return p.env.root.title(path)
	}
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := native(e.AsLiteral()); ok {
			return show(v)
		}
	case ast.ListKind:
		return p.choice(e.AsList().Elements())
	case ast.CallKind:
		c := e.AsCall()
		switch fn := c.FunctionName(); {
		case fn == "size" && c.IsMemberFunction():
			return "number of " + lower(p.operand(c.Target()))
		case fn == "size":
			return "number of " + lower(p.operand(c.Args()[0]))
		case fn == "duration" && c.Args()[0].Kind() == ast.LiteralKind:
			if d, err := time.ParseDuration(p.operand(c.Args()[0])); err == nil {
				return showDuration(d)
			}
		case fn == "timestamp" && c.Args()[0].Kind() == ast.LiteralKind:
			if t, err := time.Parse(time.RFC3339, p.operand(c.Args()[0])); err == nil {
				return show(t)
			}
		case arithmetic[fn] != "":
			return p.operand(c.Args()[0]) + arithmetic[fn] + lower(p.operand(c.Args()[1]))
		}
	}
	return p.written(e)
}

// choice says a list of values to choose from: "low, normal or high".
func (p *Program) choice(items []ast.Expr) string {
	out := make([]string, len(items))
	for i, x := range items {
		out[i] = p.operand(x)
	}
	switch n := len(out); n {
	case 0:
		return "nothing"
	case 1:
		return out[0]
	default:
		return strings.Join(out[:n-1], ", ") + " or " + out[n-1]
	}
}

// quoted says a value and quotes a text, so that its ends are seen.
func (p *Program) quoted(e ast.Expr) string {
	if e.Kind() == ast.LiteralKind {
		return "“" + p.operand(e) + "”"
	}
	return p.operand(e)
}

// written is the part as CEL.
func (p *Program) written(e ast.Expr) string {
	s, err := cel.ExprToString(e, p.checked.SourceInfo())
	if err != nil {
		return p.src
	}
	return s
}

func verb(yes, no string, not bool) string {
	if not {
		return no
	}
	return yes
}

// lower takes a title into the middle of a sentence, unless it is an abbreviation.
func lower(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):]
}
