package zendesk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
)

// allAudits tells what happened to all tickets, the newest first, in pages of up to 100 by cursor.
func allAudits(c *call) (any, error) {
	if !auth.Scope(c.by, "read", "ticket").All() {
		return nil, c.by.Denied("edit", "ticket")
	}
	limit := 100
	if n, err := strconv.Atoi(cmp.Or(c.query("limit"), c.query("page[size]"), "100")); err == nil && n > 0 {
		limit = min(n, 100)
	}
	before, err := placeOf(c.r.URL.Query(), "cursor")
	if err == nil && before == 0 {
		before, err = placeOf(c.r.URL.Query(), "page[after]")
	}
	if err != nil {
		return nil, err
	}
	out := map[string]any{"audits": []audit{}, "before_url": nil, "before_cursor": nil, "after_url": nil, "after_cursor": nil}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		events, err := c.Ledger.Newest(ctx, tx, "ticket", auditVerbs, before, limit)
		if err != nil || len(events) == 0 {
			return err
		}
		if len(events) == limit {
			next := place(events[len(events)-1].Pos)
			out["before_cursor"], out["before_url"] = next, c.here(map[string]string{"cursor": next}, "page[after]")
		}
		out["after_cursor"] = place(events[0].Pos + 1)
		slices.Reverse(events)
		audits := c.groupAudits(events)
		slices.Reverse(audits)
		out["audits"] = audits
		return c.withComments(ctx, tx, audits, events)
	})
	return out, err
}

// opening is the audit of a ticket that was just made, without asking the ledger.
func (c *call) opening(t *desk.Ticket, m *desk.Comment) audit {
	told := c.tellComment(m, true)
	return audit{ID: m.EventID, TicketID: t.ID, CreatedAt: stamp(t.Created), AuthorID: m.AuthorID, Via: viaOf(t.Channel), Metadata: map[string]any{"system": map[string]any{}, "custom": map[string]any{}},
		Events: []auditEvent{{"id": m.ID, "type": "Comment", "author_id": m.AuthorID, "body": told.Body, "html_body": told.HTMLBody, "plain_body": told.PlainBody, "public": m.Public, "attachments": told.Attachments, "audit_id": m.EventID},
			{"id": m.EventID, "type": "Create", "field_name": "subject", "value": t.Subject},
			{"id": m.EventID*1000 + 1, "type": "Create", "field_name": "status", "value": t.Status},
			{"id": m.EventID*1000 + 2, "type": "Create", "field_name": "priority", "value": t.Priority}}}
}

// lastAudit is what the call has just done to a ticket; null when that was nothing.
func (c *call) lastAudit(t *desk.Ticket) (out any, err error) {
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		events, err := c.Ledger.Named(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, auditVerbs, t.Updated, t.Updated.Add(time.Minute), 100)
		if err != nil {
			return err
		}
		audits := c.groupAudits(events)
		if err := c.withComments(ctx, tx, audits, events); err != nil || len(audits) == 0 {
			return err
		}
		out = audits[len(audits)-1]
		return nil
	})
	return out, err
}
