package db

import (
	"fmt"
	"slices"
)

// Window is part of a list in the order of its ids, for surfaces whose callers walk in both
// directions or by number of page: at most Limit rows after After or before Before, or Skip rows in.
// Skip costs the engine a step a row; whoever takes it from outside bounds it.
type Window struct {
	After, Before int64 // ids; 0 for none
	Skip, Limit   int
	Down          bool // the list goes from the largest id to the smallest
}

// Clause adds the window's bounds to w and returns what follows the predicates: ORDER BY, LIMIT and
// OFFSET. One row more than Limit is read, to know whether there are others: see Windowed.
func (n Window) Clause(w *Where, id string) string {
	order, up := "", (n.Before != 0) == n.Down // the direction in which rows are read
	if !up {
		order = " DESC"
	}
	switch than := map[bool]string{true: " > ?", false: " < ?"}[up]; {
	case n.Before != 0:
		w.And(id+than, n.Before)
	case n.After != 0:
		w.And(id+than, n.After)
	}
	return fmt.Sprintf(" ORDER BY %s%s LIMIT %s OFFSET %s", id, order, w.Arg(n.Limit+1), w.Arg(n.Skip))
}

// Windowed is the rows that a statement with Clause found in its order, and whether there are
// more beyond, in the direction of the window.
func Windowed[T any](n Window, rows []T) (list []T, more bool) {
	if len(rows) > n.Limit {
		rows, more = rows[:n.Limit], true
	}
	if n.Before != 0 {
		slices.Reverse(rows)
	}
	return rows, more
}
