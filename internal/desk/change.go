package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Edit is an update of a ticket's fields; nil stays.
type Edit struct {
	Version    int64
	Subject    *string
	Status     *Status
	Priority   *Priority
	AssigneeID *int64 // 0 clears
	TeamID     *int64 // 0 clears
	Tags       *[]string
	Attributes map[string]any // by name; null takes one away, what is left out stays
	FormID     *int64         // 0: the default form
	BrandID    *int64         // answers leave from the brand's mailbox from now on
	Type       *Type
	TaskDue    *time.Time // zero clears
	Confirm    []string   // names of guards that ask, and are answered with yes

	RequesterID *int64 // their organization comes along, and mail goes to them from now on
	ExternalIDs *[]ExternalID
}

// Update changes fields of a ticket. Agents within scope may; a stale version conflicts and
// carries the ticket as it is now.
func (s *Service) Update(ctx context.Context, tx db.Tx, by act.Actor, id int64, in Edit) (*Ticket, error) {
	t, err := s.lock(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, fault.Missing("ticket", id)
	}
	if !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, by.Denied("edit", "ticket")
	}
	if in.Version != t.Version {
		return nil, fault.Stale("This ticket", t)
	}
	by = by.Still() // so that the ledger tells the very time that the clocks saw
	before := *t
	if err := in.apply(s.config(), t); err != nil {
		return nil, err
	}
	if in.RequesterID != nil {
		if err := s.askedBy(ctx, tx, by, t, *in.RequesterID); err != nil {
			return nil, err
		}
	}
	if in.ExternalIDs != nil {
		if err := s.name(ctx, tx, by, t, *in.ExternalIDs); err != nil {
			return nil, err
		}
	}
	if in.Status != nil || in.FormID != nil || in.Attributes != nil {
		if err := s.config().complete(t, s.about(ctx, tx, t)); err != nil {
			return nil, err
		}
	}
	if err := s.checkRefs(ctx, tx, t); err != nil {
		return nil, err
	}
	if t.AssigneeID != before.AssigneeID {
		if err := s.takesTickets(ctx, tx, t.AssigneeID); err != nil {
			return nil, err
		}
	}
	if err := s.guard(ctx, tx, by, submit{before: &before, after: t, confirm: in.Confirm}); err != nil {
		return nil, err
	}
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now()})
}

// askedBy makes somebody the requester of a ticket. Whoever was copied is no longer.
func (s *Service) askedBy(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, personID int64) error {
	people, err := s.directory.Names(ctx, tx, []int64{personID})
	if err != nil {
		return err
	}
	p := people[personID]
	switch {
	case p.ID == 0:
		return fault.Field("requester_id", personID, "the id of a person", "There is no person %d.", personID)
	case !p.Suspended.IsZero():
		return fault.Field("requester_id", personID, "somebody who is not suspended", "%s is suspended, so they cannot be a requester.", p.Name)
	case p.Email != "" && s.mail.Own(p.Email):
		return fault.Field("requester_id", personID, "somebody outside", "%s is a mailbox of this instance; replies to it would come back as mail.", p.Email)
	}
	t.RequesterID, t.OrganizationID = p.ID, p.OrganizationID
	return s.leave(ctx, tx, by, t, p.ID)
}

func (in Edit) apply(cfg *Config, t *Ticket) (err error) {
	if t.Status == StatusClosed {
		return checkStatus(StatusClosed, "") // nothing about a closed ticket changes
	}
	if in.Subject != nil {
		if t.Subject, err = cleanSubject(*in.Subject); err != nil {
			return err
		}
	}
	if in.Status != nil {
		if err := checkStatus(t.Status, *in.Status); err != nil {
			return err
		}
		t.Status = *in.Status
	}
	if in.Priority != nil {
		if err := checkPriority(*in.Priority); err != nil {
			return err
		}
		t.Priority = *in.Priority
	}
	if in.AssigneeID != nil {
		t.AssigneeID = *in.AssigneeID
		if t.AssigneeID != 0 && t.Status == StatusNew && in.Status == nil {
			t.Status = StatusOpen
		}
	}
	if in.TeamID != nil {
		t.TeamID = *in.TeamID
	}
	if in.Tags != nil {
		if t.Tags, err = cleanTags(*in.Tags); err != nil {
			return err
		}
	}
	if in.Type != nil || in.TaskDue != nil {
		if err := t.retype(in.Type, in.TaskDue); err != nil {
			return err
		}
	}
	if err := in.place(cfg, t); err != nil {
		return err
	}
	t.Attributes, err = cfg.Fields.Change("ticket", t.Attributes, in.Attributes, true)
	return err
}

