package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// Happened is one line of a person's history.
type Happened struct {
	ID      int64      `json:"id" doc:"The event's."`
	At      time.Time  `json:"at"`
	Verb    string     `json:"verb"`
	Says    string     `json:"says" doc:"What happened, in words."`
	By      string     `json:"by" doc:"Who did it."`
	Subject ledger.Ref `json:"subject"`
	Title   string     `json:"title" doc:"A ticket's subject; empty for other records."`
}

// maxTheirs is how many of the newest tickets a history looks at.
const maxTheirs = 100

type historyInput struct {
	desk.IDPath
	rest.Paging
	What string `query:"what" enum:"by,for" doc:"by: what they did, the usual; for: what others did about them and the newest 100 tickets they asked for."`
	Kind string `query:"kind" maxLength:"40" doc:"Only records of this kind: ticket, person, run and so on."`
}

// getHistory lists what a person did or what was done for them. Whoever may see the person may, and sees what is about
// tickets they may see; the rest of the ledger shows to those who may read events, and to the person.
func (s *Server) getHistory(ctx context.Context, tx db.Tx, by act.Actor, in *historyInput) (rest.List[Happened], error) {
	none := rest.List[Happened]{}
	p, err := s.Directory.Get(ctx, tx, by, in.ID)
	if err != nil {
		return none, err
	}
	all := by.May("read", "event") || by.PersonID == p.ID
	if by.PersonID != p.ID && !by.May("read", "person") {
		return none, by.Denied("read", "person")
	}
	h := ledger.History{ActorID: p.ID, Kind: in.Kind, Open: !by.May("read", "event")}
	if !all && in.What != "for" {
		h.Kind = "ticket"
	}
	if in.What == "for" {
		h.Subjects = []ledger.Ref{{Kind: "person", ID: p.ID}}
		tickets, _, err := s.Desk.List(ctx, tx, by, desk.Filter{RequesterID: p.ID, Sort: "created"}, db.Page{Limit: maxTheirs})
		if err != nil {
			return none, err
		}
		for _, t := range tickets {
			h.Subjects = append(h.Subjects, ledger.Ref{Kind: "ticket", ID: t.ID})
		}
	}
	events, next, err := s.Ledger.History(ctx, tx, h, in.Page())
	if err != nil {
		return none, err
	}
	items, err := s.happened(ctx, tx, by, events)
	return rest.NewList(items, next), err
}

type organizationHistoryInput struct {
	desk.IDPath
	rest.Paging
	What string `query:"what" enum:"with,for" doc:"with: what happened to its record and its account, and to the 100 first of its people, the usual; for: to the newest 100 tickets of its people."`
}

// getOrganizationHistory lists what was done with an organization or for it. Whoever may see the organization may, and sees what is
// about people and tickets they may see.
func (s *Server) getOrganizationHistory(ctx context.Context, tx db.Tx, by act.Actor, in *organizationHistoryInput) (rest.List[Happened], error) {
	none := rest.List[Happened]{}
	o, err := s.Directory.Organization(ctx, tx, by, in.ID)
	if err != nil {
		return none, err
	}
	h := ledger.History{Open: !by.May("read", "event"), Subjects: []ledger.Ref{}}
	if in.What == "for" {
		tickets, _, err := s.Desk.List(ctx, tx, by, desk.Filter{OrganizationID: o.ID, Sort: "created"}, db.Page{Limit: maxTheirs})
		if err != nil {
			return none, err
		}
		for _, t := range tickets {
			h.Subjects = append(h.Subjects, ledger.Ref{Kind: "ticket", ID: t.ID})
		}
	} else {
		h.Subjects = append(h.Subjects, ledger.Ref{Kind: "organization", ID: o.ID}, ledger.Ref{Kind: "account", ID: o.ID})
		if by.May("read", "person") {
			people, _, err := s.Directory.List(ctx, tx, by, directory.Filter{OrganizationID: o.ID}, db.Page{Limit: 100})
			if err != nil {
				return none, err
			}
			for _, p := range people {
				h.Subjects = append(h.Subjects, ledger.Ref{Kind: "person", ID: p.ID})
			}
		}
	}
	if len(h.Subjects) == 0 {
		return rest.NewList([]Happened{}, ""), nil
	}
	events, next, err := s.Ledger.History(ctx, tx, h, in.Page())
	if err != nil {
		return none, err
	}
	items, err := s.happened(ctx, tx, by, events)
	return rest.NewList(items, next), err
}

// happened tells events, without those about tickets that the reader may not see.
func (s *Server) happened(ctx context.Context, tx db.Tx, by act.Actor, events []ledger.Event) ([]Happened, error) {
	var ids []int64
	for _, e := range events {
		if e.Subject.Kind == "ticket" {
			ids = append(ids, e.Subject.ID)
		}
	}
	seen := map[int64]string{}
	for len(ids) > 0 {
		some, err := s.Desk.Some(ctx, tx, by, ids[:min(len(ids), 100)])
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			seen[t.ID] = t.Subject
		}
		ids = ids[min(len(ids), 100):]
	}
	var shown []ledger.Event
	for _, e := range events {
		if _, ok := seen[e.Subject.ID]; ok || e.Subject.Kind != "ticket" {
			shown = append(shown, e)
		}
	}
	told, err := s.Explain.Sentences(ctx, tx, shown)
	items := []Happened{}
	for i, t := range told {
		e := shown[i]
		h := Happened{ID: e.ID, At: e.At, Verb: e.Verb, Says: t.What, By: t.Who, Subject: e.Subject}
		if e.Subject.Kind == "ticket" {
			h.Title = seen[e.Subject.ID]
		}
		items = append(items, h)
	}
	return items, err
}
