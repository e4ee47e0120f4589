package desk

import (
	"context"
	"strings"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/db"
	"steward/internal/rest"
)

// Times is how a ticket's time went, whatever was promised about it, by the clock on the wall.
type Times struct {
	Metrics []MetricTime `json:"metrics" nullable:"false" doc:"Every metric, in the order in which people read them."`
	States  []StateTime  `json:"states" nullable:"false" doc:"Minutes in each state it was in; a solved or closed ticket waits for nobody, so those are left out."`
	Course  CourseView   `json:"course" doc:"How often it changed hands, and came back."`
	Unknown string       `json:"unknown,omitempty" doc:"Why the times cannot be told, when its history is not complete."`
}

// CourseView is how a ticket went from hand to hand.
type CourseView struct {
	Reopens   int64 `json:"reopens" doc:"How often it went on after it was solved."`
	Replies   int64 `json:"replies" doc:"Messages of colleagues to the requester."`
	Teams     int64 `json:"teams" doc:"How often it came to a team."`
	Assignees int64 `json:"assignees" doc:"How often it came to somebody."`
}

// MetricTime is what a metric comes to on one ticket. The metrics of messages have a round for
// each time that they were measured.
type MetricTime struct {
	Metric  Metric  `json:"metric"`
	Minutes *int64  `json:"minutes" doc:"Of the newest round; null before the first."`
	Running bool    `json:"running" doc:"Whether it goes on now."`
	Count   int     `json:"count" doc:"Rounds there were."`
	Rounds  []Round `json:"rounds" nullable:"false" doc:"The newest 100, oldest first."`
}

// Round is one time that a metric was measured.
type Round struct {
	From    time.Time  `json:"from"`
	To      *time.Time `json:"to" doc:"null while it lasts."`
	Minutes int64      `json:"minutes"`
	EventID int64      `json:"event_id" doc:"What began it."`
}

// StateTime is the time a ticket spent in a state.
type StateTime struct {
	Status  Status `json:"status"`
	Minutes int64  `json:"minutes"`
}

// Bounds of what is told.
const (
	shownRounds = 100
	maxLived    = 20_000 // events of one ticket that are read
)

// wallClock is the calendar of times that nobody promised.
var wallClock = sync.OnceValue(func() *bizcal.Calendar {
	day := []bizcal.Span{{Open: 0, Close: bizcal.EndOfDay}}
	cal, err := bizcal.New(bizcal.Definition{Zone: "UTC", Week: bizcal.Week{day, day, day, day, day, day, day}})
	if err != nil {
		panic(err) // hours that are legal
	}
	return cal
})

// measuring is the configuration with one policy for every ticket that promises every metric:
// its clocks measure what is.
func (cfg *Config) measuring() *Config {
	m := *cfg
	p := &Policy{Named: Named{ID: -1}}
	for _, metric := range Metrics {
		for _, pr := range Priorities {
			p.Targets = append(p.Targets, Target{Metric: metric, Priority: pr, Within: time.Hour, CalendarID: -1, Calendar: wallClock()})
		}
	}
	m.Policies, m.Triggers = []*Policy{p}, nil
	m.calendars = map[int64]*Calendar{-1: {Named{ID: -1}, wallClock()}}
	return &m
}

// Times says how long a ticket took, metric by metric and state by state, from its events.
// Whoever works on the ticket may ask.
func (s *Service) Times(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) (Times, error) {
	t, err := s.working(ctx, tx, by, ticketID)
	if err != nil {
		return Times{}, err
	}
	r := recorded{id: t.ID, subject: t.Subject, status: t.Status, priority: t.Priority, team: t.TeamID}
	rows, err := tx.Query(ctx, `SELECT `+livedColumns+` FROM events WHERE subject_kind = 'ticket' AND subject_id = $1 AND verb IN ('`+strings.Join(telling, `', '`)+`')
		ORDER BY id LIMIT $2`, t.ID, maxLived+1)
	r.events, err = db.Collect(rows, err, func(row db.Scanner) (lived, error) { return scanLived(row.(*db.Rows)) })
	if err != nil {
		return Times{}, err
	}
	now := s.clock().UTC()
	h := &retold{batch: &batch{sweep: &sweep{current: s.config().measuring(), until: now.Add(time.Microsecond)}}}
	out := Times{Metrics: []MetricTime{}, States: []StateTime{}}
	if len(r.events) > maxLived {
		out.Unknown = "more than 20,000 things happened to it"
	} else {
		out.Unknown = h.tell(&r)
	}
	if out.Unknown != "" {
		return out, nil
	}
	for _, m := range Metrics {
		out.Metrics = append(out.Metrics, metricTime(m, h.lines[0].clocks, now))
	}
	out.States = h.stateTimes(now)
	all, err := s.Courses(ctx, tx, by, []*Ticket{t})
	if err != nil {
		return Times{}, err
	}
	out.Course = CourseView{all[t.ID].Reopens, t.Replies, all[t.ID].Teams, all[t.ID].Assignees}
	return out, nil
}

func metricTime(m Metric, clocks []*Clock, now time.Time) MetricTime {
	out := MetricTime{Metric: m, Rounds: []Round{}}
	for _, c := range clocks {
		if c.Metric != m {
			continue
		}
		r := Round{From: c.Started, To: rest.Time(c.Ended), Minutes: int64(c.Elapsed(now) / time.Minute), EventID: c.EventID}
		out.Count++
		out.Rounds = append(out.Rounds, r)
		out.Minutes, out.Running = &r.Minutes, c.Ended.IsZero() && c.running()
	}
	out.Rounds = out.Rounds[max(0, len(out.Rounds)-shownRounds):]
	return out
}

// stateTimes adds up the times in each state.
func (h *retold) stateTimes(now time.Time) []StateTime {
	spent := map[Status]time.Duration{}
	for i, st := range h.stays {
		to := now
		if i+1 < len(h.stays) {
			to = h.stays[i+1].from
		}
		spent[st.in] += to.Sub(st.from)
	}
	out := []StateTime{}
	for _, in := range Statuses {
		if d, was := spent[in]; was && !in.Done() {
			out = append(out, StateTime{in, int64(d / time.Minute)})
		}
	}
	return out
}

func (s *Service) getTimes(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (Times, error) {
	return s.Times(ctx, tx, by, in.ID)
}

type clocksInput struct {
	IDPath
	rest.Paging
}

// getClocks lists every clock of a ticket.
func (s *Service) getClocks(ctx context.Context, tx db.Tx, by act.Actor, in *clocksInput) (rest.List[ClockView], error) {
	list, next, err := s.AllClocks(ctx, tx, by, in.ID, in.Page())
	if err != nil {
		return rest.List[ClockView]{}, err
	}
	items := make([]ClockView, len(list))
	for i, c := range list {
		items[i] = s.clockView(c, s.clock())
	}
	return rest.NewList(items, next), nil
}
