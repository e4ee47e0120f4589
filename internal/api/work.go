package api

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/rest"
	"steward/internal/work"
)

func (s *Server) workRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/work", "List what you have to do"), s.getWork)
	rest.Write(a, rest.POST("/work/{id}/snooze", "Put an item off until a time").Status(http.StatusOK), s.postSnooze)
	rest.Write(a, rest.POST("/work/{id}/done", "Put an item away for good").Status(http.StatusOK), s.postDismiss)
	rest.Write(a, rest.DELETE("/work/{id}/done", "Bring an item that was put away back").Status(http.StatusOK), s.deleteDismiss)
	rest.Write(a, rest.DELETE("/work/{id}/snooze", "Bring an item back").Status(http.StatusOK), s.deleteSnooze)
}

// WorkItem is one thing that somebody has to do.
type WorkItem struct {
	ID        int64         `json:"id"`
	Kind      string        `json:"kind"`
	KindTitle string        `json:"kind_title"`
	Title     string        `json:"title"`
	About     string        `json:"about" doc:"The organization or person it is about."`
	Due       *time.Time    `json:"due"`
	Bucket    string        `json:"bucket" doc:"overdue, today, week, later or none, in your time zone."`
	Promise   string        `json:"promise" doc:"What is due, such as First reply."`
	Urgency   int           `json:"urgency" doc:"0 (low) to 3 (urgent)."`
	Mine      bool          `json:"mine" doc:"Yours; otherwise your team's, which nobody has taken."`
	Team      *desk.TeamRef `json:"team"`
	Subject   ledger.Ref    `json:"subject"`
	Why       WorkCause     `json:"why"`
	State     string        `json:"state" doc:"open or snoozed."`
	Until     *time.Time    `json:"until"`
	Reason    string        `json:"reason" doc:"Why it was put off."`
	MaySnooze bool          `json:"may_snooze"`

	Act        string `json:"act" doc:"What can be done about it where it stands, such as Decide; empty when it has to be opened."`
	Part       string `json:"part" doc:"Of a step: its name within the run; of a side conversation: its id."`
	MayDismiss bool   `json:"may_dismiss" doc:"Whether it can be put away for good, as mentions can."`
}

// WorkCause says why an item is here.
type WorkCause struct {
	Sentence string `json:"sentence"`
	EventID  *int64 `json:"event_id" doc:"Opens at /events/{id}/why."`
}

// WorkCounts are how much is on a list, by due date.
type WorkCounts struct {
	Overdue   db.Count `json:"overdue"`
	Today     db.Count `json:"today"`
	Week      db.Count `json:"week"`
	Later     db.Count `json:"later"`
	None      db.Count `json:"none"`
	Snoozed   db.Count `json:"snoozed"`
	DoneToday db.Count `json:"done_today"`
}

// WorkList is a page of somebody's list.
type WorkList struct {
	rest.List[WorkItem]
	Counts WorkCounts `json:"counts"`
}

type workInput struct {
	rest.Paging
	Due  string `query:"due" enum:"overdue,today,week,later,none,snoozed,all," doc:"Part of the list by due date in your time zone; snoozed for what is put off; all when left out."`
	Kind string `query:"kind" maxLength:"60" doc:"Only items of this kind, such as ticket."`
}

func (s *Server) getWork(ctx context.Context, tx db.Tx, by act.Actor, in *workInput) (WorkList, error) {
	days, err := s.daysOf(ctx, tx, by)
	if err != nil {
		return WorkList{}, err
	}
	f := work.Filter{Source: in.Kind, Due: work.Bucket(in.Due)}
	if in.Due == "all" || in.Due == "snoozed" {
		f.Due, f.Snoozed = "", in.Due == "snoozed"
	}
	items, next, err := s.Work.List(ctx, tx, by, f, days, in.Page())
	if err != nil {
		return WorkList{}, err
	}
	views, err := s.workItems(ctx, tx, by, days, items)
	if err != nil {
		return WorkList{}, err
	}
	n, err := s.Work.Counts(ctx, tx, by, days)
	counts := WorkCounts{n.Due[work.Overdue], n.Due[work.Today], n.Due[work.Week], n.Due[work.Later], n.Due[work.NoDate], n.Snoozed, n.DoneToday}
	return WorkList{rest.NewList(views, next), counts}, err
}

