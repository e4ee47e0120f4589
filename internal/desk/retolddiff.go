package desk

import (
	"time"

	"steward/internal/replay"
	"steward/internal/rest"
)

// What can differ about a ticket's promise.
const (
	breaches = "breaches" // late, and was not
	keeps    = "keeps"    // not late, and was
	moves    = "moves"    // due or late at another time
	starts   = "starts"   // a promise where there was none
	ends     = "ends"     // no promise where there was one
)

// Promise is one clock as a replay shows it.
type Promise struct {
	Policy        string     `json:"policy"`
	TargetMinutes int64      `json:"target_minutes"`
	State         ClockState `json:"state"`
	StartedAt     time.Time  `json:"started_at"`
	DueAt         *time.Time `json:"due_at"`
	EndedAt       *time.Time `json:"ended_at"`
	BreachedAt    *time.Time `json:"breached_at"`
}

// promise is nil for no clock.
func (cfg *Config) promise(c *Clock) any {
	if c == nil {
		return nil
	}
	p := Promise{TargetMinutes: int64(c.Target / time.Minute), State: c.State, StartedAt: c.Started, DueAt: rest.Time(c.Due), EndedAt: rest.Time(c.Ended),
		BreachedAt: rest.Time(c.BreachedAt)}
	if policy := cfg.Policy(c.PolicyID); policy != nil {
		p.Policy = policy.Name
	}
	return p
}

// differences compares the clocks of both configurations: those that measure the same and
// began with the same event stand for each other.
func (h *retold) differences() (out []replay.Difference) {
	before, after := h.lines[0], h.lines[1]
	note := func(b, a *Clock) {
		change := differs(b, a)
		if change == "" {
			return
		}
		d := replay.Difference{Kind: "sla", Change: change, Before: before.cfg.promise(b), After: after.cfg.promise(a)}
		cfg, c := after.cfg, a
		if c == nil {
			cfg, c = before.cfg, b
		}
		d.Aspect = string(c.Metric)
		if p := cfg.Policy(c.PolicyID); p != nil {
			d.Name = p.Name
		}
		out = append(out, d)
	}
	for _, b := range before.clocks {
		note(b, twin(b, after.clocks))
	}
	for _, a := range after.clocks {
		if twin(a, before.clocks) == nil {
			note(nil, a)
		}
	}
	return out
}

func twin(c *Clock, among []*Clock) *Clock {
	for _, o := range among {
		if o.Metric == c.Metric && o.EventID == c.EventID {
			return o
		}
	}
	return nil
}

// differs says what differs between two clocks, "" for nothing that anybody would notice.
func differs(b, a *Clock) string {
	late := func(c *Clock) bool { return c != nil && !c.BreachedAt.IsZero() }
	switch {
	case late(a) && !late(b):
		return breaches
	case late(b) && !late(a):
		return keeps
	case b == nil:
		return starts
	case a == nil:
		return ends
	case !a.BreachedAt.Equal(b.BreachedAt) || !a.Due.Equal(b.Due):
		return moves
	}
	return ""
}

// asRecorded reports whether the configuration in force makes of the ticket what was measured.
func (h *retold) asRecorded(was []*Clock) bool {
	is := h.lines[0].clocks
	if len(is) != len(was) {
		return false
	}
	for i, a := range is {
		b := was[i]
		if b.Ended.IsZero() {
			b.breachIfDue(h.until) // its timer may be a moment behind
		}
		if a.Metric != b.Metric || a.PolicyID != b.PolicyID || a.CalendarID != b.CalendarID || a.Target != b.Target || a.State != b.State || a.Used != b.Used ||
			!a.Started.Equal(b.Started) || !a.Due.Equal(b.Due) || !a.Ended.Equal(b.Ended) || !a.BreachedAt.Equal(b.BreachedAt) {
			return false
		}
	}
	return true
}
