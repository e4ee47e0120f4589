package success

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rule"
)

// slot is a group of one currency.
type slot struct{ key, currency string }

// tally is what accounts of a report add up to.
type tally struct {
	groups, totals map[slot]*gathered
	called         map[string]*reported // an account of each group
}

func newTally() *tally {
	return &tally{map[slot]*gathered{}, map[slot]*gathered{}, map[string]*reported{}}
}

// of is a group of the tally, made when it is new.
func of(groups map[slot]*gathered, k slot) *gathered {
	if groups[k] == nil {
		groups[k] = &gathered{key: k.key, currency: k.currency}
	}
	return groups[k]
}

// walked adds accounts up one by one.
func (s *Service) walked(ctx context.Context, tx db.Tx, by act.Actor, p *reportPlan) (*tally, error) {
	t := newTally()
	return t, s.walk(ctx, tx, by, p, func(r *reported) {
		v, ok := p.amount(r)
		key, currency := p.groupOf(r), p.currencyOf(r)
		of(t.groups, slot{key, currency}).add(p, v, ok)
		of(t.totals, slot{"", currency}).add(p, v, ok)
		t.called[key] = r
	})
}

// accountSQL are fields of accounts as the database has them, by what conditions and reports call them.
type accountSQL struct {
	sql  string
	kind rule.Type
	real bool
	null bool
	key  func(a *Account, key string) // puts the value of a group into an account; nil where it does not group by values
}

// wholeSQL is an account's yearly value in whole units of its currency.
func wholeSQL() string {
	var b strings.Builder
	b.WriteString("CASE a.currency WHEN '' THEN NULL")
	for _, code := range slices.Sorted(maps.Keys(decimals)) {
		fmt.Fprintf(&b, " WHEN '%s' THEN CAST(a.revenue AS DOUBLE PRECISION) / %d", code, pow10(decimals[code]))
	}
	b.WriteString(" ELSE CAST(a.revenue AS DOUBLE PRECISION) / 100 END")
	return b.String()
}

func pow10(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}

// inSQL are the fields that the database knows, at a moment.
func inSQL(now time.Time) map[string]accountSQL {
	text := func(column string, put func(a *Account) *string) accountSQL {
		return accountSQL{sql: "NULLIF(a." + column + ", '')", kind: rule.Text, null: true, key: func(a *Account, key string) { *put(a) = key }}
	}
	id := func(column string, put func(a *Account) *int64) accountSQL {
		return accountSQL{sql: "CAST(a." + column + " AS TEXT)", kind: rule.Text, null: true, key: func(a *Account, key string) { *put(a), _ = strconv.ParseInt(key, 10, 64) }}
	}
	days := func(column string, null bool) accountSQL {
		return accountSQL{sql: fmt.Sprintf("(%d - %s) / %d", db.Micros(now), column, day24.Microseconds()), kind: rule.Int, null: null}
	}
	return map[string]accountSQL{
		"plan": text("plan", func(a *Account) *string { return &a.Plan }), "segment": text("segment", func(a *Account) *string { return &a.Segment }),
		"coverage": text("coverage", func(a *Account) *string { return &a.Coverage }), "stage": text("stage", func(a *Account) *string { return &a.Stage }),
		"currency": text("currency", func(a *Account) *string { return &a.Currency }), "band": text("band", func(a *Account) *string { return &a.Band }), "band_was": text("band_was", func(a *Account) *string { return &a.BandWas }),
		"csm": id("csm_id", func(a *Account) *int64 { return &a.CSMID }), "team": id("team_id", func(a *Account) *int64 { return &a.TeamID }), "parent": id("parent_id", func(a *Account) *int64 { return &a.ParentID }),
		"revenue": {sql: wholeSQL(), kind: rule.Number, real: true, null: true}, "score": {sql: "CAST(a.score AS DOUBLE PRECISION) / 100", kind: rule.Number, real: true, null: true},
		"age_days": days("COALESCE(a.since, a.created)", false), "contract_days": days("a.contract_start", true), "band_days": days("a.band_since", true),
		"renewal_days": {sql: fmt.Sprintf("(a.renewal - %d) / %d", db.Micros(day(now)), day24.Microseconds()), kind: rule.Int, null: true},
		"has_csm":      {sql: "(a.csm_id IS NOT NULL)", kind: rule.Bool}, "has_parent": {sql: "(a.parent_id IS NOT NULL)", kind: rule.Bool},
	}
}

