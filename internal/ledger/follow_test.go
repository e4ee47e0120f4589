package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/ledger"
)

func TestMain(m *testing.M) {
	if os.Getenv("STEWARD_TEST_CHILD") != "" { // a node that follows until it is killed
		d, err := db.Open(bg, db.Options{Dir: os.Getenv("STEWARD_TEST_DIR"), URL: os.Getenv("STEWARD_TEST_URL")})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		l := ledger.New(d)
		go l.Run(bg)
		l.Follow(bg, effects("f"))
	}
	os.Exit(m.Run())
}

func TestFollowersEffectHappensOnceThoughItIsKilled(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			d := dbtest.Open(t, o)
			do(t, d, effectTable)
			do(t, d, effectIndex)
			l := ledger.New(d)
			const subjects, each = 5, 400
			for i := range each {
				write(t, d, func(ctx context.Context, tx db.Tx) error {
					for s := range subjects {
						if _, err := l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.updated", Subject: ticket(int64(s)), Data: map[string]int{"n": i}}); err != nil {
							return err
						}
					}
					return nil
				})
			}
			for range 3 {
				before := effectCount(t, d, "f")
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), "STEWARD_TEST_CHILD=follow", "STEWARD_TEST_DIR="+o.Dir, "STEWARD_TEST_URL="+o.URL)
				cmd.Stderr = os.Stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				eventually(t, "the node makes progress", func() bool { return effectCount(t, d, "f") > before })
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
				if effectCount(t, d, "f") == subjects*each {
					break
				}
			}
			order(t, d, l)
			eventually(t, "the next node finishes", func() bool {
				n, err := l.Step(bg, effects("f"))
				if err != nil {
					t.Fatal(err)
				}
				return n == 0
			})
			exactlyOnce(t, d, "f", subjects, each)
		})
	}
}

func TestCompetingNodesTakeEffectOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		do(t, d, effectIndex)
		l := ledger.New(d)
		ctx, stop := context.WithCancel(bg)
		var wg sync.WaitGroup
		wg.Go(func() { l.Run(ctx) })
		for range 4 {
			wg.Go(func() { l.Follow(ctx, effects("f")) })
		}
		for i := range 50 {
			for s := range 3 {
				add(t, d, l, ledger.Entry{Subject: ticket(int64(s)), Data: map[string]int{"n": i}})
			}
		}
		eventually(t, "all effects", func() bool { return effectCount(t, d, "f") >= 150 })
		stop()
		wg.Wait()
		exactlyOnce(t, d, "f", 3, 50)
	})
}

func TestFailingEventHoldsUpItsRecordOnlyAndReplayRestoresOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		do(t, d, effectIndex)
		l := ledger.New(d)
		var broken atomic.Bool
		broken.Store(true)
		f := effects("f")
		handle := f.Handle
		f.Handle = func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			var data struct{ N int }
			_ = e.Decode(&data)
			if broken.Load() && e.Subject == ticket(1) && data.N == 2 {
				_, err := tx.Exec(ctx, `INSERT INTO effect (follower) VALUES (NULL)`) // even a broken transaction
				return err
			}
			return handle(ctx, tx, e)
		}
		for i := range 6 {
			for s := range 3 {
				add(t, d, l, ledger.Entry{Subject: ticket(int64(s)), Data: map[string]int{"n": i}})
			}
			if i == 3 { // the rest comes in a later batch
				order(t, d, l)
				if _, err := l.Step(bg, f); err != nil {
					t.Fatal(err)
				}
			}
		}
		order(t, d, l)
		for n := 1; n > 0; {
			var err error
			if n, err = l.Step(bg, f); err != nil {
				t.Fatal(err)
			}
		}
		if n := effectCount(t, d, "f"); n != 14 {
			t.Errorf("%d effects while one record waits, want 14", n)
		}
		lags, err := l.Lags(bg)
		if err != nil || len(lags) != 1 || lags[0].Parked != 4 || lags[0].Events != 0 {
			t.Errorf("lags: %+v, %v; want 4 parked and none behind", lags, err)
		}
		if handled, left, err := l.Replay(bg, f); handled != 0 || left != 4 || err != nil {
			t.Errorf("replay of what still fails: handled %d, left %d, %v", handled, left, err)
		}
		if n := value(t, d, "event_parked", "attempts", "pos", firstParked(t, d)); n != int64(2) {
			t.Errorf("attempts of the failing event: %v, want 2", n)
		}
		broken.Store(false)
		if handled, left, err := l.Replay(bg, f); handled != 4 || left != 0 || err != nil {
			t.Errorf("replay: handled %d, left %d, %v; want 4 and 0", handled, left, err)
		}
		exactlyOnce(t, d, "f", 3, 6)
	})
}

