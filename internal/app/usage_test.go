package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/success"
)

const usageKinds = `kind: usage_metric
name: billable-users
title: Billable users
type: gauge
sizes: true
---
kind: usage_metric
name: licensed-users
title: Licensed users
type: gauge
---
kind: usage_metric
name: builds
title: Builds
type: counter
---
kind: usage_metric
name: balance
title: Balance
type: gauge
negative: true
---
kind: usage_measure
name: licences
title: Licences
formula: usage.billable_users / usage.licensed_users
type: share
---
kind: usage_measure
name: all-users
title: Users everywhere
formula: usage.billable_users
over: all
type: number
---
kind: usage_measure
name: builds-each
title: Builds
formula: usage.builds / usage.billable_users
type: number
---
kind: manual_measure
name: sentiment
title: Sentiment
words: [green, yellow, red]
expires: 2880h
`

func (c *customers) take(by act.Actor, b success.Batch) (r success.Report) {
	c.t.Helper()
	for i := range b.Points {
		b.Points[i].Line = i + 1
	}
	c.do(func(ctx context.Context, tx db.Tx) (err error) { r, err = c.Success.Take(ctx, tx, by, b); return err })
	return r
}

func (c *customers) observed(name string, id int64, asked measure.Asked) (o success.Observation) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) error {
		all, err := c.Success.Observe(ctx, tx, name, []int64{id}, asked)
		o = all[id]
		return err
	})
	return o
}

func TestUsageOfEveryKindOfTroubleIsTold(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(usageKinds)
		now := c.Clock.Now()
		point := func(metric string, ago time.Duration, value float64) success.Point {
			return success.Point{Organization: c.acme, Instance: "prod", Metric: metric, At: now.Add(-ago), Value: value}
		}
		nan := success.NewPoint(1, success.PointText{Organization: fmt.Sprint(c.acme), Metric: "builds", Time: "2026-03-01", Value: "NaN"})
		words := success.NewPoint(1, success.PointText{Organization: fmt.Sprint(c.acme), Metric: "builds", Time: "lately", Value: "7"})
		b := success.Batch{Key: "one", Source: "telemetry", Points: []success.Point{
			point("billable_users", time.Hour, 50), point("licensed_users", time.Hour, 100), point("balance", time.Hour, -4),
			nan, words, point("builds", time.Hour, -1), point("builds", -time.Hour, 1), point("bilds", time.Hour, 1),
			{Organization: 999999, Metric: "builds", At: now, Value: 1}, {External: "S-1", Metric: "builds", At: now.Add(-time.Hour), Value: 3},
			point("billable_users", time.Hour, 50), point("licensed_users", time.Hour, 200),
		}}
		r := c.take(c.ops2(), b)
		var codes []string
		for _, f := range r.Findings {
			codes = append(codes, fmt.Sprintf("%d %s", f.Line, f.Code))
		}
		if got := strings.Join(codes, ", "); got != "4 not_a_number, 5 unreadable, 6 negative, 7 future, 8 unknown_metric, 9 unknown_organization, 10 unknown_organization, 12 conflicting" {
			t.Errorf("findings: %s", got)
		}
		if r.Stored != 3 || r.Refused != 6 || r.Unknown != 1 || r.Duplicated != 1 || r.Corrected != 1 || !strings.Contains(r.Findings[4].Message, "builds") {
			t.Errorf("report: %+v", r)
		}
		if again := c.take(c.ops2(), b); !again.Replayed || again.Batch != r.Batch || c.Count(`SELECT count(*) FROM usage_point`) != 3 {
			t.Errorf("the same batch again: %+v", again)
		}
		c.refused(fault.Invalid, func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Take(ctx, tx, c.ops2(), success.Batch{Key: "one", Source: "telemetry", Points: b.Points[:1]})
			return err
		})
		c.refused(fault.Forbidden, func(ctx context.Context, tx db.Tx) error { _, err := c.Success.Take(ctx, tx, c.csm, b); return err })
		// Late, known already, and put right.
		r = c.take(c.ops2(), success.Batch{Source: "telemetry", Points: []success.Point{point("billable_users", 48*time.Hour, 20), point("billable_users", time.Hour, 50), point("licensed_users", time.Hour, 80)}})
		if r.Late != 1 || r.Duplicated != 1 || r.Corrected != 1 || r.Stored != 2 {
			t.Errorf("late, known and corrected: %+v", r)
		}
		if o := c.observed("usage.licences", c.acme, measure.Asked{}); o.Plain != 50.0/80 || o.EventID == 0 {
			t.Errorf("licences: %+v", o)
		}
		if o := c.observed("usage.all_users", c.acme, measure.Asked{At: now.Add(-24 * time.Hour)}); o.Plain != 20.0 {
			t.Errorf("users a day ago: %+v", o)
		}
		if o := c.observed("usage.all_users", c.acme, measure.Asked{At: now.Add(60 * 24 * time.Hour)}); o.Set {
			t.Errorf("stale: %+v", o)
		}
		events := c.Count(`SELECT count(*) FROM events WHERE verb = 'usage.reported' AND subject_id = $1`, c.acme)
		if events != 2 {
			t.Errorf("%d events for two batches", events)
		}
		// Somebody says whose the stray points are.
		id := int64(c.Count(`SELECT max(id) FROM usage_unknown`))
		c.refused(fault.Forbidden, func(ctx context.Context, tx db.Tx) error {
			_, _, err := c.Success.Claim(ctx, tx, c.csm, id, c.globex)
			return err
		})
		c.do(func(ctx context.Context, tx db.Tx) error {
			r, left, err := c.Success.Claim(ctx, tx, c.ops, id, c.globex)
			if err == nil && (r.Stored != 1 || left != 0) {
				t.Errorf("claimed: %+v, %d left", r, left)
			}
			return err
		})
		if r := c.take(c.ops2(), success.Batch{Source: "telemetry", Points: []success.Point{{External: "S-1", Metric: "builds", At: now.Add(-2 * time.Hour), Value: 1}}}); r.Stored != 1 {
			t.Errorf("known from then on: %+v", r)
		}
		c.Settle()
	})
}

