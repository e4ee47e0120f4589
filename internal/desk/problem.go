package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// LinkProblem makes a ticket an incident of a problem; problem 0 takes it off. A question
// becomes an incident by it. Whoever may edit the ticket and read the problem may.
func (s *Service) LinkProblem(ctx context.Context, tx db.Tx, by act.Actor, id, problem int64) (*Ticket, error) {
	t, err := s.lock(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, fault.Missing("ticket", id)
	}
	if !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, by.Denied("edit", "ticket")
	}
	if t.Status == StatusClosed {
		return nil, checkStatus(StatusClosed, "")
	}
	before := *t
	if problem != 0 {
		p, err := s.Get(ctx, tx, by, problem)
		switch {
		case err != nil:
			return nil, err
		case p.Hidden != "":
			return nil, fault.Missing("ticket", problem)
		case p.ID == t.ID:
			return nil, fault.Field("problem", problem, "another ticket", "A ticket is no incident of itself.")
		case p.Type != TypeProblem:
			return nil, fault.Field("problem", problem, "a ticket of type problem", "Ticket %d is a %s. Make it a problem first.", problem, p.Type)
		case p.Status == StatusClosed:
			return nil, fault.Field("problem", problem, "a problem that is not closed", "Problem %d is closed.", problem)
		case t.Type == TypeProblem || t.Type == TypeTask:
			return nil, fault.Field("type", t.Type, "question or incident", "A %s is no incident. Change its type first.", t.Type)
		}
		incident := TypeIncident
		if err := t.retype(&incident, nil); err != nil {
			return nil, err
		}
	}
	if t.ProblemID = problem; t.ProblemID == before.ProblemID {
		return t, nil
	}
	by = by.Still()
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now()})
}

// Incidents lists the incidents of a problem that the actor may read, the newest first.
// Whoever may read the problem may.
func (s *Service) Incidents(ctx context.Context, tx db.Tx, by act.Actor, problem int64, page db.Page) ([]*Ticket, string, error) {
	if _, err := s.Get(ctx, tx, by, problem); err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("t.problem_id = ?", problem).And("t.deleted_at IS NULL")
	if err := auth.Scope(by, "read", "ticket").Where(w, columns); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, ticketFields+` FROM ticket t`, "t.id", w, page, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) }, func(t *Ticket) int64 { return t.ID })
}
