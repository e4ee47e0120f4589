package desk

import (
	"encoding/json"
	"maps"
	"strings"

	"steward/internal/ledger"
)

// ticketStory is what figures are made of, folded from a ticket's events. Times are microseconds.
type ticketStory struct {
	Now      toldTicket         `json:"now"`
	Opened   int64              `json:"opened,omitempty"`
	First    int64              `json:"first,omitempty"` // first reply of a person
	Solved   int64              `json:"solved,omitempty"`
	Before   int64              `json:"before,omitempty"` // solved for the first time
	Closed   int64              `json:"closed,omitempty"`
	Replies  int64              `json:"replies,omitempty"`
	Asked    int64              `json:"asked,omitempty"` // messages of the customer after the first
	Reopens  int64              `json:"reopens,omitempty"`
	Since    int64              `json:"since,omitempty"` // in this state
	Spent    map[Status]int64   `json:"spent,omitempty"` // in earlier states
	Number   int64              `json:"number,omitempty"`
	Stretch  *waitStretch       `json:"stretch,omitempty"`
	Past     *waitStretch       `json:"past,omitempty"` // the stretch that ended last
	Promises map[int64]*promise `json:"promises,omitempty"`
}

// toldTicket holds the fields of a ticket as its events tell them.
type toldTicket struct {
	Status       Status         `json:"status,omitempty"`
	Priority     Priority       `json:"priority,omitempty"`
	Requester    int64          `json:"requester_id,omitempty"`
	Organization int64          `json:"organization_id,omitempty"`
	Assignee     int64          `json:"assignee_id,omitempty"`
	Team         int64          `json:"team_id,omitempty"`
	Brand        int64          `json:"brand_id,omitempty"`
	Mailbox      int64          `json:"mailbox_id,omitempty"`
	Channel      string         `json:"channel,omitempty"`
	Tags         []string       `json:"tags,omitempty"`
	Form         int64          `json:"form_id,omitempty"`
	Type         Type           `json:"type,omitempty"`
	MergedInto   int64          `json:"merged_into,omitempty"`
	Refused      string         `json:"refused,omitempty"`
	Hidden       Hidden         `json:"hidden,omitempty"`
	Purged       bool           `json:"purged,omitempty"`
	Imported     bool           `json:"imported,omitempty"`
	Attributes   map[string]any `json:"attributes,omitempty"`
}

// waitStretch is a time in which somebody waited for a ticket and nothing about it changed that figures are split by.
type waitStretch struct {
	Number int64      `json:"number"`
	From   int64      `json:"from"`
	To     int64      `json:"to,omitempty"`
	As     toldTicket `json:"as"`
}

// promise is a clock as its events tell it.
type promise struct {
	Metric    Metric `json:"metric"`
	Policy    int64  `json:"policy_id"`
	Target    int64  `json:"target"`
	Started   int64  `json:"started"`
	Due       int64  `json:"due,omitempty"`
	WasDue    int64  `json:"was_due,omitempty"` // of one that is not running
	Ended     int64  `json:"ended,omitempty"`
	Breached  int64  `json:"breached,omitempty"`
	Cancelled bool   `json:"cancelled,omitempty"`
}

// storyVerbs are the events that a story is made of.
var storyVerbs = []string{TicketCreated, TicketChanged, TicketReplied, TicketCommented, TicketPurged, ClockStarted, ClockPaused, ClockResumed,
	ClockMet, ClockBreached, ClockCancelled, ClockMoved, ClockReopened}

// fold takes an event in.
func (s *ticketStory) fold(e ledger.Event) error {
	at := e.At.UnixMicro()
	s.forget()
	switch e.Verb {
	case TicketCreated:
		return s.created(e, at)
	case TicketChanged:
		return s.changed(e, at)
	case TicketReplied, TicketCommented:
		return s.said(e, at)
	case TicketPurged:
		s.Now.Purged = true
		s.waits(at)
		return nil
	default:
		return s.ticked(e, at)
	}
}

// forget drops promises that nothing moves any more: they stay counted as they were last told.
func (s *ticketStory) forget() {
	for id, p := range s.Promises {
		if p.Cancelled || p.Ended != 0 && !p.Metric.whole() {
			delete(s.Promises, id)
		}
	}
	s.Past = nil
}

func (s *ticketStory) created(e ledger.Event, at int64) error {
	var all map[string]json.RawMessage
	if err := e.Decode(&all); err != nil {
		return err
	}
	if err := e.Decode(&s.Now); err != nil {
		return err
	}
	for name, raw := range all {
		s.Now.attribute(name, raw)
	}
	s.Opened, s.Since = at, at
	if s.Now.Status.Done() {
		s.Solved, s.Before = at, at
	}
	s.waits(at)
	return nil
}

