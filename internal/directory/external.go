package directory

import (
	"context"
	"database/sql"
	"errors"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// External returns the record that a source knows by an id of its own, 0 for none; one that
// was merged gives the record it leads to. kind is person or organization. It checks no
// permission.
func (s *Service) External(ctx context.Context, tx db.Tx, source, kind, id string) (record int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(r.alias_of, r.id) FROM external_id e JOIN `+kind+` r ON r.id = e.record_id
		WHERE e.source = $1 AND e.kind = $2 AND e.id = $3`, source, kind, id).Scan(&record)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return record, err
}

// maxExternal is how long a foreign id may be, in bytes.
const maxExternal = 200

// SetExternal notes the id that a source knows a record by. Whoever may write records of
// the kind may.
func (s *Service) SetExternal(ctx context.Context, tx db.Tx, by act.Actor, source, kind, id string, record int64) error {
	if err := by.Require("write", kind); err != nil {
		return err
	}
	if id == "" || len(id) > maxExternal {
		return fault.Field("external_id", len(id), "1 to 200 bytes", "This foreign id is empty or too long.")
	}
	_, err := tx.Exec(ctx, `INSERT INTO external_id (source, kind, id, record_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (source, kind, id) DO UPDATE SET record_id = excluded.record_id`, source, kind, id, record)
	return err
}

// ByEmail returns the person an address belongs to; ok is false when nobody has it. It
// checks no permission.
func (s *Service) ByEmail(ctx context.Context, tx db.Tx, email string) (p Person, ok bool, err error) {
	found, err := byIdentity(ctx, tx, email)
	return value(found), found != nil, err
}

// OrganizationsNamed lists up to two organizations of exactly this name, whatever its case.
// It checks no permission.
func (s *Service) OrganizationsNamed(ctx context.Context, tx db.Tx, name string) ([]int64, error) {
	return ids(ctx, tx, `SELECT id FROM organization WHERE name_fold = $1 AND deleted_at IS NULL AND alias_of IS NULL ORDER BY id LIMIT 2`, Fold(OneLine(name)))
}

// OrganizationsOfDomains lists the organizations that own some of the mail domains. It
// checks no permission.
func (s *Service) OrganizationsOfDomains(ctx context.Context, tx db.Tx, domains []string) ([]int64, error) {
	all := make([]any, len(domains))
	for i, d := range domains {
		all[i] = d
	}
	w := (&db.Where{}).In("domain", all)
	return ids(ctx, tx, `SELECT DISTINCT organization_id FROM organization_domain WHERE `+w.SQL()+` ORDER BY organization_id LIMIT 2`, w.Args()...)
}

// AddAddress gives a person another address, which becomes the main one; the earlier ones
// stay. Whoever may write people may; the address must belong to nobody.
func (s *Service) AddAddress(ctx context.Context, tx db.Tx, by act.Actor, id int64, email string) error {
	p, err := load(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := by.Require("write", "person"); err != nil {
		return err
	}
	if email, err = CleanEmail("email", email); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE identity SET main = FALSE WHERE person_id = $1`, p.ID); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO identity (person_id, kind, value, verified, main) VALUES ($1, 'email', $2, TRUE, TRUE) ON CONFLICT (kind, value) DO NOTHING`, p.ID, email)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Field("email", email, "an address nobody has yet", "This address belongs to somebody already.")
	}
	if _, err := tx.Exec(ctx, `UPDATE person SET email = $1, updated = $2, version = version + 1 WHERE id = $3`, email, db.Micros(by.Now()), p.ID); err != nil {
		return err
	}
	delete(seenIn(tx).people, p.ID)
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PersonUpdated, Subject: ledger.Ref{Kind: "person", ID: p.ID}, Data: map[string]any{"email": true}})
	return err
}
