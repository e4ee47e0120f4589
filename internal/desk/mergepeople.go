package desk

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// comers are the people of merged tickets who come along to the one that goes on.
type comers struct {
	copies    []int64 // requesters, and people copied
	followers []int64 // colleagues, however they were on the merged tickets
	left      int     // for whom there is no room
	off       bool    // the winner's mailbox has no copies
}

// comeAlong finds who is on some tickets and not on the winner yet. Suspended people and our own
// mailboxes stay behind.
func (s *Service) comeAlong(ctx context.Context, tx db.Tx, winner *Ticket, losers []*Ticket) (out comers, err error) {
	var ids, follow []int64
	for _, t := range losers {
		ids = append(append(ids, t.RequesterID), t.People.Copies...)
		follow = append(follow, t.People.Followers...)
	}
	people, err := s.directory.Names(ctx, tx, slices.Concat(ids, follow))
	if err != nil {
		return out, err
	}
	box := s.config().Mailbox(winner.MailboxID)
	out.off = box != nil && box.Spec.Copies == "off"
	add := func(list *[]int64, have []int64, most int, id int64) {
		switch {
		case slices.Contains(out.copies, id) || slices.Contains(out.followers, id) || slices.Contains(winner.People.Copies, id) || slices.Contains(winner.People.Followers, id):
		case len(have)+len(*list) >= most:
			out.left++
		default:
			*list = append(*list, id)
		}
	}
	for _, id := range append(ids, follow...) {
		switch p := people[id]; {
		case p.ID == 0 || !p.Suspended.IsZero() || p.ID == winner.RequesterID || p.Email != "" && s.mail.Own(p.Email):
		case p.Agent:
			add(&out.followers, winner.People.Followers, maxFollowers, p.ID)
		case out.off || !slices.Contains(ids, id): // who is no colleague any more does not follow
		default:
			add(&out.copies, winner.People.Copies, maxCopies, p.ID)
		}
	}
	return out, nil
}

// bringAlong puts the people of merged tickets on the winner and notes that the merge did.
func (s *Service) bringAlong(ctx context.Context, tx db.Tx, by act.Actor, winner *Ticket, losers []*Ticket, mergeID int64) error {
	who, err := s.comeAlong(ctx, tx, winner, losers)
	if err != nil {
		return err
	}
	if err := s.join(ctx, tx, by, winner, Copied, who.copies, newest); err != nil {
		return err
	}
	if err := s.join(ctx, tx, by, winner, Following, who.followers, newest); err != nil {
		return err
	}
	if len(who.copies)+len(who.followers) == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, `UPDATE ticket_person SET merge_id = $1 WHERE ticket_id = $2 AND person_id IN (`+idList(slices.Concat(who.copies, who.followers))+`)`, mergeID, winner.ID)
	return err
}

// MergePlan is what a merge would do.
type MergePlan struct {
	Winner    int64         `json:"winner"`
	Tickets   []MergeTicket `json:"tickets" nullable:"false"`
	Messages  int64         `json:"messages" doc:"Messages and notes that stay on the tickets that close."`
	Copied    []PersonRef   `json:"copied" nullable:"false" doc:"Who is copied on the ticket that goes on, unless people are left out."`
	Followers []PersonRef   `json:"followers" nullable:"false" doc:"Colleagues who follow it then."`
	LeftOut   int           `json:"left_out" doc:"People for whom the ticket has no room."`
	CopiesOff bool          `json:"copies_off" doc:"Whether its mailbox has no copies, so that nobody is copied."`
	Incidents int64         `json:"incidents" doc:"Incidents of problems among them that belong to the ticket that goes on then."`
	Becomes   bool          `json:"becomes_problem" doc:"Whether the ticket that goes on becomes the problem of these incidents."`
	Differ    bool          `json:"differ" doc:"Whether the tickets are of different customers: the merge asks then."`
}

// MergeTicket is one of the tickets that would close.
type MergeTicket struct {
	ID           int64     `json:"id"`
	Subject      string    `json:"subject"`
	Requester    PersonRef `json:"requester"`
	Organization *OrgRef   `json:"organization"`
}

// PlanMerge says what a merge of tickets would do, and changes nothing. Whoever works on all of
// them may ask.
func (s *Service) PlanMerge(ctx context.Context, tx db.Tx, by act.Actor, winnerID int64, tickets []int64) (p MergePlan, err error) {
	tickets = distinct(tickets)
	if n := len(tickets); n == 0 || n > maxMerged {
		return p, fault.Field("tickets", n, "1 to 100 tickets", "One merge takes 1 to 100 tickets; these are %d.", n)
	}
	found, err := s.some(ctx, tx, by, append([]int64{winnerID}, tickets...))
	if err != nil {
		return p, err
	}
	for _, id := range append([]int64{winnerID}, tickets...) {
		if found[id] == nil {
			return p, fault.Missing("ticket", id)
		}
		if !Agent(by, found[id]) {
			return p, by.Denied("edit", "ticket")
		}
	}
	if slices.Contains(tickets, winnerID) {
		return p, fault.Field("tickets", winnerID, "other tickets", "Ticket %d cannot be merged into itself.", winnerID)
	}
	winner := found[winnerID]
	if err := mergeable(winner, found, tickets); err != nil {
		return p, err
	}
	var losers []*Ticket
	for _, id := range tickets {
		losers = append(losers, found[id])
	}
	incidents, err := s.following(ctx, tx, winnerID, tickets)
	if err != nil {
		return p, err
	}
	becomes, err := inherits(winner, tickets, incidents)
	if err != nil {
		return p, err
	}
	who, err := s.comeAlong(ctx, tx, winner, losers)
	if err != nil {
		return p, err
	}
	n, err := s.names(ctx, tx, append(losers, winner), slices.Concat(who.copies, who.followers)...)
	if err != nil {
		return p, err
	}
	p = MergePlan{Winner: winnerID, Tickets: []MergeTicket{}, Copied: shownPeople(who.copies, n.people), Followers: shownPeople(who.followers, n.people), LeftOut: who.left, CopiesOff: who.off,
		Incidents: incidents, Becomes: becomes}
	for _, t := range losers {
		one := MergeTicket{ID: t.ID, Subject: t.Subject, Requester: shownPeople([]int64{t.RequesterID}, n.people)[0]}
		if t.OrganizationID != 0 {
			one.Organization = &OrgRef{t.OrganizationID, n.orgs[t.OrganizationID]}
		}
		p.Tickets = append(p.Tickets, one)
		p.Differ = p.Differ || differ(t, winner)
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM comment WHERE ticket_id IN (`+idList(tickets)+`)`).Scan(&p.Messages)
	return p, err
}

// differ reports whether two tickets are of different customers.
func differ(t, o *Ticket) bool {
	return t.RequesterID != o.RequesterID || t.OrganizationID != o.OrganizationID
}
