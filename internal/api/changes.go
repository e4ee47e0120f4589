package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/rest"
)

// Change is an applied change.
type Change struct {
	Number       int64                       `json:"number"`
	At           time.Time                   `json:"at"`
	By           *desk.PersonRef             `json:"by"`
	Message      string                      `json:"message"`
	Source       string                      `json:"source"`
	Counts       blueprint.Counts            `json:"counts"`
	RollsBack    *int64                      `json:"rolls_back"`
	RolledBackBy *int64                      `json:"rolled_back_by"`
	Request      *int64                      `json:"request" doc:"The approved change request it came from."`
	Emergency    string                      `json:"emergency" doc:"Why it did not wait for the approval that a policy asks for."`
	ReviewedBy   *desk.PersonRef             `json:"reviewed_by" doc:"Who looked at an emergency afterwards; null while that is due."`
	ReviewedAt   *time.Time                  `json:"reviewed_at"`
	Changes      []blueprint.BlueprintChange `json:"changes,omitempty"`
}

func (s *Server) changes(ctx context.Context, tx db.Tx, list []blueprint.ChangeRecord, whole bool) ([]Change, error) {
	var ids []int64
	for _, c := range list {
		ids = append(ids, c.ByID, c.ReviewedByID)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	out := []Change{}
	for _, c := range list {
		v := Change{Number: c.Number, At: c.At, Message: c.Message, Source: c.Source, Counts: c.Counts, RollsBack: rest.ID(c.RollsBack), RolledBackBy: rest.ID(c.RolledBackBy)}
		if c.ByID != 0 {
			v.By = &desk.PersonRef{ID: c.ByID, Name: people[c.ByID].Name}
		}
		v.Request, v.Emergency, v.ReviewedAt = rest.ID(c.Request), c.Emergency, rest.Time(c.ReviewedAt)
		if c.ReviewedByID != 0 {
			v.ReviewedBy = &desk.PersonRef{ID: c.ReviewedByID, Name: people[c.ReviewedByID].Name}
		}
		if whole {
			v.Changes = c.Changes
		}
		out = append(out, v)
	}
	return out, err
}

func (s *Server) getChanges(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[Change], error) {
	list, next, err := s.Blueprint.Changes(ctx, tx, by, in.Page())
	if err != nil {
		return rest.List[Change]{}, err
	}
	items, err := s.changes(ctx, tx, list, false)
	return rest.NewList(items, next), err
}

func (s *Server) getChange(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (Change, error) {
	c, err := s.Blueprint.Change(ctx, tx, by, in.ID)
	if err != nil {
		return Change{}, err
	}
	items, err := s.changes(ctx, tx, []blueprint.ChangeRecord{c}, true)
	if err != nil {
		return Change{}, err
	}
	return items[0], nil
}

type rollbackInput struct {
	desk.IDPath
	Body *struct {
		Message   string `json:"message,omitempty" maxLength:"2000" doc:"Why."`
		Emergency string `json:"emergency,omitempty" maxLength:"2000" doc:"Why the approval that a policy asks for cannot be waited for. Somebody else reviews it afterwards."`
	}
}

func (s *Server) postRollback(ctx context.Context, by act.Actor, in *rollbackInput) (AppliedResult, error) {
	r := blueprint.RollbackInput{Number: in.ID}
	if in.Body != nil {
		r.Message, r.Emergency = in.Body.Message, in.Body.Emergency
	}
	return s.configure(ctx, func(ctx context.Context, tx db.Tx) (blueprint.Outcome, error) {
		return s.Blueprint.Rollback(ctx, tx, by, r)
	})
}

func (s *Server) postReview(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[Change], error) {
	return func(ctx context.Context, tx db.Tx) (Change, error) {
		c, err := s.Blueprint.Review(ctx, tx, by, in.ID)
		if err != nil {
			return Change{}, err
		}
		items, err := s.changes(ctx, tx, []blueprint.ChangeRecord{c}, true)
		if err != nil {
			return Change{}, err
		}
		return items[0], nil
	}, nil
}