// attribute takes in a change of an attribute: [old, new].
func (t *toldTicket) attribute(name string, raw json.RawMessage) {
	name, ok := strings.CutPrefix(name, "attributes.")
	var pair []any
	if !ok || json.Unmarshal(raw, &pair) != nil || len(pair) != 2 {
		return
	}
	t.Attributes = maps.Clone(t.Attributes)
	if t.Attributes == nil {
		t.Attributes = map[string]any{}
	}
	if t.Attributes[name] = pair[1]; pair[1] == nil {
		delete(t.Attributes, name)
	}
}

// changed takes changed fields in: every value as the event tells it, whatever was known before.
func (s *ticketStory) changed(e ledger.Event, at int64) error {
	var d struct {
		Changes map[string]json.RawMessage `json:"changes"`
	}
	if err := e.Decode(&d); err != nil {
		return err
	}
	was := s.Now
	news := map[string]json.RawMessage{}
	for name, raw := range d.Changes {
		var pair []json.RawMessage
		if strings.HasPrefix(name, "attributes.") {
			s.Now.attribute(name, raw)
		} else if json.Unmarshal(raw, &pair) == nil && len(pair) == 2 && string(pair[1]) != "null" {
			news[name] = pair[1]
		}
	}
	if _, ok := news["tags"]; ok {
		s.Now.Tags = nil // a list is replaced, not filled in
	}
	data, err := json.Marshal(news)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &s.Now); err != nil {
		return err
	}
	if s.Now.Status != was.Status {
		s.moved(was.Status, at)
	}
	s.waits(at)
	return nil
}

// moved notes that the ticket came into another state.
func (s *ticketStory) moved(from Status, at int64) {
	if s.Spent == nil {
		s.Spent = map[Status]int64{}
	}
	s.Spent[from] += max(0, at-s.Since)
	s.Since = at
	switch is := s.Now.Status; {
	case is.Done() && !from.Done():
		s.Solved = at
		if s.Before == 0 {
			s.Before = at
		}
	case !is.Done() && from.Done():
		s.Solved, s.Closed = 0, 0
		s.Reopens++
	}
	if s.Now.Status == StatusClosed {
		s.Closed = at
	}
}

func (s *ticketStory) said(e ledger.Event, at int64) error {
	var d struct {
		Automatic bool   `json:"automatic"`
		Channel   string `json:"channel"`
	}
	if err := e.Decode(&d); err != nil || d.Automatic || d.Channel == "rule" {
		return err
	}
	if e.Verb == TicketCommented {
		s.Asked++
		return nil
	}
	s.Replies++
	if s.First == 0 {
		s.First = at
	}
	return nil
}

// waits ends the stretch under way when what figures are split by has changed, and begins the next.
func (s *ticketStory) waits(at int64) {
	active := s.Opened != 0 && !s.Now.Status.Done() && s.Now.Hidden == "" && !s.Now.Purged
	if s.Stretch != nil {
		if active && s.Stretch.As.alike(s.Now) {
			return
		}
		s.Past, s.Stretch = s.Stretch, nil
		s.Past.To = max(at, s.Past.From)
	}
	if active {
		s.Number++
		s.Stretch = &waitStretch{Number: s.Number, From: at, As: s.Now}
	}
}

// alike reports whether figures put two states of a ticket into the same place.
func (t toldTicket) alike(o toldTicket) bool {
	if len(t.Attributes) != len(o.Attributes) || !equalTags(t.Tags, o.Tags) {
		return false
	}
	for k, v := range t.Attributes {
		a, _ := json.Marshal(v)
		b, _ := json.Marshal(o.Attributes[k])
		if string(a) != string(b) {
			return false
		}
	}
	return t.Status == o.Status && t.Priority == o.Priority && t.Requester == o.Requester && t.Organization == o.Organization && t.Assignee == o.Assignee &&
		t.Team == o.Team && t.Brand == o.Brand && t.Mailbox == o.Mailbox && t.Channel == o.Channel && t.Form == o.Form && t.Type == o.Type &&
		t.MergedInto == o.MergedInto && t.Refused == o.Refused
}

// ticked takes an event of a clock in.
func (s *ticketStory) ticked(e ledger.Event, at int64) error {
	var d struct {
		Clock  int64  `json:"clock"`
		Metric Metric `json:"metric"`
		Policy int64  `json:"policy_id"`
		Target int64  `json:"target"`
		Due    int64  `json:"due"`
	}
	if err := e.Decode(&d); err != nil || d.Clock == 0 {
		return err
	}
	if s.Promises == nil {
		s.Promises = map[int64]*promise{}
	}
	p := s.Promises[d.Clock]
	if p == nil {
		p = &promise{Started: at}
		s.Promises[d.Clock] = p
	}
	p.Metric, p.Policy, p.Target = d.Metric, d.Policy, d.Target
	if p.Due = d.Due; d.Due != 0 {
		p.WasDue = d.Due
	}
	switch e.Verb {
	case ClockMet:
		p.Ended = at
	case ClockReopened:
		p.Ended = 0
	case ClockBreached:
		if p.Breached == 0 {
			p.Breached = at
		}
	case ClockCancelled:
		p.Cancelled = true
	}
	return nil
}
