package db

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Where collects predicates and their parameters: `w.And("status = ?", s)`. Every ? becomes
// the next $n; the text itself never comes from users.
type Where struct {
	parts []string
	args  []any
}

// And adds a predicate that must hold too. A ? stands for one parameter.
func (w *Where) And(pred string, args ...any) *Where {
	w.parts = append(w.parts, w.bind(pred, args))
	return w
}

// In adds `column IN (…)`; an empty list matches nothing.
func (w *Where) In(column string, values []any) *Where {
	if len(values) == 0 {
		w.parts = append(w.parts, "1 = 0")
		return w
	}
	return w.And(column+" IN ("+strings.TrimSuffix(strings.Repeat("?,", len(values)), ",")+")", values...)
}

// Among is In for ids: they travel as one value, so that the statement is the same text, planned
// once, for any number of them.
func (w *Where) Among(e Engine, column string, ids []int64) *Where {
	if len(ids) == 0 {
		return w.In(column, nil)
	}
	if e == Postgres {
		return w.And(column+" = ANY(?)", ids)
	}
	list := make([]byte, 0, 12*len(ids))
	for i, id := range ids {
		list = strconv.AppendInt(append(list, "[,"[min(i, 1)]), id, 10)
	}
	return w.And(column+" IN (SELECT value FROM json_each(?))", string(append(list, ']')))
}

// Any adds a group of which one must hold; an empty group matches nothing.
func (w *Where) Any(group func(or *Where)) *Where {
	sub := &Where{args: w.args}
	group(sub)
	w.args = sub.args
	if len(sub.parts) == 0 {
		w.parts = append(w.parts, "1 = 0")
		return w
	}
	w.parts = append(w.parts, "("+strings.Join(sub.parts, " OR ")+")")
	return w
}

// Not adds that a group of predicates does not hold; where one of them is unknown (NULL), it
// does not hold either.
func (w *Where) Not(group func(and *Where)) *Where {
	sub := &Where{args: w.args}
	group(sub)
	w.args = sub.args
	w.parts = append(w.parts, "NOT COALESCE(("+sub.SQL()+"), FALSE)")
	return w
}

// Arg binds a parameter outside the predicates (a LIMIT) and returns its $n.
func (w *Where) Arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

// SQL is the predicate after WHERE; "1 = 1" when there is none.
func (w *Where) SQL() string {
	if len(w.parts) == 0 {
		return "1 = 1"
	}
	return strings.Join(w.parts, " AND ")
}

// Args are the parameters in order.
func (w *Where) Args() []any { return w.args }

func (w *Where) bind(pred string, args []any) string {
	if n := strings.Count(pred, "?"); n != len(args) {
		panic(fmt.Sprintf("db: predicate %q has %d parameters, got %d", pred, n, len(args)))
	}
	var b strings.Builder
	for _, r := range pred {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(w.Arg(args[0]))
		args = args[1:]
	}
	return b.String()
}

// Copy returns the same predicates, to add to apart from w.
func (w *Where) Copy() *Where {
	return &Where{parts: slices.Clone(w.parts), args: slices.Clone(w.args)}
}

// WhereAfter begins another group of predicates in the same statement: its parameters are
// numbered on after those of w.
func WhereAfter(w *Where) *Where { return &Where{args: w.args} }
