package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/measure"
	"steward/internal/success"
)

func TestOldUsageIsKeptByTheDay(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(usageKinds)
		token := c.ops2()
		begin := c.Clock.Now().Truncate(24 * time.Hour)
		var ends []time.Time
		for day := range 40 {
			var points []success.Point
			for hour := 0; hour < 24; hour += 6 {
				at := begin.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)
				points = append(points, success.Point{Organization: c.acme, Metric: "billable_users", At: at, Value: float64(day*10 + hour)}, success.Point{Organization: c.acme, Metric: "builds", At: at, Value: 2})
			}
			c.Clock.Set(begin.AddDate(0, 0, day+1).Add(-time.Minute))
			c.take(token, success.Batch{Key: fmt.Sprint(day), Source: "p", Points: points})
			ends = append(ends, begin.AddDate(0, 0, day+1).Add(-time.Microsecond))
		}
		// One day is corrected a week later.
		c.take(token, success.Batch{Key: "late", Source: "p", Points: []success.Point{{Organization: c.acme, Metric: "billable_users", At: begin.AddDate(0, 0, 3).Add(18 * time.Hour), Value: 999}, {Organization: c.acme, Metric: "builds", At: begin.AddDate(0, 0, 3).Add(18 * time.Hour), Value: 20}}})
		c.Settle()
		say := func() (out []string) {
			for _, end := range ends {
				for _, known := range []time.Time{{}, end} {
					for _, name := range []string{"usage.all_users", "usage.builds_each"} {
						o := c.observed(name, c.acme, measure.Asked{At: end, Known: known})
						out = append(out, fmt.Sprint(name, end.Format(time.DateOnly), known.IsZero(), o.Plain))
					}
				}
			}
			return out
		}
		was, points := say(), c.Count(`SELECT count(*) FROM usage_point`)
		walk := func() {
			c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.Sweep(ctx, tx, c.Clock.Now()) })
			c.Settle()
		}
		walk()
		if n := c.Count(`SELECT count(*) FROM usage_point`); n != points {
			t.Errorf("%d of %d points are left while they are young", n, points)
		}
		c.Clock.Set(begin.Add(success.PointsKept).AddDate(0, 3, 0))
		walk()
		if n := c.Count(`SELECT count(*) FROM usage_point`); n != 2*40+2 {
			t.Errorf("%d points are kept, want one of each day and two corrections", n)
		}
		is := say()
		for i := range was {
			if was[i] != is[i] {
				t.Errorf("said %s, says %s", was[i], is[i])
			}
		}
		if n := c.Count(`SELECT count(*) FROM usage_batch_instance`) + c.Count(`SELECT count(*) FROM usage_batch`); n != 40 {
			t.Errorf("%d batches are kept, want the last of each day", n)
		}
		// Points of days that are rolled up are refused, each by itself.
		r := c.take(token, success.Batch{Key: "too late", Source: "p", Points: []success.Point{{Organization: c.acme, Metric: "builds", At: begin, Value: 5}, {Organization: c.acme, Metric: "builds", At: c.Clock.Now(), Value: 5}}})
		if r.Refused != 1 || r.Stored != 1 || r.Findings[0].Code != "past" {
			t.Errorf("a point of a day that is rolled up: %+v", r)
		}
		c.Clock.Set(begin.Add(success.DaysKept).AddDate(0, 4, 0))
		walk()
		if n := c.Count(`SELECT count(*) FROM usage_point WHERE at < $1`, db.Micros(begin.AddDate(0, 1, 0))); n != 0 {
			t.Errorf("%d points are kept for ever", n)
		}
	})
}

func TestOldScoresAreKeptByTheDay(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		begin := c.Clock.Now().Truncate(24 * time.Hour)
		c.do(func(ctx context.Context, tx db.Tx) error {
			rows := &db.Bulk{}
			for hour := range 24 * 50 {
				rows.Add("health", "organization_id, at, score, band, observed, applicable, card_id, card_version, event_id", c.acme, db.Micros(begin.Add(time.Duration(hour)*time.Hour)), hour, "red", 1, 1, 999, 1, 0)
			}
			return rows.Write(ctx, tx)
		})
		walk := func(at time.Time) int {
			c.Clock.Set(at)
			c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.Sweep(ctx, tx, at) })
			c.Settle()
			return c.Count(`SELECT count(*) FROM health WHERE card_id = 999`)
		}
		if n := walk(begin.Add(success.PointsKept)); n != 24*50 {
			t.Errorf("%d young scores are kept", n)
		}
		if n := walk(begin.Add(success.PointsKept).AddDate(0, 3, 0)); n != 50 {
			t.Errorf("%d scores are kept, want one of each day", n)
		}
		if n := c.Count(`SELECT count(*) FROM health WHERE card_id = 999 AND score % 24 <> 23`); n != 0 {
			t.Errorf("%d of them are not of the end of a day", n)
		}
		at := begin.Add(success.DaysKept).AddDate(0, 3, 0)
		walk(at)
		if n := c.Count(`SELECT count(*) FROM health WHERE organization_id = $1 AND at < $2`, c.acme, db.Micros(at.Add(-success.DaysKept))); n != 1 {
			t.Errorf("%d scores of five years ago are kept, want the last", n)
		}
	})
}

func TestPointsThatNobodyClaimsGo(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(usageKinds)
		token := c.ops2()
		send := func(key, of string) success.Report {
			return c.take(token, success.Batch{Key: key, Source: "p", Points: []success.Point{{External: of, Metric: "builds", At: c.Clock.Now(), Value: 1}}})
		}
		send("1", "old")
		c.Clock.Advance(60 * 24 * time.Hour)
		send("2", "new")
		c.Clock.Advance(31 * 24 * time.Hour)
		c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.Sweep(ctx, tx, c.Clock.Now()) })
		if n := c.Count(`SELECT count(*) FROM usage_unknown_point`); n != 1 {
			t.Errorf("%d points wait, want one", n)
		}
		c.do(func(ctx context.Context, tx db.Tx) error {
			rows := &db.Bulk{}
			for n := range 999 {
				rows.Add("usage_unknown", "source, organization, first_at, last_at, points, seen", "p", fmt.Sprint("stray ", n), 1, 1, 0, db.Micros(c.Clock.Now()))
			}
			return rows.Write(ctx, tx)
		})
		if r := send("3", "one more"); r.Refused != 1 || r.Unknown != 0 {
			t.Errorf("the thousand and first: %+v", r)
		}
		if r := send("4", "new"); r.Unknown != 1 {
			t.Errorf("one that waits already: %+v", r)
		}
	})
}
