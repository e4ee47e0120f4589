package notify

import (
	"context"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// Routes adds the routes of notifications.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/notifications", "List what you were told of"), s.getList)
	rest.Write(a, rest.POST("/notifications/read", "Mark what you were told of as read").Status(200), s.postRead)
}

// View is one thing you were told of.
type View struct {
	ID      int64      `json:"id"`
	Kind    string     `json:"kind" doc:"assigned, mentioned, replied, due, breached, approval (somebody waits for it), decision (an application waits for it), aside (a side conversation), discussed (a change request is talked about), stock (a pool of codes runs low) or health (an account changed its colour)."`
	At      time.Time  `json:"at"`
	ReadAt  *time.Time `json:"read_at"`
	Browser bool       `json:"browser" doc:"Whether you chose that the browser shows it."`
	By      string     `json:"by" doc:"Who did it; empty for a machine."`
	Ticket  int64      `json:"ticket" doc:"The ticket it is about; 0 when it is about something else."`
	Subject string     `json:"subject" doc:"What it is about; empty when you may no longer see it."`
	Path    string     `json:"path" doc:"Of the screen that shows it; empty when you may no longer see it."`
	Was     string     `json:"was" doc:"Of a colour: the one before."`
	Is      string     `json:"is" doc:"Of a colour: the new one."`
	EventID int64      `json:"event_id" doc:"What it comes from, for /events/{id}/why."`
}

// Page is a page of news with how many are not read.
type Page struct {
	Items  []View   `json:"items" nullable:"false"`
	Next   string   `json:"next"`
	Unread db.Count `json:"unread"`
}

func (s *Service) getList(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (out Page, err error) {
	list, next, err := s.List(ctx, tx, by, in.Page())
	if err != nil {
		return out, err
	}
	var ids []int64
	for _, n := range list {
		ids = append(ids, n.ByID)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	if err != nil {
		return out, err
	}
	seen, err := s.look(ctx, tx, by, list)
	if err != nil {
		return out, err
	}
	out.Items, out.Next = []View{}, next
	for _, n := range list {
		v := View{ID: n.ID, Kind: n.Kind, At: n.At, ReadAt: rest.Time(n.Read), Browser: n.Browser, By: people[n.ByID].Name, Subject: seen[n.Subject].Line, Path: n.path(seen[n.Subject]), EventID: n.EventID}
		if n.Kind == "health" {
			v.Was, v.Is, _ = strings.Cut(n.Detail, ",")
		}
		if n.Subject.Kind == "ticket" {
			v.Ticket = n.Subject.ID
		}
		out.Items = append(out.Items, v)
	}
	out.Unread, err = s.Unread(ctx, tx, by)
	return out, err
}

type readInput struct {
	Body struct {
		UpTo   int64 `json:"up_to,omitempty" minimum:"0" doc:"All up to this id."`
		Ticket int64 `json:"ticket,omitempty" minimum:"0" doc:"Or those about a ticket."`
		Only   int64 `json:"only,omitempty" minimum:"0" doc:"Or this one alone."`
	}
}

// ReadView is how many are left.
type ReadView struct {
	Unread db.Count `json:"unread"`
}

func (s *Service) postRead(_ context.Context, by act.Actor, in *readInput) (rest.Change[ReadView], error) {
	return func(ctx context.Context, tx db.Tx) (out ReadView, err error) {
		if err = s.Read(ctx, tx, by, in.Body.UpTo, in.Body.Ticket, in.Body.Only); err == nil {
			out.Unread, err = s.Unread(ctx, tx, by)
		}
		return out, err
	}, nil
}
