package zendesk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

const (
	// workJob is the kind of the job that works on what calls asked for.
	workJob = "zendesk.job"
	// maxJobs is how many jobs one person may have queued or working.
	maxJobs = 30
	// keepJobs is how long a job can be asked after.
	keepJobs = 30 * 24 * time.Hour
)

// jobKind is what a job does with one item, in a transaction of its own, for the person who asked for
// it with the rights they have now. What it returns joins the job's results.
type jobKind func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error)

// jobStatus is a job as Zendesk tells it.
type jobStatus struct {
	ID       string            `json:"id"`
	JobType  string            `json:"job_type"`
	URL      string            `json:"url"`
	Total    int64             `json:"total"`
	Progress int64             `json:"progress"`
	Status   string            `json:"status"` // queued, working, completed, failed or killed
	Message  *string           `json:"message"`
	Results  []json.RawMessage `json:"results"`

	row     int64
	kind    string
	person  int64
	token   int64
	items   []json.RawMessage
	message string
}

func (s *Server) jobEndpoints() []endpoint {
	return []endpoint{
		get("/job_statuses", listJobs),
		get("/job_statuses/show_many", showJobs),
		get("/job_statuses/{id}", showJob),
	}
}

// startJob stores work on up to maxMany items and answers with its status. kind is one of s.kinds.
// The caller has checked that the person may do this kind of thing; each item is checked again.
func (c *call) startJob(kind string, items []json.RawMessage) (any, error) {
	if len(items) == 0 {
		return nil, badRequest("BadRequest", "Send at least one record.")
	}
	if err := tooMany(len(items)); err != nil {
		return nil, err
	}
	if c.kinds[kind] == nil {
		return nil, fmt.Errorf("zendesk: no job %q", kind)
	}
	list, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	now := c.Clock()
	j := jobStatus{ID: uuid.NewString(), JobType: kind, Total: int64(len(items)), Status: "queued"}
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		var open int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM zendesk_job WHERE person_id = $1 AND state IN ('queued', 'working') LIMIT $2) AS open`, c.by.PersonID, maxJobs).Scan(&open); err != nil {
			return err
		}
		if open >= maxJobs {
			return &failed{http.StatusTooManyRequests, failure{Error: "TooManyJobs", Description: fmt.Sprintf("%d jobs are queued or working already. Wait until one has ended.", maxJobs)}}
		}
		err := tx.QueryRow(ctx, `INSERT INTO zendesk_job (key, kind, person_id, token_id, items, state, total, progress, message, results, created, updated)
			VALUES ($1, $2, $3, $4, $5, 'queued', $6, 0, '', '[]', $7, $7) RETURNING id`, j.ID, kind, c.by.PersonID, c.by.TokenID, string(list), j.Total, db.Micros(now)).Scan(&j.row)
		if err != nil {
			return err
		}
		return c.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: workJob, Key: j.ID, Subject: ledger.Ref{Kind: "zendesk_job", ID: j.row}, Due: now})
	})
	return map[string]any{"job_status": c.tellJob(j)}, err
}

func (c *call) tellJob(j jobStatus) jobStatus {
	j.URL = c.url("/job_statuses/%s.json", j.ID)
	if j.message != "" {
		j.Message = &j.message
	}
	return j
}

const jobFields = `id, key, kind, person_id, token_id, items, state, total, progress, message, results`

func scanJob(r db.Scanner) (j jobStatus, err error) {
	var items, results string
	if err := r.Scan(&j.row, &j.ID, &j.kind, &j.person, &j.token, &items, &j.Status, &j.Total, &j.Progress, &j.message, &results); err != nil {
		return j, err
	}
	j.JobType = j.kind
	return j, errors.Join(json.Unmarshal([]byte(items), &j.items), json.Unmarshal([]byte(results), &j.Results))
}

// handleJobs registers the work on jobs: one transaction an item, so that a crash goes on with the
// next, none is done twice, and nobody waits for a hundred.
func (s *Server) handleJobs() {
	s.Jobs.HandleIO(workJob, job.Options{Parallel: 2}, func(ctx context.Context, j job.Job) (job.Finish, error) {
		for {
			left, err := s.workOn(ctx, j.Subject.ID)
			if err != nil {
				return nil, err
			}
			if !left {
				return nil, nil
			}
		}
	})
}

// workOn does the next item of a job and tells whether others are left.
func (s *Server) workOn(ctx context.Context, row int64) (left bool, err error) {
	var failure error
	step := func(refused error) db.Func {
		return func(ctx context.Context, tx db.Tx) error {
			j, err := scanJob(tx.QueryRow(ctx, `SELECT `+jobFields+` FROM zendesk_job WHERE id = $1`, row))
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			if j.Status != "queued" && j.Status != "working" {
				left = false
				return nil
			}
			n := j.Progress
			var result any = map[string]any{"index": n, "error": refusedName(refused), "details": refusedText(refused), "success": false}
			if refused == nil {
				by, err := s.Auth.AsToken(ctx, tx, j.person, j.token)
				if err != nil {
					return err
				}
				by.Clock = s.Clock
				if result, failure = s.kinds[j.kind](ctx, tx, by, j.items[n]); failure != nil {
					return failure
				}
				result = indexed{n, result}
			}
			b, err := json.Marshal(result)
			if err != nil {
				return err
			}
			j.Results = append(j.Results, b)
			results, err := json.Marshal(j.Results)
			if err != nil {
				return err
			}
			state, message := "working", ""
			if left = n+1 < j.Total; !left {
				state, message = "completed", "Completed at "+s.Clock().UTC().Format("2006-01-02 15:04:05 -0700")
			}
			_, err = tx.Exec(ctx, `UPDATE zendesk_job SET state = $1, progress = $2, message = $3, results = $4, updated = $5 WHERE id = $6`,
				state, n+1, message, string(results), db.Micros(s.Clock()), row)
			return err
		}
	}
	failure = nil
	err = s.DB.Write(ctx, step(nil))
	if err == nil {
		return left, nil
	}
	f := fault.As(err)
	var named *failed
	if f == nil && !errors.As(err, &named) || f != nil && f.Code == fault.Unavailable {
		return false, err // tried again by the queue
	}
	refused := err
	err = s.DB.Write(ctx, step(refused))
	return left, err
}

// indexed is an item's result with its place among the items.
type indexed struct {
	index  int64
	result any
}

// MarshalJSON implements json.Marshaler.
func (i indexed) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(i.result)
	if err != nil || len(b) < 2 || b[0] != '{' {
		return b, err
	}
	head := fmt.Appendf(nil, `{"index":%d`, i.index)
	if len(b) > 2 {
		head = append(head, ',')
	}
	return append(head, b[1:]...), nil
}

func refusedName(err error) string {
	if err == nil {
		return ""
	}
	_, body, _ := failureOf(context.Background(), err)
	return body.Error
}

func refusedText(err error) string {
	if err == nil {
		return ""
	}
	if f := fault.As(err); f != nil {
		return f.Message
	}
	_, body, _ := failureOf(context.Background(), err)
	return body.Description
}

func showJob(c *call) (any, error) {
	var j jobStatus
	err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		j, err = scanJob(tx.QueryRow(ctx, `SELECT `+jobFields+` FROM zendesk_job WHERE key = $1 AND person_id = $2`, c.r.PathValue("id"), c.by.PersonID))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Missing("job", c.r.PathValue("id"))
		}
		return err
	})
	return map[string]any{"job_status": c.tellJob(j)}, err
}

func showJobs(c *call) (any, error) {
	keys := splitList(c.query("ids"))
	if len(keys) == 0 {
		return nil, badRequest("BadRequest", "Send ids: up to 100 ids of jobs with commas between them.")
	}
	if err := tooMany(len(keys)); err != nil {
		return nil, err
	}
	list := make([]any, len(keys))
	for i, k := range keys {
		list[i] = k
	}
	return c.tellJobs((&db.Where{}).In("key", list), 100)
}

// listJobs tells the person's newest jobs.
func listJobs(c *call) (any, error) { return c.tellJobs(&db.Where{}, 100) }

func (c *call) tellJobs(w *db.Where, most int) (any, error) {
	w.And("person_id = ?", c.by.PersonID)
	jobs := []jobStatus{}
	err := c.read(func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+jobFields+` FROM zendesk_job WHERE `+w.SQL()+` ORDER BY id DESC LIMIT `+w.Arg(most), w.Args()...)
		list, err := db.Collect(rows, err, scanJob)
		for _, j := range list {
			jobs = append(jobs, c.tellJob(j))
		}
		return err
	})
	return map[string]any{"job_statuses": jobs}, err
}

// Sweep forgets jobs that nobody asks after any more, and tokens of uploads that are over.
func Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM zendesk_upload WHERE created < $1`, db.Micros(now.Add(-keepUploads))); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM zendesk_job WHERE id IN (SELECT id FROM zendesk_job WHERE created < $1 ORDER BY created LIMIT 1000)`, db.Micros(now.Add(-keepJobs)))
	return err
}
