package insight

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// InForce is an indicator of the configuration.
type InForce struct {
	ID      int64
	Version int
	Name    string
	Title   string
	Spec    Indicator
	Rules   Rules
	Zone    *time.Location
}

// Service works indicators out.
type Service struct {
	db         *db.DB
	ledger     *ledger.Ledger
	indicators func() []InForce
	clock      func() time.Time
}

// New returns the service; indicators returns those in force now, clock may be nil.
func New(d *db.DB, l *ledger.Ledger, indicators func() []InForce, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	return &Service{db: d, ledger: l, indicators: indicators, clock: clock}
}

// Followers returns one follower for each indicator in force; ask again after the
// configuration changed.
func (s *Service) Followers() []ledger.Follower {
	var out []ledger.Follower
	for _, in := range s.indicators() {
		out = append(out, ledger.Follower{Name: fmt.Sprintf("insight.indicator.%d.%d", in.ID, in.Version), Verbs: []string{in.Spec.Verb},
			Begin:  func(ctx context.Context, tx db.Tx) error { return forget(ctx, tx, in.ID) },
			Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error { return s.count(ctx, tx, in, e) }})
	}
	return out
}

// forget drops what an older version of the indicator had counted.
func forget(ctx context.Context, tx db.Tx, id int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM indicator_fact WHERE indicator_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM indicator_day WHERE indicator_id = $1`, id)
	return err
}

// count takes one event into the facts and day totals. A later event about the same record
// replaces what the earlier one said.
func (s *Service) count(ctx context.Context, tx db.Tx, in InForce, e ledger.Event) error {
	var data map[string]any
	if err := e.Decode(&data); err != nil {
		return err
	}
	vars := map[string]any{"event": map[string]any{"verb": e.Verb, "data": data}}
	counts, good := true, false
	var err error
	if in.Rules.Counts != nil {
		if counts, err = in.Rules.Counts.Eval(vars); err != nil {
			return err
		}
	}
	if counts {
		if good, err = in.Rules.Good.Eval(vars); err != nil {
			return err
		}
	}
	f := fact{kind: e.Subject.Kind, record: e.Subject.ID, at: db.Micros(e.At), event: e.ID, counts: counts, good: good}
	if counts {
		f.day = e.At.In(in.Zone).Format(time.DateOnly)
	}
	tally(tx, in.ID).note(f)
	return nil
}

// Value is an indicator over its period, with what it is made of.
type Value struct {
	Indicator   InForce
	From, To    time.Time // [From, To)
	Numerator   int64
	Denominator int64
	Series      []Point // one a month, oldest first, ending with this month
}

// Point is the indicator over a part of time.
type Point struct {
	From, To    time.Time
	Numerator   int64
	Denominator int64
}

// months is how many points a series has.
const months = 12

// Values returns every indicator with its last twelve months. Whoever may read indicators may.
func (s *Service) Values(ctx context.Context, tx db.Tx, by act.Actor) ([]Value, error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, err
	}
	var out []Value
	for _, in := range s.indicators() {
		v, err := s.value(ctx, tx, in)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (in InForce) days() int {
	if in.Spec.Days == 0 {
		return 30
	}
	return in.Spec.Days
}

// period is the indicator's period that ends with today.
func (s *Service) period(in InForce) (from, to time.Time) {
	now := s.clock().In(in.Zone)
	to = time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, in.Zone)
	return to.AddDate(0, 0, -in.days()), to
}

func (s *Service) value(ctx context.Context, tx db.Tx, in InForce) (Value, error) {
	v := Value{Indicator: in}
	v.From, v.To = s.period(in)
	last := v.To.AddDate(0, 0, -1) // today
	start := time.Date(last.Year(), last.Month()-months+1, 1, 0, 0, 0, 0, in.Zone)
	for i := range months {
		v.Series = append(v.Series, Point{From: start.AddDate(0, i, 0), To: start.AddDate(0, i+1, 0)})
	}
	first := start
	if v.From.Before(first) {
		first = v.From
	}
	rows, err := tx.Query(ctx, `SELECT day, numerator, denominator FROM indicator_day WHERE indicator_id = $1 AND day >= $2 AND day < $3`,
		in.ID, first.Format(time.DateOnly), v.To.Format(time.DateOnly))
	if err != nil {
		return v, err
	}
	defer rows.Close()
	for rows.Next() {
		var day string
		var num, den int64
		if err := rows.Scan(&day, &num, &den); err != nil {
			return v, err
		}
		at, err := time.ParseInLocation(time.DateOnly, day, in.Zone)
		if err != nil {
			return v, err
		}
		if !at.Before(v.From) {
			v.Numerator += num
			v.Denominator += den
		}
		for i := range v.Series {
			if p := &v.Series[i]; !at.Before(p.From) && at.Before(p.To) {
				p.Numerator += num
				p.Denominator += den
			}
		}
	}
	return v, rows.Err()
}

// Fact is one record behind an indicator.
type Fact struct {
	RecordKind string
	RecordID   int64
	At         time.Time
	Good       bool
	EventID    int64
}

// Records lists the records of the period behind an indicator, newest first. part is
// numerator, denominator or misses. Whoever may read indicators may.
func (s *Service) Records(ctx context.Context, tx db.Tx, by act.Actor, name, part string, page db.Page) (facts []Fact, next string, err error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, "", err
	}
	var in *InForce
	for _, i := range s.indicators() {
		if i.Name == name {
			in = &i
			break
		}
	}
	if in == nil {
		return nil, "", fault.Missing("indicator", name)
	}
	from, to := s.period(*in)
	w := (&db.Where{}).And("indicator_id = ?", in.ID).And("at >= ?", db.Micros(from)).And("at < ?", db.Micros(to))
	switch part {
	case "", "denominator":
	case "numerator":
		w.And("counted = TRUE")
	case "misses":
		w.And("counted = FALSE")
	default:
		return nil, "", fault.Field("part", part, "numerator, denominator or misses", "An indicator has no part %q.", part)
	}
	at, id, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And("(at, record_id) < (?, ?)", at, id)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT record_kind, record_id, at, counted, event_id FROM indicator_fact WHERE `+w.SQL()+` ORDER BY at DESC, record_id DESC LIMIT `+w.Arg(n+1), w.Args()...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var f Fact
		var at int64
		if err := rows.Scan(&f.RecordKind, &f.RecordID, &at, &f.Good, &f.EventID); err != nil {
			return nil, "", err
		}
		f.At = db.Time(at)
		facts = append(facts, f)
	}
	if len(facts) > n {
		facts = facts[:n]
		next = db.Cursor(db.Micros(facts[n-1].At), facts[n-1].RecordID)
	}
	return facts, next, rows.Err()
}
