package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"time"
)

// fill grows the instance to size tickets with plain SQL: a fifth new or open, a tenth
// waiting, the rest done; each with a message, an event and, while active, a promise. The
// events carry no valid chain: this data is for measuring and nothing else.
func (e *engine) fill(ctx context.Context, size int) error {
	if size <= e.filled {
		return nil
	}
	if e.filled == 0 { // the followers begin before there is much to read
		if err := e.ready(ctx); err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
	}
	e.stop()
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	begun := time.Now()
	relax := `SET synchronous_commit = off`
	if e.cluster == nil {
		relax = `PRAGMA synchronous = OFF`
	}
	if _, err := d.ExecContext(ctx, relax); err != nil {
		return err
	}
	for from := e.filled; from < size; from += 50_000 {
		if err := fillSome(ctx, d, e.cluster != nil, from+1, min(from+50_000, size)); err != nil {
			return err
		}
	}
	tidy := []string{`UPDATE event_cursor SET pos = (SELECT max(pos) FROM event_order)`, `PRAGMA wal_checkpoint(TRUNCATE)`}
	if e.cluster != nil {
		tidy = []string{tidy[0], `SELECT setval('event_id', (SELECT max(id) + 1 FROM events))`, `VACUUM ANALYZE`, `CHECKPOINT`}
	}
	for _, q := range tidy {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	e.filled = size
	fmt.Fprintf(os.Stderr, "  filled to %s tickets in %s\n", number(float64(size)), time.Since(begun).Round(time.Second))
	return nil
}

// fillBase keeps the ids of filled records apart from those the program gives.
const fillBase = 10_000_000

func fillSome(ctx context.Context, d *sql.DB, postgres bool, from, to int) error {
	now := time.Now().UnixMicro()
	const spread = int64(47) * 1_000_000 // between two tickets: a million are eighteen months
	fill := strings.NewReplacer(
		"{base}", fmt.Sprint(fillBase),
		"{from}", fmt.Sprint(from), "{to}", fmt.Sprint(to),
		"{at}", fmt.Sprintf("(%d - (1000000 - i) * %d)", now, spread),
		"{now}", fmt.Sprint(now))
	series, random, mix := `WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) `, `randomblob(32)`, `((i * 2654435761) / 65536 % 100)`
	if postgres {
		series, random, mix = `WITH n AS (SELECT i::bigint AS i FROM generate_series({from}, {to}) AS i) `, `sha256(int8send(i))`, `((i * 2654435761) / 65536 % 100)`
	}
	state := `CASE WHEN ` + mix + ` < 5 THEN 'new' WHEN ` + mix + ` < 20 THEN 'open' WHEN ` + mix + ` < 30 THEN 'pending' WHEN ` + mix + ` < 40 THEN 'solved' ELSE 'closed' END`
	active := mix + ` < 30`
	words := `'` + strings.ReplaceAll(letter, "'", "''") + `'`
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var pos int64
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(max(pos), 0) FROM event_order`).Scan(&pos); err != nil {
		return err
	}
	event := fmt.Sprintf("(%d + i - %d)", pos, from-1)
	if postgres {
		event = "({base} + i)"
	}
	place := fmt.Sprintf("(%d + i - %d)", pos, from-1)
	for _, q := range []string{
		`INSERT INTO organization (id, name, name_fold, attributes, created, updated, version)
			` + series + `SELECT {base} + i, 'Customer ' || i, 'customer ' || i, '{"plan":"premium"}', {now}, {now}, 1 FROM n WHERE i % 1000 = 1`,
		`INSERT INTO person (id, name, name_fold, email, organization_id, agent, time_zone, created, updated, version)
			` + series + `SELECT {base} + i, 'Person ' || i, 'person ' || i, 'filled' || i || '@customer.example', {base} + i - (i - 1) % 1000, FALSE, '', {now}, {now}, 1 FROM n WHERE i % 10 = 1`,
		`INSERT INTO identity (id, person_id, kind, value, verified, main)
			` + series + `SELECT {base} + i, {base} + i, 'email', 'filled' || i || '@customer.example', FALSE, TRUE FROM n WHERE i % 10 = 1`,
		`INSERT INTO ticket (id, subject, status, done, priority, requester_id, organization_id, channel, tags, created, updated, solved_at, due, due_metric, due_state, waits_for, version)
			` + series + `SELECT {base} + i, 'The monthly export stops halfway (' || i || ')', ` + state + `, NOT (` + active + `),
			CASE WHEN i % 10 = 0 THEN 'urgent' WHEN i % 3 = 0 THEN 'high' ELSE 'normal' END, {base} + i - (i - 1) % 10, {base} + i - (i - 1) % 1000, 'mail', '[]',
			{at}, {at} + i % 1000 * 3600000000, CASE WHEN ` + active + ` THEN NULL ELSE {at} + 86400000000 END,
			CASE WHEN ` + active + ` THEN {at} + i % 500 * 3600000000 ELSE 9007199254740991 END, CASE WHEN ` + active + ` THEN 'first_reply' ELSE '' END,
			CASE WHEN ` + active + ` THEN 'running' ELSE '' END, '', 1 FROM n`,
		`INSERT INTO events (id, at, recorded, verb, actor_kind, actor_id, token_id, behalf_id, subject_kind, subject_id, cause_event, cause_blueprint, cause_version, depth, generation, visibility, data, salt, digest)
			` + series + `SELECT ` + event + `, {at}, {at}, 'ticket.created', 'mail', {base} + i - (i - 1) % 10, 0, 0, 'ticket', {base} + i, 0, 0, 0, 0, 1, 'public', '{"channel":"mail"}', ` + random + `, ` + random + ` FROM n`,
		`INSERT INTO event_order (pos, event_id, hash)
			` + series + `SELECT ` + place + `, ` + event + `, ` + random + ` FROM n`,
		`INSERT INTO comment (id, ticket_id, event_id, author_id, agent, public, channel, at, body_text, body_html, quoted_html, message_id)
			` + series + `SELECT {base} + i, {base} + i, ` + event + `, {base} + i - (i - 1) % 10, FALSE, TRUE, 'mail', {at}, ` + words + `, ` + words + `, '', '' FROM n`,
		`INSERT INTO work_item (source, key, person_id, team_id, due, urgency, subject_kind, subject_id, event_id, state, reason, created, updated)
			` + series + `SELECT 'ticket', CAST({base} + i AS TEXT), CASE WHEN i % 200 = 1 THEN 1 ELSE {base} + i % 300 END, NULL,
			{at} + i % 500 * 3600000000, 1, 'ticket', {base} + i, ` + event + `, 'open', '', {at}, {at} FROM n WHERE ` + mix + ` < 20`,
	} {
		if _, err := tx.ExecContext(ctx, fill.Replace(q)); err != nil {
			return fmt.Errorf("%.60s: %w", q, err)
		}
	}
	if err := fillAttributes(ctx, tx, fill, series); err != nil {
		return fmt.Errorf("attributes: %w", err)
	}
	return tx.Commit()
}
