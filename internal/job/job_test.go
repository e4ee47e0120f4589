package job_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/job"
)

var bg = context.Background()

// start is when the tests' clocks begin.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test sets.
type clock struct{ us atomic.Int64 }

func newClock() *clock                   { c := &clock{}; c.us.Store(start.UnixMicro()); return c }
func (c *clock) now() time.Time          { return time.UnixMicro(c.us.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.us.Add(d.Microseconds()) }

const effectTable = `CREATE TABLE effect (key TEXT NOT NULL, attempt BIGINT NOT NULL)`

func write(t testing.TB, d *db.DB, fn db.Func) {
	t.Helper()
	if err := d.Write(bg, fn); err != nil {
		t.Fatal(err)
	}
}

func do(t testing.TB, d *db.DB, sql string, args ...any) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

func number(t testing.TB, d *db.DB, sql string, args ...any) (n int64) {
	t.Helper()
	err := d.Read(bg, func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, sql, args...).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func enqueue(t testing.TB, d *db.DB, q *job.Queue, now time.Time, kind string, keys ...string) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx db.Tx) error {
		for _, k := range keys {
			if err := q.Enqueue(ctx, tx, now, job.Spec{Kind: kind, Key: k, Due: now}); err != nil {
				return err
			}
		}
		return nil
	})
}

func set(t testing.TB, d *db.DB, q *job.Queue, now, due time.Time, kind, key string, args any) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx db.Tx) error {
		return q.Set(ctx, tx, now, job.Spec{Kind: kind, Key: key, Due: due, Args: args})
	})
}

func runDue(t testing.TB, q *job.Queue) int {
	t.Helper()
	n, err := q.RunDue(bg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// effect is a handler that notes that the job ran.
func effect(ctx context.Context, tx db.Tx, j job.Job) error {
	_, err := tx.Exec(ctx, `INSERT INTO effect (key, attempt) VALUES ($1, $2)`, j.Key, j.Attempts)
	return err
}

func keys(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("k%04d", i))
	}
	return out
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}

// running starts a runner that stops with the test, or earlier with stop.
func running(t testing.TB, q *job.Queue) (stop func()) {
	ctx, cancel := context.WithCancel(bg)
	done := make(chan struct{})
	go func() { defer close(done); q.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func TestSameKeyTwiceIsOneJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		c := newClock()
		q := job.New(d, c.now)
		q.Handle("a", job.Options{}, effect)
		q.Handle("b", job.Options{}, effect)
		enqueue(t, d, q, c.now(), "a", "k", "k")
		enqueue(t, d, q, c.now(), "a", "k")
		enqueue(t, d, q, c.now(), "b", "k") // another kind's key is its own
		if n := runDue(t, q); n != 2 {
			t.Errorf("ran %d jobs, want one of each kind", n)
		}
		enqueue(t, d, q, c.now(), "a", "k") // done is gone: it may come again
		if n := runDue(t, q); n != 1 {
			t.Errorf("ran %d jobs, want 1", n)
		}
	})
}

func TestSmallJobsShareATransactionAndABadOneFailsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		c := newClock()
		q := job.New(d, c.now)
		var most atomic.Int64
		q.HandleSome("small", job.Options{Together: 4, Parallel: 8}, func(ctx context.Context, tx db.Tx, jobs []job.Job) error {
			most.Store(max(most.Load(), int64(len(jobs))))
			for _, j := range jobs {
				if j.Key == "k0005" {
					return errors.New("this one never works")
				}
				if err := effect(ctx, tx, j); err != nil {
					return err
				}
			}
			return nil
		})
		enqueue(t, d, q, c.now(), "small", keys(20)...)
		running(t, q)
		eventually(t, "all but the bad one", func() bool { return number(t, d, `SELECT count(*) FROM effect`) == 19 })
		if n := number(t, d, `SELECT count(*) FROM effect WHERE attempt <> 1`); n != 0 || most.Load() != 4 {
			t.Errorf("%d ran more than once; %d shared a transaction, want 4", n, most.Load())
		}
		eventually(t, "the bad one waits for its next try", func() bool {
			return number(t, d, `SELECT count(*) FROM job WHERE key = 'k0005' AND state = 'ready' AND attempts = 1 AND error <> ''`) == 1
		})
	})
}

