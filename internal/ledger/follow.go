package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// followBatch is how many events a follower takes in one transaction unless it says so.
const followBatch = 200

// followEvery is how often a follower that keeps up takes a step: one for each commit would
// cost as much as the commits themselves.
const followEvery = 200 * time.Millisecond

// A follower whose steps take long rests five times as long, a second at most: more events then
// share what a step costs, and whoever writes them has the machine meanwhile.
const (
	followShare = 5
	followRest  = time.Second
)

// Follower reads the whole order. Handle runs in the transaction that also moves the
// follower's cursor, so an event takes effect once. Handle may run twice before that, so
// it has no effect outside its transaction.
type Follower struct {
	Name  string   // the cursor's name; keep it for ever
	Verbs []string // what it reads; nil reads everything
	Batch int      // how many events it takes in one transaction at most; 200 when zero
	// Begin runs once, in the transaction of the very first step; may be nil.
	Begin  func(ctx context.Context, tx db.Tx) error
	Handle func(ctx context.Context, tx db.Tx, e Event) error
	// Ahead, if any, is told of a batch before the transaction that takes it in, outside of any: what it works
	// out there nobody who writes has to wait for. Handle is given the same events, or some of them.
	Ahead func(ctx context.Context, events []Event)
}

func (f Follower) batch() int { return cmp.Or(f.Batch, followBatch) }

// errMoved says that another node moved the cursor meanwhile.
var errMoved = errors.New("ledger: the cursor moved elsewhere")

// moveEvery is how often the cursor of a follower moves past events that do not concern it.
const moveEvery = time.Second

// place is how far a follower has come, as its loop remembers it between steps.
type place struct {
	known  bool
	failed bool      // the last step did, so what is known may be wrong
	pos    int64     // the cursor
	seen   int64     // nothing up to here concerns it any more
	moved  time.Time // when the cursor was
}

// reach is how far a batch goes: a position, and the chain's hash there, nil when it was not read.
type reach struct {
	pos  int64
	hash []byte
}

// Follow runs f from its cursor until ctx ends. Several nodes may follow under one name:
// the cursor lets exactly one of them take effect for each event.
func (l *Ledger) Follow(ctx context.Context, f Follower) {
	for at := (place{}); ctx.Err() == nil; {
		begun, changed := time.Now(), l.db.Changed()
		n, err := l.step(ctx, f, &at, tailFresh, moveEvery)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errMoved): // somebody else is at work; let them
			db.Wait(ctx, nil, 100*time.Millisecond)
		case err != nil:
			slog.Warn("a follower cannot go on; trying again", "follower", f.Name, "error", err)
			db.Wait(ctx, nil, time.Second)
		case n == 0:
			db.Wait(ctx, changed, time.Second)
		case n < f.batch():
			db.Pace(ctx, begun, max(followEvery, min(followShare*time.Since(begun), followRest)))
		}
	}
}

// Step handles the next batch and returns how many events it passed.
func (l *Ledger) Step(ctx context.Context, f Follower) (int, error) {
	return l.step(ctx, f, &place{}, 0, 0)
}

// step handles the next batch behind at, and moves it. A look for events may be as old as fresh; events
// that do not concern f move the cursor when it has stood still for idle.
func (l *Ledger) step(ctx context.Context, f Follower, at *place, fresh, idle time.Duration) (passed int, err error) {
	events, end, err := l.next(ctx, f, at, fresh)
	if err != nil {
		return 0, err
	}
	passed = int(end.pos - at.seen)
	if len(events) == 0 && (end.pos == at.pos || at.pos > 0 && time.Since(at.moved) < idle) {
		l.see(f, at, end.pos)
		return passed, nil
	}
	at.known, at.failed = false, true // until the step has ended well
	if f.Ahead != nil && len(events) > 0 {
		f.Ahead(ctx, events)
	}
	err = l.handle(ctx, f, at.pos, end, events)
	if err != nil && ctx.Err() == nil && !notTheEvent(err) {
		err = l.handleEach(ctx, f, at.pos, end, events)
	}
	if err != nil {
		return 0, err
	}
	*at = place{known: true, pos: end.pos, moved: time.Now()}
	l.see(f, at, end.pos)
	return passed, nil
}

// handleEach takes the events of a batch one by one, because one of them fails, and parks what fails.
func (l *Ledger) handleEach(ctx context.Context, f Follower, pos int64, end reach, events []Event) error {
	for i, e := range events {
		err := l.handle(ctx, f, pos, reach{e.Pos, e.hash}, events[i:i+1])
		if err != nil && !notTheEvent(err) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if perr := l.db.Ping(ctx); perr != nil {
				return perr // the database is away: nobody's fault, do not park
			}
			err = l.park(ctx, f, pos, e, err)
		}
		if err != nil {
			return err
		}
		pos = e.Pos
	}
	if pos == end.pos {
		return nil
	}
	return l.handle(ctx, f, pos, end, nil)
}

// see notes how far f has come, for Lags too: its cursor may stand still behind.
func (l *Ledger) see(f Follower, at *place, end int64) {
	if at.seen = end; at.seen > at.pos {
		l.seen.Store(f.Name, end)
	} else {
		l.seen.Delete(f.Name)
	}
}

// next returns the next events that concern f, and how far they reach: from memory when f keeps up.
func (l *Ledger) next(ctx context.Context, f Follower, at *place, fresh time.Duration) (events []Event, end reach, err error) {
	if !at.known {
		before := at.pos
		err := l.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			at.pos, err = l.Place(ctx, tx, f.Name)
			return err
		})
		if err != nil {
			return nil, end, err
		}
		if at.failed && at.pos == before { // nobody else moved it: the order may not be what was read of it
			l.tail.forget()
		}
		at.known, at.failed, at.seen = true, false, at.pos
	}
	recent, ok, err := l.tail.after(ctx, l, at.seen, fresh)
	if err != nil {
		return nil, end, err
	}
	if ok {
		events, end = f.among(recent, at.seen)
		return events, end, nil
	}
	err = l.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		events, end.pos, err = l.batch(ctx, tx, f, at.seen)
		return err
	})
	return events, end, err
}

