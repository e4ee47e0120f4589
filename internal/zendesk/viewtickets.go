package zendesk

import (
	"context"
	"strconv"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// inView is a page of the tickets of the view that the path names, in the view's order. Views are paged by
// number, or by a cursor that is the place of the last ticket; page n is reached over those before it.
func (c *call) inView() (e blueprint.Entry, p paging, tickets []*desk.Ticket, next string, n db.Count, err error) {
	if e, err = viewRule.entry(c); err != nil {
		return
	}
	cursor := c.query("page[after]")
	q := c.r.URL.Query()
	q.Del("page[after]") // in the order of ids it would be an id
	if c.r.URL.RawQuery = q.Encode(); cursor != "" {
		q.Set("page[size]", first(q.Get("page[size]"), "100"))
		c.r.URL.RawQuery = q.Encode()
	}
	if p, err = c.paging(); err != nil {
		return
	}
	if p.Before != 0 {
		err = badRequest("InvalidPaginationParameter", "views are paged forwards: page[after]")
		return
	}
	view := c.DeskSet().View(e.Name)
	if view == nil { // not in use
		err = fault.Missing("view", e.ID)
		return
	}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		page := db.Page{Limit: p.Limit, Cursor: cursor}
		for i := 1; ; i++ {
			if tickets, next, err = c.Desk.List(ctx, tx, c.by, view.Filter(), page); err != nil {
				return err
			}
			if p.cursor || i == p.page {
				break
			}
			if next == "" {
				tickets = nil
				break
			}
			page.Cursor = next
		}
		n, err = c.Desk.Count(ctx, tx, c.by, view.Filter())
		return err
	})
	return
}

// pageOf adds to an answer where its page stands.
func (c *call) pageOf(out map[string]any, p paging, next string, n db.Count) {
	if p.cursor {
		meta := map[string]any{"has_more": next != "", "after_cursor": nil, "before_cursor": nil}
		links := map[string]any{"next": nil, "prev": nil}
		if next != "" {
			meta["after_cursor"], links["next"] = next, c.here(map[string]string{"page[after]": next})
		}
		out["meta"], out["links"] = meta, links
		return
	}
	out["count"], out["next_page"], out["previous_page"] = n.Count, nil, nil
	if next != "" && p.Skip+2*p.Limit <= deepest {
		out["next_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page + 1)})
	}
	if p.page > 1 {
		out["previous_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page - 1)})
	}
}

func viewTickets(c *call) (any, error) {
	_, p, tickets, next, n, err := c.inView()
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		told, err := c.tellTickets(ctx, tx, tickets)
		if err != nil {
			return err
		}
		out["tickets"] = told
		return c.besideTickets(ctx, tx, out, tickets)
	})
	c.pageOf(out, p, next, n)
	return out, err
}

// executeView shows a view as a table: rows with the columns' values.
func executeView(c *call) (any, error) {
	e, p, tickets, next, n, err := c.inView()
	if err != nil {
		return nil, err
	}
	out := map[string]any{"columns": viewColumns, "view": map[string]any{"id": e.ID, "url": c.url("/views/%d.json", e.ID)}}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		told, err := c.tellTickets(ctx, tx, tickets)
		if err != nil {
			return err
		}
		rows := make([]map[string]any, len(told))
		var people []int64
		for i, t := range tickets {
			rows[i] = map[string]any{"ticket_id": t.ID, "ticket": told[i], "subject": t.Subject, "requester_id": t.RequesterID, "assignee_id": number(t.AssigneeID), "group_id": number(t.TeamID),
				"created": stamp(t.Created), "updated": stamp(t.Updated), "status": t.Status, "priority": t.Priority}
			people = append(people, t.RequesterID, t.AssigneeID)
		}
		out["rows"] = rows
		if err := c.besideUsers(ctx, tx, out, people); err != nil {
			return err
		}
		out["groups"], err = c.tellGroupsIn(ctx, tx, c.entries("team"))
		return err
	})
	c.pageOf(out, p, next, n)
	return out, err
}
