package playbook

import (
	"context"
	"fmt"
	"io"
	"strings"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// Moves are where the runs under way of a playbook would land under a changed text, alike ones together.
type Moves struct {
	Playbook string        `json:"playbook"`
	Title    string        `json:"title"`
	Total    db.Count      `json:"total"`
	Looked   int           `json:"looked"` // at the oldest of them
	Groups   []LandedAlike `json:"groups"`
}

// LandedAlike are runs that land alike.
type LandedAlike struct {
	Runs    []int64  `json:"runs"`
	Now     []string `json:"now"`
	Then    []string `json:"then"`
	Dropped []string `json:"dropped"`
	Over    bool     `json:"over"`
}

// alike puts landings together that say the same.
func alike(list []Landing) (out []LandedAlike) {
	at := map[string]int{}
	for _, l := range list {
		key := fmt.Sprintf("%q %q %q %v", l.Now, l.Then, l.Dropped, l.Over)
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			out = append(out, LandedAlike{Now: l.Now, Then: l.Then, Dropped: l.Dropped, Over: l.Over})
		}
		out[n].Runs = append(out[n].Runs, l.Run.ID)
	}
	return out
}

// PlanMoves says for each playbook that a plan changes where its runs under way would land, if they were moved.
// Playbooks without runs are left out. Whoever may read runs may.
func (s *Service) PlanMoves(ctx context.Context, tx db.Tx, by act.Actor, plan blueprint.Plan) (out []Moves, err error) {
	for _, c := range plan.Changes {
		if c.Kind != KindPlaybook || c.Action != blueprint.Change || c.NewText == nil {
			continue
		}
		list, total, err := s.PreviewMoves(ctx, tx, by, c.Name, *c.NewText)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			out = append(out, Moves{Playbook: c.Name, Title: c.Title, Total: total, Looked: len(list), Groups: alike(list)})
		}
	}
	return out, nil
}

// RenderMoves writes them for people.
func RenderMoves(w io.Writer, all []Moves) error {
	for _, m := range all {
		total := fmt.Sprint(m.Total.Count)
		if m.Total.Capped {
			total += "+"
		}
		if _, err := fmt.Fprintf(w, "\nRuns under way of playbook/%s: %s. They keep their version until somebody moves them; moved, the oldest %d would land so:\n", m.Playbook, total, m.Looked); err != nil {
			return err
		}
		for _, g := range m.Groups {
			line := "stays at " + list(g.Now)
			switch {
			case g.Over:
				line = list(g.Now) + " → the end: nothing would be left to do"
			case strings.Join(g.Now, "\n") != strings.Join(g.Then, "\n"):
				line = list(g.Now) + " → " + list(g.Then)
			}
			if len(g.Dropped) > 0 {
				line += "; gone: " + list(g.Dropped)
			}
			if _, err := fmt.Fprintf(w, "  %d: %s\n", len(g.Runs), line); err != nil {
				return err
			}
		}
	}
	return nil
}

func list(titles []string) string {
	if len(titles) == 0 {
		return "nothing"
	}
	return strings.Join(titles, ", ")
}

// MoveMany lets some runs of a playbook, at most 200, go on under the version in force; what could not be moved is
// told with its reason. Whoever may edit each may.
func (s *Service) MoveMany(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (moved int, problems []Problem, err error) {
	if err := by.Require("edit", Kind); err != nil {
		return 0, nil, err
	}
	if len(ids) > maxLandings {
		return 0, nil, fault.Field("ids", len(ids), "at most 200", "These are %d runs; 200 is the most at once.", len(ids))
	}
	for _, id := range ids {
		_, err := s.Move(ctx, tx, by, id)
		f := fault.As(err)
		switch {
		case err == nil:
			moved++
		case f != nil && (f.Code == fault.Forbidden || f.Code == fault.NotFound || f.Code == fault.Invalid):
			problems = append(problems, Problem{id, f.Error()})
		default:
			return 0, nil, err
		}
	}
	return moved, problems, nil
}
