package zendesk

import (
	"context"
	"net/http"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
)

func (s *Server) ticketEndpoints() []endpoint {
	const order = "sort_by knows id, created_at and updated_at only; counts stop at 100,000"
	walk := func(of func(c *call, l *desk.Listing) error) handler {
		return func(c *call) (any, error) { return c.listTickets(of) }
	}
	return []endpoint{
		get("/tickets", walk(byExternal)).partly(order),
		get("/tickets/recent", walk(recent)).partly("the tickets that changed last, not those the caller looked at"),
		get("/tickets/count", countTickets).partly("counting stops at 100,000"),
		get("/tickets/show_many", showTickets),
		get("/tickets/{id}", showTicket),
		post("/tickets", postTicket).partly("metadata, sharing and organization_id are ignored; an external_id leads to one ticket only"),
		put("/tickets/{id}", putTicket).partly("metadata, sharing and organization_id are ignored; priority and type cannot be empty"),
		post("/tickets/create_many", createTickets).answers(200),
		put("/tickets/update_many", updateTickets).answers(200),
		post("/tickets/update_many", updateTickets).answers(200), // as some clients send it
		del("/tickets/{id}", deleteTicket),
		del("/tickets/destroy_many", jobOnIDs("ticket_delete", "delete")).answers(200),
		put("/tickets/{id}/mark_as_spam", spamTicket).partly("the requester is not suspended; their mail is blocked"),
		put("/tickets/mark_many_as_spam", jobOnIDs("ticket_spam", "delete")).answers(200),
		post("/tickets/{id}/merge", mergeTickets).answers(200),
		get("/tickets/{id}/related", relatedTickets),
		get("/tickets/{id}/incidents", walk(func(c *call, l *desk.Listing) (err error) { l.ProblemID, err = c.ticketID(); return err })).partly(order),
		get("/problems", walk(func(_ *call, l *desk.Listing) error { l.Type = desk.TypeProblem; return nil })).partly(order),
		post("/problems/autocomplete", walk(problemsLike)).answers(200),
		get("/problems/autocomplete", walk(problemsLike)),
		get("/organizations/{id}/tickets", walk(func(c *call, l *desk.Listing) (err error) { l.OrganizationID, err = c.organizationID(); return err })).partly(order),
		get("/organizations/{id}/tickets/count", countOf(func(c *call, l *desk.Listing) (err error) { l.OrganizationID, err = c.organizationID(); return err })),
		get("/users/{id}/tickets/requested", walk(func(c *call, l *desk.Listing) (err error) { l.RequesterID, err = c.personID(); return err })).partly(order),
		get("/users/{id}/tickets/ccd", walk(func(c *call, l *desk.Listing) (err error) { l.CopiedID, err = c.personID(); return err })).partly(order),
		get("/users/{id}/tickets/followed", walk(func(c *call, l *desk.Listing) (err error) { l.FollowedID, err = c.personID(); return err })).partly(order),
		get("/users/{id}/tickets/assigned", walk(func(c *call, l *desk.Listing) (err error) { l.AssigneeID, err = c.personID(); return err })).partly(order),
		get("/users/{id}/tickets/ccd/count", countOf(func(c *call, l *desk.Listing) (err error) { l.CopiedID, err = c.personID(); return err })),
		get("/users/{id}/tickets/assigned/count", countOf(func(c *call, l *desk.Listing) (err error) { l.AssigneeID, err = c.personID(); return err })),
		get("/tickets/{id}/collaborators", ticketPeople(func(t *desk.Ticket) []int64 { return append(t.People.Copies, t.People.Followers...) })),
		get("/tickets/{id}/followers", ticketPeople(func(t *desk.Ticket) []int64 { return t.People.Followers })),
		get("/tickets/{id}/email_ccs", ticketPeople(func(t *desk.Ticket) []int64 { return t.People.Copies })),
		get("/custom_statuses", listStatuses),
		get("/custom_statuses/{id}", showStatus),
	}
}

