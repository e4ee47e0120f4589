package search

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/rest"
)

// Routes registers the search's routes.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/search", "Find records by words and filters"), s.getSearch)
	rest.Read(a, rest.GET("/search/completions", "Complete the last word of a search"), s.getCompletions)
}

type searchInput struct {
	Query  string `query:"q" doc:"Words, \"phrases\", -without and filters such as status:open."`
	Kind   string `query:"kind" doc:"Only this kind; then cursor goes on to its next page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"10" doc:"Most records of each kind."`
	Cursor string `query:"cursor" maxLength:"500" doc:"The next value of the page before."`
}

// View is the answer of a search.
type View struct {
	Groups []GroupView `json:"groups" nullable:"false"`
	Hints  []string    `json:"hints" nullable:"false" doc:"What of the text was understood otherwise than it may be meant."`
}

// GroupView are the hits of one kind.
type GroupView struct {
	Kind  string    `json:"kind"`
	Title string    `json:"title"`
	Count db.Count  `json:"count"`
	Items []HitView `json:"items" nullable:"false"`
	Next  *string   `json:"next" doc:"Ask for the next page with ?kind= and ?cursor= this; null on the last."`
}

// HitView is a record that was found. Its texts are plain.
type HitView struct {
	ID      int64      `json:"id"`
	Title   string     `json:"title"`
	Detail  string     `json:"detail"`
	Path    string     `json:"path" doc:"Its page in the workspace."`
	Found   []Part     `json:"title_parts" nullable:"false"`
	Snippet []Part     `json:"snippet" nullable:"false" doc:"Around what was found; empty when only the title has it."`
	At      *time.Time `json:"at"`
}

func (s *Service) getSearch(ctx context.Context, tx db.Tx, by act.Actor, in *searchInput) (View, error) {
	out := View{Groups: []GroupView{}, Hints: []string{}}
	a, err := s.Find(ctx, tx, by, Input{Text: in.Query, Kind: in.Kind, Page: db.Page{Limit: in.Limit, Cursor: in.Cursor}})
	if err != nil {
		return out, err
	}
	out.Hints = append(out.Hints, a.Hints...)
	for _, g := range a.Groups {
		v := GroupView{Kind: g.Kind.Name, Title: lang.In(ctx).Word(g.Kind.Title), Count: g.Count, Items: []HitView{}}
		if g.Next != "" {
			v.Next = &g.Next
		}
		for _, h := range g.Hits {
			v.Items = append(v.Items, HitView{ID: h.ID, Title: h.Title, Detail: h.Detail, Path: h.Path, Found: append([]Part{}, h.Found...), Snippet: append([]Part{}, h.Snippet...), At: rest.Time(h.At)})
		}
		out.Groups = append(out.Groups, v)
	}
	return out, nil
}

type completionsInput struct {
	Query string `query:"q" maxLength:"2000" doc:"The search so far; its last word is completed."`
}

func (s *Service) getCompletions(ctx context.Context, tx db.Tx, by act.Actor, in *completionsInput) (rest.List[Completion], error) {
	items, err := s.Complete(ctx, tx, by, in.Query)
	return rest.NewList(items, ""), err
}
