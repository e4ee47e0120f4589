package desk

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
)

// react lets the clocks see a moment that can still move.
func (p *Past) react(ctx context.Context, by act.Actor, m moment, cause int64) error {
	var living []*Clock
	for _, c := range p.clocks {
		if c.Ended.IsZero() || c.Metric.whole() {
			living = append(living, c)
		}
	}
	known := len(living)
	living, steps := p.b.cfg.react(p.Ticket, living, m, p.vars)
	p.clocks = append(p.clocks, living[known:]...)
	return p.settle(ctx, by, steps, cause)
}

// settle records what the clocks did.
func (p *Past) settle(ctx context.Context, by act.Actor, steps []step, cause int64) error {
	var done []*Clock
	for _, st := range steps {
		c := st.clock
		if !slices.Contains(done, c) {
			done = append(done, c)
			if c.ID == 0 {
				c.ID = p.b.clock
				p.b.clock++
			}
			p.setTimer(by.Now(), c)
		}
		if c.Metric == FirstReply && !c.Ended.IsZero() {
			p.answered = true
		}
		actor, entry := st.entry(by, cause)
		entry.Private = nil // an import takes none
		if _, err := p.b.Events.Append(ctx, actor, entry); err != nil {
			return err
		}
	}
	return nil
}

func (p *Past) setTimer(now time.Time, c *Clock) {
	if c.timer().Due.IsZero() {
		delete(p.timers, c)
		return
	}
	t, ok := p.timers[c]
	if !ok {
		t.created = now
	}
	t.generation++
	p.timers[c] = t
}

// Until lets the timers fire that are due by then, each at its time.
func (p *Past) Until(ctx context.Context, then time.Time) error {
	for {
		var first *Clock
		for c := range p.timers {
			if first == nil || c.Due.Before(first.Due) {
				first = c
			}
		}
		if stage := p.stage.due(); !stage.IsZero() && !stage.After(then) && (first == nil || stage.Before(first.Due)) && (p.Ticket.RuleDue.IsZero() || stage.Before(p.Ticket.RuleDue)) {
			if err := p.onStageDue(ctx); err != nil {
				return err
			}
			continue
		}
		if rules := p.Ticket.RuleDue; !rules.IsZero() && !rules.After(then) && (first == nil || rules.Before(first.Due)) {
			if err := p.onRules(ctx); err != nil {
				return err
			}
			continue
		}
		if first == nil || first.Due.After(then) {
			return nil
		}
		due := first.Due
		delete(p.timers, first)
		by := p.b.s.system()
		by.Kind, by.Clock = act.Clock, func() time.Time { return due }
		if err := p.react(ctx, by, moment{at: due}, first.EventID); err != nil {
			return err
		}
	}
}
