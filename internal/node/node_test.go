package node_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/job"
	"steward/internal/node"
)

// member is a node of the test: its own connections, its own jobs.
type member struct {
	d    *db.DB
	jobs *job.Queue
	stop context.CancelFunc
	gone chan struct{}
}

func join(t *testing.T, o db.Options) *member {
	t.Helper()
	d := dbtest.Open(t, o)
	m := &member{d: d, jobs: job.New(d, nil), gone: make(chan struct{})}
	r := node.New(d, m.jobs, "test", func() int64 { return 1 })
	ctx, stop := context.WithCancel(context.Background())
	m.stop = sync.OnceFunc(stop)
	go func() { defer close(m.gone); r.Run(ctx) }()
	t.Cleanup(func() { m.stop(); <-m.gone })
	return m
}

func list(t *testing.T, d *db.DB) (all []node.Node) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		all, err = node.List(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not within 20 seconds: " + what)
		}
	}
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

const runningJob = `INSERT INTO job (kind, key, subject_kind, subject_id, generation, args, due, state, attempts, owner, lease_until, error, created)
	VALUES ('k', $1, '', 0, 1, '{}', 0, 'running', 1, $1, 99999999999999999, '', 0)`

func leased(t *testing.T, d *db.DB, owner string) (yes bool) {
	t.Helper()
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM job WHERE owner = $1 AND lease_until > 0)`, owner).Scan(&yes)
	}); err != nil {
		t.Fatal(err)
	}
	return yes
}

func TestLeasesOfANodeThatIsGoneEndWithinSeconds(t *testing.T) {
	o := dbtest.Options(t, db.Postgres)
	a := join(t, o)
	// A node that died: it stands on the list, and nobody holds its lock.
	exec(t, a.d, `INSERT INTO node (id, name, version, known, generation, started, seen) VALUES ('dead', 'x', 'x', 1, 1, 1, 1)`)
	exec(t, a.d, runningJob, "dead")
	// One that is silent, but whose connection is there: it may be at work.
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.d.Presence(ctx, "slow", time.Hour, func() (string, []any) {
			return `INSERT INTO node (id, name, version, known, generation, started, seen) VALUES ('slow', 'x', 'x', 1, 1, 1, 1) ON CONFLICT DO NOTHING`, nil
		})
	}()
	exec(t, a.d, runningJob, "slow")
	begun := time.Now()
	until(t, "the dead node's lease has ended", func() bool { return !leased(t, a.d, "dead") })
	t.Logf("taken over after %s", time.Since(begun).Round(100*time.Millisecond))
	if !leased(t, a.d, "slow") {
		t.Error("a node that is only silent lost its lease")
	}
	stop()
	<-done
	until(t, "the silent node's lease has ended once its connection had", func() bool { return !leased(t, a.d, "slow") })
}

func TestNodesAreListedWhileTheyLive(t *testing.T) {
	o := dbtest.Options(t, db.Postgres)
	a, b := join(t, o), join(t, o)
	until(t, "both are listed", func() bool { return len(list(t, a.d)) == 2 })
	b.stop()
	<-b.gone
	if all := list(t, a.d); len(all) != 1 || all[0].ID != a.jobs.Owner() {
		t.Errorf("after one has stopped: %+v", all)
	}
}
