package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/success"
	"steward/internal/success/score"
)

// healthCard scores an account by its open urgent tickets, by how long ago the last ticket came
// and by its stage.
const healthCard = `kind: scorecard
name: health
title: Health
bands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]
groups:
  - name: support
    weight: 60
    measures:
      - name: urgent
        title: Open urgent tickets
        measure: desk.open_urgent
        weight: 50
        bands: [{ colour: green, when: value == 0 }, { colour: yellow, when: value == 1 }, { colour: red, when: value >= 2 }]
      - name: contact
        title: Time since the last ticket
        measure: desk.since_last_ticket
        weight: 50
        bands: [{ colour: green, when: value <= 30 }, { colour: yellow, when: value > 30 && value <= 60 }, { colour: red, when: value > 60 }]
  - name: life
    weight: 40
    measures:
      - name: stage
        title: Stage
        value: account.stage
        not_applicable: account.age_days < 30
        bands: [{ colour: green, when: 'value in ["adoption", "growth"]' }, { colour: yellow, when: 'value in ["onboarding", "implementation"]' }, { colour: red, when: 'value in ["will_churn", "churned"]' }]
overrides: [{ name: leaving, title: It said that it leaves, when: account.stage == "will_churn", colour: red }]
roll_up: { by: equal }
`

// watched is an instance with accounts that are scored.
type watched struct {
	*apptest.Instance
	t   *testing.T
	org int64
	who directory.Person // a customer of org
}

func eachWatched(t *testing.T, test func(t *testing.T, w *watched)) {
	t.Helper()
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := &watched{Instance: i, t: t}
		w.Apply(healthCard)
		w.org = w.account("Acme", nil)
		w.Settle()
		w.Write(func(ctx context.Context, tx db.Tx) (err error) {
			const name, email = "Ada", "ada@acme.example"
			w.who, err = w.Directory.Create(ctx, tx, w.Root(), directory.NewPerson{Name: name, Email: email, OrganizationID: w.org})
			return err
		})
		test(t, w)
	})
}

func (w *watched) account(name string, parent *int64) (id int64) {
	w.t.Helper()
	since := w.Clock.Now().AddDate(0, 0, -10)
	w.Write(func(ctx context.Context, tx db.Tx) error {
		o, err := w.Directory.CreateOrganization(ctx, tx, w.Root(), directory.OrganizationInput{Name: &name})
		if err != nil {
			return err
		}
		id = o.ID
		_, err = w.Success.Create(ctx, tx, w.Root(), id, success.AccountInput{Since: &since, ParentID: parent})
		return err
	})
	return id
}

// ticket opens a ticket of the account.
func (w *watched) ticket(priority desk.Priority) (id int64) {
	w.t.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) error {
		t, _, err := w.Desk.Create(ctx, tx, w.Root(), desk.NewTicket{Subject: "Help", Requester: w.who, Priority: priority, Channel: "api",
			Message: desk.Message{Public: true, AuthorID: w.who.ID, Text: "It is down.", Channel: "api"}})
		if err == nil {
			id = t.ID
		}
		return err
	})
	w.Settle()
	return id
}

func (w *watched) score(id int64) (out success.Account) {
	w.t.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = w.Success.Get(ctx, tx, act.Root(), id)
		return err
	})
	return out
}

func (w *watched) expect(id int64, hundredths int64, band string) {
	w.t.Helper()
	if a := w.score(id); a.Score.Int64 != hundredths || a.Band != band {
		w.t.Fatalf("account %d scores %d, %q; want %d, %q", id, a.Score.Int64, a.Band, hundredths, band)
	}
}

func TestAnAccountIsScoredAfterAnEventAndWhenTimeHasPassed(t *testing.T) {
	eachWatched(t, func(t *testing.T, w *watched) {
		w.expect(w.org, 8750, "green") // no urgent tickets; everything else is missing
		w.ticket("urgent")
		w.expect(w.org, 7500, "green") // urgent yellow, contact green
		w.Clock.Advance(20*24*time.Hour + time.Second)
		w.Settle()
		w.expect(w.org, 7000, "yellow") // 30 days a customer: onboarding is yellow
		w.Clock.Advance(11 * 24 * time.Hour)
		w.Settle()
		w.expect(w.org, 6250, "yellow") // no ticket for 31 days
	})
}

func (w *watched) health(asked success.Asked) (r score.Result) {
	w.t.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		r, err = w.Success.Healthy(ctx, tx, act.Root(), w.org, asked)
		return err
	})
	return r
}

