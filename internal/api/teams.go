package api

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Team is a team with its members.
type Team struct {
	Name    string           `json:"name"`
	Title   string           `json:"title"`
	Members []desk.PersonRef `json:"members" nullable:"false"`
}

func (s *Server) teamRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/teams", "List teams with their members"), s.getTeams)
	rest.Write(a, rest.PUT("/teams/{name}/members", "Set the members of a team"), s.putMembers)
}

func (s *Server) getTeams(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[Team], error) {
	if err := by.Require("read", "team"); err != nil {
		return rest.List[Team]{}, err
	}
	teams := s.DeskSet().Teams()
	var ids []int64
	for _, t := range teams {
		ids = append(ids, t.ID)
	}
	members, err := s.Directory.Members(ctx, tx, ids)
	items := []Team{}
	for _, t := range teams {
		out := Team{Name: t.Name, Title: t.Title, Members: []desk.PersonRef{}}
		for _, p := range members[t.ID] {
			out.Members = append(out.Members, desk.PersonRef{ID: p.ID, Name: p.Name})
		}
		items = append(items, out)
	}
	return rest.NewList(items, ""), err
}

type membersInput struct {
	Name string `path:"name"`
	Body struct {
		PersonIDs []int64 `json:"person_ids"`
	}
}

func (s *Server) putMembers(_ context.Context, by act.Actor, in *membersInput) (rest.Change[Team], error) {
	return func(ctx context.Context, tx db.Tx) (Team, error) {
		t := s.DeskSet().TeamNamed(in.Name)
		if t == nil {
			return Team{}, fault.Missing("team", in.Name)
		}
		if err := s.Directory.SetMembers(ctx, tx, by, t.ID, in.Body.PersonIDs); err != nil {
			return Team{}, err
		}
		members, err := s.Directory.Members(ctx, tx, []int64{t.ID})
		out := Team{Name: t.Name, Title: t.Title, Members: []desk.PersonRef{}}
		for _, p := range members[t.ID] {
			out.Members = append(out.Members, desk.PersonRef{ID: p.ID, Name: p.Name})
		}
		return out, err
	}, nil
}
