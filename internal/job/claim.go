package job

import (
	"cmp"
	"context"
	"database/sql"
	"log/slog"
	"slices"
	"time"

	"steward/internal/db"
)

// claim leases due jobs of kinds that have room, and ones whose lease ran out: all that
// there is room for, or the one due first. wait is how long nothing more will be due.
func (q *Queue) claim(ctx context.Context, one bool) (jobs []Job, wait time.Duration, err error) {
	if err := q.giveBack(ctx); err != nil {
		return nil, 0, err
	}
	look, err := q.look(ctx)
	if err != nil {
		return nil, 0, err
	}
	jobs, err = q.claimOf(ctx, look.due, one)
	return jobs, look.wait, err
}

// claimOf is claim for kinds that are known to have work. Kinds without room for all of it, or
// whose work it took as much of as there was room for, are looked at again when a run ends.
func (q *Queue) claimOf(ctx context.Context, due []dueKind, one bool) (jobs []Job, err error) {
	room := q.reserve(due)
	defer func() { q.release(room) }()
	take := make([]dueKind, 0, len(due))
	for _, k := range due {
		if room[k.name] > 0 {
			take = append(take, k)
		} else {
			q.hints.wait(k.name)
		}
	}
	if len(take) == 0 {
		return nil, nil
	}
	if one {
		take = take[:1]
	}
	err = q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		jobs = nil
		for _, k := range take {
			n := min(room[k.name], claimBatch)
			if one {
				n = 1
			}
			got, err := q.claimKind(ctx, tx, k, n)
			if err != nil {
				return err
			}
			if len(got) == n {
				q.hints.wait(k.name)
			}
			jobs = append(jobs, got...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		room[j.Kind]-- // its place is given back when it has run
		q.held.Store(j.ID, true)
	}
	slices.SortFunc(jobs, func(a, b Job) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return jobs, nil
}

// giveBack makes jobs ready again that are leased to this runner and that it does not know of: the
// database took a claim and went away before it could say so. Nobody works on them, and nobody
// else may before their lease runs out.
func (q *Queue) giveBack(ctx context.Context) error {
	if !q.unsure.Load() {
		return nil
	}
	err := q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM job WHERE state = 'running' AND owner = $1`, q.owner)
		leased, err := db.Collect(rows, err, func(row db.Scanner) (id int64, err error) { err = row.Scan(&id); return })
		if err != nil {
			return err
		}
		for _, id := range leased {
			if _, held := q.held.Load(id); held {
				continue
			}
			if _, err := tx.Exec(ctx, `UPDATE job SET state = 'ready', attempts = attempts - 1, owner = '' WHERE id = $1 AND state = 'running' AND owner = $2`, id, q.owner); err != nil {
				return err
			}
		}
		return nil
	})
	q.unsure.Store(err != nil)
	return err
}

// reserve takes every free place of the kinds that have work.
func (q *Queue) reserve(kinds []dueKind) map[string]int {
	room := map[string]int{}
	for _, k := range kinds {
		free := q.kinds[k.name].free
		for more := true; more; {
			select {
			case free <- struct{}{}:
				room[k.name]++
			default:
				more = false
			}
		}
	}
	return room
}

func (q *Queue) release(room map[string]int) {
	for name, n := range room {
		for range n {
			<-q.kinds[name].free
		}
	}
}

// outlook is what a look at the queue finds, for the kinds this node knows.
type outlook struct {
	due  []dueKind     // kinds with something to do, the one due first in front
	wait time.Duration // until something else is due; a second at most, because other nodes add work
}

// dueKind is a kind with something to do.
type dueKind struct {
	name string
	at   int64 // the earliest due time; 0 when only leases ran out
	late bool  // leases ran out: their node died or lost the database
}

// earliest finds, of each kind in the queue, when something is due, and which kinds have leases
// that ran out. It steps through the index from kind to kind: one short plan however many kinds
// there are (a subquery for each of thirty took PostgreSQL 5 ms to plan at every wake-up), and a
// kind with a long backlog does not slow the others down.
func earliest(e db.Engine) string {
	next := func(column string) string {
		return `(SELECT j.` + column + ` FROM job j WHERE j.state = 'ready' AND j.kind > k.kind ORDER BY j.kind, j.due LIMIT 1)`
	}
	return `WITH RECURSIVE k (kind, due) AS (SELECT * FROM (SELECT kind, due FROM job WHERE state = 'ready' ORDER BY kind, due LIMIT 1) AS first
		UNION ALL SELECT ` + next("kind") + `, ` + next("due") + ` FROM k WHERE k.kind IS NOT NULL)
		SELECT kind, due, FALSE FROM k WHERE kind IS NOT NULL
		UNION ALL SELECT DISTINCT kind, CAST(NULL AS bigint), TRUE FROM job WHERE state = 'running' AND lease_until < ` + databaseNow(e)
}

// knows reports whether this node has a handler for a kind.
func (q *Queue) knows(name string) bool {
	_, ok := q.kinds[name]
	return ok
}

// look finds out what there is to do without writing, so that an idle node costs nothing. Kinds
// that this node does not know are other nodes' business.
func (q *Queue) look(ctx context.Context) (o outlook, err error) {
	o.wait = time.Second
	now := db.Micros(q.clock())
	found := map[string]dueKind{}
	err = q.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		clear(found)
		rows, err := tx.Query(ctx, earliest(q.db.Engine()))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var due sql.NullInt64
			var late bool
			if err := rows.Scan(&name, &due, &late); err != nil {
				return err
			}
			k := found[name]
			k.name, k.late = name, k.late || late
			switch {
			case !q.knows(name):
				continue
			case due.Valid && due.Int64 <= now:
				k.at = due.Int64
			case due.Valid:
				o.wait = min(o.wait, time.Duration(due.Int64-now)*time.Microsecond)
				continue
			}
			found[name] = k
		}
		return rows.Err()
	})
	for _, k := range found {
		o.due = append(o.due, k)
	}
	slices.SortFunc(o.due, func(a, b dueKind) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.name, b.name)) })
	return o, err
}

const jobColumns = `id, kind, key, subject_kind, subject_id, generation, args, due, state, attempts, error, created, owner`

// claimKind leases up to n jobs of a kind: what is due, then what another runner left behind.
func (q *Queue) claimKind(ctx context.Context, tx db.Tx, k dueKind, n int) ([]Job, error) {
	now := databaseNow(tx.Engine())
	skip := ""
	if tx.Engine() == db.Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	if k.late {
		if err := q.parkExhausted(ctx, tx, k.name, now, skip); err != nil {
			return nil, err
		}
	}
	// MATERIALIZED: the choice is made once, so never more than n are taken.
	rows, err := tx.Query(ctx, `WITH pick AS MATERIALIZED (SELECT id FROM job WHERE state = 'ready' AND due <= $3 AND kind = $4 ORDER BY due, id LIMIT $5`+skip+`)
		UPDATE job SET state = 'running', attempts = attempts + 1, owner = $1, lease_until = `+now+` + $2
		WHERE id IN (SELECT id FROM pick) RETURNING `+jobColumns, q.owner, q.kinds[k.name].Lease.Microseconds(), db.Micros(q.clock()), k.name, n)
	jobs, err := db.Collect(rows, err, scanJob)
	if err != nil || !k.late || len(jobs) == n {
		return jobs, err
	}
	rows, err = tx.Query(ctx, `WITH pick AS MATERIALIZED (SELECT id FROM job WHERE state = 'running' AND lease_until < `+now+` AND kind = $3 ORDER BY lease_until, id LIMIT $4`+skip+`)
		UPDATE job SET attempts = attempts + 1, owner = $1, lease_until = `+now+` + $2
		WHERE id IN (SELECT id FROM pick) RETURNING `+jobColumns, q.owner, q.kinds[k.name].Lease.Microseconds(), k.name, n-len(jobs))
	late, err := db.Collect(rows, err, scanJob)
	return append(jobs, late...), err
}

// parkExhausted gives up jobs whose runner was lost at their last try: one that takes its
// process down would do so for ever.
func (q *Queue) parkExhausted(ctx context.Context, tx db.Tx, name, now, skip string) error {
	n, err := tx.Exec(ctx, `WITH pick AS MATERIALIZED (SELECT id FROM job WHERE state = 'running' AND lease_until < `+now+` AND kind = $1 AND attempts >= $2`+skip+`)
		UPDATE job SET state = 'parked', owner = '', error = 'The node that ran it was lost each time.' WHERE id IN (SELECT id FROM pick)`,
		name, q.kinds[name].MaxAttempts)
	if n > 0 {
		slog.Error("jobs were given up: the node that ran them was lost at the last try", "kind", name, "jobs", n)
	}
	return err
}

func scanJob(row db.Scanner) (Job, error) {
	var j Job
	var due, created int64
	var args string
	err := row.Scan(&j.ID, &j.Kind, &j.Key, &j.Subject.Kind, &j.Subject.ID, &j.Generation, &args, &due, &j.State, &j.Attempts, &j.Error, &created, &j.owner)
	j.Args, j.Due, j.Created = []byte(args), db.Time(due), db.Time(created)
	return j, err
}
