package program

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/work"
)

// WorkSource shows applications on people's lists.
func (s *Service) WorkSource() work.Source {
	return work.Source{Name: workSource, Title: "Application", Cards: s.cards}
}

func (s *Service) cards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	ids := make([]any, len(items))
	for i, item := range items {
		ids[i] = item.Subject.ID
	}
	list, err := s.some(ctx, tx, (&db.Where{}).In("id", ids), "id", len(ids))
	if err != nil {
		return nil, err
	}
	byID := map[int64]*Application{}
	for _, a := range list {
		byID[a.ID] = a
	}
	out := map[int64]work.Card{}
	for _, item := range items {
		a := byID[item.Subject.ID]
		if a == nil || !auth.Scope(by, "read", "application").Covers(a.Record()) {
			continue
		}
		title, why := "an earlier program", "New application"
		if p := s.Config().Program(a.ProgramID); p != nil {
			title = p.Title
		}
		switch {
		case a.RenewalOf != 0:
			why = "Renewal"
		case a.Dialogue:
			why = "The applicant answered"
		}
		out[item.ID] = work.Card{Title: fmt.Sprintf("%s: %s", title, a.Who()), About: a.Name, Why: why, Promise: "Decision", Mine: a.AssigneeID == by.PersonID}
	}
	return out, nil
}

// Who is the applicant in a few words: the organization, or the person.
func (a *Application) Who() string {
	if a.Organization != "" {
		return a.Organization
	}
	return a.Name
}
