package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	replied  bool     // an agent wrote to the customer
	asked    bool     // the customer wrote
	answered bool     // an agent had written to the customer before this moment
	changed  bool     // a field that policies may read has changed
	wrote    *Message // what was written, nil when nothing was
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
// them with new ones, and what to record. It is pure: the caller stores.
func (cfg *Config) react(t *Ticket, clocks []*Clock, m moment, vars func() map[string]any) ([]*Clock, []step) {
	var steps []step
	var policy *Policy
	pick := func() *Policy {
		if policy == nil {
			policy = cfg.match(vars())
		}
		return policy
	}
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
	if m.changed && !m.created {
		for _, c := range clocks {
			if c.Ended.IsZero() {
				steps = append(steps, cfg.rematch(t, c, pick(), m, vars)...)
			}
		}
	}
	if m.replied || t.Status.Done() {
		for _, c := range clocks {
			if c.Ended.IsZero() {
				c.end(m.at)
				steps = append(steps, step{clock: c, verb: ClockMet, data: map[string]any{"late": c.State == MetLate}})
			}
		}
	}
	start := Metric("")
	switch {
	case t.Status.Done():
	case m.created:
		start = FirstReply
	case m.asked && m.answered && live(NextReply) == nil && live(FirstReply) == nil:
		start = NextReply
	}
	if start != "" {
		if p := pick(); p != nil {
			if target, ok := p.target(start, t.Priority); ok {
				c := begin(start, p, target, m.at, m.event)
				c.TicketID = t.ID
				clocks = append(clocks, c)
				steps = append(steps, p.picked(step{clock: c, verb: ClockStarted}, t, vars))
			}
		}
	}
	for _, c := range clocks {
		if !c.Ended.IsZero() {
			continue
		}
		stop := slices.Contains(cfg.pauses(c.PolicyID), t.Status)
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

// picked adds to a step what the policy's condition read.
func (p *Policy) picked(st step, t *Ticket, vars func() map[string]any) step {
	if p.Match != nil {
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
	steps := []step{p.picked(step{clock: c, verb: ClockMoved, data: map[string]any{"policy_was": oldPolicy, "target_was": oldTarget.Microseconds(), "due_was": db.Micros(oldDue)}}, t, vars)}
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

const clockFields = `id, ticket_id, metric, policy_id, policy_version, calendar_id, calendar_version, target, state, started, due, ended, breached_at, used, since, spans, event_id`

func (s *Service) storeClock(ctx context.Context, tx db.Tx, c *Clock) error {
	spans, err := json.Marshal(c.Spans)
	if err != nil {
		return err
	}
	if c.ID != 0 {
		return tx.Later(ctx, nil, `UPDATE clock SET policy_id = $1, policy_version = $2, calendar_id = $3, calendar_version = $4, target = $5, state = $6,
			due = $7, ended = $8, breached_at = $9, used = $10, since = $11, spans = $12 WHERE id = $13`,
			c.PolicyID, c.PolicyVersion, c.CalendarID, c.CalendarVersion, c.Target.Microseconds(), string(c.State), db.NullMicros(c.Due),
			db.NullMicros(c.Ended), db.NullMicros(c.BreachedAt), c.Used.Microseconds(), db.Micros(c.Since), string(spans), c.ID)
	}
	return tx.QueryRow(ctx, insertClockSQL, c.row(spans)...).Scan(&c.ID)
}

const clockColumns = `ticket_id, metric, policy_id, policy_version, calendar_id, calendar_version, target, state, started, due,
	ended, breached_at, used, since, spans, event_id`

var insertClockSQL = `INSERT INTO clock (` + clockColumns + `) VALUES ` + db.Values(16, 1) + ` RETURNING id`

// row are the values of clockColumns; spans is Spans as JSON.
func (c *Clock) row(spans []byte) []any {
	return []any{c.TicketID, string(c.Metric), c.PolicyID, c.PolicyVersion, c.CalendarID, c.CalendarVersion, c.Target.Microseconds(), string(c.State),
		db.Micros(c.Started), db.NullMicros(c.Due), db.NullMicros(c.Ended), db.NullMicros(c.BreachedAt), c.Used.Microseconds(), db.Micros(c.Since),
		string(spans), c.EventID}
}

// Clocks returns every clock a ticket ever had, oldest first. The caller has checked the ticket.
func (s *Service) Clocks(ctx context.Context, tx db.Tx, ticketID int64) ([]*Clock, error) {
	return s.clocksWhere(ctx, tx, `ticket_id = $1`, ticketID)
}

// activeClocks are those that have not ended.
func (s *Service) activeClocks(ctx context.Context, tx db.Tx, ticketID int64) ([]*Clock, error) {
	return s.clocksWhere(ctx, tx, `ticket_id = $1 AND ended IS NULL`, ticketID)
}

func (s *Service) clocksWhere(ctx context.Context, tx db.Tx, where string, arg any) ([]*Clock, error) {
	rows, err := tx.Query(ctx, `SELECT `+clockFields+` FROM clock WHERE `+where+` ORDER BY id LIMIT 1000`, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Clock
	for rows.Next() {
		c := &Clock{}
		var target, used, started, since int64
		var due, ended, breached sql.NullInt64
		var spans string
		if err := rows.Scan(&c.ID, &c.TicketID, &c.Metric, &c.PolicyID, &c.PolicyVersion, &c.CalendarID, &c.CalendarVersion, &target, &c.State,
			&started, &due, &ended, &breached, &used, &since, &spans, &c.EventID); err != nil {
			return nil, err
		}
		c.Target, c.Used = time.Duration(target)*time.Microsecond, time.Duration(used)*time.Microsecond
		c.Started, c.Since, c.Due, c.Ended, c.BreachedAt = db.Time(started), db.Time(since), db.NullTime(due), db.NullTime(ended), db.NullTime(breached)
		if err := json.Unmarshal([]byte(spans), &c.Spans); err != nil {
			return nil, err
		}
		if c.calendar = s.config().calendar(c.CalendarID); c.calendar == nil {
			return nil, errors.New("desk: the calendar of a clock is not in the configuration")
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
