package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// indicators measures insight over filled tickets that tell how they were opened and solved: how
// long everything takes to be worked out from the ledger, a dashboard of twelve series over eighteen
// months, the records behind one of them, how quickly followers take events in and how far they lag. Beside the
// dashboard stands the direct SQL of its questions over the raw tables.
func indicators(ctx context.Context, s settings, e *engine, r *report) error {
	size := s.sizes[len(s.sizes)-1]
	if err := e.fill(ctx, size); err != nil {
		return err
	}
	e.stop()
	if err := e.live(ctx); err != nil {
		return err
	}
	begun, database := time.Now(), e.databaseTime()
	if err := e.ready(ctx); err != nil {
		return err
	}
	if err := e.built(ctx, 30*time.Minute); err != nil {
		return err
	}
	of := " of " + number(float64(size)) + " tickets"
	took := time.Since(begun).Seconds()
	own, _, _ := processTime(e.server.pid)
	limit, pace := target{}, target{min: 3334}
	if size == 1_000_000 {
		limit.max = 300
	}
	r.add(e, "every indicator worked out"+of, took, " s", limit, "")
	r.add(e, "tickets worked out a second", float64(size)/took, "", pace, "")
	r.add(e, "… processor of a ticket: server", float64(own.Microseconds())/float64(size), " µs", target{}, "")
	if e.cluster != nil {
		r.add(e, "… processor of a ticket: database", float64((e.databaseTime()-database).Microseconds())/float64(size), " µs", target{}, "")
	}
	if err := e.dashboard(ctx, s, r, of); err != nil {
		return err
	}
	if err := e.taken(ctx, r, false); err != nil {
		return err
	}
	if err := e.taken(ctx, r, true); err != nil {
		return err
	}
	if err := e.lag(ctx, s, r, size); err != nil {
		return err
	}
	return e.covered(ctx, s, r, of)
}

// live gives the filled tickets a life in the ledger, and lets insight begin anew.
func (e *engine) live(ctx context.Context) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	solved := `t.done = TRUE AND t.id > ` + fmt.Sprint(fillBase) + ` AND NOT EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = 'ticket' AND x.subject_id = t.id AND x.verb = 'ticket.changed')`
	salt := `randomblob(32)`
	if e.cluster != nil {
		salt = `sha256(int8send(t.id))`
	}
	for _, q := range []string{
		`UPDATE events SET data = (SELECT '{"status":"new","priority":"' || t.priority || '","channel":"mail","requester_id":' || t.requester_id || ',"organization_id":' || t.organization_id || ',"assignee_id":' ||
			(1 + t.id % 200) || '}' FROM ticket t WHERE t.id = events.subject_id) WHERE verb = 'ticket.created' AND subject_kind = 'ticket' AND subject_id > ` + fmt.Sprint(fillBase),
		`INSERT INTO events (id, at, recorded, verb, actor_kind, actor_id, token_id, behalf_id, subject_kind, subject_id, cause_event, cause_blueprint, cause_version, depth, generation, visibility, data, salt, digest)
			SELECT (SELECT max(id) FROM events) + row_number() OVER (ORDER BY t.id), t.solved_at, t.solved_at, 'ticket.changed', 'person', 1, 0, 0, 'ticket', t.id, 0, 0, 0, 0, 1, 'internal',
			'{"changes":{"status":["new","solved"]}}', ` + salt + `, ` + salt + ` FROM ticket t WHERE ` + solved,
		`INSERT INTO event_order (pos, event_id, hash) SELECT (SELECT max(pos) FROM event_order) + row_number() OVER (ORDER BY e.id), e.id, e.digest FROM events e
			WHERE NOT EXISTS (SELECT 1 FROM event_order o WHERE o.event_id = e.id)`,
		`UPDATE event_cursor SET pos = (SELECT max(pos) FROM event_order)`,
		`DELETE FROM event_cursor WHERE name LIKE 'insight.%'`,
		`DELETE FROM insight_source`, `DELETE FROM insight_stream`, `DELETE FROM insight_sheet`, `DELETE FROM insight_record`, `DELETE FROM insight_fact`, `DELETE FROM insight_roll`,
	} {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%.60s: %w", q, err)
		}
	}
	if e.cluster != nil {
		_, err = d.ExecContext(ctx, `SELECT setval('event_id', (SELECT max(id) + 1 FROM events))`)
	}
	return err
}

// built waits until no indicator is being worked out.
func (e *engine) built(ctx context.Context, most time.Duration) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		var there, behind int
		if err := d.QueryRowContext(ctx, `SELECT count(*), COALESCE(sum(CASE WHEN finished IS NULL THEN 1 ELSE 0 END), 0) FROM insight_stream`).Scan(&there, &behind); err != nil {
			return err
		}
		if there > 0 && behind == 0 {
			return nil
		}
	}
	return fmt.Errorf("indicators were not worked out within %s", most)
}

