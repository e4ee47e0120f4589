package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
)

// settled does what else follows from a change of a ticket in the same transaction, once
// triggers and clocks have acted and the ticket has its id. before is nil for a new one.
func (s *Service) settled(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket, m moment) error {
	if before != nil && before.Hidden != t.Hidden {
		if err := s.hide(ctx, tx, by.Now(), t); err != nil {
			return err
		}
	}
	if before != nil && before.Type == TypeProblem && t.Type != TypeProblem {
		if err := s.moveIncidents(ctx, tx, by, incidentsMove{From: t.ID, Event: m.event, Depth: by.Cause.Depth}); err != nil {
			return err
		}
	}
	if err := s.judged(ctx, tx, by, before, t, m); err != nil {
		return err
	}
	if err := putWork(ctx, tx, by.Now(), before, t, m.event); err != nil {
		return err
	}
	if err := s.lineUp(ctx, tx, by.Now(), before, t); err != nil {
		return err
	}
	if err := s.followHelp(ctx, tx, by, before, t); err != nil {
		return err
	}
	if err := s.settleStage(ctx, tx, by, before, t, m); err != nil || m.acts != nil {
		return err // when time rules act, their timer's handler sets the next
	}
	return s.moveTimer(ctx, tx, by, before, t, known(tx, t.ID).clocks)
}

// settled is Service.settled in an import of history.
func (p *Past) settled(ctx context.Context, by act.Actor, before *Ticket, m moment) error {
	if err := p.judged(ctx, by, before, m); err != nil {
		return err
	}
	p.noteWork(before, m.event)
	if err := p.settleStage(ctx, by, before, m); err != nil || m.acts != nil {
		return err
	}
	p.moveTimer(m.at)
	return nil
}