func TestJobOfAFailedTransactionDoesNotExist(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		q.Handle("a", job.Options{}, func(context.Context, db.Tx, job.Job) error { t.Error("it ran"); return nil })
		_ = d.Write(bg, func(ctx context.Context, tx db.Tx) error {
			return errors.Join(q.Enqueue(ctx, tx, c.now(), job.Spec{Kind: "a", Key: "k"}), errors.New("no"))
		})
		if n := runDue(t, q); n != 0 {
			t.Errorf("ran %d", n)
		}
	})
}

func TestJobsRunInOrderOfTheirDueTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		var got []string
		note := func(ctx context.Context, tx db.Tx, j job.Job) error { got = append(got, j.Key); return nil }
		q.Handle("a", job.Options{}, note)
		q.Handle("b", job.Options{}, note)
		var want []string
		for i := range 20 {
			key := fmt.Sprintf("%02d", 19-i)
			set(t, d, q, c.now(), c.now().Add(time.Duration(19-i)*time.Minute), []string{"a", "b"}[i%2], key, nil)
			want = append([]string{key}, want...)
		}
		if n := runDue(t, q); n != 1 || len(got) != 1 {
			t.Errorf("%d ran before their time: %v", n-1, got)
		}
		c.advance(time.Hour)
		runDue(t, q)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestSetMovesATimer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		var got []string
		q.Handle("a", job.Options{}, func(ctx context.Context, tx db.Tx, j job.Job) error {
			got = append(got, string(j.Args))
			return nil
		})
		set(t, d, q, c.now(), c.now().Add(time.Hour), "a", "k", "first")
		set(t, d, q, c.now(), c.now().Add(2*time.Hour), "a", "k", "later")
		c.advance(time.Hour)
		if n := runDue(t, q); n != 0 {
			t.Errorf("ran at the old time: %v", got)
		}
		set(t, d, q, c.now(), c.now(), "a", "k", "sooner")
		if n := runDue(t, q); n != 1 || !slices.Equal(got, []string{`"sooner"`}) {
			t.Errorf("got %v, want the arguments set last, once", got)
		}
	})
}

func TestSetVoidsARunUnderWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		c := newClock()
		q := job.New(d, c.now)
		first := true
		q.HandleIO("a", job.Options{}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			if first {
				first = false
				set(t, d, q, c.now(), c.now().Add(time.Hour), "a", "k", nil)
			}
			return func(ctx context.Context, tx db.Tx) error { return effect(ctx, tx, j) }, nil
		})
		set(t, d, q, c.now(), c.now(), "a", "k", nil)
		runDue(t, q)
		if n := number(t, d, `SELECT count(*) FROM effect`); n != 0 {
			t.Error("the run for the old time took effect")
		}
		c.advance(time.Hour)
		if n := runDue(t, q); n != 1 || number(t, d, `SELECT count(*) FROM effect`) != 1 {
			t.Errorf("at the new time %d ran", n)
		}
	})
}

func TestCancelRemovesAJobAndVoidsARunUnderWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		c := newClock()
		q := job.New(d, c.now)
		cancel := func(key string) {
			write(t, d, func(ctx context.Context, tx db.Tx) error { return q.Cancel(ctx, tx, "a", key) })
		}
		q.HandleIO("a", job.Options{}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			cancel(j.Key)
			return func(ctx context.Context, tx db.Tx) error { return effect(ctx, tx, j) }, nil
		})
		enqueue(t, d, q, c.now(), "a", "early", "late")
		cancel("early")
		cancel("never was")
		if n := runDue(t, q); n != 1 {
			t.Errorf("%d ran, want the one not cancelled before", n)
		}
		if n := number(t, d, `SELECT count(*) FROM effect`); n != 0 {
			t.Error("a cancelled run took effect")
		}
	})
}

