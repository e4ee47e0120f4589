package desk

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// contractTimer fires when what an organization bought ends.
func contractTimer(organizationID int64, at time.Time) job.Spec {
	return job.Spec{Kind: contractDay, Key: fmt.Sprint(organizationID), Subject: ledger.Ref{Kind: "organization", ID: organizationID}, Due: at, Args: map[string]int64{"at": db.Micros(at)}}
}

// watchContract sets the timer for the next day on which what an organization bought may end.
func (s *Service) watchContract(ctx context.Context, tx db.Tx, organizationID int64) error {
	next, err := s.entitle.NextDay(ctx, tx, organizationID)
	if err != nil {
		return err
	}
	if next.IsZero() {
		return s.jobs.Cancel(ctx, tx, contractDay, fmt.Sprint(organizationID))
	}
	return s.jobs.Set(ctx, tx, s.clock(), contractTimer(organizationID, next))
}

// onContractDay is the timer's handler: it records what ended, has the organization's tickets
// judged anew and waits for the next such day.
func (s *Service) onContractDay(ctx context.Context, tx db.Tx, j job.Job) error {
	var args struct{ At int64 }
	if err := j.Decode(&args); err != nil {
		return err
	}
	by, at := s.system(), db.Time(args.At)
	if by.Kind = act.Clock; by.Now().Before(at) { // due by the runner's clock but not by ours
		return s.jobs.Set(ctx, tx, by.Now(), contractTimer(j.Subject.ID, at))
	}
	event, err := s.entitle.NoteEnd(ctx, tx, by, j.Subject.ID, at)
	if err != nil {
		return err
	}
	if err := s.judgeLater(ctx, tx, by.Now(), j.Subject, reconsidering{Cause: event}); err != nil {
		return err
	}
	return s.watchContract(ctx, tx, j.Subject.ID)
}
