package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// longMessages is how many messages a long ticket has.
const longMessages = 400

// longTicket measures how long a ticket with many messages takes to open: the ticket, and all that was
// said page by page, as the workspace asks for them.
func longTicket(ctx context.Context, s settings, e *engine, r *report) error {
	c, path, err := oneTicket(ctx, e)
	if err != nil {
		return err
	}
	for i := range longMessages - 1 {
		text := fmt.Sprintf(`{"public":%t,"text":"Message %d: the runner reports exit code %d again, and the log says that it could not reach the registry within a minute.\n\nIs there a proxy between them?"}`, i%2 == 0, i, i%256)
		if _, err := c.do("POST", path+"/comments", text, 201); err != nil {
			return err
		}
	}
	e.quiet(ctx)
	opened, err := load(ctx, e, 1, s.each/4, func(c *client, _ int64) error {
		if _, err := c.do("GET", path, "", 200); err != nil {
			return err
		}
		for page := (struct{ Next string }{"first"}); page.Next != ""; {
			query := url.Values{"limit": {"100"}}
			if page.Next != "first" {
				query.Set("cursor", page.Next)
			}
			page.Next = ""
			body, err := c.do("GET", path+"/timeline?"+query.Encode(), "", 200)
			if err == nil {
				err = json.Unmarshal(body, &page)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.add(e, "a ticket of 400 messages opened: p50", opened.at(.5), " ms", target{}, "")
	r.add(e, "a ticket of 400 messages opened: p99", opened.at(.99), " ms", target{max: 50}, "")
	r.add(e, "a ticket of 400 messages opened: processor time", opened.each(opened.server), " ms", target{}, "")
	return nil
}
