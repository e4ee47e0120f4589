package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/success"
)

const noticesOfColours = healthCard + `---
kind: health_notice
name: enterprise
title: An enterprise account is at risk
becomes: [yellow, red]
when: account.segment == "enterprise"
tell: [csm, followers]
---
kind: health_notice
name: red
title: An account is red
becomes: [red]
tell: [csm]
teams: [support]
---
kind: health_notice
name: small
title: A small account is at risk
becomes: [red]
when: account.segment == "small"
tell: [followers]
`

func TestPeopleAreToldOfAColour(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(noticesOfColours)
		fan, leader := c.Person("fay@company.example", "Fay", "csm"), c.Person("lee@company.example", "Lee", "csm")
		blind := c.Person("una@company.example", "Una", "csm")
		follow := func(by act.Actor, on bool) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error { return c.Success.Follow(ctx, tx, by, c.acme, on) }
		}
		c.refused(fault.NotFound, follow(c.out, true))
		for _, by := range []act.Actor{c.csm, fan, fan, blind} {
			c.do(follow(by, true))
		}
		c.do(follow(blind, false))
		c.do(func(ctx context.Context, tx db.Tx) error {
			team, ok := c.Blueprint.Set().Entry("team", "support")
			if !ok {
				t.Fatal("there is no team support")
			}
			return c.Directory.SetMembers(ctx, tx, c.Root(), team.ID, []int64{leader.PersonID})
		})
		stage := func(to string) {
			c.do(func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.Change(ctx, tx, c.ops, c.acme, success.AccountInput{Version: c.account(c.acme).Version, Stage: &to})
				return err
			})
			c.Settle()
		}
		told := func(by act.Actor) (out []string) {
			c.Read(func(ctx context.Context, tx db.Tx) error {
				list, _, err := c.Notify.List(ctx, tx, by, db.Page{})
				for _, n := range list {
					out = append(out, n.Kind+" "+n.Detail)
				}
				return err
			})
			slices.Reverse(out)
			return out
		}
		stage("growth")
		if a := c.account(c.acme); a.Band != "green" || len(told(c.csm)) != 0 {
			t.Fatalf("it is %s, told %v", a.Band, told(c.csm))
		}
		stage("will_churn")
		for by, want := range map[*act.Actor][]string{&c.csm: {"health green,red"}, &fan: {"health green,red"}, &leader: {"health green,red"}, &blind: nil, &c.ops: nil} {
			if got := told(*by); !slices.Equal(got, want) {
				t.Errorf("person %d was told %v, want %v", by.PersonID, got, want)
			}
		}
		c.Clock.Advance(2 * time.Hour)
		c.Settle()
		if !slices.ContainsFunc(c.Peer.All(), func(d apptest.Delivery) bool {
			return d.To[0] == "fay@company.example" && strings.Contains(d.Message().Text, "turned red")
		}) {
			t.Error("no mail says so")
		}
		// "Why?" leads from the notice, with what its condition read, to the change and what moved it.
		var why string
		c.Read(func(ctx context.Context, tx db.Tx) error {
			var id int64
			if err := tx.QueryRow(ctx, `SELECT min(id) FROM events WHERE verb = $1`, success.HealthNoticed).Scan(&id); err != nil {
				return err
			}
			w, err := c.Explain.Event(ctx, tx, c.csm, id)
			why = w.Title + w.What
			for _, s := range w.Chain {
				why += s.Sentence + "\n"
			}
			return err
		})
		if !strings.Contains(why, "People told of the colour") || !strings.Contains(why, "from green to red") {
			t.Errorf("why: %s", why)
		}
		// A new version of the scorecard tells nobody, and neither does a change that is old.
		before := c.Count(`SELECT count(*) FROM notification`)
		c.Apply(strings.ReplaceAll(noticesOfColours, "colour: red }]\nroll_up", "colour: yellow }]\nroll_up"))
		c.Settle()
		if after := c.Count(`SELECT count(*) FROM notification`); after != before {
			t.Errorf("a scorecard that changed told %d", after-before)
		}
	})
}
