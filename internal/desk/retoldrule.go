package desk

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rule"
)

// acted is one firing of a time rule that history tells.
type acted struct {
	rule  int64
	at    time.Time // when the machine got round to it
	event int64
	spell spell
}

// waited reports whether the event begins what a time rule did.
func (e lived) waited() bool {
	return e.kind == act.Rule && bytes.Contains(e.data, []byte(`"waited":{`))
}

// tells reports whether anything about the ticket changed with the event.
func (e lived) tells() bool {
	return !slices.Contains(ruleOnly, e.verb) && e.verb != TicketRunRefused && (e.verb != TicketSideAnswered || e.answersAside())
}

// answersAside reports whether somebody, and not their machine, answered in a side conversation.
func (e lived) answersAside() bool {
	return e.verb == TicketSideAnswered && !bytes.Contains(e.data, []byte(`"automatic":true`))
}

// allActed are the firings of time rules in a life, in order.
func (h *retold) allActed(events []lived) (out []acted) {
	if !h.anew {
		return nil
	}
	for _, e := range events {
		if !e.waited() {
			continue
		}
		var d struct {
			Waited struct {
				Since, Due int64
				Metric     Metric
			}
		}
		if json.Unmarshal(e.data, &d) != nil {
			h.reason = brokenChain
			return nil
		}
		out = append(out, acted{e.blueprint, time.UnixMicro(e.recorded).UTC(), e.id,
			spell{rule: e.blueprint, metric: d.Waited.Metric, since: db.Time(d.Waited.Since), due: db.Time(d.Waited.Due)}})
	}
	return out
}

// actedBy is the firing that an event begins; nil when it begins none.
func (h *retold) actedBy(e lived) *acted {
	for i := range h.acted {
		if h.acted[i].event == e.id {
			return &h.acted[i]
		}
	}
	if e.waited() {
		return &acted{rule: e.blueprint, event: e.id}
	}
	return nil
}

// wait notes whether the ticket waits for an issue.
func (h *retold) wait(e lived) {
	var d struct {
		Issue   int64
		Waiting bool
	}
	if json.Unmarshal(e.data, &d) != nil {
		h.reason = brokenChain
		return
	}
	delete(h.waits, d.Issue)
	if d.Waiting {
		h.waits = put(h.waits, d.Issue)
	}
}

// lapses are time rules, which act when something has lasted long enough.
type lapses struct{}

// maxLate is how much later than it was due a time rule may have acted because the machine was
// busy. A line that has gone otherwise since waits no longer than that.
const maxLate = 10 * time.Minute

func (lapses) next(h *retold, l *line) (at time.Time, event int64, ok bool) {
	if l.ticket.RuleDue.IsZero() || !h.parted() {
		return at, 0, false
	}
	if a := h.late(l, l.ticket.RuleDue); a != nil {
		return a.at, a.event, true
	}
	return l.ticket.RuleDue, 0, true
}

// late is the firing that came of a look due on a line, as history tells it; nil when there was
// none. Machines are a moment late, which moves clocks by a moment.
func (h *retold) late(l *line, due time.Time) *acted {
	for i := range h.acted {
		a := &h.acted[i]
		if a.at.Before(due) || !l.ripe(a, due) {
			continue
		}
		if a.at.Sub(due) <= maxLate || len(l.cfg.allChanges(&l.ticket, &h.then)) == 0 {
			return a
		}
	}
	return nil
}

// ripe reports whether the stretch that a firing waited out is ripe on the line.
func (l *line) ripe(a *acted, now time.Time) bool {
	r := l.cfg.timeRule(a.rule)
	return r != nil && slices.ContainsFunc(r.ripe(&l.ticket, l.clocks, now, l.spent), func(sp spell) bool {
		return sp.metric == a.spell.metric && sp.since.Equal(a.spell.since) && sp.due.Equal(a.spell.due)
	})
}