// tiles are twelve series of a dashboard, each with the direct SQL of its question; $1 and $2 are
// the period.
var tiles = []struct{ path, sql string }{
	{"opened/series?every=month", `SELECT count(*) FROM ticket WHERE created >= $1 AND created < $2`},
	{"opened/series?every=week", `SELECT created / 604800000000, count(*) FROM ticket WHERE created >= $1 AND created < $2 GROUP BY 1`},
	{"opened/series?every=month&group=ticket.priority", `SELECT created / 2592000000000, priority, count(*) FROM ticket WHERE created >= $1 AND created < $2 GROUP BY 1, 2`},
	{"opened/series?every=month&group=ticket.channel", `SELECT created / 2592000000000, channel, count(*) FROM ticket WHERE created >= $1 AND created < $2 GROUP BY 1, 2`},
	{"solved/series?every=month", `SELECT solved_at / 2592000000000, count(*) FROM ticket WHERE solved_at >= $1 AND solved_at < $2 GROUP BY 1`},
	{"solved/series?every=month&group=ticket.assignee", `SELECT solved_at / 2592000000000, id % 200, count(*) FROM ticket WHERE solved_at >= $1 AND solved_at < $2 GROUP BY 1, 2`},
	{"reopened/series?every=month", `SELECT solved_at / 2592000000000, count(*) FROM ticket WHERE solved_at >= $1 AND solved_at < $2 GROUP BY 1`},
	{"one-touch/series?every=month&group=ticket.priority", `SELECT solved_at / 2592000000000, priority, count(*) FROM ticket WHERE solved_at >= $1 AND solved_at < $2 GROUP BY 1, 2`},
	{"backlog/series?every=week", `SELECT count(*) FROM ticket WHERE created < $2 AND (solved_at IS NULL OR solved_at >= $1)`},
	{"backlog/series?every=month&group=ticket.priority", `SELECT priority, count(*) FROM ticket WHERE created < $2 AND (solved_at IS NULL OR solved_at >= $1) GROUP BY 1`},
	{"time-new/series?every=month", `SELECT solved_at / 2592000000000, avg(solved_at - created) FROM ticket WHERE solved_at >= $1 AND solved_at < $2 GROUP BY 1`},
	{"closed-per-agent/series?every=month", `SELECT solved_at / 2592000000000, count(*), count(DISTINCT id % 200) FROM ticket WHERE solved_at >= $1 AND solved_at < $2 GROUP BY 1`},
}

