package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/tracker/trackertest"
)

// problem opens a problem with incidents.
func (w *desked) problem(incidents int) (problem int64, of []int64) {
	w.T.Helper()
	problem = w.open(w.maria, desk.NewTicket{Type: desk.TypeProblem}).ID
	for range incidents {
		id := w.open(w.maria, desk.NewTicket{}).ID
		must(w.T, w.link(w.maria, id, problem))
		of = append(of, id)
	}
	return problem, of
}

func (w *desked) link(by act.Actor, id, problem int64) error {
	w.T.Helper()
	return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
		_, err := w.Desk.LinkProblem(ctx, tx, by, id, problem)
		return err
	})
}

// belong is how many tickets are incidents of a problem.
func (w *desked) belong(problem int64) int {
	return w.Count(`SELECT count(*) FROM ticket WHERE problem_id = $1`, problem)
}

func (w *desked) retype(id int64, to desk.Type, confirm ...string) error {
	w.T.Helper()
	return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
		_, err := w.Desk.Update(ctx, tx, w.maria, id, desk.Edit{Version: w.ticketIn(ctx, tx, id).Version, Type: &to, Confirm: confirm})
		return err
	})
}

func (w *desked) ticketIn(ctx context.Context, tx db.Tx, id int64) *desk.Ticket {
	w.T.Helper()
	t, err := w.Desk.Get(ctx, tx, w.Root(), id)
	must(w.T, err)
	return t
}

func (w *desked) merge(into int64, from ...int64) (m desk.Merge, err error) {
	w.T.Helper()
	return mergeTickets(w.Instance, w.maria, desk.NewMerge{WinnerID: into, Tickets: from})
}

func (w *desked) planned(into int64, from ...int64) (p desk.MergePlan, err error) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) error {
		p, err = w.Desk.PlanMerge(ctx, tx, w.maria, into, from)
		return nil
	})
	return p, err
}

// Many incidents follow their problem in several transactions, closed ones too, and come back when the merge is
// undone, but for those that somebody has linked elsewhere.
func TestIncidentsFollowTheirProblemIntoAMerge(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		from, of := w.problem(53)
		solved, closed := desk.StatusSolved, desk.StatusClosed
		edit(t, w.Instance, w.maria, of[0], desk.Edit{Status: &solved})
		edit(t, w.Instance, w.maria, of[0], desk.Edit{Status: &closed})
		into, own := w.problem(1)
		if p, err := w.planned(into, from); err != nil || p.Incidents != 53 || p.Becomes {
			t.Fatalf("planned: %+v, %v", p, err)
		}
		m, err := w.merge(into, from)
		must(t, err)
		if w.belong(into) != 54 || w.belong(from) != 0 {
			t.Fatalf("merged: %d belong to the one that goes on, %d to the other", w.belong(into), w.belong(from))
		}
		must(t, w.link(w.maria, of[3], 0))
		other, _ := w.problem(0)
		must(t, w.link(w.maria, of[4], other))
		must(t, undoTickets(w.Instance, w.maria, into, m.ID))
		if w.belong(into) != 1 || w.belong(from) != 51 || w.belong(other) != 1 || w.ticket(own[0]).ProblemID != into {
			t.Errorf("undone: %d, %d and %d belong", w.belong(into), w.belong(from), w.belong(other))
		}
		if got := w.ticket(into); got.Type != desk.TypeProblem {
			t.Errorf("the one that went on is a %s", got.Type)
		}
		w.Verify()
	})
}