// place puts the ticket under another brand or form, which have to fit.
func (in Edit) place(cfg *Config, t *Ticket) error {
	if in.BrandID != nil && *in.BrandID != t.BrandID {
		if cfg.brands[*in.BrandID] == nil {
			return fault.Field("brand_id", *in.BrandID, "the id of a brand", "There is no brand %d.", *in.BrandID)
		}
		t.BrandID = *in.BrandID
		if box := cfg.MailboxFor(t.BrandID); box != nil {
			t.MailboxID = box.ID
		}
	} else if in.FormID == nil {
		return nil
	}
	if in.FormID != nil {
		t.FormID = *in.FormID
	}
	if f := cfg.form(t.FormID); f != nil && t.FormID != 0 && !f.serves(t.BrandID) {
		return fault.Field("form", f.Name, "a form for the ticket's brand", "The form %s is not offered for the brand %s.", f.Title, cfg.brandTitle(t.BrandID))
	}
	return nil
}

// change is the one path of every change to a ticket: events, triggers, clocks, then the record.
// before is the ticket as stored, t as it shall be; m says what happened besides.
func (s *Service) change(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket, m moment) error {
	cfg := s.config()
	fields, written := cfg.changes(before, t)
	m.changed = len(fields) > 0
	if m.acts != nil {
		var err error
		if m.event, err = s.tellFiring(ctx, tx, by, t, m, *m.acts); err != nil {
			return err
		}
		if err := noteFiring(ctx, tx, m.acts.trigger.ID, by.Now(), m.event, t.ID, ""); err != nil {
			return err
		}
	} else if m.changed {
		event, err := s.ledger.Append(ctx, tx, m.actor(by), t.changed(fields, written))
		if err != nil {
			return err
		}
		if m.event == 0 {
			m.event = event
		}
	}
	t.noteWritten(m)
	m.admitted = before.Refused != "" && t.Refused == "" && t.AskedAt.After(t.RepliedAt)
	t.noteMoved(before, m.at)
	about := s.about(ctx, tx, t)
	run, err := cfg.fire(t, update{m.happened(), before, m.wrote}, s.around(ctx, tx, by, t), about)
	if err != nil {
		return err
	}
	if err := s.tell(ctx, tx, by, t, m, run); err != nil {
		return err
	}
	m.changed = m.changed || run.changed()
	t.noteMoved(before, m.at)
	clocks, err := s.Clocks(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	if m.asked || m.admitted {
		if m.answered, err = s.answered(ctx, tx, t.ID, clocks); err != nil {
			return err
		}
	}
	clocks, steps := cfg.react(t, clocks, m, func() map[string]any { return cfg.vars(t, about) })
	if err := s.settle(ctx, tx, by, steps, m.event); err != nil {
		return err
	}
	known(tx, t.ID).clocks = clocks
	t.Updated = by.Now()
	if err := s.settled(ctx, tx, by, before, t, m); err != nil {
		return err
	}
	return s.storeTicket(ctx, tx, t, before)
}

// actor is who changes fields in the moment: because of the message, when there is one.
func (m moment) actor(by act.Actor) act.Actor {
	if m.event == 0 {
		return by
	}
	return by.Because(act.Cause{Event: m.event})
}

// changed is the event of changed fields; written is what people wrote, which can be erased.
func (t *Ticket) changed(fields, written map[string]any) ledger.Entry {
	e := ledger.Entry{Verb: TicketChanged, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"changes": fields}}
	if len(written) > 0 {
		e.Private, e.PersonID = map[string]any{"changes": written}, t.RequesterID
	}
	return e
}

// answered reports whether an agent has written to the customer, or the first reply's
// clock has ended some other way.
func (s *Service) answered(ctx context.Context, tx db.Tx, id int64, clocks []*Clock) (yes bool, err error) {
	for _, c := range clocks {
		if c.Metric == FirstReply && !c.Ended.IsZero() {
			return true, nil
		}
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM comment WHERE ticket_id = $1 AND public = TRUE AND agent = TRUE AND channel <> 'rule')`, id).Scan(&yes)
	return yes, err
}
