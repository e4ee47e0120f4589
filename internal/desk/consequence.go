package desk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// Limits of the mails that triggers send about one ticket: more within the window are a
// storm. It is stopped and told on the ticket; everything else the triggers do goes on.
const (
	noticesPerWindow = 30
	noticeWindow     = time.Hour
	maxRecipients    = 100 // of one notice
)

// tell records what triggers did to a ticket that has its id: events with their causes,
// notes and mails. The changes of the ticket itself are stored by the caller.
func (s *Service) tell(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, run cascade) error {
	first := make([]int64, len(run.fired)) // the first event of each firing
	for i, f := range run.fired {
		cause := m.event
		if f.cause >= 0 {
			cause = first[f.cause]
		}
		var err error
		if first[i], err = s.tellFiring(ctx, tx, f.trigger.actor(by, cause, f.depth), t, m, f); err != nil {
			return err
		}
		if err := noteFiring(ctx, tx, f.trigger.ID, by.Now(), first[i], t.ID, ""); err != nil {
			return err
		}
		if !f.trigger.Spec.Once {
			continue
		}
		if err := tx.Later(ctx, nil, `INSERT INTO ticket_once (ticket_id, trigger_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t.ID, f.trigger.ID); err != nil {
			return err
		}
	}
	for _, h := range run.halts {
		if err := s.tellHalt(ctx, tx, by, t, m.event, h); err != nil {
			return err
		}
	}
	return nil
}

// actor is the trigger acting by itself.
func (tr *Trigger) actor(by act.Actor, cause int64, depth int) act.Actor {
	depth += by.Cause.Depth
	by = by.Because(act.Cause{Event: cause, Blueprint: tr.ID, Version: tr.Version})
	by.Kind, by.PersonID, by.TokenID, by.OnBehalfOf, by.Cause.Depth = act.Rule, 0, 0, 0, depth
	return by
}

// tellHalt records that a trigger was stopped.
func (s *Service) tellHalt(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, cause int64, h halt) error {
	event, err := s.ledger.Append(ctx, tx, h.trigger.actor(by, cause, 1), h.event(t.ID))
	if err != nil {
		return err
	}
	return noteFiring(ctx, tx, h.trigger.ID, by.Now(), event, t.ID, h.reason)
}

// tellFiring records one firing and returns its first event, which carries what the
// condition read.
func (s *Service) tellFiring(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, f firing) (first int64, err error) {
	note := func(e ledger.Entry) (int64, error) {
		if first == 0 {
			e = f.decided(e, t)
		}
		id, err := s.ledger.Append(ctx, tx, f.follows(by, first), e)
		if first == 0 {
			first = id
		}
		return id, err
	}
	if len(f.changes) > 0 {
		if _, err := note(t.changed(f.changes, f.written)); err != nil {
			return 0, err
		}
	}
	for _, h := range f.hooks {
		if err := s.hook(ctx, tx, by, t, m, h, note); err != nil {
			return first, err
		}
	}
	if err := s.ruleStarts(ctx, tx, by, t, m, f, &first, note); err != nil {
		return first, err
	}
	if err := s.movePeople(ctx, tx, by, t, f.moves, f.actor, note); err != nil {
		return first, err
	}
	if len(f.notes)+len(f.notices)+len(f.replies)+len(f.ways) == 0 {
		return first, nil
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return 0, err
	}
	write := func(msg Message) error {
		id, err := note(msg.written(t.ID))
		if err == nil {
			_, err = s.insertComment(ctx, tx, by, t, msg, id)
		}
		return err
	}
	fill := values(t, people[t.RequesterID].Name, m.text(), plainly)
	for _, to := range f.ways {
		if err := s.leadOn(ctx, tx, by, t, to, f.had, fill.Replace, note, write); err != nil {
			return first, err
		}
	}
	for _, msg := range f.messages(s.config(), t, people[t.RequesterID].Name, m) {
		if msg.Public {
			stormy, err := s.stormy(ctx, tx, by, t, m, f.trigger, TicketReplied)
			if err != nil {
				return first, err
			}
			if stormy {
				continue
			}
		}
		id, err := note(msg.written(t.ID))
		if err != nil {
			return 0, err
		}
		c, err := s.insertComment(ctx, tx, by, t, msg, id)
		if err != nil {
			return 0, err
		}
		if msg.Public {
			if err := s.send(ctx, tx, by, t, c, t.People.Copies, true); err != nil {
				return first, err
			}
		}
	}
	for _, n := range f.notices {
		if err := s.notice(ctx, tx, by, t, m, f.trigger, n, people[t.RequesterID], note); err != nil {
			return 0, err
		}
	}
	return first, nil
}

// messages are what a firing writes on the ticket: notes, and replies in the desk's own name.
// What a machine wrote is not replied to.
func (f firing) messages(cfg *Config, t *Ticket, requester string, m moment) (out []Message) {
	fill := values(t, requester, m.text(), mail.EscapeMarkdown)
	for _, text := range f.notes {
		html, plain := mail.FromMarkdown(fill.Replace(text))
		out = append(out, Message{Agent: true, Channel: ruleChannel, HTML: html, Text: plain})
	}
	for _, name := range f.replies {
		tpl := cfg.templates[name]
		if tpl == nil || m.wrote != nil && m.wrote.Automatic {
			continue
		}
		html, plain := mail.FromMarkdown(fill.Replace(tpl.Spec.Body))
		out = append(out, Message{Agent: true, Public: true, Automatic: true, Channel: ruleChannel, HTML: html, Text: plain})
	}
	return out
}

// ruleChannel is how messages of rules come.
const ruleChannel = "rule"

// follows is who acts after the first event of a firing that nothing led to: the rest is its
// consequence, so that it can be told to belong together.
func (f firing) follows(by act.Actor, first int64) act.Actor {
	if f.spell != nil && first != 0 && by.Cause.Event == f.spell.event {
		by.Cause.Event = first
	}
	return by
}

// decided adds to the first event of a firing what its condition read, and what it waited out.
func (f firing) decided(e ledger.Entry, t *Ticket) ledger.Entry {
	if f.spell != nil {
		waited := map[string]any{"since": db.Micros(f.spell.since), "due": db.Micros(f.spell.due)}
		if f.spell.metric != "" {
			waited["metric"] = f.spell.metric
		}
		data := maps.Clone(e.Data.(map[string]any))
		data["waited"] = waited
		e.Data = data
	}
	if len(f.read) > 0 {
		e.Data.(map[string]any)["read"] = f.read
	}
	if len(f.private) > 0 {
		all, _ := e.Private.(map[string]any)
		if all == nil {
			all = map[string]any{}
		}
		all["read"] = f.private
		e.Private, e.PersonID = all, t.RequesterID
	}
	return e
}

// text is what was written in the moment.
func (m moment) text() string {
	if m.wrote == nil {
		return ""
	}
	return m.wrote.Text
}

// notice queues one mail of a trigger. A machine's message is not answered.
func (s *Service) notice(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, tr *Trigger, n Notice, requester directory.Person, note func(ledger.Entry) (int64, error)) error {
	tpl := s.config().templates[n.Template]
	to, err := s.recipients(ctx, tx, t, n, requester, m.wrote != nil && m.wrote.Automatic)
	if err != nil || tpl == nil || len(to) == 0 {
		return err
	}
	if stormy, err := s.stormy(ctx, tx, by, t, m, tr, TicketNotified); err != nil || stormy {
		return err
	}
	ids, addresses := []int64{}, []mail.Address{}
	for _, p := range to {
		ids, addresses = append(ids, p.ID), append(addresses, mail.Address{Name: p.Name, Email: p.Email})
	}
	event, err := note(ledger.Entry{Verb: TicketNotified, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Data: map[string]any{"template_id": tpl.ID, "template_version": tpl.Version, "to": ids}})
	if err != nil {
		return err
	}
	name := requester.Name
	html, text := mail.FromMarkdown(values(t, name, m.text(), mail.EscapeMarkdown).Replace(tpl.Spec.Body))
	out := mail.Outgoing{HTML: html, Text: text, Date: by.Now(), Automatic: true}
	if !slices.Contains(n.To, requesterWord) { // the requester's own thread keeps its subject
		out.Subject = directory.OneLine(values(t, name, "", strings.TrimSpace).Replace(tpl.Spec.Subject))
	}
	// Copies of triggers count down from zero, those of surveys up: no id is given twice.
	return s.mailOut(ctx, tx, by.Because(act.Cause{Event: event, Blueprint: tr.ID, Version: tr.Version}), t, addresses, "", out,
		mail.MessageRef{TicketID: t.ID, Copy: -int(event)})
}

// stormy reports whether so many mails of a kind have left that a rule may send no more, and
// then tells so on the ticket.
func (s *Service) stormy(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, tr *Trigger, verb string) (bool, error) {
	sent, err := s.ledger.Recent(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, verb, by.Now().Add(-noticeWindow), noticesPerWindow)
	if err != nil || sent < noticesPerWindow {
		return false, err
	}
	return true, s.tellHalt(ctx, tx, by, t, m.event, halt{"storm", tr})
}

// recipients are the people a notice goes to, each once.
func (s *Service) recipients(ctx context.Context, tx db.Tx, t *Ticket, n Notice, requester directory.Person, automatic bool) (out []directory.Person, err error) {
	add := func(p directory.Person) {
		if p.ID != 0 && p.Email != "" && len(out) < maxRecipients && !slices.ContainsFunc(out, func(q directory.Person) bool { return q.ID == p.ID }) {
			out = append(out, p)
		}
	}
	for _, word := range n.To {
		switch word {
		case requesterWord:
			if !automatic {
				add(requester)
			}
		case assigneeWord:
			people, err := s.directory.Names(ctx, tx, []int64{t.AssigneeID})
			if err != nil {
				return nil, err
			}
			add(people[t.AssigneeID])
		case teamWord:
			members, err := s.reached(ctx, tx, []int64{t.TeamID})
			if err != nil {
				return nil, err
			}
			for _, p := range members {
				add(p)
			}
		default:
			p, _, err := s.directory.Colleague(ctx, tx, word)
			if err != nil {
				return nil, err
			}
			add(p)
		}
	}
	others, err := s.reached(ctx, tx, s.config().teamIDs(n.Teams))
	for _, p := range others {
		add(p)
	}
	return out, err
}