func firstParked(t testing.TB, d *db.DB) (pos int64) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT min(pos) FROM event_parked`).Scan(&pos)
	})
	return pos
}

func TestPanickingHandlerIsParkedToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		add(t, d, l, ledger.Entry{Subject: ticket(1)})
		add(t, d, l, ledger.Entry{Subject: ticket(2)})
		order(t, d, l)
		seen := 0
		f := ledger.Follower{Name: "f", Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			if e.Subject == ticket(1) {
				panic("boom")
			}
			seen++
			return nil
		}}
		if n, err := l.Step(bg, f); n != 2 || err != nil || seen != 1 {
			t.Errorf("passed %d, saw %d, %v", n, seen, err)
		}
	})
}

func TestTroubleOfTheDatabaseParksNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		add(t, d, l, ledger.Entry{Subject: ticket(1)})
		add(t, d, l, ledger.Entry{Subject: ticket(2)})
		order(t, d, l)
		trouble, seen := 3, 0
		f := ledger.Follower{Name: "f", Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			if trouble > 0 {
				trouble--
				return fault.New(fault.Unavailable, "Too many changes are waiting.")
			}
			seen++
			return nil
		}}
		for range 3 {
			if _, err := l.Step(bg, f); !fault.Is(err, fault.Unavailable) {
				t.Errorf("got %v, want the database's trouble", err)
			}
		}
		if n, err := l.Step(bg, f); n != 2 || err != nil || seen != 2 {
			t.Errorf("afterwards: passed %d, saw %d, %v; an event was parked for nothing", n, seen, err)
		}
	})
}

// Replays race with the follower and with each other while handlers fail at random: in the
// end nothing is left behind and every record's order is right.
func TestReplayBesideARunningFollower(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do(t, d, effectTable)
		do(t, d, effectIndex)
		l := ledger.New(d)
		var calls atomic.Int64
		var healed atomic.Bool
		f := effects("f")
		handle := f.Handle
		f.Handle = func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			if !healed.Load() && calls.Add(1)%5 == 0 {
				return errors.New("now and then")
			}
			return handle(ctx, tx, e)
		}
		ctx, stop := context.WithCancel(bg)
		var wg, writers sync.WaitGroup
		wg.Go(func() { l.Run(ctx) })
		wg.Go(func() { l.Follow(ctx, f) })
		for range 2 {
			wg.Go(func() {
				for ctx.Err() == nil {
					if _, _, err := l.Replay(ctx, f); err != nil && ctx.Err() == nil {
						t.Error(err)
					}
					db.Wait(ctx, nil, time.Millisecond)
				}
			})
		}
		const subjects, each = 3, 40
		for s := range subjects {
			writers.Go(func() {
				for i := range each {
					add(t, d, l, ledger.Entry{Subject: ticket(int64(s)), Data: map[string]int{"n": i}})
				}
			})
		}
		writers.Wait()
		healed.Store(true)
		eventually(t, "every effect", func() bool { return effectCount(t, d, "f") >= subjects*each })
		stop()
		wg.Wait()
		exactlyOnce(t, d, "f", subjects, each)
	})
}

func TestFollowerBeginsOnceThoughItsFirstEventFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		for s := range 3 {
			add(t, d, l, ledger.Entry{Subject: ticket(int64(s))})
		}
		order(t, d, l)
		refuse := true
		f := ledger.Follower{Name: "f",
			Begin: func(ctx context.Context, tx db.Tx) error {
				if refuse {
					return errors.New("not yet")
				}
				_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('begun', 'x')`)
				return err
			},
			Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
				if e.Subject == ticket(0) {
					return errors.New("no")
				}
				return nil
			}}
		if _, err := l.Step(bg, f); err == nil {
			t.Error("a follower that could not begin went on")
		}
		refuse = false
		for n := 1; n > 0; {
			var err error
			if n, err = l.Step(bg, f); err != nil {
				t.Fatal(err)
			}
		}
		if v := value(t, d, "instance", "count(*)", "1", 1); v != int64(1) {
			t.Errorf("it began %v times, want once", v)
		}
		lags, err := l.Lags(bg)
		if err != nil || len(lags) != 1 || lags[0].Parked != 1 || lags[0].Events != 0 {
			t.Errorf("lags: %+v, %v; want the first event parked only", lags, err)
		}
	})
}

func TestFollowerOfFewVerbsPassesTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		for i := range 600 {
			verb := "ticket.updated"
			if i%2 == 0 {
				verb = "ticket.replied"
			}
			add(t, d, l, ledger.Entry{Verb: verb, Subject: ticket(1), Data: map[string]int{"n": i}})
		}
		order(t, d, l)
		var seen []int64
		f := ledger.Follower{Name: "f", Verbs: []string{"ticket.replied"}, Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			seen = append(seen, e.Pos)
			return nil
		}}
		for n := 1; n > 0; {
			var err error
			if n, err = l.Step(bg, f); err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) != 300 || seen[0] != 1 || seen[299] != 599 {
			t.Errorf("saw %d events, want 300 from 1 to 599", len(seen))
		}
		if lags, err := l.Lags(bg); err != nil || lags[0].Events != 0 {
			t.Errorf("lags: %+v, %v; want none behind", lags, err)
		}
	})
}

