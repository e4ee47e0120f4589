package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/success"
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
