package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
)

// A macro that was chosen with what is being written is part of the draft, and is given back with the words.
func TestADraftKeepsItsMacro(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply(interns + "---\nkind: macro\nname: wait\ntitle: Wait\nreply: We look into it.\ndo:\n  - { status: pending, add_tags: [waits] }\n")
		intern, mentor := w.Person("intern@company.example", "Ida", "intern"), w.Person("mentor@company.example", "Mo", "agent")
		team := w.DeskConfig().TeamNamed("mentors").ID
		w.Write(func(ctx context.Context, tx db.Tx) error {
			return w.Directory.SetMembers(ctx, tx, w.Root(), team, []int64{mentor.PersonID})
		})
		mentor.TeamIDs = []int64{team}
		id := w.open(w.maria, desk.NewTicket{MailboxID: w.DeskConfig().DefaultMailbox().ID}).ID
		keep := func(by act.Actor, in desk.Submission) {
			w.Write(func(ctx context.Context, tx db.Tx) error { return w.Desk.KeepDraft(ctx, tx, by, id, in) })
		}
		has := func(by act.Actor, text, macro string) {
			t.Helper()
			if d := draft(w.Instance, by, id); d.Text != text || d.Macro != macro {
				t.Errorf("the draft is %+v", d)
			}
		}

		// Kept as it is written, without words too, for its author alone; and gone when it was left out.
		keep(w.maria, desk.Submission{Macro: "wait", Public: true})
		has(w.maria, "", "wait")
		has(w.noor, "", "")
		keep(w.maria, desk.Submission{Text: "We look", Public: true})
		has(w.maria, "We look", "")

		// Taken back within its seconds.
		keep(w.maria, desk.Submission{})
		sent, err := plan(w.Instance, w.maria, id, desk.Wait{Kind: desk.ForUndo, IfChanged: "send", Due: w.Clock.Now().Add(10 * time.Second), Said: desk.Submission{Text: "We look into it.", Macro: "wait"}})
		must(t, err, undo(w.Instance, w.maria, id, sent.ID))
		has(w.maria, "We look into it.", "wait")

		// Taken back after something else was begun: what was chosen with it stays.
		sent, err = plan(w.Instance, w.noor, id, desk.Wait{Kind: desk.ForUndo, IfChanged: "send", Due: w.Clock.Now().Add(10 * time.Second), Said: desk.Submission{Text: "Plain."}})
		must(t, err)
		keep(w.noor, desk.Submission{Text: "Begun.", Macro: "wait", Public: true})
		must(t, undo(w.Instance, w.noor, id, sent.ID))
		has(w.noor, "Plain.\n\nBegun.", "wait")

		// Held back because the customer wrote before.
		keep(w.maria, desk.Submission{})
		_, err = plan(w.Instance, w.maria, id, desk.Wait{Due: w.Clock.Now().Add(time.Hour), Said: desk.Submission{Text: "In an hour", Macro: "wait"}})
		must(t, err)
		w.Clock.Advance(time.Minute)
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Reply(ctx, tx, w.Root(), id, desk.Message{AuthorID: w.customer.ID, Public: true, Text: "And?", HTML: "And?", Channel: "web"}, "")
			return err
		})
		w.Clock.Advance(time.Hour)
		w.Settle()
		has(w.maria, "In an hour", "wait")

		// Given back by a mentor; and what it does is done once it is approved.
		ask := func() desk.Wait {
			out, err := plan(w.Instance, intern, id, desk.Wait{Kind: desk.ForReview, Said: desk.Submission{Text: "Off and on.", Macro: "wait"}})
			must(t, err)
			return out
		}
		first := ask()
		w.Write(func(ctx context.Context, tx db.Tx) error {
			return w.Desk.Return(ctx, tx, mentor, id, first.ID, "Ask first.")
		})
		has(intern, "Off and on.", "wait")
		second := ask()
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Approve(ctx, tx, mentor, id, second.ID, nil)
			return err
		})
		w.Settle()
		if got := w.ticket(id); got.Status != desk.StatusPending || len(got.Tags) != 1 {
			t.Errorf("approved, the ticket is %s with %v", got.Status, got.Tags)
		}
		has(intern, "", "")
	})
}
