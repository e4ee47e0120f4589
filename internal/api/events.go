package api

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rest"
)

func (s *Server) eventRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/events", "List what happened to a record"), s.getEvents)
}

// Event is an entry of the ledger.
type Event struct {
	ID       int64           `json:"id"`
	Pos      *int64          `json:"pos"`
	At       time.Time       `json:"at"`
	Recorded time.Time       `json:"recorded"`
	Verb     string          `json:"verb"`
	Actor    EventActor      `json:"actor"`
	Subject  ledger.Ref      `json:"subject"`
	Cause    *int64          `json:"cause"`
	Data     json.RawMessage `json:"data"`
}

// EventActor is who did it.
type EventActor struct {
	Kind string `json:"kind"`
	ID   *int64 `json:"id"`
}

type eventsInput struct {
	rest.Paging
	Subject string `query:"subject" required:"true" doc:"Kind and id of the record, such as ticket/7."`
}

// getEvents lists the events of one record. Whoever may read events may; of tickets also
// whoever works on the ticket.
func (s *Server) getEvents(ctx context.Context, tx db.Tx, by act.Actor, in *eventsInput) (rest.List[Event], error) {
	kind, text, _ := strings.Cut(in.Subject, "/")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return rest.List[Event]{}, fault.Field("subject", in.Subject, "kind/id, such as ticket/7", "This is not a record.")
	}
	if kind == "ticket" {
		t, err := s.Desk.Get(ctx, tx, by, id)
		if err != nil {
			return rest.List[Event]{}, err
		}
		if !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
			return rest.List[Event]{}, by.Denied("read", "event")
		}
	} else if err := by.Require("read", "event"); err != nil {
		return rest.List[Event]{}, err
	}
	_, after, _, err := in.Page().After()
	if err != nil {
		return rest.List[Event]{}, err
	}
	n := in.Page().Size()
	events, err := s.Ledger.Of(ctx, tx, ledger.Ref{Kind: kind, ID: id}, after, n+1)
	next := ""
	if len(events) > n {
		events = events[:n]
		next = db.Cursor(0, events[n-1].ID)
	}
	items := []Event{}
	for _, e := range events {
		items = append(items, Event{e.ID, rest.ID(e.Pos), e.At, e.Recorded, e.Verb, EventActor{string(e.ActorKind), rest.ID(e.ActorID)}, e.Subject, rest.ID(e.Cause.Event), e.Data})
	}
	return rest.NewList(items, next), err
}
