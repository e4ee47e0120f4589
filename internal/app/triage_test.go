package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/success"
	"steward/internal/work"
)

const rhythms = usageKinds + `---
kind: triage
name: unhappy
title: Weekly while unhappy
order: 1
when: measure.manual.sentiment == "red"
every: 168h
ahead: 24h
---
kind: triage
name: others
title: Monthly
order: 2
when: account.coverage == "P1"
every: 720h
`

// due are the items of health updates on somebody's list of work.
func (c *customers) due(by act.Actor) (items []work.Item) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) (err error) {
		items, _, err = c.Work.List(ctx, tx, by, work.Filter{Source: "update"}, work.DaysOf(c.Clock.Now(), time.UTC), db.Page{})
		return err
	})
	return items
}

func TestHealthUpdatesAreDueByRhythm(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		const day = 24 * time.Hour
		began := c.Clock.Now()
		c.Apply(rhythms)
		c.sweep()
		if a := c.account(c.acme); !a.UpdateDue.Equal(began.Add(30 * day)) {
			t.Fatalf("due %v, want a month from the beginning of the rhythm", a.UpdateDue)
		}
		if len(c.due(c.csm)) != 0 {
			t.Error("asked for a month ahead")
		}
		c.Clock.Advance(28*day + time.Hour)
		c.Settle()
		items := c.due(c.csm)
		if len(items) != 1 || items[0].Subject.ID != c.acme || !items[0].Due.Equal(began.Add(30*day)) {
			t.Fatalf("two days ahead: %+v", items)
		}
		// It says who decided.
		if n := c.Count(`SELECT count(*) FROM events WHERE id = $1 AND verb = 'account.update_asked' AND cause_blueprint > 0`, items[0].EventID); n != 1 {
			t.Error("it does not say by which rhythm")
		}
		// An unhappy customer is looked at weekly; what was due stays due.
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Judge(ctx, tx, c.csm, c.acme, success.NewJudgement{Measure: "sentiment", Word: "red", Reason: "They said so."})
			return err
		})
		c.Settle()
		if a := c.account(c.acme); !a.UpdateDue.Equal(began.Add(30 * day)) {
			t.Errorf("another rhythm put off what was due to %v", a.UpdateDue)
		}
		c.Clock.Advance(3 * day)
		c.Settle()
		overdue := success.View{Selected: success.Selected{FilterQuery: success.FilterQuery{Update: "overdue"}}}
		if n := c.counted(c.csm, overdue); n != 2 { // nobody looks after the other
			t.Errorf("%d of two are overdue", n)
		}
		// Somebody else looks after it now, and has it to write.
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Change(ctx, tx, c.ops, c.acme, success.AccountInput{Version: c.account(c.acme).Version, CSMID: ptr(c.ops.PersonID)})
			return err
		})
		c.Settle()
		if len(c.due(c.csm)) != 0 || len(c.due(c.ops)) != 1 {
			t.Errorf("%d with who had it, %d with who has it", len(c.due(c.csm)), len(c.due(c.ops)))
		}
		// It is written: the next one is due a week later, and asked for a day before.
		wrote := c.Clock.Now()
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Note(ctx, tx, c.ops, c.acme, success.NewEntry{Kind: "health_update", Title: "State", Health: &success.HealthUpdate{State: "They talk again.", Impact: "none", Reason: "none"}})
			return err
		})
		c.Settle()
		if a := c.account(c.acme); !a.UpdateDue.Equal(wrote.Add(7*day)) || len(c.due(c.ops)) != 0 {
			t.Errorf("after it was written: due %v, %d asked for", a.UpdateDue, len(c.due(c.ops)))
		}
		c.Clock.Advance(6*day + time.Minute)
		c.Settle()
		if len(c.due(c.ops)) != 1 {
			t.Error("not asked for a day ahead")
		}
		// A customer who left needs none.
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Change(ctx, tx, c.ops, c.acme, success.AccountInput{Version: c.account(c.acme).Version, Stage: ptr("churned")})
			return err
		})
		c.Settle()
		if a := c.account(c.acme); !a.UpdateDue.IsZero() || len(c.due(c.ops)) != 0 {
			t.Errorf("of one who left: due %v, %d asked for", a.UpdateDue, len(c.due(c.ops)))
		}
	})
}
