package program

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/playbook"
)

// RunSubject lets runs of playbooks be about applications.
func (s *Service) RunSubject() playbook.Subject {
	return playbook.Subject{Kind: "application", Title: "Application",
		Load: func(ctx context.Context, tx db.Tx, id int64) (playbook.About, error) {
			a, err := s.load(ctx, tx, id)
			if err != nil {
				return playbook.About{}, err
			}
			return playbook.About{Title: s.called(a), PersonID: a.PersonID, OrganizationID: a.OrganizationID, Vars: func() any { return s.runVars(ctx, tx, a) }}, nil
		},
		MayRead: func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
			_, _, err := s.Get(ctx, tx, by, id)
			return err
		},
		Titles: func(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error) {
			return s.Called(ctx, tx, act.Root(), ids)
		},
		Find: s.findSubjects}
}

// runVars are what conditions of playbooks read of an application: what those of programs read, with its state, its
// program, who looks at it and the days of its term. Nil when its version cannot be read any more.
func (s *Service) runVars(ctx context.Context, tx db.Tx, a *Application) any {
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return nil
	}
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return nil
	}
	vars, err := s.vars(ctx, tx, p, a, runs)
	if err != nil {
		return nil
	}
	own := maps.Clone(vars["application"].(map[string]any))
	own["state"], own["program"] = string(a.State), p.Name
	if a.AssigneeID != 0 {
		own["assignee"] = a.AssigneeID
	}
	if !a.TermFrom.IsZero() {
		own["term_from"] = a.TermFrom
	}
	if !a.TermUntil.IsZero() {
		own["term_until"] = a.TermUntil
	}
	return own
}

// findSubjects finds applications by their number, the beginning of the applicant's address, or that of the
// organization's name or site; without words the newest.
func (s *Service) findSubjects(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) ([]playbook.Found, error) {
	w, order := &db.Where{}, "id DESC"
	if err := auth.Scope(by, "read", "application").Where(w, reach); err != nil {
		return nil, err
	}
	begins := func(column, text string) {
		w.And(column+" <> ''").And(column+" >= ?", text).And(column+" < ?", text+"\U0010FFFF")
		order = column + ", id"
	}
	id, err := strconv.ParseInt(words, 10, 64)
	switch {
	case words == "":
	case err == nil:
		w.And("id = ?", id)
	case strings.Contains(words, "@"):
		begins("person_key", strings.ToLower(words))
	case strings.Contains(words, "."):
		begins("org_key", directory.Fold(words))
	default:
		key := (&Application{Organization: words}).orgKey()
		if key == "" {
			return nil, nil
		}
		begins("org_key", key)
	}
	list, err := s.some(ctx, tx, w, order, limit)
	var out []playbook.Found
	for _, a := range list {
		out = append(out, playbook.Found{ID: a.ID, Title: s.called(a), Detail: strconv.FormatInt(a.ID, 10) + ", " + a.State.Word()})
	}
	return out, err
}