func TestEffectHappensOnceUnderTwoRunners(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			a := dbtest.Open(t, o)
			b := a
			if e == db.Postgres {
				b = dbtest.Open(t, o)
			}
			do(t, a, effectTable)
			for _, d := range []*db.DB{a, b, a} {
				q := job.New(d, nil)
				q.Handle("a", job.Options{Parallel: 4}, effect)
				running(t, q)
			}
			q := job.New(a, nil)
			const n = 200
			for i := range 10 {
				enqueue(t, a, q, time.Now(), "a", keys(n)[i*20:i*20+20]...)
			}
			eventually(t, "every job has gone", func() bool { return number(t, a, `SELECT count(*) FROM job`) == 0 })
			if total, different := number(t, a, `SELECT count(*) FROM effect`), number(t, a, `SELECT count(DISTINCT key) FROM effect`); total != n || different != n {
				t.Errorf("%d effects of %d jobs, want %d of each", total, different, n)
			}
		})
	}
}

func TestThousandTimersAtTheSameMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		var ran atomic.Int64
		q.Handle("a", job.Options{Parallel: 32}, func(context.Context, db.Tx, job.Job) error { ran.Add(1); return nil })
		due := c.now().Add(time.Hour)
		write(t, d, func(ctx context.Context, tx db.Tx) error {
			for _, k := range keys(1000) {
				if err := q.Set(ctx, tx, c.now(), job.Spec{Kind: "a", Key: k, Due: due}); err != nil {
					return err
				}
			}
			return nil
		})
		stop := running(t, q)
		c.advance(time.Hour)
		eventually(t, "all have fired", func() bool { return number(t, d, `SELECT count(*) FROM job`) == 0 })
		stop()
		if ran.Load() < 1000 { // a transaction may run twice, its effect is once
			t.Errorf("%d fired", ran.Load())
		}
	})
}

func TestFailingJobWaitsLongerThenIsParkedAndCanBeRetried(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		var waits []time.Duration
		last, broken, others := c.now(), true, 0
		q.Handle("a", job.Options{MaxAttempts: 4}, func(ctx context.Context, tx db.Tx, j job.Job) error {
			if j.Key == "fine" {
				others++
				return nil
			}
			if broken {
				waits = append(waits, c.now().Sub(last))
				last = c.now()
				return errors.New("no luck")
			}
			return nil
		})
		enqueue(t, d, q, c.now(), "a", "bad", "fine")
		for range 40 {
			runDue(t, q)
			c.advance(500 * time.Millisecond)
		}
		if want := []time.Duration{0, 1 * time.Second, 2 * time.Second, 4 * time.Second}; !slices.Equal(waits, want) {
			t.Errorf("waited %v before its runs, want %v", waits, want)
		}
		if others != 1 {
			t.Errorf("the job beside it ran %d times, want once", others)
		}
		var parked []job.Job
		list := func() {
			t.Helper()
			if err := d.Read(bg, func(ctx context.Context, tx db.Tx) (err error) {
				parked, _, err = q.Parked(ctx, tx, db.Page{})
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if list(); len(parked) != 1 || parked[0].Key != "bad" || !strings.Contains(parked[0].Error, "no luck") || parked[0].Attempts != 4 {
			t.Fatalf("parked: %+v", parked)
		}
		broken = false
		write(t, d, func(ctx context.Context, tx db.Tx) error { return q.Retry(ctx, tx, parked[0].ID) })
		if n := runDue(t, q); n != 1 {
			t.Errorf("after Retry %d ran", n)
		}
		if err := d.Write(bg, func(ctx context.Context, tx db.Tx) error { return q.Retry(ctx, tx, parked[0].ID) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("Retry of what is gone: got %v", err)
		}
		if list(); len(parked) != 0 {
			t.Errorf("still parked: %+v", parked)
		}
	})
}

func TestUnavailableCostsNoAttempt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		trouble, ran := 10, 0
		q.Handle("a", job.Options{MaxAttempts: 2}, func(context.Context, db.Tx, job.Job) error {
			if trouble--; trouble >= 0 {
				return fault.New(fault.Unavailable, "away")
			}
			ran++
			return nil
		})
		enqueue(t, d, q, c.now(), "a", "k")
		for range 20 {
			runDue(t, q)
			c.advance(time.Second)
		}
		if ran != 1 {
			t.Errorf("ran %d times, want once after the trouble: it was parked for no fault of its own", ran)
		}
	})
}

func TestPanickingJobFailsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		ran := 0
		q.Handle("tx", job.Options{MaxAttempts: 1}, func(ctx context.Context, tx db.Tx, j job.Job) error {
			if j.Key == "bad" {
				panic("boom")
			}
			ran++
			return nil
		})
		q.HandleIO("io", job.Options{MaxAttempts: 1}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			if j.Key == "bad" {
				panic("boom")
			}
			ran++
			return nil, nil
		})
		enqueue(t, d, q, c.now(), "tx", "bad", "good")
		enqueue(t, d, q, c.now(), "io", "bad", "good")
		runDue(t, q)
		if n := number(t, d, `SELECT count(*) FROM job WHERE state = 'parked'`); n != 2 || ran != 2 {
			t.Errorf("%d parked, %d ran; want 2 and 2", n, ran)
		}
	})
}

func TestClockThatJumpsNeitherLosesNorRepeatsWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		q := job.New(d, c.now)
		other := job.New(d, c.now)
		ran := map[string]int{}
		q.Handle("a", job.Options{}, func(ctx context.Context, tx db.Tx, j job.Job) error { ran[j.Key]++; return nil })
		q.HandleIO("io", job.Options{}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			ran[j.Key]++
			c.advance(48 * time.Hour) // far past any lease by this clock
			if n := runDue(t, other); n != 0 {
				t.Error("a clock that jumped ahead took over a run under way")
			}
			c.advance(-72 * time.Hour)
			return nil, nil
		})
		other.HandleIO("io", job.Options{}, func(ctx context.Context, j job.Job) (job.Finish, error) { ran[j.Key]++; return nil, nil })
		set(t, d, q, c.now(), c.now().Add(time.Hour), "a", "hour", nil)
		enqueue(t, d, q, c.now(), "io", "jump")
		runDue(t, q)
		if ran["jump"] != 1 || ran["hour"] != 0 {
			t.Errorf("after the jumps: %v", ran)
		}
		c.us.Store(start.Add(time.Hour).UnixMicro())
		runDue(t, q)
		c.advance(-time.Hour)
		runDue(t, q)
		c.advance(2 * time.Hour)
		runDue(t, q)
		if ran["jump"] != 1 || ran["hour"] != 1 {
			t.Errorf("at last: %v, want each once", ran)
		}
	})
}

func TestRunKeepsItsLeaseWhileItWorks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := job.New(d, nil), job.New(d, nil)
		const lease = 300 * time.Millisecond
		begun, end := make(chan struct{}), make(chan struct{})
		var stolen atomic.Int64
		a.HandleIO("a", job.Options{Lease: lease}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			close(begun)
			<-end
			return nil, ctx.Err()
		})
		b.HandleIO("a", job.Options{Lease: lease}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			stolen.Add(1)
			return nil, nil
		})
		enqueue(t, d, a, time.Now(), "a", "k")
		running(t, a)
		<-begun
		until := number(t, d, `SELECT lease_until FROM job`)
		eventually(t, "several heartbeats past the first lease", func() bool {
			runDue(t, b)
			return number(t, d, `SELECT lease_until FROM job`) > until+2*lease.Microseconds()
		})
		close(end)
		eventually(t, "the job has gone", func() bool { return number(t, d, `SELECT count(*) FROM job`) == 0 })
		if stolen.Load() != 0 {
			t.Error("another runner took over a job whose runner was alive")
		}
	})
}

