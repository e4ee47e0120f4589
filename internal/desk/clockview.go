package desk

import (
	"time"

	"steward/internal/bizcal"
	"steward/internal/rest"
)

// ClockView is a clock with everything its picture needs.
type ClockView struct {
	ID             int64        `json:"id"`
	Metric         Metric       `json:"metric"`
	State          ClockState   `json:"state"`
	Policy         Named        `json:"policy"`
	Calendar       CalendarView `json:"calendar"`
	TargetMinutes  int64        `json:"target_minutes"`
	StartedAt      time.Time    `json:"started_at"`
	DueAt          *time.Time   `json:"due_at"`
	MetAt          *time.Time   `json:"met_at"`
	BreachedAt     *time.Time   `json:"breached_at"`
	ElapsedMinutes int64        `json:"elapsed_minutes"`
	LeftMinutes    *int64       `json:"left_minutes" doc:"Working minutes left; when past due, minutes since then by the clock on the wall, negative; null when ended."`
	Intervals      []Interval   `json:"intervals" nullable:"false"`
	Hours          []Stretch    `json:"hours" nullable:"false" doc:"Opening hours of the calendar within the window."`
	Window         Stretch      `json:"window"`
}

// CalendarView names the calendar a clock runs by.
type CalendarView struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	TimeZone string `json:"time_zone"`
}

// Interval is a stretch in which a clock ran or stood still, with the event that began it.
type Interval struct {
	From    time.Time  `json:"from"`
	To      *time.Time `json:"to"`
	State   string     `json:"state" enum:"running,paused"`
	EventID int64      `json:"event_id"`
}

// Stretch is a stretch of time.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// maxHours bounds the opening hours of a picture; a longer window shows its last ones.
const maxHours = 120

func (s *Service) clockView(c *Clock, now time.Time) ClockView {
	cfg := s.config()
	v := ClockView{ID: c.ID, Metric: c.Metric, State: c.State, TargetMinutes: int64(c.Target / time.Minute), StartedAt: c.Started, DueAt: rest.Time(c.Due),
		BreachedAt: rest.Time(c.BreachedAt), ElapsedMinutes: int64(c.Elapsed(now) / time.Minute), Intervals: []Interval{}, Hours: []Stretch{},
		Policy: Named{Kind: "sla", Version: c.PolicyVersion}}
	if p := cfg.Policy(c.PolicyID); p != nil {
		v.Policy.Name, v.Policy.Title = p.Name, p.Title
	}
	if cal := cfg.calendars[c.CalendarID]; cal != nil {
		v.Calendar = CalendarView{cal.Name, cal.Title, cal.Zone().String()}
	}
	if c.State == Running && c.breachedBy(now) {
		v.State = Breached // the timer is a moment behind
	}
	if c.Ended.IsZero() {
		left := int64((c.Target - c.Elapsed(now)) / time.Minute)
		if due := later(c.Due, c.BreachedAt); !due.IsZero() && now.After(due) {
			left = -int64(now.Sub(due) / time.Minute) // a customer waits by the clock on the wall
		}
		v.LeftMinutes = &left
	} else if c.State == Met || c.State == MetLate {
		v.MetAt = rest.Time(c.Ended)
	}
	for i, sp := range c.Spans {
		if sp.End {
			continue
		}
		in := Interval{From: time.UnixMicro(sp.From).UTC(), State: "paused", EventID: sp.Event}
		if sp.Running {
			in.State = "running"
		}
		if i+1 < len(c.Spans) {
			in.To = rest.Time(time.UnixMicro(c.Spans[i+1].From).UTC())
		} else {
			in.To = rest.Time(c.Ended)
		}
		v.Intervals = append(v.Intervals, in)
	}
	v.Window = window(c, now)
	hours := c.calendar.Intervals(v.Window.From, v.Window.To)
	if len(hours) > maxHours {
		hours = hours[len(hours)-maxHours:]
	}
	for _, h := range hours {
		v.Hours = append(v.Hours, stretch(h))
	}
	return v
}

func stretch(i bizcal.Interval) Stretch { return Stretch{i.From.UTC(), i.To.UTC()} }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (c *Clock) breachedBy(now time.Time) bool { return !c.Due.IsZero() && now.After(c.Due) }

// window is the part of time a clock's picture shows: its life and its promise, with a
// little room on both sides.
func window(c *Clock, now time.Time) Stretch {
	from, to := c.Started, now
	if !c.Ended.IsZero() {
		to = c.Ended
	}
	for _, t := range []time.Time{c.Due, c.BreachedAt} {
		if t.After(to) {
			to = t
		}
	}
	room := max(to.Sub(from)/12, 15*time.Minute)
	return Stretch{from.Add(-room).UTC().Truncate(time.Minute), to.Add(room).UTC().Truncate(time.Minute)}
}
