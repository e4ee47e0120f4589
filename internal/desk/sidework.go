package desk

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/work"
)

// sideSource is the name of side conversations as a source of work.
const sideSource = "side"

func sideKey(sideID, personID int64) string { return fmt.Sprintf("%d:%d", sideID, personID) }

// waitForSide puts a message on the lists of those whom it waits for; its author has nothing to do any more.
func (s *Service) waitForSide(ctx context.Context, tx db.Tx, by act.Actor, side *Side, tell []int64, event int64) error {
	if err := work.Finish(ctx, tx, by.Now(), sideSource, sideKey(side.ID, by.PersonID)); err != nil {
		return err
	}
	for _, id := range tell {
		err := work.Put(ctx, tx, by.Now(), work.Item{Source: sideSource, Key: sideKey(side.ID, id), PersonID: id, Urgency: 1,
			Subject: ledger.Ref{Kind: "ticket", ID: side.TicketID}, EventID: event})
		if err != nil {
			return err
		}
	}
	return nil
}

// sideWork runs a statement on what a side conversation waits for.
func sideWork(ctx context.Context, tx db.Tx, sideID int64, statement string, args ...any) error {
	args = append(args, fmt.Sprintf("%d:", sideID), fmt.Sprintf("%d;", sideID)) // ; follows :
	n := len(args)
	return tx.Later(ctx, nil, statement+fmt.Sprintf(` WHERE source = 'side' AND key >= $%d AND key < $%d AND state <> 'done'`, n-1, n), args...)
}

// doneSide ends what a side conversation waits for: it was closed.
func (s *Service) doneSide(ctx context.Context, tx db.Tx, by act.Actor, sideID int64) error {
	return sideWork(ctx, tx, sideID, `UPDATE work_item SET state = 'done', until = NULL, reason = '', ended = $1, updated = $1`, db.Micros(by.Now()))
}

// ReadSide ends what a side conversation waits for somebody: they looked at it. Those who work on the ticket may.
func (s *Service) ReadSide(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) error {
	if _, err := s.sideSeen(ctx, tx, by, ticketID, id); err != nil {
		return err
	}
	return work.Finish(ctx, tx, by.Now(), sideSource, sideKey(id, by.PersonID))
}

// SideSource shows what waits in side conversations on people's lists.
func (s *Service) SideSource() work.Source {
	return work.Source{Name: sideSource, Title: "Side conversation", Dismiss: true, Cards: s.cardsBy(func(who string, e ledger.Event) string {
		if e.Verb == TicketSideAnswered {
			return who + " answered in a side conversation"
		}
		return who + " wrote to you in a side conversation"
	})}
}
