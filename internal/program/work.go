package program

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/work"
)

// WorkSource shows applications on people's lists.
func (s *Service) WorkSource() work.Source {
	return work.Source{Name: workSource, Title: "Application", Cards: s.cards}
}

func (s *Service) cards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	ids := make([]int64, len(items))
	for i, item := range items {
		ids[i] = item.Subject.ID
	}
	byID, err := s.readable(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	out := map[int64]work.Card{}
	for _, item := range items {
		a := byID[item.Subject.ID]
		if a == nil {
			continue
		}
		why := "New application"
		switch {
		case a.RenewalOf != 0:
			why = "Renewal"
		case a.Dialogue:
			why = "The applicant answered"
		}
		out[item.ID] = work.Card{Title: s.called(a), About: a.Name, Why: why, Promise: "Decision", Mine: a.AssigneeID == by.PersonID}
	}
	return out, nil
}

// readable are those of some applications that the actor may read.
func (s *Service) readable(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]*Application, error) {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	list, err := s.some(ctx, tx, (&db.Where{}).In("id", all), "id", len(all))
	out := map[int64]*Application{}
	for _, a := range list {
		if auth.Scope(by, "read", "application").Covers(a.Record()) {
			out[a.ID] = a
		}
	}
	return out, err
}

// called is the application in a few words: its program and the applicant.
func (s *Service) called(a *Application) string {
	title := "an earlier program"
	if p := s.Config().Program(a.ProgramID); p != nil {
		title = p.Title
	}
	return fmt.Sprintf("%s: %s", title, a.Who())
}

// Called are what some applications are called, of those that the actor may read.
func (s *Service) Called(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]string, error) {
	list, err := s.readable(ctx, tx, by, ids)
	out := map[int64]string{}
	for id, a := range list {
		out[id] = s.called(a)
	}
	return out, err
}

// Wanted is the decision that an application waits for: of the colleague who works on it, else of its team. One that is
// gone or on hold waits for none.
func (s *Service) Wanted(ctx context.Context, tx db.Tx, id int64) ([]approval.Wanted, error) {
	a, err := s.one(ctx, tx, `id = $1`, id)
	if err != nil || a == nil || a.State != Review || a.Held {
		return nil, err
	}
	w := approval.Wanted{People: []int64{a.AssigneeID}, May: func(by act.Actor) bool {
		return auth.Scope(by, "decide", "application").Covers(a.Record()) && !a.agrees(by.PersonID) && !approval.People(1, a.PersonID).Bars(by.PersonID)
	}}
	if a.AssigneeID == 0 {
		w.Teams = []int64{a.TeamID}
	}
	return []approval.Wanted{w}, nil
}

// Who is the applicant in a few words: the organization, or the person.
func (a *Application) Who() string {
	if a.Organization != "" {
		return a.Organization
	}
	return a.Name
}
