package app

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/insight/board"
	"steward/internal/job"
	"steward/internal/notify"
	"steward/internal/playbook"
	"steward/internal/rest"
	"steward/internal/zendesk"
)

// sweepJob is the kind of the job that tidies up once an hour.
const sweepJob = "app.sweep"

// housekeeping registers the hourly job that removes what nobody needs any more.
func (a *App) housekeeping() {
	a.Jobs.Handle(sweepJob, job.Options{Parallel: 1}, func(ctx context.Context, tx db.Tx, _ job.Job) error {
		now := a.clock().UTC()
		if _, err := rest.ForgetKeys(ctx, tx, now); err != nil {
			return err
		}
		if _, err := a.Files.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if _, err := a.Webhooks.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Trackers.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Programs.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Desk.SweepInterest(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Desk.SweepRequests(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Desk.SweepArticles(ctx, tx, now); err != nil {
			return err
		}
		if err := notify.Sweep(ctx, tx, now); err != nil {
			return err
		}
		by := act.Root()
		by.Clock = a.clock
		if err := a.Mail.Sweep(ctx, tx, by); err != nil {
			return err
		}
		if err := a.Success.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Imports.Tidy(ctx, tx, now); err != nil {
			return err
		}
		if err := desk.SweepFirings(ctx, tx, now); err != nil {
			return err
		}
		if err := desk.SweepReports(ctx, tx, now); err != nil {
			return err
		}
		if err := availability.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := desk.SweepPresence(ctx, tx, now); err != nil {
			return err
		}
		if err := desk.SweepSends(ctx, tx, now); err != nil {
			return err
		}
		if err := desk.SweepBatches(ctx, tx, now); err != nil {
			return err
		}
		if err := board.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := zendesk.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE expires < $1`, db.Micros(now)); err != nil {
			return err
		}
		if err := auth.SweepPortalLinks(ctx, tx, now); err != nil {
			return err
		}
		if err := playbook.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Work.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Measures.Sweep(ctx, tx, now); err != nil {
			return err
		}
		if err := a.Insight.Sweep(ctx, tx, now); err != nil {
			return err
		}
		return a.scheduleSweep(ctx, tx, now.Add(time.Hour))
	})
}

func (a *App) scheduleSweep(ctx context.Context, tx db.Tx, due time.Time) error {
	return a.Jobs.Enqueue(ctx, tx, a.clock(), job.Spec{Kind: sweepJob, Key: "hourly", Due: due})
}
