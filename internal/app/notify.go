package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/notify"
)

// notifyTickets lets notifications look at tickets without knowing the desk.
type notifyTickets struct{ a *App }

var _ notify.Tickets = notifyTickets{}

// Look implements notify.Tickets.
func (n notifyTickets) Look(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]notify.Ticket, error) {
	out := map[int64]notify.Ticket{}
	list, err := n.a.Desk.Some(ctx, tx, by, ids)
	for _, t := range list {
		out[t.ID] = notify.Ticket{ID: t.ID, Subject: t.Subject, AssigneeID: t.AssigneeID}
	}
	return out, err
}

// Due implements notify.Tickets.
func (n notifyTickets) Due(ctx context.Context, tx db.Tx, ticketID int64, metric string) (time.Time, bool, error) {
	var due sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT due FROM clock WHERE ticket_id = $1 AND metric = $2 AND ended IS NULL AND breached_at IS NULL`, ticketID, metric).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return db.NullTime(due), due.Valid, err
}

// newsThings look at what news beside those about tickets are about.
func (a *App) newsThings() map[string]notify.Look {
	return map[string]notify.Look{"pool": a.poolNews, "organization": named("/accounts/", a.Success.Names), "run": named("/runs/", a.Playbooks.Called),
		"application": named("/applications/", a.Programs.Called), "change_request": named("/configuration/requests/", a.Blueprint.RequestNames)}
}

// named are records that news show by their names; their ids follow the address.
func named(address string, names func(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]string, error)) notify.Look {
	return func(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]notify.Thing, error) {
		out := map[int64]notify.Thing{}
		list, err := names(ctx, tx, by, ids)
		for id, name := range list {
			out[id] = notify.Thing{Name: name, Line: name, Path: fmt.Sprint(address, id)}
		}
		return out, err
	}
}

// poolNews are the pools that news are about.
func (a *App) poolNews(_ context.Context, _ db.Tx, by act.Actor, ids []int64) (map[int64]notify.Thing, error) {
	out := map[int64]notify.Thing{}
	titles, err := a.Programs.PoolTitles(by, ids)
	for id, title := range titles {
		out[id] = notify.Thing{Name: title, Line: title, Path: "/pools"}
	}
	return out, err
}
