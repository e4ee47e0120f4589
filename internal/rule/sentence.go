package rule

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"steward/internal/lang"
)

// sentence says a condition in plain words, in sentence case. What has no plain words stands as
// its author wrote it.
func (s speaker) sentence(e ast.Expr) string {
	text := s.say(e, false)
	first, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[n:]
}

// say says a condition, or its opposite.
func (s speaker) say(e ast.Expr, not bool) string {
	switch e.Kind() {
	case ast.CallKind:
		if text := s.sayCall(e.AsCall(), not); text != "" {
			return text
		}
	case ast.SelectKind, ast.IdentKind:
		if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
			return s.In.Say(verb("%s is set", "%s is not set", not), s.operand(e))
		}
		return s.In.Say(verb("%s is yes", "%s is no", not), s.operand(e))
	case ast.LiteralKind:
		return s.In.Word(verb("always", "never", not != (e.AsLiteral() == types.False)))
	case ast.ComprehensionKind:
		if text := s.sayLoop(e.AsComprehension(), not); text != "" {
			return text
		}
	}
	if not {
		return s.In.Say("not: %s", s.written(e))
	}
	return s.written(e)
}

// The words of a comparison, of its opposite, and of both between times.
//
//lang:texts
var comparisons = map[string][4]string{
	operators.Equals:        {"%s is %s", "%s is not %s", "%s is %s", "%s is not %s"},
	operators.NotEquals:     {"%s is not %s", "%s is %s", "%s is not %s", "%s is %s"},
	operators.Less:          {"%s is less than %s", "%s is at least %s", "%s is before %s", "%s is not before %s"},
	operators.LessEquals:    {"%s is at most %s", "%s is more than %s", "%s is not after %s", "%s is after %s"},
	operators.Greater:       {"%s is more than %s", "%s is at most %s", "%s is after %s", "%s is not after %s"},
	operators.GreaterEquals: {"%s is at least %s", "%s is less than %s", "%s is not before %s", "%s is before %s"},
}

// ages are the words of a comparison of how long a time is past, and of its opposite.
//
//lang:texts
var ages = map[string][2]string{
	operators.Less:          {"%s is less than %s ago", "%s is at least %s ago"},
	operators.LessEquals:    {"%s is at most %s ago", "%s is more than %s ago"},
	operators.Greater:       {"%s is more than %s ago", "%s is at most %s ago"},
	operators.GreaterEquals: {"%s is at least %s ago", "%s is less than %s ago"},
}

// turned is the comparison with its sides exchanged.
var turned = map[string]string{
	operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals,
	operators.Less: operators.Greater, operators.Greater: operators.Less,
	operators.LessEquals: operators.GreaterEquals, operators.GreaterEquals: operators.LessEquals,
}

// texts are the tests of a text.
//
//lang:texts
var texts = map[string][2]string{
	"contains":   {"%s contains %s", "%s does not contain %s"},
	"startsWith": {"%s starts with %s", "%s does not start with %s"},
	"endsWith":   {"%s ends with %s", "%s does not end with %s"},
	"matches":    {"%s matches %s", "%s does not match %s"},
}

func (s speaker) sayCall(c ast.CallExpr, not bool) string {
	fn, args := c.FunctionName(), c.Args()
	switch fn {
	case operators.LogicalNot:
		return s.say(args[0], !not)
	case operators.LogicalAnd, operators.LogicalOr:
		both := (fn == operators.LogicalAnd) != not
		out := ""
		for i, a := range args {
			switch one := s.say(a, not); {
			case i == 0:
				out = one
			case both:
				out = s.In.Say("%s and %s", out, s.In.Within(one))
			default:
				out = s.In.Say("%s or %s", out, s.In.Within(one))
			}
		}
		return out
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			return s.In.Say(verb("%s is %s", "%s is not %s", not), s.operand(args[0]), s.choice(pathOf(args[0]), args[1].AsList().Elements()))
		}
		return s.In.Say(verb("%s include %s", "%s do not include %s", not), s.operand(args[1]), s.valueOf(pathOf(args[1]), args[0]))
	}
	if words, ok := texts[fn]; ok && c.IsMemberFunction() && len(args) == 1 {
		return s.In.Say(verb(words[0], words[1], not), s.operand(c.Target()), s.quoted(args[0]))
	}
	if _, ok := comparisons[fn]; ok {
		return s.compare(fn, args[0], args[1], not)
	}
	return ""
}

// compare says a comparison, with the constant on the right.
func (s speaker) compare(fn string, a, b ast.Expr, not bool) string {
	if a.Kind() == ast.LiteralKind && b.Kind() != ast.LiteralKind {
		a, b, fn = b, a, turned[fn]
	}
	if since, ok := s.age(a); ok && ages[fn][0] != "" {
		// now - x > d reads best from x's side: it is more than d ago.
		return s.In.Say(verb(ages[fn][0], ages[fn][1], not), since, s.operand(b))
	}
	words := comparisons[fn]
	if s.time(a) || s.time(b) {
		return s.In.Say(verb(words[2], words[3], not), s.operand(a), s.valueOf(pathOf(a), b))
	}
	return s.In.Say(verb(words[0], words[1], not), s.operand(a), s.valueOf(pathOf(a), b))
}

