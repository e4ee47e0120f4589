package db

import (
	"database/sql"
	"fmt"
	"strings"
)

// PostgreSQL takes many rows as one list a column: a fraction of what as many parameters cost it, and
// the text is the same for any number of rows.
const (
	fewRows  = 8      // fewer rows travel as parameters
	perLists = 10_000 // rows of one statement
)

// listsOf turns rows into a list for each column and how unnest is called with them. ok is false when a
// column holds what lists are not known of, or nothing but NULL, which has no type.
func listsOf(args []any, width int) (lists []any, call string, ok bool) {
	var b strings.Builder
	for j := range width {
		list, kind := listOf(args, j, width)
		if list == nil {
			return nil, "", false
		}
		if j > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d::%s[]", j+1, kind)
		lists = append(lists, list)
	}
	return lists, b.String(), true
}

// listOf is the list of one column, by the first of its values that is not NULL.
func listOf(args []any, column, width int) (list any, kind string) {
	for i := column; i < len(args); i += width {
		switch args[i].(type) {
		case nil:
		case int, int64, sql.NullInt64:
			return columnOf(args, column, width, whole), "bigint"
		case string:
			return columnOf(args, column, width, is[string]), "text"
		case float64:
			return columnOf(args, column, width, is[float64]), "float8"
		case bool:
			return columnOf(args, column, width, is[bool]), "boolean"
		case []byte:
			return columnOf(args, column, width, is[[]byte]), "bytea"
		default:
			return nil, ""
		}
	}
	return nil, ""
}

// columnOf collects a column: its values, or where some are NULL pointers to them; nil when a value
// is of another type.
func columnOf[T any](args []any, column, width int, read func(v any) (value T, null, ok bool)) any {
	values, nulls := make([]T, len(args)/width), []int(nil)
	for k := range values {
		v, null, ok := read(args[column+k*width])
		if !ok {
			return nil
		}
		if values[k] = v; null {
			nulls = append(nulls, k)
		}
	}
	if len(nulls) == 0 {
		return values
	}
	some := make([]*T, len(values))
	for k := range some {
		some[k] = &values[k]
	}
	for _, k := range nulls {
		some[k] = nil
	}
	return some
}

// is reads a value that is of type T or NULL.
func is[T any](v any) (out T, null, ok bool) {
	if v == nil {
		return out, true, true
	}
	out, ok = v.(T)
	return out, false, ok
}

// whole reads whole numbers.
func whole(v any) (out int64, null, ok bool) {
	switch v := v.(type) {
	case nil:
		return 0, true, true
	case int:
		return int64(v), false, true
	case sql.NullInt64:
		return v.Int64, !v.Valid, true
	case int64:
		return v, false, true
	}
	return 0, false, false
}
