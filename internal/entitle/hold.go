package entitle

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Hold is support for an organization being on hold: who writes for it gets an answer, and what
// they write is kept.
type Hold struct {
	ID     int64
	Since  time.Time
	ByID   int64
	Reason string // for colleagues; those who write are not told
}

// currentHold is the hold in force; nil for none.
func currentHold(ctx context.Context, tx db.Tx, organizationID int64) (*Hold, error) {
	var h Hold
	var since int64
	err := tx.QueryRow(ctx, `SELECT id, since, by_id, reason FROM organization_hold WHERE organization_id = $1 AND lifted_at IS NULL`, organizationID).
		Scan(&h.ID, &since, &h.ByID, &h.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	h.Since = db.Time(since)
	return &h, err
}

// Place puts support for an organization on hold. Whoever may write entitlements may.
func (s *Service) Place(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, reason string) (Hold, error) {
	o, err := s.administered(ctx, tx, by, organizationID)
	if err != nil {
		return Hold{}, err
	}
	h := Hold{Since: by.Now(), ByID: by.PersonID}
	if h.Reason, err = CleanReason(reason); err != nil {
		return h, err
	}
	if s.config().None() {
		return h, fault.New(fault.Invalid, "No entitlement is declared, so everybody may write and a hold would change nothing. Add an entitlement to the configuration first.")
	}
	have, err := currentHold(ctx, tx, o.ID)
	if err != nil {
		return h, err
	}
	if have != nil {
		return h, fault.New(fault.Invalid, "%s is on hold already, since %s (UTC): %s", o.Name, have.Since.Format(day), have.Reason)
	}
	err = tx.QueryRow(ctx, `INSERT INTO organization_hold (organization_id, since, by_id, reason, lifted_why) VALUES ($1, $2, $3, $4, '') RETURNING id`,
		o.ID, db.Micros(h.Since), h.ByID, h.Reason).Scan(&h.ID)
	if err != nil {
		return h, err
	}
	_, err = s.tell(ctx, tx, by, HoldPlaced, o.ID, map[string]any{"hold": h.ID})
	return h, err
}

// Lift ends the hold of an organization. Whoever may write entitlements may.
func (s *Service) Lift(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, reason string) error {
	o, err := s.administered(ctx, tx, by, organizationID)
	if err != nil {
		return err
	}
	if reason, err = CleanReason(reason); err != nil {
		return err
	}
	h, err := currentHold(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	if h == nil {
		return fault.New(fault.Invalid, "%s is not on hold.", o.Name)
	}
	if _, err := tx.Exec(ctx, `UPDATE organization_hold SET lifted_at = $1, lifted_by = $2, lifted_why = $3 WHERE id = $4`, db.Micros(by.Now()), by.PersonID, reason, h.ID); err != nil {
		return err
	}
	_, err = s.tell(ctx, tx, by, HoldLifted, o.ID, map[string]any{"hold": h.ID})
	return err
}
