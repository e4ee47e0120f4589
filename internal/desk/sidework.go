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
	return work.Source{Name: sideSource, Title: "Side conversation", Dismiss: true, Cards: func(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
		var ids, causes []int64
		for _, i := range items {
			ids, causes = append(ids, i.Subject.ID), append(causes, i.EventID)
		}
		tickets, err := s.some(ctx, tx, by, ids)
		if err != nil {
			return nil, err
		}
		events, err := s.ledger.Some(ctx, tx, causes)
		if err != nil {
			return nil, err
		}
		var list []*Ticket
		var authors []int64
		for _, t := range tickets {
			list = append(list, t)
		}
		for _, e := range events {
			authors = append(authors, e.ActorID)
		}
		n, err := s.names(ctx, tx, list, authors...)
		if err != nil {
			return nil, err
		}
		out := map[int64]work.Card{}
		for _, i := range items {
			t := tickets[i.Subject.ID]
			if t == nil || !Agent(by, t) {
				continue
			}
			who := n.people[events[i.EventID].ActorID].Name
			if who == "" {
				who = "Somebody"
			}
			why := who + " wrote to you in a side conversation"
			if events[i.EventID].Verb == TicketSideAnswered {
				why = who + " answered in a side conversation"
			}
			out[i.ID] = work.Card{Title: t.Subject, About: who, Why: why, Mine: true}
		}
		return out, nil
	}}
}
