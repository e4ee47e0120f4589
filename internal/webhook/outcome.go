package webhook

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// waits are the pauses after each failed attempt, about three days in all. Source: the retry
// schedule that the Standard Webhooks specification gives.
var waits = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// failsFor is how long a webhook may fail without one success before it is disabled.
const failsFor = 5 * 24 * time.Hour

// gone is the answer of a server that wants no more.
const gone = 410

// note records how attempts ended, and what that says about the webhook.
func (s *Service) note(ctx context.Context, tx db.Tx, w InForce, results []result) error {
	failed, delivered, refused := 0, false, false
	for _, r := range results {
		if err := s.noteOne(ctx, tx, r); err != nil {
			return err
		}
		delivered = delivered || r.State == Delivered
		refused = refused || r.Status == gone
		if r.State != Delivered {
			failed++
		}
	}
	before, err := s.standing(ctx, tx, w)
	if err != nil {
		return err
	}
	now := s.Clock()
	if delivered {
		return s.works(ctx, tx, w, before, now)
	}
	since := before.FailingSince
	if since.IsZero() {
		since = now
	}
	if _, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET failing_since = $1, failures = failures + $2 WHERE webhook_id = $3`, db.Micros(since), failed, w.ID); err != nil {
		return err
	}
	switch {
	case !before.DisabledAt.IsZero():
		return nil
	case refused:
		return s.disable(ctx, tx, w, now, "gone", before.FailingSince, "The server answered 410 Gone: it wants no more.")
	case now.Sub(since) >= failsFor:
		return s.disable(ctx, tx, w, now, "failing", since, "Nothing arrived for five days.")
	}
	return nil
}

// noteOne records how one attempt ended and sets the next one's time.
func (s *Service) noteOne(ctx context.Context, tx db.Tx, r result) error {
	claim := r.key()
	if r.State != Delivered && (r.final || r.Attempts > len(waits)) {
		r.State = Failed
	}
	if r.State == Queued {
		r.Due = r.Tried.Add(max(waits[r.Attempts-1], r.after))
	}
	n, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state = $1, due = $2, tried = $3, took = $4, status = $5, error = $6, response = $7, type = $8 WHERE id = $9 AND attempts = $10`,
		string(r.State), db.Micros(r.Due), db.Micros(r.Tried), r.Took.Microseconds(), r.Status, r.Error, r.Response, r.Type, r.ID, r.Attempts)
	if err != nil || n == 0 { // queued again meanwhile
		return err
	}
	if r.State == Queued {
		if err := keepAttempt(ctx, tx, r.Delivery); err != nil {
			return err
		}
		return s.jobs(ctx, tx, r.Delivery)
	}
	return s.Jobs.Cancel(ctx, tx, sendJob, claim)
}

// works notes a success; a webhook that was disabled for failing is enabled again.
func (s *Service) works(ctx context.Context, tx db.Tx, w InForce, before standing, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET failing_since = NULL, failures = 0, delivered_at = $1, disabled_at = NULL, disabled_why = '' WHERE webhook_id = $2`, db.Micros(now), w.ID); err != nil {
		return err
	}
	if before.DisabledAt.IsZero() {
		return nil
	}
	_, err := s.Ledger.Append(ctx, tx, s.system(), ledger.Entry{Verb: Enabled, Subject: ledger.Ref{Kind: "webhook", ID: w.ID}})
	return err
}

// disable stops a webhook. What waited for it is kept as failed.
func (s *Service) disable(ctx context.Context, tx db.Tx, w InForce, now time.Time, reason string, since time.Time, why string) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET disabled_at = $1, disabled_why = $2 WHERE webhook_id = $3`, db.Micros(now), why, w.ID); err != nil {
		return err
	}
	if err := failQueued(ctx, tx, w.ID, now, "The webhook was disabled while this waited. "+why); err != nil {
		return err
	}
	failing := int64(0)
	if !since.IsZero() {
		failing = db.Micros(since)
	}
	_, err := s.Ledger.Append(ctx, tx, s.system(), ledger.Entry{Verb: Disabled, Subject: ledger.Ref{Kind: "webhook", ID: w.ID}, Data: map[string]any{"reason": reason, "failing_since": failing}})
	return err
}

// failQueued gives up what waits for a webhook and was queued before a time.
func failQueued(ctx context.Context, tx db.Tx, id int64, before time.Time, why string) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state = 'failed', error = $1 WHERE webhook_id = $2 AND state = 'queued' AND created <= $3`, why, id, db.Micros(before))
	return err
}

// newHere is how long a node may not know yet of a webhook that another one does.
const newHere = time.Minute

// giveUp ends what waits for a webhook that the configuration does not have or lets rest. It
// leaves what is new: this node may not have the newest configuration yet.
func (s *Service) giveUp(ctx context.Context, id int64) error {
	var left bool
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := failQueued(ctx, tx, id, s.Clock().Add(-newHere), "The webhook is not in the configuration, or disabled there."); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM webhook_delivery WHERE webhook_id = $1 AND state = 'queued' AND due <= $2)`, id, db.Micros(s.Clock())).Scan(&left)
	})
	if err == nil && left {
		return &fault.Error{Code: fault.Unavailable, Message: "This webhook is not in force on this node."}
	}
	return err
}
