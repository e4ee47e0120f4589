package work

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Bucket is a part of the list by date.
type Bucket string

// The buckets, in order. A day and a week (from Monday) are those of the person's time zone.
const (
	Overdue Bucket = "overdue" // due before now
	Today   Bucket = "today"   // due later today
	Week    Bucket = "week"    // due after today and before the week ends
	Later   Bucket = "later"   // due after that
	NoDate  Bucket = "none"    // no date
)

// Buckets are all of them in order.
var Buckets = []Bucket{Overdue, Today, Week, Later, NoDate}

// Days are the edges between buckets.
type Days struct{ Now, Day, Week time.Time }

// DaysOf works the edges out for a moment in a zone.
func DaysOf(now time.Time, zone *time.Location) Days {
	l := now.In(zone)
	midnight := func(days int) time.Time { return time.Date(l.Year(), l.Month(), l.Day()+days, 0, 0, 0, 0, zone) }
	return Days{Now: now, Day: midnight(1), Week: midnight(7 - (int(l.Weekday())+6)%7)}
}

// span is the bucket as [from, to) of due in microseconds.
func (d Days) span(b Bucket) (from, to int64) {
	now, day, week := d.Now.UnixMicro(), d.Day.UnixMicro(), d.Week.UnixMicro()
	switch b {
	case Overdue:
		return 0, now
	case Today:
		return now, day
	case Week:
		return day, week
	case Later:
		return week, never
	default:
		return never, never + 1
	}
}

// Of is the bucket of a due time.
func (d Days) Of(i Item) Bucket {
	for _, b := range Buckets {
		if from, to := d.span(b); i.due() >= from && i.due() < to {
			return b
		}
	}
	return Later
}

// Filter narrows a list; zero values do not narrow.
type Filter struct {
	Due     Bucket // "": all
	Source  string
	Snoozed bool // what is put away instead of what is open
}

// maxTeams bounds how many teams one person's list is put together from.
const maxTeams = 50

// arms are the parts of a person's list, each of which an index gives in order: their own
// items, and those of each of their teams that nobody has taken.
func arms(by act.Actor, f Filter) []func(w *db.Where) {
	own := func(w *db.Where) { w.And("w.state = 'open' AND w.person_id = ?", by.PersonID) }
	if f.Snoozed {
		own = func(w *db.Where) { w.And("w.state = 'snoozed' AND w.person_id = ?", by.PersonID) }
	}
	out := []func(w *db.Where){own}
	if f.Snoozed {
		return out
	}
	for _, id := range by.TeamIDs[:min(len(by.TeamIDs), maxTeams)] {
		out = append(out, func(w *db.Where) { w.And("w.state = 'open' AND w.person_id IS NULL AND w.team_id = ?", id) })
	}
	return out
}

// List returns a page of the actor's list, the earliest due first and what has no date last:
// their own items and those of their teams that nobody has. Everybody may read their own list.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, f Filter, days Days, page db.Page) (items []Item, next string, err error) {
	if f.Due != "" && !slices.Contains(Buckets, f.Due) {
		return nil, "", fault.Field("due", f.Due, "overdue, today, week, later, none or all", "There is no part %q of the list.", f.Due)
	}
	if _, ok := s.sources[f.Source]; f.Source != "" && !ok {
		return nil, "", fault.Field("kind", f.Source, "the kind of an item, such as ticket", "There are no items of kind %q.", f.Source)
	}
	after, afterID, more, err := page.After()
	if err != nil {
		return nil, "", err
	}
	n := page.Size()
	w := &db.Where{}
	var queries []string
	for i, arm := range arms(by, f) {
		one := db.WhereAfter(w)
		arm(one)
		if f.Due != "" {
			from, to := days.span(f.Due)
			one.And("w.due >= ?", from).And("w.due < ?", to)
		}
		if f.Source != "" {
			one.And("w.source = ?", f.Source)
		}
		if more {
			one.And("(w.due, w.id) > (?, ?)", after, afterID)
		}
		queries = append(queries, fmt.Sprintf(`SELECT * FROM (SELECT * FROM work_item w WHERE %s ORDER BY w.due, w.id LIMIT %s) AS a%d`, one.SQL(), one.Arg(n+1), i))
		w = db.WhereAfter(one)
	}
	rows, err := tx.Query(ctx, `SELECT `+itemFields+` FROM (`+strings.Join(queries, ` UNION ALL `)+`) AS w ORDER BY w.due, w.id LIMIT `+w.Arg(n+1), w.Args()...)
	if items, err = db.Collect(rows, err, scanItem); err != nil {
		return nil, "", err
	}
	if len(items) > n {
		items = items[:n]
		next = db.Cursor(items[n-1].due(), items[n-1].ID)
	}
	return items, next, nil
}

// Counts are how much is on a list.
type Counts struct {
	Due       map[Bucket]db.Count
	Snoozed   db.Count
	DoneToday db.Count
}

// Counts counts the actor's list by bucket, each up to the cap, in one statement. Everybody
// may count their own list.
func (s *Service) Counts(ctx context.Context, tx db.Tx, by act.Actor, days Days) (Counts, error) {
	w := &db.Where{}
	var columns []string
	count := func(parts []string) {
		columns = append(columns, `(SELECT count(*) FROM (`+strings.Join(parts, ` UNION ALL `)+`) AS parts)`)
	}
	part := func(fill func(one *db.Where)) string {
		one := db.WhereAfter(w)
		fill(one)
		sql := fmt.Sprintf(`SELECT 1 FROM (SELECT 1 FROM work_item w WHERE %s LIMIT %s) AS a`, one.SQL(), one.Arg(db.Cap+1))
		w = db.WhereAfter(one)
		return sql
	}
	for _, b := range Buckets {
		from, to := days.span(b)
		var parts []string
		for _, arm := range arms(by, Filter{}) {
			parts = append(parts, part(func(one *db.Where) { arm(one); one.And("w.due >= ?", from).And("w.due < ?", to) }))
		}
		count(parts)
	}
	for _, arm := range arms(by, Filter{Snoozed: true}) {
		count([]string{part(arm)})
	}
	day := days.Day.AddDate(0, 0, -1).UnixMicro()
	count([]string{part(func(one *db.Where) {
		one.And("w.state = 'done'").And("w.ended >= ?", day).And("w.person_id = ?", by.PersonID)
	})})
	n := make([]int64, len(columns))
	into := make([]any, len(n))
	for i := range n {
		into[i] = &n[i]
	}
	if err := tx.QueryRow(ctx, `SELECT `+strings.Join(columns, `, `), w.Args()...).Scan(into...); err != nil {
		return Counts{}, err
	}
	out := Counts{Due: map[Bucket]db.Count{}, Snoozed: db.Capped(n[len(Buckets)]), DoneToday: db.Capped(n[len(Buckets)+1])}
	for i, b := range Buckets {
		out.Due[b] = db.Capped(n[i])
	}
	return out, nil
}
