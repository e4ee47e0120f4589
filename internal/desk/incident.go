package desk

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// ConfirmIncidents is the name that answers, in confirm, what is asked about a problem with incidents.
const ConfirmIncidents = "incidents"

// incidentsJob goes on where a transaction has moved as many incidents as it may.
const incidentsJob = "desk.incidents"

// incidentsAtOnce is how many incidents change in one transaction.
const incidentsAtOnce = 50

// incidentsMove is a change of which problem incidents belong to: they follow it into a merge, come back from
// one that was undone, or belong to none when their problem is one no longer.
type incidentsMove struct {
	From  int64 `json:"from"`            // the problem they belong to
	Merge int64 `json:"merge,omitempty"` // the merge they follow; 0: they are taken off
	Back  bool  `json:"back,omitempty"`  // the merge was undone
	Event int64 `json:"event"`           // that led to it
	Depth int   `json:"depth"`
}

func (m incidentsMove) job(now act.Actor) job.Spec {
	return job.Spec{Kind: incidentsJob, Key: fmt.Sprintf("%d:%d:%d", m.From, m.Merge, m.Event), Subject: ledger.Ref{Kind: "ticket", ID: m.From}, Due: now.Now(), Args: m}
}

// onIncidents is the job's handler. What was undone or changed meanwhile ends it.
func (s *Service) onIncidents(ctx context.Context, tx db.Tx, j job.Job) error {
	var m incidentsMove
	if err := j.Decode(&m); err != nil {
		return err
	}
	by := s.system().Because(act.Cause{Event: m.Event})
	by.Cause.Depth = m.Depth
	by = by.Still()
	if m.Merge == 0 {
		t, err := s.loadAny(ctx, tx, m.From)
		if err == nil && t.Type == TypeProblem { // it is one again
			return nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return s.moveIncidents(ctx, tx, by, m)
}

// moveIncidents moves some incidents, and leaves the others to a job.
func (s *Service) moveIncidents(ctx context.Context, tx db.Tx, by act.Actor, m incidentsMove) error {
	var merge Merge
	if m.Merge != 0 {
		var err error
		if merge, err = s.mergeOf(ctx, tx, m.Merge); err != nil || !m.Back && !merge.UndoneAt.IsZero() {
			return err
		}
	}
	list, err := m.next(ctx, tx, merge)
	if err != nil {
		return err
	}
	for _, i := range list {
		if err := s.moveIncident(ctx, tx, by, m, i); err != nil {
			return fmt.Errorf("incident %d: %w", i.ticket, err)
		}
	}
	switch {
	case len(list) == incidentsAtOnce:
		return s.jobs.Enqueue(ctx, tx, by.Now(), m.job(by))
	case m.Back:
		return s.problemNoMore(ctx, tx, by, merge, m.Event)
	}
	return nil
}

// movedIncident is an incident and the problem it belongs to from now on; 0: none.
type movedIncident struct{ ticket, to int64 }

// next are incidents that are still to be moved. Deleted ones find their problem when they are restored.
func (m incidentsMove) next(ctx context.Context, tx db.Tx, merge Merge) ([]movedIncident, error) {
	q, args := `SELECT t.id, 0 FROM ticket t WHERE t.problem_id = $1 AND t.deleted_at IS NULL`, []any{m.From}
	switch {
	case m.Back:
		q = `SELECT t.id, i.problem_id FROM ticket_merge_incident i JOIN ticket t ON t.id = i.ticket_id WHERE t.problem_id = $1 AND t.deleted_at IS NULL AND i.merge_id = $2`
		args = append(args, m.Merge)
	case m.Merge != 0:
		q = `SELECT t.id, ` + fmt.Sprint(merge.WinnerID) + ` FROM ticket t WHERE t.problem_id = $1 AND t.deleted_at IS NULL AND t.id NOT IN (` + idList(append([]int64{merge.WinnerID}, merge.Tickets...)) + `)`
	}
	rows, err := tx.Query(ctx, q+` ORDER BY t.id LIMIT `+fmt.Sprint(incidentsAtOnce), args...)
	return db.Collect(rows, err, func(r db.Scanner) (i movedIncident, err error) { return i, r.Scan(&i.ticket, &i.to) })
}

func (s *Service) moveIncident(ctx context.Context, tx db.Tx, by act.Actor, m incidentsMove, i movedIncident) error {
	t, err := s.lock(ctx, tx, i.ticket)
	if err != nil {
		return err
	}
	switch {
	case m.Back:
		_, err = tx.Exec(ctx, `DELETE FROM ticket_merge_incident WHERE merge_id = $1 AND ticket_id = $2`, m.Merge, t.ID)
	case m.Merge != 0:
		_, err = tx.Exec(ctx, `INSERT INTO ticket_merge_incident (merge_id, ticket_id, problem_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, m.Merge, t.ID, m.From)
	}
	if err != nil {
		return err
	}
	before := *t
	t.ProblemID = i.to
	return s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: m.Event})
}

// inherits says whether a ticket becomes the problem because it goes on for some that are one. A task, or an incident
// of another problem, cannot: it is refused.
func inherits(winner *Ticket, losers []int64, incidents int64) (bool, error) {
	switch {
	case incidents == 0 || winner.Type == TypeProblem:
		return false, nil
	case winner.Type == TypeTask:
		return false, fault.New(fault.Invalid, "Ticket %d is a task, so incidents cannot follow their problem into it: %d of them would have none. Give it another type first, or merge the other way round.", winner.ID, incidents)
	case winner.ProblemID != 0 && !slices.Contains(losers, winner.ProblemID):
		return false, fault.New(fault.Invalid, "Ticket %d is an incident of problem %d, so incidents cannot follow their problem into it: %d of them would have none. Merge into problem %d, or take the ticket off it first.",
			winner.ID, winner.ProblemID, incidents, winner.ProblemID)
	}
	return true, nil
}

// following is how many incidents follow their problems into a merge: those that do not take part in it.
func (s *Service) following(ctx context.Context, tx db.Tx, winnerID int64, losers []int64) (n int64, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM ticket WHERE problem_id IN (`+idList(losers)+`) AND deleted_at IS NULL AND id NOT IN (`+idList(append([]int64{winnerID}, losers...))+`)`).Scan(&n)
	return n, err
}

// followed says in the note on the winner how many incidents came along.
func followed(incidents int64) string {
	switch incidents {
	case 0:
		return ""
	case 1:
		return " Its incident follows."
	}
	return fmt.Sprintf(" %d incidents follow.", incidents)
}

// bringIncidents gives the winner of a merge the incidents of the problems that were merged into it, whoever may edit
// them. A question or incident becomes the problem by it.
func (s *Service) bringIncidents(ctx context.Context, tx db.Tx, by act.Actor, winner *Ticket, m *Merge, becomes bool) error {
	before := *winner
	if slices.Contains(m.Tickets, winner.ProblemID) {
		m.winnerProblem, winner.ProblemID = winner.ProblemID, 0
	}
	if becomes {
		m.winnerType, winner.Type = winner.Type, TypeProblem
	}
	if m.winnerProblem != 0 || becomes {
		if _, err := tx.Exec(ctx, `UPDATE ticket_merge SET winner_type = $1, winner_problem = $2 WHERE id = $3`, string(m.winnerType), db.NullID(m.winnerProblem), m.ID); err != nil {
			return err
		}
		if err := s.change(ctx, tx, by, &before, winner, moment{at: by.Now(), event: m.event}); err != nil {
			return err
		}
	}
	for _, id := range m.Tickets {
		if err := s.moveIncidents(ctx, tx, by, incidentsMove{From: id, Merge: m.ID, Event: m.event, Depth: by.Cause.Depth}); err != nil {
			return err
		}
	}
	return nil
}

// takeIncidentsBack gives the incidents that followed a merge back to their problems. What somebody has linked elsewhere since stays.
func (s *Service) takeIncidentsBack(ctx context.Context, tx db.Tx, by act.Actor, m Merge, event int64) error {
	return s.moveIncidents(ctx, tx, by, incidentsMove{From: m.WinnerID, Merge: m.ID, Back: true, Event: event, Depth: by.Cause.Depth})
}

// problemNoMore gives the winner of an undone merge its type and its own problem back, unless it has incidents of its
// own by now.
func (s *Service) problemNoMore(ctx context.Context, tx db.Tx, by act.Actor, m Merge, event int64) error {
	if m.winnerType == "" && m.winnerProblem == 0 {
		return nil
	}
	t, err := s.lock(ctx, tx, m.WinnerID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := *t
	n, err := incidentsOf(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	if n == 0 && m.winnerType != "" && t.Type == TypeProblem {
		t.Type = m.winnerType
	}
	if t.ProblemID == 0 && t.Type != TypeProblem {
		t.ProblemID = m.winnerProblem
	}
	if t.Type == before.Type && t.ProblemID == before.ProblemID {
		return nil
	}
	return s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: event})
}

// incidentsOf is how many incidents a problem has.
func incidentsOf(ctx context.Context, tx db.Tx, problem int64) (n int64, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM ticket WHERE problem_id = $1 AND deleted_at IS NULL`, problem).Scan(&n)
	return n, err
}

// hasIncidents reports whether a ticket is a problem that incidents belong to.
func (s *Service) hasIncidents(ctx context.Context, tx db.Tx, t *Ticket) (bool, error) {
	if t.Type != TypeProblem || t.ID == 0 {
		return false, nil
	}
	n, err := incidentsOf(ctx, tx, t.ID)
	return n > 0, err
}

// keepsIncidents is what is asked before a problem with incidents becomes something else; nil for nothing.
func (s *Service) keepsIncidents(ctx context.Context, tx db.Tx, u submit) (*fault.Guard, error) {
	if u.before == nil || u.before.Type != TypeProblem || u.after.Type == TypeProblem || slices.Contains(u.confirm, ConfirmIncidents) {
		return nil, nil
	}
	n, err := incidentsOf(ctx, tx, u.before.ID)
	if err != nil || n == 0 {
		return nil, err
	}
	l := lang.In(ctx)
	return askIncidents(l, l.Count(int(n), "1 incident belongs to this problem.", "%d incidents belong to this problem.")+" "+
		l.Say("As a %s it can have none: they would belong to no problem, and giving the type back does not bring them back.", lang.Term(u.after.Type))), nil
}

// askDelete refuses to put a problem with incidents away until that is confirmed.
func (s *Service) askDelete(ctx context.Context, tx db.Tx, t *Ticket, confirm []string) error {
	if t.Type != TypeProblem || slices.Contains(confirm, ConfirmIncidents) {
		return nil
	}
	n, err := incidentsOf(ctx, tx, t.ID)
	if err != nil || n == 0 {
		return err
	}
	l := lang.In(ctx)
	return against(*askIncidents(l, l.Count(int(n), "1 incident belongs to this problem.", "%d incidents belong to this problem.")+" "+
		l.Word("They keep their link while it can be restored, and belong to no problem once it has gone for good. Merge it into another problem to let them follow.")))
}

func askIncidents(l *lang.Language, say string) *fault.Guard {
	return &fault.Guard{Name: ConfirmIncidents, Title: l.Word("A problem with incidents"), Say: say, Mode: "ask", Conditions: []fault.Condition{}}
}

// restoredProblem is the problem an incident belongs to as it is restored: the one that goes on for its own, or none.
func (s *Service) restoredProblem(ctx context.Context, tx db.Tx, id int64) (int64, error) {
	p, err := s.loadAny(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if p, err = s.survivor(ctx, tx, p); err != nil || p.Type != TypeProblem {
		return 0, err
	}
	return p.ID, nil
}
