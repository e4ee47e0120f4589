package desk

import (
	"context"
	"fmt"
	"path"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// Why explains something that happened: what, because of what, under which rule, and what
// would have had to be different.
type Why struct {
	Title     string     `json:"title"`
	What      string     `json:"what"`
	Because   []Reason   `json:"because" nullable:"false"`
	Rule      *WhyRule   `json:"rule"`
	Otherwise []string   `json:"otherwise" nullable:"false"`
	Chain     []WhyCause `json:"chain" nullable:"false"`
}

// Reason is one sentence of an explanation.
type Reason struct {
	Text string     `json:"text"`
	At   *time.Time `json:"at"`
	Link *WhyLink   `json:"link"`
}

// WhyLink leads to what a sentence speaks of.
type WhyLink struct {
	Kind string `json:"kind"`
	ID   *int64 `json:"id"`
	Name string `json:"name,omitempty"`
}

// WhyRule is the blueprint version that decided, with its condition's values.
type WhyRule struct {
	Blueprint  Named          `json:"blueprint"`
	Change     *int64         `json:"change"`
	AppliedBy  *PersonRef     `json:"applied_by"`
	AppliedAt  *time.Time     `json:"applied_at"`
	Conditions []WhyCondition `json:"conditions" nullable:"false"`
}

// WhyCondition is one part of a condition with the value it saw.
type WhyCondition struct {
	Text  string `json:"text"`
	Value string `json:"value"`
	Held  bool   `json:"held"`
}

// WhyCause is one event of the chain of causes, newest first.
type WhyCause struct {
	EventID  int64     `json:"event_id"`
	At       time.Time `json:"at"`
	Sentence string    `json:"sentence"`
}

func (s *Service) getWhy(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (Why, error) {
	e, err := s.ledger.Get(ctx, tx, in.ID)
	if err != nil {
		return Why{}, err
	}
	if e.Subject.Kind != "ticket" {
		return Why{}, fault.Missing("event", in.ID)
	}
	t, err := s.Get(ctx, tx, by, e.Subject.ID)
	if err != nil || !Agent(by, t) {
		return Why{}, fault.Missing("event", in.ID)
	}
	if d := decode(e); d.Metric != "" {
		return s.whyClock(ctx, tx, t, e, d.Metric)
	}
	chain, err := s.chain(ctx, tx, e)
	if err != nil {
		return Why{}, err
	}
	n, err := s.whyNames(ctx, tx, t, chain)
	if err != nil {
		return Why{}, err
	}
	w := Why{Title: "Why did this happen?", What: s.sentence(e, n) + ".", Because: []Reason{}, Otherwise: []string{}, Chain: s.causes(chain, n)}
	if len(chain) > 1 {
		w.Because = append(w.Because, s.because(chain[1], n))
	} else {
		w.Because = append(w.Because, Reason{Text: actorView(e, n).Name + " did it.", At: &e.At, Link: personLink(e.ActorID)})
	}
	if e.Verb == TicketChanged && len(chain) > 1 {
		w.Otherwise = append(w.Otherwise, otherwiseStatus(chain[1].Verb))
	}
	w.Rule, err = s.whyRule(ctx, tx, t, e.Cause.Blueprint, e.Cause.Version)
	return w, err
}

// otherwiseStatus says when a message would have left the state alone.
func otherwiseStatus(cause string) string {
	switch cause {
	case TicketCommented:
		return "the message had been automatic, such as an absence notice"
	case TicketReplied:
		return "the message had been an internal note"
	default:
		return "that message had not come"
	}
}

func personLink(id int64) *WhyLink {
	if id == 0 {
		return nil
	}
	return &WhyLink{Kind: "person", ID: &id}
}

// chain follows an event's causes back, the event itself first.
func (s *Service) chain(ctx context.Context, tx db.Tx, e ledger.Event) ([]ledger.Event, error) {
	out := []ledger.Event{e}
	for e.Cause.Event != 0 && len(out) <= ledger.MaxDepth {
		cause, err := s.ledger.Get(ctx, tx, e.Cause.Event)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, cause)
		e = cause
	}
	return out, nil
}

func (s *Service) whyNames(ctx context.Context, tx db.Tx, t *Ticket, events []ledger.Event) (names, error) {
	entries := make([]Entry, len(events))
	for i, e := range events {
		entries[i].Event = e
	}
	return s.names(ctx, tx, []*Ticket{t}, mentioned(entries)...)
}

func (s *Service) causes(chain []ledger.Event, n names) []WhyCause {
	out := []WhyCause{}
	for _, e := range chain {
		out = append(out, WhyCause{e.ID, e.At, actorView(e, n).Name + ": " + s.sentence(e, n)})
	}
	return out
}

func (s *Service) because(e ledger.Event, n names) Reason {
	id := e.ID
	return Reason{Text: actorView(e, n).Name + ": " + lowerFirst(s.sentence(e, n)) + ".", At: &e.At, Link: &WhyLink{Kind: "event", ID: &id}}
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

// whyRule names the policy that decided and says which parts of its condition hold for the
// ticket as it is.
func (s *Service) whyRule(ctx context.Context, tx db.Tx, t *Ticket, id int64, version int) (*WhyRule, error) {
	if id == 0 {
		return nil, nil
	}
	r := &WhyRule{Blueprint: Named{Kind: "sla", Version: version}, Conditions: []WhyCondition{}}
	a, err := s.blueprints.Applied(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	r.Blueprint.Kind, r.Blueprint.Name, r.Change, r.AppliedAt = a.Kind, a.Name, rest.ID(a.Change), rest.Time(a.At)
	r.Blueprint.Title = a.Name
	if a.ByID != 0 {
		people, err := s.directory.Names(ctx, tx, []int64{a.ByID})
		if err != nil {
			return nil, err
		}
		r.AppliedBy = &PersonRef{ID: a.ByID, Name: people[a.ByID].Name}
	}
	p := s.config().Policy(id)
	if p == nil {
		return r, nil
	}
	r.Blueprint.Title = p.Title
	if p.Match == nil {
		r.Conditions = append(r.Conditions, WhyCondition{"It holds for every ticket", "", true})
		return r, nil
	}
	for _, c := range p.Match.Explain(s.config().vars(t, s.about(ctx, tx, t))) {
		r.Conditions = append(r.Conditions, WhyCondition{c.Text, fmt.Sprint(c.Value), c.Held})
	}
	return r, nil
}

type clockPath struct {
	ID     int64  `path:"id" minimum:"1"`
	Metric Metric `path:"metric" enum:"first_reply,next_reply"`
}

func (s *Service) getClockWhy(ctx context.Context, tx db.Tx, by act.Actor, in *clockPath) (Why, error) {
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return Why{}, err
	}
	if !Agent(by, t) {
		return Why{}, fault.Missing("ticket", in.ID)
	}
	return s.whyClock(ctx, tx, t, ledger.Event{}, in.Metric)
}

// whyClock explains the clock of a metric that an event tells about, or its newest one.
func (s *Service) whyClock(ctx context.Context, tx db.Tx, t *Ticket, e ledger.Event, m Metric) (Why, error) {
	clocks, err := s.Clocks(ctx, tx, t.ID)
	if err != nil {
		return Why{}, err
	}
	var c *Clock
	for _, one := range clocks {
		if one.Metric == m && (e.ID == 0 || one.EventID <= e.ID) {
			c = one
		}
	}
	if c == nil {
		return Why{}, fault.New(fault.NotFound, "Ticket %d has no clock for the %s.", t.ID, lowerFirst(metricWords[m]))
	}
	events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, c.EventID-1, timelineMax)
	if err != nil {
		return Why{}, err
	}
	n, err := s.whyNames(ctx, tx, t, events)
	if err != nil {
		return Why{}, err
	}
	now := s.clock()
	w := Why{Because: []Reason{}, Otherwise: []string{}, Chain: []WhyCause{}}
	w.Title, w.What = s.clockTitle(c, now)
	w.Because = s.clockBecause(c, events, n)
	if e.ID != 0 {
		chain, err := s.chain(ctx, tx, e)
		if err != nil {
			return Why{}, err
		}
		w.Chain = s.causes(chain, n)
	}
	if w.Rule, err = s.whyRule(ctx, tx, t, c.PolicyID, c.PolicyVersion); err != nil {
		return Why{}, err
	}
	w.Rule.Conditions = append(w.Rule.Conditions, WhyCondition{"Priority is " + string(t.Priority), string(t.Priority), true},
		WhyCondition{"Promise at that priority", words(c.Target), true})
	if cal := s.config().calendars[c.CalendarID]; cal != nil {
		w.Rule.Conditions = append(w.Rule.Conditions, WhyCondition{"Counted in " + cal.Title, path.Base(cal.Zone().String()), true})
	}
	paused := !c.running()
	w.Rule.Conditions = append(w.Rule.Conditions, WhyCondition{"Standing still while " + pauseWords(s.config().pauses(c.PolicyID)), statusWords[t.Status], paused && c.Ended.IsZero()})
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
func (s *Service) clockBecause(c *Clock, events []ledger.Event, n names) []Reason {
	out := []Reason{}
	ids := map[int64]bool{}
	for _, sp := range c.Spans {
		ids[sp.Event] = true
	}
	for _, e := range events {
		if !c.Ended.IsZero() && e.At.After(c.Ended) || len(out) >= 12 {
			break
		}
		who := actorView(e, n).Name
		id := e.ID
		r := Reason{At: &e.At, Link: &WhyLink{Kind: "event", ID: &id}}
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
