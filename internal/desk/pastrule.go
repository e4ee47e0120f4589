package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// pastRules are the time rules of a ticket whose history is told.
type pastRules struct {
	timer timer // of ruleDue; its generation is 0 while there is none
	done  spent
}

// nextLook is Service.nextLook on the ticket in memory.
func (p *Past) nextLook(now time.Time) time.Time {
	// Neither what is asked nor a condition can fail here.
	next, _ := p.b.cfg.nextLook(p.Ticket, p.clocks, now, func() (spent, error) { return p.rules.done, nil }, func(r *TimeRule) bool { return r.holds(func() rule.Vars { return p.vars() }) })
	return next
}

// moveTimer is Service.moveTimer in an import of history.
func (p *Past) moveTimer(now time.Time) {
	t := p.Ticket
	next := p.nextLook(now)
	if next.Equal(t.RuleDue) {
		return
	}
	t.RuleDue = next
	switch {
	case next.IsZero():
		p.rules.timer = timer{}
	case p.rules.timer.generation == 0:
		p.rules.timer = timer{created: now, generation: 1}
	default:
		p.rules.timer.generation++
	}
}

// onRules is Service.onRules in an import of history, at the time that the timer was due.
func (p *Past) onRules(ctx context.Context) error {
	t := p.Ticket
	by := p.b.s.system()
	due := t.RuleDue
	by.Clock = func() time.Time { return due }
	t.RuleDue, p.rules.timer = timeZero, timer{}
	for range maxActions {
		before := *t
		about := p.about()
		about.now = due
		l, err := p.b.cfg.lapse(t, p.clocks, due, p.rules.done, p.around(by), about)
		if err != nil {
			return err
		}
		if l == nil {
			break
		}
		if l.halt != "" {
			continue // an import tells of no trouble
		}
		actor, m := l.rule.actor(by, l.spells[0].event, 1), moment{at: due}
		if l.firing.touches() {
			m.acts = &l.firing
			if err := p.change(ctx, actor, &before, m); err != nil {
				return err
			}
		}
	}
	p.moveTimer(due)
	return nil
}

// tellFiring records one firing: changes, notes and replies; nobody is written to. It returns
// the first event, 0 when there is none.
func (p *Past) tellFiring(ctx context.Context, actor act.Actor, m moment, f firing) (first int64, err error) {
	note := func(e ledger.Entry) (id int64, err error) {
		if first == 0 {
			e = f.decided(e, p.Ticket)
			e.Private = nil
		}
		if id, err = p.b.Events.Append(ctx, f.follows(actor, first), e); first == 0 {
			first = id
		}
		return id, err
	}
	if len(f.changes) > 0 {
		if _, err := note(p.Ticket.changed(f.changes, nil)); err != nil {
			return first, err
		}
	}
	for _, msg := range f.messages(p.b.cfg, p.Ticket, p.b.People(p.Ticket.RequesterID).Name, m) {
		id, err := note(msg.written(p.Ticket.ID))
		if err != nil {
			return first, err
		}
		p.write(actor, msg, id)
	}
	if first != 0 { // otherwise it would have written to somebody, which an import does not
		p.b.Rows.Add("trigger_firing", firingColumns, f.trigger.ID, db.Micros(actor.Now()), first, p.Ticket.ID, "")
	}
	return first, nil
}

// closeRules adds the rows of the time rules.
func (p *Past) closeRules() error {
	for k := range p.rules.done {
		p.b.Rows.Add("ticket_spell", spellColumns, p.rules.done.row(p.Ticket.ID, spell{rule: k.rule, metric: k.metric})...)
	}
	if p.rules.timer.generation == 0 {
		return nil
	}
	return p.b.s.jobs.Bulk(p.b.Rows, p.rules.timer.created, p.rules.timer.generation, p.Ticket.ruleTimer())
}
