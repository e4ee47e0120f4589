package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/replay"
	"steward/internal/success"
)

const wholeCard = `---
kind: scorecard
name: whole
title: Whole
bands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]
groups:
  - name: all
    measures:
      - name: licences
        title: Licences
        measure: usage.licences
        bands: [{ colour: red, when: value < 0.5 }, { colour: green, when: value >= 0.5 }]
      - name: sentiment
        title: Sentiment
        measure: manual.sentiment
        bands: [{ colour: green, when: 'value == "green"' }, { colour: yellow, when: 'value == "yellow"' }, { colour: red, when: 'value == "red"' }]
      - name: contact
        title: Contact
        measure: success.since_contact
        bands: [{ colour: green, when: value <= 35 }, { colour: red, when: value > 35 }]
      - name: tickets
        title: Urgent tickets
        measure: desk.open_urgent
        bands: [{ colour: green, when: value == 0 }, { colour: red, when: value > 0 }]
      - name: answers
        title: Discontent
        measure: outreach.discontent_90d
        bands: [{ colour: green, when: value == 0 }, { colour: red, when: value > 0 }]
overrides: [{ name: red-sentiment, title: Red sentiment, when: 'colours["sentiment"] == "red"', colour: red }]
`

func (c *customers) use(ago time.Duration, billable float64) {
	c.t.Helper()
	at := c.Clock.Now().Add(-ago)
	c.take(c.ops2(), success.Batch{Source: "telemetry", Points: []success.Point{{Organization: c.acme, Metric: "billable_users", At: at, Value: billable}, {Organization: c.acme, Metric: "licensed_users", At: at, Value: 100}}})
}

