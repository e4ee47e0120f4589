package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/work"
)

// ticketCards shows items of work about tickets: one for each whose ticket the actor may read and of
// which show says something.
func (s *Service) ticketCards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item, show func(i work.Item, t *Ticket) (work.Card, bool)) (map[int64]work.Card, error) {
	tickets, err := s.some(ctx, tx, by, subjects(items))
	if err != nil {
		return nil, err
	}
	out := map[int64]work.Card{}
	for _, i := range items {
		t := tickets[i.Subject.ID]
		if t == nil {
			continue
		}
		if c, ok := show(i, t); ok {
			out[i.ID] = c
		}
	}
	return out, nil
}

// subjects are the ids of what items are about.
func subjects(items []work.Item) (ids []int64) {
	for _, i := range items {
		ids = append(ids, i.Subject.ID)
	}
	return ids
}

// AttentionSource shows requests for attention on people's lists.
func (s *Service) AttentionSource() work.Source {
	return work.Source{Name: attentionSource, Title: "Attention", Cards: s.attentionCards}
}

// attentionCards shows the items of requests on tickets that the actor may read.
func (s *Service) attentionCards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	var ids []any
	for _, id := range subjects(items) {
		ids = append(ids, id)
	}
	w := (&db.Where{}).In("a.ticket_id", ids).And("a.closed IS NULL")
	rows, err := tx.Query(ctx, `SELECT `+attentionFields+` FROM attention a WHERE `+w.SQL(), w.Args()...)
	open, err := db.Collect(rows, err, scanAttention)
	if err != nil {
		return nil, err
	}
	of, people := map[int64]Attention{}, []int64{}
	for _, a := range open {
		of[a.TicketID], people = a, append(people, a.AskedBy)
	}
	n, err := s.names(ctx, tx, nil, people...)
	if err != nil {
		return nil, err
	}
	return s.ticketCards(ctx, tx, by, items, func(_ work.Item, t *Ticket) (work.Card, bool) {
		c := work.Card{Title: t.Subject, About: "Attention", Promise: "Attention"}
		if a, ok := of[t.ID]; ok {
			c.Why = n.people[a.AskedBy].Name + ": " + shorten(a.Reason, 140)
		}
		return c, true
	})
}
