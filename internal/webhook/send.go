package webhook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/outbound"
)

// sendJob is the kind of job that sends what is due for one webhook.
const sendJob = "webhook.send"

const (
	atOnce  = 4           // requests under way to one webhook on a node
	claimed = time.Minute // after this an attempt of which nothing was heard is made again
)

// send is the job: it sends what is due for a webhook, or leaves it to who is at it already.
func (s *Service) send(ctx context.Context, j job.Job) (job.Finish, error) {
	id := j.Subject.ID
	if !s.enter(id) {
		return nil, nil
	}
	for {
		n, err := s.round(ctx, id)
		if err != nil {
			s.drop(id)
			return nil, err
		}
		if n == 0 && s.leave(id) {
			return nil, nil
		}
	}
}

// enter begins sending to a webhook; false when somebody on this node does so and will look again.
func (s *Service) enter(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, taken := s.busy[id]
	s.busy[id] = taken
	return !taken
}

// leave ends it, unless somebody asked to look again.
func (s *Service) leave(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[id] {
		s.busy[id] = false
		return false
	}
	delete(s.busy, id)
	return true
}

func (s *Service) drop(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, id)
}

// round sends a few deliveries at once and notes how they ended; it returns how many.
func (s *Service) round(ctx context.Context, id int64) (int, error) {
	w, ok := s.find(func(w InForce) bool { return w.ID == id })
	if !ok || w.Spec.Disabled {
		return 0, s.giveUp(ctx, id)
	}
	list, err := s.claim(ctx, id)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	results := make([]result, len(list))
	var all sync.WaitGroup
	for i, d := range list {
		all.Go(func() { results[i] = s.attempt(ctx, w, d) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return 0, ctx.Err() // a stop is nobody's failure; they are due again in a minute
	}
	return len(list), s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.note(ctx, tx, w, results) })
}

// claim takes deliveries that are due. Each has a job for when nothing is heard of it.
func (s *Service) claim(ctx context.Context, id int64) (list []Delivery, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		skip := ""
		if tx.Engine() == db.Postgres {
			skip = " FOR UPDATE SKIP LOCKED"
		}
		now := s.Clock()
		rows, err := tx.Query(ctx, `WITH pick AS MATERIALIZED (SELECT id FROM webhook_delivery WHERE webhook_id = $1 AND state = 'queued' AND due <= $2 ORDER BY due, id LIMIT $3`+skip+`)
			UPDATE webhook_delivery SET attempts = attempts + 1, due = $4 WHERE id IN (SELECT id FROM pick) RETURNING `+deliveryFields,
			id, db.Micros(now), atOnce, db.Micros(now.Add(claimed)))
		if list, err = db.Collect(rows, err, scanDelivery); err != nil {
			return err
		}
		for _, d := range list {
			if err := s.jobs(ctx, tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// result is how an attempt ended.
type result struct {
	Delivery
	after time.Duration // what the server asked to wait
	final bool          // trying again is useless
}

// maxResponse is how many bytes of an answer are read and kept.
const maxResponse = 1000

// attempt makes one request.
func (s *Service) attempt(ctx context.Context, w InForce, d Delivery) (r result) {
	r.Delivery = d
	r.Tried, r.Status, r.Error, r.Response = s.Clock(), 0, "", ""
	req, err := s.request(ctx, w, &r)
	if err != nil {
		r.Error = "Not sent: " + outbound.Clip(err.Error(), 500)
		return r
	}
	begun := time.Now()
	res, err := s.Client.Do(req)
	r.Took = time.Since(begun)
	if err != nil {
		r.Error = outbound.Failure(err)
		return r
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxResponse))
	r.Took, r.Status, r.Response = time.Since(begun), res.StatusCode, outbound.Clip(string(body), maxResponse)
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300 && err == nil:
		r.State = Delivered
	case res.StatusCode >= 200 && res.StatusCode < 300:
		r.Error = outbound.Failure(err)
	case res.StatusCode >= 300 && res.StatusCode < 400:
		r.Error = fmt.Sprintf("The server redirects (%d), and redirects are not followed. Write the final address into the webhook.", res.StatusCode)
	default:
		r.Error = strings.TrimSpace(fmt.Sprintf("The server answered %d %s", res.StatusCode, http.StatusText(res.StatusCode))) + "."
		if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
			r.after = min(time.Duration(seconds)*time.Second, 24*time.Hour)
		}
	}
	return r
}