// Whatever an account is measured by changes its score by itself, and each change says why.
func TestEveryEventScoresItsAccount(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(callRules + wholeCard)
		c.Settle()
		score := func(want int64, band, after string) {
			t.Helper()
			c.Settle()
			if a := c.account(c.acme); a.Score.Int64 != want || a.Band != band {
				t.Errorf("after %s: %d, %q; want %d, %q", after, a.Score.Int64, a.Band, want, band)
			}
		}
		score(8750, "green", "nothing")
		c.use(time.Hour, 20)
		score(6667, "yellow", "usage") // 25 and twice 87.50
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Note(ctx, tx, c.csm, c.acme, success.NewEntry{Kind: "call", Title: "Call"})
			return err
		})
		score(7188, "yellow", "a call")
		var who directory.Person
		var ticket *desk.Ticket
		c.do(func(ctx context.Context, tx db.Tx) (err error) {
			if who, err = c.Directory.Create(ctx, tx, c.Root(), directory.NewPerson{Name: "Ada", Email: "ada@acme.example", OrganizationID: c.acme}); err != nil {
				return err
			}
			ticket, _, err = c.Desk.Create(ctx, tx, c.Root(), desk.NewTicket{Subject: "Help", Requester: who, Priority: "urgent", Channel: "api", Message: desk.Message{Public: true, AuthorID: who.ID, Text: "Down", Channel: "api"}})
			return err
		})
		score(5625, "yellow", "an urgent ticket")
		c.do(func(ctx context.Context, tx db.Tx) error { // as the survey tells it
			_, err := c.Ledger.Append(ctx, tx, c.Root(), ledger.Entry{Verb: "survey.answered", Subject: ledger.Ref{Kind: "ticket", ID: ticket.ID}, Data: map[string]any{"offer": 1, "survey_id": 1, "score": 2}})
			return err
		})
		score(4063, "red", "an unhappy answer") // 25 three times and 87.50
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Judge(ctx, tx, c.csm, c.acme, success.NewJudgement{Measure: "sentiment", Word: "red", Reason: "Angry"})
			return err
		})
		c.Settle()
		if a := c.account(c.acme); a.Band != "red" {
			t.Errorf("after a red judgement: %+v", a)
		}
		// Why? is told to who looks after the account, and to nobody outside.
		var last, call int64
		c.Read(func(ctx context.Context, tx db.Tx) error {
			if err := tx.QueryRow(ctx, `SELECT max(id) FROM events WHERE verb = 'account.health_changed' AND subject_id = $1`, c.acme).Scan(&last); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT max(id) FROM events WHERE verb = 'call.opened' AND subject_id = $1`, c.acme).Scan(&call)
		})
		ask := func(id int64) (w explain.Why) {
			c.Read(func(ctx context.Context, tx db.Tx) (err error) {
				w, err = c.Explain.Event(ctx, tx, c.csm, id)
				return err
			})
			return w
		}
		w := ask(last)
		var because []string
		for _, b := range w.Because {
			because = append(because, b.Text)
		}
		if w.What != "Health went from 40.63 to 25.00, still red." || !strings.Contains(strings.Join(because, " "), "Sentiment went from no data to red.") || len(w.Chain) < 2 {
			t.Errorf("why it is red: %s %v %v", w.What, because, w.Chain)
		}
		if w := ask(call); w.What != "Call to action opened." || w.Rule == nil {
			t.Errorf("why the call: %+v", w)
		}
		if err := c.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error { _, err := c.Explain.Event(ctx, tx, c.out, last); return err }); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody outside asked why: %v", err)
		}
	})
}

// A plan tells whose calls to action would be others, and those who wrote about an account can be erased.
func TestAPlanTellsWhichCallsWouldBeOpened(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(callRules + wholeCard)
		for _, users := range []float64{60, 60, 30, 30, 30} {
			c.use(time.Hour, users)
			c.Clock.Advance(7 * 24 * time.Hour)
			c.Settle()
		}
		plan := func(text string) map[string]string {
			t.Helper()
			docs, findings := blueprint.ParseFile("p.yaml", text)
			report, err := c.Replay.Run(t.Context(), c.Root(), replay.Proposal{Documents: docs, Parsed: findings, Since: c.Clock.Now().AddDate(0, 0, -34), Until: c.Clock.Now()}, nil)
			if err != nil || len(report.Sections) != 1 {
				t.Fatalf("%+v, %v", report, err)
			}
			got := map[string]string{}
			for _, g := range report.Sections[0].Groups {
				got[g.Name+" "+g.Change] = g.Examples[0].Sentence
			}
			return got
		}
		got := plan("kind: cta_rule\nname: unused\ntitle: Unused\nwhen: measure.usage.licences < 0.5\ntype: risk\n")
		if len(got) != 1 || got["unused calls"] != "would have been asked for once instead of never" {
			t.Errorf("a new rule: %v", got)
		}
		got = plan("kind: cta_rule\nname: fell\ntitle: Fell\nwhen: account.band != \"green\" && account.band_was == \"green\"\ntype: risk\n" + strings.Replace(wholeCard, "value < 0.5 }, { colour: green, when: value >= 0.5", "value < 0.7 }, { colour: green, when: value >= 0.7", 1))
		if got["whole other_colour"] == "" || len(got) < 2 {
			t.Errorf("another scorecard with a rule that reads its colour: %v", got)
		}
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Note(ctx, tx, c.csm, c.acme, success.NewEntry{Kind: "call", Title: "A secret", People: []int64{c.out.PersonID}})
			if err == nil {
				_, err = c.Success.Judge(ctx, tx, c.csm, c.acme, success.NewJudgement{Measure: "sentiment", Word: "red", Reason: "A secret"})
			}
			return err
		})
		for _, e := range c.Success.Erasers() {
			c.do(func(ctx context.Context, tx db.Tx) error {
				_, err := e.Erase(ctx, tx, c.Root(), directory.Erasing{IDs: []int64{c.csm.PersonID, c.out.PersonID}}, 100)
				if err == nil {
					if left, err := e.Count(ctx, tx, directory.Erasing{IDs: []int64{c.csm.PersonID, c.out.PersonID}}); err != nil || left.Count != 0 {
						t.Errorf("%s: %v left, %v", e.What(), left, err)
					}
				}
				return err
			})
		}
		if n := c.Count(`SELECT (SELECT count(*) FROM account_entry WHERE title <> '') + (SELECT count(*) FROM judgement WHERE reason <> '') + (SELECT count(*) FROM account_entry_person)`); n != 0 {
			t.Errorf("%d words are left", n)
		}
	})
}
