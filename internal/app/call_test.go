package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/success"
	"steward/internal/work"
)

const callRules = usageKinds + `---
kind: cta_rule
name: silent
title: Nobody talked with them for a month
when: account.coverage == "P1" && measure.success.since_contact > duration("720h")
type: activity
reason: Silence
due: 48h
quiet: 240h
ends: true
---
kind: cta_rule
name: red
title: They are unhappy
when: measure.manual.sentiment == "red"
type: risk
priority: high
`

func (c *customers) calls(by act.Actor, f success.CallFilter) (list []success.Call) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) (err error) {
		list, _, err = c.Success.Calls(ctx, tx, by, f, db.Page{})
		return err
	})
	return list
}

func (c *customers) sweep() {
	c.t.Helper()
	c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.EnsureSweep(ctx, tx) })
	c.Settle()
}

func TestCallIsOpenedOncePutOffAndClosed(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(callRules)
		note := func(by act.Actor, in success.NewEntry) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.Note(ctx, tx, by, c.acme, in)
				return err
			}
		}
		c.do(func(ctx context.Context, tx db.Tx) error {
			return c.Success.SetContact(ctx, tx, c.csm, c.acme, c.out.PersonID, "sponsor", true)
		})
		c.do(note(c.csm, success.NewEntry{Kind: "call", Title: "Cadence call", Effort: 45, People: []int64{c.out.PersonID}}))
		c.refused(fault.Invalid, note(c.csm, success.NewEntry{Kind: "call"}))
		c.refused(fault.Invalid, note(c.csm, success.NewEntry{Kind: "call", Title: "x", At: c.Clock.Now().Add(time.Hour)}))
		c.refused(fault.Invalid, note(c.csm, success.NewEntry{Kind: "call", Title: "x", People: []int64{c.ops.PersonID}}))
		c.refused(fault.NotFound, note(c.out, success.NewEntry{Kind: "call", Title: "x"}))
		c.Settle()
		if open := c.calls(c.ops, success.CallFilter{}); len(open) != 0 {
			t.Fatalf("opened early: %+v", open)
		}
		c.Clock.Advance(31 * 24 * time.Hour)
		c.sweep()
		c.sweep()
		open := c.calls(c.ops, success.CallFilter{})
		if len(open) != 1 || open[0].OwnerID != c.csm.PersonID || !open[0].Due.Equal(c.Clock.Now().Add(48*time.Hour)) || open[0].Reason != "Silence" {
			t.Fatalf("after a month of silence: %+v", open)
		}
		mine := func() (n int) {
			c.Read(func(ctx context.Context, tx db.Tx) error {
				items, _, err := c.Work.List(ctx, tx, c.csm, work.Filter{Source: "call"}, work.DaysOf(c.Clock.Now(), time.UTC), db.Page{})
				n = len(items)
				return err
			})
			return n
		}
		if mine() != 1 {
			t.Error("it is not in the list of work")
		}
		change := func(by act.Actor, id, version int64, in success.CallChange) func(ctx context.Context, tx db.Tx) error {
			in.Version = version
			return func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.ChangeCall(ctx, tx, by, id, in)
				return err
			}
		}
		id := open[0].ID
		until := c.Clock.Now().Add(72 * time.Hour)
		c.refused(fault.Invalid, change(c.csm, id, 1, success.CallChange{Snooze: &until}))
		c.refused(fault.NotFound, change(c.out, id, 1, success.CallChange{Snooze: &until, Reason: "x"}))
		c.do(change(c.csm, id, 1, success.CallChange{Snooze: &until, Reason: "They are on holiday"}))
		c.sweep()
		if mine() != 0 || len(c.calls(c.ops, success.CallFilter{Awake: true})) != 0 || len(c.calls(c.ops, success.CallFilter{})) != 1 {
			t.Error("a call that was put off is still there, or was asked for again")
		}
		c.Clock.Advance(73 * time.Hour)
		c.Settle()
		if mine() != 1 {
			t.Error("it did not wake")
		}
		c.refused(fault.Invalid, change(c.csm, id, 3, success.CallChange{Closure: "not_needed"})) // of lifecycle calls only
		c.refused(fault.Conflict, change(c.csm, id, 1, success.CallChange{Closure: "success"}))
		c.do(change(c.csm, id, 3, success.CallChange{Closure: "not_relevant", Note: "They moved"}))
		c.sweep()
		if mine() != 0 || len(c.calls(c.ops, success.CallFilter{})) != 0 {
			t.Error("the rule did not keep quiet after its call was closed")
		}
		c.Clock.Advance(11 * 24 * time.Hour)
		c.sweep()
		if len(c.calls(c.ops, success.CallFilter{})) != 1 {
			t.Error("the rule did not ask again")
		}
		c.do(note(c.csm, success.NewEntry{Kind: "meeting", Title: "Lunch", Effort: 60}))
		c.Settle()
		if len(c.calls(c.ops, success.CallFilter{})) != 0 {
			t.Error("the call was not closed when its condition held no more")
		}
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Judge(ctx, tx, c.csm, c.acme, success.NewJudgement{Measure: "sentiment", Word: "red", Reason: "Angry"})
			return err
		})
		c.Settle()
		if red := c.calls(c.ops, success.CallFilter{}); len(red) != 1 || red[0].Priority != "high" || red[0].Type != "risk" {
			t.Errorf("after a red judgement: %+v", red)
		}
		var all []success.Line
		page := db.Page{Limit: 3}
		for {
			var some []success.Line
			c.Read(func(ctx context.Context, tx db.Tx) (err error) {
				some, page.Cursor, err = c.Success.Timeline(ctx, tx, c.csm, c.acme, "", page)
				return err
			})
			all = append(all, some...)
			if page.Cursor == "" {
				break
			}
		}
		kinds := map[string]int{}
		for _, l := range all {
			kinds[l.Kind]++
		}
		if kinds["call"] != 1 || kinds["meeting"] != 1 || kinds["call.opened"] != 3 || kinds["call.closed"] != 2 || kinds["measure.judged"] != 1 || kinds["account.created"] != 1 {
			t.Errorf("the timeline, three at a time: %v", kinds)
		}
		c.Verify()
	})
}

// TestAnAccountThatWasNeverContactedIsNoticed: the kit's rules count from the account's beginning where there was no
// contact to count from.
func TestAnAccountThatWasNeverContactedIsNoticed(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply("kind: cta_rule\nname: never\ntitle: Never contacted\nwhen: measure.success.since_contact > duration(\"720h\") || !has(measure.success.since_contact) && account.age_days > 30\ntype: activity\nreason: No contact\nends: true\n")
		c.Settle()
		opened := func() int { return len(c.calls(c.ops, success.CallFilter{})) }
		c.Clock.Advance(31 * 24 * time.Hour)
		c.sweep()
		before := opened()
		if before == 0 {
			t.Fatal("nobody noticed an account that was never contacted")
		}
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Note(ctx, tx, c.csm, c.acme, success.NewEntry{Kind: "call", Title: "The first call"})
			return err
		})
		c.Settle()
		if n := opened(); n != before-1 {
			t.Errorf("%d calls to action after the first call, %d before", n, before)
		}
	})
}