// dashboard measures twelve tiles one after another, the records of one, and the same in plain SQL.
func (e *engine) dashboard(ctx context.Context, s settings, r *report, of string) error {
	now := time.Now().UTC()
	from, to := now.AddDate(0, -18, 0), now.AddDate(0, 0, 1)
	period := "&from=" + from.Format(time.DateOnly) + "&to=" + to.Format(time.DateOnly)
	page := func(c *client, _ int64) error {
		for _, t := range tiles {
			if _, err := c.do("GET", "/indicators/"+t.path+period, "", 200); err != nil {
				return err
			}
		}
		return nil
	}
	behind := func(c *client, _ int64) error {
		_, err := c.do("GET", "/indicators/solved/records?limit=50"+period, "", 200)
		return err
	}
	middle := func(c *client, _ int64) error {
		_, err := c.do("GET", "/indicators/resolution-time/series?every=month"+period, "", 200)
		return err
	}
	narrowed := func(c *client, _ int64) error {
		_, err := c.do("GET", "/indicators/solved/series?every=month&group=ticket.priority&filter=ticket.channel%20%3D%3D%20%22mail%22%20%26%26%20ticket.organization%20%21%3D%205"+period, "", 200)
		return err
	}
	for _, m := range []struct {
		name string
		one  func(c *client, n int64) error
		p50  float64
		p99  float64
	}{{"dashboard of 12 series over 18 months" + of, page, 150, 500}, {"records behind a figure" + of, behind, 50, 0}, {"a median by month" + of, middle, 0, 0},
		{"a filter over two dimensions, by a third" + of, narrowed, 0, 0}} {
		if _, err := load(ctx, e, 1, time.Second, m.one); err != nil { // warm
			return err
		}
		res, err := load(ctx, e, 1, s.each/2, m.one)
		if err != nil {
			return err
		}
		r.add(e, m.name+": p50", res.at(.5), " ms", target{max: m.p50}, "")
		r.add(e, m.name+": p99", res.at(.99), " ms", target{max: m.p99}, "")
	}
	if err := e.firstViews(ctx, r, of, func(c *client) error { return page(c, 0) }); err != nil {
		return err
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	var best time.Duration
	for range 3 {
		begun := time.Now()
		for _, t := range tiles {
			if err := readAll(ctx, d, t.sql, from.UnixMicro(), to.UnixMicro()); err != nil {
				return fmt.Errorf("%s: %w", t.path, err)
			}
		}
		if took := time.Since(begun); best == 0 || took < best {
			best = took
		}
	}
	r.add(e, "the same 12 questions in direct SQL"+of, float64(best.Microseconds())/1000, " ms", target{}, "")
	return nil
}

// firstViews measures the dashboard as the first thing that anybody asks for after a start.
func (e *engine) firstViews(ctx context.Context, r *report, of string, page func(c *client) error) error {
	var took []float64
	for range 10 {
		e.stop()
		if err := e.ready(ctx); err != nil {
			return err
		}
		c, err := dial(e.server.http, e.token)
		if err != nil {
			return err
		}
		begun := time.Now()
		err = page(c)
		took = append(took, float64(time.Since(begun).Microseconds())/1000)
		c.conn.Close()
		if err != nil {
			return err
		}
	}
	slices.Sort(took)
	r.add(e, "dashboard, first view after a start, median of 10"+of, (took[4]+took[5])/2, " ms", target{max: 1000}, "")
	return nil
}

func readAll(ctx context.Context, d *sql.DB, query string, from, to int64) error {
	if !strings.Contains(query, "$1") {
		return fmt.Errorf("no period")
	}
	rows, err := d.QueryContext(ctx, query, from, to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// taken measures how quickly the followers of indicators take events in: a batch of changes is told
// while nobody looks, then the program starts. Alone, everybody else has read them already.
func (e *engine) taken(ctx context.Context, r *report, alone bool) error {
	const events = 20_000
	e.stop()
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	salt := `randomblob(32)`
	if e.cluster != nil {
		salt = `sha256(int8send(t.id))`
	}
	for _, q := range []string{
		`INSERT INTO events (id, at, recorded, verb, actor_kind, actor_id, token_id, behalf_id, subject_kind, subject_id, cause_event, cause_blueprint, cause_version, depth, generation, visibility, data, salt, digest)
			SELECT (SELECT max(id) FROM events) + row_number() OVER (ORDER BY t.id), ` + fmt.Sprint(time.Now().UnixMicro()) + `, ` + fmt.Sprint(time.Now().UnixMicro()) + `, 'ticket.changed', 'person', 1, 0, 0, 'ticket', t.id, 0, 0, 0, 0, 1, 'internal',
			'{"changes":{"assignee_id":[0,' || (` + fmt.Sprint(1+len(r.figures)) + ` + t.id % 100) || ']}}', ` + salt + `, ` + salt + ` FROM ticket t WHERE t.id > ` + fmt.Sprint(fillBase) + ` ORDER BY t.id LIMIT ` + fmt.Sprint(events),
		`INSERT INTO event_order (pos, event_id, hash) SELECT (SELECT max(pos) FROM event_order) + row_number() OVER (ORDER BY e.id), e.id, e.digest FROM events e
			WHERE NOT EXISTS (SELECT 1 FROM event_order o WHERE o.event_id = e.id)`,
	} {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%.60s: %w", q, err)
		}
	}
	who := "everybody"
	if alone {
		who = "followers of indicators alone"
		if _, err := d.ExecContext(ctx, `UPDATE event_cursor SET pos = (SELECT max(pos) FROM event_order) WHERE name NOT LIKE 'insight.ticket.%'`); err != nil {
			return err
		}
	}
	var first, end int64
	if err := d.QueryRowContext(ctx, `SELECT (SELECT min(pos) FROM event_cursor WHERE name LIKE 'insight.ticket.%'), (SELECT max(pos) FROM event_order)`).Scan(&first, &end); err != nil {
		return err
	}
	begun := time.Now()
	if err := e.ready(ctx); err != nil {
		return err
	}
	before, _, _ := processTime(e.server.pid)
	database := e.databaseTime()
	for at := first; at < end; time.Sleep(20 * time.Millisecond) {
		if err := d.QueryRowContext(ctx, `SELECT min(pos) FROM event_cursor WHERE name LIKE 'insight.ticket.%'`).Scan(&at); err != nil {
			return err
		}
		if time.Since(begun) > 10*time.Minute {
			return fmt.Errorf("the followers do not catch up: %d of %d", at-first, end-first)
		}
	}
	rate := float64(end-first) / time.Since(begun).Seconds()
	own, _, _ := processTime(e.server.pid)
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(end-first) }
	r.add(e, "events a second that indicators catch up with, "+who, rate, "", target{min: 2000}, "")
	r.add(e, "… processor of an event, "+who+": server", each(own-before), " µs", target{}, "")
	if e.cluster != nil {
		r.add(e, "… processor of an event, "+who+": database", each(e.databaseTime()-database), " µs", target{}, "")
	}
	return nil
}
