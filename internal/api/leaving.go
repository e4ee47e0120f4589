package api

import (
	"context"
	"net/http"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/rest"
)

func (s *Server) leavingRoutes(a *rest.API) {
	rest.Write(a, rest.POST("/people/{id}/suspend", "Suspend a person").Status(http.StatusOK), s.postSuspend)
	rest.Write(a, rest.POST("/people/{id}/unsuspend", "End a suspension").Status(http.StatusOK), s.postUnsuspend)
	rest.Write(a, rest.POST("/people/{id}/erase", "Erase a person for good").Status(http.StatusOK), s.postErase)
	rest.Read(a, rest.GET("/erasures", "The erasure list"), s.getErasures)
}

type suspendInput struct {
	desk.IDPath
	Body struct {
		Reason     string `json:"reason" maxLength:"2000"`
		HandOver   string `json:"hand_over,omitempty" enum:"none,team,person" default:"none" doc:"What becomes of their open work: it stays, goes back to its teams, or goes to hand_over_to."`
		HandOverTo int64  `json:"hand_over_to,omitempty"`
	}
}

func (s *Server) postSuspend(_ context.Context, by act.Actor, in *suspendInput) (rest.Change[Person], error) {
	b := &in.Body
	if (b.HandOver == "person") != (b.HandOverTo != 0) {
		return nil, fault.Field("hand_over_to", b.HandOverTo, `an agent's id together with hand_over "person", else nothing`, "Say to whom the work goes, and only then.")
	}
	return func(ctx context.Context, tx db.Tx) (Person, error) {
		p, err := s.Directory.Suspend(ctx, tx, by, in.ID, directory.Suspension{Reason: b.Reason, HandOver: b.HandOver == "team" || b.HandOver == "person", ToID: b.HandOverTo})
		if err != nil {
			return Person{}, err
		}
		return s.person(ctx, tx, by, p)
	}, nil
}

func (s *Server) postUnsuspend(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[Person], error) {
	return func(ctx context.Context, tx db.Tx) (Person, error) {
		p, err := s.Directory.Unsuspend(ctx, tx, by, in.ID)
		if err != nil {
			return Person{}, err
		}
		return s.person(ctx, tx, by, p)
	}, nil
}

// Erased is an erasure, or a preview of one.
type Erased struct {
	PersonID int64               `json:"person_id"`
	Erased   bool                `json:"erased" doc:"false in a preview."`
	Removes  []directory.Removal `json:"removes" nullable:"false" doc:"In a preview: what would go."`
}

type eraseInput struct {
	desk.IDPath
	Body struct {
		Reason  string `json:"reason,omitempty" maxLength:"2000"`
		Confirm int64  `json:"confirm,omitempty" doc:"The id once more: erasing cannot be undone."`
		DryRun  bool   `json:"dry_run,omitempty" doc:"Only list what would go."`
	}
}

func (s *Server) postErase(_ context.Context, by act.Actor, in *eraseInput) (rest.Change[Erased], error) {
	return func(ctx context.Context, tx db.Tx) (Erased, error) {
		out := Erased{PersonID: in.ID, Erased: !in.Body.DryRun, Removes: []directory.Removal{}}
		if in.Body.DryRun {
			removes, err := s.Directory.PreviewErase(ctx, tx, by, in.ID)
			out.Removes = append(out.Removes, removes...)
			return out, err
		}
		_, err := s.Directory.Erase(ctx, tx, by, in.ID, in.Body.Confirm, in.Body.Reason)
		return out, err
	}, nil
}

func (s *Server) getErasures(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[directory.Erasure], error) {
	page := in.Page()
	_, after, _, err := page.After()
	if err != nil {
		return rest.List[directory.Erasure]{}, err
	}
	list, err := s.Directory.Erasures(ctx, tx, by, after, page.Size()+1)
	next := ""
	if len(list) > page.Size() {
		list = list[:page.Size()]
		next = db.Cursor(0, list[len(list)-1].PersonID)
	}
	return rest.NewList(list, next), err
}
