package ledger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// slow appends an event and keeps its transaction open, rows written, until release is closed.
func slow(t testing.TB, d *db.DB, l *ledger.Ledger, in ledger.Entry, release <-chan struct{}) (done <-chan int64) {
	t.Helper()
	open, end := make(chan struct{}), make(chan int64, 1)
	var once sync.Once
	go func() {
		var id int64
		err := d.Write(bg, func(ctx context.Context, tx db.Tx) (err error) {
			if id, err = l.Append(ctx, tx, act.Root(), in); err != nil {
				return err
			}
			tx.BeforeCommit(func(context.Context) error { once.Do(func() { close(open) }); <-release; return nil })
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		end <- id
	}()
	<-open
	return end
}

func TestSlowTransactionsEventsAreNeverSkipped(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.Postgres))
	l := ledger.New(d)
	var seen []int64
	f := ledger.Follower{Name: "f", Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
		seen = append(seen, e.ID)
		return nil
	}}
	release := make(chan struct{})
	late := slow(t, d, l, ledger.Entry{Verb: "ticket.updated", Subject: ticket(1)}, release)
	fast := []int64{add(t, d, l, ledger.Entry{Subject: ticket(2)}), add(t, d, l, ledger.Entry{Subject: ticket(3)})}
	order(t, d, l)
	if _, err := l.Step(bg, f); err != nil || !slices.Equal(seen, fast) {
		t.Fatalf("while one is open: saw %v, want %v (%v)", seen, fast, err)
	}
	close(release)
	id := <-late
	order(t, d, l)
	if _, err := l.Step(bg, f); err != nil || !slices.Equal(seen, append(fast, id)) {
		t.Errorf("saw %v, want %v and then %d: the slow transaction's event was skipped (%v)", seen, fast, id, err)
	}
	sound(t, l, 3)
}

func TestManySequencersMakeOneOrder(t *testing.T) {
	o := dbtest.Options(t, db.Postgres)
	a, b := dbtest.Open(t, o), dbtest.Open(t, o)
	la, lb := ledger.New(a), ledger.New(b)
	ctx, stop := context.WithCancel(bg)
	var wg, writers sync.WaitGroup
	for _, l := range []*ledger.Ledger{la, lb, la} {
		wg.Go(func() { l.Run(ctx) })
	}
	const each, callers = 40, 8
	for c := range callers {
		writers.Go(func() {
			d, l := a, la
			if c%2 == 0 {
				d, l = b, lb
			}
			for i := range each {
				add(t, d, l, ledger.Entry{Subject: ticket(int64(c)), Data: map[string]int{"n": i}})
			}
		})
	}
	writers.Wait()
	eventually(t, "every event in the order", func() bool { pos, _, err := la.Head(bg); return err == nil && pos == each*callers })
	stop()
	wg.Wait()
	events := order(t, a, la)
	inOrder(t, events)
	for i, e := range events {
		if e.Pos != int64(i+1) {
			t.Fatalf("position %d holds %d: a gap or a double", i+1, e.Pos)
		}
	}
	sound(t, la, each*callers)
}

// inOrder checks that each subject's events carry 0, 1, 2 … in that order.
func inOrder(t testing.TB, events []ledger.Event) {
	t.Helper()
	next := map[ledger.Ref]int{}
	for _, e := range events {
		var data struct{ N int }
		if err := e.Decode(&data); err != nil {
			t.Fatal(err)
		}
		if data.N != next[e.Subject] {
			t.Fatalf("%v: event %d came where %d was due", e.Subject, data.N, next[e.Subject])
		}
		next[e.Subject]++
	}
}

func TestRecordsEventsComeInOrderWhicheverNodeWroteThem(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			d := dbtest.Open(t, o)
			la, lb := ledger.New(d), ledger.New(d)
			for i, l := range []*ledger.Ledger{la, lb, la, lb, la, lb} {
				add(t, d, l, ledger.Entry{Subject: ticket(1), Data: map[string]int{"n": i}})
				if i == 2 {
					order(t, d, la) // the later ones have no place yet
				}
			}
			check := func() {
				t.Helper()
				var all []ledger.Event
				read(t, d, func(ctx context.Context, tx db.Tx) error {
					for after := int64(0); ; {
						page, err := la.Of(ctx, tx, ticket(1), after, 2)
						if err != nil || len(page) == 0 {
							return err
						}
						all = append(all, page...)
						after = page[len(page)-1].ID
					}
				})
				if len(all) != 6 {
					t.Fatalf("%d events, want 6: a page skipped some", len(all))
				}
				inOrder(t, all)
			}
			check()
			order(t, d, la)
			check()
		})
	}
}