// conditionSQL is a condition as the database tests it; ok is false for one that it cannot.
func conditionSQL(engine db.Engine, when *rule.Program, fields map[string]accountSQL, now time.Time) (f rule.Filter, ok bool) {
	f, err := when.Filter(rule.Source{Engine: engine, Known: rule.Vars{"now": now}, Column: func(path string) (rule.Column, error) {
		name := strings.TrimPrefix(path, "account.")
		if name == "revenue" {
			return rule.Column{Type: rule.Int, SQL: "a.revenue"}, nil
		}
		if name == "yearly_value" {
			name = "revenue"
		}
		of, there := fields[name]
		if !there || name == path {
			return rule.Column{}, fmt.Errorf("%s is not in the table of accounts", path)
		}
		return rule.Column{Type: of.kind, SQL: of.sql, Real: of.real, Null: of.null}, nil
	}})
	return f, err == nil
}

// summed lets the database add accounts up; nil when the report reads what the table of accounts does not have.
func (s *Service) summed(ctx context.Context, tx db.Tx, by act.Actor, p *reportPlan) (*tally, error) {
	now := s.clock().UTC()
	fields := inSQL(now)
	known := func(f *ReportField) bool { return f == nil || fields[f.Name].sql != "" }
	if !p.at.IsZero() || !known(p.by) || !known(p.value) || p.by != nil && len(p.Edges) == 0 && fields[p.by.Name].key == nil {
		return nil, nil
	}
	w, err := p.narrowed(by).scoped(by)
	if err != nil {
		return nil, err
	}
	if p.when != nil {
		f, ok := conditionSQL(tx.Engine(), p.when, fields, now)
		if !ok {
			return nil, nil
		}
		w.And("("+f.SQL+")", f.Args...)
	}
	key, value, currency := "''", "CAST(NULL AS DOUBLE PRECISION)", "''"
	if p.by != nil {
		key = p.keySQL(fields[p.by.Name].sql)
	}
	if p.value != nil {
		value = "CAST(" + fields[p.value.Name].sql + " AS DOUBLE PRECISION)"
		if p.value.Kind == "money" {
			currency, value = "a.currency", "CASE a.currency WHEN '' THEN NULL ELSE CAST(a.revenue AS DOUBLE PRECISION) END" // of one currency: made whole below
		}
	}
	each := `(SELECT ` + key + ` AS k, ` + currency + ` AS c, ` + value + ` AS v FROM account a WHERE ` + w.SQL() + `) AS g`
	t, whole := newTally(), func(code string) float64 { // what a value is divided by
		if currency == "''" {
			return 1
		}
		return float64(pow10(digitsOf(code)))
	}
	call := func(key string) {
		if p.by != nil && len(p.Edges) == 0 && key != noGroup && t.called[key] == nil {
			t.called[key] = &reported{}
			fields[p.by.Name].key(&t.called[key].Account, strings.TrimPrefix(key, "="))
		}
	}
	if p.Figure == "median" {
		rows, err := tx.Query(ctx, `SELECT g.k, g.c, g.v FROM `+each, w.Args()...)
		return t, eachOf(rows, err, func(r db.Scanner) error {
			var k slot
			var v sql.NullFloat64
			if err := r.Scan(&k.key, &k.currency, &v); err != nil {
				return err
			}
			v.Float64 /= whole(k.currency)
			of(t.groups, k).add(p, v.Float64, v.Valid)
			of(t.totals, slot{"", k.currency}).add(p, v.Float64, v.Valid)
			call(k.key)
			return nil
		})
	}
	rows, err := tx.Query(ctx, `SELECT g.k, g.c, count(*), count(g.v), COALESCE(sum(g.v), 0.0) FROM `+each+` GROUP BY g.k, g.c`, w.Args()...)
	return t, eachOf(rows, err, func(r db.Scanner) error {
		g := gathered{}
		if err := r.Scan(&g.key, &g.currency, &g.accounts, &g.known, &g.sum); err != nil {
			return err
		}
		g.sum /= whole(g.currency)
		call(g.key)
		t.groups[slot{g.key, g.currency}] = &g
		all := of(t.totals, slot{"", g.currency})
		all.accounts, all.known, all.sum = all.accounts+g.accounts, all.known+g.known, all.sum+g.sum
		return nil
	})
}

// keySQL is the key of the group that an account is in.
func (p *reportPlan) keySQL(field string) string {
	if len(p.Edges) == 0 {
		return "COALESCE('=' || " + field + ", '" + noGroup + "')"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CASE WHEN %s IS NULL THEN '%s'", field, noGroup)
	for n, edge := range p.Edges {
		fmt.Fprintf(&b, " WHEN %s < %s THEN '#%d'", field, strconv.FormatFloat(edge, 'f', -1, 64), n)
	}
	fmt.Fprintf(&b, " ELSE '#%d' END", len(p.Edges))
	return b.String()
}
