package ledger

import (
	"context"
	"log/slog"
	"time"

	"steward/internal/db"
)

// park sets an event aside that a follower cannot handle; later ones of its record wait with it.
func (l *Ledger) park(ctx context.Context, f Follower, pos int64, e Event, why error) error {
	slog.Error("an event cannot be handled; its record's events wait", "follower", f.Name, "event", e.ID, "subject", e.Subject, "error", why)
	return l.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := f.move(ctx, tx, pos, reach{e.Pos, e.hash}); err != nil {
			return err
		}
		return insertParked(ctx, tx, f.Name, e, why.Error(), 1)
	})
}

func insertParked(ctx context.Context, tx db.Tx, name string, e Event, why string, attempts int) error {
	_, err := tx.Exec(ctx, `INSERT INTO event_parked (name, pos, subject_kind, subject_id, error, attempts, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		name, e.Pos, e.Subject.Kind, e.Subject.ID, why, attempts, time.Now().UnixMicro())
	return err
}

func parkedSubjects(ctx context.Context, tx db.Tx, name string) (map[Ref]bool, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT subject_kind, subject_id FROM event_parked WHERE name = $1`, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Ref]bool{}
	for rows.Next() {
		var r Ref
		if err := rows.Scan(&r.Kind, &r.ID); err != nil {
			return nil, err
		}
		out[r] = true
	}
	return out, rows.Err()
}

// Replay handles what is parked for f in order. A record whose first event fails again
// stays parked whole. It returns how many events were handled and how many still wait.
func (l *Ledger) Replay(ctx context.Context, f Follower) (handled, left int, err error) {
	failed := map[Ref]bool{}
	for pos := int64(0); ; { // page by page, so that what is parked meanwhile is seen too
		page, err := l.parkedAfter(ctx, f.Name, pos)
		if err != nil || len(page) == 0 {
			return handled, left, err
		}
		for _, r := range page {
			pos = r.pos
			if failed[r.ref] {
				left++
				continue
			}
			done, err := l.replayOne(ctx, f, r)
			switch {
			case err == nil && done:
				handled++
			case err != nil && (ctx.Err() != nil || notTheEvent(err)):
				return handled, left, err
			case err != nil:
				failed[r.ref] = true
				left++
				if err := l.noteParked(ctx, f.Name, r.pos, err); err != nil {
					return handled, left, err
				}
			}
		}
	}
}

// parkedRow is an event that waits for a follower.
type parkedRow struct {
	pos int64
	ref Ref
}

func (l *Ledger) parkedAfter(ctx context.Context, name string, pos int64) (out []parkedRow, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT pos, subject_kind, subject_id FROM event_parked WHERE name = $1 AND pos > $2 ORDER BY pos LIMIT 1000`, name, pos)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r parkedRow
			if err := rows.Scan(&r.pos, &r.ref.Kind, &r.ref.ID); err != nil {
				return err
			}
			out = append(out, r)
		}
		return rows.Err()
	})
	return out, err
}

// replayOne handles one parked event; done is false when somebody else has.
func (l *Ledger) replayOne(ctx context.Context, f Follower, r parkedRow) (done bool, err error) {
	err = l.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		done = false
		// Touching the cursor keeps the follower out meanwhile: it would park a later event
		// behind the one handled here, and nobody would come back for it.
		if _, err := tx.Exec(ctx, `UPDATE event_cursor SET updated = updated WHERE name = $1`, f.Name); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM event_parked WHERE name = $1 AND pos = $2`, f.Name, r.pos)
		if err != nil || n == 0 {
			return err
		}
		events, err := l.After(ctx, tx, r.pos-1, 1)
		if err != nil || len(events) == 0 {
			return err
		}
		done = true
		return f.Handle(ctx, tx, events[0])
	})
	return done, err
}

// noteParked records why a parked event failed again.
func (l *Ledger) noteParked(ctx context.Context, name string, pos int64, why error) error {
	return l.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE event_parked SET attempts = attempts + 1, error = $1, at = $2 WHERE name = $3 AND pos = $4`,
			why.Error(), time.Now().UnixMicro(), name, pos)
		return err
	})
}
