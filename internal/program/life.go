package program

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// termed invites to renew before a term ends, and ends it when it is over.
func (s *Service) termed(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if by.Now().Before(a.TermUntil) && a.Life.Invited.IsZero() {
		return s.inviteRenewal(ctx, tx, by, p, a)
	}
	if err := s.letter(ctx, tx, by, p, a, LetterExpired, ""); err != nil {
		return err
	}
	_, err := s.step(ctx, tx, by, p, a, Expire, nil, nil)
	return err
}

// inviteRenewal tells a member by when to apply again.
func (s *Service) inviteRenewal(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if err := s.letter(ctx, tx, by, p, a, LetterRenewal, ""); err != nil {
		return err
	}
	a.Life.Invited, a.Updated = by.Now(), by.Now()
	a.Due = a.nextDue(p, by.Now())
	if err := s.update(ctx, tx, a); err != nil {
		return err
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Invited, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID, "until": db.Micros(a.TermUntil)}})
	if err != nil {
		return err
	}
	return s.settle(ctx, tx, by.Now(), a, event)
}

// uncured takes away what was granted when the time to cure a breach is over.
func (s *Service) uncured(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	reason := "The time to put it right is over."
	if err := s.letter(ctx, tx, by, p, a, LetterRevoked, reason); err != nil {
		return err
	}
	_, err := s.step(ctx, tx, by, p, a, Revoke, map[string]any{"automatic": true}, func() { a.Reason = reason })
	return err
}
