package main

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/insight"
)

// covered measures figures as those see them who may not see figures of single people: before anything is told
// it is found out how many people stand behind it. It runs in this process, without HTTP.
func (e *engine) covered(ctx context.Context, s settings, r *report, of string) error {
	e.stop()
	now := time.Now().UTC()
	return e.inside(ctx, func(a *app.App) error {
		by := act.Actor{Kind: act.Person, PersonID: 1, Grants: []act.Grant{{Action: "read", Kind: "indicator", Scope: act.All}}}
		for _, m := range []struct {
			name string
			ask  insight.Ask
		}{
			{"by team, 18 months, for who sees no single people", insight.Ask{Name: "solved", Group: "ticket.team", Every: "month", From: now.AddDate(0, -18, 0), To: now}},
			{"one's own figure of 30 days", insight.Ask{Name: "solved", Filter: "ticket.assignee == 1", Every: "day", From: now.AddDate(0, 0, -30), To: now}},
		} {
			res := result{}
			begun, own, data := time.Now(), ownTime(), e.databaseTime()
			for time.Since(begun) < s.each/2 {
				at := time.Now()
				if err := a.DB.Snapshot(ctx, func(ctx context.Context, tx db.Tx) error {
					_, err := a.Insight.Series(ctx, tx, by, m.ask)
					return err
				}); err != nil {
					return err
				}
				res.done, res.times = res.done+1, append(res.times, time.Since(at))
			}
			slices.Sort(res.times)
			r.add(e, m.name+of+": p50", res.at(.5), " ms", target{}, "")
			r.add(e, m.name+of+": processor, database included", res.each(ownTime()-own+e.databaseTime()-data), " ms", target{}, "")
		}
		return nil
	})
}
