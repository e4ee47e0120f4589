package desk

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

type clockPath struct {
	ID     int64  `path:"id" minimum:"1"`
	Metric Metric `path:"metric" enum:"first_reply,next_reply,pausable_update,periodic_update,agent_work,requester_wait,total_resolution"`
	Clock  int64  `query:"clock" minimum:"0" doc:"An earlier clock of the metric by id; the newest when left out."`
}

func (s *Service) getClockWhy(ctx context.Context, tx db.Tx, by act.Actor, in *clockPath) (explain.Why, error) {
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return explain.Why{}, err
	}
	if !Agent(by, t) {
		return explain.Why{}, fault.Missing("ticket", in.ID)
	}
	c, err := s.clockOf(ctx, tx, t.ID, in.Metric, in.Clock)
	if err != nil {
		return explain.Why{}, err
	}
	return s.whyClock(ctx, tx, t, c)
}

// clockOf is a ticket's clock of a metric by id, or its newest one for 0.
func (s *Service) clockOf(ctx context.Context, tx db.Tx, ticketID int64, m Metric, id int64) (*Clock, error) {
	found, err := s.clocksWhere(ctx, tx, `ticket_id = $1 AND metric = $2 AND id = COALESCE(NULLIF(CAST($3 AS BIGINT), 0), (SELECT max(id) FROM clock WHERE ticket_id = $1 AND metric = $2))`, ticketID, string(m), id)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0 && id != 0:
		return nil, fault.Missing("clock", id)
	case len(found) == 0:
		return nil, fault.New(fault.NotFound, "Ticket %d has no clock for the %s.", ticketID, lowerFirst(metricWords[m]))
	}
	return found[0], nil
}

// Bounds of an explanation: of a clock with more intervals the newest are told.
const (
	toldIntervals = 500
	toldNotes     = 3
	toldPins      = 200
)

// clockStory is a clock with the events of its life.
type clockStory struct {
	s      *Service
	ticket *Ticket
	clock  *Clock
	events map[int64]ledger.Event // those that began its intervals
	pins   []ledger.Event         // that matched it with a promise
	notes  []ledger.Event         // that did not stop it
	names  names
	now    time.Time
	said   map[saying]string // what told said already
}

// saying is all that a sentence about an event depends on: a ticket that goes to and fro says the
// same again and again, and reading an event takes longer than anything else about a clock.
type saying struct {
	verb, data       string
	actor, blueprint int64
	kind             act.Kind
}

func sayingOf(e ledger.Event) saying {
	return saying{e.Verb, string(e.Data), e.ActorID, e.Cause.Blueprint, e.ActorKind}
}

// whyClock explains a clock.
func (s *Service) whyClock(ctx context.Context, tx db.Tx, t *Ticket, c *Clock) (explain.Why, error) {
	st := clockStory{s: s, ticket: t, clock: c, now: s.clock(), said: map[saying]string{}}
	if err := st.read(ctx, tx); err != nil {
		return explain.Why{}, err
	}
	w := explain.Why{Because: st.because(), Otherwise: st.otherwise(), Chain: []explain.Cause{}, Intervals: st.intervals()}
	w.Title, w.What = st.title()
	// The newest event that pinned the promise tells what its condition read.
	pinned := ledger.Event{Cause: act.Cause{Blueprint: c.PolicyID, Version: c.PolicyVersion}}
	for _, e := range st.pins {
		if e.Cause.Version == c.PolicyVersion && e.Cause.Blueprint == c.PolicyID {
			pinned = e
		}
	}
	var err error
	if w.Rule, err = s.explain.Rule(ctx, tx, pinned); err != nil {
		return explain.Why{}, err
	}
	if len(w.Rule.Conditions) == 0 {
		w.Rule.Conditions = append(w.Rule.Conditions, explain.Condition{Text: st.names.say.Word("It holds for every ticket"), Held: true})
	}
	w.Rule.Conditions = append(w.Rule.Conditions, st.conditions()...)
	return w, nil
}

