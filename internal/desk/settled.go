package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
)

// settled does what else follows from a change of a ticket in the same transaction, once
// triggers and clocks have acted and the ticket has its id. before is nil for a new one.
func (s *Service) settled(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket, m moment) error {
	if err := putWork(ctx, tx, by.Now(), before, t, m.event); err != nil {
		return err
	}
	return s.settleStage(ctx, tx, by, before, t, m)
}

// settled is Service.settled in an import of history.
func (p *Past) settled(before *Ticket, m moment) {
	p.noteWork(before, m.event)
}
