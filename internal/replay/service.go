package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Service runs replays.
type Service struct {
	db         *db.DB
	jobs       *job.Queue
	blueprints *blueprint.Store
	clock      func() time.Time
	replayers  []Replayer
}

// runJob is the kind of the job that runs a stored replay.
const runJob = "replay.run"

// Bounds of a window, and of what waits.
const (
	DefaultWindow = 90 * 24 * time.Hour
	MaxWindow     = 5 * 366 * 24 * time.Hour
	maxWaiting    = 10
	kept          = 30 * 24 * time.Hour
)

// New returns the service and registers its job. One replay runs at a time on a node.
func New(d *db.DB, jobs *job.Queue, blueprints *blueprint.Store, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	s := &Service{db: d, jobs: jobs, blueprints: blueprints, clock: clock}
	jobs.HandleIO(runJob, job.Options{Parallel: 1, MaxAttempts: 3}, s.work)
	return s
}

// Register adds a replayer, when the application is put together.
func (s *Service) Register(r Replayer) { s.replayers = append(s.replayers, r) }

// Proposal is what is replayed: documents applied to the configuration in force.
type Proposal struct {
	Documents []blueprint.Document
	Parsed    []blueprint.Finding
	Prune     bool
	Since     time.Time
	Until     time.Time
}

// check refuses windows that make no sense.
func (p Proposal) check() error {
	if !p.Since.Before(p.Until) || p.Until.Sub(p.Since) > MaxWindow {
		return fault.Field("since", p.Since.UTC().Format(time.RFC3339), "a time in the last five years", "The window to replay must begin before it ends, at most five years.")
	}
	return nil
}

// Run replays a proposal now. Whoever may apply blueprints may. A proposal with errors is
// Invalid; progress, which may be nil, is told how far it is.
func (s *Service) Run(ctx context.Context, by act.Actor, p Proposal, progress func(done, total int64)) (Report, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return Report{}, err
	}
	if err := p.check(); err != nil {
		return Report{}, err
	}
	return s.run(ctx, p, progress)
}

func (s *Service) run(ctx context.Context, p Proposal, progress func(done, total int64)) (Report, error) {
	current := s.blueprints.Set()
	plan := current.Plan(p.Documents, p.Parsed, blueprint.Options{Prune: p.Prune})
	if err := plan.Err(); err != nil {
		return Report{}, err
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	in := Input{DB: s.db, Current: current.Numbered(), Proposed: plan.Next().Numbered(), Since: p.Since, Until: p.Until, Progress: progress}
	out := Report{Generation: current.Generation(), Since: p.Since, Until: p.Until, Sections: []Section{}}
	for _, r := range s.replayers {
		if !slices.ContainsFunc(plan.Changes, func(c blueprint.BlueprintChange) bool {
			return c.Action != blueprint.Unchanged && slices.Contains(r.Kinds(), c.Kind)
		}) {
			continue
		}
		section, err := r.Replay(ctx, in)
		if err != nil {
			return out, err
		}
		out.Sections = append(out.Sections, section)
	}
	out.number()
	return out, nil
}

// Start stores a proposal to be replayed by a job and returns its id. Whoever may apply
// blueprints may; a proposal with errors is Invalid.
func (s *Service) Start(ctx context.Context, tx db.Tx, by act.Actor, files []blueprint.File, prune bool, since time.Time) (Record, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return Record{}, err
	}
	now := by.Now()
	p := Proposal{Prune: prune, Since: since, Until: now}
	if err := p.check(); err != nil {
		return Record{}, err
	}
	p.Documents, p.Parsed = blueprint.ParseFiles(files)
	plan := s.blueprints.Set().Plan(p.Documents, p.Parsed, blueprint.Options{Prune: prune})
	if err := plan.Err(); err != nil {
		return Record{}, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM replay WHERE created < $1`, db.Micros(now.Add(-kept))); err != nil {
		return Record{}, err
	}
	var waiting int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM replay WHERE state IN ('waiting', 'running')`).Scan(&waiting); err != nil {
		return Record{}, err
	}
	if waiting >= maxWaiting {
		return Record{}, fault.New(fault.TooMany, "%d replays are waiting or running. Wait for them, or cancel one.", waiting)
	}
	text, err := json.Marshal(files)
	if err != nil {
		return Record{}, err
	}
	r := Record{State: Waiting, ByID: by.PersonID, Created: now, Since: since, Until: now}
	err = tx.QueryRow(ctx, `INSERT INTO replay (state, by_id, created, documents, prune, since, until, done, total, error) VALUES ($1, $2, $3, $4, $5, $6, $3, 0, 0, '') RETURNING id`,
		string(r.State), r.ByID, db.Micros(now), string(text), prune, db.Micros(since)).Scan(&r.ID)
	if err != nil {
		return r, err
	}
	return r, s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: runJob, Key: fmt.Sprint(r.ID), Subject: ledger.Ref{Kind: "replay", ID: r.ID}, Due: now})
}

