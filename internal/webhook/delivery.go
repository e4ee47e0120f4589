package webhook

import (
	"context"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// State says where a delivery stands.
type State string

// The states of a delivery.
const (
	Queued    State = "queued"    // waits for its time, or is on its way
	Delivered State = "delivered" // answered with 2xx
	Failed    State = "failed"    // given up; it can be repeated
)

// Delivery is one event told to one webhook.
type Delivery struct {
	ID        int64
	WebhookID int64
	MessageID string // webhook-id: the same in every attempt
	EventID   int64  // 0 for a test
	Type      string // the event's verb
	State     State
	Attempts  int // so far, one on its way included
	Due       time.Time
	Created   time.Time
	Tried     time.Time     // last attempt; zero for none
	Took      time.Duration // of the last attempt
	Status    int           // of the last answer; 0 for none
	Error     string        // what was wrong with the last attempt
	Response  string        // beginning of the last answer

	text string // of a text in place of the event: textKept or textGone
}

// States of the text that a delivery tells in place of its event.
const (
	textKept = "kept"
	textGone = "gone" // its words were to be forgotten
)

const deliveryFields = `id, webhook_id, message_id, event_id, type, state, attempts, due, created, tried, took, status, error, response, body_state`

func scanDelivery(row db.Scanner) (d Delivery, err error) {
	var due, created, took int64
	var tried sql.NullInt64
	err = row.Scan(&d.ID, &d.WebhookID, &d.MessageID, &d.EventID, &d.Type, &d.State, &d.Attempts, &due, &created, &tried, &took, &d.Status, &d.Error, &d.Response, &d.text)
	d.Due, d.Created, d.Tried, d.Took = db.Time(due), db.Time(created), db.NullTime(tried), time.Duration(took)*time.Microsecond
	return d, err
}

// queue adds a delivery and its job; one of the same event is not added again, and comes back
// as the zero Delivery. An empty kind is filled in when the event is read.
func (s *Service) queue(ctx context.Context, tx db.Tx, by act.Actor, w InForce, event int64, kind string) (Delivery, error) {
	random := make([]byte, 16)
	if _, err := io.ReadFull(by.Rand(), random); err != nil {
		return Delivery{}, err
	}
	id := "msg_" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random)
	d, err := scanDelivery(tx.QueryRow(ctx, `INSERT INTO webhook_delivery (webhook_id, message_id, event_id, type, state, attempts, due, created, took, status, error, response)
		VALUES ($1, $2, $3, $4, 'queued', 0, $5, $5, 0, 0, '', '') ON CONFLICT (webhook_id, event_id) WHERE event_id > 0 DO NOTHING RETURNING `+deliveryFields,
		w.ID, id, event, kind, db.Micros(by.Now())))
	if errors.Is(err, sql.ErrNoRows) {
		return Delivery{}, nil
	}
	if err != nil {
		return d, err
	}
	return d, s.jobs(ctx, tx, d)
}

// jobs sets the job of a delivery's next attempt.
func (s *Service) jobs(ctx context.Context, tx db.Tx, d Delivery) error {
	return s.Jobs.Set(ctx, tx, s.Clock(), job.Spec{Kind: sendJob, Key: d.key(), Subject: ledger.Ref{Kind: "webhook", ID: d.WebhookID}, Due: d.Due})
}

// key names the job that comes after the attempts so far.
func (d Delivery) key() string { return fmt.Sprintf("%d:%d", d.ID, d.Attempts) }

// Deliveries lists what a webhook was or will be told, newest first; state "" lists all.
// Whoever may read webhooks may.
func (s *Service) Deliveries(ctx context.Context, tx db.Tx, by act.Actor, name string, state State, page db.Page) (list []Delivery, next string, err error) {
	if err := by.Require("read", "webhook"); err != nil {
		return nil, "", err
	}
	w, err := s.named(name)
	if err != nil {
		return nil, "", err
	}
	where := (&db.Where{}).And("webhook_id = ?", w.ID)
	if state != "" {
		where.And("state = ?", string(state))
	}
	return db.Newest(ctx, tx, deliveryFields+` FROM webhook_delivery`, "id", where, page, scanDelivery, func(d Delivery) int64 { return d.ID })
}

// Delivery returns one delivery of a webhook. Whoever may read webhooks may.
func (s *Service) Delivery(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) (InForce, Delivery, error) {
	if err := by.Require("read", "webhook"); err != nil {
		return InForce{}, Delivery{}, err
	}
	w, err := s.named(name)
	if err != nil {
		return w, Delivery{}, err
	}
	d, err := scanDelivery(tx.QueryRow(ctx, `SELECT `+deliveryFields+` FROM webhook_delivery WHERE webhook_id = $1 AND id = $2`, w.ID, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("delivery", id)
	}
	return w, d, err
}

// Redeliver queues a delivery again under its old id, from the first attempt. Whoever may
// write webhooks may.
func (s *Service) Redeliver(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) (Delivery, error) {
	if err := by.Require("write", "webhook"); err != nil {
		return Delivery{}, err
	}
	w, err := s.active(name)
	if err != nil {
		return Delivery{}, err
	}
	if _, before, err := s.Delivery(ctx, tx, by, name, id); err == nil && before.State != Queued && !before.Tried.IsZero() {
		if err := keepAttempt(ctx, tx, before); err != nil {
			return before, err
		}
	}
	d, err := scanDelivery(tx.QueryRow(ctx, `UPDATE webhook_delivery SET state = 'queued', attempts = 0, due = $1, error = '' WHERE webhook_id = $2 AND id = $3 RETURNING `+deliveryFields, db.Micros(by.Now()), w.ID, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.Missing("delivery", id)
	}
	if err != nil {
		return d, err
	}
	if err := d.gone(); err != nil {
		return d, err
	}
	return d, s.jobs(ctx, tx, d)
}

// Test queues a delivery that tells of nothing; where it succeeds, a webhook that was disabled
// for failing is enabled again. Whoever may write webhooks may.
func (s *Service) Test(ctx context.Context, tx db.Tx, by act.Actor, name string) (Delivery, error) {
	if err := by.Require("write", "webhook"); err != nil {
		return Delivery{}, err
	}
	w, err := s.active(name)
	if err != nil {
		return Delivery{}, err
	}
	if _, err := s.standing(ctx, tx, w); err != nil {
		return Delivery{}, err
	}
	return s.queue(ctx, tx, by, w, 0, Test)
}

// active is a webhook that the configuration lets send.
func (s *Service) active(name string) (InForce, error) {
	w, err := s.named(name)
	if err == nil && w.Spec.Disabled {
		err = fault.New(fault.Invalid, "The webhook %s is disabled in the configuration, so it sends nothing. Take disabled out of its text first.", name)
	}
	return w, err
}

// keepDeliveries is how long finished deliveries are kept, sweepBatch how many one sweep removes at most.
const (
	keepDeliveries = 30 * 24 * time.Hour
	sweepBatch     = 20_000
)

// Sweep removes deliveries that ended long ago, some at a time.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery WHERE created < $1 AND state <> 'queued' ORDER BY created, id LIMIT $2)`,
		db.Micros(now.Add(-keepDeliveries)), sweepBatch)
}
