package success

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// How long what products report, and what was scored from it, is kept. docs/success.md says what of the past can
// still be asked for then.
const (
	PointsKept = 400 * day24  // every point; of days before this what was known at their end
	DaysKept   = 1830 * day24 // those days, and the colours of their ends
	StraysKept = 90 * day24   // points of organizations that nobody knows, after the last one came
)

// keepJob walks through series and accounts and leaves of old days what their ends need.
const keepJob = "success.keep"

// beginKeeping registers the job.
func (s *Service) beginKeeping() { s.jobs.Handle(keepJob, job.Options{Parallel: 1}, s.onKeep) }

// keepArgs are how far a walk is.
type keepArgs struct {
	Until  int64     `json:"until"`  // days before this are rolled up, in microseconds
	Series int64     `json:"series"` // the last one that was looked at
	Health int64     `json:"health"` // the last account whose scores were looked at
	Began  time.Time `json:"began"`
}

// ensureKeeping sets the walk unless it is set.
func (s *Service) ensureKeeping(ctx context.Context, tx db.Tx) error {
	now := s.clock().UTC()
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: keepJob, Key: "all", Subject: ledger.Ref{Kind: "configuration", ID: 1}, Due: now, Args: keepArgs{}})
}

// rollEvery is how often all series are walked through: a whole month is rolled up at once.
const rollEvery = 7 * day24

// monthBegins is when the month of a time began, UTC.
func monthBegins(t time.Time) time.Time {
	return time.Date(t.UTC().Year(), t.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
}

// onKeep looks at some series, then at some accounts, and goes on with the next; after the last it rests for a week.
func (s *Service) onKeep(ctx context.Context, tx db.Tx, j job.Job) error {
	var args keepArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	now := s.clock().UTC()
	if args.Until == 0 {
		args = keepArgs{Until: db.Micros(monthBegins(now.Add(-PointsKept))), Began: now}
	}
	more, err := s.keepSome(ctx, tx, now, &args)
	if err != nil {
		return err
	}
	next := now
	if !more {
		next, args = args.Began.Add(rollEvery), keepArgs{}
	}
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: keepJob, Key: "all", Subject: ledger.Ref{Kind: "configuration", ID: 1}, Due: next, Args: args})
}

// keepSome does a part of the walk: series first, then scores, then batches.
func (s *Service) keepSome(ctx context.Context, tx db.Tx, now time.Time, args *keepArgs) (more bool, err error) {
	if args.Series >= 0 {
		last, err := s.rollSeries(ctx, tx, args.Series, args.Until, db.Micros(now.Add(-DaysKept)), now)
		if args.Series = last; err != nil || last >= 0 {
			return true, err
		}
	}
	if args.Health >= 0 {
		last, err := thinHealth(ctx, tx, args.Health, args.Until, db.Micros(now.Add(-DaysKept)))
		if args.Health = last; err != nil || last >= 0 {
			return true, err
		}
	}
	return dropBatches(ctx, tx, args.Until)
}

// perThinning is how many accounts' scores one transaction looks at.
const perThinning = 200

// thinHealth leaves of the scores of days before a moment those at the ends of days, and of days before another the
// last one alone; of some accounts behind one. It returns the last of them, -1 when there are no more.
func thinHealth(ctx context.Context, tx db.Tx, after, until, gone int64) (last int64, err error) {
	rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE organization_id > $1 ORDER BY organization_id LIMIT $2`, after, perThinning)
	ids, err := db.Collect(rows, err, anID)
	if err != nil || len(ids) == 0 {
		return -1, err
	}
	for _, old := range []struct {
		before int64
		same   string
	}{{until, " AND x.at / 86400000000 = health.at / 86400000000"}, {gone, ""}} {
		w := (&db.Where{}).Among(tx.Engine(), "organization_id", ids).And("at < ?", old.before)
		w.And("EXISTS (SELECT 1 FROM health x WHERE x.organization_id = health.organization_id AND x.at > health.at AND x.at < ?"+old.same+")", old.before)
		if _, err := tx.Exec(ctx, `DELETE FROM health WHERE `+w.SQL(), w.Args()...); err != nil {
			return after, err
		}
	}
	return ids[len(ids)-1], nil
}

// perDropping is how many rows of batches one statement removes.
const perDropping = 2000

// dropBatches forgets old batches: which points came with which, and all but the last of each day, by which is told
// what was known at its end. It says whether there are more.
func dropBatches(ctx context.Context, tx db.Tx, until int64) (more bool, err error) {
	n, err := tx.Exec(ctx, `DELETE FROM usage_batch_instance WHERE batch_id IN (SELECT DISTINCT i.batch_id FROM usage_batch_instance i JOIN usage_batch b ON b.id = i.batch_id WHERE b.recorded < $1 ORDER BY i.batch_id LIMIT 100)`, until)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = tx.Exec(ctx, `DELETE FROM usage_batch WHERE id IN (SELECT b.id FROM usage_batch b WHERE b.recorded < $1
		AND EXISTS (SELECT 1 FROM usage_batch x WHERE x.id > b.id AND x.recorded >= b.recorded AND x.recorded < $1 AND x.recorded / 86400000000 = b.recorded / 86400000000) ORDER BY b.id LIMIT $2)`, until, perDropping)
	return n > 0, err
}

// Sweep removes what nobody claimed in time, and sees to it that old days are rolled up. It is part of housekeeping.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	if err := s.EnsureSweep(ctx, tx); err != nil {
		return err
	}
	if err := s.ensureKeeping(ctx, tx); err != nil {
		return err
	}
	if err := s.sweepStrays(ctx, tx, now); err != nil {
		return err
	}
	return s.SweepMail(ctx, tx, now)
}
