package desk

import (
	"context"

	"steward/internal/db"
	"steward/internal/rule"
)

// CompileCondition compiles a condition about tickets.
func CompileCondition(src string) (*rule.Program, error) { return compileFilter(src) }

// VarsOf is what conditions read of a ticket.
func (s *Service) VarsOf(ctx context.Context, tx db.Tx, t *Ticket) rule.Vars {
	return s.config().vars(t, s.about(ctx, tx, t))
}
