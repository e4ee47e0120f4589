package rule

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"steward/internal/suggest"
)

// functions are the functions and macros an author may call, for suggestions.
var functions = []string{
	"has", "all", "exists", "exists_one", "filter", "map",
	"size", "contains", "startsWith", "endsWith", "matches",
	"duration", "timestamp", "int", "double", "string", "bool",
	"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds",
}

// What the parser and the type checker say, to be said in our words.
var (
	undefinedField = regexp.MustCompile(`^undefined field '(.+)'`)
	undeclared     = regexp.MustCompile(`^undeclared reference to '([^']+)'`)
	noOverload     = regexp.MustCompile(`^found no matching overload for '(.+)' applied to '(.+)'$`)
	invalid        = regexp.MustCompile(`^invalid (duration|timestamp|matches) argument`)
	syntax         = regexp.MustCompile(`^Syntax error: (.*)`)
)

// noNull is said wherever an author writes null.
const noNull = "There is no null. Use has(…) to ask whether a value is there."

// literals says how the texts that functions read look.
var literals = map[string]string{
	"duration":  ` Write hours, minutes and seconds, such as "36h" or "1h30m".`,
	"timestamp": ` Write an RFC 3339 time, such as "2026-03-09T08:30:00Z".`,
	"matches":   ` It is no regular expression (RE2).`,
}

// problems turns the compiler's issues into ours. parsed is nil when the text could not be parsed.
func (e *Env) problems(src string, parsed *ast.AST, issues *cel.Issues) *Error {
	var out []Problem
	for _, issue := range issues.Errors() {
		p := Problem{Line: max(issue.Location.Line(), 1), Column: issue.Location.Column() + 1}
		if m := undefinedField.FindStringSubmatch(issue.Message); m != nil {
			e.unknownField(&p, parsed, issue.ExprID, m[1])
		} else if m := undeclared.FindStringSubmatch(issue.Message); m != nil {
			e.unknownName(&p, src, m[1])
		} else if m := noOverload.FindStringSubmatch(issue.Message); m != nil {
			p.Message = mismatch(m[1], m[2])
			if strings.Contains(m[2], "null") {
				p.Message, p.Suggestion = noNull, "has(…)"
			}
		} else if m := syntax.FindStringSubmatch(issue.Message); m != nil {
			unreadable(&p, src, m[1])
		} else if m := invalid.FindStringSubmatch(issue.Message); m != nil {
			p.Message = fmt.Sprintf("%s(…) cannot read this text.%s", m[1], literals[m[1]])
		} else {
			p.Message = sentence(issue.Message)
		}
		out = append(out, p)
	}
	return sorted(out)
}

// unknownField explains a field that an object does not have.
func (e *Env) unknownField(p *Problem, parsed *ast.AST, id int64, field string) {
	known, owner := []string(nil), ""
	ast.PreOrderVisit(parsed.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.ID() == id && x.Kind() == ast.SelectKind {
			owner = pathOf(x.AsSelect().Operand())
		}
	}))
	if n := e.root.find(owner); owner != "" && n != nil {
		known = n.names
	}
	p.Column++ // the compiler points at the dot
	p.Suggestion = suggest.Nearest(field, known)
	p.Message = fmt.Sprintf("%s has no field %q.%s", or(owner, "This"), field, suggest.DidYouMean(field, known))
	if p.Suggestion == "" && len(known) > 0 {
		p.Message += " It has " + strings.Join(known, ", ") + "."
	}
}

// unknownName explains a name that is neither a field nor a function.
func (e *Env) unknownName(p *Problem, src, name string) {
	known, what := e.root.names, "nothing"
	if strings.HasPrefix(from(src, p.Line, p.Column), "(") || strings.HasPrefix(from(src, p.Line, p.Column), name+"(") {
		known, what = functions, "no function"
	}
	p.Suggestion = suggest.Nearest(name, known)
	p.Message = fmt.Sprintf("There is %s called %q.%s", what, name, suggest.DidYouMean(name, known))
	if p.Suggestion != "" {
		return
	}
	if what == "nothing" {
		p.Message += fmt.Sprintf(" Expressions here read %s; texts stand in quotes.", strings.Join(known, ", "))
	}
}

// mismatch explains an operator or function applied to types it does not take.
func mismatch(fn, args string) string {
	name := strings.Trim(fn, "_")
	if strings.HasPrefix(fn, "@") {
		name = strings.Trim(fn, "@")
	}
	types := strings.NewReplacer("string", "text", "double", "number", "int", "whole number", "bool", "yes or no",
		"timestamp", "time", "google.protobuf.Timestamp", "time", "google.protobuf.Duration", "duration",
		"list(string)", "list of texts").Replace(strings.Trim(args, "()"))
	msg := fmt.Sprintf("%q does not work with %s.", name, strings.Join(strings.Split(types, ", "), " and "))
	switch {
	case strings.Contains(args, "double") && strings.Contains(args, "int") && (name == "==" || name == "!="):
		msg += " Write the number with a decimal point, such as 80.0."
	case strings.Contains(args, "string") && strings.Contains(args, "int"):
		msg += " Write a text in quotes and a number without."
	case strings.Contains(args, "Duration") && strings.Contains(args, "int"):
		msg += ` Write a duration, such as duration("4h").`
	}
	return msg
}

// unreadable explains a syntax error.
func unreadable(p *Problem, src, detail string) {
	rest := from(src, p.Line, p.Column)
	switch word := strings.ToLower(firstWord(rest)); {
	case word == "and":
		p.Suggestion = "&&"
	case word == "or":
		p.Suggestion = "||"
	case word == "not":
		p.Suggestion = "!"
	case strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "=="):
		p.Suggestion = "=="
	case rest == "":
		p.Message = "The expression ends too early."
		return
	}
	detail, _, _ = strings.Cut(detail, " expecting ")
	p.Message = "This cannot be read: " + detail + "."
	if p.Suggestion != "" {
		p.Message = fmt.Sprintf("This cannot be read. Write %s instead of %s.", p.Suggestion, or(firstWord(rest), "="))
	}
}

// from is the text beginning at a place.
func from(src string, line, column int) string {
	lines := strings.Split(src, "\n")
	if line > len(lines) {
		return ""
	}
	runes := []rune(lines[line-1])
	return strings.Join(append([]string{string(runes[min(column-1, len(runes)):])}, lines[line:]...), "\n")
}

func firstWord(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') })
	if end < 0 {
		return s
	}
	return s[:end]
}

func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return "This does not work."
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
