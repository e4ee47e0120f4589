package rule

import (
	"fmt"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"steward/internal/db"
)

// Column says where a filter in the database finds the values of one field. Its texts are the
// program's own, never an author's.
type Column struct {
	Type    Type          // Bool, Int, Number, Text or an Enum, Time, Duration; of a list, that of its elements
	SQL     string        // the value: "t.priority"; a text column compares bytewise (COLLATE "C")
	Unit    time.Duration // what the number of a Time (since 1970) or Duration counts, a microsecond or longer; 0: microseconds
	Real    bool          // numbers are held as floating point, yes and no as 1 and 0
	Null    bool          // the value may be missing
	List    bool          // the field is a list: SQL is one of its elements
	Within  string        // a predicate about SQL is put for %s: "EXISTS (SELECT 1 FROM … WHERE … AND %s)"; "": it stands alone
	Index   string        // finds the ids of records by an index, a predicate put for %s: "SELECT ticket_id FROM … WHERE %s"
	Indexed bool          // an index that the engine finds by itself serves equality
}

// Source is what a filter runs over.
type Source struct {
	Engine db.Engine
	// Column returns where a field's values are; an error says in a sentence why it cannot be filtered by.
	Column func(path string) (Column, error)
	Known  Vars // what is the same for every record: now
}

// Driver finds, by an index, the ids of all records that can match. A ? stands for one of Args.
type Driver struct {
	SQL   string
	Holds string // the same as a predicate about one record, with the same Args
	Args  []any
}

// Filter is what a condition became in SQL.
type Filter struct {
	SQL     string // with a ? for each of Args
	Args    []any
	Drivers []Driver // one for each part that must hold and that an index finds
	Indexed bool     // a part that must hold is found by an index
}

// Limits of a filter in SQL, below those of the engines.
const (
	maxAtoms = 200
	maxArgs  = 500
)

// Filter translates a condition to SQL that holds for exactly the records for which Eval is true.
// The error is an *Error that says what cannot be translated, where and why.
func (p *Program) Filter(s Source) (Filter, error) {
	t := &translator{p: p, s: s}
	var out Filter
	var parts []predicate
	for _, e := range conjuncts(p.checked.Expr()) {
		t.driver, t.indexed = nil, false
		parts = append(parts, t.condition(e, true))
		if t.driver != nil {
			out.Drivers = append(out.Drivers, *t.driver)
		}
		out.Indexed = out.Indexed || t.indexed
	}
	all := join(parts, " AND ")
	if len(t.found) == 0 && (t.atoms > maxAtoms || len(all.args) > maxArgs) {
		return out, one(1, 1, "This condition is too long for the database: it has %d comparisons with %d values; %d and %d are the most.", t.atoms, len(all.args), maxAtoms, maxArgs)
	}
	if len(t.found) > 0 {
		return out, sorted(t.found)
	}
	out.SQL, out.Args = all.sql, all.args
	return out, nil
}

// predicate is a part of the filter, with a ? for each argument.
type predicate struct {
	sql  string
	args []any
}

var (
	always = predicate{sql: "1 = 1"}
	never  = predicate{sql: "1 = 0"}
)

// join puts predicates together; brackets keep them apart from what stands around them.
func join(parts []predicate, with string) predicate {
	if len(parts) == 1 {
		return parts[0]
	}
	var out predicate
	sql := make([]string, len(parts))
	for i, p := range parts {
		sql[i] = p.sql
		out.args = append(out.args, p.args...)
	}
	out.sql = "(" + strings.Join(sql, with) + ")"
	return out
}

type translator struct {
	p       *Program
	s       Source
	atoms   int
	found   []Problem
	driver  *Driver // of the conjunct at hand
	indexed bool
}

// refuse reports what cannot be translated.
func (t *translator) refuse(e ast.Expr, format string, args ...any) predicate {
	line, column := t.p.place(e)
	if pathOf(e) != "" {
		line, column = t.p.start(e)
	}
	t.found = append(t.found, Problem{Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
	return never
}

// condition translates a condition, or its opposite when it is not wanted. Every atom is true or
// not; only where an atom is negated must NULL be made false.
func (t *translator) condition(e ast.Expr, want bool) predicate {
	if v, ok := t.constant(e); ok {
		if (v == true) == want {
			return always
		}
		return never
	}
	if e.Kind() == ast.CallKind {
		c := e.AsCall()
		switch fn := c.FunctionName(); fn {
		case operators.LogicalNot:
			return t.part(c.Args()[0], !want)
		case operators.LogicalAnd, operators.LogicalOr:
			with := " OR "
			if (fn == operators.LogicalAnd) == want {
				with = " AND "
			}
			var parts []predicate
			for _, part := range operands(e, fn) {
				parts = append(parts, t.part(part, want))
			}
			return join(parts, with)
		case operators.Conditional:
			test, yes, no := c.Args()[0], c.Args()[1], c.Args()[2]
			return join([]predicate{
				join([]predicate{t.part(test, true), t.part(yes, want)}, " AND "),
				join([]predicate{t.part(test, false), t.part(no, want)}, " AND "),
			}, " OR ")
		}
	}
	t.atoms++
	p := t.atom(e)
	if !want {
		t.driver, t.indexed = nil, false
		p.sql = "NOT COALESCE((" + p.sql + "), FALSE)"
	}
	return p
}

// part translates a part of a condition: no index finds the whole by it.
func (t *translator) part(e ast.Expr, want bool) predicate {
	p := t.condition(e, want)
	t.driver, t.indexed = nil, false
	return p
}

// operands are the parts of a chain of one logical operator.
func operands(e ast.Expr, fn string) []ast.Expr {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != fn {
		return []ast.Expr{e}
	}
	var out []ast.Expr
	for _, arg := range e.AsCall().Args() {
		out = append(out, operands(arg, fn)...)
	}
	return out
}

// constant is the value of a part that reads nothing of the record. ok is false for other parts;
// the value is nil when it has none, such as 1 / 0.
func (t *translator) constant(e ast.Expr) (value any, ok bool) {
	for _, path := range t.p.reads(e) {
		root, _, _ := strings.Cut(path, ".")
		if _, known := t.s.Known[root]; !known {
			return nil, false
		}
	}
	var prog cel.Program
	var err error
	if prog, err = t.p.env.cel.PlanProgram(totalise(t.p.checked, e, false), cel.CostLimit(maxCost)); err != nil {
		return nil, true
	}
	v, err := run(prog, t.s.Known)
	if err != nil {
		return nil, true
	}
	value, _ = native(v)
	return value, true
}
