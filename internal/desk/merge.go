package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// maxMerged is how many tickets one merge takes.
const maxMerged = 100

// UndoMergeFor is how long a merge can be undone.
const UndoMergeFor = 24 * time.Hour

// maxMergeChain is how far a merged ticket is followed to the one that goes on.
const maxMergeChain = 50

// Merge is some tickets that became one.
type Merge struct {
	ID       int64
	WinnerID int64
	Tickets  []int64 // those that were merged into it
	At       time.Time
	ByID     int64
	Public   bool // its note went to the requester
	UndoneAt time.Time
	UndoneBy int64

	event         int64
	was           map[int64]Status // of each ticket before
	winnerType    Type             // of the winner before it became the problem; "" when it did not
	winnerProblem int64            // whose incident the winner was, when that was merged into it
}

// NewMerge is what Merge takes.
type NewMerge struct {
	WinnerID int64
	Tickets  []int64
	Message  Message // the note on the winner; one without text says what was merged
	Left     Message // the note on each of the others; one without text says where it went
	Confirm  bool    // also when the tickets are of different customers
	Apart    bool    // the people of the merged tickets do not come along
	Quiet    bool    // no note on the winner: whoever merges many says it once
}

// Merge closes tickets in favour of one: their messages stay on them, further mail to them
// lands on the winner, and the winner's note links to them. A public note stops the reply
// clocks of them all; otherwise the clocks of those merged are cancelled. Requesters and people
// copied are copied on the winner, and followers follow it; issues and known issues are linked
// to it, and incidents follow their problem: a question or incident becomes the problem by that.
// Whoever may edit every one of them may; triggers do not look at it.
func (s *Service) Merge(ctx context.Context, tx db.Tx, by act.Actor, in NewMerge) (Merge, error) {
	m := Merge{WinnerID: in.WinnerID, Tickets: slices.Clone(in.Tickets), ByID: by.PersonID, Public: in.Message.Public, was: map[int64]Status{}}
	slices.Sort(m.Tickets)
	m.Tickets = slices.Compact(m.Tickets)
	if n := len(m.Tickets); n == 0 || n > maxMerged {
		return m, fault.Field("tickets", n, "1 to 100 tickets", "One merge takes 1 to 100 tickets; these are %d.", n)
	}
	if slices.Contains(m.Tickets, in.WinnerID) {
		return m, fault.Field("tickets", in.WinnerID, "other tickets", "Ticket %d cannot be merged into itself.", in.WinnerID)
	}
	by = by.Still()
	m.At = by.Now()
	all, err := s.lockEach(ctx, tx, by, append([]int64{in.WinnerID}, m.Tickets...))
	if err != nil {
		return m, err
	}
	winner := all[in.WinnerID]
	if err := mergeable(winner, all, m.Tickets); err != nil {
		return m, err
	}
	incidents, err := s.following(ctx, tx, winner.ID, m.Tickets)
	if err != nil {
		return m, err
	}
	becomes, err := inherits(winner, m.Tickets, incidents)
	if err != nil {
		return m, err
	}
	if !in.Confirm {
		if err := s.sameCustomer(ctx, tx, all, m, in.Apart); err != nil {
			return m, err
		}
	}
	if m.event, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketMerged, Subject: ledger.Ref{Kind: "ticket", ID: winner.ID},
		Data: map[string]any{"tickets": m.Tickets, "public": m.Public, "incidents": incidents}}); err != nil {
		return m, err
	}
	if err := s.insertMerge(ctx, tx, &m, all); err != nil {
		return m, err
	}
	by = by.Because(act.Cause{Event: m.event})
	waiting := slices.ContainsFunc(m.Tickets, func(id int64) bool { return all[id].Status.WaitsFor() == "agent" })
	if !in.Apart {
		var losers []*Ticket
		for _, id := range m.Tickets {
			losers = append(losers, all[id])
		}
		if err := s.bringAlong(ctx, tx, by, winner, losers, m.ID); err != nil {
			return m, err
		}
	}
	if err := s.bringKnowledge(ctx, tx, by, winner, m); err != nil {
		return m, err
	}
	if err := s.bringIncidents(ctx, tx, by, winner, &m, becomes); err != nil {
		return m, err
	}
	for _, id := range m.Tickets {
		if err := s.bringSides(ctx, tx, by, all[id], winner, m.ID); err != nil {
			return m, err
		}
		if err := s.mergeOne(ctx, tx, by, all[id], winner, m, in); err != nil {
			return m, err
		}
	}
	if !in.Quiet {
		if err := s.noteMerge(ctx, tx, by, winner, m, in.Message, incidents); err != nil {
			return m, err
		}
	}
	if waiting && !m.Public && winner.Status.Done() { // somebody's question would be lost
		before := *winner
		winner.Status = StatusOpen
		return m, s.change(ctx, tx, by, &before, winner, moment{at: by.Now(), event: m.event})
	}
	return m, nil
}