// What goes on for a problem becomes the problem where it can be one; what cannot is refused, before and when it is done.
func TestWhatGoesOnForAProblemBecomesTheProblem(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		from, of := w.problem(2)
		question := w.open(w.maria, desk.NewTicket{}).ID
		if p, err := w.planned(question, from); err != nil || p.Incidents != 2 || !p.Becomes {
			t.Fatalf("planned: %+v, %v", p, err)
		}
		m, err := w.merge(question, from)
		must(t, err)
		if got := w.ticket(question); got.Type != desk.TypeProblem || w.belong(question) != 2 {
			t.Fatalf("merged: a %s with %d incidents", got.Type, w.belong(question))
		}
		must(t, undoTickets(w.Instance, w.maria, question, m.ID))
		if got := w.ticket(question); got.Type != desk.TypeQuestion || w.belong(from) != 2 {
			t.Errorf("undone: a %s, and %d belong to the problem", got.Type, w.belong(from))
		}

		// One that has incidents of its own by then stays a problem.
		m, err = w.merge(question, from)
		must(t, err)
		late := w.open(w.maria, desk.NewTicket{}).ID
		must(t, w.link(w.maria, late, question), undoTickets(w.Instance, w.maria, question, m.ID))
		if got := w.ticket(question); got.Type != desk.TypeProblem || w.belong(question) != 1 || w.belong(from) != 2 {
			t.Errorf("with one of its own: a %s with %d", got.Type, w.belong(question))
		}

		// One of its own incidents goes on for it, and is its incident again when that is undone.
		m, err = w.merge(of[0], from)
		must(t, err)
		if got := w.ticket(of[0]); got.Type != desk.TypeProblem || got.ProblemID != 0 || w.ticket(of[1]).ProblemID != of[0] {
			t.Errorf("its incident goes on: %s of %d", got.Type, got.ProblemID)
		}
		must(t, undoTickets(w.Instance, w.maria, of[0], m.ID))
		if got := w.ticket(of[0]); got.Type != desk.TypeIncident || got.ProblemID != from || w.belong(from) != 2 {
			t.Errorf("undone: %s of %d", got.Type, got.ProblemID)
		}

		task := w.open(w.maria, desk.NewTicket{Type: desk.TypeTask}).ID
		for id, words := range map[int64]string{task: "is a task", late: fmt.Sprintf("an incident of problem %d", question)} {
			_, err := w.planned(id, from)
			refusedAs(t, err, fault.Invalid, words)
			_, err = w.merge(id, from)
			refusedAs(t, err, fault.Invalid, words)
		}
		if w.belong(from) != 2 {
			t.Errorf("%d belong to the problem after what was refused", w.belong(from))
		}
		w.Verify()
	})
}

func TestAProblemWithIncidentsAsksBeforeItIsNoneAnyMore(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		problem, of := w.problem(2)
		err := w.retype(problem, desk.TypeQuestion)
		refusedAs(t, err, fault.Invalid, "2 incidents belong to this problem")
		if f := fault.As(err); len(f.Guards) != 1 || f.Guards[0].Name != desk.ConfirmIncidents || f.Guards[0].Mode != "ask" {
			t.Fatalf("it asks with %+v", f.Guards)
		}
		if b := w.startBatch(desk.NewBatch{Tickets: []int64{problem}, Change: desk.BatchChange{Type: desk.TypeTask}}); b.Failed != 1 {
			t.Errorf("the bulk change: %+v", b)
		}

		// A rule that would retype it leaves it alone; a macro asks.
		w.Apply("kind: trigger\nname: plain\ntitle: Plain\non: [changed]\nwhen: ticket.priority == \"urgent\"\ndo:\n  - { type: question, add_tags: [looked] }\n" +
			"---\nkind: macro\nname: plain\ntitle: Plain\ndo:\n  - { type: task }\n")
		urgent := desk.Priority("urgent")
		edit(t, w.Instance, w.maria, problem, desk.Edit{Priority: &urgent})
		if got := w.ticket(problem); got.Type != desk.TypeProblem || len(got.Tags) != 1 {
			t.Errorf("the rule made it a %s with %v", got.Type, got.Tags)
		}
		apply := func(confirm ...string) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.Apply(ctx, tx, w.maria, problem, "plain", nil, confirm)
				return err
			})
		}
		refusedAs(t, apply(), fault.Invalid, "As a task")
		if w.belong(problem) != 2 {
			t.Fatalf("%d belong to it after what was refused", w.belong(problem))
		}
		low := desk.Priority("low")
		edit(t, w.Instance, w.maria, problem, desk.Edit{Priority: &low})
		must(t, apply(desk.ConfirmIncidents))
		if got := w.ticket(of[0]); w.ticket(problem).Type != desk.TypeTask || got.ProblemID != 0 || got.Type != desk.TypeIncident || w.belong(problem) != 0 {
			t.Errorf("confirmed: %s, and its incident is an %s of %d", w.ticket(problem).Type, got.Type, got.ProblemID)
		}

		problem, _ = w.problem(1)
		must(t, w.retype(problem, desk.TypeQuestion, desk.ConfirmIncidents))
		if w.belong(problem) != 0 {
			t.Errorf("%d still belong to it", w.belong(problem))
		}
		w.Verify()
	})
}

