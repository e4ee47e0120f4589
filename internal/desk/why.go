package desk

import (
	"context"
	"fmt"
	"path"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// The desk speaks for tickets.
var _ explain.Teller = (*Service)(nil)

// MayExplain implements explain.Teller: whoever works on the ticket may.
func (s *Service) MayExplain(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	_, err := s.working(ctx, tx, by, id)
	return err
}

// Record implements explain.Teller.
func (s *Service) Record(ctx context.Context, tx db.Tx, id int64) (auth.Record, error) {
	t, err := s.load(ctx, tx, id)
	if err != nil {
		return auth.Record{}, err
	}
	return t.Record(), nil
}

// Tell implements explain.Teller.
func (s *Service) Tell(ctx context.Context, tx db.Tx, events []ledger.Event) ([]explain.Told, error) {
	entries := make([]Entry, len(events))
	for i, e := range events {
		entries[i].Event = e
	}
	n, err := s.names(ctx, tx, nil, mentioned(entries)...)
	if err != nil {
		return nil, err
	}
	out := make([]explain.Told, len(events))
	for i, e := range events {
		out[i] = explain.Told{Who: s.actorView(e, n).Name, What: s.sentence(e, n)}
	}
	return out, nil
}

// Expand implements explain.Teller: events of clocks are explained by the whole clock.
func (s *Service) Expand(ctx context.Context, tx db.Tx, _ act.Actor, chain []ledger.Event, w *explain.Why) error {
	e := chain[0]
	if m := decode(e).Metric; m != "" {
		t, err := s.load(ctx, tx, e.Subject.ID)
		if err != nil {
			return err
		}
		of, err := s.whyClock(ctx, tx, t, e, m)
		of.Chain = w.Chain
		*w = of
		return err
	}
	for _, one := range chain[:min(len(chain), 2)] { // the change it led to is explained by it, too
		if one.Verb == TicketRouted {
			n, err := s.names(ctx, tx, nil, routedPeople(one)...)
			if err != nil {
				return err
			}
			s.whyRouted(one, n, w)
			w.Rule, err = s.explain.Rule(ctx, tx, one)
			return err
		}
	}
	if e.Verb == TriggerStopped {
		w.Title = "Why was this stopped?"
		w.Otherwise = append(w.Otherwise, "the triggers did not lead to each other; an administrator can see in Configuration what each one does")
		return nil
	}
	if e.Verb == TicketChanged && len(chain) > 1 {
		w.Otherwise = append(w.Otherwise, otherwiseStatus(chain[1].Verb))
	}
	return nil
}

// otherwiseStatus says when a message would have left the state alone.
func otherwiseStatus(cause string) string {
	switch cause {
	case TicketCommented:
		return "the message had been automatic, such as an absence notice"
	case TicketReplied:
		return "the message had been an internal note"
	default:
		return "what led to it had not happened"
	}
}

// WhyField explains the value a field of a ticket has: the event that set it last. Whoever
// works on the ticket may.
func (s *Service) WhyField(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, field string) (explain.Why, error) {
	if _, err := s.working(ctx, tx, by, ticketID); err != nil {
		return explain.Why{}, err
	}
	column, ok := fieldColumn(field)
	if !ok {
		return explain.Why{}, fault.Field("field", field, "status, priority, assignee, team, tags, subject, organization or requester", "A ticket has no field %q.", field)
	}
	set, after := int64(0), int64(0)
	for { // a ticket's events are few enough to be read
		events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: ticketID}, after, timelineMax)
		if err != nil {
			return explain.Why{}, err
		}
		for _, e := range events {
			if _, changed := decode(e).Changes[column]; changed || e.Verb == TicketCreated {
				set = e.ID
			}
		}
		if len(events) < timelineMax {
			break
		}
		after = events[len(events)-1].ID
	}
	if set == 0 {
		return explain.Why{}, fault.New(fault.NotFound, "Nothing tells how ticket %d came by its %s.", ticketID, field)
	}
	w, err := s.explain.Event(ctx, tx, by, set)
	w.Title = "Why this " + field + "?"
	if field == "tags" {
		w.Title = "Why these tags?"
	}
	return w, err
}

