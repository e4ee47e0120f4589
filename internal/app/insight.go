package app

import (
	"context"
	"log/slog"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// insightNames tells insight what its keys and records are called.
type insightNames struct{ app *App }

// Labels implements insight.Names.
func (n insightNames) Labels(ctx context.Context, tx db.Tx, kind string, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	switch kind {
	case "person":
		people, err := n.app.Directory.Names(ctx, tx, ids)
		for id, p := range people {
			out[id] = p.Name
		}
		return out, err
	case "organization":
		return n.app.Directory.OrganizationNames(ctx, tx, ids)
	}
	for _, id := range ids {
		if e, ok := n.app.Blueprint.Set().ByID(id); ok {
			out[id] = e.Title
		}
	}
	return out, nil
}

// Titles implements insight.Names.
func (n insightNames) Titles(ctx context.Context, tx db.Tx, by act.Actor, refs []ledger.Ref) (map[ledger.Ref]string, error) {
	var tickets []int64
	for _, r := range refs {
		if r.Kind == "ticket" {
			tickets = append(tickets, r.ID)
		}
	}
	rows, err := n.app.Desk.RowsOf(ctx, tx, by, tickets)
	out := map[ledger.Ref]string{}
	for id, row := range rows {
		out[ledger.Ref{Kind: "ticket", ID: id}] = row.Subject
	}
	return out, err
}

// buildIndicators works out what is new or changed, until ctx ends.
func (a *App) buildIndicators(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := a.Insight.Build(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Warn("indicators cannot be worked out; it is tried again", "error", err)
		}
		if !more {
			db.Wait(ctx, nil, time.Second)
		}
	}
}
