package desk

import (
	"context"
	"fmt"

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

// AnswerIncidents begins to write one message on every incident of a problem that is not
// closed and, with a status, moves them on: a batch, in which each is answered as its person
// may. Without a message only those that are not solved yet are taken. undo lets it be taken back as one reply can.
// Whoever works on the problem may.
func (s *Service) AnswerIncidents(ctx context.Context, tx db.Tx, by act.Actor, problem int64, change BatchChange, undo bool) (*Batch, error) {
	if _, err := s.working(ctx, tx, by, problem); err != nil {
		return nil, err
	}
	w := (&db.Where{}).And("t.problem_id = ?", problem).And("t.deleted_at IS NULL").And("t.status <> 'closed'")
	if change.Comment == nil {
		w.And("t.done = FALSE") // nothing is left to solve about the others
	}
	if err := auth.Scope(by, "edit", "ticket").Where(w, columns); err != nil {
		return nil, err
	}
	ids, err := ticketIDs(ctx, tx, `SELECT t.id FROM ticket t WHERE `+w.SQL()+` ORDER BY t.id LIMIT `+w.Arg(maxBatch+1), w.Args()...)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fault.New(fault.Invalid, "Problem %d has no incident that waits for this.", problem)
	}
	title := fmt.Sprintf("Answer the incidents of #%d", problem)
	if change.Comment == nil {
		title = fmt.Sprintf("Solve the incidents of #%d", problem)
	}
	return s.StartBatch(ctx, tx, by, NewBatch{Title: title, Tickets: ids, Change: change, Undo: undo})
}