// staff refuses those who only ask for help: what is told here is told to colleagues.
func (c *call) staff() error {
	if c.by.May("edit", "ticket") || auth.Scope(c.by, "read", "ticket").All() {
		return nil
	}
	return c.by.Denied("edit", "ticket")
}

func byExternal(c *call, l *desk.Listing) error {
	if id := c.query("external_id"); id != "" {
		l.External = desk.ExternalID{Source: external, ID: id}
	}
	return nil
}

func recent(_ *call, l *desk.Listing) error { l.Updated = true; return nil }

func problemsLike(c *call, l *desk.Listing) error {
	var in struct {
		Text string `json:"text"`
	}
	if err := c.body(&in); err != nil {
		return err
	}
	l.Type, l.Open = desk.TypeProblem, true
	if l.Subject = in.Text + c.query("text"); strings.TrimSpace(l.Subject) == "" {
		return badRequest("BadRequest", "Send text: how the subject of the problem goes.")
	}
	return nil
}

// ticketID, personID and organizationID are the record a path names, which must be there for the caller.
func (c *call) ticketID() (int64, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, err
	}
	return id, c.read(func(ctx context.Context, tx db.Tx) error {
		_, err := c.Desk.Get(ctx, tx, c.by, id)
		return err
	})
}

func (c *call) personID() (int64, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, err
	}
	return id, c.read(func(ctx context.Context, tx db.Tx) error {
		_, err := c.Directory.Get(ctx, tx, c.by, id)
		return err
	})
}

func (c *call) organizationID() (int64, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, err
	}
	return id, c.read(func(ctx context.Context, tx db.Tx) error {
		_, err := c.Directory.Organization(ctx, tx, c.by, id)
		return err
	})
}

// sorted is the order a call asks for.
func (c *call) sorted(p *paging, l *desk.Listing) error {
	by, order := c.query("sort_by"), c.query("sort_order")
	if s := c.query("sort"); s != "" {
		if by, order = s, "asc"; s[0] == '-' {
			by, order = s[1:], "desc"
		}
	}
	p.Down = order == "desc" || l.Updated
	switch by {
	case "", "id", "created_at", "nice_id":
	case "updated_at", "updated":
		l.Updated = true
	default:
		if p.cursor {
			return badRequest("InvalidPaginationParameter", "sort is not valid: id and updated_at are")
		}
	}
	return nil
}

// listTickets answers with the tickets of a walk.
func (c *call) listTickets(of func(c *call, l *desk.Listing) error) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var l desk.Listing
	if err := of(c, &l); err != nil {
		return nil, err
	}
	if err := c.sorted(&p, &l); err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		tickets, more, err := c.Desk.Window(ctx, tx, c.by, l, p.Window)
		if err != nil {
			return err
		}
		told, err := c.tellTickets(ctx, tx, tickets)
		if err != nil {
			return err
		}
		out, err = list(c, p, "tickets", told, func(t ticket) int64 { return t.ID }, more, func() (int64, error) { return c.Desk.Counted(ctx, tx, c.by, l) })
		if err != nil {
			return err
		}
		return c.besideTickets(ctx, tx, out, tickets)
	})
	return out, err
}

func countTickets(c *call) (any, error) { return countOf(byExternal)(c) }

// countOf answers with how many tickets a walk goes over.
func countOf(of func(c *call, l *desk.Listing) error) handler {
	return func(c *call) (any, error) {
		if err := c.staff(); err != nil {
			return nil, err
		}
		var l desk.Listing
		if err := of(c, &l); err != nil {
			return nil, err
		}
		var n int64
		err := c.read(func(ctx context.Context, tx db.Tx) (err error) { n, err = c.Desk.Counted(ctx, tx, c.by, l); return err })
		return c.count(n), err
	}
}

