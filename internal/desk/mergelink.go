package desk

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// bringKnowledge links the winner of a merge to the issues and known issues of those merged into it. It waits for
// what they wait for; its state stays. Issues beyond what one ticket can have stay behind.
func (s *Service) bringKnowledge(ctx context.Context, tx db.Tx, by act.Actor, winner *Ticket, m Merge) error {
	rows, err := tx.Query(ctx, `SELECT `+linkFields+` FROM ticket_link l JOIN tracker_issue i ON i.id = l.issue_id WHERE l.ticket_id IN (`+idList(m.Tickets)+`)
		ORDER BY l.waiting DESC, l.created, l.issue_id, l.ticket_id`)
	links, err := db.Collect(rows, err, scanLink)
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := s.bringLink(ctx, tx, by, winner, l, m.ID); err != nil {
			return err
		}
	}
	known, err := ticketIDs(ctx, tx, `SELECT DISTINCT known_id FROM known_issue_ticket WHERE ticket_id IN (`+idList(m.Tickets)+`) ORDER BY known_id`)
	if err != nil {
		return err
	}
	for _, id := range known {
		n, err := tx.Exec(ctx, `INSERT INTO known_issue_ticket (known_id, ticket_id, created, merge_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, id, winner.ID, db.Micros(by.Now()), m.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := s.countKnown(ctx, tx, by, winner, id, true); err != nil {
			return err
		}
	}
	return nil
}

// bringLink links the winner to an issue of a merged ticket, and lets it wait as that did.
func (s *Service) bringLink(ctx context.Context, tx db.Tx, by act.Actor, winner *Ticket, from Link, mergeID int64) error {
	l, added, err := s.addLink(ctx, tx, by, winner, from.Issue)
	if fault.Is(err, fault.Invalid) {
		return s.countInterest(ctx, tx, by.Now(), from.Issue.ID) // no room
	}
	if err != nil {
		return err
	}
	if added {
		if _, err := tx.Exec(ctx, `UPDATE ticket_link SET merge_id = $1 WHERE ticket_id = $2 AND issue_id = $3`, mergeID, winner.ID, from.Issue.ID); err != nil {
			return err
		}
	}
	if from.Waiting && !l.Waiting {
		if _, err := tx.Exec(ctx, `UPDATE ticket_link SET waiting = TRUE, wait_merge_id = $1 WHERE ticket_id = $2 AND issue_id = $3`, mergeID, winner.ID, from.Issue.ID); err != nil {
			return err
		}
		if err := s.toldWait(ctx, tx, by, winner, from.Issue.ID, true); err != nil {
			return err
		}
	}
	return s.countInterest(ctx, tx, by.Now(), from.Issue.ID)
}

// takeKnowledgeBack takes off a ticket what a merge has linked it to. What somebody has waited for since, or taken off
// and linked again, stays.
func (s *Service) takeKnowledgeBack(ctx context.Context, tx db.Tx, by act.Actor, winner *Ticket, m Merge) error {
	waits, err := ticketIDs(ctx, tx, `UPDATE ticket_link SET waiting = FALSE WHERE ticket_id = $1 AND wait_merge_id = $2 AND waiting = TRUE RETURNING issue_id`, winner.ID, m.ID)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(slices.Values(waits)) {
		if err := s.toldWait(ctx, tx, by, winner, id, false); err != nil {
			return err
		}
	}
	gone, err := ticketIDs(ctx, tx, `DELETE FROM ticket_link WHERE ticket_id = $1 AND merge_id = $2 AND waiting = FALSE RETURNING issue_id`, winner.ID, m.ID)
	if err != nil {
		return err
	}
	slices.Sort(gone)
	for _, id := range gone {
		if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketUnlinked, Subject: ledger.Ref{Kind: "ticket", ID: winner.ID}, Data: map[string]any{"issue": id}}); err != nil {
			return err
		}
	}
	known, err := ticketIDs(ctx, tx, `DELETE FROM known_issue_ticket WHERE ticket_id = $1 AND merge_id = $2 RETURNING known_id`, winner.ID, m.ID)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(slices.Values(known)) {
		if err := s.countKnown(ctx, tx, by, winner, id, false); err != nil {
			return err
		}
	}
	own, err := ticketIDs(ctx, tx, `SELECT DISTINCT issue_id FROM ticket_link WHERE ticket_id IN (`+idList(m.Tickets)+`) ORDER BY issue_id`)
	if err != nil {
		return err
	}
	for _, id := range distinct(slices.Concat(own, gone)) {
		if err := s.countInterest(ctx, tx, by.Now(), id); err != nil {
			return fmt.Errorf("issue %d: %w", id, err)
		}
	}
	return nil
}

// toldWait records that a ticket waits for an issue, or no longer does.
func (s *Service) toldWait(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, issueID int64, waiting bool) error {
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketWaiting, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"issue": issueID, "waiting": waiting}})
	return err
}