// What nothing concerns is passed in memory: the cursor stands still for a while, and Lags knows better.
func TestFollowerThatNothingConcernsWritesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		ctx, stop := context.WithCancel(bg)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer stop()
		wg.Go(func() { l.Run(ctx) })
		var handled atomic.Int64
		f := ledger.Follower{Name: "f", Verbs: []string{"ticket.replied"}, Handle: func(context.Context, db.Tx, ledger.Event) error {
			handled.Add(1)
			return nil
		}}
		add(t, d, l, ledger.Entry{Verb: "ticket.replied", Subject: ticket(1)})
		wg.Go(func() { l.Follow(ctx, f) })
		begun := time.Now()
		eventually(t, "it is there", func() bool { return handled.Load() == 1 })
		for range 20 {
			add(t, d, l, ledger.Entry{Verb: "ticket.updated", Subject: ticket(1)})
		}
		eventually(t, "none is behind", func() bool {
			lags, err := l.Lags(bg)
			return err == nil && lags[0].Events == 0
		})
		still := value(t, d, "event_cursor", "count(*)", "pos", 1) == int64(1)
		if !still && time.Since(begun) < time.Second {
			t.Error("the cursor was moved for nothing")
		}
		eventually(t, "the cursor follows in the end", func() bool {
			return value(t, d, "event_cursor", "count(*)", "pos", 21) == int64(1)
		})
		add(t, d, l, ledger.Entry{Verb: "ticket.replied", Subject: ticket(1)})
		eventually(t, "the next one is handled", func() bool { return handled.Load() == 2 })
	})
}

// A database that was set back, as a standby that takes over may be, has other events where others were read.
func TestFollowersOfADatabaseThatWasSetBackHandleWhatIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		var seen []string
		note := func(name string) ledger.Follower {
			return ledger.Follower{Name: name, Handle: func(_ context.Context, _ db.Tx, e ledger.Event) error {
				seen = append(seen, name+string(e.Data))
				return nil
			}}
		}
		step := func(f ledger.Follower) error { _, err := l.Step(bg, f); return err }
		add(t, d, l, ledger.Entry{Subject: ticket(1), Data: map[string]int{"n": 1}})
		order(t, d, l)
		if err := errors.Join(step(note("a")), step(note("b"))); err != nil {
			t.Fatal(err)
		}
		add(t, d, l, ledger.Entry{Subject: ticket(1), Data: map[string]int{"n": 2}})
		order(t, d, l)
		if err := step(note("a")); err != nil { // reads it for all of them
			t.Fatal(err)
		}
		for _, q := range []string{`DELETE FROM event_order WHERE pos = 2`, `DELETE FROM events WHERE id <> (SELECT event_id FROM event_order)`,
			`UPDATE event_cursor SET pos = 1`} {
			do(t, d, q)
		}
		add(t, d, l, ledger.Entry{Subject: ticket(1), Data: map[string]int{"n": 3}})
		order(t, d, l)
		seen = nil
		if err := step(note("b")); err == nil {
			t.Error("what is not there was handled")
		}
		ctx, stop := context.WithCancel(bg)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer stop()
		wg.Go(func() { l.Follow(ctx, note("b")) })
		eventually(t, "b goes on", func() bool { return value(t, d, "event_cursor", "pos", "name = 'b' AND 1", 1) == int64(2) })
		stop()
		wg.Wait()
		if len(seen) == 0 || seen[len(seen)-1] != `b{"n":3}` {
			t.Errorf("handled %v, want what is there", seen)
		}
	})
}

// The follower comes to a record's next event while Replay handles its last parked one: the
// event must not be left parked with nobody to fetch it.
func TestNextEventIsNotStrandedBehindAReplay(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.Postgres))
	l := ledger.New(d)
	add(t, d, l, ledger.Entry{Subject: ticket(1)})
	order(t, d, l)
	broken := ledger.Follower{Name: "f", Handle: func(context.Context, db.Tx, ledger.Event) error { return errors.New("no") }}
	if _, err := l.Step(bg, broken); err != nil {
		t.Fatal(err)
	}
	add(t, d, l, ledger.Entry{Subject: ticket(1)})
	order(t, d, l)
	handling, release := make(chan struct{}), make(chan struct{})
	var handled atomic.Int64
	f := ledger.Follower{Name: "f", Handle: func(context.Context, db.Tx, ledger.Event) error {
		if handled.Add(1) == 1 {
			close(handling)
			<-release
		}
		return nil
	}}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := l.Replay(bg, f); err != nil {
			t.Error(err)
		}
	})
	<-handling
	stepped := make(chan struct{})
	wg.Go(func() {
		defer close(stepped)
		if _, err := l.Step(bg, f); err != nil {
			t.Error(err)
		}
	})
	eventually(t, "the follower has come to the event, or waits for the replay", func() bool {
		select {
		case <-stepped:
			return true
		default:
			return value(t, d, "pg_stat_activity", "count(*)", "wait_event_type = 'Lock' AND datname = current_database() AND 1", 1) == int64(1)
		}
	})
	close(release)
	wg.Wait()
	if lags, err := l.Lags(bg); err != nil || lags[0].Parked != 0 || lags[0].Events != 0 || handled.Load() != 2 {
		t.Errorf("lags: %+v, %v, handled %d; want nothing parked and 2", lags, err, handled.Load())
	}
}