// among picks the next batch for f out of the events behind a place.
func (f Follower) among(recent []Event, seen int64) (events []Event, end reach) {
	end.pos = seen
	for _, e := range recent {
		if end = (reach{e.Pos, e.hash}); f.Verbs == nil || slices.Contains(f.Verbs, e.Verb) {
			if events = append(events, e); len(events) == f.batch() {
				break
			}
		}
	}
	return events, end
}

// notTheEvent reports whether err says nothing about the event: another node went on with
// it, or the database cannot take anything now. Parking it then would hold its record up
// for no reason.
func notTheEvent(err error) bool {
	return errors.Is(err, errMoved) || fault.Is(err, fault.Unavailable)
}

// window is how far a follower that reads few verbs looks ahead at once.
const window = 5000

// batch returns the next events of f behind pos, and how far they reach.
func (l *Ledger) batch(ctx context.Context, tx db.Tx, f Follower, pos int64) (events []Event, end int64, err error) {
	if f.Verbs == nil {
		events, err = l.After(ctx, tx, pos, f.batch())
		if err != nil || len(events) == 0 {
			return nil, pos, err
		}
		return events, events[len(events)-1].Pos, nil
	}
	if end, _, err = head(ctx, tx); err != nil {
		return nil, pos, err
	}
	end = min(end, pos+window)
	verbs := make([]any, len(f.Verbs))
	for i, v := range f.Verbs {
		verbs[i] = v
	}
	w := (&db.Where{}).And("o.pos > ?", pos).And("o.pos <= ?", end).In("e.verb", verbs)
	rows, err := tx.Query(ctx, `SELECT o.pos, `+prefixed("e", eventColumns)+` FROM event_order o JOIN events e ON e.id = o.event_id
		WHERE `+w.SQL()+` ORDER BY o.pos LIMIT `+strconv.Itoa(f.batch()), w.Args()...)
	if err != nil {
		return nil, pos, err
	}
	events, err = scanEvents(rows, func(e *Event) []any { return []any{&e.Pos} })
	if n := f.batch(); len(events) == n {
		end = events[n-1].Pos
	}
	return events, end, err
}

// handle runs a batch and moves the cursor from pos to end, all in one transaction.
func (l *Ledger) handle(ctx context.Context, f Follower, pos int64, end reach, events []Event) error {
	return l.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := f.move(ctx, tx, pos, end); err != nil {
			return err
		}
		waiting, err := parkedSubjects(ctx, tx, f.Name)
		if err != nil {
			return err
		}
		for _, e := range events {
			if waiting[e.Subject] { // its earlier events wait, so it waits too
				if err := insertParked(ctx, tx, f.Name, e, "waits for an earlier event of the same record", 0); err != nil {
					return err
				}
				continue
			}
			if err := f.Handle(ctx, tx, e); err != nil {
				return fmt.Errorf("event %d (%s): %w", e.ID, e.Verb, err)
			}
		}
		return nil
	})
}

// move steps the cursor and, the first time, lets the follower begin.
func (f Follower) move(ctx context.Context, tx db.Tx, from int64, to reach) error {
	if err := move(ctx, tx, f.Name, from, to); err != nil {
		return err
	}
	if from == 0 && f.Begin != nil {
		return f.Begin(ctx, tx)
	}
	return nil
}

// move steps a cursor. It must still be at from, and the order must be the one that was read: a database that was
// set back has other events there.
func move(ctx context.Context, tx db.Tx, name string, from int64, to reach) error {
	now := time.Now().UnixMicro()
	if from == 0 {
		n, err := tx.Exec(ctx, `INSERT INTO event_cursor (name, pos, updated) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`, name, to.pos, now)
		if err != nil || n == 1 {
			return err
		}
	}
	set, args := `UPDATE event_cursor SET pos = $1, updated = $2 WHERE name = $3 AND pos = $4`, []any{to.pos, now, name, from}
	if to.hash != nil {
		set, args = set+` AND EXISTS (SELECT 1 FROM event_order o WHERE o.pos = $1 AND o.hash = $5)`, append(args, to.hash)
	}
	return tx.Must(ctx, errMoved, set, args...)
}

// Lag is how far a follower is behind: in events, and since when.
type Lag struct {
	Name   string    `json:"name"`
	Events int64     `json:"events"`
	Since  time.Time `json:"since,omitzero"` // when the oldest unread event was recorded; zero when up to date
	Parked int64     `json:"parked"`
}

// Lags tells how far every follower is behind.
func (l *Ledger) Lags(ctx context.Context) (out []Lag, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		end, _, err := head(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT c.name, c.pos, e.recorded, (SELECT count(*) FROM event_parked p WHERE p.name = c.name)
			FROM event_cursor c LEFT JOIN event_order o ON o.pos = c.pos + 1 LEFT JOIN events e ON e.id = o.event_id ORDER BY c.name`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var g Lag
			var pos int64
			var since sql.NullInt64
			if err := rows.Scan(&g.Name, &pos, &since, &g.Parked); err != nil {
				return err
			}
			g.Events, g.Since = end-pos, db.NullTime(since)
			if seen, ok := l.seen.Load(g.Name); ok && seen.(int64) > pos {
				if g.Events = end - seen.(int64); g.Events == 0 {
					g.Since = time.Time{}
				}
			}
			out = append(out, g)
		}
		return rows.Err()
	})
	return out, err
}