func TestIdsGivenOutAgainCostOneWriteOnly(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.Postgres))
	la, lb := ledger.New(d), ledger.New(d)
	add(t, d, la, ledger.Entry{Subject: ticket(1)})
	do(t, d, `SELECT setval('event_id', 1, false)`) // as a server put back to an earlier state would
	try := func() error {
		return d.Write(bg, func(ctx context.Context, tx db.Tx) error {
			_, err := lb.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.updated", Subject: ticket(1)})
			return err
		})
	}
	_ = try()
	if err := try(); err != nil {
		t.Errorf("the second write fails too: %v", err)
	}
}

func TestEventAppendedByALaterHookIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		write(t, d, func(ctx context.Context, tx db.Tx) error {
			if _, err := l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.updated", Subject: ticket(1)}); err != nil {
				return err
			}
			tx.BeforeCommit(func(ctx context.Context) error {
				_, err := l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.reacted", Subject: ticket(1)})
				return err
			})
			return nil
		})
		if got := len(order(t, d, l)); got != 2 {
			t.Errorf("%d events, want 2: the one a hook appended was lost", got)
		}
		sound(t, l, 2)
	})
}

func TestFailedTransactionLeavesNoEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		for i := range 10 {
			_ = d.Write(bg, func(ctx context.Context, tx db.Tx) error {
				if _, err := l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.updated", Subject: ticket(1)}); err != nil {
					return err
				}
				if i%2 == 0 {
					return fault.New(fault.Invalid, "no")
				}
				return nil
			})
		}
		if got := len(order(t, d, l)); got != 5 {
			t.Errorf("%d events, want 5", got)
		}
		sound(t, l, 5)
	})
}

func TestChainOfCausesStopsAtTheLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		by, cause := act.Root(), int64(0)
		for depth := 0; ; depth++ {
			err := d.Write(bg, func(ctx context.Context, tx db.Tx) (err error) {
				cause, err = l.Append(ctx, tx, by, ledger.Entry{Verb: "ticket.updated", Subject: ticket(1)})
				return err
			})
			if depth > ledger.MaxDepth {
				if !fault.Is(err, fault.Invalid) {
					t.Errorf("at depth %d: got %v, want Invalid", depth, err)
				}
				break
			}
			if err != nil {
				t.Fatalf("at depth %d: %v", depth, err)
			}
			by = by.Because(act.Cause{Event: cause, Blueprint: 3, Version: 2})
		}
		events := order(t, d, l)
		for i, e := range events {
			if e.Cause.Depth != i || i > 0 && e.Cause.Event != events[i-1].ID {
				t.Errorf("event %d: cause %+v, want depth %d behind event %d", e.ID, e.Cause, i, i)
			}
		}
	})
}

func TestCorrectionKeepsBothTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		by := act.Root()
		by.Clock = func() time.Time { return now }
		happened := now.Add(-72 * time.Hour)
		var first int64
		write(t, d, func(ctx context.Context, tx db.Tx) (err error) {
			first, err = l.Append(ctx, tx, by, ledger.Entry{Verb: "usage.recorded", Subject: ticket(1), At: happened, Data: map[string]int{"seats": 5}})
			return err
		})
		now = now.Add(time.Hour)
		write(t, d, func(ctx context.Context, tx db.Tx) error {
			_, err := l.Append(ctx, tx, by, ledger.Entry{Verb: "usage.corrected", Subject: ticket(1), At: happened, Data: map[string]int64{"seats": 6, "corrects": first}})
			return err
		})
		e := order(t, d, l)
		if !e[0].At.Equal(happened) || !e[1].At.Equal(happened) || e[1].Recorded.Sub(e[0].Recorded) != time.Hour {
			t.Errorf("times: %v/%v and %v/%v", e[0].At, e[0].Recorded, e[1].At, e[1].Recorded)
		}
		if e[0].ID != first || string(e[1].Data) != fmt.Sprintf(`{"corrects":%d,"seats":6}`, first) {
			t.Errorf("the first must stand as it was and the second name it: %s", e[1].Data)
		}
	})
}

func TestSameDataGivesTheSameBytes(t *testing.T) {
	type ab struct {
		A any `json:"a"`
		B any `json:"b"`
	}
	type ba struct {
		B any `json:"b"`
		A any `json:"a"`
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := ledger.New(d)
		for _, c := range []struct {
			want string
			same []any
		}{
			{`{}`, []any{nil, map[string]any{}, struct{}{}}},
			{`{"a":1,"b":2}`, []any{ab{1, 2}, ba{2, 1}, map[string]any{"b": 2, "a": 1}, json.RawMessage(`{ "b":2, "a":1 }`)}},
			{`{"x":{"a":1,"b":[{"a":2,"b":3}]}}`, []any{
				map[string]any{"x": ab{1, []any{ba{3, 2}}}}, map[string]any{"x": ba{[]ab{{2, 3}}, 1}}}},
			{`{"n":[9007199254740993,-1,0.1,1e+21,123456789012345678]}`, []any{
				map[string]any{"n": []any{int64(9007199254740993), -1, 0.1, 1e21, json.Number("123456789012345678")}}}},
			{`{"s":"é 漢字 🙂 <&> \" \u2028 \u0000"}`, []any{map[string]string{"s": "é 漢字 🙂 <&> \" \u2028 \x00"}}},
		} {
			for _, v := range c.same {
				id := add(t, d, l, ledger.Entry{Subject: ticket(1), Data: v})
				read(t, d, func(ctx context.Context, tx db.Tx) error {
					if e, err := l.Get(ctx, tx, id); err != nil || string(e.Data) != c.want {
						t.Errorf("%#v: got %s (%v), want %s", v, e.Data, err, c.want)
					}
					return nil
				})
			}
		}
		sound(t, l, len(order(t, d, l)))
	})
}

