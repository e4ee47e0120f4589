package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
)

const planQueue = `kind: field
name: plan
key: plan
on: organization
type: text
title: Plan
---
kind: field
name: seats
key: seats
on: organization
type: integer
title: Seats
---
kind: field
name: partner
key: partner
on: person
type: checkbox
title: Partner
---
kind: routing
name: queue
title: The queue
order: 1
match: 'ticket.organization.attributes.plan != "free"'
weights:
  when:
    - { title: Ultimate plan, when: 'ticket.organization.attributes.plan == "ultimate"', points: 60 }
    - { title: Partner, when: 'ticket.requester.attributes.partner', points: 7 }
`

func TestAChangedOrganizationIsWeighedAnew(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, planQueue)
		buyer := "Buyer"
		var org directory.Organization
		var member directory.Person
		w.Write(func(ctx context.Context, tx db.Tx) (err error) {
			if org, err = w.Directory.CreateOrganization(ctx, tx, w.Root(), directory.OrganizationInput{Name: &buyer, Attributes: map[string]any{"plan": "premium"}}); err != nil {
				return err
			}
			member, err = w.Directory.Create(ctx, tx, w.Root(), directory.NewPerson{Email: "member@buyer.example", Name: "Member", OrganizationID: org.ID})
			return err
		})
		open := func() (tk *desk.Ticket) {
			w.Write(func(ctx context.Context, tx db.Tx) (err error) {
				tk, _, err = w.Desk.Create(ctx, tx, w.Root(), desk.NewTicket{Subject: "Stuck", Requester: member, Priority: "normal",
					Message: desk.Message{Text: "It is stuck", Public: true, Channel: "web", AuthorID: member.ID}})
				return err
			})
			return tk
		}
		tk, other := open(), w.ticket("normal")
		i.Settle()
		key := func(id int64) int64 { return int64(w.Count(`SELECT key FROM ticket_queue WHERE ticket_id = $1`, id)) }
		const point = int64(time.Hour / time.Microsecond)
		queue := func() int { return w.Count(`SELECT queue_id FROM ticket_queue WHERE ticket_id = $1`, tk.ID) } // another takes all
		first := queue()
		before, untouched := key(tk.ID), key(other.ID)
		change := func(attributes map[string]any) {
			w.Write(func(ctx context.Context, tx db.Tx) (err error) {
				org, err = w.Directory.UpdateOrganization(ctx, tx, w.Root(), org.ID, directory.OrganizationInput{Version: org.Version, Attributes: attributes})
				return err
			})
			i.Settle()
		}
		change(map[string]any{"plan": "ultimate"})
		if got := before - key(tk.ID); got != 60*point || key(other.ID) != untouched {
			t.Errorf("on the better plan it weighs %d more, another %d", got, key(other.ID)-untouched)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			p, err := w.Directory.Get(ctx, tx, w.Root(), member.ID)
			if err != nil {
				return err
			}
			_, err = w.Directory.Update(ctx, tx, w.Root(), member.ID, directory.Change{Version: p.Version, Attributes: map[string]any{"partner": true}})
			return err
		})
		i.Settle()
		if got := before - key(tk.ID); got != 67*point {
			t.Errorf("of a partner it weighs %d more", got)
		}
		change(map[string]any{"plan": "free"})
		if queue() == first {
			t.Error("a ticket that the queue takes no more waits in it")
		}
		// The queue takes it again; what no queue reads has nothing worked out.
		change(map[string]any{"plan": "premium", "seats": 12})
		if key(tk.ID) != before-7*point || queue() != first {
			t.Error("it is not back where it was")
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ticket_queue SET key = 1 WHERE ticket_id = $1`, tk.ID)
			return err
		})
		change(map[string]any{"seats": 13})
		if key(tk.ID) != 1 {
			t.Error("a change that no queue reads had the ticket weighed anew")
		}
	})
}

func TestManyTicketsAreWeighedAnewInSteps(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, strings.Replace(planQueue, "match: 'ticket.organization.attributes.plan != \"free\"'\n", "", 1))
		for range 230 {
			w.ticket("low")
		}
		i.Settle()
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ticket_queue SET key = 1`)
			return err
		})
		w.Write(func(ctx context.Context, tx db.Tx) error {
			p, err := w.Directory.Get(ctx, tx, w.Root(), w.customer.ID)
			if err != nil {
				return err
			}
			_, err = w.Directory.Update(ctx, tx, w.Root(), p.ID, directory.Change{Version: p.Version, Attributes: map[string]any{"partner": true}})
			return err
		})
		i.Settle()
		if n := w.Count(`SELECT count(*) FROM ticket_queue WHERE key = 1`); n != 0 {
			t.Errorf("%d of 230 were left out", n)
		}
	})
}
