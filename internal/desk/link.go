package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/tracker"
)

// Link is an issue or merge request linked to a ticket.
type Link struct {
	TicketID  int64
	Issue     tracker.Issue
	Waiting   bool // the ticket waits for its end
	EventID   int64
	Created   time.Time
	CreatedBy int64 // 0: found in a message
}

// maxLinks is how many issues one ticket can be linked to.
const maxLinks = 100

// UseTrackers makes tickets linkable to issues; called once, when the application is put together.
func (s *Service) UseTrackers(t *tracker.Service) {
	s.trackers = t
	t.OnChange(s.onIssue)
	s.handleEngineering()
}

// engaged returns a ticket that the actor works on, locked for a change.
func (s *Service) engaged(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
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
	return t, nil
}

// LinkIssue links a ticket to an issue; read is what was read of it just now, nil when it could not be.
// With waiting the ticket waits for its end. Whoever works on the ticket may. One that is linked stays.
func (s *Service) LinkIssue(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, r tracker.Reference, read *tracker.Remote, waiting bool) (Link, error) {
	t, err := s.engaged(ctx, tx, by, ticketID)
	if err != nil {
		return Link{}, err
	}
	by = by.Still()
	issue, err := s.trackers.Track(ctx, tx, by, r, read)
	if err != nil {
		return Link{}, err
	}
	l, added, err := s.addLink(ctx, tx, by, t, issue)
	if err != nil || !waiting || l.Waiting {
		return l, err
	}
	cause := by
	if added {
		cause = by.Because(act.Cause{Event: l.EventID})
	}
	return s.waitOn(ctx, tx, cause, t, l, true)
}

// addLink makes the link, unless it is there. by may be the system.
func (s *Service) addLink(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, issue tracker.Issue) (l Link, added bool, err error) {
	l, err = s.link(ctx, tx, t.ID, issue.ID)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return l, false, err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM ticket_link WHERE ticket_id = $1`, t.ID).Scan(&n); err != nil {
		return l, false, err
	}
	if n >= maxLinks {
		return l, false, fault.New(fault.Invalid, "This ticket is linked to %d issues, the most one can have.", n)
	}
	l = Link{TicketID: t.ID, Issue: issue, Created: by.Now(), CreatedBy: by.PersonID}
	l.EventID, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketLinked, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"issue": issue.ID}})
	if err != nil {
		return l, false, err
	}
	err = tx.Later(ctx, nil, `INSERT INTO ticket_link (ticket_id, issue_id, waiting, event_id, created, created_by) VALUES ($1, $2, FALSE, $3, $4, $5)`,
		l.TicketID, issue.ID, l.EventID, db.Micros(l.Created), l.CreatedBy)
	if err != nil {
		return l, false, err
	}
	return l, true, s.countInterest(ctx, tx, by.Now(), issue.ID)
}

// WaitOn says whether a ticket waits for the end of an issue it is linked to. A ticket that waits goes on
// hold; one that was on hold and waits for nothing else is open again. Whoever works on the ticket may.
func (s *Service) WaitOn(ctx context.Context, tx db.Tx, by act.Actor, ticketID, issueID int64, waiting bool) (Link, error) {
	t, err := s.engaged(ctx, tx, by, ticketID)
	if err != nil {
		return Link{}, err
	}
	l, err := s.link(ctx, tx, ticketID, issueID)
	if err != nil || l.Waiting == waiting {
		return l, err
	}
	return s.waitOn(ctx, tx, by.Still(), t, l, waiting)
}

// waitOn changes whether a ticket waits for a link, and its state with it.
func (s *Service) waitOn(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, l Link, waiting bool) (Link, error) {
	switch {
	case t.Status == StatusClosed:
		return l, checkStatus(StatusClosed, "")
	case waiting && l.Issue.State.Done():
		return l, fault.Field("waiting", true, "an issue that is open", "%s is %s, so there is nothing to wait for.", l.Issue.Short(), l.Issue.State)
	}
	l.Waiting = waiting
	if err := tx.Later(ctx, nil, `UPDATE ticket_link SET waiting = $1, wait_merge_id = NULL WHERE ticket_id = $2 AND issue_id = $3`, waiting, t.ID, l.Issue.ID); err != nil {
		return l, err
	}
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketWaiting, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"issue": l.Issue.ID, "waiting": waiting}})
	if err != nil {
		return l, err
	}
	before := *t
	if waiting {
		if t.Status != StatusSolved {
			t.Status = StatusHold
		}
		// A ticket on hold that nobody has is forgotten: who waits has it.
		if t.AssigneeID == 0 && s.takesTickets(ctx, tx, by.PersonID) == nil {
			t.AssigneeID = by.PersonID
		}
	} else if others, err := s.waits(ctx, tx, t.ID); err != nil {
		return l, err
	} else if others == 0 && t.Status == StatusHold {
		t.Status = StatusOpen
	}
	return l, s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: event})
}

// waits is how many issues a ticket waits for.
func (s *Service) waits(ctx context.Context, tx db.Tx, ticketID int64) (n int64, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM ticket_link WHERE ticket_id = $1 AND waiting = TRUE`, ticketID).Scan(&n)
	return n, err
}

