package db

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// channel is the NOTIFY channel that wakes other nodes.
const channel = "steward_wake"

// notifyEvery is how often a node tells others at most: one NOTIFY per transaction would
// cost two thirds of the throughput.
const notifyEvery = 20 * time.Millisecond

// signal wakes everyone in this process who waits for new work.
type signal struct {
	mu        sync.Mutex
	ch        chan struct{}
	elsewhere chan struct{} // closed when another process did something
	notify    chan struct{} // holds one mark while other nodes should be told
	name      string        // this process, to know its own notifications by
}

func newSignal() *signal {
	return &signal{ch: make(chan struct{}), elsewhere: make(chan struct{}), notify: make(chan struct{}, 1), name: rand.Text()}
}

func (s *signal) broadcast() {
	s.mu.Lock()
	close(s.ch)
	s.ch = make(chan struct{})
	s.mu.Unlock()
}

// fromElsewhere is broadcast for what another process did.
func (s *signal) fromElsewhere() {
	s.mu.Lock()
	close(s.elsewhere)
	s.elsewhere = make(chan struct{})
	s.mu.Unlock()
	s.broadcast()
}

// ChangedElsewhere is Changed for commits of other processes alone. On SQLite nobody hears of those.
func (d *DB) ChangedElsewhere() <-chan struct{} {
	d.signal.mu.Lock()
	defer d.signal.mu.Unlock()
	return d.signal.elsewhere
}

// Changed returns a channel that is closed at the next wake-up: after a commit here that
// called Wake, or one elsewhere. Take it before looking for work, wait on it after.
func (d *DB) Changed() <-chan struct{} {
	d.signal.mu.Lock()
	defer d.signal.mu.Unlock()
	return d.signal.ch
}

// Wait blocks until changed is closed, the time is up or ctx ends.
func Wait(ctx context.Context, changed <-chan struct{}, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	case <-ctx.Done():
	}
}

// Pace blocks until least has passed since begun, or ctx ends. A loop that every commit
// wakes does the work of many together that way, instead of once a commit.
func Pace(ctx context.Context, begun time.Time, least time.Duration) {
	if left := least - time.Since(begun); left > 0 {
		Wait(ctx, nil, left)
	}
}

type wakeKey struct{}

// Wake makes the commit of tx wake followers and job runners, here and on other nodes.
func (d *DB) Wake(tx Tx) {
	tx.Value(wakeKey{}, func() any {
		tx.AfterCommit(d.wakeSoon)
		return true
	})
}

// wakeSoon wakes this process at once and leaves a mark for the notifier.
func (d *DB) wakeSoon() {
	d.signal.broadcast()
	select {
	case d.signal.notify <- struct{}{}:
	default:
	}
}

// Run keeps wake-ups flowing between nodes until ctx ends. On SQLite there is only one
// server, so it has nothing to do.
func (d *DB) Run(ctx context.Context) {
	if d.engine != Postgres {
		<-ctx.Done()
		return
	}
	go d.listen(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.signal.notify:
		}
		_, _ = d.conns.Exec(ctx, `SELECT pg_notify('`+channel+`', $1)`, d.signal.name) // others poll each second anyway
		select {
		case <-ctx.Done():
			return
		case <-time.After(notifyEvery):
		}
	}
}
