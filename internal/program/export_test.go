package program

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// DrawOne makes a grant and draws a code for it, as claiming does.
func (s *Service) DrawOne(ctx context.Context, tx db.Tx, by act.Actor, application, pool int64, name string) error {
	g := Grant{ApplicationID: application, Name: name, Kind: "code", PoolID: pool}
	err := tx.QueryRow(ctx, `INSERT INTO application_grant (application_id, name, kind, state, pool_id, wanted, error, created, updated) VALUES ($1, $2, 'code', 'pending', $3, 'given', '', 0, 0) RETURNING id`, application, name, pool).Scan(&g.ID)
	if err == nil {
		_, err = s.draw(ctx, tx, by, &g)
	}
	return err
}

// Age is how old a document is.
func (c Check) Age(dated string, now time.Time) (Evidence, error) { return c.age(dated, now) }

// ChecksOf are the tries of an application's proofs.
func (s *Service) ChecksOf(ctx context.Context, tx db.Tx, id int64) ([]CheckRun, error) {
	return s.checks(ctx, tx, id)
}
