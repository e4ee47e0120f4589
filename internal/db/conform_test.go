package db_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

func run(t *testing.T, d *db.DB, statements ...string) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestManyIncrementsOfOneRowAllCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run(t, d, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 0)`)
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 10 {
					err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
						_, err := tx.Exec(ctx, `UPDATE tally SET n = n + 1 WHERE id = 1`)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var n int
		if err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT n FROM tally`).Scan(&n)
		}); err != nil || n != 160 {
			t.Errorf("got %d, %v; want 160", n, err)
		}
	})
}

// Two transactions take the same two rows in opposite order: one loses and runs again.
func TestDeadlockedWritesAreRunAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run(t, d, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 0), (2, 0)`)
		var runs, hooks atomic.Int64
		meet := make(chan struct{})
		var once sync.Once
		both := sync.WaitGroup{}
		both.Add(2)
		go func() { both.Wait(); once.Do(func() { close(meet) }) }()
		var wg sync.WaitGroup
		for i := range 2 {
			first := true
			wg.Go(func() {
				err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					runs.Add(1)
					tx.AfterCommit(func() { hooks.Add(1) })
					if _, err := tx.Exec(ctx, `UPDATE tally SET n = n + 1 WHERE id = $1`, 1+i); err != nil {
						return err
					}
					if first && tx.Engine() == db.Postgres { // both hold one row before they want the other
						first = false
						both.Done()
						<-meet
					}
					_, err := tx.Exec(ctx, `UPDATE tally SET n = n + 1 WHERE id = $1`, 2-i)
					return err
				})
				if err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		want := int64(2)
		if d.Engine() == db.Postgres {
			want = 3
		}
		if runs.Load() != want || hooks.Load() != 2 {
			t.Errorf("ran %d times, want %d; after-commit hooks ran %d times, want 2", runs.Load(), want, hooks.Load())
		}
	})
}

func TestSerializationFailureIsRunAgain(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.Postgres))
	run(t, d, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 0)`)
	runs := 0
	err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		runs++
		if _, err := tx.Exec(ctx, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT n FROM tally`).Scan(&n); err != nil {
			return err
		}
		if runs == 1 { // somebody else is faster
			run(t, d, `UPDATE tally SET n = 10`)
		}
		_, err := tx.Exec(ctx, `UPDATE tally SET n = $1`, n+1)
		return err
	})
	if err != nil || runs != 2 {
		t.Errorf("got %v after %d runs, want success at the second", err, runs)
	}
}

func TestWriteSurvivesASchemaChangeUnderAPreparedStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run(t, d, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 0)`)
		all := func() error {
			return d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
				rows, err := tx.Query(ctx, `SELECT * FROM tally`)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
				}
				return rows.Err()
			})
		}
		for range 3 {
			if err := all(); err != nil {
				t.Fatal(err)
			}
		}
		run(t, d, `ALTER TABLE tally ADD COLUMN more BIGINT NOT NULL DEFAULT 0`)
		if err := all(); err != nil {
			t.Errorf("after a column was added: %v", err)
		}
	})
}

