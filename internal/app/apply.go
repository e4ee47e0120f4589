package app

import (
	"context"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/mail"
)

// Apply applies documents, takes them into force here and seals the ledger. What a policy
// holds for approval conflicts.
func (a *App) Apply(ctx context.Context, by act.Actor, in blueprint.ApplyInput) (number int64, plan blueprint.Plan, err error) {
	err = a.Configure(ctx, func(ctx context.Context, tx db.Tx) error {
		number, plan, err = a.Blueprint.Apply(ctx, tx, by, in)
		return err
	})
	return number, plan, err
}

// Configure runs a change of the configuration in a transaction, takes the result into force
// here and seals the ledger.
func (a *App) Configure(ctx context.Context, change db.Func) error {
	if err := a.DB.Write(ctx, change); err != nil {
		return err
	}
	if err := a.Blueprint.Refresh(ctx); err != nil {
		return err
	}
	if err := a.reconcile(ctx); err != nil {
		return err
	}
	if err := a.Desk.ReconcileQueues(ctx); err != nil {
		return err
	}
	_, err := a.Ledger.Seal(ctx, a.clock())
	return err
}

// reconcile begins to bring records in line with a configuration that has changed.
func (a *App) reconcile(ctx context.Context) error {
	if err := a.Fields.Reconcile(ctx); err != nil {
		return err
	}
	if err := a.Desk.Reconcile(ctx); err != nil {
		return err
	}
	if err := a.Desk.ReconcileEntitlements(ctx); err != nil {
		return err
	}
	if err := a.Success.ReconcileHealth(ctx); err != nil {
		return err
	}
	return a.Boards.Reconcile(ctx)
}

// Secret resolves a reference to a secret: env:NAME or file:PATH.
func Secret(ref string) (string, error) { return mail.ReadSecret(ref) }
