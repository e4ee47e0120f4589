package api

import (
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// TeamPage is a team with what waits for it and when it works.
type TeamPage struct {
	Team
	Email   string       `json:"email"`
	Text    int64        `json:"text_version" doc:"Of its blueprint."`
	Figures []TeamFigure `json:"figures" nullable:"false" doc:"For those who may read tickets."`
	Views   []desk.Named `json:"views" nullable:"false" doc:"Views that show its tickets alone."`
	Queues  []desk.Named `json:"queues" nullable:"false" doc:"Queues whose tickets it takes."`
	Regions []TeamRegion `json:"regions" nullable:"false" doc:"Where its members work; the first one decides."`
}

// TeamFigure is how many of its tickets are so.
type TeamFigure struct {
	Name  string   `json:"name" enum:"unassigned,open,late,pending,hold"`
	Count db.Count `json:"count"`
}

// TeamRegion is a region that a team belongs to.
type TeamRegion struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Zone     string `json:"time_zone" doc:"Of its calendar."`
	Calendar string `json:"calendar"`
	Open     bool   `json:"open" doc:"Whether it works at this moment."`
}

// figures are the lists that a team's tickets are counted in.
var figures = []struct {
	name string
	spec desk.ViewSpec
}{
	{"unassigned", desk.ViewSpec{Status: []string{"new", "open"}, Assignee: "none"}},
	{"open", desk.ViewSpec{Status: []string{"new", "open"}}},
	{"late", desk.ViewSpec{Status: []string{"new", "open", "pending", "hold"}, Match: "ticket.due < now"}},
	{"pending", desk.ViewSpec{Status: []string{"pending"}}},
	{"hold", desk.ViewSpec{Status: []string{"hold"}}},
}

// TeamPath is the name in a path.
type TeamPath struct {
	Name string `path:"name" maxLength:"200"`
}

// getTeam shows a team. Whoever may read teams may; its tickets count within what the reader sees.
func (s *Server) getTeam(ctx context.Context, tx db.Tx, by act.Actor, in *TeamPath) (out TeamPage, err error) {
	t, err := s.team(by, in.Name)
	if err != nil {
		return out, err
	}
	teams, err := s.teams(ctx, tx, []*desk.Team{t})
	if err != nil {
		return out, err
	}
	cfg := s.DeskSet()
	out = TeamPage{Team: teams[0], Email: t.Spec.Email, Text: int64(t.Version), Figures: []TeamFigure{}, Views: []desk.Named{}, Queues: []desk.Named{}, Regions: []TeamRegion{}}
	if by.May("read", "ticket") {
		for _, f := range figures {
			f.spec.Team = t.Name
			v, err := cfg.Preview(by, f.spec)
			if fault.Is(err, fault.Forbidden) {
				continue
			} else if err != nil {
				return out, err
			}
			n, err := s.Desk.Count(ctx, tx, by, v.Filter())
			if err != nil {
				return out, err
			}
			out.Figures = append(out.Figures, TeamFigure{f.name, n})
		}
	}
	for _, v := range cfg.Views {
		if v.Spec.Team == t.Name {
			out.Views = append(out.Views, v.Named)
		}
	}
	for _, q := range cfg.Queues {
		if slices.Contains(q.TeamIDs, t.ID) {
			out.Queues = append(out.Queues, q.Named)
		}
	}
	for _, r := range s.People.Config().Regions {
		if slices.Contains(r.TeamIDs, t.ID) {
			out.Regions = append(out.Regions, TeamRegion{r.Name, r.Title, r.Calendar.Zone().String(), r.Spec.Calendar, r.Calendar.Active(by.Now())})
		}
	}
	return out, nil
}

func (s *Server) team(by act.Actor, name string) (*desk.Team, error) {
	if err := by.Require("read", "team"); err != nil {
		return nil, err
	}
	t := s.DeskSet().TeamNamed(name)
	if t == nil {
		return nil, fault.Missing("team", name)
	}
	return t, nil
}

type teamHistoryInput struct {
	TeamPath
	rest.Paging
}

// getTeamHistory lists who came into a team and who left it. Whoever may read teams may.
func (s *Server) getTeamHistory(ctx context.Context, tx db.Tx, by act.Actor, in *teamHistoryInput) (rest.List[Happened], error) {
	none := rest.List[Happened]{}
	t, err := s.team(by, in.Name)
	if err != nil {
		return none, err
	}
	events, next, err := s.Ledger.History(ctx, tx, ledger.History{Subjects: []ledger.Ref{{Kind: "team", ID: t.ID}}, Open: !by.May("read", "event")}, in.Page())
	if err != nil {
		return none, err
	}
	items, err := s.happened(ctx, tx, by, events)
	if err != nil {
		return none, err
	}
	type moved struct{ Added, Removed []int64 }
	all, ids := make([]moved, len(events)), []int64{}
	for i, e := range events {
		if err := e.Decode(&all[i]); err != nil {
			return none, err
		}
		ids = append(append(ids, all[i].Added...), all[i].Removed...)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	named := func(ids []int64) string {
		var out []string
		for _, id := range ids {
			out = append(out, people[id].Name)
		}
		return strings.Join(out, ", ")
	}
	l := lang.In(ctx)
	for i, m := range all {
		switch {
		case len(m.Added) > 0 && len(m.Removed) > 0:
			items[i].Says = l.Say("Came in: %s. Left: %s.", named(m.Added), named(m.Removed))
		case len(m.Added) > 0:
			items[i].Says = l.Say("Came in: %s.", named(m.Added))
		case len(m.Removed) > 0:
			items[i].Says = l.Say("Left: %s.", named(m.Removed))
		}
	}
	return rest.NewList(items, next), err
}
