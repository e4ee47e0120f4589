package main

import (
	"context"
	"encoding/json"
	"fmt"
)

// whyIntervals is how many intervals the explained clock has.
const whyIntervals = 200

// clockWhy measures how long it takes to explain a clock that stood still and went on many times.
func clockWhy(ctx context.Context, s settings, e *engine, r *report) error {
	c, ticket, err := oneTicket(ctx, e)
	if err != nil {
		return err
	}
	version, err := versionOf(c.do("GET", ticket, "", 200))
	if err != nil {
		return err
	}
	for i := range whyIntervals - 1 {
		status := []string{"pending", "open"}[i%2]
		version, err = versionOf(c.do("PATCH", ticket, fmt.Sprintf(`{"version":%d,"status":%q}`, version, status), 200))
		if err != nil {
			return err
		}
	}
	path := ticket + "/clocks/first_reply/why"
	body, err := c.do("GET", path, "", 200)
	if err != nil {
		return err
	}
	var told struct{ Intervals []struct{} }
	if err := json.Unmarshal(body, &told); err != nil || len(told.Intervals) != whyIntervals {
		return fmt.Errorf("the clock tells %d intervals: %w", len(told.Intervals), err)
	}
	why, err := load(ctx, e, 1, s.each/4, func(c *client, _ int64) error {
		_, err := c.do("GET", path, "", 200)
		return err
	})
	if err != nil {
		return err
	}
	r.add(e, "a clock of 200 intervals explained: p50", why.at(.5), " ms", target{}, "")
	r.add(e, "a clock of 200 intervals explained: processor time", why.each(why.server), " ms", target{}, "")
	r.add(e, "a clock of 200 intervals explained: p99", why.at(.99), " ms", target{max: 10}, "")
	return nil
}

// oneTicket is a new ticket of an instance that is ready, by its path, and who asks about it.
func oneTicket(ctx context.Context, e *engine) (c *client, path string, err error) {
	if err := e.ready(ctx); err != nil {
		return nil, "", err
	}
	ids, err := someTickets(e, 1)
	if err != nil {
		return nil, "", err
	}
	c, err = dial(e.server.http, e.token)
	return c, fmt.Sprintf("/tickets/%d", ids[0]), err
}

// versionOf is the version of a ticket that the server has answered with.
func versionOf(body []byte, err error) (int64, error) {
	var t struct {
		Version int64 `json:"version"`
	}
	if err == nil {
		err = json.Unmarshal(body, &t)
	}
	return t.Version, err
}