// noteMerge says on the ticket that goes on what was merged into it.
func (s *Service) noteMerge(ctx context.Context, tx db.Tx, by act.Actor, winner *Ticket, m Merge, note Message, incidents int64) error {
	if strings.TrimSpace(note.Text) == "" {
		note.Text = "Merged into this ticket: " + numbers(m.Tickets) + "." + followed(incidents)
		if note.Public {
			note.Text = "Your requests are handled together here from now on: " + numbers(append([]int64{winner.ID}, m.Tickets...)) + "."
		}
		note.HTML = plainHTML(note.Text)
	}
	note.Agent = true
	_, _, err := s.reply(ctx, tx, by, winner, note, "")
	return err
}

// lockEach locks tickets that the actor works on, in the order of their ids.
func (s *Service) lockEach(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]*Ticket, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	out := map[int64]*Ticket{}
	for _, id := range slices.Compact(ids) {
		t, err := s.lock(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
			return nil, fault.Missing("ticket", id)
		}
		for _, action := range []string{"edit", "write"} {
			if !auth.Scope(by, action, "ticket").Covers(t.Record()) {
				return nil, by.Denied(action, "ticket")
			}
		}
		out[id] = t
	}
	return out, nil
}

// mergeable refuses tickets that are done for good.
func mergeable(winner *Ticket, all map[int64]*Ticket, losers []int64) error {
	switch {
	case winner.MergedInto != 0:
		return fault.New(fault.Invalid, "Ticket %d was merged into ticket %d. Merge into that one.", winner.ID, winner.MergedInto)
	case winner.Status == StatusClosed:
		return fault.New(fault.Invalid, "Ticket %d is closed, so nothing can be merged into it. Merge into one that is not.", winner.ID)
	}
	for _, id := range losers {
		switch t := all[id]; {
		case t.MergedInto != 0:
			return fault.Field("tickets", id, "tickets that are not merged", "Ticket %d was merged into ticket %d already.", id, t.MergedInto)
		case t.Status == StatusClosed:
			return fault.Field("tickets", id, "tickets that are not closed", "Ticket %d is closed, so it cannot be merged.", id)
		}
	}
	return nil
}

// sameCustomer refuses a merge of tickets of different people or organizations and names them.
func (s *Service) sameCustomer(ctx context.Context, tx db.Tx, all map[int64]*Ticket, m Merge, apart bool) error {
	winner := all[m.WinnerID]
	var others []*Ticket
	for _, id := range m.Tickets {
		if t := all[id]; differ(t, winner) {
			others = append(others, t)
		}
	}
	if len(others) == 0 {
		return nil
	}
	n, err := s.names(ctx, tx, append(others, winner))
	if err != nil {
		return err
	}
	whose := func(t *Ticket) string {
		name := fmt.Sprintf("#%d of %s", t.ID, n.people[t.RequesterID].Name)
		if t.OrganizationID != 0 {
			name += " (" + n.orgs[t.OrganizationID] + ")"
		}
		return name
	}
	var list []string
	for _, t := range others[:min(len(others), 5)] {
		list = append(list, whose(t))
	}
	if more := len(others) - 5; more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	}
	meets := "What they write from now on meets on one ticket, and they all get its replies."
	if apart {
		meets = "What they write from now on meets on one ticket."
	}
	return fault.Field("confirm", false, "true, to merge all the same", "These tickets are of different customers: %s would go into %s. %s",
		strings.Join(list, ", "), whose(winner), meets)
}

// mergeOne closes one ticket in favour of the winner. Its requester gets a public note on the
// winner when they are on it; else a message of its own tells them.
func (s *Service) mergeOne(ctx context.Context, tx db.Tx, by act.Actor, t, winner *Ticket, m Merge, in NewMerge) error {
	before := *t
	told := m.Public && (t.RequesterID == winner.RequesterID || slices.Contains(winner.People.Copies, t.RequesterID))
	text := fmt.Sprintf("Merged into ticket #%d.", winner.ID)
	if m.Public && !told {
		text = fmt.Sprintf("Your request is handled together with another one from now on, as #%d. Answers to this one arrive there.", winner.ID)
	}
	note := Message{AuthorID: by.PersonID, Agent: true, Public: m.Public && !told, Channel: in.Message.Channel, Text: text, HTML: plainHTML(text)}
	if strings.TrimSpace(in.Left.Text) != "" {
		note, note.Agent = in.Left, true
	}
	event, err := s.ledger.Append(ctx, tx, by, note.written(t.ID))
	if err != nil {
		return err
	}
	c, err := s.insertComment(ctx, tx, by, t, note, event)
	if err != nil {
		return err
	}
	t.Status, t.MergedInto = StatusClosed, winner.ID
	happened := note.moment(by.Now(), event)
	happened.replied = m.Public
	if err := s.change(ctx, tx, by, &before, t, happened); err != nil || !note.Public {
		return err
	}
	return s.send(ctx, tx, by, t, c, t.People.Copies, false)
}

