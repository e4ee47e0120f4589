package main

import (
	"context"
	"time"
)

// lists measures the first page of the open tickets as the instance grows.
func lists(ctx context.Context, s settings, e *engine, r *report) error {
	peers := map[int]string{10_000: "8.4 ms", 100_000: "78 ms", 1_000_000: "887 ms"}
	var first, last float64
	for _, size := range s.sizes {
		if err := e.fill(ctx, size); err != nil {
			return err
		}
		if err := e.ready(ctx); err != nil {
			return err
		}
		page := func(c *client, _ int64) error {
			_, err := c.do("GET", "/tickets?view=open&limit=30", "", 200)
			return err
		}
		if _, err := load(ctx, e, 1, time.Second, page); err != nil { // warm
			return err
		}
		res, err := load(ctx, e, 1, s.each/2, page)
		if err != nil {
			return err
		}
		name := "open tickets, first 30 of " + number(float64(size))
		last = res.at(.5)
		if first == 0 {
			first = last
		}
		r.add(e, name+": p50", last, " ms", target{max: 5}, peers[size])
		r.add(e, name+": p99", res.at(.99), " ms", target{max: 25}, "")
		processor(e, r, name, res, "")
	}
	if len(s.sizes) > 1 {
		r.add(e, "open tickets: p50 of the largest against the smallest", last/first, " times", target{max: 1.5}, "106 times")
	}
	return nil
}
