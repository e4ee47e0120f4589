package roster

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// account is a row of accounts: an organization, and what a vendor keeps about it.
type account struct {
	organization
	values map[string]string // the fields that are not the organization's, filled ones only
	put    func(ctx context.Context, tx db.Tx, by act.Actor, source string, organization int64, values map[string]string) (changed bool, err error)
}

// readAccount checks a row as far as it can be without the database.
func readAccount(c cells, put func(ctx context.Context, tx db.Tx, by act.Actor, source string, organization int64, values map[string]string) (bool, error)) (record, error) {
	if put == nil {
		return nil, fault.New(fault.Invalid, "Accounts are not kept here.")
	}
	o, err := readOrganization(c)
	if err != nil {
		return nil, err
	}
	a := account{organization: o.(organization), values: map[string]string{}, put: put}
	for _, name := range Fields(Accounts) {
		if v := c.get(name); v != "" && !slices.Contains(Fields(Organizations), name) {
			a.values[name] = v
		}
	}
	return a, nil
}

// apply implements record.
func (a account) apply(ctx context.Context, tx db.Tx, by act.Actor, dir *directory.Service, source string) (outcome, error) {
	id, did, err := a.organization.bring(ctx, tx, by, dir, source)
	if err != nil {
		return unchanged, err
	}
	changed, err := a.put(ctx, tx, by, source, id, a.values)
	if changed && did == unchanged {
		did = updated
	}
	return did, err
}
