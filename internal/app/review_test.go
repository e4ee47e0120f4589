package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

const interns = `
kind: role
name: intern
title: Intern
grants:
  - { actions: [read, write, edit], kinds: [ticket], scope: all }
---
kind: team
name: mentors
title: Mentors
---
kind: review
name: interns
title: Interns' replies are read first
roles: [intern]
team: mentors
within: 4h
`

func TestAnInternsReplyLeavesOnlyWhenAMentorHasReadIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply(interns)
		intern, mentor := w.Person("intern@company.example", "Ida", "intern"), w.Person("mentor@company.example", "Mo", "agent")
		team := w.DeskConfig().TeamNamed("mentors").ID
		w.Write(func(ctx context.Context, tx db.Tx) error {
			return w.Directory.SetMembers(ctx, tx, w.Root(), team, []int64{mentor.PersonID})
		})
		mentor.TeamIDs = []int64{team}
		box := w.DeskConfig().DefaultMailbox().ID
		id := w.open(w.maria, desk.NewTicket{MailboxID: box}).ID
		said := desk.Submission{Text: "Turn it **off** and on.", Public: true, Channel: "web", Status: desk.StatusPending}
		ask := func(by act.Actor) (out desk.Wait) {
			w.Write(func(ctx context.Context, tx db.Tx) (err error) {
				_, out, err = w.Desk.Plan(ctx, tx, by, id, desk.Wait{Kind: desk.ForReview, Said: said})
				return err
			})
			w.Settle()
			return out
		}
		refused := func(what string, code fault.Code, fn func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			w.Write(func(ctx context.Context, tx db.Tx) error {
				if err := fn(ctx, tx); !fault.Is(err, code) {
					t.Errorf("%s: %v", what, err)
				}
				return nil
			})
		}
		// Whichever way it is tried, nothing leaves unread.
		refused("an unread reply", fault.Forbidden, func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Reply(ctx, tx, intern, id, desk.Message{Agent: true, Public: true, Text: "x", HTML: "x", Channel: "web"}, "")
			return err
		})
		opening := func(public bool) desk.NewTicket {
			return desk.NewTicket{Subject: "From us", Requester: w.customer, MailboxID: box, Channel: "api",
				Message: desk.Message{AuthorID: intern.PersonID, Agent: true, Public: public, Text: "x", HTML: "x", Channel: "api"}}
		}
		refused("a new ticket that speaks to the customer", fault.Forbidden, func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Create(ctx, tx, intern, opening(true))
			return err
		})
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Create(ctx, tx, intern, opening(false))
			return err
		})
		first := ask(intern)
		if first.Kind != desk.ForReview || w.ticket(id).Status != desk.StatusNew || len(w.Peer.All()) != 0 {
			t.Fatalf("the reply did not wait: %+v", first)
		}
		if n := w.Count(`SELECT count(*) FROM work_item WHERE source = 'review' AND team_id = $1 AND state = 'open'`, team); n != 1 {
			t.Errorf("%d items are on the mentors' list, want 1", n)
		}
		refused("approving one's own", fault.Forbidden, func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Approve(ctx, tx, intern, id, first.ID, nil)
			return err
		})
		refused("approving from outside the team", fault.Forbidden, func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Approve(ctx, tx, w.noor, id, first.ID, nil)
			return err
		})
		refused("sending it past the mentor", fault.Forbidden, func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.SendNow(ctx, tx, intern, id, first.ID)
			return err
		})
		refused("moving it", fault.Forbidden, func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.Move(ctx, tx, intern, id, first.ID, w.Clock.Now().Add(time.Hour), "UTC", "send")
			return err
		})
		refused("returning without a word", fault.Invalid, func(ctx context.Context, tx db.Tx) error {
			return w.Desk.Return(ctx, tx, mentor, id, first.ID, " ")
		})
		w.Write(func(ctx context.Context, tx db.Tx) error {
			return w.Desk.Return(ctx, tx, mentor, id, first.ID, "Ask for the version first.")
		})
		w.Read(func(ctx context.Context, tx db.Tx) error {
			d, err := w.Desk.Draft(ctx, tx, intern, id)
			if !strings.Contains(d.Text, "Turn it") {
				t.Errorf("the words did not come back as a draft: %+v", d)
			}
			return err
		})
		second := ask(intern)
		w.Clock.Advance(time.Minute)
		text := "Which version do you use?"
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, c, err := w.Desk.Approve(ctx, tx, mentor, id, second.ID, &text)
			if err == nil && (c.AuthorID != intern.PersonID || !strings.Contains(c.Text, "Which version")) {
				t.Errorf("what left is %+v", c)
			}
			return err
		})
		w.Settle()
		if sent := w.Peer.All(); len(sent) != 1 || w.ticket(id).Status != desk.StatusPending {
			t.Errorf("%d mails left and the ticket is %s", len(sent), w.ticket(id).Status)
		}
		if n := w.Count(`SELECT count(*) FROM events r JOIN events a ON a.id = r.cause_event WHERE r.verb = 'ticket.replied' AND a.verb = 'ticket.review_approved' AND a.actor_id = $1`, mentor.PersonID); n != 1 {
			t.Error("the reply does not name the approval as its cause")
		}
		if n := w.Count(`SELECT count(*) FROM work_item WHERE source = 'review' AND state = 'open'`); n != 0 {
			t.Errorf("%d items still ask to read it", n)
		}
		refused("approving twice", fault.Conflict, func(ctx context.Context, tx db.Tx) error {
			_, _, err := w.Desk.Approve(ctx, tx, mentor, id, second.ID, nil)
			return err
		})
		third := ask(intern)
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Desk.Undo(ctx, tx, intern, id, third.ID)
			return err
		})
		if n := w.Count(`SELECT count(*) FROM work_item WHERE source = 'review' AND state = 'open'`); n != 0 {
			t.Error("a reply that was taken back still asks to be read")
		}
		w.Verify()
	})
}
