package desk

import "time"

// mergedClocks stops the clocks of a ticket that is merged, unless a public message meets
// them, and lets them go on when the merge is undone: as if it had never been, because the
// customer waited on.
func (t *Ticket) mergedClocks(clocks []*Clock, m moment) (steps []step) {
	for _, c := range clocks {
		switch {
		case t.MergedInto != 0 && !m.replied && c.Ended.IsZero():
			c.cancel(m.at, m.event)
			steps = append(steps, step{clock: c, verb: ClockCancelled})
		case !m.unmerged.IsZero() && c.State == Cancelled && c.Ended.Equal(m.unmerged):
			c.revive()
			steps = append(steps, step{clock: c, verb: ClockResumed})
			if c.breachIfDue(m.at) {
				steps = append(steps, step{clock: c, verb: ClockBreached, at: c.BreachedAt})
			}
		}
	}
	return steps
}

// cancel ends the clock without a word on its promise.
func (c *Clock) cancel(now time.Time, event int64) {
	c.Used = c.Elapsed(now)
	c.Spans = append(c.Spans, Span{From: now.UnixMicro(), Event: event, End: true})
	c.Ended, c.State, c.Due = now, Cancelled, time.Time{}
}

// revive lets a cancelled clock go on from where its last stretch began.
func (c *Clock) revive() {
	if n := len(c.Spans); n > 1 && c.Spans[n-1].End {
		c.Spans = c.Spans[:n-1]
	}
	last := c.Spans[len(c.Spans)-1]
	c.Used, c.Since, c.Ended = 0, time.UnixMicro(last.From).UTC(), time.Time{}
	for i, sp := range c.Spans[:len(c.Spans)-1] {
		if sp.Running {
			c.Used += c.calendar.Between(time.UnixMicro(sp.From), time.UnixMicro(c.Spans[i+1].From))
		}
	}
	switch {
	case !c.BreachedAt.IsZero():
		c.State = Breached
	case last.Running:
		c.State = Running
	default:
		c.State = Paused
	}
	c.schedule()
}
