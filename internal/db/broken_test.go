package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

// within fails the test when fn takes longer than it may: a hang should name itself.
func within(t *testing.T, most time.Duration, what string, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); fn() }()
	select {
	case <-done:
	case <-time.After(most):
		t.Fatalf("%s hangs", what)
	}
}

func TestIgnoredErrorFailsTheWholeWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, statement := range map[string]func(context.Context, db.Tx) error{
			"Exec": func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('bad', NULL)`)
				return err
			},
			"QueryRow": func(ctx context.Context, tx db.Tx) error {
				var s string
				return tx.QueryRow(ctx, `INSERT INTO instance (name, value) VALUES ('bad', NULL) RETURNING name`).Scan(&s)
			},
		} {
			var later error
			err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
				_ = statement(ctx, tx) // a programming error: PostgreSQL has given the transaction up
				_, later = tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('after', 'x')`)
				return nil
			})
			if err == nil || later == nil || count(t, d) != 0 {
				t.Errorf("%s: Write gave %v, the statement after it %v, %d rows stayed; want errors and nothing stored", name, err, later, count(t, d))
			}
		}
	})
}

func TestRowsLeftOpenFailAtOnceAndHurtNobodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range 3 {
			if err := put(d, fmt.Sprint("seed", i)); err != nil {
				t.Fatal(err)
			}
		}
		leak := func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT name FROM instance`)
			if err == nil {
				rows.Next()
			}
			return err
		}
		for name, run := range map[string]func(context.Context, db.Func) error{"Write": d.Write, "Read": d.Read, "Snapshot": d.Snapshot} {
			within(t, 10*time.Second, name+" with rows left open", func() {
				if err := run(context.Background(), leak); err == nil {
					t.Errorf("%s with rows left open was let through", name)
				}
			})
			if err := put(d, "after "+name); err != nil {
				t.Errorf("a write after it: %v", err)
			}
		}
		for range 20 { // every pooled connection sees what is committed now
			if n := count(t, d); n != 6 {
				t.Fatalf("a later read sees %d rows, want 6: a connection stayed at an old moment", n)
			}
		}
	})
}

func TestStatementWhileRowsAreOpenIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range 3 {
			if err := put(d, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT name FROM instance`)
			if err != nil {
				return err
			}
			defer rows.Close()
			rows.Next()
			var n int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM instance`).Scan(&n); err == nil {
				t.Error("QueryRow while rows are open was let through on one engine only")
			}
			if _, err := tx.Query(ctx, `SELECT name FROM instance`); err == nil {
				t.Error("Query while rows are open was let through on one engine only")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestManyDifferentStatementsInOneTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
			for i := range 1100 { // more than are kept prepared
				if _, err := tx.Exec(ctx, fmt.Sprintf(`UPDATE instance SET value = 'v%d' WHERE name = $1`, i), "x"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestWorkThatExitsItsGoroutineDoesNotStopLaterWrites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		within(t, 10*time.Second, "a write after one that called runtime.Goexit", func() {
			gone := make(chan error, 1)
			go func() {
				defer close(gone)
				gone <- d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					if _, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('gone', 'x')`); err != nil {
						return err
					}
					runtime.Goexit() // what t.Fatal does
					return nil
				})
			}()
			if err, answered := <-gone; answered && err == nil {
				t.Error("a write whose work never returned was acknowledged")
			}
			if err := put(d, "after"); err != nil {
				t.Error(err)
			}
			if n := count(t, d); n != 1 {
				t.Errorf("%d rows, want only the later one", n)
			}
		})
	})
}

func TestContextThatEndsDuringAReadIsWhatTheReaderSees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		slow := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) FROM n`
		for name, run := range map[string]func(context.Context, db.Func) error{"Read": d.Read, "Snapshot": d.Snapshot} {
			ctx, cancel := context.WithCancel(context.Background())
			within(t, 20*time.Second, name, func() {
				err := run(ctx, func(ctx context.Context, tx db.Tx) error {
					time.AfterFunc(20*time.Millisecond, cancel)
					var n int64
					return tx.QueryRow(ctx, slow).Scan(&n)
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%s: got %v, want context.Canceled", name, err)
				}
			})
			cancel()
			late, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
			within(t, 20*time.Second, name, func() {
				err := run(late, func(ctx context.Context, tx db.Tx) error {
					var n int64
					return tx.QueryRow(ctx, slow).Scan(&n)
				})
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: got %v, want context.DeadlineExceeded", name, err)
				}
			})
			cancel()
		}
		if err := d.Ping(context.Background()); err != nil {
			t.Errorf("after it: %v", err)
		}
	})
}

func TestClosedDatabaseAnswersUnavailable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		reading, hold := make(chan bool), make(chan bool)
		ended := make(chan error, 1)
		go func() {
			ended <- d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
				close(reading)
				<-hold
				var n int
				return tx.QueryRow(ctx, `SELECT count(*) FROM instance`).Scan(&n)
			})
		}()
		<-reading
		closed := make(chan error, 1)
		go func() { closed <- d.Close() }()
		close(hold)
		within(t, 10*time.Second, "Close with a read under way", func() {
			<-ended
			if err := <-closed; err != nil {
				t.Error(err)
			}
		})
		within(t, 10*time.Second, "using a closed database", func() {
			if err := put(d, "late"); !fault.Is(err, fault.Unavailable) {
				t.Errorf("Write: got %v, want Unavailable", err)
			}
			if err := d.Ping(context.Background()); !fault.Is(err, fault.Unavailable) {
				t.Errorf("Read: got %v, want Unavailable", err)
			}
		})
	})
}

func TestClosedDatabaseLeavesNoGoroutine(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			ours := func() int {
				buf := make([]byte, 1<<20)
				buf = buf[:runtime.Stack(buf, true)]
				return strings.Count(string(buf), "internal/db.(*") + strings.Count(string(buf), "database/sql.(*DB)") + strings.Count(string(buf), "pgxpool.(*")
			}
			before := ours()
			for range 3 {
				ctx, stop := context.WithCancel(context.Background())
				d, err := db.Open(ctx, o)
				if err != nil {
					t.Fatal(err)
				}
				go d.Run(ctx)
				if err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error { d.Wake(tx); return nil }); err != nil {
					t.Fatal(err)
				}
				stop()
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
			for deadline := time.Now().Add(10 * time.Second); ours() > before; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%d goroutines before, %d after: Close leaves some behind", before, ours())
				}
			}
		})
	}
}
