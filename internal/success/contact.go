package success

import (
	"context"
	"regexp"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Contact is somebody at a customer and what they are to us.
type Contact struct {
	PersonID int64
	Role     string // small letters, digits and _: sponsor, security_lead
	Since    time.Time
}

var roleName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// maxContacts is how many an account may have.
const maxContacts = 500

// Contacts lists who is what at an account. Whoever may read the account may.
func (s *Service) Contacts(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]Contact, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT person_id, role, since FROM account_contact WHERE organization_id = $1 ORDER BY role, id LIMIT 501`, a.OrganizationID)
	return db.Collect(rows, err, func(r db.Scanner) (c Contact, err error) {
		var since int64
		err = r.Scan(&c.PersonID, &c.Role, &since)
		c.Since = db.Time(since)
		return c, err
	})
}

// SetContact gives somebody of the customer a role, or takes it away. Whoever may write the
// account may.
func (s *Service) SetContact(ctx context.Context, tx db.Tx, by act.Actor, id, person int64, role string, has bool) error {
	a, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !roleName.MatchString(role) {
		return fault.Field("role", role, "small letters, digits and _, as in security_lead", "This is not the name of a role.")
	}
	verb, changed := ContactRemoved, int64(0)
	if has {
		verb = ContactAdded
		if err := s.ofAccount(ctx, tx, a.OrganizationID, []int64{person}); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM account_contact WHERE organization_id = $1 LIMIT 501) AS bounded`, a.OrganizationID).Scan(&n); err != nil {
			return err
		}
		if n >= maxContacts {
			return fault.New(fault.Invalid, "This account has 500 contacts with roles; that is the most. Take some away first.")
		}
		changed, err = tx.Exec(ctx, `INSERT INTO account_contact (organization_id, person_id, role, since, by_id) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (organization_id, person_id, role) DO NOTHING`, a.OrganizationID, person, role, db.Micros(by.Now()), by.PersonID)
	} else {
		changed, err = tx.Exec(ctx, `INSERT INTO account_contact_past (organization_id, person_id, role, since, until)
			SELECT organization_id, person_id, role, since, CAST($1 AS BIGINT) FROM account_contact WHERE organization_id = $2 AND person_id = $3 AND role = $4`, db.Micros(by.Now()), a.OrganizationID, person, role)
		if err == nil && changed > 0 {
			_, err = tx.Exec(ctx, `DELETE FROM account_contact WHERE organization_id = $1 AND person_id = $2 AND role = $3`, a.OrganizationID, person, role)
		}
		if err == nil && changed == 0 {
			return fault.Missing("contact", person)
		}
	}
	if err != nil || changed == 0 {
		return err
	}
	_, err = s.tell(ctx, tx, by, verb, a.OrganizationID, map[string]any{"person_id": person, "role": role})
	return err
}

// ofAccount refuses people who do not belong to the organization or one below it.
func (s *Service) ofAccount(ctx context.Context, tx db.Tx, id int64, people []int64) error {
	found, err := s.directory.Names(ctx, tx, people)
	if err != nil {
		return err
	}
	for _, p := range people {
		if q, ok := found[p]; !ok || q.OrganizationID != id {
			return fault.Field("person_id", p, "the id of somebody of this organization", "Nobody of this organization has the id %d.", p)
		}
	}
	return nil
}
