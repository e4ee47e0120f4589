package desk

import (
	"context"
	"maps"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// History is a ticket that was worked on elsewhere, with its messages in the order of time.
type History struct {
	NewTicket           // Message is not looked at
	Status    Status    // where it stands now, also closed
	Messages  []Message // each with At; at least one
	Created   time.Time // zero: the first message's time
	Updated   time.Time // zero: the last message's time
	Solved    time.Time // zero: Updated, for one that is done
	Followers []int64   // colleagues
	Submitter int64

	Told    bool         // Changes are everything that happened to its fields
	Opened  PastFields   // as it was opened, as far as that is known
	Changes []PastChange // in any order; what does not lead to the values given here is said to lack
}

// Import takes in a ticket with its history as it was: the events bear the times given, and who did it, nobody is
// written to, no trigger looks at it, no clock measures it and no survey asks about it. From now on it is a
// ticket like any other. A history whose values are lacking is said so and not replayed. Whoever may edit every
// ticket may.
func (s *Service) Import(ctx context.Context, tx db.Tx, by act.Actor, in History) (*Ticket, error) {
	if err := mayImport(by); err != nil {
		return nil, err
	}
	if len(in.Messages) == 0 {
		return nil, fault.Field("comments", nil, "at least one message", "A ticket needs a message.")
	}
	if err := in.arrange(by.Now()); err != nil {
		return nil, err
	}
	n := in.NewTicket
	n.Message, n.Status = in.Messages[0], ""
	t, err := n.ticket(at(by, in.Created))
	if err != nil {
		return nil, err
	}
	t.SubmitterID = in.Submitter
	if err := s.checkRefs(ctx, tx, t); err != nil {
		return nil, err
	}
	if n.FormID != 0 { // what a form asks for was for the other system to ask
		t.FormID = n.FormID
	}
	if t.Attributes, err = s.config().Fields.New("ticket", nil, true); err == nil {
		t.Attributes, err = s.config().Fields.Change("ticket", t.Attributes, n.Attributes, true)
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.copiesOf(ctx, tx, t, n.Copies); err != nil {
		return nil, err
	}
	past := pastOf(s.config(), t, &in)
	if in.Status != "" && !slices.Contains(Statuses, in.Status) {
		return nil, checkStatus(StatusNew, in.Status)
	}
	t.Updated = in.Updated
	if err := s.insertTicket(ctx, tx, t); err != nil {
		return nil, err
	}
	return t, s.importEvents(ctx, tx, by, in, past, t)
}

func mayImport(by act.Actor) error {
	if !auth.Scope(by, "edit", "ticket").All() || !by.May("write", "ticket") {
		return by.Denied("edit", "ticket")
	}
	return nil
}

// at is the actor at another time.
func at(by act.Actor, then time.Time) act.Actor {
	by.Clock = func() time.Time { return then }
	return by
}

// arrange puts a history in order and gives it the times that are not said. now is the latest that anything
// can have happened.
func (in *History) arrange(now time.Time) error {
	slices.SortStableFunc(in.Messages, func(a, b Message) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(in.Changes, func(a, b PastChange) int { return a.At.Compare(b.At) })
	if in.Created.IsZero() && len(in.Messages) > 0 {
		in.Created = in.Messages[0].At
	}
	if in.Created.IsZero() {
		in.Created = now
	}
	for i := range in.Messages {
		m := &in.Messages[i]
		if m.At.Before(in.Created) {
			m.At = in.Created
		}
		if err := m.check(); err != nil {
			return err
		}
		if m.At.After(in.Updated) {
			in.Updated = m.At
		}
	}
	for i := range in.Changes {
		c := &in.Changes[i]
		if c.At.Before(in.Created) {
			c.At = in.Created
		}
		if c.At.After(in.Updated) {
			in.Updated = c.At
		}
	}
	if in.Solved.IsZero() {
		in.Solved = in.Updated
	}
	if in.Updated.After(now) || in.Created.After(now) || in.Solved.After(now) {
		return fault.Field("created_at", in.Updated, "a time that is past", "A history cannot be told from the future.")
	}
	return nil
}

// past is how a ticket came to be as it is.
type past struct {
	opened Ticket     // as it was opened
	steps  []pastStep // what changed, in the order of time
	lacks  []string   // fields whose values do not follow from each other
}

// pastStep is one change with what it makes of the ticket.
type pastStep struct {
	PastChange
	fields, written map[string]any
}

// pastOf works out how a new ticket came to be as it is, and gives it the state it ends in.
func pastOf(cfg *Config, t *Ticket, in *History) past {
	lacks := map[string]bool{}
	end := *t
	for _, m := range in.Messages {
		end.noteWritten(m.moment(m.At, 0))
	}
	if in.Status != "" {
		end.Status = in.Status
	}
	p := past{opened: *t} // without more, it was opened as it ends, but for the state
	if in.Told {
		p.opened = cfg.rewound(&end, in.Changes, lacks)
		cfg.expect(&p.opened, in.Opened, lacks)
		p.opened.SolvedAt, p.opened.StateSince, p.opened.AssignedAt = timeZero, in.Created, timeZero
		if p.opened.AssigneeID != 0 {
			p.opened.AssignedAt = in.Created
		}
	} else if end.Status != t.Status {
		lacks["status"] = true
	}
	p.follow(cfg, in, p.opened, &end)
	p.lacks = slices.Sorted(maps.Keys(lacks))
	*t = end
	return p
}

// follow goes through the changes from a ticket as it was to how it is; what they leave open happens at the end.
func (p *past) follow(cfg *Config, in *History, from Ticket, end *Ticket) {
	step := func(c PastChange, next *Ticket) {
		if fields, written := cfg.changes(&from, next); len(fields) > 0 {
			p.steps = append(p.steps, pastStep{c, fields, written})
		}
		next.noteMoved(&from, c.At)
		from = *next
	}
	ignored := map[string]bool{}
	for _, c := range in.Changes {
		next := cfg.with(from, c.Became, ignored)
		step(c, &next)
	}
	rest := *end
	rest.SolvedAt, rest.StateSince, rest.AssignedAt, rest.Bounces = from.SolvedAt, from.StateSince, from.AssignedAt, from.Bounces
	step(PastChange{At: in.Solved}, &rest)
	end.SolvedAt, end.StateSince, end.AssignedAt, end.Bounces, end.beside = rest.SolvedAt, rest.StateSince, rest.AssignedAt, rest.Bounces, end.beside|rest.beside
}

// importEvents tells the history in the ledger and stores its messages.
func (s *Service) importEvents(ctx context.Context, tx db.Tx, by act.Actor, in History, p past, t *Ticket) error {
	p.opened.ID = t.ID
	opened := s.config().opened(&p.opened, in.Messages[0])
	opened.At = in.Created
	data := opened.Data.(map[string]any)
	data["imported"], data["told"] = true, in.Told && len(p.lacks) == 0
	if len(p.lacks) > 0 {
		data["lacks"] = p.lacks
	}
	first, err := s.ledger.Append(ctx, tx, by, opened)
	if err != nil {
		return err
	}
	if err := s.tellPast(ctx, tx, by, in, p, t, first); err != nil {
		return err
	}
	for _, id := range t.People.Copies {
		if err := tx.Later(ctx, nil, `INSERT INTO ticket_person (`+personColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`, t.personRow(at(by, in.Created), id)...); err != nil {
			return err
		}
	}
	if err := s.join(ctx, tx, by, t, Following, in.Followers, newest); err != nil {
		return err
	}
	known(tx, t.ID).clocks = nil
	if err := s.settled(ctx, tx, by, nil, t, moment{at: by.Now(), created: true, event: first}); err != nil {
		return err
	}
	if len(in.External) > 0 {
		return s.name(ctx, tx, by, t, in.External)
	}
	return nil
}

// tellPast tells messages and changes in the order of time. first is the event of the first message; 0 when
// each has its own.
func (s *Service) tellPast(ctx context.Context, tx db.Tx, by act.Actor, in History, p past, t *Ticket, first int64) error {
	steps := p.steps
	change := func(until time.Time, all bool) error {
		for ; len(steps) > 0 && (all || steps[0].At.Before(until)); steps = steps[1:] {
			c := steps[0]
			e := t.changed(c.fields, c.written)
			e.At = c.At
			e.Data.(map[string]any)["imported"] = true
			if _, err := s.ledger.Append(ctx, tx, c.actor(by), e); err != nil {
				return err
			}
		}
		return nil
	}
	for i, m := range in.Messages {
		if err := change(m.At, false); err != nil {
			return err
		}
		m.past = true
		event := first
		if i > 0 || first == 0 {
			said := m.written(t.ID)
			said.At = m.At
			said.Data.(map[string]any)["imported"] = true
			var err error
			if event, err = s.ledger.Append(ctx, tx, by, said); err != nil {
				return err
			}
		}
		if _, err := s.insertComment(ctx, tx, by, t, m, event); err != nil {
			return err
		}
	}
	return change(time.Time{}, true)
}

// actor is who made a change: a person there, a machine there, or whoever takes it in when nobody is named.
func (c pastStep) actor(by act.Actor) act.Actor {
	switch {
	case c.Became == nil:
	case c.AuthorID != 0:
		by.Kind, by.PersonID, by.TokenID, by.OnBehalfOf = act.Person, c.AuthorID, 0, 0
	default:
		by.Kind, by.PersonID, by.TokenID, by.OnBehalfOf = act.System, 0, 0, 0
	}
	return by
}

// ImportMore takes in what happened elsewhere to a ticket that was imported and not changed here since: version
// is what it was left at, and another one conflicts. The history holds where the ticket stands now, and the
// messages and changes that are new. Whoever may edit every ticket may.
func (s *Service) ImportMore(ctx context.Context, tx db.Tx, by act.Actor, id, version int64, in History) (*Ticket, error) {
	if err := mayImport(by); err != nil {
		return nil, err
	}
	t, err := s.lock(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if t.Version != version {
		return nil, fault.Stale("This ticket", t)
	}
	in.Created = t.Created
	if err := in.arrange(by.Now()); err != nil {
		return nil, err
	}
	before := *t
	n := in.NewTicket
	n.Status, n.Message = "", Message{Text: "-"} // not stored
	now, err := n.ticket(at(by, in.Updated))
	if err != nil {
		return nil, err
	}
	t.Subject, t.Priority, t.Type, t.TaskDue, t.Tags, t.AssigneeID, t.TeamID, t.BrandID, t.RequesterID, t.OrganizationID =
		now.Subject, now.Priority, now.Type, now.TaskDue, now.Tags, now.AssigneeID, now.TeamID, now.BrandID, now.RequesterID, now.OrganizationID
	if err := s.checkRefs(ctx, tx, t); err != nil {
		return nil, err
	}
	if n.FormID != 0 {
		t.FormID = n.FormID
	}
	if t.Attributes, err = s.config().Fields.Change("ticket", t.Attributes, n.Attributes, true); err != nil {
		return nil, err
	}
	if in.Status != "" {
		if !slices.Contains(Statuses, in.Status) {
			return nil, checkStatus(StatusNew, in.Status)
		}
		t.Status = in.Status
	}
	for _, m := range in.Messages {
		t.noteWritten(m.moment(m.At, 0))
	}
	var p past
	p.follow(s.config(), &in, before, t)
	if t.Updated = in.Updated; t.Updated.Before(before.Updated) {
		t.Updated = before.Updated
	}
	if err := s.tellPast(ctx, tx, by, in, p, t, 0); err != nil {
		return nil, err
	}
	if err := s.join(ctx, tx, by, t, Following, in.Followers, newest); err != nil {
		return nil, err
	}
	known(tx, t.ID).clocks = nil
	if err := s.settled(ctx, tx, by, &before, t, moment{at: by.Now(), changed: len(p.steps) > 0}); err != nil {
		return nil, err
	}
	return t, s.storeTicket(ctx, tx, t, &before)
}
