package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// manyTriggers is how many triggers look at every change.
const manyTriggers = 500

// rules measures what triggers add to a change of a ticket, and how long a reason takes.
func rules(ctx context.Context, s settings, e *engine, r *report) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	ids, err := someTickets(e, 200)
	if err != nil {
		return err
	}
	note := func(c *client, n int64) error {
		_, err := c.do("POST", fmt.Sprintf("/tickets/%d/comments", ids[int(n)%len(ids)]), `{"public":false,"text":"Looked into it."}`, 201)
		return err
	}
	without, err := load(ctx, e, 1, s.each/2, note)
	if err != nil {
		return err
	}
	c, err := dial(e.server.http, e.token)
	if err != nil {
		return err
	}
	if err := applyTriggers(c, manyTriggers); err != nil {
		return err
	}
	if ids, err = someTickets(e, 200); err != nil { // others have grown, and a longer ticket costs more
		return err
	}
	with, err := load(ctx, e, 1, s.each/2, note)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("a note with %d triggers", manyTriggers)
	r.add(e, "a note without triggers: p50", without.at(.5), " ms", target{}, "")
	r.add(e, name+": p50", with.at(.5), " ms", target{}, "")
	r.add(e, name+": processor time added", with.each(with.server)-without.each(without.server), " ms", target{max: 1}, "")

	event, err := anEvent(c, ids[0])
	if err != nil {
		return err
	}
	why, err := load(ctx, e, 1, s.each/4, func(c *client, _ int64) error {
		_, err := c.do("GET", fmt.Sprintf("/events/%d/why", event), "", 200)
		return err
	})
	if err != nil {
		return err
	}
	r.add(e, "why: p50", why.at(.5), " ms", target{}, "")
	r.add(e, "why: p99", why.at(.99), " ms", target{max: 50}, "")
	return applyTriggers(c, 0)
}

// applyTriggers puts so many triggers into force that read tags, state and priority, and take
// the others out. One of them does something the first time.
func applyTriggers(c *client, n int) error {
	var text strings.Builder
	for i := range max(n, 1) {
		when := fmt.Sprintf(`ticket.priority == "high" && "t%d" in ticket.tags && ticket.status in ["open", "pending"]`, i)
		if i == 0 && n > 0 {
			when = `ticket.status == "new" && !("seen" in ticket.tags)`
		}
		fmt.Fprintf(&text, "---\nkind: trigger\nname: bench-%d\ntitle: Bench %d\nwhen: '%s'\ndo: [{ add_tags: [seen] }]\n", i, i, when)
	}
	body, err := json.Marshal(map[string]any{"message": "bench", "prune": false, "documents": []map[string]string{{"path": "bench.yaml", "text": strings.TrimPrefix(text.String(), "---\n")}}})
	if err != nil {
		return err
	}
	if _, err = c.do("POST", "/apply", string(body), 200); err == nil {
		time.Sleep(1500 * time.Millisecond) // other connections' nodes take it into force within a second
	}
	return err
}

// anEvent is an event of a ticket that a rule decided.
func anEvent(c *client, ticket int64) (int64, error) {
	body, err := c.do("GET", fmt.Sprintf("/events?subject=ticket/%d&limit=100", ticket), "", 200)
	if err != nil {
		return 0, err
	}
	var list struct {
		Items []struct {
			ID   int64  `json:"id"`
			Verb string `json:"verb"`
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return 0, err
	}
	for _, e := range list.Items {
		if e.Verb == "clock.started" {
			return e.ID, nil
		}
	}
	return 0, fmt.Errorf("ticket %d has no clock", ticket)
}
