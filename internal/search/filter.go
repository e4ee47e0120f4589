package search

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Choice is a filter of a column that has one of a few values; several may be given,
// separated by commas. facet, which may be nil, is the facet of the records with a value, ""
// where they have none in common.
func Choice(name, doc, column string, facet func(value string) string, values ...string) Filter {
	return Filter{Name: name, Doc: doc, Values: values, Apply: func(_ context.Context, _ db.Tx, _ act.Actor, value string, w *db.Where) (Narrow, error) {
		var list []any
		var n Narrow
		known := facet != nil
		for _, v := range strings.Split(value, ",") {
			list = append(list, v)
			if known = known && facet(v) != ""; known {
				n.Facets = append(n.Facets, facet(v))
			}
		}
		if !known {
			n.Facets = nil
		}
		w.In(column, list)
		return n, nil
	}}
}

const pastForms = "a day such as 2026-01-31, or an age such as 7d (m, h, d or w), with <, >, <= or >= before it"

// Past is a filter of a column of moments that lie behind: created:>2026-01-31 (after that
// day, UTC), updated:<7d (less than seven days ago).
func Past(name, doc, column string) Filter {
	return Filter{Name: name, Doc: doc, Forms: pastForms, Complete: examples("<1d", "<7d", "<30d"),
		Apply: func(_ context.Context, _ db.Tx, by act.Actor, value string, w *db.Where) (Narrow, error) {
			op, day, age, err := moment(name, value, pastForms)
			if err != nil {
				return Narrow{}, err
			}
			if !day.IsZero() {
				days(w, column, op, day)
				return Narrow{}, nil
			}
			at := db.Micros(by.Now().Add(-age))
			if strings.HasPrefix(op, ">") {
				w.And(column+" < ?", at)
			} else {
				w.And(column+" >= ?", at)
			}
			return Narrow{}, nil
		}}
}

const aheadForms = "a time such as 2h (m, h, d or w), with < or > before it"

// Ahead is a filter of a column of moments to come: sla:<2h is due within two hours or late.
// predicate and facet hold for every record that has such a moment.
func Ahead(name, doc, column, predicate, facet string) Filter {
	return Filter{Name: name, Doc: doc, Forms: aheadForms, Complete: examples("<0m", "<2h", "<1d"),
		Apply: func(_ context.Context, _ db.Tx, by act.Actor, value string, w *db.Where) (Narrow, error) {
			op, day, ahead, err := moment(name, value, aheadForms)
			if err != nil {
				return Narrow{}, err
			}
			w.And(predicate)
			if !day.IsZero() {
				days(w, column, op, day)
				return Narrow{Facets: []string{facet}, Few: true}, nil
			}
			at := db.Micros(by.Now().Add(ahead))
			if strings.HasPrefix(op, ">") {
				w.And(column+" > ?", at)
			} else {
				w.And(column+" <= ?", at)
			}
			return Narrow{Facets: []string{facet}, Few: true}, nil
		}}
}

func days(w *db.Where, column, op string, day time.Time) {
	from, to := db.Micros(day), db.Micros(day.AddDate(0, 0, 1))
	switch op {
	case "<":
		w.And(column+" < ?", from)
	case "<=":
		w.And(column+" < ?", to)
	case ">":
		w.And(column+" >= ?", to)
	case ">=":
		w.And(column+" >= ?", from)
	default:
		w.And(column+" >= ?", from).And(column+" < ?", to)
	}
}

var momentText = regexp.MustCompile(`^(<=|>=|<|>|)(?:(\d{4}-\d{2}-\d{2})|(\d{1,5})([mhdw]))$`)

// moment reads what Past and Ahead take.
func moment(name, value, forms string) (op string, day time.Time, span time.Duration, err error) {
	bad := func() (string, time.Time, time.Duration, error) {
		return "", time.Time{}, 0, fault.Field("q", value, forms, "%s: takes no %q; it takes %s.", name, value, forms)
	}
	m := momentText.FindStringSubmatch(strings.ToLower(value))
	if m == nil {
		return bad()
	}
	if m[2] != "" {
		if day, err = time.Parse(time.DateOnly, m[2]); err != nil {
			return bad()
		}
		return m[1], day, 0, nil
	}
	n, _ := strconv.Atoi(m[3]) // digits
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[4]]
	return m[1], time.Time{}, time.Duration(n) * unit, nil
}

// examples completes a filter whose values are too many to list.
func examples(values ...string) func(context.Context, db.Tx, act.Actor, string) ([]Completion, error) {
	return func(_ context.Context, _ db.Tx, _ act.Actor, text string) (out []Completion, err error) {
		for _, v := range values {
			if strings.HasPrefix(v, text) {
				out = append(out, Completion{Text: v})
			}
		}
		return out, nil
	}
}
