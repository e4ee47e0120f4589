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
	ID      int64            `json:"id" doc:"Of its blueprint: accounts name their team so."`
	Name    string           `json:"name"`
	Title   string           `json:"title"`
	Version int64            `json:"version" doc:"Of its membership."`
	Members []desk.PersonRef `json:"members" nullable:"false"`
}

func (s *Server) teamRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/teams", "List teams with their members"), s.getTeams)
	rest.Read(a, rest.GET("/teams/{name}", "Get a team with what waits for it"), s.getTeam)
	rest.Read(a, rest.GET("/teams/{name}/history", "List who came into a team and who left it"), s.getTeamHistory)
	rest.Write(a, rest.PUT("/teams/{name}/members", "Set the members of a team"), s.putMembers)
}

func (s *Server) getTeams(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[Team], error) {
	if err := by.Require("read", "team"); err != nil {
		return rest.List[Team]{}, err
	}
	items, err := s.teams(ctx, tx, s.DeskSet().Teams())
	return rest.NewList(items, ""), err
}

// teams shows teams with their members.
func (s *Server) teams(ctx context.Context, tx db.Tx, teams []*desk.Team) ([]Team, error) {
	var ids []int64
	for _, t := range teams {
		ids = append(ids, t.ID)
	}
	versions, err := s.Directory.TeamVersions(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	members, err := s.Directory.Members(ctx, tx, ids)
	items := []Team{}
	for _, t := range teams {
		out := Team{ID: t.ID, Name: t.Name, Title: t.Title, Version: versions[t.ID], Members: []desk.PersonRef{}}
		for _, p := range members[t.ID] {
			out.Members = append(out.Members, desk.PersonRef{ID: p.ID, Name: p.Name})
		}
		items = append(items, out)
	}
	return items, err
}

type membersInput struct {
	Name string `path:"name"`
	Body struct {
		Version   int64   `json:"version" minimum:"1" doc:"The version you saw; a newer one conflicts."`
		PersonIDs []int64 `json:"person_ids" maxItems:"1000"`
	}
}

func (s *Server) putMembers(_ context.Context, by act.Actor, in *membersInput) (rest.Change[Team], error) {
	return func(ctx context.Context, tx db.Tx) (Team, error) {
		t := s.DeskSet().TeamNamed(in.Name)
		if t == nil {
			return Team{}, fault.Missing("team", in.Name)
		}
		err := s.Directory.ReplaceMembers(ctx, tx, by, t.ID, in.Body.Version, in.Body.PersonIDs)
		conflict := fault.As(err)
		if err != nil && (conflict == nil || conflict.Code != fault.Conflict) {
			return Team{}, err
		}
		now, err := s.teams(ctx, tx, []*desk.Team{t})
		if err != nil {
			return Team{}, err
		}
		if conflict != nil {
			conflict.Current = now[0]
			return Team{}, conflict
		}
		return now[0], nil
	}, nil
}
