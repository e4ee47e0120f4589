package app

import (
	"context"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/mail"
)

// Apply applies documents, takes them into force here and seals the ledger.
func (a *App) Apply(ctx context.Context, by act.Actor, in blueprint.ApplyInput) (number int64, plan blueprint.Plan, err error) {
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		number, plan, err = a.Blueprint.Apply(ctx, tx, by, in)
		return err
	})
	if err != nil {
		return 0, plan, err
	}
	return number, plan, a.applied(ctx)
}

// Rollback rolls a change back, takes the result into force here and seals the ledger.
func (a *App) Rollback(ctx context.Context, by act.Actor, number int64) (made int64, err error) {
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		made, err = a.Blueprint.Rollback(ctx, tx, by, number)
		return err
	})
	if err != nil {
		return 0, err
	}
	return made, a.applied(ctx)
}

func (a *App) applied(ctx context.Context) error {
	if err := a.Blueprint.Refresh(ctx); err != nil {
		return err
	}
	if err := a.Fields.Reconcile(ctx); err != nil {
		return err
	}
	_, err := a.Ledger.Seal(ctx, a.clock())
	return err
}

// Secret resolves a reference to a secret: env:NAME or file:PATH.
func Secret(ref string) (string, error) { return mail.ReadSecret(ref) }
