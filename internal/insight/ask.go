package insight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/bizcal"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// Ask is a question about one indicator.
type Ask struct {
	Name     string
	From, To time.Time // [From, To); zero: the indicator's own period that ends with the day of AsOf
	Every    string    // hour, day, week, month, quarter or year; "": as fits the period
	Group    string    // a dimension, "" for none
	Key      *string   // of Group: only that group's records
	Filter   string    // a condition over the dimensions, "" for none
	Zone     string    // whose midnight begins a day, "" for the indicator's
	AsOf     time.Time // the moment it is asked as of; zero: now
	Known    time.Time // what had been recorded by then; zero: everything
	Compare  string    // previous, year or "": the period compared with
}

// question is an Ask that was understood.
type question struct {
	ask     Ask
	in      *InForce
	plan    plan
	streams map[int]*stream // by part; none while nothing is worked out yet
	zone    *time.Location
	now     time.Time
	from    time.Time
	to      time.Time
	group   int   // index of a dimension, -1 for none
	uses    []int // dimensions that the filter reads
	filter  *rule.Program
	reach   auth.Reach
	by      act.Actor
	people  bool // figures of single people may be seen
	cover   *cover

	building *Progress
}

// find returns an indicator in force by its name.
func (s *Service) find(name string) (*InForce, error) {
	var names []string
	for _, in := range s.Indicators() {
		if in.Name == name {
			return in, nil
		}
		names = append(names, in.Name)
	}
	return nil, fault.New(fault.NotFound, "There is no indicator %q.%s", name, suggest.DidYouMean(name, names))
}

// understand checks a question. Whoever may read indicators may ask, within their scope.
func (s *Service) understand(ctx context.Context, tx db.Tx, by act.Actor, a Ask) (*question, error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, err
	}
	in, err := s.find(a.Name)
	if err != nil {
		return nil, err
	}
	q := &question{ask: a, in: in, plan: in.plan, group: -1, by: by, now: a.AsOf, reach: auth.Scope(by, "read", "indicator"), people: auth.Scope(by, "read", "figure").All()}
	if q.now.IsZero() {
		q.now = s.Clock()
	}
	if err := s.worked(ctx, tx, q); err != nil {
		return nil, err
	}
	zone := cmp.Or(a.Zone, q.plan.Zone)
	if q.zone, err = bizcal.LoadZone(zone); err != nil {
		return nil, fault.Field("zone", a.Zone, "a time zone such as Europe/Amsterdam", "There is no time zone %q.", a.Zone)
	}
	if err := q.period(); err != nil {
		return nil, err
	}
	if a.Group != "" {
		if q.group, err = q.dimension(a.Group); err != nil {
			return nil, err
		}
	}
	return q, q.readFilter()
}

// worked finds the newest streams of the indicator that are finished, and how far the next are.
func (s *Service) worked(ctx context.Context, tx db.Tx, q *question) error {
	all, err := streams(ctx, tx, (&db.Where{}).And("indicator_id = ?", q.in.ID))
	if err != nil {
		return err
	}
	runs := map[int64][]*stream{}
	for _, st := range all {
		runs[st.run] = append(runs[st.run], st)
	}
	need := 0
	for _, p := range q.in.plan.Parts {
		if p.Stream {
			need++
		}
	}
	var best, newest int64
	for run, list := range runs {
		done := !slices.ContainsFunc(list, func(st *stream) bool { return st.finished == 0 })
		newest = max(newest, run)
		if done && (list[0].mark != q.in.mark || len(list) == need) {
			best = max(best, run)
		}
	}
	if best < newest || newest == 0 && need > 0 {
		q.building = &Progress{}
		for _, st := range runs[newest] {
			if st.finished == 0 {
				q.building.Done += st.doneTo
				last, err := s.last(ctx, tx, st)
				if err != nil {
					return err
				}
				q.building.Total += last
			}
		}
	}
	q.streams = map[int]*stream{}
	for _, st := range runs[best] {
		q.streams[st.part] = st
		if st.mark != q.in.mark {
			q.plan = st.plan
			q.plan.Smallest = q.in.plan.Smallest // older plans have none
		}
	}
	return nil
}

// last is the largest id that a stream will have been built to.
func (s *Service) last(ctx context.Context, tx db.Tx, st *stream) (int64, error) {
	var name string
	if err := tx.QueryRow(ctx, `SELECT name FROM insight_source WHERE id = $1`, st.source).Scan(&name); err != nil {
		return 0, err
	}
	kinds := []string{name}
	if strings.HasPrefix(name, "event.") {
		var err error
		if kinds, err = s.Ledger.Subjects(ctx, tx); err != nil {
			return 0, err
		}
	}
	var most int64
	for _, kind := range kinds {
		id, err := s.Ledger.Last(ctx, tx, kind)
		if err != nil {
			return 0, err
		}
		most = max(most, id)
	}
	return most, nil
}

// dimension is the index of a dimension by its name.
func (q *question) dimension(name string) (int, error) {
	var names []string
	for i, d := range q.plan.Dimensions {
		if d.Name == name {
			return i, nil
		}
		names = append(names, d.Name)
	}
	return -1, fault.Field("by", name, strings.Join(names, ", "), "%s is not split by %q.%s", q.plan.Title, name, suggest.DidYouMean(name, names))
}