// errCancelled ends a run that somebody cancelled.
var errCancelled = errors.New("replay: cancelled")

// work is the job.
func (s *Service) work(ctx context.Context, j job.Job) (job.Finish, error) {
	id := j.Subject.ID
	p, going, err := s.begin(ctx, id)
	if err != nil || !going {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	var done, total atomic.Int64
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.tell(ctx, id, &done, &total, stop)
	}()
	report, err := s.run(ctx, p, func(d, t int64) { done.Store(d); total.Store(t) })
	cancelled := context.Cause(ctx) == errCancelled
	shutdown := ctx.Err() != nil && !cancelled
	stop(nil)
	<-told
	switch {
	case cancelled:
		return nil, nil
	case shutdown:
		return nil, ctx.Err()
	case err != nil && fault.As(err) == nil && j.Attempts < 3:
		return nil, err
	}
	return s.end(id, report, err, done.Load(), total.Load())
}

// end stores what came out.
func (s *Service) end(id int64, report Report, failed error, done, total int64) (job.Finish, error) {
	state, text := Done, ""
	if failed != nil {
		state, text = Failed, failed.Error()
	}
	body, err := json.Marshal(report)
	if err != nil {
		return nil, err
	}
	pages, err := report.pages(id)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM replay_found WHERE replay_id = $1`, id); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE replay SET state = $1, ended = $2, done = $3, total = $4, report = $5, error = $6 WHERE id = $7 AND state = 'running'`,
			string(state), db.Micros(s.clock()), done, total, string(body), text, id)
		if err != nil || n == 0 {
			return err
		}
		return pages.Write(ctx, tx)
	}, nil
}

// begin reads the proposal; going is false when it was cancelled before it began.
func (s *Service) begin(ctx context.Context, id int64) (p Proposal, going bool, err error) {
	var files []blueprint.File
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE replay SET state = 'running' WHERE id = $1 AND state IN ('waiting', 'running')`, id)
		if going = n == 1; err != nil || !going {
			return err
		}
		var text string
		var since, until int64
		if err := tx.QueryRow(ctx, `SELECT documents, prune, since, until FROM replay WHERE id = $1`, id).Scan(&text, &p.Prune, &since, &until); err != nil {
			return err
		}
		p.Since, p.Until, files = db.Time(since), db.Time(until), nil
		return json.Unmarshal([]byte(text), &files)
	})
	p.Documents, p.Parsed = blueprint.ParseFiles(files)
	return p, going, err
}

// tellEvery is how often progress is stored and a cancellation noticed.
const tellEvery = time.Second

// tell stores how far a run is until ctx ends, and stops the run when it was cancelled.
func (s *Service) tell(ctx context.Context, id int64, done, total *atomic.Int64, stop context.CancelCauseFunc) {
	for {
		db.Wait(ctx, nil, tellEvery)
		if ctx.Err() != nil {
			return
		}
		var n int64
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			n, err = tx.Exec(ctx, `UPDATE replay SET done = $1, total = $2 WHERE id = $3 AND state = 'running'`, done.Load(), total.Load(), id)
			return err
		})
		if err == nil && n == 0 {
			stop(errCancelled)
			return
		}
	}
}
