package desk

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/work"
)

// workSource is the name of tickets as a source of work.
const workSource = "ticket"

// item is the work that a ticket is: somebody's or their team's while it waits for an agent.
// ok is false when it waits for nobody here.
func (t *Ticket) item() (i work.Item, ok bool) {
	if t == nil || t.Hidden != "" || t.Refused != "" || t.Status.WaitsFor() != "agent" || t.AssigneeID == 0 && t.TeamID == 0 {
		return i, false
	}
	due, _ := t.workDue()
	return work.Item{Source: workSource, Key: strconv.FormatInt(t.ID, 10), PersonID: t.AssigneeID, TeamID: t.TeamID, Due: db.Time(db.Micros(due)),
		Urgency: slices.Index(Priorities, t.Priority), Subject: ledger.Ref{Kind: "ticket", ID: t.ID}}, true
}

// workDue is when the work is due: with the next promise, or on the day of a task when that is earlier; zero for
// no date. task reports the latter.
func (t *Ticket) workDue() (due time.Time, task bool) {
	if t.Type == TypeTask && !t.TaskDue.IsZero() && (t.Due.IsZero() || t.TaskDue.Before(t.Due)) {
		return t.TaskDue, true
	}
	return t.Due, false
}

// putWork keeps the list of work in step with a change of a ticket. before is nil for a new
// one, event what led to it. Nothing is written when nothing about the item changed.
func putWork(ctx context.Context, tx db.Tx, now time.Time, before, t *Ticket, event int64) error {
	was, had := before.item()
	is, has := t.item()
	switch {
	case has && (!had || was != is):
		is.EventID = event
		return work.Put(ctx, tx, now, is)
	case had && !has && t.Hidden == "" && t.Status.Done():
		return work.Finish(ctx, tx, now, was.Source, was.Key)
	case had && !has:
		return work.TakeBack(ctx, tx, was.Source, was.Key)
	}
	return nil
}

// noteWork keeps in an import why a ticket is on somebody's list.
func (p *Past) noteWork(before *Ticket, event int64) {
	was, had := before.item()
	if is, has := p.Ticket.item(); has && (!had || was != is) {
		p.waits = event
	}
}

// bulkWork adds the item of an imported ticket that waits.
func (p *Past) bulkWork(rows *db.Bulk) {
	if i, ok := p.Ticket.item(); ok {
		i.EventID = p.waits
		work.Bulk(rows, p.Ticket.Updated, i)
	}
}

// WorkSource shows tickets on people's lists.
func (s *Service) WorkSource() work.Source {
	return work.Source{Name: workSource, Title: "Ticket", Cards: s.cards}
}

// cards shows the items of tickets that the actor may read.
func (s *Service) cards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	var ids, causes []int64
	for _, i := range items {
		ids, causes = append(ids, i.Subject.ID), append(causes, i.EventID)
	}
	tickets, err := s.some(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	events, err := s.ledger.Some(ctx, tx, causes)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, e := range events {
		entries = append(entries, Entry{Event: e})
	}
	var list []*Ticket
	for _, t := range tickets {
		list = append(list, t)
	}
	n, err := s.names(ctx, tx, list, mentioned(entries)...)
	if err != nil {
		return nil, err
	}
	out := map[int64]work.Card{}
	for _, i := range items {
		t := tickets[i.Subject.ID]
		if t == nil {
			continue
		}
		c := work.Card{Title: t.Subject, About: n.people[t.RequesterID].Name, Promise: n.say.Word(metricWords[t.DueMetric]), Mine: Agent(by, t)}
		if _, task := t.workDue(); task {
			c.Promise = n.say.Word("Task")
		}
		if t.OrganizationID != 0 {
			c.About = n.orgs[t.OrganizationID]
		}
		if e, ok := events[i.EventID]; ok && c.Mine { // what led here may be internal
			c.Why = s.workReason(by, t, e, n)
		}
		out[i.ID] = c
	}
	return out, nil
}

// workReason says in a few words why a ticket is on somebody's list.
func (s *Service) workReason(by act.Actor, t *Ticket, e ledger.Event, n names) string {
	who := s.actorView(e, n).Name
	d := decode(e)
	_, assigned := d.Changes["assignee_id"]
	switch {
	case e.Verb == TicketCreated:
		return n.say.Say("New from %s", n.people[t.RequesterID].Name)
	case e.Verb == TicketCommented:
		return n.say.Say("%s wrote", who)
	case e.Verb == TicketReplied && e.ActorID == by.PersonID:
		return n.say.Word("You replied last")
	case e.Verb == TicketReplied:
		return n.say.Say("%s replied last", who)
	case e.Verb == TicketChanged && assigned && t.AssigneeID != 0 && e.ActorID == by.PersonID:
		return n.say.Word("You took it")
	case e.Verb == TicketChanged && assigned && t.AssigneeID != 0:
		return n.say.Say("%s assigned it to you", who)
	default:
		return who + ": " + n.say.Within(s.sentence(e, n))
	}
}

// some reads tickets that the actor may read, by id.
func (s *Service) some(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]*Ticket, error) {
	return s.someWhere(ctx, tx, by, (&db.Where{}).And("t.deleted_at IS NULL"), ids)
}

// someAny is some with those that are put away, for who may look at them.
func (s *Service) someAny(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]*Ticket, error) {
	all, err := s.someWhere(ctx, tx, by, &db.Where{}, ids)
	maps.DeleteFunc(all, func(_ int64, t *Ticket) bool { return t.Hidden == hiddenPurged || t.Hidden != "" && !t.seenHidden(by) })
	return all, err
}

func (s *Service) someWhere(ctx context.Context, tx db.Tx, by act.Actor, w *db.Where, ids []int64) (map[int64]*Ticket, error) {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w.In("t.id", list)
	if len(list) == 0 || !by.May("read", "ticket") {
		return nil, nil
	}
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]*Ticket{}
	for rows.Next() {
		t, err := scanTicket(rows)
		if err != nil {
			return nil, err
		}
		out[t.ID] = t
	}
	return out, rows.Err()
}
