package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/entitle"
)

// pastRefusal is the row of an imported ticket that was refused.
type pastRefusal struct {
	event int64
	row   []any
	was   Priority
}

// decide is Service.standing of a ticket whose history is told: nil when nothing is decided, or
// nothing is known.
func (p *Past) decide(by act.Actor, form string) *entitle.Decision {
	t, b := p.Ticket, p.b
	requester := b.People(t.RequesterID)
	if b.Bought == nil || b.cfg.Entitle.None() || requester.Agent {
		return nil
	}
	f, known := b.Bought(t.RequesterID, t.OrganizationID)
	if !known {
		return nil
	}
	f.Organization, f.Form = t.OrganizationID, form
	d := b.cfg.Entitle.Decide(f.About(b.s.directory.PersonVars(requester), b.s.directory.OrganizationVars(b.Organizations(t.OrganizationID)), by.Now()), by.Now())
	return &d
}

// judge is Service.judge in an import of history: whoever would have got an answer alone has a ticket.
func (p *Past) judge(by act.Actor, in NewTicket) *ruling {
	d := p.decide(by, p.b.cfg.chosenForm(p.Ticket))
	if d == nil {
		return nil
	}
	return p.b.cfg.rule(p.Ticket, *d, by, in)
}

// judgeAgain is Service.judgeAgain in an import of history.
func (p *Past) judgeAgain(by act.Actor, m Message) *ruling {
	if !m.judges() {
		return nil
	}
	t, cfg := p.Ticket, p.b.cfg
	form := ""
	if t.Refused == entitle.WrongForm {
		form = cfg.chosenForm(t)
	}
	d := p.decide(by, form)
	if d == nil || !cfg.turns(t, *d) {
		return nil
	}
	if d.Allowed() {
		cfg.readmit(t, *d, p.refusal.was)
	} else {
		cfg.stand(t, *d)
	}
	return &ruling{Decision: *d}
}

// judged is Service.judged in an import of history: nobody is written to.
func (p *Past) judged(ctx context.Context, by act.Actor, before *Ticket, m moment) error {
	r, t := m.ruling, p.Ticket
	if r == nil {
		return nil
	}
	event := m.event
	if r.tells(before, t) {
		entry := r.event(t)
		entry.Private = nil // an import takes none
		var err error
		if event, err = p.b.Events.Append(ctx, r.actor(by, m.event), entry); err != nil {
			return err
		}
	}
	if r.Allowed() {
		return nil
	}
	if was := m.priorityWas(before); was != "" {
		p.refusal.was = was
	}
	p.refusal.event = event
	p.refusal.row = []any{t.ID, t.RequesterID, event, string(r.Refused), db.Micros(by.Now()), string(p.refusal.was), ""}
	return nil
}

// bulkRefusal adds the row of an imported ticket that was refused.
func (p *Past) bulkRefusal(rows *db.Bulk) {
	if p.refusal.row != nil {
		rows.Add("ticket_refusal", "ticket_id, person_id, event_id, reason, at, priority_was, admitted_why", p.refusal.row...)
	}
}
