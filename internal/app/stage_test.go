package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

const operations = `
kind: field
name: reach
title: Reach
on: ticket
type: dropdown
options: [{ value: "10", title: Everybody }, { value: "4", title: A team }, { value: "1", title: One colleague }]
---
kind: field
name: effort
title: Effort
on: ticket
type: decimal
---
kind: calendar
name: always
title: Always
time_zone: UTC
hours: { mon: [["00:00","24:00"]], tue: [["00:00","24:00"]], wed: [["00:00","24:00"]], thu: [["00:00","24:00"]], fri: [["00:00","24:00"]], sat: [["00:00","24:00"]], sun: [["00:00","24:00"]] }
---
kind: form
name: operations-request
title: Request to support operations
order: 50
fields: [reach, effort]
---
kind: pipeline
name: operations
title: Operations
form: operations-request
stages:
  - { name: triage, title: Triage, within: 48h, calendar: always }
  - { name: work, title: Work, status: hold, team: support }
  - { name: done, title: Done, status: solved }
score: { multiply: [reach], divide: [effort] }
`

func TestARequestGoesThroughItsStagesOrderedByItsScore(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply(operations)
		form := w.DeskConfig().FormNamed("operations-request").ID
		var ids []int64
		for _, effort := range []float64{2, 0.5, 4} {
			ids = append(ids, w.open(w.maria, desk.NewTicket{FormID: form, Attributes: map[string]any{"reach": "4", "effort": effort}}).ID)
		}
		other := w.open(w.maria, desk.NewTicket{}).ID
		board := func(stage string) string {
			var out string
			w.Read(func(ctx context.Context, tx db.Tx) error {
				rows, err := tx.Query(ctx, `SELECT ticket_id, score FROM ticket_stage WHERE stage = $1 ORDER BY score DESC, ticket_id DESC`, stage)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					var id int64
					var score float64
					if err := rows.Scan(&id, &score); err != nil {
						return err
					}
					out += fmt.Sprintf("%d:%g ", id-ids[0], score)
				}
				return rows.Err()
			})
			return out
		}
		if got := board("triage"); got != "1:8 0:2 2:1 " {
			t.Fatalf("the board shows %q", got)
		}
		w.edit(w.maria, ids[2], desk.Edit{Attributes: map[string]any{"reach": "10"}})
		if got := board("triage"); got != "1:8 2:2.5 0:2 " {
			t.Errorf("after one reaches more the board shows %q", got)
		}
		w.Clock.Advance(49 * time.Hour)
		w.Settle()
		if n := w.Count(`SELECT count(*) FROM events WHERE verb = 'stage.overdue' AND cause_blueprint > 0`); n != 3 {
			t.Errorf("%d objectives were told as missed, want 3", n)
		}
		move := func(id int64, stage string) (err error) {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err = w.Desk.MoveTo(ctx, tx, w.maria, id, stage, nil)
				return nil
			})
			return err
		}
		if err := move(ids[0], "work"); err != nil {
			t.Fatal(err)
		}
		if k := w.ticket(ids[0]); k.Status != desk.StatusHold || k.TeamID != w.team {
			t.Errorf("in its stage the ticket is %s with team %d", k.Status, k.TeamID)
		}
		w.edit(w.maria, ids[0], desk.Edit{Status: ptr(desk.StatusSolved)}) // solved outside of the board
		if got := board("done"); got != "0:2 " {
			t.Errorf("solved requests stand %q", got)
		}
		w.edit(w.maria, ids[0], desk.Edit{Status: ptr(desk.StatusOpen)})
		if got := board("triage"); got != "1:8 2:2.5 0:2 " {
			t.Errorf("a reopened request stands elsewhere: %q", got)
		}
		w.edit(w.maria, ids[1], desk.Edit{FormID: ptr(int64(0))})
		if got := board("triage"); got != "2:2.5 0:2 " {
			t.Errorf("a ticket of another form still stands on the board: %q", got)
		}
		if err := move(other, "work"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a ticket of no pipeline moved: %v", err)
		}
		if err := move(ids[2], "nowhere"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a ticket moved to a stage that is not there: %v", err)
		}
		w.Verify()
	})
}

func TestAReplysLinkToTheDocumentationIsRecordedForDeflection(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply("kind: docs\nname: product\ntitle: Docs\nurls: [\"https://docs.company.example/\"]\n")
		id := w.open(w.maria, desk.NewTicket{}).ID
		say := func(text string, public bool) {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				html := "<p>" + text + "</p>"
				_, _, err := w.Desk.Reply(ctx, tx, w.maria, id, desk.Message{Agent: true, Public: public, Text: text, HTML: html, Channel: "web"}, "")
				return err
			})
		}
		say("See https://docs.company.example/runner/install?from=mail#linux. And https://docs.company.example.evil.example/x", true)
		say("Colleagues: https://docs.company.example/inner", false)
		say("No link", true)
		say("Again https://docs.company.example/runner/install", true)
		w.Read(func(ctx context.Context, tx db.Tx) error {
			pages, err := w.Desk.DocsPages(ctx, tx, w.Root(), w.Clock.Now().Add(-time.Hour), 10)
			if err != nil {
				return err
			}
			if len(pages) != 1 || pages[0] != (desk.DocsPage{URL: "https://docs.company.example/runner/install", Tickets: 1, Replies: 2}) {
				t.Errorf("the pages are %+v", pages)
			}
			if _, err := w.Desk.DocsPages(ctx, tx, w.Person("outside@acme.example", "Outside"), w.Clock.Now(), 10); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer may see them: %v", err)
			}
			return nil
		})
		if n := w.Count(`SELECT count(*) FROM events WHERE verb = 'ticket.replied' AND CAST(data AS TEXT) LIKE '%"docs":1%'`); n != 2 {
			t.Errorf("%d replies tell that they link to the documentation, want 2", n)
		}
	})
}

func TestWhatIsPurgedGoesWithEverythingAboutIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply("kind: docs\nname: product\ntitle: Docs\nurls: [\"https://docs.company.example/\"]\n")
		w.Apply(operations)
		id := w.open(w.maria, desk.NewTicket{FormID: w.DeskConfig().FormNamed("operations-request").ID}).ID
		w.Write(func(ctx context.Context, tx db.Tx) error {
			text := "See https://docs.company.example/install"
			if _, _, err := w.Desk.Reply(ctx, tx, w.maria, id, desk.Message{Agent: true, Public: true, Text: text, HTML: "<p>" + text + "</p>", Channel: "web"}, ""); err != nil {
				return err
			}
			_, err := w.Desk.Delete(ctx, tx, w.Root(), id)
			return err
		})
		w.Clock.Advance(31 * 24 * time.Hour)
		w.Settle()
		for _, table := range []string{"comment", "reply_link", "ticket_stage", "clock", "ticket_queue", "ticket_person"} {
			where := "ticket_id = $1"
			if n := w.Count(`SELECT count(*) FROM `+table+` WHERE `+where, id); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
		w.Verify()
	})
}