// act lets the time rules that are due act on the line, as Service.onRules does.
func (lapses) act(h *retold, l *line, at time.Time) bool {
	s := &story{moment: moment{at: at}, alone: true, was: h.then, by: act.Actor{Kind: act.Rule, Cause: act.Cause{Depth: 1}}}
	if now := h.story; now != nil && now.lapsed != nil && now.at.Equal(at) {
		s.lapsed, s.fired, s.ruled = now.lapsed, now.fired, now.ruled
	}
	for range maxActions {
		before := l.ticket
		one, err := l.cfg.lapse(&l.ticket, l.clocks, at, l.spent, l.around(h, s, &before), h.about(l.cfg, &l.ticket, at))
		if err != nil {
			h.reason = brokenChain // nothing of what is asked here can fail
		}
		if one == nil || h.reason != "" {
			break
		}
		if one.halt == "" {
			s.alone = s.lapsed == nil || s.lapsed.rule != one.rule.ID
			l.lapse(h, s, &before, one)
		}
		if h.more(l, s) {
			l.ticket.RuleDue = at
			return true
		}
	}
	if l.look(h, at); !l.ticket.RuleDue.After(at) {
		l.ticket.RuleDue = timeZero // what is due does not act, so that there is nothing to wait for
	}
	return true
}

// more reports whether history tells of another time rule that acted in the same moment, on what
// is ripe on the line: it has a moment of its own.
func (h *retold) more(l *line, s *story) bool {
	return s.lapsed != nil && slices.ContainsFunc(h.acted, func(a acted) bool {
		return a.at.Equal(s.at) && a.event > s.lapsed.event && l.ripe(&a, s.at)
	})
}

// lapse lets the line's ticket live through what a time rule did to it, as Service.change does.
func (l *line) lapse(h *retold, s *story, before *Ticket, one *lapse) {
	m := s.moment
	l.note(m, cascade{fired: []firing{one.firing}})
	if !one.firing.touches() {
		return
	}
	m.changed = len(one.firing.changes) > 0
	l.ticket.noteMoved(before, m.at)
	run, err := l.cfg.fire(&l.ticket, update{m.happened(), before, nil}, l.around(h, s, before), h.about(l.cfg, &l.ticket, m.at))
	if err != nil {
		h.reason = brokenChain
		return
	}
	l.note(m, run)
	l.ticket.noteMoved(before, m.at)
	m.changed = m.changed || run.changed()
	l.react(h, m)
	l.ticket.Updated = m.at
}

// look sets when time rules look at the line's ticket next.
func (l *line) look(h *retold, now time.Time) {
	holds := func(r *TimeRule) bool {
		if held, known := l.toldRule(h, r.Trigger, func(a *acted) bool { return !a.at.Before(now) && l.ripe(a, now) }); known {
			return held
		}
		return r.holds(func() rule.Vars { return l.cfg.vars(&l.ticket, h.about(l.cfg, &l.ticket, now)) })
	}
	l.ticket.RuleDue, _ = l.cfg.nextLook(&l.ticket, l.clocks, now, func() (spent, error) { return l.spent, nil }, holds)
}

// toldRule says whether the condition of a time rule held that reads what history does not tell:
// when the rule acted then, and the line is as the ticket was.
func (l *line) toldRule(h *retold, tr *Trigger, as func(*acted) bool) (held, known bool) {
	s := &story{was: h.then}
	why := l.untold(h, tr, s)
	if why == "" {
		return false, false
	}
	if !l.asThen(h, tr, s, &l.ticket, nil) || !l.waitedThen(h, tr.ID) {
		h.reason = why
	}
	for i := range h.acted {
		if h.acted[i].rule == tr.ID && as(&h.acted[i]) {
			return true, true
		}
	}
	return false, true
}

// waitedThen reports whether a time rule waits for on the line what it waited for then.
func (l *line) waitedThen(h *retold, id int64) bool {
	r := l.cfg.timeRule(id)
	if r.Spec.BeforeDue != nil {
		return len(l.cfg.allChanges(&l.ticket, &h.then)) == 0
	}
	return r.since(&l.ticket).Equal(r.since(&h.then))
}

// spendThen notes what a time rule that acted then has acted on.
func (l *line) spendThen(a *acted) {
	r := l.cfg.timeRule(a.rule)
	if r == nil {
		return // nothing asks about it any more
	}
	ripe := r.ripe(&l.ticket, l.clocks, a.at, l.spent)
	if !l.ripe(a, a.at) {
		ripe = append(ripe, a.spell) // another version of the rule
	}
	l.spent.take(ripe, a.at, true)
	if r.Spec.Stop {
		l.cfg.passOver(r, &l.ticket, l.clocks, a.at, l.spent)
	}
}
