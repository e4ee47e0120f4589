package db

import "strings"

// Test is one condition over a column: how surfaces with a query language say what they look for. Column
// is SQL of ours, values come from callers.
type Test struct {
	Column string
	Op     string // =, <, <=, >, >=, like (with % and _ escaped by \), none (is NULL); "": the predicate Column with Values
	Values []any  // of =: one of them; of the others: exactly one
	Not    bool
}

// Add adds the condition to w. What is unknown (NULL) does not match, and matches the negation.
func (t Test) Add(w *Where) {
	one := func(w *Where) {
		switch t.Op {
		case "":
			w.And(t.Column, t.Values...)
		case "none":
			w.And(t.Column + " IS NULL")
		case "=":
			w.In(t.Column, t.Values)
		case "like":
			w.And("lower("+t.Column+`) LIKE ? ESCAPE '\'`, t.Values[0])
		default:
			w.And(t.Column+" "+t.Op+" ?", t.Values[0])
		}
	}
	if t.Not {
		w.Not(one)
		return
	}
	one(w)
}

// Like is a text with * for any characters as LIKE takes it, with \ as the escape.
func Like(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).Replace(strings.ToLower(text))
}
