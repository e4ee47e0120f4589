package auth

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// HasRoles reports whether somebody has any role.
func (s *Service) HasRoles(ctx context.Context, tx db.Tx, personID int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM person_role WHERE person_id = $1)`, personID).Scan(&yes)
	return yes, err
}

// Outranks refuses an actor who may do less than a person: shutting somebody out must not
// be a way around what they guard.
func (s *Service) Outranks(ctx context.Context, tx db.Tx, by act.Actor, personID int64) error {
	theirs, err := s.grantsOf(ctx, tx, personID)
	if err != nil {
		return err
	}
	for _, g := range theirs {
		if !holds(by, g) {
			return fault.New(fault.Forbidden, "This person may do more than you, so you cannot do this to them.")
		}
	}
	return nil
}

// EndAccess ends somebody's sessions, in the workspace and on the public pages, and revokes their tokens. The caller has checked that
// the actor may.
func (s *Service) EndAccess(ctx context.Context, tx db.Tx, by act.Actor, personID int64) error {
	for _, statement := range []string{`DELETE FROM session WHERE person_id = $1`, `DELETE FROM portal_link WHERE person_id = $1`} {
		if _, err := tx.Exec(ctx, statement, personID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE token SET revoked_at = $1 WHERE person_id = $2 AND revoked_at IS NULL`, db.Micros(by.Now()), personID)
	return err
}

// Forget removes what signing in keeps about people: passwords, roles, invitations, and what their
// sessions and tokens were called. The caller has checked that the actor may.
func (s *Service) Forget(ctx context.Context, tx db.Tx, by act.Actor, personIDs []int64) error {
	for _, id := range personIDs {
		if err := s.EndAccess(ctx, tx, by, id); err != nil {
			return err
		}
		for _, statement := range []string{`DELETE FROM credential WHERE person_id = $1`, `DELETE FROM person_role WHERE person_id = $1`,
			`UPDATE token SET name = '' WHERE person_id = $1`, `DELETE FROM idempotency WHERE person_id = $1`, `DELETE FROM person_setting WHERE person_id = $1`, `DELETE FROM invitation WHERE person_id = $1`} {
			if _, err := tx.Exec(ctx, statement, id); err != nil {
				return err
			}
		}
	}
	return nil
}