func TestConstraintCheckedAtCommitFailsItsOwnWriteOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run(t, d, `CREATE TABLE parent (id BIGINT PRIMARY KEY)`,
			`CREATE TABLE child (id BIGINT PRIMARY KEY, parent_id BIGINT NOT NULL REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)`)
		hold, holding := make(chan bool), make(chan bool)
		var wg sync.WaitGroup
		wg.Go(func() { // lets the others gather into one batch
			_ = d.Write(context.Background(), func(context.Context, db.Tx) error { close(holding); <-hold; return nil })
		})
		<-holding
		errs := make([]error, 12)
		var hooks atomic.Int64
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					tx.AfterCommit(func() { hooks.Add(1) })
					if _, err := tx.Exec(ctx, `INSERT INTO child (id, parent_id) VALUES ($1, $1)`, i); err != nil {
						return err
					}
					if i == 5 { // its parent never comes
						return nil
					}
					_, err := tx.Exec(ctx, `INSERT INTO parent (id) VALUES ($1)`, i)
					return err
				})
			})
		}
		close(hold)
		wg.Wait()
		for i, err := range errs {
			if (err != nil) != (i == 5) {
				t.Errorf("write %d: got %v", i, err)
			}
		}
		var n int
		if err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT count(*) FROM child`).Scan(&n)
		}); err != nil || n != 11 || hooks.Load() != 11 {
			t.Errorf("%d rows, %d hooks, error %v; want 11 and 11", n, hooks.Load(), err)
		}
	})
}

func TestSnapshotSeesOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Snapshot(context.Background(), func(ctx context.Context, tx db.Tx) error {
			var before, after int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM instance`).Scan(&before); err != nil {
				return err
			}
			if err := put(d, "meanwhile"); err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM instance`).Scan(&after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("saw %d rows, then %d; want the same moment twice", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("after it: %d rows, want 1", n)
		}
	})
}

func TestReaderNeverSeesHalfOfAWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		stop := make(chan struct{})
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					for _, side := range []string{"a", "b"} {
						if _, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, 'x')`, fmt.Sprint(side, i)); err != nil {
							return err
						}
					}
					if i%3 == 0 {
						return fault.New(fault.Invalid, "taken back")
					}
					return nil
				})
				if err != nil && !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			}
		})
		for range 200 {
			if n := count(t, d); n%2 != 0 {
				t.Fatalf("a reader saw %d rows: half of a write", n)
			}
		}
		close(stop)
		wg.Wait()
	})
}

func TestConnectionsCutByTheServerAreReplaced(t *testing.T) {
	o := dbtest.Options(t, db.Postgres)
	d, other := dbtest.Open(t, o), dbtest.Open(t, o)
	for i := range 5 {
		if err := put(d, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	cut := func() {
		t.Helper()
		run(t, other, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	cut()
	if err := put(d, "after idle connections were cut"); err != nil {
		t.Errorf("an idle connection that was cut cost a write: %v", err)
	}
	err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('lost', 'x')`); err != nil {
			return err
		}
		cut()
		_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('lost too', 'x')`)
		return err
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("a write cut in the middle: got %v, want Unavailable", err)
	}
	for name, read := range map[string]func(context.Context, db.Func) error{"Read": d.Read, "Snapshot": d.Snapshot} {
		err := read(context.Background(), func(ctx context.Context, tx db.Tx) error {
			var n int
			if err := tx.QueryRow(ctx, `SELECT 1`).Scan(&n); err != nil {
				return nil // cut before: seen above
			}
			cut()
			return tx.QueryRow(ctx, `SELECT 2`).Scan(&n)
		})
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s cut in the middle: got %v, want Unavailable", name, err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if err := d.Ping(context.Background()); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("reading does not come back: %v", err)
		}
	}
	if n := count(t, d); n != 6 {
		t.Errorf("%d rows, want the 6 acknowledged", n)
	}
}

func TestFreshDatabaseOpenedByManyAtOnceIsMigratedOnce(t *testing.T) {
	for _, o := range []db.Options{{Dir: t.TempDir()}, {URL: dbtest.URL(t)}} {
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				d, err := db.Open(context.Background(), o)
				if err != nil {
					t.Errorf("opener %d: %v", i, err)
					return
				}
				if err := put(d, fmt.Sprint(i)); err != nil {
					t.Errorf("opener %d: %v", i, err)
				}
				d.Close()
			})
		}
		wg.Wait()
	}
}

func TestSchemaNewerThanTheProgramIsRefused(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			d := dbtest.Open(t, o)
			flag := "1"
			if e == db.Postgres {
				flag = "true"
			}
			run(t, d, `INSERT INTO schema_version (version_id, is_applied) VALUES (999999, `+flag+`)`)
			d.Close()
			if _, err := db.Open(context.Background(), o); !fault.Is(err, fault.Unavailable) {
				t.Errorf("got %v, want a refusal", err)
			}
		})
	}
}
