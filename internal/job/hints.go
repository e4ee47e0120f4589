package job

import (
	"sync"
	"time"

	"steward/internal/db"
)

// lookAtLeast is how often the whole queue is looked at: other nodes and commands add work, too.
const lookAtLeast = time.Second

// hints are what this process knows about due work without asking the database. A look at the whole
// queue at each commit would cost PostgreSQL more than the work itself.
type hints struct {
	mu    *sync.Mutex
	due   map[string]bool // kinds that were given something to do
	full  map[string]bool // kinds that may have more to do once there is room
	all   bool            // nobody knows: look at everything
	fresh chan struct{}   // holds a mark when something has been told since the last look
}

func newHints() hints {
	return hints{mu: &sync.Mutex{}, due: map[string]bool{}, full: map[string]bool{}, fresh: make(chan struct{}, 1)}
}

// tell makes the commit of tx say that a kind has work due at due.
func (q *Queue) tell(tx db.Tx, kind string, now, due time.Time) {
	if due.After(now.Add(lookAtLeast)) {
		return // the queue is looked at before
	}
	q.db.Wake(tx) // other nodes
	tx.AfterCommit(func() {
		q.hints.mu.Lock()
		if due.After(now) {
			q.hints.all = true // a look finds out how long to wait
		} else {
			q.hints.due[kind] = true
		}
		q.hints.mu.Unlock()
		q.hints.mark()
	})
}

func (h *hints) mark() {
	select {
	case h.fresh <- struct{}{}:
	default:
	}
}

// take returns the kinds that were told of since the last time, and whether everything is to be
// looked at.
func (h *hints) take() (kinds []dueKind, all bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name := range h.due {
		kinds = append(kinds, dueKind{name: name})
	}
	clear(h.due)
	all, h.all = h.all, false
	return kinds, all
}

// lookAgain makes the next look go through the whole queue.
func (h *hints) lookAgain() {
	h.mu.Lock()
	h.all = true
	h.mu.Unlock()
}

// wait notes that a kind may have more to do once a run of it ends.
func (h *hints) wait(kind string) {
	h.mu.Lock()
	h.full[kind] = true
	h.mu.Unlock()
}

// again makes the next look try a kind for which there was no room: a run of it has ended.
func (h *hints) again(kind string) {
	h.mu.Lock()
	if h.full[kind] {
		delete(h.full, kind)
		h.due[kind] = true
	}
	h.mu.Unlock()
}
