package desk

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Listing says which tickets a walk in the order of ids goes over; zero values do not narrow.
type Listing struct {
	RequesterID    int64
	AssigneeID     int64
	OrganizationID int64
	CopiedID       int64 // somebody who is copied on it
	FollowedID     int64 // a colleague who follows it
	ProblemID      int64 // the problem whose incident it is
	External       ExternalID
	Type           Type
	Open           bool // not solved and not closed
	Done           bool // solved or closed
	Statuses       []Status
	Subject        string // what its subject holds, whatever the capitals; for few tickets only
	PutAway        bool   // deleted ones and spam instead of those in lists
	Updated        bool   // in the order of their last change; for windows that skip
}

// countable is where a count of a walk stops.
const countable = 100_000

func (l Listing) where(by act.Actor, e db.Engine) (*db.Where, error) {
	w := &db.Where{}
	if l.PutAway {
		w.And("t.deleted_at IS NOT NULL").And("t.hidden IN ('deleted', 'spam')")
		right := "restore"
		if auth.Scope(by, right, "ticket").None() {
			right = "delete"
		}
		if err := auth.Scope(by, right, "ticket").Where(w, columns); err != nil {
			return nil, err
		}
	} else {
		w.And("t.deleted_at IS NULL")
	}
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(e)); err != nil {
		return nil, err
	}
	for _, n := range []struct {
		is string
		id int64
	}{{"t.requester_id = ?", l.RequesterID}, {"t.assignee_id = ?", l.AssigneeID}, {"t.organization_id = ?", l.OrganizationID}, {"t.problem_id = ?", l.ProblemID},
		{"t.id IN (SELECT ticket_id FROM ticket_person WHERE person_id = ? AND role = 'cc')", l.CopiedID},
		{"t.id IN (SELECT ticket_id FROM ticket_person WHERE person_id = ? AND role = 'follower')", l.FollowedID}} {
		if n.id != 0 {
			w.And(n.is, n.id)
		}
	}
	if l.External.ID != "" {
		w.And("t.id IN (SELECT record_id FROM external_id WHERE kind = 'ticket' AND id = ? AND source = ?)", l.External.ID, l.External.Source)
	}
	switch {
	case l.Type == TypeQuestion:
		w.And("t.type = 'question'")
	case l.Type != "":
		w.And("t.type <> 'question'").And("t.type = ?", string(l.Type)) // said so, the index of rarer types serves
	}
	if l.Open {
		w.And("t.done = FALSE")
	}
	if l.Done {
		w.And("t.done = TRUE")
	}
	if len(l.Statuses) > 0 {
		list := make([]any, len(l.Statuses))
		for i, s := range l.Statuses {
			list[i] = string(s)
		}
		w.In("t.status", list)
	}
	if l.Subject != "" {
		w.And(holds("t"), containing(l.Subject))
	}
	return w, nil
}

// Window returns part of a walk over the tickets within the actor's scope, and whether there are
// others beyond.
func (s *Service) Window(ctx context.Context, tx db.Tx, by act.Actor, l Listing, n db.Window) ([]*Ticket, bool, error) {
	w, err := l.where(by, tx.Engine())
	if err != nil {
		return nil, false, err
	}
	var order string
	if l.Updated && n.After == 0 && n.Before == 0 {
		direction := ""
		if n.Down {
			direction = " DESC"
		}
		order = fmt.Sprintf(" ORDER BY t.updated%s, t.id%s LIMIT %s OFFSET %s", direction, direction, w.Arg(n.Limit+1), w.Arg(n.Skip))
	} else {
		order = n.Clause(w, "t.id")
	}
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+order, w.Args()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
	if err != nil {
		return nil, false, err
	}
	list, more := db.Windowed(n, list)
	return list, more, nil
}

// Counted counts the tickets of a walk within the actor's scope, up to 100,000.
func (s *Service) Counted(ctx context.Context, tx db.Tx, by act.Actor, l Listing) (n int64, err error) {
	w, err := l.where(by, tx.Engine())
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(countable)+`) AS bounded`, w.Args()...).Scan(&n)
	return n, err
}

// Some returns those of up to 100 tickets that the actor may read and that are in lists, by id.
func (s *Service) Some(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) ([]*Ticket, error) {
	w, err := Listing{}.where(by, tx.Engine())
	if err != nil {
		return nil, err
	}
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w.In("t.id", list)
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+` ORDER BY t.id`, w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
}

// Locked returns a ticket that others wait to change until the transaction ends, so that several
// steps make one change of it. Whoever may read it may.
func (s *Service) Locked(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := s.lock(ctx, tx, id)
	if err == nil && !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, fault.Missing("ticket", id)
	}
	return t, err
}

