package node

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/db"
	"steward/internal/job"
)

// Node is a process that serves the database.
type Node struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"` // of its machine
	Version    string    `json:"version"`
	Schema     int64     `json:"schema"`     // the newest it knows
	Generation int64     `json:"generation"` // of the configuration in force on it
	Started    time.Time `json:"started"`
	Seen       time.Time `json:"seen"` // its last beat, by the database's clock
}

// Every is how often a node says that it lives; Silent is how long another must hear nothing,
// while the database answers, before it looks whether the node is gone.
const (
	Every  = time.Second
	Silent = 3 * time.Second
)

// Registry is this node's part in knowing all of them.
type Registry struct {
	db         *db.DB
	jobs       *job.Queue
	version    string
	generation func() int64
	started    time.Time
	unfit      atomic.Pointer[error] // why this node should not serve; nil when it may
}

// New returns the registry of a node that runs jobs. generation tells the configuration in
// force on it.
func New(d *db.DB, jobs *job.Queue, version string, generation func() int64) *Registry {
	return &Registry{db: d, jobs: jobs, version: version, generation: generation, started: time.Now()}
}

// databaseNow is PostgreSQL's clock in microseconds.
const databaseNow = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`

// Run says that this node lives and looks after the others until ctx ends; then it takes itself
// off the list.
func (r *Registry) Run(ctx context.Context) {
	if r.db.Engine() != db.Postgres {
		<-ctx.Done()
		return
	}
	var all sync.WaitGroup
	all.Go(func() {
		r.db.Presence(ctx, r.jobs.Owner(), Every, r.beat)
	})
	r.watch(ctx)
	all.Wait()
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := r.db.Write(late, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM node WHERE id = $1`, r.jobs.Owner())
		return err
	}); err != nil {
		slog.Debug("this node could not take itself off the list; others will", "error", err)
	}
}

// Join puts this node on the list, until it is there or ctx ends. Leases are taken only after:
// those of a node that nobody knew would have to run out.
func (r *Registry) Join(ctx context.Context) {
	for r.db.Engine() == db.Postgres && ctx.Err() == nil {
		err := r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			query, args := r.beat()
			_, err := tx.Exec(ctx, query, args...)
			return err
		})
		if err == nil {
			return
		}
		db.Wait(ctx, nil, 200*time.Millisecond)
	}
}

// beat is the statement that says that this node lives.
func (r *Registry) beat() (query string, args []any) {
	name, _ := os.Hostname()
	return `INSERT INTO node (id, name, version, known, generation, started, seen) VALUES ($1, $2, $3, $4, $5, $6, ` + databaseNow + `)
		ON CONFLICT (id) DO UPDATE SET generation = excluded.generation, seen = excluded.seen`,
		[]any{r.jobs.Owner(), name, r.version, r.db.Known(), r.generation(), db.Micros(r.started)}
}

// watch looks at the others until ctx ends.
func (r *Registry) watch(ctx context.Context) {
	heard, last := map[string]heartbeat{}, time.Now()
	for n := 0; ctx.Err() == nil; n++ {
		db.Wait(ctx, nil, Every)
		nodes, err := r.nodes(ctx)
		now := time.Now()
		if err != nil || now.Sub(last) > 2*Every+Every/2 { // silence tells nothing when we did not listen
			clear(heard)
			if err != nil {
				continue
			}
		}
		last = now
		for _, o := range nodes {
			b, known := heard[o.ID]
			if !known || b.seen != o.Seen {
				heard[o.ID] = heartbeat{o.Seen, now}
			} else if o.ID != r.jobs.Owner() && now.Sub(b.since) >= Silent {
				r.bury(ctx, o)
			}
		}
		if n%5 == 0 {
			r.checkSchema(ctx)
		}
	}
}

// heartbeat is when another node was heard last.
type heartbeat struct {
	seen  time.Time // by the database's clock
	since time.Time // by ours
}

// bury ends the leases of a node that is silent and whose connection is gone. One that is only
// slow, or cut off from here, keeps its connection and with it its leases until they run out.
func (r *Registry) bury(ctx context.Context, o Node) {
	var taken int64
	gone := false
	err := r.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		gone = false
		absent, err := db.Absent(ctx, tx, o.ID)
		if err != nil || !absent {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM node WHERE id = $1 AND seen = $2`, o.ID, db.Micros(o.Seen))
		if err != nil || n == 0 {
			return err
		}
		gone = true
		taken, err = r.jobs.ReclaimFrom(ctx, tx, o.ID)
		return err
	})
	if err == nil && gone {
		slog.Warn("a node is gone; its work is taken over", "node", o.Name, "id", o.ID, "jobs", taken)
	}
}

func (r *Registry) nodes(ctx context.Context) (out []Node, err error) {
	err = r.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		out, err = List(ctx, tx)
		return err
	})
	return out, err
}

// List returns the nodes that serve the database, the oldest first.
func List(ctx context.Context, tx db.Tx) ([]Node, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, version, known, generation, started, seen FROM node ORDER BY started, id LIMIT 1000`)
	return db.Collect(rows, err, func(s db.Scanner) (n Node, err error) {
		var started, seen int64
		err = s.Scan(&n.ID, &n.Name, &n.Version, &n.Schema, &n.Generation, &started, &seen)
		n.Started, n.Seen = db.Time(started), db.Time(seen)
		return n, err
	})
}

// checkSchema notes when others brought the schema further than this program can follow.
func (r *Registry) checkSchema(ctx context.Context) {
	current, known, err := r.db.Schema(ctx)
	if err != nil {
		return // the database is away; that says nothing
	}
	if current > known {
		err = r.db.CheckSchema(ctx)
	}
	if err == nil {
		r.unfit.Store(nil)
		return
	}
	if r.unfit.Swap(&err) == nil {
		slog.Error("this node cannot go on serving", "error", err)
	}
}

// Fit returns why this node should not serve; nil when it may.
func (r *Registry) Fit() error {
	if err := r.unfit.Load(); err != nil {
		return *err
	}
	return nil
}
