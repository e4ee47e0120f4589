package webhook

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// Attempt is one request of a delivery.
type Attempt struct {
	ID       int64 // 0 for the last one, which stands on the delivery
	Tried    time.Time
	Took     time.Duration
	Status   int    // of the answer; 0 for none
	Error    string // what was wrong; "" when it arrived
	Response string // beginning of the answer
}

// keepAttempt notes an attempt that another follows: the delivery itself tells of its last one alone.
func keepAttempt(ctx context.Context, tx db.Tx, d Delivery) error {
	_, err := tx.Exec(ctx, `INSERT INTO webhook_attempt (delivery_id, tried, took, status, error, response) VALUES ($1, $2, $3, $4, $5, $6)`,
		d.ID, db.Micros(d.Tried), d.Took.Microseconds(), d.Status, d.Error, d.Response)
	return err
}

// maxAttempts is how many earlier attempts are told at most; one round makes ten.
const maxAttempts = 100

// Attempts lists the attempts of a webhook's delivery, the oldest first, those of its earlier rounds included.
// Whoever may read webhooks may.
func (s *Service) Attempts(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) ([]Attempt, error) {
	_, d, err := s.Delivery(ctx, tx, by, name, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, tried, took, status, error, response FROM webhook_attempt WHERE delivery_id = $1 ORDER BY id LIMIT $2`, d.ID, maxAttempts)
	list, err := db.Collect(rows, err, func(r db.Scanner) (a Attempt, err error) {
		var tried, took int64
		err = r.Scan(&a.ID, &tried, &took, &a.Status, &a.Error, &a.Response)
		a.Tried, a.Took = db.Time(tried), time.Duration(took)*time.Microsecond
		return a, err
	})
	if err == nil && !d.Tried.IsZero() && (len(list) == 0 || list[len(list)-1].Tried.Before(d.Tried)) {
		list = append(list, Attempt{Tried: d.Tried, Took: d.Took, Status: d.Status, Error: d.Error, Response: d.Response})
	}
	return list, err
}
