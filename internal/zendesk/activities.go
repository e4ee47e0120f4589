package zendesk

import (
	"context"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/notify"
)

// activityVerbs are Zendesk's words for what somebody is told of, by ours.
var activityVerbs = map[string]string{"assigned": "tickets.assignment", "mentioned": "tickets.comment", "replied": "tickets.comment"}

func (s *Server) activityEndpoints() []endpoint {
	const lacks = "what the caller is told of tickets: assignments, mentions and replies; changes of the priority are none"
	return []endpoint{
		get("/activities", listActivities).partly(lacks + "; by cursor"),
		get("/activities/count", countActivities).partly("of the newest 10,000"),
		get("/activities/{id}", showActivity).partly(lacks),
	}
}

// mostActivities is how many news are looked through for a count.
const mostActivities = 10_000

// activity is one thing that the caller was told of.
func (c *call) activity(n notify.Notification) map[string]any {
	return map[string]any{"id": n.ID, "url": c.url("/activities/%d.json", n.ID), "verb": activityVerbs[n.Kind], "title": strings.ToUpper(n.Kind[:1]) + n.Kind[1:], "user_id": c.by.PersonID,
		"actor_id": number(n.ByID), "created_at": stamp(n.At), "updated_at": stamp(n.At), "object": map[string]any{}, "target": map[string]any{"ticket": map[string]any{"id": n.Subject.ID}}}
}

// isActivity tells whether Zendesk knows of such news.
func isActivity(n notify.Notification) bool {
	return n.Subject.Kind == "ticket" && activityVerbs[n.Kind] != ""
}

func listActivities(c *call) (any, error) {
	if err := c.staff(); err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	cursor := q.Get("page[after]")
	q.Del("page[after]")
	c.r.URL.RawQuery = q.Encode()
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var since time.Time
	if text := c.query("since"); text != "" {
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, badRequest("InvalidValue", "since must be a time such as 2026-01-31T00:00:00Z")
		}
	}
	told := []map[string]any{}
	next := ""
	var people []int64
	out := map[string]any{}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		list, after, err := c.Notify.List(ctx, tx, c.by, db.Page{Limit: p.Limit, Cursor: cursor})
		next = after
		for _, n := range list {
			if isActivity(n) && n.At.After(since) {
				told, people = append(told, c.activity(n)), append(people, n.ByID)
			}
		}
		if err != nil {
			return err
		}
		return c.besideUsers(ctx, tx, out, people)
	})
	out["activities"], out["actors"], out["count"] = told, out["users"], len(told)
	meta, links := map[string]any{"has_more": next != "", "after_cursor": emptyNil(next), "before_cursor": nil}, map[string]any{"next": nil, "prev": nil}
	if next != "" {
		links["next"] = c.here(map[string]string{"page[after]": next})
	}
	out["meta"], out["links"], out["next_page"], out["previous_page"] = meta, links, links["next"], nil
	return out, err
}

func countActivities(c *call) (any, error) {
	if err := c.staff(); err != nil {
		return nil, err
	}
	n := int64(0)
	err := c.read(func(ctx context.Context, tx db.Tx) error {
		n = 0
		page := db.Page{Limit: 100}
		for read := 0; read < mostActivities; read += page.Limit {
			list, next, err := c.Notify.List(ctx, tx, c.by, page)
			if err != nil {
				return err
			}
			for _, one := range list {
				if isActivity(one) {
					n++
				}
			}
			if page.Cursor = next; next == "" {
				break
			}
		}
		return nil
	})
	return c.count(n), err
}

func showActivity(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		n, err := c.Notify.Get(ctx, tx, c.by, id)
		if err == nil && !isActivity(n) {
			err = fault.Missing("activity", id)
		}
		if err == nil {
			out = map[string]any{"activity": c.activity(n)}
		}
		return err
	})
	return out, err
}
