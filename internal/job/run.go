package job

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
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

// Run leases and runs what is due until ctx ends. Then it gives runs under way a few seconds to
// finish; what does not is told to stop and given back.
func (q *Queue) Run(ctx context.Context) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	defer stop()
	defer func() {
		late := time.AfterFunc(q.grace, stop)
		running.Wait()
		late.Stop()
	}()
	freed := make(chan struct{}, 1) // holds a mark when a run has ended since the last look
	var next time.Time              // when the whole queue is to be looked at
	for ctx.Err() == nil {
		began, elsewhere := time.Now(), q.db.ChangedElsewhere()
		var jobs []Job
		var err error
		if told, all := q.hints.take(); all || !began.Before(next) {
			var wait time.Duration
			jobs, wait, err = q.claim(ctx, false)
			next = began.Add(wait)
		} else if len(told) > 0 {
			jobs, err = q.claimOf(ctx, told, false)
		}
		if soon := began.Add(lookAfter); len(jobs) > 0 && next.After(soon) {
			next = soon // behind what was due something may be due soon
		}
		if err != nil {
			q.hints.lookAgain()
			if ctx.Err() == nil {
				slog.Warn("looking for due work failed; trying again", "error", err)
				db.Wait(ctx, nil, time.Second)
			}
			continue
		}
		for _, j := range jobs {
			running.Go(func() {
				q.run(work, j)
				<-q.kinds[j.Kind].free
				q.hints.again(j.Kind)
				select {
				case freed <- struct{}{}:
				default:
				}
			})
		}
		if len(jobs) == 0 {
			t := time.NewTimer(max(0, time.Until(next)))
			select {
			case <-q.hints.fresh:
			case <-elsewhere:
				q.hints.lookAgain()
			case <-freed:
			case <-t.C:
			case <-ctx.Done():
			}
			t.Stop()
		}
		db.Pace(ctx, began, lookEvery)
	}
}

// lookAfter is how soon the whole queue is looked at again after something was due.
const lookAfter = 50 * time.Millisecond

// lookEvery is how long a look is worth: under load every commit wakes the runner and every
// run that ends makes room, and one look for all of them costs the same as one for each.
const lookEvery = 5 * time.Millisecond

// RunDue runs everything due now, one after another in the order of due times, and returns
// how many it ran. Tests and one-off commands use it instead of Run.
func (q *Queue) RunDue(ctx context.Context) (ran int, err error) {
	for {
		jobs, _, err := q.claim(ctx, true)
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

// claim leases due jobs of kinds that have room, and ones whose lease ran out: all that
// there is room for, or the one due first. wait is how long nothing more will be due.
func (q *Queue) claim(ctx context.Context, one bool) (jobs []Job, wait time.Duration, err error) {
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
	}
	slices.SortFunc(jobs, func(a, b Job) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return jobs, nil
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

// run does one job and records how it went.
func (q *Queue) run(ctx context.Context, j Job) {
	k := q.kinds[j.Kind]
	var err error
	if q.watch != nil {
		var done func(error)
		ctx, done = q.watch(ctx, "job "+j.Kind)
		defer func() { done(err) }()
	}
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
	if errors.Is(err, errVoid) {
		err = nil
	}
	if err == nil {
		return
	}
	ferr := q.failed(ctx, k, j, err)
	for end := time.Now().Add(k.Lease); fault.Is(ferr, fault.Unavailable) && ctx.Err() == nil && time.Now().Before(end); {
		db.Wait(ctx, nil, 250*time.Millisecond) // the database is away for a moment; a lease nobody works for would last
		ferr = q.failed(ctx, k, j, err)
	}
	if ferr != nil {
		slog.Warn("a failed job could not be recorded; its lease will run out", "kind", j.Kind, "key", j.Key, "error", ferr)
	}
}

func (q *Queue) runIO(ctx context.Context, k kind, j Job) error {
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	go q.heartbeat(work, k, j, cancel)
	end, err := k.callIO(work, j)
	if err != nil {
		return err
	}
	// The world has changed; note it even while shutting down, and when the database is away
	// for a moment: running again would do the work twice.
	ctx = context.WithoutCancel(ctx)
	for try := 1; ; try++ {
		err := q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := q.finish(ctx, tx, j); err != nil {
				return err
			}
			if end == nil {
				return nil
			}
			return end(ctx, tx)
		})
		if try == noteTries || !fault.Is(err, fault.Unavailable) {
			return err
		}
		db.Wait(ctx, nil, 100*time.Millisecond<<try)
	}
}

// noteTries is how often a finished HandleIO job is noted while the database is away; about
// six seconds.
const noteTries = 6

// callIO calls the handler, turning a panic into an error: it runs on a goroutine of its
// own, where a panic would take the whole process down.
func (k kind) callIO(ctx context.Context, j Job) (end Finish, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a job: %v\n%s", p, debug.Stack())
		}
	}()
	return k.io(ctx, j)
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
			n, err = tx.Exec(ctx, `UPDATE job SET lease_until = `+databaseNow(tx.Engine())+` + $1
				WHERE id = $2 AND generation = $3 AND owner = $4 AND attempts = $5`, k.Lease.Microseconds(), j.ID, j.Generation, j.owner, j.Attempts)
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
	return tx.Must(ctx, errVoid, `DELETE FROM job WHERE id = $1 AND generation = $2 AND owner = $3 AND attempts = $4`, j.ID, j.Generation, j.owner, j.Attempts)
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
		_, err := tx.Exec(ctx, `UPDATE job SET state = $1, attempts = $2, due = $3, owner = '', error = $4
			WHERE id = $5 AND generation = $6 AND owner = $7 AND attempts = $8`,
			string(state), attempts, db.Micros(q.clock().Add(wait)), text, j.ID, j.Generation, j.owner, j.Attempts)
		return err
	})
}
