package program

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
)

// serveJob is the kind of job that gives codes of a pool to members who wait for one.
const serveJob = "program.serve"

// serveBatch is how many members one run serves; the next run goes on.
const serveBatch = 200

// serveSoon lets members who claimed when no code was left have theirs. cause is the event that codes came by, or that
// somebody is to have one again; 0 for none.
func (s *Service) serveSoon(ctx context.Context, tx db.Tx, now time.Time, pool, cause int64) error {
	return s.Jobs.Set(ctx, tx, now, job.Spec{Kind: serveJob, Key: fmt.Sprint(pool), Due: now, Args: cause})
}

// onServe gives codes to some of those who wait, the longest waiting first, and is set again while codes and members are left.
func (s *Service) onServe(ctx context.Context, tx db.Tx, j job.Job) error {
	var pool, cause int64
	if _, err := fmt.Sscan(j.Key, &pool); err != nil {
		return err
	}
	if err := j.Decode(&cause); err != nil {
		return err
	}
	var free int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM benefit_code WHERE pool_id = $1 AND state = 'free' LIMIT $2) AS bounded`, pool, serveBatch).Scan(&free); err != nil || free == 0 {
		return err
	}
	lock := ""
	if tx.Engine() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED" // one that is taken back at this moment is left alone
	}
	rows, err := tx.Query(ctx, `SELECT id, application_id, name, kind, state, pool_id, wanted, error, '' FROM application_grant WHERE pool_id = $1 AND state = 'pending' AND wanted = 'given' ORDER BY id LIMIT $2`+lock, pool, free)
	waiting, err := db.Collect(rows, err, scanGrant)
	by := s.system(act.System).Because(act.Cause{Event: cause}).Still()
	for i := range waiting {
		if err == nil {
			_, err = s.draw(ctx, tx, by, &waiting[i])
		}
	}
	if err != nil || len(waiting) < serveBatch {
		return err
	}
	return s.serveSoon(ctx, tx, by.Now(), pool, cause)
}
