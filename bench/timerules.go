package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/job"
)

// timeRules measures how fast time rules are set up on many open tickets, and what a look at
// all their timers costs while nothing is due. It changes every ticket, so it comes last.
func timeRules(ctx context.Context, s settings, e *engine, r *report) error {
	size := s.sizes[len(s.sizes)-1]
	if err := e.fill(ctx, size); err != nil {
		return err
	}
	e.stop()
	d, err := e.open()
	if err != nil {
		return err
	}
	_, err = d.ExecContext(ctx, `UPDATE ticket SET status = 'open', done = FALSE, state_since = created, solved_at = NULL WHERE id > $1`, fillBase)
	d.Close()
	if err != nil {
		return err
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	c, err := dial(e.server.http, e.token)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := applyTimeRules(c); err != nil {
		return err
	}
	time.Sleep(1500 * time.Millisecond) // a node looks for new configuration each second
	for {
		body, err := c.do("GET", "/rules?kind=time_rule", "", 200)
		if err != nil {
			return err
		}
		if !strings.Contains(string(body), `"percent":`) || strings.Contains(string(body), `"percent":null`) {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	took := time.Since(begun) - 4*time.Second // the job waits until every node has the rules
	of := number(float64(size)) + " open tickets"
	r.add(e, "time rules set up on "+of, float64(size)/took.Seconds(), " tickets/s", target{}, "")
	e.stop()
	worst, err := e.sweep(ctx, 50)
	if err != nil {
		return err
	}
	r.add(e, "sweep of all time rules, nothing due, "+of+": worst of 50", float64(worst.Microseconds())/1000, " ms", target{max: 200}, "")
	return nil
}

// applyTimeRules puts rules into force of which one waits on every open ticket, for ten years.
func applyTimeRules(c *client) error {
	var text strings.Builder
	for i, wait := range []string{"after: 87600h\nsince: state\nin: [open]", "after: 90000h\nsince: created", "after: 168h\nsince: state\nin: [pending]", "before_due: 30m\nmetric: first_reply"} {
		fmt.Fprintf(&text, "---\nkind: time_rule\nname: bench-%d\ntitle: Bench %d\n%s\ndo: [{ add_tags: [waited] }]\n", i, i, wait)
	}
	body, err := json.Marshal(map[string]any{"message": "bench", "prune": false, "documents": []map[string]string{{"path": "bench-time.yaml", "text": strings.TrimPrefix(text.String(), "---\n")}}})
	if err != nil {
		return err
	}
	_, err = c.do("POST", "/apply", string(body), 200)
	return err
}

// sweep looks for due timers as a node does each second, and returns how long the slowest took.
func (e *engine) sweep(ctx context.Context, times int) (worst time.Duration, err error) {
	o := db.Options{Dir: e.folder}
	if e.cluster != nil {
		o = db.Options{URL: e.cluster.url("steward")}
	}
	d, err := db.Open(ctx, o)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", filepath.Base(e.folder), err)
	}
	defer d.Close()
	var waiting int64
	err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM job WHERE kind = 'rule.due' AND state = 'ready'`).Scan(&waiting)
	})
	if err != nil || waiting == 0 {
		return 0, fmt.Errorf("%d timers wait: %w", waiting, err)
	}
	q := job.New(d, time.Now)
	for _, kind := range []string{"rule.due", "clock.due", "rule.fill", "survey.offer"} {
		q.Handle(kind, job.Options{}, func(context.Context, db.Tx, job.Job) error { return nil })
	}
	for range times {
		begun := time.Now()
		if n, err := q.RunDue(ctx); err != nil || n > 0 {
			return 0, fmt.Errorf("%d timers were due: %w", n, err)
		}
		worst = max(worst, time.Since(begun))
	}
	return worst, nil
}
