package app_test

import (
	"context"
	"testing"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

const asksForACause = `
kind: field
name: cause
title: Cause
on: ticket
type: text
---
kind: form
name: request
title: Request
default: true
fields:
  - { field: cause, required_in: [solved] }
---
kind: macro
name: solve
title: Solve
reply: It is solved.
do:
  - { status: solved }
---
kind: macro
name: cable
title: It was the cable
reply: It was the cable.
do:
  - { status: solved, set: { cause: cable } }
---
kind: macro
name: mark
title: Mark
do:
  - { add_tags: [marked] }
`

// A macro asks for what the form requires in the state it leads to, as whoever solves the ticket by hand is asked.
func TestAMacroAsksForWhatTheFormRequires(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply(asksForACause)
		open := func() int64 { return w.open(w.maria, desk.NewTicket{}).ID }
		apply := func(id int64, name string) error {
			return inTx(w.Instance, func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.Apply(ctx, tx, w.maria, id, name, nil, nil)
				return err
			})
		}
		missing := func(id int64, name string) (titles []string) {
			w.Read(func(ctx context.Context, tx db.Tx) error {
				p, err := w.Desk.Prepare(ctx, tx, w.maria, id, name)
				for _, q := range p.Missing {
					titles = append(titles, q.Title)
				}
				return err
			})
			return titles
		}
		id := open()
		messages := func() int { return w.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1`, id) }
		if got := missing(id, "solve"); len(got) != 1 || got[0] != "Cause" || missing(id, "cable") != nil || missing(id, "mark") != nil {
			t.Errorf("missing are %v, %v and %v", got, missing(id, "cable"), missing(id, "mark"))
		}
		err := apply(id, "solve")
		refusedAs(t, err, fault.Invalid, "Request", "solved", "Cause")
		if f := fault.As(err); len(f.Details) != 1 || f.Details[0].Field != "attributes.cause" || f.Details[0].Accepted == "" {
			t.Errorf("it says where with %+v", f.Details)
		}
		if got := w.ticket(id); got.Status != desk.StatusNew || messages() != 1 {
			t.Errorf("refused, and yet it is %s with %d messages", got.Status, messages())
		}
		must(t, apply(id, "mark"), apply(id, "cable"))
		if got := w.ticket(id); got.Status != desk.StatusSolved || messages() != 2 {
			t.Errorf("with its own value: %s, %d messages", got.Status, messages())
		}

		// With a message, planned or at once, and whatever state is chosen with it.
		id = open()
		say := func(macro string, status desk.Status) error {
			_, err := plan(w.Instance, w.maria, id, desk.Wait{Kind: desk.ForUndo, IfChanged: "send", Due: w.Clock.Now(), Said: desk.Submission{Text: "Done.", Macro: macro, Status: status}})
			return err
		}
		refusedAs(t, say("solve", ""), fault.Invalid, "Cause")
		refusedAs(t, say("mark", desk.StatusSolved), fault.Invalid, "Cause")
		must(t, say("cable", desk.StatusSolved))
		w.Settle()
		if got := w.ticket(id); got.Status != desk.StatusSolved || messages() != 2 {
			t.Errorf("sent with the macro's value: %s, %d messages", got.Status, messages())
		}

		// In a bulk change, which may fill the field itself.
		id = open()
		if b := w.startBatch(desk.NewBatch{Tickets: []int64{id}, Change: desk.BatchChange{Macro: "solve"}}); b.Failed != 1 {
			t.Errorf("without the field: %+v", b)
		}
		if b := w.startBatch(desk.NewBatch{Tickets: []int64{id}, Change: desk.BatchChange{Macro: "solve", Attributes: map[string]any{"cause": "cable"}}}); b.Done != 1 || w.ticket(id).Status != desk.StatusSolved {
			t.Errorf("with the field: %+v", b)
		}
	})
}