// UnlinkIssue takes a link back. A ticket that waited for it no longer does. Whoever works on the ticket may.
func (s *Service) UnlinkIssue(ctx context.Context, tx db.Tx, by act.Actor, ticketID, issueID int64) error {
	t, err := s.engaged(ctx, tx, by, ticketID)
	if err != nil {
		return err
	}
	l, err := s.link(ctx, tx, ticketID, issueID)
	if err != nil {
		return err
	}
	by = by.Still()
	if l.Waiting {
		if _, err := s.waitOn(ctx, tx, by, t, l, false); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM ticket_link WHERE ticket_id = $1 AND issue_id = $2`, ticketID, issueID); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketUnlinked, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"issue": issueID}})
	if err != nil {
		return err
	}
	return s.countInterest(ctx, tx, by.Now(), issueID)
}

const linkFields = tracker.Fields + `, l.ticket_id, l.waiting, l.event_id, l.created, l.created_by`

func scanLink(row db.Scanner) (l Link, err error) {
	var created int64
	tail := tailScanner{row, []any{&l.TicketID, &l.Waiting, &l.EventID, &created, &l.CreatedBy}}
	l.Issue, err = tracker.Scan(tail)
	l.Created = db.Time(created)
	return l, err
}

// tailScanner reads further columns behind those of somebody else's Scan.
type tailScanner struct {
	row  db.Scanner
	more []any
}

// Scan implements db.Scanner.
func (t tailScanner) Scan(to ...any) error { return t.row.Scan(append(to, t.more...)...) }

// link reads one link without a permission check.
func (s *Service) link(ctx context.Context, tx db.Tx, ticketID, issueID int64) (Link, error) {
	l, err := scanLink(tx.QueryRow(ctx, `SELECT `+linkFields+` FROM ticket_link l JOIN tracker_issue i ON i.id = l.issue_id WHERE l.ticket_id = $1 AND l.issue_id = $2`, ticketID, issueID))
	if errors.Is(err, sql.ErrNoRows) {
		return l, fault.New(fault.NotFound, "Ticket %d is not linked to issue %d.", ticketID, issueID)
	}
	return l, err
}

// Links returns the issues a ticket is linked to, those it waits for first. Whoever may read the ticket
// may; customers get those that their tracker shows them, never confidential ones.
func (s *Service) Links(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) ([]Link, error) {
	t, err := s.Get(ctx, tx, by, ticketID)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT `+linkFields+` FROM ticket_link l JOIN tracker_issue i ON i.id = l.issue_id WHERE l.ticket_id = $1
		ORDER BY l.waiting DESC, l.created, l.issue_id LIMIT %d`, maxLinks), t.ID)
	list, err := db.Collect(rows, err, scanLink)
	if err != nil || Agent(by, t) {
		return list, err
	}
	var shown []Link
	for _, l := range list {
		w, ok := s.trackers.Tracker(l.Issue.TrackerID)
		if ok && w.Spec.Customers && !l.Issue.Confidential && l.Issue.State != tracker.Unknown {
			shown = append(shown, l)
		}
	}
	return shown, nil
}

// linkMentioned links a ticket to the issues whose addresses stand in an agent's message, where their
// tracker wants it. It asks nobody: what an issue is called is read later.
func (s *Service) linkMentioned(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message, event int64) error {
	if s.trackers == nil || !m.Agent {
		return nil
	}
	var adding []tracker.InForce
	for _, w := range s.trackers.Active() {
		if w.Spec.Messages == "add" {
			adding = append(adding, w)
		}
	}
	for _, r := range tracker.Find(m.Text, adding) {
		issue, err := s.trackers.Track(ctx, tx, by, r, nil)
		if err != nil {
			return err
		}
		if _, _, err := s.addLink(ctx, tx, by.Because(act.Cause{Event: event}), t, issue); err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
	}
	return nil
}

// mentioned are the issues in the newest messages of agents that the ticket is not linked to.
func (s *Service) mentionedIssues(ctx context.Context, tx db.Tx, ticketID int64, links []Link) ([]tracker.Reference, error) {
	var offering []tracker.InForce
	for _, w := range s.trackers.Active() {
		if w.Spec.Messages == "" || w.Spec.Messages == "offer" {
			offering = append(offering, w)
		}
	}
	if len(offering) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT substr(body_text, 1, 20000) FROM comment WHERE ticket_id = $1 AND agent = TRUE ORDER BY id DESC LIMIT 20`, ticketID)
	texts, err := db.Collect(rows, err, func(r db.Scanner) (text string, err error) { err = r.Scan(&text); return text, err })
	if err != nil {
		return nil, err
	}
	known := map[tracker.Reference]bool{}
	for _, l := range links {
		known[l.Issue.Reference] = true
	}
	var out []tracker.Reference
	for _, text := range texts {
		for _, r := range tracker.Find(text, offering) {
			if !known[r] && len(out) < 5 {
				known[r] = true
				out = append(out, r)
			}
		}
	}
	return out, nil
}
