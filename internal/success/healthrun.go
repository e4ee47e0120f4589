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

// onHealthRun scores some accounts and comes again for the others. It reads outside of the
// transaction that writes.
func (s *Service) onHealthRun(ctx context.Context, j job.Job) (job.Finish, error) {
	for ctx.Err() == nil {
		more, err := s.ScoreBatch(ctx)
		if err != nil || !more {
			return nil, err
		}
	}
	return nil, ctx.Err()
}

// ScoreBatch takes the scoring of every account a batch further; more is false when it has ended.
func (s *Service) ScoreBatch(ctx context.Context) (more bool, err error) {
	var ids []int64
	var mark string
	var results map[int64]score.Result
	cards := s.config().Cards
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		var after int64
		if err := tx.QueryRow(ctx, `SELECT mark, after_id FROM health_run WHERE id = $1`, theRun).Scan(&mark, &after); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE organization_id > $1 ORDER BY organization_id LIMIT $2`, after, perScoring)
		if ids, err = db.Collect(rows, err, anID); err != nil {
			return err
		}
		facts, err := s.facts(ctx, tx, ids, cards, measure.Asked{})
		if err != nil {
			return err
		}
		results = scoreAll(cards, facts)
		return nil
	})
	if err != nil {
		return false, err
	}
	by := act.Root()
	by.Clock = s.clock
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := s.clock().UTC()
		if len(ids) == 0 {
			_, err := tx.Exec(ctx, `UPDATE health_run SET ended = $1, total = done WHERE id = $2 AND mark = $3`, db.Micros(now), theRun, mark)
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE health_run SET after_id = $1, done = done + $2 WHERE id = $3 AND mark = $4 AND after_id < $1`, ids[len(ids)-1], len(ids), theRun, mark)
		if err != nil || n == 0 {
			return err // begun anew meanwhile
		}
		_, err = s.keep(ctx, tx, by.Still(), results, 0)
		return err
	})
	return len(ids) > 0, err
}
