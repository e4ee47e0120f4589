package zendesk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

// createTicket opens a ticket with everything a caller says about it. The first message is the
// requester's unless its author or a submitter is named. The desk checks what the actor may.
func (s *Server) createTicket(ctx context.Context, tx db.Tx, by act.Actor, in *ticketIn) (*desk.Ticket, *desk.Comment, error) {
	if err := by.Require("write", "ticket"); err != nil {
		return nil, nil, err
	}
	by = by.Still()
	if in.FollowupOf != 0 {
		if t, c, err := s.followUp(ctx, tx, by, in); t != nil || err != nil {
			return t, c, err
		}
	}
	requester, err := s.requester(ctx, tx, by, in)
	if err != nil {
		return nil, nil, err
	}
	n, after, err := s.newTicket(ctx, tx, by, in, requester)
	if err != nil {
		return nil, nil, err
	}
	t, c, err := s.Desk.Create(ctx, tx, by, n)
	if err != nil {
		return nil, nil, err
	}
	if t, err = s.join(ctx, tx, by, t, after); err != nil {
		return nil, nil, err
	}
	if in.ProblemID.Value != 0 {
		if t, err = s.Desk.LinkProblem(ctx, tx, by, t.ID, int64(in.ProblemID.Value)); err != nil {
			return nil, nil, err
		}
	}
	if in.state() == desk.StatusClosed {
		t, err = s.moveTo(ctx, tx, by, t, desk.StatusClosed)
	}
	return t, c, err
}

// requester is who asks: named by id, by address, or else the caller.
func (s *Server) requester(ctx context.Context, tx db.Tx, by act.Actor, in *ticketIn) (directory.Person, error) {
	switch {
	case in.RequesterID != 0:
		return s.named(ctx, tx, int64(in.RequesterID))
	case in.Requester != nil:
		if in.Requester.Email+in.Requester.User == "" && in.Requester.ID+in.Requester.UserID == 0 {
			return directory.Person{}, fault.Field("requester", nil, "an address", "Requester: Email: is missing.")
		}
		return s.who(ctx, tx, by, *in.Requester)
	}
	return s.named(ctx, tx, by.PersonID)
}

// newTicket is what the desk opens; after are people to put on it then, who are colleagues.
func (s *Server) newTicket(ctx context.Context, tx db.Tx, by act.Actor, in *ticketIn, requester directory.Person) (n desk.NewTicket, after []directory.Person, err error) {
	cfg := s.DeskSet()
	n = desk.NewTicket{Subject: in.Subject.Value + in.RawSubject.Value, Requester: requester, Priority: desk.Priority(in.Priority), AssigneeID: int64(in.AssigneeID.Value),
		TeamID: int64(in.GroupID.Value), BrandID: int64(in.BrandID), FormID: int64(in.TicketFormID.Value), Status: in.state(), Tags: in.tagsAfter(nil), Channel: "api",
		Attributes: in.custom().attributes(cfg.Fields, "ticket", true)}
	if in.Subject.Sent && in.RawSubject.Sent {
		n.Subject = in.Subject.Value
	}
	switch n.Status {
	case desk.StatusNew:
		n.Status = ""
	case desk.StatusClosed:
		n.Status = desk.StatusSolved // and closed in a second step
	}
	if in.Via != nil && (in.Via.Channel == "web" || in.Via.Channel == "0") {
		n.Channel = "web"
	}
	if n.BrandID != 0 && cfg.Brand(n.BrandID) == nil {
		return n, nil, fault.Field("brand_id", n.BrandID, "the id of a brand", "There is no brand %d.", n.BrandID)
	}
	if box := cfg.MailboxFor(n.BrandID); box != nil {
		n.MailboxID = box.ID
		if n.BrandID == 0 {
			n.BrandID = box.BrandID
		}
	}
	if err := checkForm(cfg, n.FormID); err != nil {
		return n, nil, err
	}
	if n.Type = desk.Type(in.Type.Value); n.Type == desk.TypeTask {
		n.TaskDue = time.Time(in.DueAt.Value)
	}
	if in.AssigneeEmail != "" {
		if n.AssigneeID, err = s.colleague(ctx, tx, in.AssigneeEmail); err != nil {
			return n, nil, err
		}
	}
	comment := commentIn{Body: in.Description}
	if in.Comment != nil {
		comment = *in.Comment
		if comment.Body+comment.HTMLBody+comment.Value == "" {
			comment.Body = in.Description
		}
	}
	author := requester.ID
	if in.SubmitterID != 0 {
		author = int64(in.SubmitterID)
	}
	if n.Message, err = s.message(ctx, tx, by, comment, requester.ID, author); err != nil {
		return n, nil, err
	}
	n.Message.Channel = n.Channel
	if in.ExternalID.Value != "" {
		n.External = []desk.ExternalID{{Source: external, ID: string(in.ExternalID.Value)}}
	}
	people, _, err := s.people(ctx, tx, by, in)
	for _, p := range people {
		if p.Agent {
			after = append(after, p)
		} else {
			n.Copies = append(n.Copies, p.ID)
		}
	}
	if len(people) > 0 && err == nil {
		err = by.Require("edit", "ticket")
	}
	return n, after, err
}

