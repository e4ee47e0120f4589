package zendesk

import (
	"context"
	"encoding/json"
	"net/http"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
)

// deletedTicket is a ticket that was put away and can be brought back.
type deletedTicket struct {
	ID            int64       `json:"id"`
	Subject       string      `json:"subject"`
	Description   *string     `json:"description"`
	Actor         any         `json:"actor"`
	DeletedAt     stamp       `json:"deleted_at"`
	PreviousState desk.Status `json:"previous_state"`
}

func (s *Server) deletedEndpoints() []endpoint {
	return []endpoint{
		get("/deleted_tickets", listDeletedTickets).partly("actor is null; spam is listed among them"),
		put("/deleted_tickets/{id}/restore", restoreTicket),
		put("/deleted_tickets/restore_many", restoreTickets),
		del("/deleted_tickets/{id}", purgeTicket).answers(200),
		del("/deleted_tickets/destroy_many", jobOnIDs("ticket_purge", "delete")).answers(200),
	}
}

func listDeletedTickets(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	if !c.by.May("delete", "ticket") {
		if err := c.by.Require("restore", "ticket"); err != nil {
			return nil, err
		}
	}
	l := desk.Listing{PutAway: true}
	if err := c.sorted(&p, &l); err != nil {
		return nil, err
	}
	l.Updated = false
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		tickets, more, err := c.Desk.Window(ctx, tx, c.by, l, p.Window)
		if err != nil {
			return err
		}
		told := make([]deletedTicket, len(tickets))
		for i, t := range tickets {
			told[i] = deletedTicket{ID: t.ID, Subject: t.Subject, DeletedAt: stamp(t.Updated), PreviousState: t.Status}
		}
		out, err = list(c, p, "deleted_tickets", told, func(t deletedTicket) int64 { return t.ID }, more, func() (int64, error) { return c.Desk.Counted(ctx, tx, c.by, l) })
		return err
	})
	return out, err
}

func restoreTicket(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return map[string]any{}, c.restore([]int64{id})
}

func restoreTickets(c *call) (any, error) {
	ids, err := c.ids("ids")
	if err != nil {
		return nil, err
	}
	return map[string]any{}, c.restore(ids)
}

// restore brings tickets back, all or none.
func (c *call) restore(ids []int64) error {
	return c.write(func(ctx context.Context, tx db.Tx) error {
		for _, id := range ids {
			if _, err := c.Desk.Restore(ctx, tx, c.by, id); err != nil {
				return c.hiddenAlready(id, err)
			}
		}
		return nil
	})
}

func purgeTicket(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.by.Require("delete", "ticket"); err != nil {
		return nil, err
	}
	if _, err := c.ticketID(); err != nil {
		return nil, err
	}
	c.status = http.StatusOK
	item, err := json.Marshal(oneOf{id})
	if err != nil {
		return nil, err
	}
	return c.startJob("ticket_purge", []json.RawMessage{item})
}

func (s *Server) jobPurge(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
	return onOne("delete", "Deleted", func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
		return s.Desk.PurgeNow(ctx, tx, by, id)
	})(ctx, tx, by, item)
}
