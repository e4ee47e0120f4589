package rule

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"steward/internal/db"
)

// operatorsInSQL are the comparisons in SQL, with what they become when the sides change places.
var operatorsInSQL = map[string]struct{ sql, flipped string }{
	operators.Equals: {"=", operators.Equals}, operators.NotEquals: {"<>", operators.NotEquals},
	operators.Less: {"<", operators.Greater}, operators.LessEquals: {"<=", operators.GreaterEquals},
	operators.Greater: {">", operators.Less}, operators.GreaterEquals: {">=", operators.LessEquals},
}

// flat is said when an atom is no comparison of one field with a value.
const flat = "This cannot run in the database: a filter compares one field with a value, such as ticket.priority == \"high\"."

// atom translates a comparison, a test, or a yes/no field.
func (t *translator) atom(e ast.Expr) predicate {
	switch e.Kind() {
	case ast.SelectKind, ast.IdentKind:
		path := pathOf(e)
		if path == "" {
			return t.refuse(e, flat)
		}
		c, ok := t.column(e, path)
		if !ok {
			return never
		}
		if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
			return c.present()
		}
		return t.compare(e, c, operators.Equals, true)
	case ast.ComprehensionKind:
		return t.refuse(e, "Loops (all, exists, filter, map) cannot run in the database. Use in: \"vip\" in ticket.tags.")
	case ast.CallKind:
		return t.call(e)
	}
	return t.refuse(e, flat)
}

func (t *translator) call(e ast.Expr) predicate {
	c := e.AsCall()
	fn := c.FunctionName()
	if path := pathOf(e); path != "" { // x["y"]
		if col, ok := t.column(e, path); ok {
			return t.compare(e, col, operators.Equals, true)
		}
		return never
	}
	if c.IsMemberFunction() {
		return t.text(e, c)
	}
	if fn != operators.In && operatorsInSQL[fn].sql == "" {
		return t.refuse(e, "%s(…) cannot run in the database. %s", strings.Trim(fn, "_"), flat)
	}
	left, right := c.Args()[0], c.Args()[1]
	if v, ok := t.constant(left); ok && fn != operators.In {
		return t.with(right, v, operatorsInSQL[fn].flipped)
	} else if ok {
		return t.contains(right, v)
	}
	if v, ok := t.constant(right); ok {
		return t.with(left, v, fn)
	}
	if pathOf(left) != "" && pathOf(right) != "" {
		return t.refuse(e, "A filter in the database compares a field with a value, not with another field.")
	}
	return t.refuse(e, flat)
}

// column finds the column of a path, or reports why there is none.
func (t *translator) column(e ast.Expr, path string) (Column, bool) {
	c, err := t.s.Column(path)
	if err != nil {
		t.refuse(e, "%s", err)
	}
	return c, err == nil
}

// with translates the comparison of a field with a value.
func (t *translator) with(field ast.Expr, v any, fn string) predicate {
	path := pathOf(field)
	if path == "" {
		if field.Kind() == ast.CallKind && (field.AsCall().FunctionName() == operators.Subtract || field.AsCall().FunctionName() == operators.Add) {
			return t.refuse(field, "The database does not calculate with fields. Put the field alone on one side, such as ticket.created < now - duration(\"4h\").")
		}
		return t.refuse(field, flat)
	}
	c, ok := t.column(field, path)
	if !ok {
		return never
	}
	if c.List {
		return t.refuse(field, "%s is a list. Ask what is in it: \"…\" in %s.", path, path)
	}
	if fn != operators.In {
		return t.compare(field, c, fn, v)
	}
	list, ok := v.([]any)
	if !ok {
		return never // no list: the atom has no value
	}
	var sql []string
	var args []any
	for _, v := range list {
		arg, ok := t.equal(field, c, v)
		if ok {
			sql, args = append(sql, "?"), append(args, arg)
		}
	}
	if len(args) == 0 {
		return never
	}
	return t.served(c, predicate{c.SQL + " IN (" + strings.Join(sql, ", ") + ")", args})
}

// contains translates the question whether a value is in a list of the record.
func (t *translator) contains(field ast.Expr, v any) predicate {
	path := pathOf(field)
	if path == "" {
		return t.refuse(field, flat)
	}
	c, ok := t.column(field, path)
	if !ok {
		return never
	}
	arg, ok := t.equal(field, c, v)
	if !c.List || !ok {
		return never // what is no list holds nothing
	}
	return t.served(c, predicate{c.SQL + " = ?", []any{arg}})
}

// served completes a predicate that an index may serve.
func (t *translator) served(c Column, p predicate) predicate {
	if c.Index != "" {
		t.driver = &Driver{SQL: strings.Replace(c.Index, "%s", p.sql, 1), Holds: c.within(p).sql, Args: p.args}
	}
	t.indexed = c.Indexed || c.Index != ""
	return c.within(p)
}

func (c Column) within(p predicate) predicate {
	if c.Within != "" {
		p.sql = strings.Replace(c.Within, "%s", p.sql, 1)
	}
	return p
}

// present is whether the field has a value.
func (c Column) present() predicate {
	switch {
	case !c.Null:
		return always
	case c.Within != "":
		return c.within(always)
	default:
		return predicate{sql: c.SQL + " IS NOT NULL"}
	}
}

// equal is the argument that equals v in the column; ok is false when no value can.
func (t *translator) equal(at ast.Expr, c Column, v any) (any, bool) {
	arg, exact, ok := t.argument(at, c, v)
	return arg, ok && exact
}

