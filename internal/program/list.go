package program

import (
	"cmp"
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// Filter narrows a list of applications; zero values do not.
type Filter struct {
	Queue          bool // those that wait for a colleague, in their order, without what is held from the actor
	Held           bool // those on hold; only who may screen sees any
	States         []State
	ProgramID      int64
	PersonID       int64
	OrganizationID int64
	TicketID       int64
	AssigneeID     int64
	Unassigned     bool
}

// reach are the columns that permissions look at.
var reach = auth.Columns{Owners: []string{"assignee_id"}, Team: "team_id", Organization: "organization_id"}

func (f Filter) where(by act.Actor) (*db.Where, error) {
	w := &db.Where{}
	if f.Queue {
		w.And("state = 'review'") // in words: an index of the queue alone leads
		if !f.Held {
			w.And("held = FALSE")
		}
	}
	if f.Held {
		if err := auth.Scope(by, "screen", "application").Where(w, reach); err != nil {
			return nil, err
		}
		w.And("held = TRUE")
	}
	if len(f.States) > 0 {
		var states []any
		for _, s := range f.States {
			if !slices.Contains(States, s) {
				return nil, fault.Field("state", s, "a state of applications", "There is no state %q.", s)
			}
			states = append(states, string(s))
		}
		w.In("state", states)
	}
	for column, id := range map[string]int64{"program_id": f.ProgramID, "person_id": f.PersonID, "organization_id": f.OrganizationID, "assignee_id": f.AssigneeID} {
		if id != 0 {
			w.And(column+" = ?", id)
		}
	}
	if f.TicketID != 0 {
		w.And("id IN (SELECT application_id FROM application_tied WHERE ticket_id = ?)", f.TicketID)
	}
	if f.Unassigned {
		w.And("assignee_id IS NULL")
	}
	return w, auth.Scope(by, "read", "application").Where(w, reach)
}

// List returns applications within the actor's scope: the queue in its order, others with the newest first.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, f Filter, page db.Page) ([]*Application, string, error) {
	w, err := f.where(by)
	if err != nil {
		return nil, "", err
	}
	if len(f.States) > 1 && !f.Queue {
		return s.newestOf(ctx, tx, by, f, page)
	}
	if !f.Queue {
		return db.Newest(ctx, tx, `id, `+columns+` FROM application`, "id", w, page, func(r db.Scanner) (*Application, error) { return scan(r) }, func(a *Application) int64 { return a.ID })
	}
	place, id, after, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if after {
		w.And("(place, id) > (?, ?)", place, id)
	}
	list, err := s.some(ctx, tx, w, "place, id", page.Size()+1)
	if err != nil || len(list) <= page.Size() {
		return list, "", err
	}
	list = list[:page.Size()]
	last := list[len(list)-1]
	return list, db.Cursor(last.Place, last.ID), nil
}

// newestOf is List of several states: the newest of each are read by its own index, so that a list of few among many
// looks at no more than it shows.
func (s *Service) newestOf(ctx context.Context, tx db.Tx, by act.Actor, f Filter, page db.Page) (all []*Application, next string, err error) {
	states := slices.Compact(slices.Sorted(slices.Values(f.States)))
	more := false
	for _, state := range states {
		f.States = []State{state}
		list, rest, err := s.List(ctx, tx, by, f, page)
		if err != nil {
			return nil, "", err
		}
		all, more = append(all, list...), more || rest != ""
	}
	slices.SortFunc(all, func(a, b *Application) int { return cmp.Compare(b.ID, a.ID) })
	if n := page.Size(); len(all) > n || more {
		all = all[:min(n, len(all))]
		next = db.Cursor(0, all[len(all)-1].ID)
	}
	return all, next, nil
}

// Next gives the actor the first application of the queue that nobody works on: renewals first, then those whose
// applicant has answered, then new ones, each by what was promised. nil says that the queue is empty. Whoever may edit
// applications may; one they work on already comes first.
func (s *Service) Next(ctx context.Context, tx db.Tx, by act.Actor, programID int64) (*Application, error) {
	if err := by.Require("edit", "application"); err != nil {
		return nil, err
	}
	mine, _, err := s.List(ctx, tx, by, Filter{Queue: true, ProgramID: programID, AssigneeID: by.PersonID}, db.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(mine) > 0 {
		return mine[0], nil
	}
	w, err := Filter{Queue: true, ProgramID: programID, Unassigned: true}.where(by)
	if err != nil {
		return nil, err
	}
	if err := auth.Scope(by, "edit", "application").Where(w, reach); err != nil {
		return nil, err
	}
	list, err := s.some(ctx, tx, w, "place, id", 20)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.agrees(by.PersonID) || approval.People(1, a.PersonID).Bars(by.PersonID) {
			continue // another colleague has to
		}
		return s.Take(ctx, tx, by, a.ID, a.Version, by.PersonID)
	}
	return nil, nil
}

// Waiting counts what waits for a colleague in each program, up to the cap.
func (s *Service) Waiting(ctx context.Context, tx db.Tx, by act.Actor, programID int64) (db.Count, error) {
	w, err := Filter{Queue: true, ProgramID: programID}.where(by)
	if err != nil {
		return db.Count{}, err
	}
	var n int64
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM application WHERE `+w.SQL()+` LIMIT 1001) AS bounded`, w.Args()...).Scan(&n)
	return db.Capped(n), err
}
