package desk

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// clockDue is the kind of timer that fires when a promise is missed.
const clockDue = "clock.due"

// moment is one thing that happened to a ticket, as its clocks see it.
type moment struct {
	at       time.Time
	event    int64 // id of the event that tells it
	created  bool
	replied  bool      // an agent wrote to the customer
	asked    bool      // the customer wrote
	answered bool      // an agent had written to the customer before this moment
	changed  bool      // a field that policies may read has changed
	wrote    *Message  // what was written, nil when nothing was
	aside    bool      // somebody answered in a side conversation
	again    bool      // told again in a replay: what conditions read is not kept
	acts     *firing   // the time rule that acts, nil when none does
	unmerged time.Time // when the merge was made that is undone now; zero for none
	admitted bool      // it was refused before, and may be worked on now; the customer waits
	ruling   *ruling   // whether the requester may ask for help, when that was decided
}

// step is what a clock does in a moment: an event to append and, where the due time moved, a timer.
type step struct {
	clock *Clock
	verb  string
	data  map[string]any
	at    time.Time // zero: now

	// What the policy's condition read when it was picked.
	read, private map[string]any
	requester     int64 // whose values the private ones are
}

// react lets the clocks of t live through a moment. It changes clocks in place, returns
// them with new ones, and what to record. It is pure: the caller stores. clocks are those that
// live and, of the whole way, those that have ended.
func (cfg *Config) react(t *Ticket, clocks []*Clock, m moment, vars func() map[string]any) ([]*Clock, []step) {
	var steps []step
	pick, vars := cfg.once(t, vars)
	live := func(metric Metric) *Clock {
		for _, c := range clocks {
			if c.Metric == metric && c.Ended.IsZero() {
				return c
			}
		}
		return nil
	}
	// Missed promises first: what happens now came after them.
	for _, c := range clocks {
		if c.Ended.IsZero() && c.breachIfDue(m.at) {
			steps = append(steps, step{clock: c, verb: ClockBreached, at: c.BreachedAt})
		}
	}
	steps = append(steps, t.mergedClocks(clocks, m)...)
	if !t.Status.Done() { // what was solved is open again
		for _, c := range clocks {
			if !c.Ended.IsZero() && c.Metric.whole() {
				c.reopen(m.at, m.event, !t.stands(c.Metric, nil))
				steps = append(steps, step{clock: c, verb: ClockReopened})
			}
		}
	}
	if m.changed && !m.created {
		for _, c := range clocks {
			if c.Ended.IsZero() {
				steps = append(steps, cfg.rematch(t, c, pick(), m, vars)...)
			}
		}
	}
	for _, c := range clocks {
		if c.Ended.IsZero() && (t.Status.Done() || m.replied && !c.Metric.whole()) {
			c.end(m.at, m.event)
			steps = append(steps, step{clock: c, verb: ClockMet, data: map[string]any{"late": c.State == MetLate}})
		}
	}
	for _, metric := range m.starts(t, func(metric Metric) bool { return live(metric) != nil }) {
		p := pick()
		if p == nil {
			break
		}
		if target, ok := p.target(metric, t.Priority); ok {
			c := begin(metric, p, target, m.at, m.event, !metric.stands(t.Status, p.Pause))
			c.TicketID = t.ID
			clocks = append(clocks, c)
			steps = append(steps, p.picked(step{clock: c, verb: ClockStarted}, t, m, vars))
		}
	}
	for _, c := range clocks {
		if !c.Ended.IsZero() {
			continue
		}
		stop := t.stands(c.Metric, cfg.pauses(c.PolicyID))
		switch {
		case stop && c.running():
			c.pause(m.at, m.event)
			steps = append(steps, step{clock: c, verb: ClockPaused})
		case !stop && !c.running():
			c.resume(m.at, m.event)
			steps = append(steps, step{clock: c, verb: ClockResumed})
		}
	}
	t.refreshDue(clocks)
	return clocks, steps
}

// starts are the metrics whose clocks begin in a moment, should a policy promise them. Clocks
// begin in their own moment only: a ticket that had no promise then goes on without.
func (m moment) starts(t *Ticket, live func(Metric) bool) (out []Metric) {
	if t.Status.Done() {
		return nil
	}
	switch {
	case m.created || m.admitted && !m.answered && !live(FirstReply):
		out = append(out, FirstReply)
	case (m.asked || m.admitted) && m.answered && !live(NextReply) && !live(FirstReply):
		out = append(out, NextReply)
	}
	if m.replied || m.created && m.wrote != nil && m.wrote.Public && m.wrote.Agent {
		out = append(out, PausableUpdate, PeriodicUpdate)
	}
	for _, whole := range []Metric{AgentWork, RequesterWait, TotalResolution} {
		if m.created || m.admitted && !live(whole) {
			out = append(out, whole)
		}
	}
	return out
}

// stands reports whether a clock of the metric stands still now: by the ticket's state, or because
// nobody works on a ticket that is refused.
func (t *Ticket) stands(metric Metric, pause []Status) bool {
	return t.Refused != "" || metric.stands(t.Status, pause)
}

