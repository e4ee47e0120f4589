package program

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// onDue does what an application leads to by itself at a time: silence ends it, a promise is missed, a renewal is
// invited, a term or a cure ends. What came due while nothing ran is done in its order, one step after another.
func (s *Service) onDue(ctx context.Context, tx db.Tx, j job.Job) error {
	a, err := s.load(ctx, tx, j.Subject.ID)
	if err != nil {
		return err
	}
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	by := s.system(act.Clock).Still()
	if a.Due.IsZero() || by.Now().Before(a.Due) {
		return nil // it moved
	}
	by = by.Because(act.Cause{Blueprint: p.ID, Version: p.Version})
	switch a.State {
	case Draft, Confirming:
		return s.drop(ctx, tx, []int64{a.ID}, by.Now())
	case Verifying, Asked, Approved:
		return s.silent(ctx, tx, by, p, a)
	case Review:
		return s.late(ctx, tx, by, p, a)
	case Active:
		return s.termed(ctx, tx, by, p, a)
	case Notice:
		return s.uncured(ctx, tx, by, p, a)
	}
	return nil
}

// silent closes an application whose applicant did not come back.
func (s *Service) silent(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if err := s.letter(ctx, tx, by, p, a, LetterLapsed, ""); err != nil {
		return err
	}
	if _, err := s.step(ctx, tx, by, p, a, Lapse, nil, nil); err != nil {
		return err
	}
	return s.schedulePurge(ctx, tx, p, a, by.Now())
}

// late notes that the promise was missed, dated with when it was due.
func (s *Service) late(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	promised := a.Promised
	a.Life.Late = true
	a.Due, a.Updated = a.nextDue(p, by.Now()), by.Now()
	if err := s.update(ctx, tx, a); err != nil {
		return err
	}
	_, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Late, Subject: a.Ref(), At: promised, Data: map[string]any{"program_id": p.ID, "promised": db.Micros(promised)}})
	return err
}