// time reports whether a part is a time.
func (s speaker) time(e ast.Expr) bool {
	return s.checked.GetType(e.ID()).Kind() == types.TimestampKind
}

// age is the field x when e is now - x.
func (s speaker) age(e ast.Expr) (string, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Subtract {
		return "", false
	}
	args := e.AsCall().Args()
	if pathOf(args[0]) != "now" || pathOf(args[1]) == "" {
		return "", false
	}
	return s.operand(args[1]), true
}

// sayLoop says all and exists: "every tag: it starts with “x”".
func (s speaker) sayLoop(c ast.ComprehensionExpr, not bool) string {
	step, over := c.LoopStep(), pathOf(c.IterRange())
	if step.Kind() != ast.CallKind || over == "" || len(step.AsCall().Args()) != 2 {
		return ""
	}
	inner := s.say(step.AsCall().Args()[1], false)
	switch step.AsCall().FunctionName() {
	case operators.LogicalOr:
		return s.In.Say(verb("at least one of %s: %s", "none of %s: %s", not), s.operand(c.IterRange()), inner)
	case operators.LogicalAnd:
		return s.In.Say(verb("all of %s: %s", "not all of %s: %s", not), s.operand(c.IterRange()), inner)
	}
	return ""
}

// arithmetic is how operators between values are said.
//
//lang:texts
var arithmetic = map[string]string{
	operators.Add: "%s plus %s", operators.Subtract: "%s minus %s", operators.Multiply: "%s times %s",
	operators.Divide: "%s divided by %s", operators.Modulo: "%s modulo %s",
}

// operand says a value.
func (s speaker) operand(e ast.Expr) string {
	if path := pathOf(e); path != "" {
		root, rest, _ := strings.Cut(path, ".")
		if s.env.root.children[root] == nil { // a loop's variable
			if rest == "" {
				return s.In.Word("it")
			}
			return s.In.Say("its %s", s.In.Within(s.title(rest)))
		}
		return s.title(path)
	}
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := native(e.AsLiteral()); ok {
			return s.show(v)
		}
	case ast.ListKind:
		return s.choice("", e.AsList().Elements())
	case ast.CallKind:
		c := e.AsCall()
		switch fn := c.FunctionName(); {
		case fn == "size" && c.IsMemberFunction():
			return s.In.Say("number of %s", s.In.Within(s.operand(c.Target())))
		case fn == "size":
			return s.In.Say("number of %s", s.In.Within(s.operand(c.Args()[0])))
		case fn == "duration" && c.Args()[0].Kind() == ast.LiteralKind:
			if d, err := time.ParseDuration(literal(c.Args()[0])); err == nil {
				return lang.Span(d).Speak(s.In)
			}
		case fn == "timestamp" && c.Args()[0].Kind() == ast.LiteralKind:
			if t, err := time.Parse(time.RFC3339, literal(c.Args()[0])); err == nil {
				return s.show(t)
			}
		case arithmetic[fn] != "":
			return s.In.Say(arithmetic[fn], s.operand(c.Args()[0]), s.In.Within(s.operand(c.Args()[1])))
		}
	}
	return s.written(e)
}

// literal is the text that a function is given.
func literal(e ast.Expr) string {
	text, _ := e.AsLiteral().(types.String)
	return string(text)
}

// valueOf says what a field is compared with: a constant as the values of the field itself are said.
func (s speaker) valueOf(path string, e ast.Expr) string {
	if path != "" && e.Kind() == ast.LiteralKind {
		if v, ok := native(e.AsLiteral()); ok {
			return s.value(path, v)
		}
	}
	return s.operand(e)
}

// choice says a list of values to choose from: "low, normal or high".
func (s speaker) choice(path string, items []ast.Expr) string {
	out := make([]string, len(items))
	for i, x := range items {
		out[i] = s.valueOf(path, x)
	}
	switch n := len(out); n {
	case 0:
		return s.In.Word("nothing")
	case 1:
		return out[0]
	default:
		return s.In.Say("%s or %s", strings.Join(out[:n-1], ", "), out[n-1])
	}
}

// quoted says a value and quotes a text, so that its ends are seen.
func (s speaker) quoted(e ast.Expr) string {
	if e.Kind() == ast.LiteralKind {
		return "“" + s.operand(e) + "”"
	}
	return s.operand(e)
}

// written is the part as CEL.
func (p *Program) written(e ast.Expr) string {
	text, err := cel.ExprToString(e, p.checked.SourceInfo())
	if err != nil {
		return p.src
	}
	return text
}

func verb(yes, no string, not bool) string {
	if not {
		return no
	}
	return yes
}