// read reads the events of the clock's life.
func (st *clockStory) read(ctx context.Context, tx db.Tx) (err error) {
	c, s := st.clock, st.s
	ids := []int64{c.EventID}
	for _, sp := range c.Spans[max(0, len(c.Spans)-toldIntervals):] {
		if sp.Event != 0 && !slices.Contains(ids, sp.Event) {
			ids = append(ids, sp.Event)
		}
	}
	if st.events, err = s.ledger.Some(ctx, tx, ids); err != nil {
		return err
	}
	about, until := ledger.Ref{Kind: "ticket", ID: c.TicketID}, st.now
	if !c.Ended.IsZero() {
		until = c.Ended
	}
	pins, err := s.ledger.Named(ctx, tx, about, []string{ClockStarted, ClockMoved}, c.Started, until, toldPins)
	if err != nil {
		return err
	}
	for _, e := range pins {
		if decode(e).Clock == c.ID {
			st.pins = append(st.pins, e)
		}
	}
	if !c.Metric.whole() {
		if st.notes, err = s.ledger.Named(ctx, tx, about, []string{TicketNoted}, c.Started, until, toldNotes); err != nil {
			return err
		}
	}
	var entries []Entry
	seen := map[saying]bool{}
	for _, e := range st.events {
		if one := sayingOf(e); !seen[one] {
			seen[one] = true
			entries = append(entries, Entry{Event: e})
		}
	}
	for _, e := range st.notes {
		entries = append(entries, Entry{Event: e})
	}
	st.names, err = s.names(ctx, tx, []*Ticket{st.ticket}, mentioned(entries)...)
	return err
}

// told says who did what an event tells, and what.
func (st *clockStory) told(id int64) string {
	e, ok := st.events[id]
	if !ok {
		return st.names.say.Word("What did it is not recorded")
	}
	one := sayingOf(e)
	said, ok := st.said[one]
	if !ok {
		said = st.s.actorView(e, st.names).Name + ": " + st.names.say.Within(st.s.sentence(e, st.names))
		st.said[one] = said
	}
	return said
}

// intervals are the stretches in which the clock ran, stood still or had ended, with what began each.
func (st *clockStory) intervals() []explain.Interval {
	c := st.clock
	first := max(0, len(c.Spans)-toldIntervals)
	out := make([]explain.Interval, 0, len(c.Spans)-first)
	for i := first; i < len(c.Spans); i++ {
		sp := c.Spans[i]
		in := explain.Interval{From: time.UnixMicro(sp.From).UTC(), State: "paused", EventID: sp.Event, Sentence: st.told(sp.Event)}
		to := st.now
		if i+1 < len(c.Spans) {
			to = time.UnixMicro(c.Spans[i+1].From).UTC()
			in.To = &to
		}
		switch {
		case sp.Running:
			in.State, in.Minutes = "running", int64(c.calendar.Between(in.From, to)/time.Minute)
		case sp.End:
			in.State = "ended"
		}
		out = append(out, in)
	}
	return out
}

func (st *clockStory) conditions() []explain.Condition {
	c, t, l := st.clock, st.ticket, st.names.say
	out := []explain.Condition{{Text: l.Say("Priority is %s", lang.Term(t.Priority)), Value: l.Word(string(t.Priority)), Held: true}, {Text: l.Word("Promise at that priority"), Value: words(c.Target).Speak(l), Held: true}}
	if cal := st.s.config().calendars[c.CalendarID]; cal != nil {
		out = append(out, explain.Condition{Text: l.Say("Counted in %s, version %d", cal.Title, c.CalendarVersion), Value: path.Base(cal.Zone().String()), Held: true})
	}
	if t.Refused != "" && c.Ended.IsZero() {
		out = append(out, explain.Condition{Text: l.Word("Standing still while the requester may not ask for help"), Value: l.Word(reasonWords[t.Refused]), Held: true})
	}
	var still []string
	for _, state := range Statuses {
		if !state.Done() && c.Metric.stands(state, st.s.config().pauses(c.PolicyID)) {
			still = append(still, l.Word(statusWords[state]))
		}
	}
	if len(still) == 0 {
		return append(out, explain.Condition{Text: l.Word("Never standing still before it is solved"), Value: l.Word(statusWords[t.Status]), Held: true})
	}
	return append(out, explain.Condition{Text: l.Say("Standing still while %s", strings.Join(still, l.Word(" or "))), Value: l.Word(statusWords[t.Status]), Held: !c.running() && c.Ended.IsZero()})
}

// missing says what had not happened when a promise of the metric was broken.
func (m Metric) missing(l *lang.Language) string {
	if m.whole() {
		return l.Word("The ticket was not solved by then.")
	}
	return l.Word("Nobody had replied in public by then.")
}

// kept says what would have kept a promise of the metric.
func (m Metric) kept(l *lang.Language, by time.Time) string {
	at := l.Time(by, "15:04 on Mon 2 Jan")
	if m.whole() {
		return l.Say("the ticket had been solved before %s", at)
	}
	return l.Say("somebody had replied in public before %s", at)
}