// daysOf are the edges of the actor's days now.
func (s *Server) daysOf(ctx context.Context, tx db.Tx, by act.Actor) (work.Days, error) {
	people, err := s.Directory.Names(ctx, tx, []int64{by.PersonID})
	if err != nil {
		return work.Days{}, err
	}
	zone, err := time.LoadLocation(people[by.PersonID].TimeZone) // "" is UTC
	if err != nil {
		zone = time.UTC
	}
	return work.DaysOf(by.Now(), zone), nil
}

// workItems shows items; those that the actor may no longer see keep their place without words.
func (s *Server) workItems(ctx context.Context, tx db.Tx, by act.Actor, days work.Days, items []work.Item) ([]WorkItem, error) {
	cards, err := s.Work.Cards(ctx, tx, by, items)
	if err != nil {
		return nil, err
	}
	out := make([]WorkItem, len(items))
	for n, i := range items {
		c, ok := cards[i.ID]
		v := WorkItem{ID: i.ID, Kind: i.Source, KindTitle: lang.In(ctx).Word(s.Work.Title(i.Source)), Title: c.Title, About: c.About, Due: rest.Time(i.Due), Bucket: string(days.Of(i)),
			Promise: c.Promise, Urgency: i.Urgency, Mine: i.PersonID != 0, Subject: i.Subject, Why: WorkCause{Sentence: c.Why}, State: string(i.State),
			Until: rest.Time(i.Until), Reason: i.Reason, MaySnooze: c.Mine && i.PersonID == by.PersonID,
			Act: c.Act, Part: c.Part, MayDismiss: i.PersonID == by.PersonID && s.Work.MayDismiss(i.Source)}
		if !ok {
			v.Title = "You may no longer see this"
		}
		if c.Why != "" {
			v.Why.EventID = rest.ID(i.EventID)
		}
		if t := s.DeskSet().Team(i.TeamID); t != nil {
			v.Team = &desk.TeamRef{Name: t.Name, Title: t.Title}
		}
		out[n] = v
	}
	return out, nil
}

type snoozeInput struct {
	desk.IDPath
	Body struct {
		Until  time.Time `json:"until" doc:"When it comes back; earlier when something happens to it."`
		Reason string    `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Server) postSnooze(_ context.Context, by act.Actor, in *snoozeInput) (rest.Change[WorkItem], error) {
	return func(ctx context.Context, tx db.Tx) (WorkItem, error) {
		i, err := s.Work.Snooze(ctx, tx, by, in.ID, in.Body.Until, in.Body.Reason)
		return s.workItem(ctx, tx, by, i, err)
	}, nil
}

func (s *Server) deleteSnooze(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[WorkItem], error) {
	return func(ctx context.Context, tx db.Tx) (WorkItem, error) {
		i, err := s.Work.Wake(ctx, tx, by, in.ID)
		return s.workItem(ctx, tx, by, i, err)
	}, nil
}

func (s *Server) postDismiss(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[WorkItem], error) {
	return func(ctx context.Context, tx db.Tx) (WorkItem, error) {
		i, err := s.Work.Dismiss(ctx, tx, by, in.ID, true)
		return s.workItem(ctx, tx, by, i, err)
	}, nil
}

func (s *Server) deleteDismiss(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[WorkItem], error) {
	return func(ctx context.Context, tx db.Tx) (WorkItem, error) {
		i, err := s.Work.Dismiss(ctx, tx, by, in.ID, false)
		return s.workItem(ctx, tx, by, i, err)
	}, nil
}

func (s *Server) workItem(ctx context.Context, tx db.Tx, by act.Actor, i work.Item, err error) (WorkItem, error) {
	if err != nil {
		return WorkItem{}, err
	}
	days, err := s.daysOf(ctx, tx, by)
	if err != nil {
		return WorkItem{}, err
	}
	views, err := s.workItems(ctx, tx, by, days, []work.Item{i})
	if err != nil {
		return WorkItem{}, err
	}
	return views[0], nil
}