// Comments returns part of a ticket's messages with their files in the order they were written, and
// whether there are others beyond; with public, those that its requester sees. Customers see no others. Whoever may read the ticket
// may.
func (s *Service) Comments(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, public bool, n db.Window) (*Ticket, []*Comment, bool, error) {
	t, err := s.Get(ctx, tx, by, ticketID)
	if err != nil {
		return nil, nil, false, err
	}
	w := (&db.Where{}).And("ticket_id = ?", t.ID)
	if public || !Agent(by, t) {
		w.And("public = TRUE")
	}
	order := n.Clause(w, "id")
	rows, err := tx.Query(ctx, `SELECT id, `+commentColumns+` FROM comment WHERE `+w.SQL()+order, w.Args()...)
	if err != nil {
		return nil, nil, false, err
	}
	var list []*Comment
	byID := map[int64]*Comment{}
	if err := scanComments(rows, func(c *Comment) { list, byID[c.ID] = append(list, c), c }); err != nil {
		return nil, nil, false, err
	}
	list, more := db.Windowed(n, list)
	return t, list, more, s.attachFiles(ctx, tx, byID)
}

// CommentsCounted counts the messages of tickets that the actor may see, by ticket. Those who may not
// work on every ticket are told of public ones, as is everybody with public.
func (s *Service) CommentsCounted(ctx context.Context, tx db.Tx, by act.Actor, public bool, tickets []*Ticket) (map[int64]int64, error) {
	out, ids, open := map[int64]int64{}, []any{}, !public
	for _, t := range tickets {
		ids, open = append(ids, t.ID), open && Agent(by, t)
	}
	w := (&db.Where{}).In("ticket_id", ids)
	if !open {
		w.And("public = TRUE")
	}
	rows, err := tx.Query(ctx, `SELECT ticket_id, count(*) FROM comment WHERE `+w.SQL()+` GROUP BY ticket_id`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (n int64, err error) {
		var id int64
		err = r.Scan(&id, &n)
		out[id] = n
		return n, err
	})
	return out, err
}

// CommentOf returns one message of a ticket with its files. Whoever may read the ticket may, and sees
// public ones only unless they work on it.
func (s *Service) CommentOf(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (*Ticket, *Comment, error) {
	t, err := s.Get(ctx, tx, by, ticketID)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.commentsByID(ctx, tx, t.ID, []int64{id})
	if err != nil {
		return nil, nil, err
	}
	if len(list) != 1 || !list[0].Public && !Agent(by, t) {
		return nil, nil, fault.Missing("comment", id)
	}
	return t, list[0], s.attachFiles(ctx, tx, map[int64]*Comment{id: list[0]})
}

// MailboxFor is the mailbox that tickets of a brand are answered from: the first of the brand by name, or
// the default one for no brand and for a brand without any; nil when there is none.
func (cfg *Config) MailboxFor(brandID int64) *Mailbox {
	var first *Mailbox
	for _, m := range cfg.mailboxes {
		if brandID != 0 && m.BrandID == brandID && (first == nil || m.Name < first.Name) {
			first = m
		}
	}
	if first == nil {
		return cfg.DefaultMailbox()
	}
	return first
}

// CommentsOfEvents are the messages that events tell of, by event, with their files. Those who do not work on
// every ticket get public ones of the tickets they may read.
func (s *Service) CommentsOfEvents(ctx context.Context, tx db.Tx, by act.Actor, events []ledger.Event) (map[int64]*Comment, error) {
	var ids []int64
	for _, e := range events {
		if e.Subject.Kind == "ticket" && !slices.Contains(ids, e.Subject.ID) {
			ids = append(ids, e.Subject.ID)
		}
	}
	inside := map[int64]bool{}
	if !auth.Scope(by, "edit", "ticket").All() {
		var tickets []*Ticket
		for part := range slices.Chunk(ids, 100) {
			some, err := s.Some(ctx, tx, by, part)
			if err != nil {
				return nil, err
			}
			tickets = append(tickets, some...)
		}
		for ids = ids[:0]; len(tickets) > 0; tickets = tickets[1:] {
			ids, inside[tickets[0].ID] = append(ids, tickets[0].ID), Agent(by, tickets[0])
		}
	} else {
		for _, id := range ids {
			inside[id] = true
		}
	}
	of := make([]any, len(ids))
	for i, id := range ids {
		of[i] = id
	}
	out, byID := map[int64]*Comment{}, map[int64]*Comment{}
	for part := range slices.Chunk(events, 1000) {
		list := make([]any, len(part))
		for i, e := range part {
			list[i] = e.ID
		}
		w := (&db.Where{}).In("ticket_id", of).In("event_id", list)
		rows, err := tx.Query(ctx, `SELECT id, `+commentColumns+` FROM comment WHERE `+w.SQL(), w.Args()...)
		if err != nil {
			return nil, err
		}
		if err := scanComments(rows, func(c *Comment) {
			if c.Public || inside[c.TicketID] {
				out[c.EventID], byID[c.ID] = c, c
			}
		}); err != nil {
			return nil, err
		}
	}
	return out, s.attachFiles(ctx, tx, byID)
}
