package job

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// claimBatch is how many jobs one look takes at most.
const claimBatch = 64

// errVoid says that the job was moved, cancelled or taken over while it ran.
var errVoid = errors.New("job: no longer ours")

// Run leases and runs what is due until ctx ends, then waits for runs under way.
func (q *Queue) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		changed := q.db.Changed()
		jobs, err := q.claim(ctx)
		if err != nil {
			if ctx.Err() == nil {
				slog.Warn("looking for due work failed; trying again", "error", err)
				db.Wait(ctx, nil, time.Second)
			}
			continue
		}
		for _, j := range jobs {
			running.Go(func() {
				defer func() { <-q.kinds[j.Kind].free }()
				q.run(ctx, j)
			})
		}
		if len(jobs) == 0 {
			db.Wait(ctx, changed, q.untilNext(ctx))
		}
	}
}

// RunDue runs everything due now, one after another, and returns how many it ran. Tests
// and one-off commands use it instead of Run.
func (q *Queue) RunDue(ctx context.Context) (ran int, err error) {
	for {
		jobs, err := q.claim(ctx)
		if err != nil || len(jobs) == 0 {
			return ran, err
		}
		for _, j := range jobs {
			q.run(ctx, j)
			<-q.kinds[j.Kind].free
			ran++
		}
	}
}

// claim leases due jobs of kinds that have room, and ones whose lease ran out.
func (q *Queue) claim(ctx context.Context) ([]Job, error) {
	room := map[string]int{}
	for name, k := range q.kinds {
		for range cap(k.free) {
			select {
			case k.free <- struct{}{}:
				room[name]++
				continue
			default:
			}
			break
		}
	}
	var jobs []Job
	release := func() {
		for name, n := range room {
			for range n {
				<-q.kinds[name].free
			}
		}
	}
	if !q.anyDue(ctx) {
		release()
		return nil, nil
	}
	err := q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		jobs = nil
		for name, n := range room {
			got, err := q.claimKind(ctx, tx, name, min(n, claimBatch))
			if err != nil {
				return err
			}
			jobs = append(jobs, got...)
		}
		return nil
	})
	if err != nil {
		release()
		return nil, err
	}
	for _, j := range jobs {
		room[j.Kind]--
	}
	release()
	return jobs, nil
}

const jobColumns = `id, kind, key, subject_kind, subject_id, generation, args, due, state, attempts, error, created, owner`