func TestRunThatLostItsLeaseIsStoppedAndHasNoEffect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		a, b := job.New(d, nil), job.New(d, nil)
		begun, stopped := make(chan struct{}), make(chan struct{})
		a.HandleIO("a", job.Options{Lease: 150 * time.Millisecond}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			close(begun)
			<-ctx.Done()
			close(stopped)
			return func(ctx context.Context, tx db.Tx) error { return effect(ctx, tx, j) }, nil // it insists
		})
		b.HandleIO("a", job.Options{}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			return func(ctx context.Context, tx db.Tx) error { return effect(ctx, tx, j) }, nil
		})
		enqueue(t, d, a, time.Now(), "a", "k")
		stop := running(t, a)
		<-begun
		// Another runner found the lease run out, as after a long pause of the first …
		do(t, d, `UPDATE job SET owner = 'other', attempts = 2, lease_until = 9000000000000000`)
		<-stopped
		stop()
		do(t, d, `UPDATE job SET lease_until = 0`) // … and was lost in turn
		eventually(t, "the last runner does it", func() bool { return runDue(t, b) == 1 })
		if n := number(t, d, `SELECT count(*) FROM effect`); n != 1 {
			t.Errorf("%d effects, want the last runner's only", n)
		}
	})
}

func TestShutdownWaitsForRunsAndLosesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		q := job.New(d, nil)
		var begun, ended atomic.Int64
		q.HandleIO("a", job.Options{Parallel: 4, MaxAttempts: 1}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			begun.Add(1)
			<-ctx.Done()
			ended.Add(1)
			if j.Key < "k0002" {
				return func(ctx context.Context, tx db.Tx) error { return effect(ctx, tx, j) }, nil // done all the same
			}
			return nil, ctx.Err()
		})
		enqueue(t, d, q, time.Now(), "a", keys(8)...)
		stop := running(t, q)
		eventually(t, "four run", func() bool { return begun.Load() == 4 })
		stop()
		if ended.Load() != 4 {
			t.Errorf("%d runs had ended when Run returned, want 4", ended.Load())
		}
		if n := number(t, d, `SELECT count(*) FROM effect`); n != 2 {
			t.Errorf("%d effects, want the 2 that were done", n)
		}
		if n := number(t, d, `SELECT count(*) FROM job WHERE state = 'ready' AND attempts = 0`); n != 6 {
			t.Errorf("%d jobs wait as if untouched, want 6", n)
		}
	})
}

// A runner with no room, or with due jobs of a kind it does not know, waits; it does not spin.
func TestIdleRunnerLeavesTheDatabaseAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var looks atomic.Int64
		q := job.New(d, func() time.Time { looks.Add(1); return time.Now() })
		begun, end := make(chan struct{}), make(chan struct{})
		var once sync.Once
		q.HandleIO("full", job.Options{Parallel: 1}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			once.Do(func() { close(begun) })
			<-end
			return nil, nil
		})
		stranger := job.New(d, nil)
		enqueue(t, d, stranger, time.Now(), "unknown here", "k")
		enqueue(t, d, stranger, time.Now(), "full", keys(3)...)
		running(t, q)
		<-begun
		before := looks.Load()
		t0 := time.Now()
		eventually(t, "some time has passed", func() bool { return time.Since(t0) > 300*time.Millisecond })
		if n := looks.Load() - before; n > 10 {
			t.Errorf("it looked %d times in 0.3 s though it could run nothing", n)
		}
		close(end)
		eventually(t, "the places that became free are used at once", func() bool { return number(t, d, `SELECT count(*) FROM job WHERE kind = 'full'`) == 0 })
		if took := time.Since(t0); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestJobThatIsDueLaterWakesTheRunnerInTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.New(d, nil)
		var ran atomic.Int64
		q.Handle("a", job.Options{}, func(ctx context.Context, tx db.Tx, j job.Job) error { ran.Store(time.Now().UnixMicro()); return nil })
		running(t, q)
		due := time.Now().Add(200 * time.Millisecond)
		set(t, d, q, time.Now(), due, "a", "k", nil)
		eventually(t, "it has run", func() bool { return ran.Load() != 0 })
		if late := time.UnixMicro(ran.Load()).Sub(due); late < 0 {
			t.Errorf("it ran %v before its time", -late)
		}
	})
}

