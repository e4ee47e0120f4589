package desk

import (
	"slices"
	"time"

	"steward/internal/rule"
)

// maxLapses is how often one time rule may fire on one ticket within a day: more is a loop of
// rules that undo each other's work.
const (
	maxLapses   = 10
	lapseWindow = 24 * time.Hour
)

// spent tells on what time rules have acted on a ticket.
type spent map[spentKey]spentRow

type spentKey struct {
	rule   int64
	metric Metric
}

// spentRow is the stretch a rule acted on last, and how often it fired since began.
type spentRow struct {
	since time.Time
	fired int
	began time.Time
}

// on reports whether the rule has acted on the stretch.
func (s spent) on(r *TimeRule, sp spell) bool {
	row, ok := s[spentKey{sp.rule, sp.metric}]
	return ok && (r.Spec.Once || row.since.Equal(sp.since))
}

// often reports whether the rule has fired as often as it may.
func (s spent) often(sp spell, now time.Time) bool {
	row := s[spentKey{sp.rule, sp.metric}]
	return row.fired >= maxLapses && now.Before(row.began.Add(lapseWindow))
}

// spend notes that a rule has acted on a stretch, or was passed over.
func (s spent) spend(sp spell, now time.Time, fired bool) spentRow {
	row := s[spentKey{sp.rule, sp.metric}]
	row.since = sp.since
	if !now.Before(row.began.Add(lapseWindow)) {
		row.fired, row.began = 0, now
	}
	if fired {
		row.fired++
	}
	s[spentKey{sp.rule, sp.metric}] = row
	return row
}

// ripe are the stretches a rule has waited out and not acted on.
func (r *TimeRule) ripe(t *Ticket, clocks []*Clock, now time.Time, done spent) (out []spell) {
	for _, sp := range r.spells(t, clocks) {
		if !sp.due.After(now) && !done.on(r, sp) {
			out = append(out, sp)
		}
	}
	return out
}

// nextLook is when the time rules have to look at a ticket: now, when one is due and its
// condition holds, or the earliest time that one comes due; zero for never. It is pure but for
// what done and holds ask, and asks them seldom.
func (cfg *Config) nextLook(t *Ticket, clocks []*Clock, now time.Time, done func() (spent, error), holds func(*TimeRule) bool) (next time.Time, err error) {
	for _, r := range cfg.TimeRules {
		for _, sp := range r.spells(t, clocks) {
			due, past := sp.due, !sp.due.After(now)
			if past || r.Spec.Once {
				have, err := done()
				if err != nil {
					return next, err
				}
				if have.on(r, sp) || past && !holds(r) {
					continue
				}
			}
			if !past && r.still && !holds(r) {
				continue
			}
			if past {
				return now, nil
			}
			if next.IsZero() || due.Before(next) {
				next = due
			}
		}
	}
	return next, nil
}

// holds evaluates the rule's condition. One that takes too long is for the firing to look at.
func (r *TimeRule) holds(vars func() rule.Vars) bool {
	if r.When == nil {
		return true
	}
	held, err := r.When.Eval(vars())
	return held || err != nil
}

// lapse is what one time rule does when it is due.
type lapse struct {
	rule   *TimeRule
	spells []spell // that it acted on
	firing firing
	halt   string  // why it was stopped instead, "" when it was not
	passed []spell // of later rules, passed over because it stops them
}

// lapse lets the first time rule that is due and whose condition holds act on a ticket in
// memory; nil when there is none. Call it again until then: each call notes in done what was
// acted on. It is pure but for what w asks.
func (cfg *Config) lapse(t *Ticket, clocks []*Clock, now time.Time, done spent, w around, about about) (*lapse, error) {
	for _, r := range cfg.TimeRules {
		ripe := r.ripe(t, clocks, now, done)
		if len(ripe) == 0 {
			continue
		}
		u := &run{cfg: cfg, t: t, w: w, about: about}
		if r.When != nil {
			held, err := u.lapsed(r)
			if err != nil {
				return &lapse{rule: r, spells: done.take(ripe, now, false), halt: "cost"}, nil
			}
			if !held {
				continue // a later change of the ticket may make it hold
			}
		}
		if done.often(ripe[0], now) {
			return &lapse{rule: r, spells: done.take(ripe, now, false), halt: "loop"}, nil
		}
		f, err := u.act(r.Trigger)
		if err != nil {
			return nil, err
		}
		f.cause, f.depth, f.spell = -1, 1, &ripe[0]
		out := &lapse{rule: r, spells: done.take(ripe, now, true), firing: f}
		if r.Spec.Stop {
			out.passed = cfg.passOver(r, t, clocks, now, done)
		}
		return out, nil
	}
	return nil, nil
}

// lapsed evaluates the condition of a time rule.
func (u *run) lapsed(r *TimeRule) (bool, error) {
	if u.w.told != nil {
		if held, known := u.w.told(r.Trigger, nil); known {
			return held, nil
		}
	}
	u.vars = u.cfg.vars(u.t, u.about)
	return r.When.Eval(u.vars)
}

// passOver notes that the rules behind one that stops them do not act on what they have waited out.
func (cfg *Config) passOver(stops *TimeRule, t *Ticket, clocks []*Clock, now time.Time, done spent) (out []spell) {
	for _, later := range cfg.TimeRules[slices.Index(cfg.TimeRules, stops)+1:] {
		out = append(out, done.take(later.ripe(t, clocks, now, done), now, false)...)
	}
	return out
}

// take notes that all of these were acted on.
func (s spent) take(ripe []spell, now time.Time, fired bool) []spell {
	for _, sp := range ripe {
		s.spend(sp, now, fired)
	}
	return ripe
}