// fieldColumn is the name a field has in events.
func fieldColumn(title string) (string, bool) {
	for _, f := range fieldNames {
		if f.title == title {
			return f.field, true
		}
	}
	return "", false
}

type fieldPath struct {
	ID    int64  `path:"id" minimum:"1"`
	Field string `path:"field" maxLength:"50"`
}

func (s *Service) getFieldWhy(ctx context.Context, tx db.Tx, by act.Actor, in *fieldPath) (explain.Why, error) {
	return s.WhyField(ctx, tx, by, in.ID, in.Field)
}

func lowerFirst(text string) string {
	if text == "" {
		return text
	}
	b := []byte(text)
	if b[0] >= 'A' && b[0] <= 'Z' {
		b[0] |= 0x20
	}
	return string(b)
}

type clockPath struct {
	ID     int64  `path:"id" minimum:"1"`
	Metric Metric `path:"metric" enum:"first_reply,next_reply"`
}

func (s *Service) getClockWhy(ctx context.Context, tx db.Tx, by act.Actor, in *clockPath) (explain.Why, error) {
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return explain.Why{}, err
	}
	if !Agent(by, t) {
		return explain.Why{}, fault.Missing("ticket", in.ID)
	}
	return s.whyClock(ctx, tx, t, ledger.Event{}, in.Metric)
}

// whyClock explains the clock of a metric that an event tells about, or its newest one.
func (s *Service) whyClock(ctx context.Context, tx db.Tx, t *Ticket, e ledger.Event, m Metric) (explain.Why, error) {
	clocks, err := s.Clocks(ctx, tx, t.ID)
	if err != nil {
		return explain.Why{}, err
	}
	var c *Clock
	for _, one := range clocks {
		if one.Metric == m && (e.ID == 0 || one.EventID <= e.ID) {
			c = one
		}
	}
	if c == nil {
		return explain.Why{}, fault.New(fault.NotFound, "Ticket %d has no clock for the %s.", t.ID, lowerFirst(metricWords[m]))
	}
	events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, c.EventID-1, timelineMax)
	if err != nil {
		return explain.Why{}, err
	}
	entries := make([]Entry, len(events))
	for i, e := range events {
		entries[i].Event = e
	}
	n, err := s.names(ctx, tx, []*Ticket{t}, mentioned(entries)...)
	if err != nil {
		return explain.Why{}, err
	}
	now := s.clock()
	w := explain.Why{Because: []explain.Reason{}, Otherwise: []string{}, Chain: []explain.Cause{}}
	w.Title, w.What = s.clockTitle(c, now)
	w.Because = s.clockBecause(c, events, n)
	// The newest event that pinned the promise tells what its condition read.
	pinned := ledger.Event{Cause: act.Cause{Blueprint: c.PolicyID, Version: c.PolicyVersion}}
	for _, one := range events {
		d := decode(one)
		if d.Metric == m && d.Clock == c.ID && (one.Verb == ClockStarted || one.Verb == ClockMoved) && one.Cause.Version == c.PolicyVersion && one.Cause.Blueprint == c.PolicyID {
			pinned = one
		}
	}
	if w.Rule, err = s.explain.Rule(ctx, tx, pinned); err != nil {
		return explain.Why{}, err
	}
	if len(w.Rule.Conditions) == 0 {
		w.Rule.Conditions = append(w.Rule.Conditions, explain.Condition{Text: "It holds for every ticket", Held: true})
	}
	w.Rule.Conditions = append(w.Rule.Conditions, explain.Condition{Text: "Priority is " + string(t.Priority), Value: string(t.Priority), Held: true},
		explain.Condition{Text: "Promise at that priority", Value: words(c.Target), Held: true})
	if cal := s.config().calendars[c.CalendarID]; cal != nil {
		w.Rule.Conditions = append(w.Rule.Conditions, explain.Condition{Text: "Counted in " + cal.Title, Value: path.Base(cal.Zone().String()), Held: true})
	}
	paused := !c.running()
	w.Rule.Conditions = append(w.Rule.Conditions, explain.Condition{Text: "Standing still while " + pauseWords(s.config().pauses(c.PolicyID)), Value: statusWords[t.Status], Held: paused && c.Ended.IsZero()})
	w.Otherwise = s.clockOtherwise(t, c, now)
	return w, nil
}

