package tracker

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/outbound"
)

// pollJob is the kind of job that asks a tracker for the issues that are due.
const pollJob = "tracker.poll"

const (
	pollBatch = 50               // issues asked for in one run
	patience  = 5 * time.Minute  // after a tracker that does not answer
	locked    = 15 * time.Minute // after a tracker that does not take the token
)

// poke makes the job of a tracker run no later than at. It is one job a tracker, moved only forwards.
func (s *Service) poke(ctx context.Context, tx db.Tx, trackerID int64, at time.Time) error {
	if _, ok := s.byID(trackerID); !ok || at.IsZero() {
		return nil
	}
	key := strconv.FormatInt(trackerID, 10)
	var due int64
	err := tx.QueryRow(ctx, `SELECT due FROM job WHERE kind = $1 AND key = $2 AND state = 'ready'`, pollJob, key).Scan(&due)
	if err == nil && due <= db.Micros(at) {
		return nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) { // none, or one that runs and will look for what is due when it ends
		return s.Jobs.Enqueue(ctx, tx, s.Clock(), s.pollSpec(trackerID, at))
	}
	return s.Jobs.Set(ctx, tx, s.Clock(), s.pollSpec(trackerID, at))
}

func (s *Service) pollSpec(trackerID int64, at time.Time) job.Spec {
	return job.Spec{Kind: pollJob, Key: strconv.FormatInt(trackerID, 10), Subject: ledger.Ref{Kind: "tracker", ID: trackerID}, Due: at}
}

// look is what came of asking for one issue.
type look struct {
	issue Issue
	read  Remote
	etag  string
	fresh bool
	err   *Trouble
}

// onPoll asks for what is due, one after another as trackers wish it.
func (s *Service) onPoll(ctx context.Context, j job.Job) (job.Finish, error) {
	w, ok := s.byID(j.Subject.ID)
	if !ok {
		return nil, nil
	}
	var list []Issue
	now := s.Clock()
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+Fields+` FROM tracker_issue i WHERE i.tracker_id = $1 AND i.due <= $2 ORDER BY i.due, i.id LIMIT $3`, w.ID, db.Micros(now), pollBatch)
		list, err = db.Collect(rows, err, func(r db.Scanner) (Issue, error) { return Scan(r) })
		return err
	})
	if err != nil {
		return nil, err
	}
	var looks []look
	var stop *Trouble // it makes no sense to ask on
	for _, i := range list {
		l := look{issue: i}
		var err error
		l.read, l.etag, l.fresh, err = s.client.fetch(ctx, w, i.Reference, i.ETag)
		if l.err = AsTrouble(err); err != nil && l.err == nil {
			return nil, err // a stop is nobody's failure
		}
		if l.err != nil && (l.err.Temporary() && l.err.Status < 500 || l.err.Reason == Unauthorized || l.err.Reason == NoSecret) {
			stop = l.err
			break
		}
		looks = append(looks, l)
	}
	return func(ctx context.Context, tx db.Tx) error { return s.looked(ctx, tx, w, looks, stop) }, nil
}

// looked stores what was learned and sets the next run.
func (s *Service) looked(ctx context.Context, tx db.Tx, w InForce, looks []look, stop *Trouble) error {
	by := s.system().Still()
	now := by.Now()
	for _, l := range looks {
		i, err := s.Get(ctx, tx, l.issue.ID) // a webhook may have been faster
		if err != nil {
			return err
		}
		switch {
		case l.err != nil:
			next := s.next(i, now)
			if l.err.Temporary() {
				next = now.Add(patience)
			}
			err = tx.Later(ctx, nil, `UPDATE tracker_issue SET error = $1, due = $2 WHERE id = $3`, outbound.Clip(l.err.Error(), 500), dueColumn(next), i.ID)
		case l.fresh:
			var after Issue
			if after, err = s.heard(ctx, tx, by, i, l.read, l.etag); err == nil && after.Synced.Before(now) { // older than what is known
				err = s.setDue(ctx, tx, i.ID, dueColumn(s.next(i, now)))
			}
		default:
			err = tx.Later(ctx, nil, `UPDATE tracker_issue SET synced = $1, error = '', due = $2 WHERE id = $3`, db.Micros(now), dueColumn(s.next(i, now)), i.ID)
		}
		if err != nil {
			return err
		}
	}
	if err := s.standing(ctx, tx, w, now, looks, stop); err != nil {
		return err
	}
	var due sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT min(due) FROM tracker_issue WHERE tracker_id = $1 AND due < $2`, w.ID, never).Scan(&due); err != nil || !due.Valid {
		return err
	}
	at := db.Time(due.Int64)
	if stop != nil {
		earliest := now.Add(patience)
		switch {
		case stop.Reason == Limited:
			earliest = stop.Until
		case stop.Reason != Unreachable:
			earliest = now.Add(locked)
		}
		if at.Before(earliest) {
			at = earliest
		}
	}
	return s.Jobs.Set(ctx, tx, now, s.pollSpec(w.ID, at))
}

// standing notes how a tracker does.
func (s *Service) standing(ctx context.Context, tx db.Tx, w InForce, now time.Time, looks []look, stop *Trouble) error {
	switch {
	case stop != nil:
		return tx.Later(ctx, nil, `INSERT INTO tracker_state (tracker_id, failed_at, error) VALUES ($1, $2, $3)
			ON CONFLICT (tracker_id) DO UPDATE SET failed_at = excluded.failed_at, error = excluded.error`, w.ID, db.Micros(now), outbound.Clip(stop.Error(), 500))
	case len(looks) > 0:
		return tx.Later(ctx, nil, `INSERT INTO tracker_state (tracker_id, answered_at, error) VALUES ($1, $2, '')
			ON CONFLICT (tracker_id) DO UPDATE SET answered_at = excluded.answered_at, error = ''`, w.ID, db.Micros(now))
	default:
		return nil
	}
}

// Sweep sets the job of each tracker that has something to ask and no job, as after it was enabled
// again, and removes what is known of webhooks long ago.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	for _, w := range s.Active() {
		var due sql.NullInt64
		if err := tx.QueryRow(ctx, `SELECT min(due) FROM tracker_issue WHERE tracker_id = $1 AND due < $2`, w.ID, never).Scan(&due); err != nil {
			return err
		}
		if due.Valid {
			if err := s.Jobs.Enqueue(ctx, tx, now, s.pollSpec(w.ID, db.Time(due.Int64))); err != nil {
				return err
			}
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM tracker_delivery WHERE id IN (SELECT id FROM tracker_delivery WHERE received < $1 ORDER BY received, id LIMIT $2)`,
		db.Micros(now.Add(-keepDeliveries)), sweepBatch)
	if err != nil {
		return fmt.Errorf("remove old deliveries of trackers: %w", err)
	}
	return nil
}