// once looks for the policy, and gathers what its condition reads, when it is first asked and
// not again.
func (cfg *Config) once(t *Ticket, gather func() map[string]any) (pick func() *Policy, vars func() map[string]any) {
	var policy *Policy
	var values map[string]any
	vars = func() map[string]any {
		if values == nil {
			values = gather()
		}
		return values
	}
	pick = func() *Policy {
		if policy == nil && t.Refused == "" { // nothing is promised to whom nothing was sold
			policy = cfg.match(vars())
		}
		return policy
	}
	return pick, vars
}

// picked adds to a step what the policy's condition read.
func (p *Policy) picked(st step, t *Ticket, m moment, vars func() map[string]any) step {
	if p.Match != nil && !m.again {
		st.read, st.private = p.Match.Read(vars())
		st.requester = t.RequesterID
	}
	return st
}

// rematch looks whether another promise holds now, after an input of the policies changed.
func (cfg *Config) rematch(t *Ticket, c *Clock, p *Policy, m moment, vars func() map[string]any) []step {
	if p == nil {
		return nil // nothing matches now: the pinned promise stands
	}
	target, ok := p.target(c.Metric, t.Priority)
	if !ok || p.ID == c.PolicyID && p.Version == c.PolicyVersion && target.Within == c.Target && target.CalendarID == c.CalendarID {
		return nil
	}
	oldPolicy, oldTarget, oldDue := c.PolicyID, c.Target, c.Due
	c.repin(p, target, m.at)
	steps := []step{p.picked(step{clock: c, verb: ClockMoved, data: map[string]any{"policy_was": oldPolicy, "target_was": oldTarget.Microseconds(), "due_was": db.Micros(oldDue)}}, t, m, vars)}
	if c.breachIfDue(m.at) {
		steps = append(steps, step{clock: c, verb: ClockBreached, at: c.BreachedAt})
	}
	return steps
}

// settle records what the clocks did, in the caller's transaction.
func (s *Service) settle(ctx context.Context, tx db.Tx, by act.Actor, steps []step, cause int64) error {
	now := by.Now()
	done := map[*Clock]bool{}
	for _, st := range steps {
		c := st.clock
		if !done[c] {
			done[c] = true
			if err := s.storeClock(ctx, tx, c); err != nil {
				return err
			}
			if err := s.setTimer(ctx, tx, now, c); err != nil {
				return err
			}
		}
		actor, entry := st.entry(by, cause)
		if _, err := s.ledger.Append(ctx, tx, actor, entry); err != nil {
			return err
		}
	}
	return nil
}

// entry is the event of a step, and who acts.
func (st step) entry(by act.Actor, cause int64) (act.Actor, ledger.Entry) {
	c := st.clock
	data := map[string]any{"clock": c.ID, "metric": c.Metric, "policy_id": c.PolicyID, "policy_version": c.PolicyVersion,
		"calendar_id": c.CalendarID, "calendar_version": c.CalendarVersion, "target": c.Target.Microseconds(), "due": db.Micros(c.Due)}
	for k, v := range st.data {
		data[k] = v
	}
	by = by.Because(act.Cause{Event: cause, Blueprint: c.PolicyID, Version: c.PolicyVersion})
	by.Kind = act.Clock
	if len(st.read) > 0 {
		data["read"] = st.read
	}
	out := ledger.Entry{Verb: st.verb, Subject: ledger.Ref{Kind: "ticket", ID: c.TicketID}, At: st.at, Data: data}
	if len(st.private) > 0 {
		out.Private, out.PersonID = map[string]any{"read": st.private}, st.requester
	}
	return by, out
}

func (s *Service) setTimer(ctx context.Context, tx db.Tx, now time.Time, c *Clock) error {
	timer := c.timer()
	if timer.Due.IsZero() {
		if len(c.Spans) == 1 && c.Ended.IsZero() {
			return nil // just begun without a due time: nothing to cancel
		}
		return s.jobs.Cancel(ctx, tx, clockDue, timer.Key)
	}
	return s.jobs.Set(ctx, tx, now, timer)
}

// timer is what fires when the clock is due; without a due time there shall be none.
func (c *Clock) timer() job.Spec {
	spec := job.Spec{Kind: clockDue, Key: fmt.Sprint(c.ID), Subject: ledger.Ref{Kind: "ticket", ID: c.TicketID}}
	if c.State == Running {
		spec.Due = c.Due
	}
	return spec
}

// onDue is the timer's handler: it notes the breach at the moment the promise was due.
func (s *Service) onDue(ctx context.Context, tx db.Tx, j job.Job) error {
	by := s.system()
	t, err := s.lock(ctx, tx, j.Subject.ID)
	if err != nil {
		return err
	}
	clocks, err := s.activeClocks(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	by.Kind = act.Clock
	clocks, steps := s.config().react(t, clocks, moment{at: by.Now()}, nil)
	if len(steps) == 0 {
		// Due by the runner's clock but not by ours: look again when it is.
		for _, c := range clocks {
			if err := s.setTimer(ctx, tx, by.Now(), c); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.settle(ctx, tx, by, steps, clocks[0].EventID); err != nil {
		return err
	}
	if err := s.lineUp(ctx, tx, by.Now(), t, t); err != nil {
		return err
	}
	return s.storeDue(ctx, tx, t)
}
