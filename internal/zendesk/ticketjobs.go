package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// ticketJobs registers what jobs do to tickets.
func (s *Server) ticketJobs() {
	s.kinds["ticket_create"], s.kinds["ticket_update"], s.kinds["ticket_merge"], s.kinds["ticket_import"] = s.jobCreate, s.jobUpdate, s.jobMerge, s.jobImport
	s.kinds["ticket_delete"], s.kinds["ticket_spam"], s.kinds["ticket_purge"] = s.jobDelete, s.jobSpam, s.jobPurge
}

// doneWith is what a job tells of one item.
func doneWith(id int64, action, status string) map[string]any {
	return map[string]any{"id": id, "action": action, "status": status, "success": true}
}

// oneOf is an item of a job that is one record.
type oneOf struct {
	ID int64 `json:"id"`
}

func createTickets(c *call) (any, error) {
	var in struct {
		Tickets []json.RawMessage `json:"tickets"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if err := c.by.Require("write", "ticket"); err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	return c.startJob("ticket_create", in.Tickets)
}

func (s *Server) jobCreate(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
	var in ticketIn
	if err := json.Unmarshal(item, &in); err != nil {
		return nil, fault.New(fault.Malformed, "This is no ticket: %v", err)
	}
	t, _, err := s.createTicket(ctx, tx, by, &in)
	if err != nil {
		return nil, err
	}
	return doneWith(t.ID, "create", "Created"), nil
}

// updateTickets takes both forms: one change for ?ids=1,2,3, or a list of tickets with their ids.
func updateTickets(c *call) (any, error) {
	var in struct {
		Ticket  json.RawMessage   `json:"ticket"`
		Tickets []json.RawMessage `json:"tickets"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if err := c.by.Require("edit", "ticket"); err != nil {
		return nil, err
	}
	if in.Ticket == nil {
		return c.startJob("ticket_update", in.Tickets)
	}
	ids, err := c.ids("ids")
	if err != nil {
		return nil, err
	}
	items := make([]json.RawMessage, len(ids))
	for i, id := range ids {
		items[i] = fmt.Appendf(nil, `{"id":%d,"same":%s}`, id, in.Ticket)
	}
	return c.startJob("ticket_update", items)
}

func (s *Server) jobUpdate(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
	var in struct {
		ID   number    `json:"id"`
		Same *ticketIn `json:"same"`
	}
	if err := json.Unmarshal(item, &in); err != nil {
		return nil, fault.New(fault.Malformed, "This is no ticket: %v", err)
	}
	if in.Same == nil {
		in.Same = &ticketIn{}
		if err := json.Unmarshal(item, in.Same); err != nil {
			return nil, fault.New(fault.Malformed, "This is no ticket: %v", err)
		}
	}
	if _, err := s.updateTicket(ctx, tx, by, int64(in.ID), in.Same); err != nil {
		return nil, err
	}
	return doneWith(int64(in.ID), "update", "Updated"), nil
}

// jobOnIDs starts a job on the records of ?ids=1,2,3. action is what its person must be allowed to do to
// tickets.
func jobOnIDs(kind, action string) handler {
	return func(c *call) (any, error) {
		ids, err := c.ids("ids")
		if err != nil {
			return nil, err
		}
		if err := c.by.Require(action, "ticket"); err != nil {
			return nil, err
		}
		items := make([]json.RawMessage, len(ids))
		for i, id := range ids {
			items[i], _ = json.Marshal(oneOf{id}) // a number always marshals
		}
		return c.startJob(kind, items)
	}
}

// onOne is a job that does one thing to each record.
func onOne(action, status string, do func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error) jobKind {
	return func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		var one oneOf
		if err := json.Unmarshal(item, &one); err != nil {
			return nil, fault.New(fault.Malformed, "This is no record: %v", err)
		}
		if err := do(ctx, tx, by, one.ID); err != nil {
			return nil, err
		}
		return doneWith(one.ID, action, status), nil
	}
}

func (s *Server) jobDelete(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
	return onOne("delete", "Deleted", func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
		_, err := s.Desk.Delete(ctx, tx, by, id, desk.ConfirmIncidents)
		return s.hiddenAlready(id, err)
	})(ctx, tx, by, item)
}

func (s *Server) jobSpam(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
	return onOne("mark_as_spam", "Updated", s.spam)(ctx, tx, by, item)
}

// spam hides a ticket and sets its requester's mail aside from now on, where the actor may do that and
// there is an address of somebody outside.
func (s *Server) spam(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	t, err := s.Desk.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	p, err := s.named(ctx, tx, t.RequesterID)
	if err != nil {
		return err
	}
	block := ""
	if p.Email != "" && !p.Agent && by.May("write", "mail") {
		block = "address"
	}
	_, err = s.Desk.MarkSpam(ctx, tx, by, id, block, desk.ConfirmIncidents)
	return s.hiddenAlready(id, err)
}

// hiddenAlready makes a ticket that is put away already one that is not there, as Zendesk has it.
func (s *Server) hiddenAlready(id int64, err error) error {
	if f := fault.As(err); f != nil && f.Code == fault.Invalid && len(f.Details) == 0 {
		return fault.Missing("ticket", id)
	}
	return err
}

// mergeIn is the item of a merge.
type mergeIn struct {
	Into          int64    `json:"into"`
	IDs           []number `json:"ids"`
	TargetComment string   `json:"target_comment"`
	TargetPublic  bool     `json:"target_comment_is_public"`
	SourceComment string   `json:"source_comment"`
	SourcePublic  bool     `json:"source_comment_is_public"`
}

func mergeTickets(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var in mergeIn
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if err := c.by.Require("edit", "ticket"); err != nil {
		return nil, err
	}
	if len(in.IDs) == 0 {
		return nil, badRequest("BadRequest", "Send ids: the tickets to merge into this one.")
	}
	if err := tooMany(len(in.IDs)); err != nil {
		return nil, err
	}
	if _, err := c.ticketID(); err != nil {
		return nil, err
	}
	in.Into = id
	item, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return c.startJob("ticket_merge", []json.RawMessage{item})
}

func (s *Server) jobMerge(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
	var in mergeIn
	if err := json.Unmarshal(item, &in); err != nil {
		return nil, fault.New(fault.Malformed, "This is no merge: %v", err)
	}
	ids := []int64{}
	for _, id := range in.IDs {
		if !slices.Contains(ids, int64(id)) {
			ids = append(ids, int64(id))
		}
	}
	merge := desk.NewMerge{WinnerID: in.Into, Tickets: ids, Confirm: true}
	for _, note := range []struct {
		text   string
		public bool
		to     *desk.Message
	}{{in.TargetComment, in.TargetPublic, &merge.Message}, {in.SourceComment, in.SourcePublic, &merge.Left}} {
		if *note.to = (desk.Message{Public: note.public, Channel: "api"}); note.text == "" {
			continue
		}
		var err error
		if *note.to, err = s.message(ctx, tx, by, commentIn{Body: note.text, Public: &note.public}, 0, by.PersonID); err != nil {
			return nil, err
		}
	}
	if _, err := s.Desk.Merge(ctx, tx, by, merge); err != nil {
		return nil, err
	}
	return doneWith(in.Into, "merge", "Merged"), nil
}