func pauseWords(states []Status) string {
	out := ""
	for i, st := range states {
		if i > 0 {
			out += " or "
		}
		out += statusWords[st]
	}
	return out
}

// clockTitle asks the question and answers it in a sentence.
func (s *Service) clockTitle(c *Clock, now time.Time) (title, what string) {
	name := lowerFirst(metricWords[c.Metric])
	zone := c.calendar.Zone()
	at := func(t time.Time) string { return t.In(zone).Format("Mon 2 Jan 15:04 MST") }
	late := !c.BreachedAt.IsZero() || c.State == Running && c.breachedBy(now)
	due := c.Due
	if !c.BreachedAt.IsZero() {
		due = c.BreachedAt
	}
	switch {
	case c.State == MetLate:
		return "Why was the " + name + " late?", fmt.Sprintf("It was due %s and came %s.", at(due), at(c.Ended))
	case late:
		return "Why is the " + name + " past due?", fmt.Sprintf("It was due %s. Nobody had replied in public by then.", at(due))
	case c.State == Met:
		return "How was the " + name + " promise kept?", fmt.Sprintf("It came %s, after %s of working time; %s were promised.", at(c.Ended), words(c.Used), words(c.Target))
	case !c.running():
		return "Why does the " + name + " clock stand still?", fmt.Sprintf("It has used %s of %s and waits.", words(c.Used), words(c.Target))
	case c.Due.IsZero():
		return "Why is the " + name + " not due?", "Its calendar has no working time ahead."
	default:
		return "Why is the " + name + " due then?", fmt.Sprintf("It is due %s: %s of working time from its start.", at(c.Due), words(c.Target))
	}
}

// clockBecause tells what started, stopped, did not stop and ended a clock.
func (s *Service) clockBecause(c *Clock, events []ledger.Event, n names) []explain.Reason {
	out := []explain.Reason{}
	ids := map[int64]bool{}
	for _, sp := range c.Spans {
		ids[sp.Event] = true
	}
	for _, e := range events {
		if !c.Ended.IsZero() && e.At.After(c.Ended) || len(out) >= 12 {
			break
		}
		who := s.actorView(e, n).Name
		id := e.ID
		r := explain.Reason{At: &e.At, Link: &explain.Link{Kind: "event", ID: &id}}
		switch {
		case e.ID == c.EventID:
			r.Text = fmt.Sprintf("%s's message started a %s clock.", who, words(c.Target))
		case e.Verb == TicketNoted:
			r.Text = who + "'s note was internal, so it did not stop it."
		case e.Verb == TicketReplied:
			r.Text = who + "'s public reply ended it."
		case ids[e.ID]:
			r.Text = fmt.Sprintf("%s: %s, so the clock stood still or went on.", who, lowerFirst(s.sentence(e, n)))
		case e.Verb == ClockMoved:
			r.Text = s.sentence(e, n) + "."
		default:
			continue
		}
		out = append(out, r)
	}
	return out
}

// clockOtherwise says what would have kept the promise, or moved it.
func (s *Service) clockOtherwise(t *Ticket, c *Clock, now time.Time) []string {
	out := []string{}
	late := !c.BreachedAt.IsZero() || c.State == Running && c.breachedBy(now)
	if late {
		due := c.BreachedAt
		if due.IsZero() {
			due = c.Due
		}
		out = append(out, "somebody had replied in public before "+due.In(c.calendar.Zone()).Format("15:04 on Mon 2 Jan"))
	}
	p := s.config().Policy(c.PolicyID)
	if p == nil {
		return out
	}
	for _, pr := range Priorities {
		target, ok := p.target(c.Metric, pr)
		if pr == t.Priority || !ok || target.Within == c.Target && target.CalendarID == c.CalendarID {
			continue
		}
		if due, ok := target.Calendar.After(c.Started, target.Within); ok && len(out) < 4 {
			out = append(out, fmt.Sprintf("the priority were %s (due %s, after %s)", pr, due.In(target.Calendar.Zone()).Format("Mon 2 Jan 15:04"), words(target.Within)))
		}
	}
	return out
}