func TestMain(m *testing.M) {
	if os.Getenv("STEWARD_TEST_CHILD") != "" { // a runner that is killed in the middle of a job
		d, err := db.Open(bg, db.Options{Dir: os.Getenv("STEWARD_TEST_DIR"), URL: os.Getenv("STEWARD_TEST_URL")})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		q := job.New(d, nil)
		q.HandleIO("a", job.Options{Lease: 300 * time.Millisecond}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			fmt.Println("begun")
			select {}
		})
		q.Run(bg)
	}
	os.Exit(m.Run())
}

func TestAnotherRunnerTakesOverAfterAKill(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			d := dbtest.Open(t, o)
			q := job.New(d, nil)
			var last job.Job
			q.HandleIO("a", job.Options{Lease: 300 * time.Millisecond, MaxAttempts: 3}, func(ctx context.Context, j job.Job) (job.Finish, error) {
				last = j
				return nil, nil
			})
			enqueue(t, d, q, time.Now(), "a", "k")
			kill := func() {
				t.Helper()
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), "STEWARD_TEST_CHILD=run", "STEWARD_TEST_DIR="+o.Dir, "STEWARD_TEST_URL="+o.URL)
				cmd.Stderr = os.Stderr
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				if _, err := out.Read(make([]byte, 5)); err != nil { // it is in the middle
					t.Fatal(err)
				}
				if n := runDue(t, q); n != 0 {
					t.Error("it was taken over while its runner lived")
				}
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}
			kill()
			eventually(t, "the lease runs out and it is taken over", func() bool { return runDue(t, q) == 1 })
			if last.Key != "k" || last.Attempts != 2 || number(t, d, `SELECT count(*) FROM job`) != 0 {
				t.Errorf("taken over as %+v, want the second attempt, and then gone", last)
			}

			// One that takes its runner down each time is given up in the end.
			enqueue(t, d, q, time.Now(), "a", "deadly")
			for range 3 {
				kill()
				do(t, d, `UPDATE job SET lease_until = 0`)
			}
			if n := runDue(t, q); n != 0 {
				t.Error("it was run a fourth time")
			}
			if n := number(t, d, `SELECT count(*) FROM job WHERE state = 'parked'`); n != 1 {
				t.Error("it was not parked")
			}
		})
	}
}

// A claim that the database took without being able to say so must not wait for its lease to end.
func TestAClaimNobodyHeardOfIsGivenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		q := job.New(d, nil)
		begun, end := make(chan struct{}), make(chan struct{})
		q.HandleIO("slow", job.Options{}, func(ctx context.Context, j job.Job) (job.Finish, error) {
			close(begun) // twice would panic
			<-end
			return nil, ctx.Err()
		})
		q.Handle("a", job.Options{}, effect)
		enqueue(t, d, q, time.Now(), "slow", "k")
		running(t, q)
		<-begun
		write(t, d, func(ctx context.Context, tx db.Tx) error {
			if err := q.Enqueue(ctx, tx, time.Now(), job.Spec{Kind: "a", Key: "unheard", Due: time.Now().Add(time.Hour)}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE job SET state = 'running', due = 0, attempts = 1, owner = $1, lease_until = 9000000000000000 WHERE kind = 'a'`, q.Owner())
			return err
		})
		do(t, d, `ALTER TABLE job RENAME TO away`)
		time.Sleep(1500 * time.Millisecond) // the runner looks every second, and finds no queue
		do(t, d, `ALTER TABLE away RENAME TO job`)
		eventually(t, "the job that nobody heard of has run", func() bool { return number(t, d, `SELECT count(*) FROM effect WHERE attempt = 1`) == 1 })
		if n := number(t, d, `SELECT count(*) FROM job WHERE kind = 'slow' AND owner = $1`, q.Owner()); n != 1 {
			t.Error("a job under way was given back")
		}
		close(end)
		eventually(t, "the slow job has gone", func() bool { return number(t, d, `SELECT count(*) FROM job`) == 0 })
	})
}
