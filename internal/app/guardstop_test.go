package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

const locks = "kind: guard\nname: locked\ntitle: Locked\nwhen: '\"locked\" in ticket.tags && ticket.status == \"solved\"'\nsay: This ticket is locked.\nmode: stop\n"

func TestWhatAGuardStopsIsCountedOnceAttempt(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply(locks)
		id := w.open(w.maria, desk.NewTicket{Tags: []string{"locked"}}).ID
		solve := func() error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				now, err := w.Desk.Get(ctx, tx, w.Root(), id)
				if err == nil {
					_, err = w.Desk.Update(ctx, tx, w.maria, id, desk.Edit{Version: now.Version, Status: ptr(desk.StatusSolved)})
				}
				return err
			})
		}
		for range 2 { // at once: the same attempt, which a database may run again
			refusedAs(t, solve(), fault.Invalid, "locked")
		}
		must(t, w.Desk.StoreStops(t.Context()))
		if n := w.Count(`SELECT count(*) FROM trigger_firing WHERE stopped = 'guard' AND ticket_id = $1 AND event_id = 0`, id); n != 1 {
			t.Fatalf("%d are counted", n)
		}
		w.Clock.Advance(time.Minute)
		refusedAs(t, solve(), fault.Invalid, "locked")
		must(t, w.Desk.StoreStops(t.Context()))
		must(t, w.Desk.StoreStops(t.Context())) // nothing is left to store
		if n := w.Count(`SELECT count(*) FROM trigger_firing WHERE stopped = 'guard'`); n != 2 {
			t.Errorf("%d are counted after another", n)
		}
		if w.ticket(id).Status == desk.StatusSolved {
			t.Error("it is solved")
		}
		w.Verify()
	})
}

func TestGuardsLookAtNewTicketsAndAtStages(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		kitFile(t, w.Instance, "guard")
		far, past := w.Clock.Now().Add(200*24*time.Hour), w.Clock.Now().Add(-time.Hour)
		open := func(by act.Actor, due time.Time, confirm ...string) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				p, _, err := w.Directory.Colleague(ctx, tx, "maria@company.example")
				if err == nil {
					_, _, err = w.Desk.Create(ctx, tx, by, desk.NewTicket{Subject: "A task", Requester: p, Channel: "web", Type: desk.TypeTask, TaskDue: due, Confirm: confirm,
						Message: desk.Message{Text: "Do it", Public: true, Channel: "web", AuthorID: p.ID}})
				}
				return err
			})
		}
		refusedAs(t, open(w.maria, far), fault.Invalid, "90 days")
		refusedAs(t, open(w.maria, past), fault.Invalid, "past already")
		must(t, open(w.maria, w.Clock.Now().Add(24*time.Hour)))
		must(t, open(w.maria, far, "task-day-far"))
		if n := w.Count(`SELECT count(*) FROM events e JOIN ticket t ON t.id = e.subject_id WHERE e.verb = 'guard.passed' AND e.subject_kind = 'ticket' AND t.task_due IS NOT NULL`); n != 1 {
			t.Errorf("%d went on although asked", n)
		}
		machine := w.maria
		machine.TokenID = 7
		must(t, open(machine, far)) // a machine is not asked

		// A later day of a task is looked at as well.
		id := w.open(w.maria, desk.NewTicket{Type: desk.TypeTask}).ID
		refusedAs(t, inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
			now, err := w.Desk.Get(ctx, tx, w.Root(), id)
			if err == nil {
				_, err = w.Desk.Update(ctx, tx, w.maria, id, desk.Edit{Version: now.Version, TaskDue: &far})
			}
			return err
		}), fault.Invalid, "90 days")

		w.Apply("kind: form\nname: request-x\ntitle: X\norder: 99\nfields: []\n---\nkind: pipeline\nname: x\ntitle: X\nform: request-x\nstages:\n  - { name: begin, title: Begin }\n" +
			"  - { name: wait, title: Wait, status: hold }\n  - { name: done, title: Done, status: solved }\n")
		id = w.open(w.maria, desk.NewTicket{FormID: w.DeskConfig().FormNamed("request-x").ID}).ID
		move := func(stage string, confirm ...string) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.MoveTo(ctx, tx, w.maria, id, stage, confirm)
				return err
			})
		}
		refusedAs(t, move("wait"), fault.Invalid, "Assign it first")
		if n := w.Count(`SELECT count(*) FROM ticket_stage WHERE ticket_id = $1 AND stage = 'begin'`, id); n != 1 {
			t.Error("a stage that a guard stops was entered")
		}
		w.edit(w.maria, id, desk.Edit{AssigneeID: &w.maria.PersonID})
		refusedAs(t, move("wait"), fault.Invalid, "does not know")
		must(t, move("wait", "hold-without-reply"))
		if w.ticket(id).Status != desk.StatusHold {
			t.Errorf("it is %s", w.ticket(id).Status)
		}
		w.Verify()
	})
}
