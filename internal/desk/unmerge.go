package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// UndoMerge puts merged tickets back as they were, within 24 hours: their state and their
// clocks go on, and who and what came along leaves. What was written stays, and both sides say what happened. Whoever may edit
// all of them may.
func (s *Service) UndoMerge(ctx context.Context, tx db.Tx, by act.Actor, ticketID, mergeID int64) (Merge, error) {
	return s.undoMerge(ctx, tx, by, ticketID, mergeID, false)
}

// undoMerge is UndoMerge; quiet leaves no note on the winner.
func (s *Service) undoMerge(ctx context.Context, tx db.Tx, by act.Actor, ticketID, mergeID int64, quiet bool) (Merge, error) {
	m, err := s.mergeOf(ctx, tx, mergeID)
	if err != nil {
		return m, err
	}
	if ticketID != m.WinnerID && !slices.Contains(m.Tickets, ticketID) {
		return m, fault.Missing("merge", mergeID)
	}
	by = by.Still()
	all, err := s.lockEach(ctx, tx, by, append([]int64{m.WinnerID}, m.Tickets...))
	if f := fault.As(err); f != nil && f.Code == fault.NotFound {
		if _, seen := s.working(ctx, tx, by, ticketID); seen == nil { // another of them is gone, not this one
			return m, fault.New(fault.Invalid, "A ticket of this merge was deleted since, or you may not see it. Restore it first, then undo the merge.")
		}
	}
	if err != nil {
		return m, err
	}
	switch {
	case !m.UndoneAt.IsZero():
		return m, fault.New(fault.Invalid, "This merge was undone on %s.", lang.At(m.UndoneAt.UTC(), "2 January 2006 at 15:04 UTC"))
	case by.Now().Sub(m.At) > UndoMergeFor:
		return m, fault.New(fault.Invalid, "A merge can be undone for 24 hours; this one was made on %s. Split messages off instead.", lang.At(m.At.UTC(), "2 January 2006 at 15:04 UTC"))
	}
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketUnmerged, Subject: ledger.Ref{Kind: "ticket", ID: m.WinnerID}, Data: map[string]any{"merge": m.ID, "tickets": m.Tickets}})
	if err != nil {
		return m, err
	}
	by = by.Because(act.Cause{Event: event})
	for _, id := range m.Tickets {
		t := all[id]
		if t.MergedInto != m.WinnerID {
			continue // it stands otherwise already
		}
		if err := s.takeSidesBack(ctx, tx, by, all[m.WinnerID], t, m.ID); err != nil {
			return m, err
		}
		text := fmt.Sprintf("The merge into #%d was undone.", m.WinnerID)
		before := *t
		t.MergedInto, t.Status = 0, cmp.Or(m.was[id], StatusOpen)
		note, err := s.jot(ctx, tx, by, t, text)
		if err != nil {
			return m, err
		}
		if err := s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: note, unmerged: m.At}); err != nil {
			return m, err
		}
	}
	if err := s.takeBack(ctx, tx, by, all[m.WinnerID], m); err != nil {
		return m, err
	}
	if err := s.takeKnowledgeBack(ctx, tx, by, all[m.WinnerID], m); err != nil {
		return m, err
	}
	if !quiet {
		if _, err := s.jot(ctx, tx, by, all[m.WinnerID], "The merge of "+numbers(m.Tickets)+" was undone."); err != nil {
			return m, err
		}
	}
	m.UndoneAt, m.UndoneBy = by.Now(), by.PersonID
	if _, err := tx.Exec(ctx, `UPDATE ticket_merge SET undone_at = $1, undone_by = $2 WHERE id = $3`, db.Micros(m.UndoneAt), m.UndoneBy, m.ID); err != nil {
		return m, err
	}
	return m, s.takeIncidentsBack(ctx, tx, by, m, event)
}

// takeBack takes those off a ticket whom a merge has put on it. Who has written there since stays, and
// whoever was taken off and put on again.
func (s *Service) takeBack(ctx context.Context, tx db.Tx, by act.Actor, winner *Ticket, m Merge) error {
	gone, err := ticketIDs(ctx, tx, `SELECT person_id FROM ticket_person p WHERE p.ticket_id = $1 AND p.merge_id = $2
		AND NOT EXISTS (SELECT 1 FROM comment c WHERE c.ticket_id = $1 AND c.author_id = p.person_id AND c.at > $3) ORDER BY p.at, p.person_id`, winner.ID, m.ID, db.Micros(m.At))
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := s.leave(ctx, tx, by, winner, id); err != nil {
			return err
		}
	}
	return nil
}
