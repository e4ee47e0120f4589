package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/tracker/trackertest"
)

// What engineering knows comes along with a merge, and goes when it is undone.
func TestAMergeBringsIssuesAndKnownIssuesAlong(t *testing.T) {
	engineering(t, "", func(t *testing.T, e *engineers) {
		title, workaround := "Sync stops", "Restart"
		var known desk.KnownIssue
		e.Write(func(ctx context.Context, tx db.Tx) (err error) {
			known, err = e.Desk.CreateKnown(ctx, tx, e.agent, desk.KnownInput{Title: &title, Workaround: &workaround})
			return err
		})
		engaged := func() (winner, loser int64, m desk.Merge) {
			winner, loser = e.ask("Acme", 100), e.ask("Acme", 100)
			_, err := e.link(loser, 12, true)
			must(t, err)
			must(t, inTx(e.Instance, func(ctx context.Context, tx db.Tx) error {
				return e.Desk.AttachKnown(ctx, tx, e.agent, loser, known.ID, true)
			}))
			hold := desk.StatusHold
			edit(t, e.Instance, e.agent, winner, desk.Edit{Status: &hold})
			must(t, inTx(e.Instance, func(ctx context.Context, tx db.Tx) (err error) {
				m, err = e.Desk.Merge(ctx, tx, e.agent, desk.NewMerge{WinnerID: winner, Tickets: []int64{loser}})
				return err
			}))
			e.Settle()
			return winner, loser, m
		}
		has := func(id int64) [3]int {
			return [3]int{e.Count(`SELECT count(*) FROM ticket_link WHERE ticket_id = $1`, id), e.Count(`SELECT count(*) FROM ticket_link WHERE ticket_id = $1 AND waiting = TRUE`, id),
				e.Count(`SELECT count(*) FROM known_issue_ticket WHERE ticket_id = $1`, id)}
		}
		interest := func() int { return e.Count(`SELECT tickets FROM issue_interest`) }
		counted := func() int { return e.Count(`SELECT tickets FROM known_issue`) }

		// Undone while the issue is open: all is as it was.
		winner, loser, m := engaged()
		if has(winner) != [3]int{1, 1, 1} || interest() != 1 || counted() != 2 || e.ticket(winner).Status != desk.StatusHold {
			t.Fatalf("merged: %v, %d behind the issue, %d known, %s", has(winner), interest(), counted(), e.ticket(winner).Status)
		}
		must(t, undoTickets(e.Instance, e.agent, winner, m.ID))
		if has(winner) != [3]int{} || has(loser) != [3]int{1, 1, 1} || interest() != 1 || counted() != 1 || e.ticket(loser).Status != desk.StatusHold {
			t.Errorf("undone: %v and %v, %d behind the issue, %d known", has(winner), has(loser), interest(), counted())
		}

		// A link and a wait of the winner's own stay.
		winner = e.ask("Acme", 100)
		_, err := e.link(winner, 12, true)
		must(t, err)
		must(t, inTx(e.Instance, func(ctx context.Context, tx db.Tx) (err error) {
			m, err = e.Desk.Merge(ctx, tx, e.agent, desk.NewMerge{WinnerID: winner, Tickets: []int64{loser}})
			return err
		}))
		must(t, undoTickets(e.Instance, e.agent, winner, m.ID))
		if has(winner) != [3]int{1, 1, 0} {
			t.Errorf("its own went with the undoing: %v", has(winner))
		}

		// The issue ends: the winner is told and opens; undone then, the other waits for nothing.
		winner, loser, m = engaged()
		notes := func() int {
			return e.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1 AND channel = 'rule'`, winner)
		}
		e.server.Set("product/app", "#", 12, func(i *trackertest.Item) { i.State = "closed" })
		e.Clock.Advance(2 * time.Hour)
		e.Settle()
		if got := e.ticket(winner); got.Status != desk.StatusOpen || notes() != 1 {
			t.Errorf("the issue is closed, and it is %s with %d notes", got.Status, notes())
		}
		must(t, undoTickets(e.Instance, e.agent, winner, m.ID))
		if got := e.ticket(loser); got.Status != desk.StatusOpen || has(winner) != [3]int{} || has(loser) != [3]int{1, 0, 1} {
			t.Errorf("undone after the end: %s, %v and %v", got.Status, has(winner), has(loser))
		}
		e.Verify()
	})
}

func TestABulkChangeSetsFieldsBeforeItSolves(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply("kind: field\nname: cause\ntitle: Cause\non: ticket\ntype: text\n---\nkind: form\nname: request\ntitle: Request\ndefault: true\nfields:\n  - { field: cause, required_in: [solved] }\n")
		id := w.open(w.maria, desk.NewTicket{}).ID
		answer := &desk.BatchComment{Text: "Done.", Public: true}
		if b := w.startBatch(desk.NewBatch{Tickets: []int64{id}, Change: desk.BatchChange{Status: desk.StatusSolved, Comment: answer}}); b.Failed != 1 {
			t.Fatalf("without the field: %+v", b)
		}
		before := w.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1`, id)
		b := w.startBatch(desk.NewBatch{Tickets: []int64{id}, Change: desk.BatchChange{Status: desk.StatusSolved, Attributes: map[string]any{"cause": "cable"}, Comment: answer}})
		if got := w.ticket(id); b.Done != 1 || got.Status != desk.StatusSolved || len(got.Attributes) != 1 || w.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1`, id) != before+1 {
			t.Errorf("%+v; the ticket is %s with %v", b, got.Status, got.Attributes)
		}
	})
}
