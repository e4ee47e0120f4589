package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// searches measures how long looking for words takes as the instance grows, and how fast the
// index follows.
func searches(ctx context.Context, s settings, e *engine, r *report) error {
	for _, size := range s.sizes {
		if err := e.fill(ctx, size); err != nil {
			return err
		}
		e.stop()
		before := e.stored()
		begun := time.Now()
		if _, err := e.command("search rebuild"); err != nil {
			return err
		}
		took := time.Since(begun)
		of := "search among " + number(float64(size)) + ", "
		r.add(e, of+"rebuild", float64(size)/took.Seconds(), " tickets/s", target{min: 2000}, "")
		if err := e.ready(ctx); err != nil {
			return err
		}
		if err := e.tidy(ctx); err != nil {
			return err
		}
		r.add(e, of+"disk", float64(e.stored()-before)/float64(size), " bytes a ticket", target{}, "")
		for _, q := range []struct {
			name string
			most float64
			text func() string
		}{
			{"rare word", 30, func() string { return fmt.Sprint(1 + rand.IntN(size)) }},
			{"common word", 100, func() string { return "export" }},
			{"three common words", 100, func() string { return "monthly export report" }},
			{"beginning of a word", 100, func() string { return "expo" }},
			{"phrase", 100, func() string { return `"part 7 of 12"` }},
			{"word and filters", 100, func() string { return "export status:open priority:urgent" }},
			{"filters only", 100, func() string { return "status:open priority:urgent is:unassigned" }},
			{"requester", 30, func() string {
				return fmt.Sprintf("export requester:filled%d@customer.example", 1+rand.IntN(size/10)*10)
			}},
		} {
			find := func(c *client, _ int64) error {
				_, err := c.do("GET", "/search?limit=10&kind=ticket&q="+url.QueryEscape(q.text()), "", 200)
				return err
			}
			if _, err := load(ctx, e, 1, time.Second/2, find); err != nil { // warm
				return err
			}
			res, err := load(ctx, e, 1, s.each/4, find)
			if err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			r.add(e, of+q.name+": p50", res.at(.5), " ms", target{max: q.most}, "")
			r.add(e, of+q.name+": p99", res.at(.99), " ms", target{}, "")
		}
		if err := follows(ctx, e, r, of, size); err != nil {
			return err
		}
	}
	return nil
}

// follows tells the ledger of many messages at once and sees how fast the index takes them.
func follows(ctx context.Context, e *engine, r *report, of string, size int) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	const many = 10_000
	if err := tellMany(ctx, d, e.cluster != nil, many, size); err != nil {
		return err
	}
	begun, end := time.Now(), int64(0)
	if err := d.QueryRowContext(ctx, `SELECT max(pos) FROM event_order`).Scan(&end); err != nil {
		return err
	}
	for pos := int64(0); pos < end; time.Sleep(10 * time.Millisecond) {
		if err := d.QueryRowContext(ctx, `SELECT pos FROM event_cursor WHERE name = 'search'`).Scan(&pos); err != nil {
			return err
		}
		if time.Since(begun) > 2*time.Minute {
			return fmt.Errorf("the index does not follow: at %d of %d", pos, end)
		}
	}
	r.add(e, of+"index follows", many/time.Since(begun).Seconds(), " events/s", target{min: 2000}, "")
	return nil
}

func tellMany(ctx context.Context, d *sql.DB, postgres bool, many, size int) error {
	series, random := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many}) `, `randomblob(32)`
	if postgres {
		series, random = `WITH n AS (SELECT i::bigint AS i FROM generate_series(1, {many}) AS i) `, `sha256(int8send(i))`
	}
	var id, pos int64
	if err := d.QueryRowContext(ctx, `SELECT max(id) FROM events`).Scan(&id); err != nil {
		return err
	}
	if err := d.QueryRowContext(ctx, `SELECT max(pos) FROM event_order`).Scan(&pos); err != nil {
		return err
	}
	if postgres {
		id += 1_000_000_000 // far from the ids that the server has reserved
	}
	fill := strings.NewReplacer("{many}", fmt.Sprint(many), "{id}", fmt.Sprint(id), "{pos}", fmt.Sprint(pos), "{now}", fmt.Sprint(time.Now().UnixMicro()),
		"{ticket}", fmt.Sprintf("(%d + 1 + (i * 7919) %% %d)", fillBase, size))
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, q := range []string{
		`INSERT INTO events (id, at, recorded, verb, actor_kind, actor_id, token_id, behalf_id, subject_kind, subject_id, cause_event, cause_blueprint, cause_version, depth, generation, visibility, data, salt, digest)
			` + series + `SELECT {id} + i, {now}, {now}, 'ticket.commented', 'mail', 0, 0, 0, 'ticket', {ticket}, 0, 0, 0, 0, 1, 'public', '{}', ` + random + `, ` + random + ` FROM n`,
		`INSERT INTO comment (ticket_id, event_id, author_id, agent, public, channel, at, body_text, body_html, quoted_html, message_id)
			` + series + `SELECT {ticket}, {id} + i, 0, FALSE, TRUE, 'mail', {now}, 'And another thing, number ' || i || ': could you call us about the invoice as well?', '', '', '' FROM n`,
		`INSERT INTO event_order (pos, event_id, hash) ` + series + `SELECT {pos} + i, {id} + i, ` + random + ` FROM n`,
	} {
		if _, err := tx.ExecContext(ctx, fill.Replace(q)); err != nil {
			return fmt.Errorf("%.60s: %w", q, err)
		}
	}
	return tx.Commit()
}

// tidy leaves the database as one that has been running: it has written down what it has, and knows how
// much that is.
func (e *engine) tidy(ctx context.Context) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	q := `PRAGMA wal_checkpoint(TRUNCATE)`
	if e.cluster != nil {
		q = `VACUUM ANALYZE`
	}
	_, err = d.ExecContext(ctx, q)
	return err
}

// stored is the size of the database in bytes.
func (e *engine) stored() (size int64) {
	if e.cluster == nil {
		if info, err := os.Stat(filepath.Join(e.folder, "steward.db")); err == nil {
			size = info.Size()
		}
		return size
	}
	if d, err := e.open(); err == nil {
		defer d.Close()
		_ = d.QueryRow(`SELECT pg_total_relation_size('search_index')`).Scan(&size)
	}
	return size
}
