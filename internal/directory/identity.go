package directory

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// writing is a person whom the actor may change, locked against others until the commit.
func (s *Service) writing(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Person, error) {
	if err := lock(ctx, tx, "person", id); err != nil {
		return Person{}, err
	}
	p, err := s.Get(ctx, tx, by, id)
	if err == nil && !auth.Scope(by, "write", "person").Covers(p.Record()) {
		err = by.Denied("write", "person")
	}
	return p, err
}

// Editing returns a person as they are now and makes others who change them wait until the commit.
// Whoever may read people within their scope may.
func (s *Service) Editing(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Person, error) {
	if err := lock(ctx, tx, "person", id); err != nil {
		return Person{}, err
	}
	delete(seenIn(tx).people, id)
	return s.Get(ctx, tx, by, id)
}

// EditingOrganization is Editing for an organization.
func (s *Service) EditingOrganization(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Organization, error) {
	if err := lock(ctx, tx, "organization", id); err != nil {
		return Organization{}, err
	}
	return s.Organization(ctx, tx, by, id)
}

// maxIdentities is how many addresses somebody can have.
const maxIdentities = 100

// AddIdentity gives a person another address. Whoever may write people may; the address must belong to
// nobody. A person's only address is their main one.
func (s *Service) AddIdentity(ctx context.Context, tx db.Tx, by act.Actor, id int64, email string, verified, main bool) (Identity, error) {
	p, err := s.writing(ctx, tx, by, id)
	if err != nil {
		return Identity{}, err
	}
	if email, err = CleanEmail("email", email); err != nil {
		return Identity{}, err
	}
	have, err := s.Identities(ctx, tx, p.ID)
	if err != nil {
		return Identity{}, err
	}
	if i := slices.IndexFunc(have, func(i Identity) bool { return i.Value == email }); i >= 0 {
		return have[i], nil
	}
	if len(have) >= maxIdentities {
		return Identity{}, fault.Field("email", len(have), "at most 100 addresses", "This person has %d addresses already.", len(have))
	}
	i := Identity{Kind: "email", Value: email, Verified: verified}
	ids, err := ids(ctx, tx, `INSERT INTO identity (person_id, kind, value, verified, main) VALUES ($1, 'email', $2, $3, FALSE) ON CONFLICT (kind, value) DO NOTHING RETURNING id`, p.ID, email, verified)
	if err != nil {
		return i, err
	}
	if len(ids) == 0 {
		return i, fault.Field("email", email, "an address nobody has yet", "%s belongs to somebody else already.", email)
	}
	i.ID = ids[0]
	if main || len(have) == 0 {
		i.Primary = true
		return i, s.setMain(ctx, tx, by, p.ID, i)
	}
	return i, s.readdressed(ctx, tx, by, p.ID, p.Email)
}

// identity is one of a person's addresses.
func (s *Service) identity(ctx context.Context, tx db.Tx, person, id int64) (Identity, []Identity, error) {
	all, err := s.Identities(ctx, tx, person)
	if err != nil {
		return Identity{}, nil, err
	}
	i := slices.IndexFunc(all, func(i Identity) bool { return i.ID == id })
	if i < 0 {
		return Identity{}, nil, fault.Missing("identity", id)
	}
	return all[i], all, nil
}

// SetMainIdentity makes one of a person's addresses the one that mail goes to. Whoever may write people may.
func (s *Service) SetMainIdentity(ctx context.Context, tx db.Tx, by act.Actor, person, id int64) error {
	p, err := s.writing(ctx, tx, by, person)
	if err != nil {
		return err
	}
	i, _, err := s.identity(ctx, tx, p.ID, id)
	if err != nil || i.Primary {
		return err
	}
	return s.setMain(ctx, tx, by, p.ID, i)
}

func (s *Service) setMain(ctx context.Context, tx db.Tx, by act.Actor, person int64, i Identity) error {
	if _, err := tx.Exec(ctx, `UPDATE identity SET main = (id = $1) WHERE person_id = $2`, i.ID, person); err != nil {
		return err
	}
	return s.readdressed(ctx, tx, by, person, i.Value)
}

// SetIdentity changes an address or whether it is verified; nil stays. Whoever may write people may;
// the new address must belong to nobody.
func (s *Service) SetIdentity(ctx context.Context, tx db.Tx, by act.Actor, person, id int64, email *string, verified *bool) error {
	p, err := s.writing(ctx, tx, by, person)
	if err != nil {
		return err
	}
	i, _, err := s.identity(ctx, tx, p.ID, id)
	if err != nil {
		return err
	}
	if verified != nil {
		i.Verified = *verified
	}
	if email != nil {
		if i.Value, err = CleanEmail("email", *email); err != nil {
			return err
		}
		if other, err := byIdentity(ctx, tx, i.Value); err != nil {
			return err
		} else if other != nil && other.ID != p.ID {
			return fault.Field("email", i.Value, "an address nobody has yet", "%s belongs to somebody else already.", i.Value)
		} else if other != nil {
			if _, err := tx.Exec(ctx, `DELETE FROM identity WHERE person_id = $1 AND value = $2 AND id <> $3`, p.ID, i.Value, id); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE identity SET value = $1, verified = $2 WHERE id = $3`, i.Value, i.Verified, id); err != nil {
		return err
	}
	main := p.Email
	if i.Primary {
		main = i.Value
	}
	return s.readdressed(ctx, tx, by, p.ID, main)
}

// RemoveIdentity takes an address from a person; their main one can be taken only when it is the last of
// several: another becomes the main one first. Whoever may write people may.
func (s *Service) RemoveIdentity(ctx context.Context, tx db.Tx, by act.Actor, person, id int64) error {
	p, err := s.writing(ctx, tx, by, person)
	if err != nil {
		return err
	}
	i, all, err := s.identity(ctx, tx, p.ID, id)
	if err != nil {
		return err
	}
	if len(all) == 1 {
		return fault.Field("email", i.Value, "another address first", "A person keeps at least one address. Add another before you take this one away.")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM identity WHERE id = $1`, id); err != nil {
		return err
	}
	if !i.Primary {
		return s.readdressed(ctx, tx, by, p.ID, p.Email)
	}
	next := all[slices.IndexFunc(all, func(o Identity) bool { return o.ID != id })]
	return s.setMain(ctx, tx, by, p.ID, next)
}

// readdressed notes that somebody's addresses changed.
func (s *Service) readdressed(ctx context.Context, tx db.Tx, by act.Actor, person int64, main string) error {
	if _, err := tx.Exec(ctx, `UPDATE person SET email = $1, updated = $2, version = version + 1 WHERE id = $3`, main, db.Micros(by.Now()), person); err != nil {
		return err
	}
	delete(seenIn(tx).people, person)
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PersonUpdated, Subject: ledger.Ref{Kind: "person", ID: person}, Data: map[string]any{"email": true}})
	return err
}

// VerifiedOf tells which of some people have a verified main address. It checks no permission.
func (s *Service) VerifiedOf(ctx context.Context, tx db.Tx, people []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	if len(people) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("person_id", anyIDs(people))
	all, err := ids(ctx, tx, `SELECT DISTINCT person_id FROM identity WHERE verified = TRUE AND `+w.SQL(), w.Args()...)
	for _, id := range all {
		out[id] = true
	}
	return out, err
}
