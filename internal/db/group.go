package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"steward/internal/fault"
)

// groupWriter is SQLite's only writer: it runs queued writes one after another, each behind
// a savepoint, and commits many of them with one wait for the disk.
type groupWriter struct {
	db       *sql.DB
	conn     *stmtConn
	queue    chan *write
	batch    int
	batchFor time.Duration
	running  []*write // the batch under way
	counters *counters

	mu     sync.RWMutex // guards closed against sends on a closed queue
	closed bool
	done   chan struct{}
}

type write struct {
	ctx  context.Context
	fn   Func
	tx   *transaction
	err  error
	done chan struct{}
}

func newGroupWriter(ctx context.Context, db *sql.DB, o Options, c *counters) (*groupWriter, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	one := newStmtConn(conn)
	one.steady = true // it only looks up by keys
	w := &groupWriter{db: db, conn: one, queue: make(chan *write, o.Queue), batch: o.Batch,
		batchFor: o.BatchFor, done: make(chan struct{}), counters: c}
	go w.loop()
	return w, nil
}

func (w *groupWriter) write(ctx context.Context, fn Func) error {
	r := &write{ctx: inside(ctx), fn: fn, done: make(chan struct{})}
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return closing()
	}
	select {
	case w.queue <- r:
		w.mu.RUnlock()
	default:
		w.mu.RUnlock()
		return tooBusy()
	}
	<-r.done
	if r.err == nil {
		r.tx.committed()
	}
	return r.err
}

func closing() error {
	return fault.New(fault.Unavailable, "The database is being closed.")
}

func tooBusy() error {
	return &fault.Error{Code: fault.Unavailable, Message: "Too many changes are waiting. Try again in a moment.", RetryAfter: time.Second}
}

func (w *groupWriter) stop() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
	return w.conn.close()
}

func (w *groupWriter) loop() {
	finished := false
	defer func() {
		if finished {
			close(w.done)
			return
		}
		// Work ended this goroutine (runtime.Goexit, as a test's FailNow does).
		w.conn.rollback(context.Background())
		w.answer(errors.New("db: the work in a transaction ended its goroutine"))
		go w.loop()
	}()
	for first := range w.queue {
		w.commitBatch(first)
		w.answer(nil)
	}
	finished = true
}

// answer tells everybody of the batch how it went; err, when given, goes for all.
func (w *groupWriter) answer(err error) {
	for _, r := range w.running {
		if err != nil {
			r.err = err
		}
		close(r.done)
	}
	w.running = nil
}

// commitBatch runs first and whatever else waits, with one commit for all.
func (w *groupWriter) commitBatch(first *write) {
	ctx := context.Background()
	w.running = []*write{first}
	if first.err = w.conn.begin(ctx); first.err != nil {
		w.conn.rollback(ctx) // in case an earlier one could not be ended
		return
	}
	broken := !w.runOne(ctx, first)
	deadline := time.Now().Add(w.batchFor)
collect:
	for !broken && len(w.running) < w.batch && time.Now().Before(deadline) {
		select {
		case next, ok := <-w.queue:
			if !ok {
				break collect
			}
			w.running = append(w.running, next)
			broken = !w.runOne(ctx, next)
		default:
			break collect
		}
	}
	var err error
	if !broken {
		err = w.conn.commit(ctx)
		w.counters.commits.Add(1)
	}
	if broken || err != nil {
		w.conn.rollback(ctx)
		w.counters.retries.Add(int64(len(w.running)))
		w.runSingly(ctx, w.running)
	}
}

// runOne runs r behind a savepoint. It reports false when the transaction as a whole is lost.
func (w *groupWriter) runOne(ctx context.Context, r *write) bool {
	if err := w.conn.run(ctx, `SAVEPOINT one`); err != nil {
		r.err = err
		return false
	}
	r.tx = &transaction{engine: SQLite, q: w.conn}
	r.err = r.tx.run(r.ctx, r.fn)
	if r.err != nil {
		if err := w.conn.run(ctx, `ROLLBACK TO one`); err != nil {
			return false
		}
	}
	if err := w.conn.run(ctx, `RELEASE one`); err != nil {
		if r.err == nil {
			r.err = err
		}
		return false
	}
	return true
}

// runSingly gives each survivor of a lost batch a transaction of its own, so that one bad
// write (a full disk, a broken constraint at commit) fails alone.
func (w *groupWriter) runSingly(ctx context.Context, all []*write) {
	for _, r := range all {
		if r.err != nil && !lostBatch(r.err) {
			continue // failed by itself; it would fail again
		}
		if r.err = w.conn.begin(ctx); r.err != nil {
			continue
		}
		r.tx = &transaction{engine: SQLite, q: w.conn}
		if r.err = r.tx.run(r.ctx, r.fn); r.err == nil {
			r.err = w.conn.commit(ctx)
		}
		if r.err != nil {
			w.conn.rollback(ctx)
		}
	}
}

// lostBatch reports whether err came from the engine rather than from the work itself.
func lostBatch(err error) bool {
	return fault.As(err) == nil && !errors.Is(err, sql.ErrNoRows)
}
