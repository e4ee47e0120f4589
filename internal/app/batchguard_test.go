package app_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

func TestGuardsAskInABulkChangeAndAreAnsweredForTheirTickets(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply("kind: guard\nname: vip\ntitle: Important customers\nwhen: '\"vip\" in ticket.tags && ticket.status == \"solved\"'\nsay: This customer wants to hear first.\n---\n" +
			"kind: guard\nname: never\ntitle: Locked\nwhen: '\"locked\" in ticket.tags && ticket.status == \"solved\"'\nsay: This ticket is locked.\nmode: stop\n")
		plain := w.open(w.maria, desk.NewTicket{}).ID
		vip := w.open(w.maria, desk.NewTicket{Tags: []string{"vip"}}).ID
		locked := w.open(w.maria, desk.NewTicket{Tags: []string{"locked"}}).ID
		both := w.open(w.maria, desk.NewTicket{Tags: []string{"vip", "locked"}}).ID
		b := w.startBatch(desk.NewBatch{Tickets: []int64{plain, vip, locked, both}, Change: desk.BatchChange{Status: desk.StatusSolved}})
		if b.Done != 1 || b.Failed != 3 || w.ticket(vip).Status == desk.StatusSolved || w.ticket(plain).Status != desk.StatusSolved {
			t.Fatalf("%+v; the guarded ticket is %s", b, w.ticket(vip).Status)
		}
		confirm := func(by act.Actor, names ...string) (on *desk.Batch, err error) {
			err = inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				on, err = w.Desk.ConfirmBatch(ctx, tx, by, b.ID, names)
				return err
			})
			return on, err
		}
		_, err := confirm(w.maria, "never")
		refusedAs(t, err, fault.Invalid, "No ticket")
		_, err = confirm(w.Person("otto@company.example", "Otto", "observer"), "vip")
		refusedAs(t, err, fault.NotFound)
		on, err := confirm(w.maria, "vip", "never")
		if err != nil || on.Total != 1 {
			t.Fatalf("%+v %v", on, err)
		}
		if got := w.batch(on.ID); got.Done != 1 || w.ticket(vip).Status != desk.StatusSolved || w.ticket(locked).Status == desk.StatusSolved || w.ticket(both).Status == desk.StatusSolved {
			t.Errorf("confirmed: %+v", got)
		}
		_, err = confirm(w.maria, "vip")
		refusedAs(t, err, fault.Invalid, "No ticket")
		if n := w.Count(`SELECT count(*) FROM ticket_batch_item WHERE batch_id = $1 AND note LIKE $2`, b.ID, "%"+strings.TrimSpace("locked")+"%"); n != 2 {
			t.Errorf("%d tickets say why they were refused", n)
		}
		// A token is a machine, and is not asked.
		machine := w.maria
		machine.TokenID = 7
		other := w.open(w.maria, desk.NewTicket{Tags: []string{"vip"}}).ID
		var m *desk.Batch
		must(t, inTx(w.Instance, func(ctx context.Context, tx db.Tx) (err error) {
			m, err = w.Desk.StartBatch(ctx, tx, machine, desk.NewBatch{Tickets: []int64{other}, Change: desk.BatchChange{Status: desk.StatusSolved}})
			return err
		}))
		if w.batch(m.ID).Done != 1 {
			t.Errorf("a token's bulk change: %+v", w.batch(m.ID))
		}
	})
}
