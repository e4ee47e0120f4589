package api

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/rest"
)

// Merge is two records that became one, or a preview of that.
type Merge struct {
	ID       int64             `json:"id" doc:"0 in a preview."`
	Kind     string            `json:"kind" enum:"person,organization"`
	Winner   MergeRecord       `json:"winner" doc:"The record that stays."`
	Loser    MergeRecord       `json:"loser" doc:"The record that leads to it from now on."`
	State    string            `json:"state" enum:"preview,moving,merged,undoing,undone"`
	At       *time.Time        `json:"at"`
	By       *desk.PersonRef   `json:"by"`
	UndoneAt *time.Time        `json:"undone_at"`
	Moves    []directory.Moves `json:"moves" nullable:"false" doc:"What moves, has moved so far, or (left) could not be put back."`
	Notes    []string          `json:"notes" nullable:"false" doc:"What to know before merging."`
}

// MergeRecord names one of the two.
type MergeRecord struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (s *Server) mergeRoutes(a *rest.API) {
	rest.Write(a, rest.POST("/people/{id}/merge", "Merge another person into this one").Status(http.StatusOK), s.postMerge("person"))
	rest.Write(a, rest.POST("/organizations/{id}/merge", "Merge another organization into this one").Status(http.StatusOK), s.postMerge("organization"))
	rest.Read(a, rest.GET("/merges", "List merges"), s.getMerges)
	rest.Read(a, rest.GET("/merges/{id}", "Get a merge and how far it is"), s.getMerge)
	rest.Write(a, rest.POST("/merges/{id}/undo", "Undo a merge").Status(http.StatusOK), s.postUndoMerge)
}

type mergeInput struct {
	desk.IDPath
	Body struct {
		Other  int64 `json:"other" doc:"The id of the record that goes."`
		DryRun bool  `json:"dry_run,omitempty" doc:"Only say what would move."`
	}
}

func (s *Server) postMerge(kind string) func(context.Context, act.Actor, *mergeInput) (rest.Change[Merge], error) {
	return func(_ context.Context, by act.Actor, in *mergeInput) (rest.Change[Merge], error) {
		return func(ctx context.Context, tx db.Tx) (Merge, error) {
			do := s.Directory.Merge
			if in.Body.DryRun {
				do = s.Directory.Preview
			}
			m, err := do(ctx, tx, by, kind, in.ID, in.Body.Other)
			if err != nil {
				return Merge{}, err
			}
			return s.mergeView(ctx, tx, m)
		}, nil
	}
}

func (s *Server) mergeView(ctx context.Context, tx db.Tx, m directory.Merge) (Merge, error) {
	out := Merge{ID: m.ID, Kind: m.Kind, Winner: MergeRecord{m.WinnerID, m.Winner}, Loser: MergeRecord{m.LoserID, m.Loser}, State: string(m.State),
		At: rest.Time(m.At), UndoneAt: rest.Time(m.UndoneAt), Moves: append([]directory.Moves{}, m.Moves...), Notes: append([]string{}, m.Notes...)}
	if m.State == "" {
		out.State = "preview"
	}
	people, err := s.Directory.Names(ctx, tx, []int64{m.ByID})
	if p, ok := people[m.ByID]; ok {
		out.By = &desk.PersonRef{ID: p.ID, Name: p.Name}
	}
	return out, err
}

type mergesInput struct {
	rest.Paging
	Kind string `query:"kind" enum:"person,organization" default:"person"`
	Of   int64  `query:"of" doc:"Only merges that this record took part in."`
}

func (s *Server) getMerges(ctx context.Context, tx db.Tx, by act.Actor, in *mergesInput) (rest.List[Merge], error) {
	list, next, err := s.Directory.Merges(ctx, tx, by, in.Kind, in.Of, in.Page())
	if err != nil {
		return rest.List[Merge]{}, err
	}
	var who []int64
	for _, m := range list {
		who = append(who, m.ByID)
	}
	if _, err := s.Directory.Names(ctx, tx, who); err != nil { // remembered for the views
		return rest.List[Merge]{}, err
	}
	items := make([]Merge, len(list))
	for i := range list {
		if items[i], err = s.mergeView(ctx, tx, list[i]); err != nil {
			return rest.List[Merge]{}, err
		}
	}
	return rest.NewList(items, next), nil
}

func (s *Server) getMerge(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (Merge, error) {
	m, err := s.Directory.GetMerge(ctx, tx, by, in.ID)
	if err != nil {
		return Merge{}, err
	}
	return s.mergeView(ctx, tx, m)
}

func (s *Server) postUndoMerge(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[Merge], error) {
	return func(ctx context.Context, tx db.Tx) (Merge, error) {
		m, err := s.Directory.Unmerge(ctx, tx, by, in.ID)
		if err != nil {
			return Merge{}, err
		}
		return s.mergeView(ctx, tx, m)
	}, nil
}