func (w *watched) explain(from, to time.Time) (c score.Change) {
	w.t.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		c, err = w.Success.ExplainHealth(ctx, tx, act.Root(), w.org, success.Asked{At: from}, success.Asked{At: to})
		return err
	})
	if err := c.Check(); err != nil {
		w.t.Errorf("from %s to %s: %v", from, to, err)
	}
	return c
}

func TestAChangeOfHealthIsExplainedByItsEvents(t *testing.T) {
	eachWatched(t, func(t *testing.T, w *watched) {
		first := w.Clock.Now()
		w.Clock.Advance(24 * time.Hour)
		ticket := w.ticket("urgent")
		second := w.Clock.Now()
		w.Clock.Advance(24 * time.Hour)
		stage := "will_churn"
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Success.Change(ctx, tx, w.Root(), w.org, success.AccountInput{Version: 1, Stage: &stage})
			return err
		})
		w.Settle()
		w.expect(w.org, 2500, "red")
		third := w.Clock.Now()

		causes := func(c score.Change) map[score.Cause]int64 {
			out := map[score.Cause]int64{}
			for _, p := range c.Parts {
				out[p.Cause] += p.Points
			}
			return out
		}
		c := w.explain(first, second)
		if got := causes(c); c.Delta != -1250 || got[score.Data] != -2500 || got[score.Redistribution] != 1250 {
			t.Errorf("the first day: %v, %d", got, c.Delta)
		}
		for _, p := range c.Parts {
			if p.Name == "contact" && len(p.Events) != 1 {
				t.Errorf("%s comes from events %v", p.Name, p.Events)
			}
		}
		if got := causes(w.explain(second, third)); got[score.Forced] != -5000 || len(got) != 1 {
			t.Errorf("the second day: %v", got)
		}
		if got := w.explain(first, time.Time{}); got.Delta != 2500-8750 {
			t.Errorf("both days: %d", got.Delta)
		}
		// As known then, whatever came later.
		if r := w.health(success.Asked{At: first.Add(time.Hour)}); r.Colour != "green" || score.Hundredths(r.Score) != 8750 {
			t.Errorf("on the first day it was %s", r.Colour)
		}
		w.Clock.Advance(time.Hour)
		w.Apply(strings.Replace(healthCard, "value == 1 }", "value == 1, points: 40 }", 1))
		w.Settle()
		if got := causes(w.explain(second, time.Time{})); got[score.Blueprint] != -1125 || got[score.Forced] != -3875 {
			t.Errorf("with another scorecard: %v", got)
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			list, _, err := w.Success.History(ctx, tx, act.Root(), w.org, db.Page{})
			if err != nil || len(list) != 4 || list[0].CardVersion != 2 || list[3].Score.Int64 != 8750 {
				t.Errorf("history: %+v, %v", list, err)
			}
			events, err := w.Ledger.Newest(ctx, tx, "organization", []string{success.HealthChanged}, 0, 10)
			if err != nil || len(events) != 3 || events[0].Cause.Event == 0 || events[0].Cause.Blueprint == 0 {
				t.Errorf("events: %+v, %v", events, err)
			}
			e, err := w.Ledger.Get(ctx, tx, events[1].Cause.Event)
			if err != nil || e.Subject.ID != ticket || e.Verb != desk.TicketCreated {
				t.Errorf("the cause of the second change is %s %v, %v", e.Verb, e.Subject, err)
			}
			return nil
		})
	})
}

func TestAParentCountsTheAccountsBelowIt(t *testing.T) {
	eachWatched(t, func(t *testing.T, w *watched) {
		parent := w.account("Holding", nil)
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Success.Change(ctx, tx, w.Root(), w.org, success.AccountInput{Version: 1, ParentID: &parent})
			return err
		})
		w.Settle()
		w.expect(parent, 8750, "green")
		w.ticket("urgent")
		w.expect(w.org, 7500, "green")
		w.expect(parent, 8125, "green") // its own 87.5 and 75 of the one below
	})
}

func TestEveryAccountIsScoredAnewWhenAScorecardChanges(t *testing.T) {
	eachWatched(t, func(t *testing.T, w *watched) {
		var all []int64
		for _, name := range []string{"One", "Two", "Three"} {
			all = append(all, w.account(name, nil))
		}
		w.Settle()
		w.Apply(strings.Replace(healthCard, "value == 0 }", "value == 0, points: 60 }", 1))
		w.Settle()
		for _, id := range all {
			w.expect(id, 6000, "yellow")
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			run, err := w.Success.LastRun(ctx, tx, act.Root())
			if err != nil || run.Done != 4 || run.Total != 4 || run.Ended.IsZero() {
				t.Errorf("run: %+v, %v", run, err)
			}
			return nil
		})
	})
}
