package zendesk

import (
	"context"
	"strconv"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// viewPage is a page of a view's tickets.
type viewPage struct {
	p       paging
	tickets []*desk.Ticket
	next    string
	n       db.Count
}

// inView is a page of the tickets of the view that the path names.
func (c *call) inView() (blueprint.Entry, viewPage, error) {
	e, err := viewRule.entry(c)
	if err != nil {
		return e, viewPage{}, err
	}
	view := c.DeskSet().View(e.Name)
	if view == nil { // not in use
		return e, viewPage{}, fault.Missing("view", e.ID)
	}
	v, err := c.pageIn(view)
	return e, v, err
}

// pageIn is a page of a view's tickets, in the view's order. Views are paged by number, or by a cursor that is the
// place of the last ticket; page n is reached over those before it.
func (c *call) pageIn(view *desk.View) (v viewPage, err error) {
	cursor := c.query("page[after]")
	q := c.r.URL.Query()
	q.Del("page[after]") // in the order of ids it would be an id
	if c.r.URL.RawQuery = q.Encode(); cursor != "" {
		q.Set("page[size]", first(q.Get("page[size]"), "100"))
		c.r.URL.RawQuery = q.Encode()
	}
	if v.p, err = c.paging(); err != nil {
		return v, err
	}
	if v.p.Before != 0 {
		return v, badRequest("InvalidPaginationParameter", "views are paged forwards: page[after]")
	}
	return v, c.read(func(ctx context.Context, tx db.Tx) error {
		page := db.Page{Limit: v.p.Limit, Cursor: cursor}
		for i := 1; ; i++ {
			if v.tickets, v.next, err = c.Desk.List(ctx, tx, c.by, view.Filter(), page); err != nil {
				return err
			}
			if v.p.cursor || i == v.p.page {
				break
			}
			if v.next == "" {
				v.tickets = nil
				break
			}
			page.Cursor = v.next
		}
		v.n, err = c.Desk.Count(ctx, tx, c.by, view.Filter())
		return err
	})
}

// pageOf adds to an answer where its page stands.
func (c *call) pageOf(out map[string]any, v viewPage) {
	p, next := v.p, v.next
	if p.cursor {
		meta := map[string]any{"has_more": next != "", "after_cursor": nil, "before_cursor": nil}
		links := map[string]any{"next": nil, "prev": nil}
		if next != "" {
			meta["after_cursor"], links["next"] = next, c.here(map[string]string{"page[after]": next})
		}
		out["meta"], out["links"] = meta, links
		return
	}
	out["count"], out["next_page"], out["previous_page"] = v.n.Count, nil, nil
	if next != "" && p.Skip+2*p.Limit <= deepest {
		out["next_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page + 1)})
	}
	if p.page > 1 {
		out["previous_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page - 1)})
	}
}

func viewTickets(c *call) (any, error) {
	_, v, err := c.inView()
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		told, err := c.tellTickets(ctx, tx, v.tickets)
		if err != nil {
			return err
		}
		out["tickets"] = told
		return c.besideTickets(ctx, tx, out, v.tickets)
	})
	c.pageOf(out, v)
	return out, err
}

// executeView shows a view as a table: rows with the columns' values.
func executeView(c *call) (any, error) {
	e, v, err := c.inView()
	if err != nil {
		return nil, err
	}
	return c.viewTable(v, spec[desk.ViewSpec](c, e), map[string]any{"id": e.ID, "url": c.url("/views/%d.json", e.ID)})
}

// previewView shows a view that is not made: {"view": {"all": […], "output": {…}}}.
func previewView(c *call) (any, error) {
	if err := c.by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	m, err := viewRule.sent(c)
	if err != nil {
		return nil, err
	}
	d, err := c.newDraft("view", "Preview")
	if err != nil {
		return nil, err
	}
	if err := viewRule.read(c, d, m); err != nil {
		return nil, err
	}
	text, err := d.text()
	if err != nil {
		return nil, err
	}
	e := d.entry
	e.Text = text
	s, findings := blueprint.Decode[desk.ViewSpec](c.Blueprint.Registry(), e)
	if len(findings) > 0 {
		return nil, fault.Field("view", nil, "conditions that a view can have", "%s", findings[0].Message)
	}
	view, err := c.DeskSet().Preview(c.by, s)
	if err != nil {
		return nil, err
	}
	v, err := c.pageIn(view)
	if err != nil {
		return nil, err
	}
	return c.viewTable(v, s, map[string]any{"id": nil, "url": nil})
}

// exportView begins the export of a view. It is done at once: the answer names where its table is read.
func exportView(c *call) (any, error) {
	e, err := viewRule.entry(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"export": map[string]any{"view_id": e.ID, "status": "completed", "url": c.url("/views/%d/execute.json", e.ID)}}, nil
}

// viewTable is a page of tickets as rows with the columns' values.
func (c *call) viewTable(v viewPage, s desk.ViewSpec, view map[string]any) (any, error) {
	out := map[string]any{"columns": columnsOf(s), "view": view}
	err := c.read(func(ctx context.Context, tx db.Tx) error {
		told, err := c.tellTickets(ctx, tx, v.tickets)
		if err != nil {
			return err
		}
		rows := make([]map[string]any, len(told))
		var people []int64
		for i, t := range v.tickets {
			rows[i] = map[string]any{"ticket_id": t.ID, "ticket": told[i], "subject": t.Subject, "requester_id": t.RequesterID, "assignee_id": number(t.AssigneeID), "group_id": number(t.TeamID),
				"created": stamp(t.Created), "updated": stamp(t.Updated), "status": t.Status, "priority": t.Priority, "type": t.Type, "organization_id": number(t.OrganizationID), "tags": inOne(t.Tags),
				"sla_next_breach_at": stamp(t.Due)}
			people = append(people, t.RequesterID, t.AssigneeID)
		}
		out["rows"] = rows
		if err := c.besideUsers(ctx, tx, out, people); err != nil {
			return err
		}
		out["groups"], err = c.tellGroupsIn(ctx, tx, c.entries("team"))
		return err
	})
	c.pageOf(out, v)
	return out, err
}
