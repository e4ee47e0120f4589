package success

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// maxDepth is how many levels of parents there may be.
const maxDepth = 10

// Create makes an organization an account. Whoever may write accounts may, of organizations they
// may read.
func (s *Service) Create(ctx context.Context, tx db.Tx, by act.Actor, id int64, in AccountInput) (Account, error) {
	by = by.Still()
	o, err := s.directory.Organization(ctx, tx, by, id)
	if err != nil {
		return Account{}, err
	}
	a := Account{OrganizationID: o.ID, Stage: "onboarding", Created: by.Now(), Version: 1}
	a.Updated = a.Created
	if err := a.put(in); err != nil {
		return a, err
	}
	if !auth.Scope(by, "write", "account").Covers(a.record()) {
		return a, by.Denied("write", "account")
	}
	if err := s.refers(ctx, tx, Account{}, a); err != nil {
		return a, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO account (organization_id, plan, segment, coverage, stage, revenue, currency, since, contract_start, renewal, parent_id, csm_id, team_id, created, updated, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 1) ON CONFLICT (organization_id) DO NOTHING`,
		a.OrganizationID, a.Plan, a.Segment, a.Coverage, a.Stage, a.Revenue, a.Currency, micros(a.Since), micros(a.ContractStart), micros(a.Renewal),
		db.NullID(a.ParentID), db.NullID(a.CSMID), db.NullID(a.TeamID), db.Micros(a.Created))
	if err != nil {
		return a, err
	}
	if n == 0 {
		return a, fault.Field("organization_id", id, "an organization that is no account yet", "%s is an account already.", o.Name)
	}
	_, err = s.tell(ctx, tx, by, AccountCreated, a.OrganizationID, a.told())
	return a, err
}

// Change changes an account. Whoever may write it may, before and after; a stale version conflicts.
// The event keeps who looked after it before: it is the history of its managers and teams.
func (s *Service) Change(ctx context.Context, tx db.Tx, by act.Actor, id int64, in AccountInput) (Account, error) {
	by = by.Still()
	was, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return was, err
	}
	if in.Version != was.Version {
		return was, fault.Stale("This account", was)
	}
	a := was
	if err := a.put(in); err != nil {
		return a, err
	}
	return a, s.store(ctx, tx, by, was, &a)
}

// store writes what changed of an account, and tells it.
func (s *Service) store(ctx context.Context, tx db.Tx, by act.Actor, was Account, a *Account) error {
	changes := was.changes(*a)
	if len(changes) == 0 {
		return nil
	}
	if !auth.Scope(by, "write", "account").Covers(a.record()) {
		return fault.New(fault.Forbidden, "Changed so, the account would be beyond what you may write. Somebody who may write every account can do it.")
	}
	if err := s.refers(ctx, tx, was, *a); err != nil {
		return err
	}
	a.Updated, a.Version = by.Now(), was.Version+1
	n, err := tx.Exec(ctx, `UPDATE account SET plan = $1, segment = $2, coverage = $3, stage = $4, revenue = $5, currency = $6, since = $7, contract_start = $8, renewal = $9,
		parent_id = $10, csm_id = $11, team_id = $12, updated = $13, version = version + 1 WHERE organization_id = $14 AND version = $15`,
		a.Plan, a.Segment, a.Coverage, a.Stage, a.Revenue, a.Currency, micros(a.Since), micros(a.ContractStart), micros(a.Renewal),
		db.NullID(a.ParentID), db.NullID(a.CSMID), db.NullID(a.TeamID), db.Micros(a.Updated), a.OrganizationID, was.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Stale("This account", was)
	}
	_, err = s.tell(ctx, tx, by, AccountChanged, a.OrganizationID, map[string]any{"changes": changes})
	return err
}

// refers checks what an account names: its manager is a colleague, its team is there, its parents
// are accounts and end somewhere.
func (s *Service) refers(ctx context.Context, tx db.Tx, was, a Account) error {
	if a.CSMID != 0 && a.CSMID != was.CSMID {
		people, err := s.directory.Names(ctx, tx, []int64{a.CSMID})
		if err != nil {
			return err
		}
		if p, ok := people[a.CSMID]; !ok || !p.Agent {
			return fault.Field("csm_id", a.CSMID, "the id of a colleague", "Nobody who works here has this id.")
		}
	}
	if a.TeamID != 0 && a.TeamID != was.TeamID && s.config().teams[a.TeamID] == "" {
		return fault.Field("team_id", a.TeamID, "the id of a team", "There is no such team.")
	}
	if a.ParentID == 0 || a.ParentID == was.ParentID {
		return nil
	}
	for up, depth := a.ParentID, 0; up != 0; depth++ {
		if up == a.OrganizationID || depth >= maxDepth {
			return fault.Field("parent_id", a.ParentID, fmt.Sprintf("an account that is not below this one, at most %d levels", maxDepth), "The parents of this account would go round in a circle, or be too many.")
		}
		var next sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT parent_id FROM account WHERE organization_id = $1`, up).Scan(&next)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Field("parent_id", up, "the id of an account", "The parent is no account.")
		}
		if err != nil {
			return err
		}
		up = next.Int64
	}
	return nil
}

// Upsert makes an organization an account or changes it: imports do. changed says whether
// anything is other than before. Whoever may write the account may.
func (s *Service) Upsert(ctx context.Context, tx db.Tx, by act.Actor, id int64, in AccountInput) (changed bool, err error) {
	was, err := load(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		_, err = s.Create(ctx, tx, by, id, in)
		return true, err
	}
	if err != nil {
		return false, err
	}
	in.Version = was.Version
	a, err := s.Change(ctx, tx, by, was.OrganizationID, in)
	return err == nil && a.Version != was.Version, err
}

// colleague finds somebody who works here by address.
func (s *Service) colleague(ctx context.Context, tx db.Tx, email string) (directory.Person, error) {
	p, ok, err := s.directory.Colleague(ctx, tx, email)
	if err == nil && !ok {
		err = fault.Field("csm", email, "the address of a colleague", "Nobody who works here has the address %s.", email)
	}
	return p, err
}
