package app

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/success"
)

// ticketLines lets timelines of accounts show tickets without knowing the desk.
func (a *App) ticketLines(ctx context.Context, tx db.Tx, by act.Actor, organization int64, after success.TicketPlace, limit int) ([]success.TicketLine, error) {
	list, _, err := a.Desk.List(ctx, tx, by, desk.Filter{OrganizationID: organization, Sort: "created"}, db.Page{Limit: limit, Cursor: db.Cursor(after.At, after.ID)})
	out := make([]success.TicketLine, len(list))
	for i, t := range list {
		out[i] = success.TicketLine{ID: t.ID, Created: t.Created, Subject: t.Subject, Status: string(t.Status), RequesterID: t.RequesterID}
	}
	return out, err
}
