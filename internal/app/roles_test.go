package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/measure"
	"steward/internal/success"
)

const roleKinds = `kind: role_measure
name: leads-met
title: Leads met
roles: [dev_lead, security_lead]
within: 720h
`

func TestContactsByRoleMet(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(roleKinds)
		dee := c.Person("dee@acme.example", "Dee")
		role := func(person int64, name string, has bool) {
			c.do(func(ctx context.Context, tx db.Tx) error {
				return c.Success.SetContact(ctx, tx, c.csm, c.acme, person, name, has)
			})
		}
		note := func(kind string, people ...int64) (e success.Entry) {
			c.do(func(ctx context.Context, tx db.Tx) (err error) {
				e, err = c.Success.Note(ctx, tx, c.csm, c.acme, success.NewEntry{Kind: kind, Title: "We talked", People: people})
				return err
			})
			return e
		}
		met := func(asked measure.Asked) float64 {
			o := c.observed("roles.leads_met", c.acme, asked)
			if !o.Set {
				t.Fatal("it has no value")
			}
			return o.Plain.(float64)
		}
		if met(measure.Asked{}) != 0 {
			t.Error("nobody was met yet")
		}
		role(c.out.PersonID, "dev_lead", true)
		note("email", c.out.PersonID) // no contact
		if met(measure.Asked{}) != 0 {
			t.Error("a mail counts as met")
		}
		first := note("call", c.out.PersonID, dee.PersonID) // Dee is nobody's lead yet
		role(dee.PersonID, "security_lead", true)
		if o := c.observed("roles.leads_met", c.acme, measure.Asked{}); o.Plain != 1.0 || o.EventID != first.EventID || !o.Until.Equal(first.At.Add(720*time.Hour)) {
			t.Errorf("one was met: %+v", o)
		}
		c.Clock.Advance(24 * time.Hour)
		one := c.Clock.Now()
		c.Clock.Advance(24 * time.Hour)
		second := note("workshop", dee.PersonID)
		if met(measure.Asked{}) != 2 || met(measure.Asked{At: one, Known: one}) != 1 {
			t.Error("both were met, and one a day ago")
		}
		// Who has the role no more does not count, but did.
		two := c.Clock.Now()
		c.Clock.Advance(time.Hour)
		role(c.out.PersonID, "dev_lead", false)
		if met(measure.Asked{}) != 1 || met(measure.Asked{At: two}) != 2 {
			t.Errorf("%v now, %v then", met(measure.Asked{}), met(measure.Asked{At: two}))
		}
		role(c.out.PersonID, "dev_lead", true)
		// An entry that is taken off counts no more; as known before it did.
		before := c.Clock.Now()
		c.Clock.Advance(time.Hour)
		c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.Remove(ctx, tx, c.csm, c.acme, second.ID) })
		if met(measure.Asked{}) != 1 || met(measure.Asked{At: before, Known: before}) != 2 {
			t.Errorf("%v now, %v as known", met(measure.Asked{}), met(measure.Asked{At: before, Known: before}))
		}
		var wanted []success.Wanted
		c.Read(func(ctx context.Context, tx db.Tx) (err error) {
			wanted, err = c.Success.Wanted(ctx, tx, c.csm, c.acme)
			return err
		})
		if len(wanted) != 1 || len(wanted[0].Roles) != 2 || wanted[0].Roles[0].At.IsZero() || !wanted[0].Roles[1].At.IsZero() || !wanted[0].Roles[1].Held {
			t.Errorf("wanted: %+v", wanted)
		}
		c.Clock.Advance(720 * time.Hour)
		if met(measure.Asked{}) != 0 {
			t.Error("it counts for ever")
		}
	})
}