func numbers(ids []int64) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = fmt.Sprintf("#%d", id)
	}
	return strings.Join(out, ", ")
}

// survivor is the ticket that goes on for one that was merged; itself when none does, or when
// the one it went into is gone.
func (s *Service) survivor(ctx context.Context, tx db.Tx, t *Ticket) (*Ticket, error) {
	for n := 0; t.MergedInto != 0 && n < maxMergeChain; n++ {
		next, err := s.load(ctx, tx, t.MergedInto)
		if fault.Is(err, fault.NotFound) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		t = next
	}
	return t, nil
}

func (s *Service) insertMerge(ctx context.Context, tx db.Tx, m *Merge, all map[int64]*Ticket) error {
	err := tx.QueryRow(ctx, `INSERT INTO ticket_merge (winner_id, at, by_id, event_id, public) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		m.WinnerID, db.Micros(m.At), m.ByID, m.event, m.Public).Scan(&m.ID)
	if err != nil {
		return err
	}
	for _, id := range m.Tickets {
		m.was[id] = all[id].Status
		if err := tx.Later(ctx, nil, `INSERT INTO ticket_merge_loser (merge_id, ticket_id, status) VALUES ($1, $2, $3)`, m.ID, id, string(all[id].Status)); err != nil {
			return err
		}
	}
	return nil
}

const mergeFields = `m.id, m.winner_id, m.at, m.by_id, m.event_id, m.public, m.undone_at, m.undone_by, m.winner_type, COALESCE(m.winner_problem, 0)`

func scanMerge(row db.Scanner) (Merge, error) {
	m := Merge{was: map[int64]Status{}}
	var at int64
	var undone, undoneBy sql.NullInt64
	err := row.Scan(&m.ID, &m.WinnerID, &at, &m.ByID, &m.event, &m.Public, &undone, &undoneBy, &m.winnerType, &m.winnerProblem)
	m.At, m.UndoneAt, m.UndoneBy = db.Time(at), db.NullTime(undone), undoneBy.Int64
	return m, err
}

// mergeOf reads a merge and the tickets that took part in it.
func (s *Service) mergeOf(ctx context.Context, tx db.Tx, id int64) (Merge, error) {
	m, err := scanMerge(tx.QueryRow(ctx, `SELECT `+mergeFields+` FROM ticket_merge m WHERE m.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.Missing("merge", id)
	}
	if err != nil {
		return m, err
	}
	list := []Merge{m}
	err = losers(ctx, tx, list)
	return list[0], err
}

// Merges lists the merges that a ticket took part in, the newest first and at most 100.
// Whoever works on the ticket may.
func (s *Service) Merges(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) ([]Merge, error) {
	if _, err := s.working(ctx, tx, by, ticketID); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+mergeFields+` FROM ticket_merge m WHERE m.winner_id = $1
		UNION SELECT `+mergeFields+` FROM ticket_merge m JOIN ticket_merge_loser l ON l.merge_id = m.id WHERE l.ticket_id = $1 ORDER BY 1 DESC LIMIT 100`, ticketID)
	list, err := db.Collect(rows, err, scanMerge)
	if err != nil {
		return nil, err
	}
	return list, losers(ctx, tx, list)
}

// losers adds the merged tickets to merges.
func losers(ctx context.Context, tx db.Tx, list []Merge) error {
	if len(list) == 0 {
		return nil
	}
	ids, at := make([]any, len(list)), map[int64]*Merge{}
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	w := (&db.Where{}).In("merge_id", ids)
	rows, err := tx.Query(ctx, `SELECT merge_id, ticket_id, status FROM ticket_merge_loser WHERE `+w.SQL()+` ORDER BY merge_id, ticket_id`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var merge, ticket int64
		var was Status
		if err := rows.Scan(&merge, &ticket, &was); err != nil {
			return err
		}
		m := at[merge]
		m.Tickets = append(m.Tickets, ticket)
		m.was[ticket] = was
	}
	return rows.Err()
}

// jot leaves a note that says what was done to a ticket. Nothing follows from it.
func (s *Service) jot(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, text string) (event int64, err error) {
	note := Message{AuthorID: by.PersonID, Agent: true, Channel: "web", Text: text, HTML: plainHTML(text)}
	if event, err = s.ledger.Append(ctx, tx, by, note.written(t.ID)); err != nil {
		return 0, err
	}
	_, err = s.insertComment(ctx, tx, by, t, note, event)
	return event, err
}