// compare translates one comparison with a value. A value of another type than the field's makes it false.
func (t *translator) compare(at ast.Expr, c Column, fn string, v any) predicate {
	arg, exact, ok := t.argument(at, c, v)
	if !ok || c.List {
		return never
	}
	op := operatorsInSQL[fn].sql
	if c.Type.cel == cel.BoolType && op != "=" && op != "<>" {
		return t.refuse(at, "Yes and no have no order. Compare with == or !=.")
	}
	if !exact { // arg is the whole number below; the field holds whole numbers only
		switch fn {
		case operators.Equals:
			return never
		case operators.NotEquals:
			return c.within(predicate{sql: c.SQL + " IS NOT NULL"})
		case operators.Less:
			op = "<="
		case operators.GreaterEquals:
			op = ">"
		}
	}
	p := predicate{c.SQL + " " + op + " ?", []any{arg}}
	if op == "<>" {
		return c.within(p)
	}
	return t.served(c, p)
}

// argument is a value as the column holds it. ok is false when it is of another type; exact is
// false when the column cannot hold it and arg is the largest value below.
func (t *translator) argument(at ast.Expr, c Column, v any) (arg any, exact, ok bool) {
	switch v := v.(type) {
	case string:
		if strings.IndexByte(v, 0) >= 0 || !utf8.ValidString(v) {
			t.refuse(at, "The text it is compared with holds a NUL character, which no stored text can.")
		}
		return v, true, c.Type.cel == cel.StringType
	case bool:
		if c.Real {
			return map[bool]float64{true: 1}[v], true, c.Type.cel == cel.BoolType
		}
		return v, true, c.Type.cel == cel.BoolType
	case int64:
		if c.Type.cel == cel.DoubleType {
			return float64(v), true, true
		}
		return c.whole(v), true, c.Type.cel == cel.IntType
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.refuse(at, "It is compared with %v, which is no number that a field can hold.", v)
			return nil, false, false
		}
		if c.Type.cel == cel.DoubleType {
			return v, true, true
		}
		low := math.Floor(math.Max(-1<<62, math.Min(1<<62, v)))
		return c.whole(int64(low)), low == v, c.Type.cel == cel.IntType
	case time.Time:
		low, exact := c.units(v.UnixMicro(), v.Nanosecond()%1000 == 0)
		return c.whole(low), exact, c.Type.cel == cel.TimestampType
	case time.Duration:
		micros := int64(v / time.Microsecond)
		if v%time.Microsecond < 0 {
			micros--
		}
		low, exact := c.units(micros, v%time.Microsecond == 0)
		return c.whole(low), exact, c.Type.cel == cel.DurationType
	}
	return nil, false, false
}

// units counts microseconds in the column's unit, downwards.
func (c Column) units(micros int64, exact bool) (int64, bool) {
	unit := max(int64(c.Unit/time.Microsecond), 1)
	low := micros / unit
	if micros%unit < 0 {
		low--
	}
	return low, exact && low*unit == micros
}

func (c Column) whole(n int64) any {
	if c.Real {
		return float64(n)
	}
	return n
}

// text translates startsWith, endsWith and contains.
func (t *translator) text(e ast.Expr, call ast.CallExpr) predicate {
	fn, path := call.FunctionName(), pathOf(call.Target())
	switch fn {
	case "startsWith", "endsWith", "contains":
	case "matches":
		return t.refuse(e, "Regular expressions cannot run in the database. Use startsWith, endsWith or contains.")
	default:
		return t.refuse(e, "%s(…) cannot run in the database. %s", fn, flat)
	}
	v, constant := t.constant(call.Args()[0])
	if path == "" || !constant {
		return t.refuse(e, "A filter in the database asks whether one field %s a given text.", fn)
	}
	c, ok := t.column(call.Target(), path)
	if !ok {
		return never
	}
	arg, _, ok := t.argument(e, c, v)
	word, _ := v.(string)
	if !ok || c.List || c.Type.cel != cel.StringType {
		return never
	}
	switch fn {
	case "startsWith":
		p := predicate{c.SQL + " >= ?", []any{arg}}
		if end, bounded := after(word); bounded {
			p = predicate{fmt.Sprintf("(%s >= ? AND %s < ?)", c.SQL, c.SQL), []any{arg, end}}
		}
		return t.served(c, p)
	case "endsWith":
		n := utf8.RuneCountInString(word)
		return c.within(predicate{fmt.Sprintf("(length(%s) >= %d AND substr(%s, length(%s) + 1 - %d) = ?)", c.SQL, n, c.SQL, c.SQL, n), []any{arg}})
	default:
		find := "instr"
		if t.s.Engine == db.Postgres {
			find = "strpos"
		}
		return c.within(predicate{fmt.Sprintf("%s(%s, ?) > 0", find, c.SQL), []any{arg}})
	}
}

// after is the first text behind all that begin with prefix, bytewise; ok is false when there is none.
func after(prefix string) (string, bool) {
	runes := []rune(prefix)
	for len(runes) > 0 {
		last := &runes[len(runes)-1]
		if *last < utf8.MaxRune {
			if *last++; *last == 0xD800 {
				*last = 0xE000 // surrogates are no characters
			}
			return string(runes), true
		}
		runes = runes[:len(runes)-1]
	}
	return "", false
}
