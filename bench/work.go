package main

import (
	"context"
	"time"
)

// work measures one person's list: of a million tickets about 200,000 wait for somebody, and
// about 1,000 of those for the one who asks.
func work(ctx context.Context, s settings, e *engine, r *report) error {
	size := s.sizes[len(s.sizes)-1]
	if err := e.fill(ctx, size); err != nil {
		return err
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	page := func(c *client, _ int64) error {
		_, err := c.do("GET", "/work?limit=50", "", 200)
		return err
	}
	if _, err := load(ctx, e, 1, time.Second, page); err != nil { // warm
		return err
	}
	res, err := load(ctx, e, 1, s.each/2, page)
	if err != nil {
		return err
	}
	name := "my work, first 50 with counts, of " + number(float64(size)) + " tickets"
	r.add(e, name+": p50", res.at(.5), " ms", target{max: 10}, "")
	r.add(e, name+": p99", res.at(.99), " ms", target{max: 25}, "")
	processor(e, r, name, res, "")
	return nil
}