// title asks the question and answers it in a sentence.
func (st *clockStory) title() (title, what string) {
	c, l := st.clock, st.names.say
	name := l.Within(l.Word(metricWords[c.Metric]))
	at := func(t time.Time) string { return l.Time(t.In(c.calendar.Zone()), "Mon 2 Jan 15:04 MST") }
	due := c.Due
	if !c.BreachedAt.IsZero() {
		due = c.BreachedAt
	}
	switch {
	case c.State == MetLate:
		return l.Say("Why was the %s late?", name), l.Say("It was due %s and came %s.", at(due), at(c.Ended))
	case st.late():
		return l.Say("Why is the %s past due?", name), l.Say("It was due %s. %s", at(due), c.Metric.missing(l))
	case c.State == Met:
		return l.Say("How was the %s promise kept?", name), l.Say("It came %s, after %s of working time; %s were promised.", at(c.Ended), words(c.Used), words(c.Target))
	case !c.running():
		return l.Say("Why does the %s clock stand still?", name), l.Say("It has used %s of %s and waits.", words(c.Used), words(c.Target))
	case c.Due.IsZero():
		return l.Say("Why is the %s not due?", name), l.Word("Its calendar has no working time ahead.")
	default:
		return l.Say("Why is the %s due then?", name), l.Say("It is due %s: %s of working time from its start.", at(c.Due), words(c.Target))
	}
}

func (st *clockStory) late() bool {
	c := st.clock
	return !c.BreachedAt.IsZero() || c.State == Running && c.breachedBy(st.now)
}

// shownStops is how many of its stops the reasons tell; the intervals tell all.
const shownStops = 6

// because tells what started, moved, stopped, did not stop and ended a clock, in order.
func (st *clockStory) because() []explain.Reason {
	c, l := st.clock, st.names.say
	type telling struct {
		at   int64
		id   int64
		text string
	}
	var all []telling
	start := l.Say("%s, which started a %s clock.", st.told(c.EventID), words(c.Target))
	all = append(all, telling{db.Micros(c.Started), c.EventID, start})
	for _, e := range st.pins {
		if e.Verb == ClockMoved {
			all = append(all, telling{db.Micros(e.Recorded), e.ID, st.s.sentence(e, st.names) + "."})
		}
	}
	for _, e := range st.notes {
		if _, began := st.events[e.ID]; !began {
			all = append(all, telling{db.Micros(e.Recorded), e.ID, l.Say("%s's note was internal, so it did not stop it.", st.s.actorView(e, st.names).Name)})
		}
	}
	stops := c.Spans[1:]
	if hidden := len(stops) - shownStops; hidden > 0 {
		all = append(all, telling{stops[0].From, 0, l.Say("It stood still or went on %d more times; the intervals tell each.", hidden)})
		stops = stops[hidden:]
	}
	for _, sp := range stops {
		text := st.told(sp.Event)
		switch {
		case sp.End:
			text = l.Say("%s, which ended it.", text)
		case sp.Running:
			text = l.Say("%s, so the clock went on.", text)
		default:
			text = l.Say("%s, so the clock stood still.", text)
		}
		all = append(all, telling{sp.From, sp.Event, text})
	}
	slices.SortStableFunc(all, func(a, b telling) int { return cmp.Compare(a.at, b.at) })
	out := make([]explain.Reason, len(all))
	for i, one := range all {
		out[i] = explain.Reason{Text: one.text}
		if one.id != 0 {
			at, id := db.Time(one.at), one.id
			out[i].At, out[i].Link = &at, &explain.Link{Kind: "event", ID: &id}
		}
	}
	return out
}

// otherwise says what would have kept the promise, or moved it.
func (st *clockStory) otherwise() []string {
	c, l, out := st.clock, st.names.say, []string{}
	if st.late() {
		due := c.BreachedAt
		if due.IsZero() {
			due = c.Due
		}
		out = append(out, c.Metric.kept(l, due.In(c.calendar.Zone())))
	}
	p := st.s.config().Policy(c.PolicyID)
	if p == nil {
		return out
	}
	for _, pr := range Priorities {
		target, ok := p.target(c.Metric, pr)
		if pr == st.ticket.Priority || !ok || target.Within == c.Target && target.CalendarID == c.CalendarID {
			continue
		}
		if due, ok := target.Calendar.After(c.Started, target.Within); ok && len(out) < 4 {
			out = append(out, l.Say("the priority were %s (due %s, after %s)", lang.Term(pr), l.Time(due.In(target.Calendar.Zone()), "Mon 2 Jan 15:04"), words(target.Within)))
		}
	}
	return out
}
