package board

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// OwnRow is a report of somebody's own in a list.
type OwnRow struct {
	ID      int64  `json:"id"`
	Version int64  `json:"version"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
}

// OwnView is a report of somebody's own with all that its page needs but the figures.
type OwnView struct {
	BoardView
	ID   int64   `json:"id"`
	Spec OwnSpec `json:"spec"`
}

// OwnBody is what a report of somebody's own is made of.
type OwnBody struct {
	Title string `json:"title" maxLength:"120"`
	OwnSpec
}

func ownRow(o OwnReport) OwnRow {
	return OwnRow{ID: o.ID, Version: o.Version, Title: o.Title, Summary: o.Spec.Summary}
}

// OwnPath names a report of somebody's own.
type OwnPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Service) ownRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/own-reports", "List the reports that you made for yourself"), func(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[OwnRow], error) {
		all, err := s.Own(ctx, tx, by)
		out := []OwnRow{}
		for _, o := range all {
			out = append(out, ownRow(o))
		}
		return rest.NewList(out, ""), err
	})
	rest.Read(a, rest.GET("/own-reports/{id}", "Get a report that you made for yourself"), func(ctx context.Context, tx db.Tx, by act.Actor, in *OwnPath) (OwnView, error) {
		o, err := s.OwnByID(ctx, tx, by, in.ID)
		return s.ownView(ctx, tx, o, err)
	})
	rest.Write(a, rest.POST("/own-reports", "Make a report for yourself"), func(_ context.Context, by act.Actor, in *struct{ Body OwnBody }) (rest.Change[OwnView], error) {
		return func(ctx context.Context, tx db.Tx) (OwnView, error) {
			o, err := s.KeepOwn(ctx, tx, by, OwnReport{Title: in.Body.Title, Spec: in.Body.OwnSpec})
			return s.ownView(ctx, tx, o, err)
		}, nil
	})
	rest.Write(a, rest.PUT("/own-reports/{id}", "Replace a report of yours"), func(_ context.Context, by act.Actor, in *struct {
		OwnPath
		Body struct {
			OwnBody
			Version int64 `json:"version" minimum:"1"`
		}
	}) (rest.Change[OwnView], error) {
		return func(ctx context.Context, tx db.Tx) (OwnView, error) {
			o, err := s.KeepOwn(ctx, tx, by, OwnReport{ID: in.ID, Version: in.Body.Version, Title: in.Body.Title, Spec: in.Body.OwnSpec})
			return s.ownView(ctx, tx, o, err)
		}, nil
	})
	rest.Write(a, rest.DELETE("/own-reports/{id}", "Delete a report of yours"), func(_ context.Context, by act.Actor, in *OwnPath) (rest.Change[rest.None], error) {
		return func(ctx context.Context, tx db.Tx) (rest.None, error) {
			return rest.None{}, s.DropOwn(ctx, tx, by, in.ID)
		}, nil
	})
}

func (s *Service) ownView(ctx context.Context, tx db.Tx, o OwnReport, err error) (OwnView, error) {
	if err != nil {
		return OwnView{}, err
	}
	v, err := s.view(ctx, tx, o.board())
	return OwnView{BoardView: v, ID: o.ID, Spec: o.Spec}, err
}