func checkForm(cfg *desk.Config, id int64) error {
	if id != 0 && !slices.ContainsFunc(cfg.Forms, func(f *desk.Form) bool { return f.ID == id }) {
		return fault.Field("ticket_form_id", id, "the id of a form", "There is no form %d.", id)
	}
	return nil
}

// colleague is the id of a colleague with an address.
func (s *Server) colleague(ctx context.Context, tx db.Tx, email string) (int64, error) {
	p, ok, err := s.Directory.ByEmail(ctx, tx, strings.ToLower(strings.TrimSpace(email)))
	if err == nil && (!ok || !p.Agent) {
		err = fault.Field("assignee_email", email, "the address of an agent", "No agent has the address %s.", email)
	}
	return p.ID, err
}

// moveTo changes nothing but a ticket's state; one that is new is solved on its way to closed.
func (s *Server) moveTo(ctx context.Context, tx db.Tx, by act.Actor, t *desk.Ticket, to desk.Status) (_ *desk.Ticket, err error) {
	steps := []desk.Status{to}
	if t.Status == desk.StatusNew && to == desk.StatusClosed {
		steps = []desk.Status{desk.StatusSolved, to}
	}
	for _, st := range steps {
		if t, err = s.Desk.Update(ctx, tx, by, t.ID, desk.Edit{Version: t.Version, Status: &st}); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// followUp opens a ticket that follows a closed one; nil when that is not closed.
func (s *Server) followUp(ctx context.Context, tx db.Tx, by act.Actor, in *ticketIn) (*desk.Ticket, *desk.Comment, error) {
	old, err := s.Desk.Get(ctx, tx, by, int64(in.FollowupOf))
	if err != nil || old.Status != desk.StatusClosed || in.Comment == nil {
		return nil, nil, err
	}
	m, err := s.message(ctx, tx, by, *in.Comment, old.RequesterID, by.PersonID)
	if err != nil {
		return nil, nil, err
	}
	m.Public = true
	t, c, err := s.Desk.Reply(ctx, tx, by, old.ID, m, "")
	if err != nil {
		return nil, nil, err
	}
	rest := *in
	rest.Comment, rest.FollowupOf, rest.SafeUpdate = nil, 0, false
	t, err = s.updateTicket(ctx, tx, by, t.ID, &rest)
	return t, c, err
}

// updateTicket makes one change of everything a caller says about a ticket: its fields, then its message
// with the state. The desk checks what the actor may.
func (s *Server) updateTicket(ctx context.Context, tx db.Tx, by act.Actor, id int64, in *ticketIn) (*desk.Ticket, error) {
	by = by.Still()
	t, err := s.Desk.Locked(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, by.Denied("edit", "ticket")
	}
	if t.Status == desk.StatusClosed {
		return nil, fault.Field("status", "closed", "a ticket that is not closed", "Status: closed prevents ticket update")
	}
	if err := in.upToDate(t); err != nil {
		return nil, err
	}
	if t, err = s.changePeople(ctx, tx, by, t, in); err != nil {
		return nil, err
	}
	status := in.state()
	e, some, err := s.edit(ctx, tx, by, t, in)
	if err != nil {
		return nil, err
	}
	if in.Comment == nil && status != "" && status != desk.StatusClosed {
		e.Status, some = &status, true
	}
	if some {
		e.Version, e.Confirm = t.Version, []string{desk.ConfirmIncidents}
		if t, err = s.Desk.Update(ctx, tx, by, t.ID, e); err != nil {
			return nil, err
		}
	}
	if in.ProblemID.Sent && int64(in.ProblemID.Value) != t.ProblemID {
		if t, err = s.Desk.LinkProblem(ctx, tx, by, t.ID, int64(in.ProblemID.Value)); err != nil {
			return nil, err
		}
	}
	if in.Comment != nil {
		m, err := s.message(ctx, tx, by, *in.Comment, t.RequesterID, by.PersonID)
		if err != nil {
			return nil, err
		}
		with := status
		if status == desk.StatusClosed {
			with = ""
		}
		if t, _, err = s.Desk.Reply(ctx, tx, by, t.ID, m, with); err != nil {
			return nil, err
		}
	}
	if status == desk.StatusClosed {
		return s.moveTo(ctx, tx, by, t, status)
	}
	return t, nil
}

// upToDate refuses a change of a ticket that has changed since the caller saw it, when it asks for that.
func (in *ticketIn) upToDate(t *desk.Ticket) error {
	if !in.SafeUpdate {
		return nil
	}
	var seen moment
	if err := seen.UnmarshalJSON([]byte(`"` + in.UpdatedStamp + `"`)); err != nil || time.Time(seen).IsZero() {
		return fault.Field("updated_stamp", in.UpdatedStamp, "updated_at of the ticket as you saw it", "safe_update needs updated_stamp.")
	}
	if t.Updated.Truncate(time.Second).After(time.Time(seen)) {
		return &failed{http.StatusConflict, failure{Error: "UpdateConflict", Description: "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again."}}
	}
	return nil
}

// edit is the change of a ticket's fields that a caller asks for, apart from its state; some is false when
// it asks for none.
func (s *Server) edit(ctx context.Context, tx db.Tx, by act.Actor, t *desk.Ticket, in *ticketIn) (e desk.Edit, some bool, err error) {
	cfg := s.DeskSet()
	subject := in.Subject.Value + in.RawSubject.Value
	if in.Subject.Sent && in.RawSubject.Sent {
		subject = in.Subject.Value
	}
	if in.Subject.Sent || in.RawSubject.Sent {
		e.Subject, some = &subject, true
	}
	if in.Priority != "" {
		p := desk.Priority(in.Priority)
		e.Priority, some = &p, true
	}
	if in.AssigneeEmail != "" {
		id, err := s.colleague(ctx, tx, in.AssigneeEmail)
		if err != nil {
			return e, false, err
		}
		e.AssigneeID, some = &id, true
	} else if in.AssigneeID.Sent {
		id := int64(in.AssigneeID.Value)
		e.AssigneeID, some = &id, true
	}
	if in.GroupID.Sent {
		id := int64(in.GroupID.Value)
		e.TeamID, some = &id, true
	}
	if id := int64(in.BrandID); id != 0 {
		e.BrandID, some = &id, true
	}
	if in.TicketFormID.Sent {
		id := int64(in.TicketFormID.Value)
		if err := checkForm(cfg, id); err != nil {
			return e, false, err
		}
		e.FormID, some = &id, true
	}
	if in.Tags.Sent || len(in.AdditionalTags)+len(in.RemoveTags) > 0 {
		tags := in.tagsAfter(t.Tags)
		e.Tags, some = &tags, true
	}
	if in.Type.Sent {
		kind := desk.Type(in.Type.Value)
		if kind == "" {
			kind = desk.TypeQuestion
		}
		e.Type, some = &kind, true
	}
	if task := t.Type == desk.TypeTask && e.Type == nil || e.Type != nil && *e.Type == desk.TypeTask; in.DueAt.Sent && task {
		due := time.Time(in.DueAt.Value)
		e.TaskDue, some = &due, true
	}
	if e.Attributes = in.custom().attributes(cfg.Fields, "ticket", false); e.Attributes != nil {
		some = true
	}
	if in.RequesterID != 0 || in.Requester != nil {
		p, err := s.requester(ctx, tx, by, in)
		if err != nil {
			return e, false, err
		}
		if p.ID != t.RequesterID {
			e.RequesterID, some = &p.ID, true
		}
	}
	if in.ExternalID.Sent {
		beside, err := s.Desk.BesideOf(ctx, tx, by, []*desk.Ticket{t})
		if err != nil {
			return e, false, err
		}
		ids := slices.DeleteFunc(beside[t.ID].External, func(e desk.ExternalID) bool { return e.Source == external })
		if in.ExternalID.Value != "" {
			ids = append(ids, desk.ExternalID{Source: external, ID: string(in.ExternalID.Value)})
		}
		e.ExternalIDs, some = &ids, true
	}
	return e, some, nil
}
