package desk

import (
	"time"

	"steward/internal/bizcal"
)

// ClockState is where a clock stands.
type ClockState string

// The states of a clock. Breached clocks go on running until they end as met late.
const (
	Running   ClockState = "running"
	Paused    ClockState = "paused"
	Met       ClockState = "met"
	Breached  ClockState = "breached"
	MetLate   ClockState = "met_late"
	Cancelled ClockState = "cancelled"
)

// Span is a stretch of a clock's life; it ends where the next begins. The last one of a clock
// that has ended is its end: it tells when and by what, and lasts until the ticket is reopened.
type Span struct {
	From    int64 `json:"f"`           // UTC microseconds
	Running bool  `json:"r,omitempty"` // false: paused
	Event   int64 `json:"e"`           // what began it
	End     bool  `json:"x,omitempty"` // the clock had ended here
}

// Clock measures one promise on one ticket in the working time of its calendar.
type Clock struct {
	ID              int64
	TicketID        int64
	Metric          Metric
	PolicyID        int64 // blueprint of kind sla, pinned with its version when matched
	PolicyVersion   int
	CalendarID      int64
	CalendarVersion int
	Target          time.Duration // working time promised
	State           ClockState
	Started         time.Time
	Due             time.Time // zero while paused or when it can never be due
	Ended           time.Time // zero while it lives
	BreachedAt      time.Time // the due time it missed; never rewritten
	Used            time.Duration
	Since           time.Time // when the span under way began
	Spans           []Span
	EventID         int64 // what started it

	calendar *bizcal.Calendar
}

// begin makes a clock that runs, or stands still from the start.
func begin(m Metric, p *Policy, t Target, at time.Time, event int64, runs bool) *Clock {
	c := &Clock{Metric: m, State: Paused, Started: at, Since: at, EventID: event, Spans: []Span{{From: at.UnixMicro(), Running: runs, Event: event}}}
	if runs {
		c.State = Running
	}
	c.pin(p, t)
	c.schedule()
	return c
}

// pin fixes the promise the clock measures.
func (c *Clock) pin(p *Policy, t Target) {
	c.PolicyID, c.PolicyVersion = p.ID, p.Version
	c.CalendarID, c.CalendarVersion, c.calendar = t.CalendarID, t.CalendarVersion, t.Calendar
	c.Target = t.Within
}

// schedule works out when the rest of the promise is used up.
func (c *Clock) schedule() {
	c.Due = time.Time{}
	if c.State != Running && c.State != Breached {
		return
	}
	if !c.BreachedAt.IsZero() {
		c.Due = c.BreachedAt
		return
	}
	if due, ok := c.calendar.After(c.Since, max(0, c.Target-c.Used)); ok {
		c.Due = due
	}
}

// Elapsed is the working time used up by now.
func (c *Clock) Elapsed(now time.Time) time.Duration {
	if c.Ended.IsZero() && c.running() {
		return c.Used + c.calendar.Between(c.Since, now)
	}
	return c.Used
}

func (c *Clock) running() bool { return len(c.Spans) > 0 && c.Spans[len(c.Spans)-1].Running }

// pause stops the clock; one that has missed its promise stays so.
func (c *Clock) pause(now time.Time, event int64) {
	c.breachIfDue(now)
	c.Used = c.Elapsed(now)
	c.Since = now
	c.Spans = append(c.Spans, Span{From: now.UnixMicro(), Event: event})
	if c.State == Running {
		c.State = Paused
	}
	c.schedule()
}

// resume lets a paused clock go on.
func (c *Clock) resume(now time.Time, event int64) {
	c.Since = now
	c.Spans = append(c.Spans, Span{From: now.UnixMicro(), Running: true, Event: event})
	if c.State == Paused {
		c.State = Running
	}
	c.schedule()
}

// end stops the clock: met, or met late. Only a clock of the whole way goes on after it.
func (c *Clock) end(now time.Time, event int64) {
	c.breachIfDue(now)
	c.Used = c.Elapsed(now)
	c.Ended = now
	c.Spans = append(c.Spans, Span{From: now.UnixMicro(), Event: event, End: true})
	c.State = Met
	if !c.BreachedAt.IsZero() {
		c.State = MetLate
	}
	c.Due = time.Time{}
}

// reopen lets an ended clock go on: what it had used counts, and a promise it missed stays missed.
func (c *Clock) reopen(now time.Time, event int64, runs bool) {
	if n := len(c.Spans); n > 0 && c.Spans[n-1].Running { // ended before ends were kept
		c.Spans = append(c.Spans, Span{From: c.Ended.UnixMicro(), End: true})
	}
	c.Ended, c.Since = time.Time{}, now
	c.Spans = append(c.Spans, Span{From: now.UnixMicro(), Running: runs, Event: event})
	switch {
	case !c.BreachedAt.IsZero():
		c.State = Breached
	case runs:
		c.State = Running
	default:
		c.State = Paused
	}
	c.schedule()
}

// repin measures another promise from the same start; time used so far is counted again in
// the new calendar.
func (c *Clock) repin(p *Policy, t Target, now time.Time) {
	c.breachIfDue(now)
	c.pin(p, t)
	c.Used = 0
	for i, s := range c.Spans {
		if !s.Running || i == len(c.Spans)-1 {
			continue
		}
		c.Used += c.calendar.Between(time.UnixMicro(s.From), time.UnixMicro(c.Spans[i+1].From))
	}
	if c.running() {
		c.Since = time.UnixMicro(c.Spans[len(c.Spans)-1].From).UTC()
	}
	c.schedule()
}

// breachIfDue notes a missed promise at the moment it was due, however late we look.
func (c *Clock) breachIfDue(now time.Time) bool {
	if c.State != Running || c.Due.IsZero() || now.Before(c.Due) || !c.BreachedAt.IsZero() {
		return false
	}
	c.State, c.BreachedAt = Breached, c.Due
	return true
}
