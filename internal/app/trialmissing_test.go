package app_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
)

func TestADryRunSaysWhatTheFormAsksForInTheStateARuleLeadsTo(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, `kind: field
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
name: solves
title: Solves
do: [{ status: solved }]
---
kind: macro
name: fills
title: Fills
do: [{ status: solved, set: { cause: Known } }]
---
kind: macro
name: waits
title: Waits
do: [{ status: pending }]
---
kind: trigger
name: closes
title: Closes
on: [created]
when: ticket.subject == "Stuck"
do: [{ status: solved }]
`)
		missing := func(id int64) map[string]string {
			out := map[string]string{}
			for name, trial := range tries(t, i, id) {
				for _, f := range trial.Missing {
					out[name] += f.Title
				}
			}
			return out
		}
		id := w.open(w.maria, desk.NewTicket{Subject: "Slow"}).ID
		if got := missing(id); len(got) != 2 || got["solves"] != "Cause" || got["closes"] != "Cause" {
			t.Errorf("not filled: %v", got)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			tk, err := w.Desk.Get(ctx, tx, w.maria, id)
			if err == nil {
				_, err = w.Desk.Update(ctx, tx, w.maria, id, desk.Edit{Version: tk.Version, Attributes: map[string]any{"cause": "A cable"}})
			}
			return err
		})
		if got := missing(id); len(got) != 0 {
			t.Errorf("once it is filled: %v", got)
		}
	})
}

func TestADryRunNamesTheRecordsThatConditionsRead(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, `kind: field
name: sponsor
title: Sponsor
on: ticket
type: lookup
to: person
---
kind: field
name: live
title: Live
on: ticket
type: date
---
kind: trigger
name: reads
title: Reads
on: [created]
when: has(ticket.requester) && ticket.attributes.sponsor != 999999 && ticket.attributes.live > timestamp("2026-01-01T00:00:00Z")
do: [{ add_tags: [seen] }]
`)
		kim := i.Person("kim@customer.example", "Kim")
		t1 := w.open(w.maria, desk.NewTicket{Attributes: map[string]any{"sponsor": kim.PersonID, "live": "2026-12-24"}})
		var got []string
		for _, c := range tries(t, i, t1.ID)["reads"].Conditions {
			got = append(got, c.Text+": "+c.Value)
		}
		requester := ""
		i.Read(func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT name FROM person WHERE id = $1`, t1.RequesterID).Scan(&requester)
		})
		want := []string{"Requester is set: " + requester, "Sponsor is not 999999: Kim", "Live is after 1 Jan 2026 00:00 UTC: 24 Dec 2026"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