// period settles from when to when.
func (q *question) period() error {
	q.from, q.to = q.ask.From, q.ask.To
	now := q.now.In(q.zone)
	if q.to.IsZero() {
		q.to = time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, q.zone)
	}
	if q.from.IsZero() {
		q.from = q.to.In(q.zone).AddDate(0, 0, -q.plan.Days)
	}
	if !q.from.Before(q.to) {
		return fault.Field("to", q.to, "a time after from", "The period ends before it begins.")
	}
	if q.ask.Every == "" {
		q.ask.Every = fitting(q.to.Sub(q.from))
	}
	if _, err := step(q.ask.Every, q.from, 1); err != nil {
		return err
	}
	if n := q.to.Sub(q.from) / lengths[q.ask.Every]; n > maxPoints {
		return fault.Field("every", q.ask.Every, "a longer step, or a shorter period", "That would be %d points; %d is the most.", n, maxPoints)
	}
	return nil
}

// maxPoints is how many points one series has at most.
const maxPoints = 10_000

var lengths = map[string]time.Duration{"hour": time.Hour, "day": 23 * time.Hour, "week": 6 * 24 * time.Hour, "month": 28 * 24 * time.Hour, "quarter": 89 * 24 * time.Hour, "year": 365 * 24 * time.Hour}

// fitting is the step that gives a period a few dozen points.
func fitting(d time.Duration) string {
	days := d / (24 * time.Hour)
	switch {
	case days <= 2:
		return "hour"
	case days <= 62:
		return "day"
	case days <= 190:
		return "week"
	case days <= 1100:
		return "month"
	default:
		return "year"
	}
}

// step is the beginning of the stretch that holds t, n stretches further on.
func step(every string, t time.Time, n int) (time.Time, error) {
	y, m, d := t.Date()
	at := func(y int, m time.Month, d int) (time.Time, error) {
		return time.Date(y, m, d, 0, 0, 0, 0, t.Location()), nil
	}
	switch every {
	case "hour":
		return t.Truncate(time.Hour).Add(time.Duration(n) * time.Hour), nil
	case "day":
		return at(y, m, d+n)
	case "week":
		return at(y, m, d-(int(t.Weekday())+6)%7+7*n)
	case "month":
		return at(y, m+time.Month(n), 1)
	case "quarter":
		return at(y, m-(m-1)%3+time.Month(3*n), 1)
	case "year":
		return at(y+n, 1, 1)
	default:
		return t, fault.Field("every", every, "hour, day, week, month, quarter or year", "There is no step %q.", every)
	}
}

// bounds are the moments between the points of a period, the first and the last included. Points
// begin where days, weeks, months of the zone do, whatever the period.
func (q *question) bounds(from, to time.Time) []time.Time {
	out := []time.Time{from}
	local := from.In(q.zone)
	if q.ask.Every == "hour" { // zones are shifted by quarters of an hour
		_, shift := local.Zone()
		local = from.Add(time.Duration(shift) * time.Second).UTC()
	}
	for i := 1; ; i++ {
		next, _ := step(q.ask.Every, local, i)
		if q.ask.Every == "hour" {
			_, shift := from.In(q.zone).Zone()
			next = next.Add(-time.Duration(shift) * time.Second)
		}
		if !next.Before(to) {
			return append(out, to)
		}
		out = append(out, next)
	}
}

// before is the period that a period is compared with.
func (q *question) before() (from, to time.Time, err error) {
	f, t := q.from.In(q.zone), q.to.In(q.zone)
	switch q.ask.Compare {
	case "year":
		return f.AddDate(-1, 0, 0), t.AddDate(-1, 0, 0), nil
	case "previous", "":
		return q.previous(f, t), f, nil
	default:
		return f, t, fault.Field("compare", q.ask.Compare, "previous or year", "There is no comparison %q.", q.ask.Compare)
	}
}

// previous is when the period of the same length before began: whole months before whole months,
// else as many days.
func (q *question) previous(from, to time.Time) time.Time {
	months := (to.Year()-from.Year())*12 + int(to.Month()-from.Month())
	if midnight(from) && midnight(to) && from.Day() == 1 && to.Day() == 1 {
		return from.AddDate(0, -months, 0)
	}
	if midnight(from) && midnight(to) {
		days := int(dayOf(to.UnixMicro(), q.zone) - dayOf(from.UnixMicro(), q.zone))
		return from.AddDate(0, 0, -days)
	}
	return from.Add(-to.Sub(from))
}

func midnight(t time.Time) bool {
	return t.Equal(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location()))
}

// readFilter reads the filter and notes the dimensions that it uses.
func (q *question) readFilter() (err error) {
	if strings.TrimSpace(q.ask.Filter) == "" {
		return nil
	}
	if q.filter, err = compileFilter(q.plan.Dimensions, q.ask.Filter); err != nil {
		return err
	}
	for _, path := range q.filter.Fields() {
		i, err := q.dimension(path)
		if err != nil {
			return err
		}
		q.uses = append(q.uses, i)
	}
	return nil
}