func TestAProblemWithIncidentsAsksBeforeItIsDeleted(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		problem, of := w.problem(2)
		away := func(confirm ...string) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.Delete(ctx, tx, w.maria, problem, confirm...)
				return err
			})
		}
		restore := func(id int64) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.Restore(ctx, tx, w.maria, id)
				return err
			})
		}
		refusedAs(t, away(), fault.Invalid, "2 incidents belong")
		refusedAs(t, inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.MarkSpam(ctx, tx, w.maria, problem, "")
			return err
		}), fault.Invalid, "2 incidents belong")
		must(t, away(desk.ConfirmIncidents), restore(problem))
		if w.belong(problem) != 2 {
			t.Fatalf("restored with %d incidents", w.belong(problem))
		}

		// A deleted incident that is restored finds the problem that goes on for its own.
		must(t, inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.Delete(ctx, tx, w.maria, of[1])
			return err
		}))
		into, _ := w.problem(0)
		_, err := w.merge(into, problem)
		must(t, err, restore(of[1]))
		if w.belong(into) != 2 {
			t.Errorf("%d belong to the one that goes on", w.belong(into))
		}

		problem = into
		must(t, away(desk.ConfirmIncidents))
		w.Clock.Advance(desk.HiddenFor + time.Hour)
		w.Settle()
		if n := w.Count(`SELECT count(*) FROM ticket WHERE problem_id IS NOT NULL`); n != 0 {
			t.Errorf("%d belong to a problem that has gone for good", n)
		}
		w.Verify()
	})
}

func TestAnIncidentThatWaitedForAnIssueStaysOne(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		problem, incident := e.ask("Acme", 100), e.ask("Acme", 100)
		is := desk.TypeProblem
		edit(t, e.Instance, e.agent, problem, desk.Edit{Type: &is})
		must(t, inTx(e.Instance, func(ctx context.Context, tx db.Tx) error {
			_, err := e.Desk.LinkProblem(ctx, tx, e.agent, incident, problem)
			return err
		}))
		_, err := e.link(incident, 12, true)
		must(t, err)
		e.server.Set("product/app", "#", 12, func(i *trackertest.Item) { i.State = "closed" })
		e.Clock.Advance(2 * time.Hour)
		e.Settle()
		if got := e.ticket(incident); got.Status != desk.StatusOpen || got.Type != desk.TypeIncident || got.ProblemID != problem {
			t.Errorf("the issue is closed, and it is %s, a %s of %d", got.Status, got.Type, got.ProblemID)
		}
		// It can be taken off its problem whatever it is by now.
		task := desk.TypeTask
		edit(t, e.Instance, e.agent, incident, desk.Edit{Type: &task})
		must(t, inTx(e.Instance, func(ctx context.Context, tx db.Tx) error {
			_, err := e.Desk.LinkProblem(ctx, tx, e.agent, incident, 0)
			return err
		}))
		if got := e.ticket(incident); got.ProblemID != 0 {
			t.Errorf("it belongs to %d", got.ProblemID)
		}
	})
}
