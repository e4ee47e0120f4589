package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// healthBase keeps the ids of filled accounts apart from all others.
const healthBase = 20_000_000

// fillAccounts adds accounts from and to with plain SQL: each with an installation, five metrics a
// week, a contact and two tickets a month, judgements four times a year, and a health that changes
// every week. The events carry no valid chain: this data is for measuring and nothing else.
func (e *engine) fillAccounts(ctx context.Context, from, to, weeks int) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	relax := `SET synchronous_commit = off`
	if e.cluster == nil {
		relax = `PRAGMA synchronous = OFF`
	}
	if _, err := d.ExecContext(ctx, relax); err != nil {
		return err
	}
	for ; from <= to; from += 5000 {
		if err := e.fillSomeAccounts(ctx, d, from, min(from+4999, to), weeks); err != nil {
			return err
		}
	}
	tidy := []string{`UPDATE event_cursor SET pos = (SELECT max(pos) FROM event_order)`}
	if e.cluster != nil {
		tidy = append(tidy, `SELECT setval('event_id', (SELECT max(id) + 1 FROM events))`, `VACUUM ANALYZE`, `CHECKPOINT`)
		for _, table := range []string{"usage_instance", "usage_series", "usage_batch", "judgement"} {
			tidy = append(tidy, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%[1]s', 'id'), (SELECT max(id) + 1 FROM %[1]s))`, table))
		}
	}
	for _, q := range tidy {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

func (e *engine) fillSomeAccounts(ctx context.Context, d execer, from, to, weeks int) error {
	const week, day = int64(7) * 86_400_000_000, int64(86_400_000_000)
	now := time.Now().UnixMicro()
	random := `randomblob(32)`
	series := `WITH RECURSIVE n (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}), w (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM w WHERE k < {weeks} - 1) `
	if e.cluster != nil {
		random = `sha256(int8send(i))`
		series = `WITH n AS (SELECT i::bigint AS i FROM generate_series({from}, {to}) AS i), w AS (SELECT k::bigint AS k FROM generate_series(0, {weeks} - 1) AS k) `
	}
	at := `({now} - k * {week} - i % 7 * {day})`
	words := strings.NewReplacer("{base}", fmt.Sprint(healthBase), "{from}", fmt.Sprint(from), "{to}", fmt.Sprint(to), "{weeks}", fmt.Sprint(weeks), "{now}", fmt.Sprint(now), "{week}", fmt.Sprint(week), "{day}", fmt.Sprint(day), "{at}", strings.NewReplacer("{now}", fmt.Sprint(now), "{week}", fmt.Sprint(week), "{day}", fmt.Sprint(day)).Replace(at))
	measureID := func(name string) string { return `(SELECT max(id) FROM measure_name WHERE name = '` + name + `')` }
	metric := func(m int, name, value string) []string {
		id := fmt.Sprintf(`({base} + i * 8 + %d)`, m)
		return []string{`INSERT INTO usage_series (id, instance_id, metric, at, value) ` + series + `SELECT ` + id + `, {base} + i, '` + name + `', ` + strings.ReplaceAll(at, "k *", "0 *") + `, ` + strings.ReplaceAll(value, "k", "0") + ` FROM n`,
			`INSERT INTO usage_point (series_id, at, batch_id, value) ` + series + `SELECT ` + id + `, {at}, {base} + {weeks} - k, ` + value + ` FROM n CROSS JOIN w`}
	}
	latest := func(name string) []string {
		return []string{`INSERT INTO measure_now (measure_id, subject_id, amount) ` + series + `SELECT ` + measureID(name) + `, {base} + i, 1 FROM n`,
			`INSERT INTO measure_change (measure_id, subject_id, valid_from, pos, recorded, amount, word, record_id, event_id) ` + series + `SELECT ` + measureID(name) + `, {base} + i, {at}, 1, {at}, {at}, '', {base} + i, 1 FROM n CROSS JOIN w WHERE k % 4 = i % 4`}
	}
	queries := []string{
		`INSERT INTO organization (id, name, name_fold, attributes, created, updated, version) ` + series + `SELECT {base} + i, 'Account ' || i, 'account ' || i, '{}', {now} - 700 * {day}, {now}, 1 FROM n`,
		`INSERT INTO account (organization_id, plan, segment, coverage, stage, revenue, currency, since, renewal, csm_id, created, updated, version) ` + series + `SELECT {base} + i, 'premium', CASE i % 4 WHEN 0 THEN 'Enterprise' WHEN 1 THEN 'Small business' ELSE 'Mid-market' END,
			CASE i % 3 WHEN 0 THEN 'P1' WHEN 1 THEN 'P2' ELSE 'pooled' END, 'adoption', 1000000 + i * 7919 % 30000000, 'EUR', {now} - (400 + i % 1000) * {day}, {now} + (i % 365) * {day}, CASE WHEN i % 500 = 1 THEN 1 END, {now} - 700 * {day}, {now}, 1 FROM n`,
		`INSERT INTO usage_instance (id, organization_id, key, purpose, chosen, created, seen) ` + series + `SELECT {base} + i, {base} + i, 'production', 'production', FALSE, {now} - 700 * {day}, {now} FROM n`,
		`INSERT INTO usage_batch (id, key, digest, source, by_id, recorded, points, report) ` + series + `SELECT {base} + {weeks} - k, 'bench ' || {from} || ' ' || k, '', 'bench', 1, {now} - k * {week}, 0, '' FROM w WHERE {from} = 1`,
		`INSERT INTO usage_batch_instance (batch_id, instance_id, event_id, points) ` + series + `SELECT {base} + {weeks} - k, {base} + i, 1, 5 FROM n CROSS JOIN w`,
		`INSERT INTO judgement (organization_id, measure_id, value, word, reason, by_id, at, recorded, event_id) ` + series + `SELECT {base} + i, b.id, 0, CASE WHEN b.name = 'sentiment' THEN CASE (i + k) % 9 WHEN 0 THEN 'red' WHEN 1 THEN 'yellow' ELSE 'green' END ELSE CASE (i + k) % 5 WHEN 0 THEN 'none' WHEN 1 THEN 'draft' ELSE 'running' END END, 'Bench', 1, {at}, {at}, 1
			FROM n CROSS JOIN w CROSS JOIN (SELECT id, name FROM blueprint WHERE kind = 'manual_measure') AS b WHERE k % 13 = 0`,
		`INSERT INTO measure_change (measure_id, subject_id, valid_from, pos, recorded, amount, word, record_id, event_id) ` + series + `SELECT ` + measureID("desk.opened_30d") + `, {base} + i, {at}, 1, {at}, 1, '', {base} + i * 60 + k, 1 FROM n CROSS JOIN w WHERE (k + i) % 2 = 0`,
		`INSERT INTO measure_now (measure_id, subject_id, amount) ` + series + `SELECT ` + measureID("desk.open_urgent") + `, {base} + i, i % 2 FROM n`,
		`INSERT INTO measure_now (measure_id, subject_id, amount) ` + series + `SELECT ` + measureID("desk.opened_30d") + `, {base} + i, 26 FROM n`,
		`INSERT INTO measure_change (measure_id, subject_id, valid_from, pos, recorded, amount, word, record_id, event_id) ` + series + `SELECT ` + measureID("desk.open_urgent") + `, {base} + i, {at}, 1, {at}, CASE WHEN k % 2 = 0 THEN 1 ELSE -1 END, '', {base} + i, 1 FROM n CROSS JOIN w WHERE k % 5 = 0`,
	}
	if weeks == healthWeeks {
		queries = append(queries, `INSERT INTO health (organization_id, at, score, band, observed, applicable, card_id, card_version, event_id) `+series+`SELECT {base} + i, {at}, 5000 + (i + k) % 40 * 100, CASE WHEN (i + k) % 40 < 25 THEN 'yellow' ELSE 'green' END, 9000, 10000, b.id, 1, 1
			FROM n CROSS JOIN w CROSS JOIN (SELECT id FROM blueprint WHERE kind = 'scorecard' AND name = 'bench') AS b`,
			`INSERT INTO events (id, at, recorded, verb, actor_kind, actor_id, token_id, behalf_id, subject_kind, subject_id, cause_event, cause_blueprint, cause_version, depth, generation, visibility, data, salt, digest) `+series+`SELECT (SELECT max(id) FROM events) + row_number() OVER (ORDER BY i, k), {at}, {at}, 'account.changed', 'person', 1, 0, 0, 'organization', {base} + i, 0, 0, 0, 0, 1, 'internal', '{"changes":{"stage":["growth","adoption"]}}', `+random+`, `+random+` FROM n CROSS JOIN w WHERE k = 30`,
			`INSERT INTO event_order (pos, event_id, hash) SELECT (SELECT max(pos) FROM event_order) + row_number() OVER (ORDER BY e.id), e.id, e.digest FROM events e WHERE NOT EXISTS (SELECT 1 FROM event_order o WHERE o.event_id = e.id)`)
	}
	for m, of := range []struct{ name, value string }{{"licensed_users", "100.0 + i % 900"}, {"billable_users", "(100.0 + i % 900) * (20 + (i * 7 + k) % 80) / 100"}, {"active_users_28d", "(100.0 + i % 900) * (10 + (i * 3 + k) % 60) / 100"},
		{"git_users", "(100.0 + i % 900) * (i * 11 + k) % 60 / 100"}, {"builds", "100.0 * ((i + k) % 90)"}} {
		queries = append(queries, metric(m, of.name, of.value)...)
	}
	queries = append(append(queries, latest("success.last_contact")...), latest("success.last_review")...)
	for _, q := range queries {
		if _, err := d.ExecContext(ctx, words.Replace(q)); err != nil {
			return fmt.Errorf("%.80s: %w", q, err)
		}
	}
	return nil
}
