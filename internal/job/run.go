package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
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
			q.unsure.Store(true)
			q.hints.lookAgain()
			if ctx.Err() == nil {
				slog.Warn("looking for due work failed; trying again", "error", err)
				db.Wait(ctx, nil, time.Second)
			}
			continue
		}
		for _, some := range q.together(jobs) {
			running.Go(func() {
				q.runSome(work, some)
				for _, j := range some {
					q.ended(j)
				}
				q.hints.again(some[0].Kind)
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
			q.ended(j)
			ran++
		}
	}
}

// ended gives the place of a job back that has run.
func (q *Queue) ended(j Job) {
	q.held.Delete(j.ID)
	<-q.kinds[j.Kind].free
}

// together puts jobs that share a transaction into one slice each.
func (q *Queue) together(jobs []Job) (out [][]Job) {
	open := map[string]int{} // where the newest slice of a kind is
	for _, j := range jobs {
		n, ok := open[j.Kind]
		if k := q.kinds[j.Kind]; k.some == nil || !ok || len(out[n]) == k.Together {
			open[j.Kind] = len(out)
			out = append(out, []Job{j})
			continue
		}
		out[n] = append(out[n], j)
	}
	return out
}

// runSome does several jobs of a kind in one transaction, or each by itself when that fails.
func (q *Queue) runSome(ctx context.Context, jobs []Job) {
	if len(jobs) > 1 && q.doSome(ctx, jobs) == nil {
		return
	}
	for _, j := range jobs {
		q.run(ctx, j)
	}
}

func (q *Queue) doSome(ctx context.Context, jobs []Job) (err error) {
	k := q.kinds[jobs[0].Kind]
	ctx, done := q.watched(ctx, jobs[0].Kind)
	defer func() { done(err) }()
	return q.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, j := range jobs {
			if err := q.finish(ctx, tx, j); err != nil {
				return err
			}
		}
		return k.some(ctx, tx, jobs)
	})
}

// watched tells who observes that work of a kind begins; the function it returns, how it ended.
func (q *Queue) watched(ctx context.Context, kind string) (context.Context, func(error)) {
	if q.watch == nil {
		return ctx, func(error) {}
	}
	return q.watch(ctx, "job "+kind)
}

// run does one job and records how it went.
func (q *Queue) run(ctx context.Context, j Job) {
	k := q.kinds[j.Kind]
	var err error
	ctx, done := q.watched(ctx, j.Kind)
	defer func() { done(err) }()
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