func showTickets(c *call) (any, error) {
	ids, err := c.ids("ids")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	out := map[string]any{"next_page": nil, "previous_page": nil}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		tickets, err := c.Desk.Some(ctx, tx, c.by, ids)
		if err != nil {
			return err
		}
		told, err := c.tellTickets(ctx, tx, tickets)
		if err != nil {
			return err
		}
		out["tickets"], out["count"] = told, len(told)
		return c.besideTickets(ctx, tx, out, tickets)
	})
	return out, err
}

func showTicket(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	out := map[string]any{}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		if t.Hidden != "" { // Zendesk has it among the deleted ones only
			return c.gone(id)
		}
		told, err := c.tellTickets(ctx, tx, []*desk.Ticket{t})
		if err != nil {
			return err
		}
		out["ticket"] = told[0]
		return c.besideTickets(ctx, tx, out, []*desk.Ticket{t})
	})
	return out, err
}

func postTicket(c *call) (any, error) {
	in, err := sentRecord[ticketIn](c, "ticket")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		t, m, err := c.createTicket(ctx, tx, c.by, in)
		if err != nil {
			return err
		}
		b := desk.Beside{First: m.Text}
		if in.ExternalID.Value != "" {
			b.External = []desk.ExternalID{{Source: external, ID: string(in.ExternalID.Value)}}
		}
		out = map[string]any{"ticket": c.tellTicket(t, b, nil), "audit": c.opening(t, m)}
		return nil
	})
	if err == nil {
		c.w.Header().Set("Location", c.url("/tickets/%d.json", out["ticket"].(ticket).ID))
	}
	return out, err
}

func putTicket(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	in, err := sentRecord[ticketIn](c, "ticket")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	out := map[string]any{}
	var t *desk.Ticket
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		if t, err = c.updateTicket(ctx, tx, c.by, id, in); err != nil {
			return err
		}
		told, err := c.tellTickets(ctx, tx, []*desk.Ticket{t})
		if err == nil {
			out["ticket"] = told[0]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out["audit"], err = c.lastAudit(t)
	return out, err
}

func deleteTicket(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return nil, c.write(func(ctx context.Context, tx db.Tx) error {
		_, err := c.Desk.Delete(ctx, tx, c.by, id, desk.ConfirmIncidents)
		return c.hiddenAlready(id, err)
	})
}

func spamTicket(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	c.status = http.StatusOK
	return map[string]any{}, c.write(func(ctx context.Context, tx db.Tx) error { return c.spam(ctx, tx, c.by, id) })
}

func relatedTickets(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	out := map[string]any{"url": c.url("/tickets/%d/related.json", id), "topic_id": nil, "jira_issue_ids": []int64{}, "followup_source_ids": []string{}, "from_archive": false, "incidents": 0, "twitter": map[string]any{}}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		if t.FollowupOf != 0 {
			out["followup_source_ids"] = []int64{t.FollowupOf}
		}
		out["incidents"], err = c.Desk.Counted(ctx, tx, c.by, desk.Listing{ProblemID: id})
		return err
	})
	return map[string]any{"ticket_related": out}, err
}

// status is one of the states of tickets, as Zendesk tells those that an account may name itself.
func (c *call) tellStatus(s desk.Status) map[string]any {
	label := strings.ToUpper(string(s[:1])) + string(s[1:])
	if s == desk.StatusHold {
		label = "On-hold"
	}
	return map[string]any{"id": customStatus(s), "url": c.url("/custom_statuses/%d.json", customStatus(s)), "status_category": s, "agent_label": label, "raw_agent_label": label,
		"end_user_label": label, "raw_end_user_label": label, "description": "", "active": true, "default": true}
}

func listStatuses(c *call) (any, error) {
	out := []any{}
	for _, s := range desk.Statuses {
		out = append(out, c.tellStatus(s))
	}
	return map[string]any{"custom_statuses": out}, nil
}

func showStatus(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if id > int64(len(desk.Statuses)) {
		return nil, c.gone(id)
	}
	return map[string]any{"custom_status": c.tellStatus(desk.Statuses[id-1])}, nil
}
