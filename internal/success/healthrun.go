package success

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/measure"
	"steward/internal/success/score"
)

// healthRunJob scores every account anew.
const healthRunJob = "success.health_run"

// Run is a scoring of every account.
type Run struct {
	Done, Total int64
	Begun       time.Time
	Ended       time.Time // zero while it runs
}

const theRun = 1

// ReconcileHealth begins to score every account anew when scorecards, or what they measure, are
// not those that accounts were scored by.
func (s *Service) ReconcileHealth(ctx context.Context) error {
	mark := s.config().cardsMark
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var was string
		err := tx.QueryRow(ctx, `SELECT mark FROM health_run WHERE id = $1`, theRun).Scan(&was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if was == mark {
			return nil
		}
		return s.beginRun(ctx, tx, mark)
	})
}

// Rescore begins to score every account anew, beside people's work. Whoever may apply blueprints may.
func (s *Service) Rescore(ctx context.Context, tx db.Tx, by act.Actor) (Run, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return Run{}, err
	}
	if err := s.beginRun(ctx, tx, s.config().cardsMark); err != nil {
		return Run{}, err
	}
	return s.LastRun(ctx, tx, by)
}

// Score scores accounts as they are now and keeps what changed; changed is how many have another
// score. Whoever may apply blueprints may.
func (s *Service) Score(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (changed int, err error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return 0, err
	}
	of, err := s.scoreSome(ctx, tx, by.Still(), ids, nil)
	return len(of), err
}

func (s *Service) beginRun(ctx context.Context, tx db.Tx, mark string) error {
	now := s.clock().UTC()
	_, err := tx.Exec(ctx, `INSERT INTO health_run (id, mark, after_id, done, total, begun, ended) VALUES ($1, $2, 0, 0, (SELECT count(*) FROM account), $3, NULL)
		ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, after_id = 0, done = 0, total = excluded.total, begun = excluded.begun, ended = NULL`, theRun, mark, db.Micros(now))
	if err != nil {
		return err
	}
	return s.jobs.Set(ctx, tx, now, job.Spec{Kind: healthRunJob, Key: "all", Due: now})
}

// LastRun tells how far the scoring of every account is; the zero Run when there was none.
// Whoever may read accounts may.
func (s *Service) LastRun(ctx context.Context, tx db.Tx, by act.Actor) (r Run, err error) {
	if err := by.Require("read", "account"); err != nil {
		return r, err
	}
	var begun int64
	var ended sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT done, total, begun, ended FROM health_run WHERE id = $1`, theRun).Scan(&r.Done, &r.Total, &begun, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, nil
	}
	r.Begun, r.Ended = db.Time(begun), db.NullTime(ended)
	return r, err
}

// perScoring is how many accounts one transaction scores.
const perScoring = 500

// onHealthRun scores every account for which a run has been begun.
func (s *Service) onHealthRun(ctx context.Context, _ job.Job) (job.Finish, error) {
	return nil, s.ScoreEvery(ctx, func(int64, int64) {})
}

// scoring are some accounts of a run as they were scored.
type scoring struct {
	mark    string // of the run
	after   int64  // the account before the first of them
	ids     []int64
	results map[int64]score.Result
}

// ScoreEvery goes on with the scoring of every account to its end, and says how many of how many are
// done. It reads some accounts outside of the transaction that writes those before them.
func (s *Service) ScoreEvery(ctx context.Context, progress func(done, total int64)) error {
	for ctx.Err() == nil {
		ended, err := s.scoreOn(ctx, progress)
		if err != nil || ended {
			return err
		}
	}
	return ctx.Err()
}

// scoreOn goes on from where the run is; ended is false when it was begun anew meanwhile.
func (s *Service) scoreOn(ctx context.Context, progress func(done, total int64)) (ended bool, err error) {
	var now scoring
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT mark, after_id FROM health_run WHERE id = $1`, theRun).Scan(&now.mark, &now.after)
	})
	if err != nil {
		return false, err
	}
	if now, err = s.scoreAfter(ctx, now.mark, now.after); err != nil {
		return false, err
	}
	for len(now.ids) > 0 && ctx.Err() == nil {
		var next scoring
		var reading error
		read := make(chan struct{})
		go func() {
			next, reading = s.scoreAfter(ctx, now.mark, now.ids[len(now.ids)-1])
			close(read)
		}()
		anew, err := s.keepScoring(ctx, now, progress)
		<-read
		if err = errors.Join(err, reading); err != nil || anew {
			return false, err
		}
		now = next
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return true, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE health_run SET ended = $1, total = done WHERE id = $2 AND mark = $3`, db.Micros(s.clock().UTC()), theRun, now.mark)
		if err != nil {
			return err
		}
		return db.Analyze(ctx, tx, "account") // every account has another colour now
	})
}

// scoreAfter scores the accounts that come after one, none of which are left at the end.
func (s *Service) scoreAfter(ctx context.Context, mark string, after int64) (scoring, error) {
	out, cards := scoring{mark: mark, after: after}, s.config().Cards
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE organization_id > $1 ORDER BY organization_id LIMIT $2`, after, perScoring)
		if out.ids, err = db.Collect(rows, err, anID); err != nil {
			return err
		}
		facts, err := s.facts(ctx, tx, out.ids, cards, measure.Asked{})
		out.results = scoreAll(cards, facts)
		return err
	})
	return out, err
}

// keepScoring stores results and takes the run on; anew is true when it was begun anew meanwhile.
func (s *Service) keepScoring(ctx context.Context, of scoring, progress func(done, total int64)) (anew bool, err error) {
	by := act.Root()
	by.Clock = s.clock
	var done, total int64
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		err := tx.QueryRow(ctx, `UPDATE health_run SET after_id = $1, done = done + $2 WHERE id = $3 AND mark = $4 AND after_id = $5 RETURNING done, total`,
			of.ids[len(of.ids)-1], len(of.ids), theRun, of.mark, of.after).Scan(&done, &total)
		if anew = errors.Is(err, sql.ErrNoRows); err != nil {
			if anew {
				err = nil
			}
			return err
		}
		_, err = s.keep(ctx, tx, by.Still(), of.results, nil)
		return err
	})
	if err == nil && !anew {
		progress(done, max(done, total))
	}
	return anew, err
}
