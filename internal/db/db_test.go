package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

func put(d *db.DB, name string) error {
	return d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, 'x')`, name)
		return err
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM instance`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneFailingWriteAmongManyHurtsNobodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		errs := make([]error, 40)
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					if _, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, 'x')`, fmt.Sprint(i)); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return fault.New(fault.Invalid, "no")
					case 2:
						_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, NULL)`, "bad")
						return err
					case 3:
						panic("boom")
					}
					return nil
				})
			})
		}
		wg.Wait()
		for i, err := range errs {
			if (err == nil) != (i%4 == 0) {
				t.Errorf("write %d: got error %v", i, err)
			}
		}
		if n := count(t, d); n != 10 {
			t.Errorf("10 writes were acknowledged, %d rows are there", n)
		}
	})
}

func TestRequestThatEndsInsideABatchIsFinished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		acked := 0
		for i := range 40 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
					cancel() // the caller goes away while its work runs
					_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, 'x')`, fmt.Sprint(i))
					return err
				})
				if err == nil {
					mu.Lock()
					acked++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != acked || n != 40 {
			t.Errorf("acknowledged %d, stored %d, want 40 and 40", acked, n)
		}
	})
}

func TestEndedContextIsRefusedBeforeQueueing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		ran := false
		err := d.Write(ctx, func(context.Context, db.Tx) error { ran = true; return nil })
		if !errors.Is(err, context.Canceled) || ran {
			t.Errorf("got %v, ran %v; want context.Canceled without running", err, ran)
		}
	})
}

func TestCallingThePoolInsideATransactionFailsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, nested := range map[string]func(context.Context, db.Func) error{"Write": d.Write, "Read": d.Read} {
			err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
				return nested(ctx, func(context.Context, db.Tx) error { return nil })
			})
			if err == nil {
				t.Errorf("%s inside Write was let through", name)
			}
		}
	})
}

func TestReadRefusesChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM instance`)
			return err
		})
		if err == nil {
			t.Error("a change inside Read was let through")
		}
	})
}

func TestHooksRunInsideAndAfterTheCommitOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		after := 0
		run := func(fail error) error {
			return d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
				tx.AfterCommit(func() { after++ })
				tx.BeforeCommit(func(ctx context.Context) error {
					_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('hook', 'x')`)
					return err
				})
				return fail
			})
		}
		if err := run(errors.New("no")); err == nil || after != 0 || count(t, d) != 0 {
			t.Errorf("failed write: err %v, after hooks %d, rows %d", err, after, count(t, d))
		}
		if err := run(nil); err != nil || after != 1 || count(t, d) != 1 {
			t.Errorf("write: err %v, after hooks %d, rows %d", err, after, count(t, d))
		}
	})
}

func TestUniqueViolationIsRecognised(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := put(d, "a"); err != nil {
			t.Fatal(err)
		}
		if err := put(d, "a"); !db.IsUnique(err) {
			t.Errorf("got %v, want a unique violation", err)
		}
	})
}

func TestFullQueueAnswersUnavailable(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			o.Queue, o.Writers = 2, 1
			d := dbtest.Open(t, o)
			hold, holding := make(chan bool), make(chan bool)
			var wg sync.WaitGroup
			wg.Go(func() {
				_ = d.Write(context.Background(), func(context.Context, db.Tx) error { close(holding); <-hold; return nil })
			})
			<-holding
			refused := make(chan error, 8)
			for i := range 8 {
				wg.Go(func() { refused <- put(d, fmt.Sprint(i)) })
			}
			err := <-refused // those that found room are still waiting
			close(hold)
			wg.Wait()
			f := fault.As(err)
			if f == nil || f.Code != fault.Unavailable || f.RetryAfter <= 0 {
				t.Errorf("got %v, want Unavailable with a time to retry", err)
			}
		})
	}
}

func TestWakeReachesAnotherNode(t *testing.T) {
	o := dbtest.Options(t, db.Postgres)
	a, b := dbtest.Open(t, o), dbtest.Open(t, o)
	deadline := time.After(10 * time.Second)
	for {
		changed := b.Changed()
		err := a.Write(context.Background(), func(ctx context.Context, tx db.Tx) error { a.Wake(tx); return nil })
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
			return
		case <-time.After(200 * time.Millisecond): // the listener may still be connecting
		case <-deadline:
			t.Fatal("the other node was not woken")
		}
	}
}

func TestOnlyOneServerOwnsAFolder(t *testing.T) {
	o := dbtest.Options(t, db.SQLite)
	o.Own = true
	d := dbtest.Open(t, o)
	if _, err := db.Open(context.Background(), o); !fault.Is(err, fault.Unavailable) {
		t.Errorf("second owner: got %v, want a refusal", err)
	}
	d.Close()
	again, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("after the first closed: %v", err)
	}
	again.Close()
}

func TestWherePlacesParametersInOrder(t *testing.T) {
	w := (&db.Where{}).And("a = ?", 1).Any(func(or *db.Where) { or.And("b = ?", 2).And("c < ?", 3) }).In("d", []any{4, 5})
	if got, want := w.SQL(), "a = $1 AND (b = $2 OR c < $3) AND d IN ($4,$5)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := (&db.Where{}).In("d", nil).SQL(); got != "1 = 0" {
		t.Errorf("empty list: got %s, want nothing to match", got)
	}
}

func TestCursorRoundTripsAndRefusesNonsense(t *testing.T) {
	k, id, ok, err := db.Page{Cursor: db.Cursor(-5, 7)}.After()
	if err != nil || !ok || k != -5 || id != 7 {
		t.Errorf("got %d %d %v %v", k, id, ok, err)
	}
	if _, _, _, err := (db.Page{Cursor: "nonsense"}).After(); !fault.Is(err, fault.Invalid) {
		t.Errorf("nonsense: got %v, want Invalid", err)
	}
}