// anyDue looks without writing, so that an idle node costs nothing.
func (q *Queue) anyDue(ctx context.Context) bool {
	var due bool
	err := q.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM job WHERE state = 'ready' AND due <= $1)
			OR EXISTS (SELECT 1 FROM job WHERE state = 'running' AND lease_until < `+databaseNow(tx.Engine())+`)`, db.Micros(q.clock())).Scan(&due)
	})
	return err != nil || due // on trouble let the claim report it
}

func (q *Queue) claimKind(ctx context.Context, tx db.Tx, name string, n int) ([]Job, error) {
	if n == 0 {
		return nil, nil
	}
	now := databaseNow(tx.Engine())
	skip := ""
	if tx.Engine() == db.Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	rows, err := tx.Query(ctx, `UPDATE job SET state = 'running', attempts = attempts + 1, owner = $1, lease_until = `+now+` + $2
		WHERE id IN (SELECT id FROM job WHERE state = 'ready' AND due <= $3 AND kind = $4 ORDER BY due, id LIMIT $5`+skip+`)
		RETURNING `+jobColumns, q.owner, q.kinds[name].Lease.Microseconds(), db.Micros(q.clock()), name, n)
	if err != nil {
		return nil, err
	}
	jobs, err := scanJobs(rows)
	if err != nil || len(jobs) == n {
		return jobs, err
	}
	// Leases that ran out: their node died or lost the database.
	rows, err = tx.Query(ctx, `UPDATE job SET attempts = attempts + 1, owner = $1, lease_until = `+now+` + $2
		WHERE id IN (SELECT id FROM job WHERE state = 'running' AND lease_until < `+now+` AND kind = $3 ORDER BY lease_until LIMIT $4`+skip+`)
		RETURNING `+jobColumns, q.owner, q.kinds[name].Lease.Microseconds(), name, n-len(jobs))
	if err != nil {
		return nil, err
	}
	late, err := scanJobs(rows)
	return append(jobs, late...), err
}

func scanJobs(rows *sql.Rows) ([]Job, error) {
	defer rows.Close()
	var out []Job
	for rows.Next() {
		var j Job
		var due, created int64
		var args string
		if err := rows.Scan(&j.ID, &j.Kind, &j.Key, &j.Subject.Kind, &j.Subject.ID, &j.Generation, &args, &due, &j.State, &j.Attempts,
			&j.Error, &created, &j.owner); err != nil {
			return nil, err
		}
		j.Args, j.Due, j.Created = []byte(args), db.Time(due), db.Time(created)
		out = append(out, j)
	}
	return out, rows.Err()
}

// run does one job and records how it went.
func (q *Queue) run(ctx context.Context, j Job) {
	k := q.kinds[j.Kind]
	var err error
	if k.tx != nil {
		err = q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := q.finish(ctx, tx, j); err != nil {
				return err
			}
			return k.tx(ctx, tx, j)
		})
	} else {
		err = q.runIO(ctx, k, j)
	}
	if err == nil || errors.Is(err, errVoid) {
		return
	}
	if err := q.failed(ctx, k, j, err); err != nil {
		slog.Warn("a failed job could not be recorded; its lease will run out", "kind", j.Kind, "key", j.Key, "error", err)
	}
}

func (q *Queue) runIO(ctx context.Context, k kind, j Job) error {
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	go q.heartbeat(work, k, j, cancel)
	end, err := k.io(work, j)
	if err != nil {
		return err
	}
	// The world has changed; note it even while shutting down.
	return q.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
		if err := q.finish(ctx, tx, j); err != nil {
			return err
		}
		if end == nil {
			return nil
		}
		return end(ctx, tx)
	})
}

// heartbeat extends the lease while the work goes on and stops the work when it was taken over.
func (q *Queue) heartbeat(ctx context.Context, k kind, j Job, stop func()) {
	for {
		db.Wait(ctx, nil, k.Lease/3)
		if ctx.Err() != nil {
			return
		}
		var n int64
		err := q.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			n, err = tx.Exec(ctx, `UPDATE job SET lease_until = `+databaseNow(tx.Engine())+` + $1 WHERE id = $2 AND generation = $3 AND owner = $4`,
				k.Lease.Microseconds(), j.ID, j.Generation, j.owner)
			return err
		})
		if err == nil && n == 0 {
			stop()
			return
		}
	}
}

// finish removes the job, unless it was moved or taken over meanwhile.
func (q *Queue) finish(ctx context.Context, tx db.Tx, j Job) error {
	n, err := tx.Exec(ctx, `DELETE FROM job WHERE id = $1 AND generation = $2 AND owner = $3 AND attempts = $4`, j.ID, j.Generation, j.owner, j.Attempts)
	if err == nil && n == 0 {
		return errVoid
	}
	return err
}

// failed puts the job back for later, or parks it. Trouble of the database or a shutdown
// is not the job's fault and costs it no attempt.
func (q *Queue) failed(ctx context.Context, k kind, j Job, why error) error {
	state, attempts, wait := Ready, j.Attempts, k.Backoff(j.Attempts)
	switch {
	case ctx.Err() != nil:
		attempts, wait = j.Attempts-1, 0
	case fault.Is(why, fault.Unavailable):
		attempts, wait = j.Attempts-1, time.Second
	case j.Attempts >= k.MaxAttempts:
		state = Parked
		slog.Error("a job was given up after its last try", "kind", j.Kind, "key", j.Key, "attempts", j.Attempts, "error", why)
	}
	text := why.Error()
	if len(text) > 2000 {
		text = strings.ToValidUTF8(text[:2000], "")
	}
	return q.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE job SET state = $1, attempts = $2, due = $3, owner = '', error = $4 WHERE id = $5 AND generation = $6 AND owner = $7`,
			string(state), attempts, db.Micros(q.clock().Add(wait)), text, j.ID, j.Generation, j.owner)
		return err
	})
}

// untilNext is how long nothing will be due: at most a second, because other nodes add work.
func (q *Queue) untilNext(ctx context.Context) time.Duration {
	var due sql.NullInt64
	err := q.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT min(due) FROM job WHERE state = 'ready'`).Scan(&due)
	})
	if err != nil || !due.Valid {
		return time.Second
	}
	return max(0, min(time.Second, db.Time(due.Int64).Sub(q.clock())))
}