// ops2 is a product's own token: it may report usage and nothing else.
func (c *customers) ops2() act.Actor {
	by := act.Actor{Kind: act.Person, PersonID: c.ops.PersonID, Clock: c.Clock.Now, Grants: []act.Grant{{Action: "write", Kind: "usage", Scope: act.All}}}
	return by
}

func TestPrimaryInstallationIsTheLargestInProductionUnlessChosen(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(usageKinds)
		now := c.Clock.Now()
		var points []success.Point
		for _, i := range []struct {
			key, purpose string
			users        float64
		}{{"big", "staging", 900}, {"small", "production", 10}, {"main", "production", 40}} {
			points = append(points, success.Point{Organization: c.acme, Instance: i.key, Purpose: i.purpose, Metric: "billable_users", At: now, Value: i.users},
				success.Point{Organization: c.acme, Instance: i.key, Metric: "licensed_users", At: now, Value: 100})
			for d := range 40 {
				points = append(points, success.Point{Organization: c.acme, Instance: i.key, Metric: "builds", At: now.AddDate(0, 0, -d), Value: 1})
			}
		}
		c.take(c.ops2(), success.Batch{Points: points})
		for name, want := range map[string]float64{"usage.licences": 0.4, "usage.all_users": 950, "usage.builds_each": 28.0 / 40} {
			if o := c.observed(name, c.acme, measure.Asked{}); o.Plain != want {
				t.Errorf("%s is %v, want %v", name, o.Plain, want)
			}
		}
		small := int64(c.Count(`SELECT id FROM usage_instance WHERE key = 'small'`))
		c.do(func(ctx context.Context, tx db.Tx) error {
			return c.Success.Choose(ctx, tx, c.csm, c.acme, small, true)
		})
		if o := c.observed("usage.licences", c.acme, measure.Asked{}); o.Plain != 0.1 {
			t.Errorf("of the chosen one: %v", o.Plain)
		}
	})
}

func TestJudgementsHoldForATime(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(usageKinds)
		judge := func(by act.Actor, word, reason string) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.Judge(ctx, tx, by, c.acme, success.NewJudgement{Measure: "sentiment", Word: word, Reason: reason})
				return err
			}
		}
		c.do(judge(c.csm, "green", "They renewed early"))
		c.Clock.Advance(time.Hour)
		before := c.Clock.Now()
		c.Clock.Advance(time.Hour)
		c.do(judge(c.csm, "red", "Their sponsor left"))
		c.refused(fault.Invalid, judge(c.csm, "mauve", "x"))
		c.refused(fault.Invalid, judge(c.csm, "red", " "))
		c.refused(fault.NotFound, judge(c.out, "red", "x"))
		if o := c.observed("manual.sentiment", c.acme, measure.Asked{}); o.Plain != "red" || o.Until.IsZero() {
			t.Errorf("now: %+v", o)
		}
		if o := c.observed("manual.sentiment", c.acme, measure.Asked{At: before}); o.Plain != "green" {
			t.Errorf("before: %+v", o)
		}
		c.Clock.Advance(121 * 24 * time.Hour)
		if o := c.observed("manual.sentiment", c.acme, measure.Asked{}); o.Set {
			t.Errorf("after it expired: %+v", o)
		}
		if n := c.Count(`SELECT count(*) FROM events WHERE verb = 'measure.judged' AND CAST(data AS TEXT) LIKE '%sponsor%'`); n != 0 {
			t.Error("the ledger holds what people wrote")
		}
	})
}

func BenchmarkUsageIntake(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			i := apptest.New(b, apptest.Options(b, e))
			i.Apply(usageKinds)
			by := i.Root()
			var ids []int64
			i.Write(func(ctx context.Context, tx db.Tx) error {
				for n := range 100 {
					name := fmt.Sprintf("Company %d", n)
					var id int64
					if err := tx.QueryRow(ctx, `INSERT INTO organization (name, name_fold, attributes, created, updated, version) VALUES ($1, $1, '{}', 1, 1, 1) RETURNING id`, name).Scan(&id); err != nil {
						return err
					}
					ids = append(ids, id)
				}
				return nil
			})
			begun := time.Now()
			total := 0
			for n := 0; n < b.N; n++ {
				points := make([]success.Point, success.MaxPoints)
				for k := range points {
					points[k] = success.Point{Organization: ids[k%100], Instance: "prod", Metric: []string{"builds", "billable_users", "licensed_users", "balance"}[k/100%4], At: i.Clock.Now().Add(-time.Hour).Add(time.Duration(n*25+k/400) * time.Millisecond), Value: float64(k)}
				}
				i.Write(func(ctx context.Context, tx db.Tx) error {
					r, err := i.Success.Take(ctx, tx, by, success.Batch{Key: fmt.Sprint(n), Points: points})
					if err == nil && r.Stored != success.MaxPoints {
						b.Fatalf("%+v", r)
					}
					return err
				})
				total += len(points)
			}
			b.ReportMetric(float64(total)/time.Since(begun).Seconds(), "points/s")
		})
	}
}
