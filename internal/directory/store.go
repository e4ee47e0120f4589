package directory

import (
	"context"
	"database/sql"
	"errors"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
)

const personFields = `p.id, p.name, p.email, p.organization_id, p.agent, p.time_zone, p.attributes, p.created, p.updated, p.seen, p.suspended_at, p.version`

func scanPerson(row db.Scanner) (Person, error) {
	var p Person
	var org, seen, suspended sql.NullInt64
	var attributes string
	var created, updated int64
	err := row.Scan(&p.ID, &p.Name, &p.Email, &org, &p.Agent, &p.TimeZone, &attributes, &created, &updated, &seen, &suspended, &p.Version)
	if err == nil {
		p.Attributes, err = field.Decode(attributes)
	}
	p.OrganizationID = org.Int64
	p.Created, p.Updated, p.Seen, p.Suspended = db.Time(created), db.Time(updated), db.NullTime(seen), db.NullTime(suspended)
	return p, err
}

// byIdentity finds the person an address belongs to; nil when nobody has it.
func byIdentity(ctx context.Context, tx db.Tx, email string) (*Person, error) {
	p, err := scanPerson(tx.QueryRow(ctx, `SELECT `+personFields+` FROM identity i JOIN person p ON p.id = i.person_id
		WHERE i.kind = 'email' AND i.value = $1`, email))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &p, err
}

// load reads a person without a permission check; an id that was merged gives the person it leads to.
func load(ctx context.Context, tx db.Tx, id int64) (Person, error) {
	p, err := scanPerson(tx.QueryRow(ctx, `SELECT `+personFields+` FROM person p WHERE p.id = (SELECT COALESCE(a.alias_of, a.id) FROM person a WHERE a.id = $1) AND p.deleted_at IS NULL`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.Missing("person", id)
	}
	return p, err
}

// insertPerson stores a new person with one address; nil when the address is taken.
func insertPerson(ctx context.Context, tx db.Tx, p *Person, verified bool) (*Person, error) {
	attributes, err := p.Attributes.Encode()
	if err != nil {
		return nil, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO person (name, name_fold, email, organization_id, agent, time_zone, attributes, created, updated, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1) RETURNING id`,
		p.Name, Fold(p.Name), p.Email, db.NullID(p.OrganizationID), p.Agent, p.TimeZone, attributes, db.Micros(p.Created)).Scan(&p.ID)
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO identity (person_id, kind, value, verified, main) VALUES ($1, 'email', $2, $3, TRUE) ON CONFLICT (kind, value) DO NOTHING`,
		p.ID, p.Email, verified)
	if err != nil {
		return nil, err
	}
	if n == 0 { // somebody else was first
		_, err := tx.Exec(ctx, `DELETE FROM person WHERE id = $1`, p.ID)
		return nil, err
	}
	p.Updated, p.Version = p.Created, 1
	return p, nil
}

// organizationOfDomain is the organization that owns the address's domain; 0 for none.
func organizationOfDomain(ctx context.Context, tx db.Tx, email string) (id int64, err error) {
	err = tx.QueryRow(ctx, `SELECT organization_id FROM organization_domain WHERE domain = $1`, Domain(email)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}