// Writers, some with transactions that stay open for a while, two nodes, and followers on
// both: every follower sees every event once, each record's in order.
func TestFollowersUnderARandomSchedule(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			o := dbtest.Options(t, e)
			nodes := []*db.DB{dbtest.Open(t, o)}
			if e == db.Postgres {
				nodes = append(nodes, dbtest.Open(t, o))
			}
			do(t, nodes[0], effectTable)
			do(t, nodes[0], effectIndex)
			ctx, stop := context.WithCancel(bg)
			var running, writers sync.WaitGroup
			var ledgers []*ledger.Ledger
			for i, d := range nodes {
				l := ledger.New(d)
				ledgers = append(ledgers, l)
				running.Go(func() { l.Run(ctx) })
				for _, name := range []string{"shared", fmt.Sprint("own", i)} {
					running.Go(func() { l.Follow(ctx, effects(name)) })
				}
			}
			const callers, each = 6, 25
			for c := range callers {
				rng := rand.New(rand.NewPCG(seed, uint64(c)))
				writers.Go(func() {
					for i := range each {
						k := rng.IntN(len(nodes))
						hold := time.Duration(0)
						if rng.IntN(4) == 0 {
							hold = time.Duration(rng.IntN(15)) * time.Millisecond
						}
						err := nodes[k].Write(bg, func(ctx context.Context, tx db.Tx) error {
							_, err := ledgers[k].Append(ctx, tx, act.Root(), ledger.Entry{Verb: "ticket.updated", Subject: ticket(int64(c)), Data: map[string]int{"n": i}})
							tx.BeforeCommit(func(context.Context) error { time.Sleep(hold); return nil }) // the schedule, not a wait
							return err
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
			writers.Wait()
			for _, name := range []string{"shared", "own0", fmt.Sprint("own", len(nodes)-1)} {
				eventually(t, name+" has passed every event", func() bool { return effectCount(t, nodes[0], name) >= callers*each })
			}
			stop()
			running.Wait()
			for _, name := range []string{"shared", "own0", fmt.Sprint("own", len(nodes)-1)} {
				exactlyOnce(t, nodes[0], name, callers, each)
			}
			sound(t, ledgers[0], callers*each)
		})
	}
}

const (
	effectTable = `CREATE TABLE effect (follower TEXT NOT NULL, pos BIGINT NOT NULL, subject BIGINT NOT NULL, n BIGINT NOT NULL, place BIGINT NOT NULL)`
	effectIndex = `CREATE INDEX effect_place ON effect (follower, subject)`
)

// effects is a follower that notes each event it is given, and as which of its record.
func effects(name string) ledger.Follower {
	return ledger.Follower{Name: name, Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
		var data struct{ N int }
		if err := e.Decode(&data); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO effect (follower, pos, subject, n, place)
			VALUES ($1, $2, $3, $4, (SELECT count(*) FROM effect WHERE follower = $1 AND subject = $3))`, name, e.Pos, e.Subject.ID, data.N)
		return err
	}}
}

func effectCount(t testing.TB, d *db.DB, name string) (n int) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM effect WHERE follower = $1`, name).Scan(&n)
	})
	return n
}

func exactlyOnce(t testing.TB, d *db.DB, name string, subjects, each int) {
	t.Helper()
	next := map[int64]int{}
	total := 0
	read(t, d, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT subject, n, place FROM effect WHERE follower = $1 ORDER BY pos`, name)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var subject int64
			var n, place int
			if err := rows.Scan(&subject, &n, &place); err != nil {
				return err
			}
			if place != n {
				t.Errorf("%s: record %d's event %d was handled as number %d", name, subject, n, place)
			}
			if n != next[subject] {
				t.Errorf("%s: record %d gave event %d where %d was due", name, subject, n, next[subject])
			}
			next[subject] = n + 1
			total++
		}
		return rows.Err()
	})
	if total != subjects*each {
		t.Errorf("%s: %d effects, want %d", name, total, subjects*each)
	}
}
