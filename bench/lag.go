package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/ledger"
)

// lag measures how far indicators lag while 2,000 events a second are told about the newest of the filled tickets,
// with every follower reading. It runs in this process, without HTTP.
func (e *engine) lag(ctx context.Context, s settings, r *report, size int) error {
	const each, every = 100, 50 * time.Millisecond
	e.stop()
	return e.inside(ctx, func(a *app.App) error {
		running, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		defer func() { stop(); all.Wait() }()
		all.Go(func() { a.Run(running) })
		for behind := time.Hour; behind > 0; time.Sleep(100 * time.Millisecond) { // what was left by the measures before
			var err error
			if behind, err = indicatorsBehind(ctx, a); err != nil {
				return err
			}
		}
		e.quiet(ctx)
		told, worst := 0, time.Duration(0)
		begun, own, data := time.Now(), ownTime(), e.databaseTime()
		for n := 1; time.Since(begun) < s.each; n++ {
			if err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				for i := range each {
					about := ledger.Ref{Kind: "ticket", ID: int64(fillBase + size - (told+i)%(size/10))}
					if _, err := a.Ledger.Append(ctx, tx, a.Root(), ledger.Entry{Verb: "ticket.changed", Subject: about,
						Data: map[string]any{"changes": map[string]any{"assignee_id": []int64{0, int64(1 + (told+i*7)%200)}}}}); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
			told += each
			behind, err := indicatorsBehind(ctx, a)
			if err != nil {
				return err
			}
			worst = max(worst, behind)
			db.Pace(ctx, begun, time.Duration(n)*every)
		}
		took := time.Since(begun)
		r.add(e, "events a second, everybody reading", float64(told)/took.Seconds(), "", target{min: 1900}, "")
		r.add(e, "… indicators lag at most", float64(worst.Milliseconds()), " ms", target{max: 2000}, "")
		r.add(e, "… processor of an event, database included", float64((ownTime()-own+e.databaseTime()-data).Microseconds())/float64(told), " µs", target{}, "")
		return nil
	})
}

// indicatorsBehind is how old the oldest event is that indicators over tickets have not read.
func indicatorsBehind(ctx context.Context, a *app.App) (most time.Duration, err error) {
	lags, err := a.Ledger.Lags(ctx)
	for _, l := range lags {
		if strings.HasPrefix(l.Name, "insight.ticket.") && !l.Since.IsZero() {
			most = max(most, time.Since(l.Since))
		}
	}
	return most, err
}
