package desk

import (
	"context"
	"maps"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/ledger"
)

// NewTicket is what Create takes. Zero ids mean none.
type NewTicket struct {
	Subject    string
	Message    Message
	Requester  directory.Person
	Priority   Priority // "": normal
	AssigneeID int64
	TeamID     int64
	BrandID    int64
	MailboxID  int64
	Tags       []string
	Channel    string // mail, api or web
	FollowupOf int64
	Status     Status         // "": new, or open with an assignee
	Attributes map[string]any // by name; defaults fill what is left out
	FormID     int64
	Copies     []int64 // people outside who get every reply too
	External   []ExternalID
	Type       Type      // "": question
	TaskDue    time.Time // of a task
	Confirm    []string  // names of guards that ask, and are answered with yes

	carried  field.Values // of the ticket that this one follows, instead of Attributes
	taken    bool         // its form was filled in and checked before; what must be filled is not asked again
	released bool         // somebody looked at the mail and let it through
}

// Create opens a ticket with its first message. Agents may open one for anybody; others
// only for themselves.
func (s *Service) Create(ctx context.Context, tx db.Tx, by act.Actor, in NewTicket) (*Ticket, *Comment, error) {
	by = by.Still() // so that the ledger tells the very time that the clocks saw
	t, err := in.ticket(by)
	if err != nil {
		return nil, nil, err
	}
	if !auth.Scope(by, "write", "ticket").Covers(t.Record()) {
		return nil, nil, by.Denied("write", "ticket")
	}
	inner := in.AssigneeID != 0 || in.Status != "" || !in.Message.Public // what is not for requesters to say
	if inner && !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, nil, by.Denied("edit", "ticket")
	}
	if err := s.checkRefs(ctx, tx, t); err != nil {
		return nil, nil, err
	}
	if err := s.takesTickets(ctx, tx, t.AssigneeID); err != nil {
		return nil, nil, err
	}
	cfg, about := s.config(), s.about(ctx, tx, t)
	to := askerOf(in.Requester)
	if auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		to = toAgents
	}
	if err := in.fill(cfg, t, to, about); err != nil {
		return nil, nil, err
	}
	if err := s.mustBeRead(ctx, tx, by, t, in.Message); err != nil {
		return nil, nil, err
	}
	colleagues, err := s.copiesOf(ctx, tx, t, in.Copies)
	if err != nil {
		return nil, nil, err
	}
	if in.Message.AuthorID == 0 {
		in.Message.AuthorID = by.PersonID
	}
	// Triggers and clocks need no ids to say what they do, so that the ticket is stored once.
	m := moment{at: t.Created, created: true, wrote: &in.Message}
	if m.ruling, err = s.judge(ctx, tx, by, t, in); err != nil {
		return nil, nil, err
	}
	passed, err := s.asks(ctx, tx, by, submit{after: t, message: &in.Message, confirm: in.Confirm})
	if err != nil {
		return nil, nil, err
	}
	t.noteWritten(m)
	asked := *t
	run, err := cfg.fire(t, update{m.happened(), nil, m.wrote}, s.around(ctx, tx, by, t), about)
	if err != nil {
		return nil, nil, err
	}
	t.noteMoved(&asked, m.at)
	clocks, steps := cfg.react(t, nil, m, func() map[string]any { return cfg.vars(t, about) })
	if err := s.insertTicket(ctx, tx, t); err != nil {
		return nil, nil, err
	}
	asked.ID = t.ID
	event, err := s.ledger.Append(ctx, tx, by, cfg.opened(&asked, in.Message))
	if err != nil {
		return nil, nil, err
	}
	if err := s.passed(ctx, tx, by, t, passed); err != nil {
		return nil, nil, err
	}
	belong(clocks, t.ID, event)
	for _, id := range t.People.Copies {
		if err := tx.Later(ctx, nil, `INSERT INTO ticket_person (`+personColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`, t.personRow(by, id)...); err != nil {
			return nil, nil, err
		}
	}
	if err := s.join(ctx, tx, by, t, Following, colleagues, 0); err != nil {
		return nil, nil, err
	}
	comment, err := s.insertComment(ctx, tx, by, t, in.Message, event)
	if err != nil {
		return nil, nil, err
	}
	m.event = event
	if err := s.tell(ctx, tx, by, t, m, run); err != nil {
		return nil, nil, err
	}
	if err := s.settle(ctx, tx, by, steps, event); err != nil {
		return nil, nil, err
	}
	k := known(tx, t.ID)
	k.made, k.clocks = true, clocks
	if err := s.settled(ctx, tx, by, nil, t, m); err != nil {
		return nil, nil, err
	}
	if len(in.External) > 0 {
		if err := s.name(ctx, tx, by, t, in.External); err != nil {
			return nil, nil, err
		}
	}
	if in.Message.Agent && in.Message.Public {
		err = s.send(ctx, tx, by, t, comment, t.People.Copies, false)
	}
	return t, comment, err
}

// opened is the event of a new ticket; what people wrote in its attributes can be erased.
func (cfg *Config) opened(t *Ticket, m Message) ledger.Entry {
	data := t.fields()
	open, written := cfg.Fields.Diff("ticket", nil, t.Attributes)
	maps.Copy(data, open)
	data["public"], data["agent"] = m.Public, m.Agent
	if len(t.People.Copies) > 0 {
		data["copies"] = t.People.Copies
	}
	if m.Automatic {
		data["automatic"] = true
	}
	e := ledger.Entry{Verb: TicketCreated, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Visibility: visibility(m.Public), Data: data}
	if len(written) > 0 {
		e.Private, e.PersonID = written, t.RequesterID
	}
	return e
}

// belong gives the clocks of a new ticket the ids that were not known when they began.
func belong(clocks []*Clock, ticketID, event int64) {
	for _, c := range clocks {
		c.TicketID, c.EventID = ticketID, event
		for i := range c.Spans {
			c.Spans[i].Event = event
		}
	}
}

// ticket checks the input and makes the record.
func (in NewTicket) ticket(by act.Actor) (*Ticket, error) {
	now := by.Now()
	if in.Requester.ID == 0 {
		return nil, fault.Field("requester", nil, "an address or a person's id", "A ticket needs a requester.")
	}
	t := &Ticket{Status: in.Status, Priority: in.Priority, RequesterID: in.Requester.ID, OrganizationID: in.Requester.OrganizationID,
		AssigneeID: in.AssigneeID, TeamID: in.TeamID, BrandID: in.BrandID, MailboxID: in.MailboxID, Channel: in.Channel,
		FollowupOf: in.FollowupOf, Created: now, Updated: now, StateSince: now, Version: 1, Type: TypeQuestion}
	if in.Type != "" {
		t.Type = in.Type
	}
	if err := t.retype(&t.Type, &in.TaskDue); err != nil {
		return nil, err
	}
	if by.Kind == act.Person && by.PersonID != t.RequesterID {
		t.SubmitterID = by.PersonID
	}
	if t.Priority == "" {
		t.Priority = "normal"
	}
	if t.Status == "" {
		t.Status = StatusNew
		if t.AssigneeID != 0 {
			t.Status = StatusOpen
		}
	}
	if err := checkPriority(t.Priority); err != nil {
		return nil, err
	}
	if err := checkStatus(StatusNew, t.Status); err != nil {
		return nil, err
	}
	if t.AssigneeID != 0 {
		t.AssignedAt = now
	}
	if t.Status.Done() {
		t.SolvedAt = now
	}
	var err error
	if t.Subject, err = cleanSubject(in.Subject); err != nil {
		return nil, err
	}
	if t.Tags, err = cleanTags(in.Tags); err != nil {
		return nil, err
	}
	return t, in.Message.check()
}

// fill gives a new ticket its form and attributes.
func (in NewTicket) fill(cfg *Config, t *Ticket, to audience, about about) (err error) {
	t.FormID = in.FormID
	if in.carried != nil {
		t.Attributes = in.carried
		return nil
	}
	if in.taken {
		if t.Attributes, err = cfg.Fields.New("ticket", nil, false); err != nil {
			return err
		}
		for name, value := range in.Attributes {
			if t.Attributes, err = cfg.Fields.Set("ticket", t.Attributes, name, value); err != nil {
				return err
			}
		}
		return nil
	}
	f := cfg.form(t.FormID)
	if f != nil && t.FormID != 0 && !f.open(to) {
		return fault.Field("form", f.Name, "a form that you may use", "The form %s is not for you.", f.Title)
	}
	all := to == toAgents || to == toColleagues && f.takesAll(in.Attributes, to)
	if t.Attributes, err = cfg.Fields.New("ticket", in.Attributes, all); err != nil || in.Attributes == nil && in.FormID == 0 {
		return err
	}
	return cfg.completeBy(t, about, to)
}

// checkRefs makes sure that what the ticket points to is there and fits.
func (s *Service) checkRefs(ctx context.Context, tx db.Tx, t *Ticket) error {
	if t.TeamID != 0 && s.config().Team(t.TeamID) == nil {
		return fault.Field("team", t.TeamID, "a team of the configuration", "There is no such team.")
	}
	if t.AssigneeID == 0 {
		return nil
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.AssigneeID})
	if err != nil {
		return err
	}
	p := people[t.AssigneeID]
	if !p.Agent {
		return fault.Field("assignee_id", t.AssigneeID, "the id of an agent", "Tickets can be assigned to agents only.")
	}
	t.AssigneeID = p.ID // an id that was merged leads to the person's own
	return nil
}

// takesTickets refuses somebody suspended as a new assignee.
func (s *Service) takesTickets(ctx context.Context, tx db.Tx, personID int64) error {
	if personID == 0 {
		return nil
	}
	people, err := s.directory.Names(ctx, tx, []int64{personID})
	if err == nil && !people[personID].Suspended.IsZero() {
		return fault.Field("assignee_id", personID, "an agent who is not suspended", "%s is suspended, so nothing can be assigned to them.", people[personID].Name)
	}
	return err
}

func visibility(public bool) ledger.Visibility {
	if public {
		return ledger.Public
	}
	return ledger.Internal
}
