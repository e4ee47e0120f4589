package ledger

import (
	"context"
	"slices"
	"sync"
	"time"

	"steward/internal/db"
)

// tailKept is how many events stay in memory at least; they take a few megabytes.
const tailKept = 4000

// tailStep is how many events one look at the database adds.
const tailStep = tailKept

// tailFresh is how old a look may be for followers that run all the time.
const tailFresh = 20 * time.Millisecond

// tail keeps the newest events of the order in memory. The followers of a node read them there, so
// that the database is asked for them once and not by each follower.
type tail struct {
	mu     sync.Mutex // held during a look: of followers that wake together one asks
	start  int64      // what is behind start, up to end, is kept
	end    int64
	events []Event
	looked time.Time // zero until the first look
}

// after returns the events behind pos that are kept; with none it looks for new ones, unless the
// last look is younger than fresh. ok is false when the tail begins behind pos. What it returns is shared:
// nobody changes it.
func (t *tail) after(ctx context.Context, l *Ledger, pos int64, fresh time.Duration) (events []Event, ok bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if pos >= t.end && time.Since(t.looked) >= fresh {
		if err := t.look(ctx, l); err != nil {
			return nil, false, err
		}
	}
	if pos < t.start || pos > t.end {
		return nil, false, nil
	}
	return t.events[pos-t.start:], true, nil
}

// look reads what came behind the end.
func (t *tail) look(ctx context.Context, l *Ledger) error {
	looked := time.Now()
	err := l.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if t.looked.IsZero() {
			end, _, err := head(ctx, tx)
			t.start, t.end = end, end
			return err
		}
		rows, err := tx.Query(ctx, `SELECT o.pos, o.hash, `+prefixed("e", eventColumns)+` FROM event_order o JOIN events e ON e.id = o.event_id
			WHERE `+behind(tx)+` ORDER BY o.pos`, t.end, tailStep)
		if err != nil {
			return err
		}
		more, err := scanEvents(rows, func(e *Event) []any { return []any{&e.Pos, &e.hash} })
		if err != nil || len(more) == 0 {
			return err
		}
		t.events, t.end = append(t.events, more...), more[len(more)-1].Pos
		if t.end != t.start+int64(len(t.events)) {
			*t = tail{start: t.end, end: t.end} // positions were left out, so begin anew behind them
		} else if drop := len(t.events) - tailKept; drop >= tailKept {
			t.events, t.start = slices.Clone(t.events[drop:]), t.start+int64(drop) // a copy: others may hold the old one
		}
		return nil
	})
	if err == nil {
		t.looked = looked
	}
	return err
}

// forget makes the next look begin anew.
func (t *tail) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.start, t.end, t.events, t.looked = 0, 0, nil, time.Time{}
}
