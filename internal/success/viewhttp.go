package success

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// SavedView is a view of accounts with its count.
type SavedView struct {
	Name        string   `json:"name" doc:"Of its blueprint; empty when it is only yours."`
	ID          int64    `json:"id,omitempty" doc:"Of a view that is only yours."`
	Version     int64    `json:"version,omitempty"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Selection   Selected `json:"selection"`
	Count       db.Count `json:"count"`
	Shown
}

func (v View) show(n db.Count) SavedView {
	return SavedView{v.Name, v.ID, v.Version, v.Title, v.Description, v.Selected, n, v.Shown}
}

// SavedViewBody is what a view of somebody's own is made of.
type SavedViewBody struct {
	Title     string   `json:"title" maxLength:"80"`
	Selection Selected `json:"selection"`
	Shown
}

func (b SavedViewBody) view(id, version int64) View {
	return View{ID: id, Version: version, Title: b.Title, Selected: b.Selection, Shown: b.Shown}
}

// viewRoutes registers the routes of views of accounts.
func (s *Service) viewRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/account-views", "List views of accounts with their counts: those of all, then your own"), s.getViews)
	rest.Write(a, rest.POST("/account-views", "Make a view of accounts for yourself"), func(_ context.Context, by act.Actor, in *struct{ Body SavedViewBody }) (rest.Change[SavedView], error) {
		return s.keepView(by, in.Body.view(0, 0)), nil
	})
	rest.Write(a, rest.PUT("/account-views/{id}", "Replace a view of accounts of yours"), func(_ context.Context, by act.Actor, in *struct {
		Path
		Body struct {
			SavedViewBody
			Version int64 `json:"version" minimum:"1"`
		}
	}) (rest.Change[SavedView], error) {
		return s.keepView(by, in.Body.view(in.ID, in.Body.Version)), nil
	})
	rest.Write(a, rest.DELETE("/account-views/{id}", "Delete a view of accounts of yours"), func(_ context.Context, by act.Actor, in *Path) (rest.Change[rest.None], error) {
		return func(ctx context.Context, tx db.Tx) (rest.None, error) {
			return rest.None{}, s.DropView(ctx, tx, by, in.ID)
		}, nil
	})
}

func (s *Service) getViews(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (out rest.List[SavedView], err error) {
	all, err := s.Views(ctx, tx, by)
	items := []SavedView{}
	for _, v := range all { // few, and each count is capped
		n, err := s.CountView(ctx, tx, by, v)
		if err != nil {
			return out, err
		}
		items = append(items, v.show(n))
	}
	return rest.NewList(items, ""), err
}

func (s *Service) keepView(by act.Actor, v View) rest.Change[SavedView] {
	return func(ctx context.Context, tx db.Tx) (SavedView, error) {
		kept, err := s.KeepView(ctx, tx, by, v)
		if err != nil {
			return SavedView{}, err
		}
		n, err := s.CountView(ctx, tx, by, kept)
		return kept.show(n), err
	}
}
