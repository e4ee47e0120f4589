package db

import (
	"context"
	"sync/atomic"
)

// Watch observes a piece of work; the function it returns is called with how it ended.
type Watch func(ctx context.Context, what string) (context.Context, func(error))

// Observe makes w see every Write. Call it before the database is used.
func (d *DB) Observe(w Watch) { d.watch = w }

// counters are kept by the writer of either engine.
type counters struct{ commits, retries atomic.Int64 }

// Stats tells what the writer does.
type Stats struct {
	Waiting int   // writes that wait or are under way
	Commits int64 // on SQLite one commit carries many writes
	Retries int64 // transactions run again because they collided, or lost their batch
}

// Stats returns what the writer does, since the database was opened.
func (d *DB) Stats() Stats {
	s := Stats{Commits: d.counters.commits.Load(), Retries: d.counters.retries.Load()}
	switch w := d.writer.(type) {
	case *groupWriter:
		s.Waiting = len(w.queue)
	case *pgWriter:
		s.Waiting = len(w.waiting)
	}
	return s
}
