package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

// runsPlaybook has ten steps; its first waits ten years, so that nothing is due by itself.
const runsPlaybook = `kind: playbook
name: bench
title: Bench
subject: organization
participants: [{ role: worker, from: starter }]
steps:
  - { name: wait, title: Wait, kind: wait, wait: { for: 87600h } }
  - { name: s1, title: One, owner: worker, after: [start], due: { from: start, days: 400 } }
  - { name: s2, title: Two, owner: worker, due: { days: 2 } }
  - { name: s3, title: Three, kind: approval, approval: { by: [worker] } }
  - { name: s4, title: Four, owner: worker }
  - { name: s5, title: Five, owner: worker, when: 'steps.s3.outcome == "approved"' }
  - { name: s6, title: Six, kind: wait, wait: { for: 24h } }
  - { name: s7, title: Seven, owner: worker }
  - { name: s8, title: Eight, owner: worker }
  - { name: s9, title: Nine, owner: worker, after: [s8, wait] }
`

// manyRuns is how many runs are under way, with ten steps each.
const manyRuns = 200_000

// runs measures the timers of many runs of a playbook, and how fast runs are started. -quick takes a hundredth.
func runs(ctx context.Context, s settings, e *engine, r *report) error {
	many, started, due := manyRuns, 10_000, 1000
	if s.each < 5*time.Second {
		many, started, due = many/100, started/100, due/10
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	e.stop()
	o := db.Options{Dir: e.folder}
	if e.cluster != nil {
		o = db.Options{URL: e.cluster.url("steward")}
	}
	a, err := app.New(ctx, app.Options{DB: o})
	if err != nil {
		return err
	}
	defer a.Close()
	docs, findings := blueprint.ParseFile("bench.yaml", runsPlaybook)
	if _, _, err := a.Apply(ctx, a.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder"}); err != nil {
		return err
	}
	if err := copyRuns(ctx, a, many); err != nil {
		return err
	}
	if err := e.tidy(ctx); err != nil {
		return err
	}
	of := number(float64(many)) + " runs"
	var worst time.Duration
	for range 50 {
		begun := time.Now()
		if _, err := a.Jobs.RunDue(ctx); err != nil {
			return err
		}
		worst = max(worst, time.Since(begun))
	}
	r.add(e, "tick, nothing due, "+of+": worst of 50", float64(worst.Microseconds())/1000, " ms", target{max: 20}, "")
	busy := func() time.Duration { return ownTime() + e.databaseTime() }
	before := busy()
	took, err := tickDue(ctx, a, due)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("tick, %s due, %s", number(float64(due)), of)
	r.add(e, name, took.Seconds(), " s", target{max: 2}, "")
	r.add(e, name+": processor time", (busy() - before).Seconds(), " s", target{}, "")
	if took, before, err = startMany(ctx, a, started, busy); err != nil {
		return err
	}
	name = "start of " + number(float64(started)) + " runs"
	r.add(e, name, took.Seconds(), " s", target{max: 20}, "")
	r.add(e, name+": processor time", before.Seconds(), " s", target{}, "")
	return nil
}

// copyRuns starts one run and copies its rows.
func copyRuns(ctx context.Context, a *app.App, many int) error {
	var first *playbook.Run
	err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		name := "Bench"
		org, err := a.Directory.CreateOrganization(ctx, tx, a.Root(), directory.OrganizationInput{Name: &name})
		if err != nil {
			return err
		}
		first, err = a.Playbooks.Start(ctx, tx, anAdministrator(a), playbook.StartInput{Playbook: "bench", Subject: ledger.Ref{Kind: "organization", ID: org.ID}})
		return err
	})
	if err != nil {
		return err
	}
	if _, err := a.Jobs.RunDue(ctx); err != nil {
		return err
	}
	const series = `WITH RECURSIVE n (i) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $3) `
	copies := map[string]string{
		"playbook_run": `id, playbook_id, playbook_version, subject_kind, subject_id, title, state, outcome, stage, starter_id, owner_id, parent_step, asked, watching, timer, created, started, version
			| n.i, playbook_id, playbook_version, subject_kind, subject_id, title, state, outcome, stage, starter_id, owner_id, parent_step, asked, watching, timer, created, started, version | id`,
		"playbook_step": `run_id, n, name, state, round, begins, ready, due, wake, told, outcome, data, event_id | n.i, playbook_step.n, name, state, round, begins, ready, due, wake, told, outcome, data, event_id | run_id`,
		"playbook_part": `run_id, role, person_id | n.i, role, person_id | run_id`,
		"job": `kind, key, subject_kind, subject_id, generation, args, due, state, attempts, owner, lease_until, error, created
			| kind, CAST(n.i AS TEXT), subject_kind, n.i, generation, args, due, state, attempts, owner, lease_until, error, created | kind = 'playbook.tick' AND subject_id`,
	}
	for _, table := range []string{"playbook_run", "playbook_step", "playbook_part", "job"} {
		part := strings.Split(copies[table], "|")
		columns, values, where := part[0], part[1], strings.TrimSpace(part[2])
		for from := int64(1); from <= int64(many); from += 5_000 {
			to := min(from+4_999, int64(many))
			err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO `+table+` (`+columns+`) `+series+`SELECT `+values+` FROM `+table+` CROSS JOIN n WHERE `+where+` = $1`, first.ID, first.ID+from, first.ID+to)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
	}
	return a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return db.Restart(ctx, tx, "playbook_run") })
}

// tickDue makes the wait of some runs end now, and lets the runner do it.
func tickDue(ctx context.Context, a *app.App, due int) (time.Duration, error) {
	now := db.Micros(time.Now().UTC())
	err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, q := range []string{`UPDATE playbook_step SET wake = $1 WHERE name = 'wait' AND run_id IN (SELECT id FROM playbook_run WHERE playbook_id > 0 ORDER BY id LIMIT $2)`,
			`UPDATE job SET due = $1 WHERE kind = 'playbook.tick' AND subject_id IN (SELECT id FROM playbook_run WHERE playbook_id > 0 ORDER BY id LIMIT $2)`} {
			if _, err := tx.Exec(ctx, q, now, due); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	begun := time.Now()
	go func() { a.Jobs.Run(running); close(done) }()
	defer func() { stop(); <-done }()
	for {
		var left int
		err := a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT count(*) FROM job WHERE kind = 'playbook.tick' AND due <= $1`, now).Scan(&left)
		})
		if err != nil || left == 0 {
			return time.Since(begun), err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// startMany starts runs about many organizations by a bulk start, and says how long that took and the
// processor time of it.
func startMany(ctx context.Context, a *app.App, many int, busy func() time.Duration) (took, processor time.Duration, err error) {
	ids := make([]int64, many)
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for i := range ids {
			name := fmt.Sprintf("Bench %d", i)
			o, err := a.Directory.CreateOrganization(ctx, tx, a.Root(), directory.OrganizationInput{Name: &name})
			if err != nil {
				return err
			}
			ids[i] = o.ID
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	begun, used := time.Now(), busy()
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := a.Playbooks.StartMany(ctx, tx, anAdministrator(a), playbook.BulkInput{Playbook: "bench", IDs: ids})
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	if _, err := a.Jobs.RunDue(ctx); err != nil {
		return 0, 0, err
	}
	var n int
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT started FROM playbook_bulk ORDER BY id DESC LIMIT 1`).Scan(&n)
	})
	if err == nil && n != many {
		err = fmt.Errorf("%d of %d runs were started", n, many)
	}
	return time.Since(begun), busy() - used, err
}

// anAdministrator is the first person of the instance, who may do everything.
func anAdministrator(a *app.App) act.Actor {
	by := a.Root()
	by.Kind, by.PersonID = act.Person, 1
	return by
}
