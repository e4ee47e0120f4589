package zendesk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// exportEvents is how many events of the ledger a page of ticket events is made of at most.
const exportEvents = 4000

// exportTicketEvents tells what happened to all tickets from a time on, a page of whole seconds at a time, in the
// order in which it was recorded.
func exportTicketEvents(c *call) (any, error) { return c.exportEvents(exportEvents) }

// sampleTicketEvents is exportTicketEvents for a look: some fifty.
func sampleTicketEvents(c *call) (any, error) { return c.exportEvents(200) }

func (c *call) exportEvents(limit int) (any, error) {
	if !auth.Scope(c.by, "read", "ticket").All() {
		return nil, c.by.Denied("edit", "ticket")
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	e, err := c.exporting(true, false)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"next_page": nil}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		events, end, err := c.eventsFrom(ctx, tx, e, auditVerbs, limit)
		if err != nil {
			return err
		}
		audits := c.groupAudits(events)
		if err := c.withComments(ctx, tx, audits, events); err != nil {
			return err
		}
		told := make([]map[string]any, len(audits))
		for i, a := range audits {
			told[i] = c.tellTicketEvent(a)
		}
		out["ticket_events"] = told
		c.eventsTail(out, e, events, len(told), end)
		return nil
	})
	return out, err
}

// eventsFrom are the events of a page, with one of the verbs: those of whole seconds, and whether they are all there are.
func (c *call) eventsFrom(ctx context.Context, tx db.Tx, e export, verbs []string, limit int) (events []ledger.Event, end bool, err error) {
	pos, err := c.Ledger.PlaceOf(ctx, tx, e.from.Add(-settled))
	if err != nil {
		return nil, false, err
	}
	for {
		some, err := c.Ledger.From(ctx, tx, "ticket", verbs, pos, limit+1)
		if err != nil {
			return nil, false, err
		}
		full := len(some) > limit
		for _, ev := range some {
			if pos = ev.Pos + 1; ev.Recorded.Before(e.from) {
				continue
			}
			if ev.Recorded.After(e.until) {
				return events, true, nil
			}
			events = append(events, ev)
		}
		if !full {
			return events, true, nil
		}
		if len(events) <= limit {
			continue
		}
		last := events[len(events)-1].Recorded.Unix() // its second may go on
		if n := slices.IndexFunc(events, func(ev ledger.Event) bool { return ev.Recorded.Unix() == last }); n > 0 {
			return events[:n], false, nil
		}
		if len(events) > exportTies {
			return nil, false, tied(time.Unix(last, 0))
		}
	}
}

// tellTicketEvent is an audit as the export tells it: its events beside each other with a field a value.
func (c *call) tellTicketEvent(a audit) map[string]any {
	children := []map[string]any{}
	for _, ev := range a.Events {
		child := map[string]any{"id": ev["id"], "via": a.Via.Channel, "via_reference_id": nil, "event_type": ev["type"]}
		switch ev["type"] {
		case "Create", "Change":
			child[fmt.Sprint(ev["field_name"])] = ev["value"]
			if ev["type"] == "Change" {
				child["previous_value"] = ev["previous_value"]
			}
		case "Comment":
			child["comment_present"], child["comment_public"] = true, ev["public"]
			if c.included("comment_events") {
				for _, name := range []string{"body", "html_body", "plain_body", "public", "author_id", "attachments", "audit_id"} {
					child[name] = ev[name]
				}
			}
		default:
			for name, v := range ev {
				if name != "id" && name != "type" && name != "via" {
					child[name] = v
				}
			}
		}
		children = append(children, child)
	}
	return map[string]any{"id": a.ID, "ticket_id": a.TicketID, "timestamp": a.at.Unix(), "created_at": a.CreatedAt, "updater_id": a.AuthorID, "via": a.Via.Channel,
		"event_type": "Audit", "child_events": children, "system": map[string]any{}, "metadata": map[string]any{}}
}
