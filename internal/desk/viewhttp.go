package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// ViewView is a view with its count.
type ViewView struct {
	Name        string     `json:"name"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Count       db.Count   `json:"count"`
	Default     bool       `json:"default"`
	Sort        string     `json:"sort,omitempty" doc:"What a view of all is sorted by; due when left out."`
	ID          int64      `json:"id,omitempty" doc:"The id of a view that is only yours; its name is empty."`
	Version     int64      `json:"version,omitempty"`
	Selection   *Selection `json:"selection,omitempty" doc:"What a view of yours shows."`
	Problem     string     `json:"problem,omitempty" doc:"Why a view of yours shows nothing any more."`
	Shown
}

func (s *Service) viewRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/views", "List views with their counts: those of all, then your own"), s.getViews)
	rest.Write(a, rest.POST("/views", "Make a view for yourself"), s.postView)
	rest.Write(a, rest.PUT("/views/{id}", "Replace a view of yours"), s.putView)
	rest.Write(a, rest.DELETE("/views/{id}", "Delete a view of yours"), s.deleteView)
}

func (s *Service) getViews(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[ViewView], error) {
	items := []ViewView{}
	for _, v := range s.config().Views {
		n, err := s.Count(ctx, tx, by, v.Filter())
		if err != nil {
			return rest.List[ViewView]{}, err
		}
		items = append(items, ViewView{Name: v.Name, Title: v.Title, Description: v.Description, Count: n, Default: v.Spec.IsDefault, Sort: v.Spec.Sort, Shown: Shown{v.Spec.Columns, v.Spec.Group}})
	}
	own, err := s.OwnViews(ctx, tx, by)
	if err != nil {
		return rest.List[ViewView]{}, err
	}
	for _, v := range own {
		n, problem, err := s.countOwn(ctx, tx, by, v)
		if err != nil {
			return rest.List[ViewView]{}, err
		}
		items = append(items, ownViewView(v, n, problem))
	}
	return rest.NewList(items, ""), nil
}

// countOwn counts what a view of the actor shows; the configuration may have lost what it names.
func (s *Service) countOwn(ctx context.Context, tx db.Tx, by act.Actor, v OwnView) (n db.Count, problem string, err error) {
	f, err := s.ownFilter(by, v.Selection)
	if err == nil {
		n, err = s.Count(ctx, tx, by, f)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return n, err.Error(), nil
	}
	return n, "", err
}

func ownViewView(v OwnView, n db.Count, problem string) ViewView {
	return ViewView{ID: v.ID, Title: v.Title, Count: n, Version: v.Version, Selection: &v.Selection, Shown: v.Shown, Problem: problem}
}

// OwnViewBody is what a view of somebody's own is made of.
type OwnViewBody struct {
	Title     string    `json:"title" maxLength:"80"`
	Selection Selection `json:"selection"`
	Shown
}

type postViewInput struct {
	Body OwnViewBody
}

func (s *Service) postView(_ context.Context, by act.Actor, in *postViewInput) (rest.Change[ViewView], error) {
	return func(ctx context.Context, tx db.Tx) (ViewView, error) {
		v, err := s.MakeOwnView(ctx, tx, by, OwnView{Title: in.Body.Title, Selection: in.Body.Selection, Shown: in.Body.Shown})
		return s.answerOwn(ctx, tx, by, v, err)
	}, nil
}

type putViewInput struct {
	IDPath
	Body struct {
		OwnViewBody
		Version int64 `json:"version" minimum:"1"`
	}
}

func (s *Service) putView(_ context.Context, by act.Actor, in *putViewInput) (rest.Change[ViewView], error) {
	return func(ctx context.Context, tx db.Tx) (ViewView, error) {
		v, err := s.ChangeOwnView(ctx, tx, by, OwnView{ID: in.ID, Version: in.Body.Version, Title: in.Body.Title, Selection: in.Body.Selection, Shown: in.Body.Shown})
		return s.answerOwn(ctx, tx, by, v, err)
	}, nil
}

func (s *Service) answerOwn(ctx context.Context, tx db.Tx, by act.Actor, v OwnView, err error) (ViewView, error) {
	if err != nil {
		return ViewView{}, err
	}
	n, problem, err := s.countOwn(ctx, tx, by, v)
	return ownViewView(v, n, problem), err
}

func (s *Service) deleteView(_ context.Context, by act.Actor, in *IDPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.DropOwnView(ctx, tx, by, in.ID)
	}, nil
}
