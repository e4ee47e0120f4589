package roster

import (
	"context"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// outcome says what a row did.
type outcome int

const (
	unchanged outcome = iota
	created
	updated
)

// record is a row that was checked and can be tried.
type record interface {
	// apply creates or updates what the row is about.
	apply(ctx context.Context, tx db.Tx, by act.Actor, dir *directory.Service, source string) (outcome, error)
}

// person is a row of people; empty fields are not touched.
type person struct {
	email, name, zone      string
	organization, orgKnown string // by name, by the source's id
	external               string
	attributes             map[string]string
}

// readPerson checks a row as far as it can be without the database.
func readPerson(c cells) (record, error) {
	p := person{name: c.get("name"), zone: c.get("time_zone"), organization: c.get("organization"), orgKnown: c.get("organization_external_id"), external: c.get("external_id"), attributes: c.attributes()}
	if p.name == "" {
		p.name = strings.TrimSpace(c.get("first_name") + " " + c.get("last_name"))
	}
	email := c.get("email")
	if email == "" && p.external == "" {
		return nil, fault.New(fault.Invalid, "It has neither a mail address nor an external id.")
	}
	if email != "" {
		var err error
		if p.email, err = directory.CleanEmail("email", email); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p person) apply(ctx context.Context, tx db.Tx, by act.Actor, dir *directory.Service, source string) (outcome, error) {
	org, err := p.findOrganization(ctx, tx, dir, source)
	if err != nil {
		return unchanged, err
	}
	known, addressed, err := p.find(ctx, tx, dir, source)
	if err != nil {
		return unchanged, err
	}
	is, did := known, unchanged
	if is.ID == 0 {
		is = addressed
	}
	switch {
	case is.ID == 0 && p.email == "":
		return unchanged, fault.New(fault.Invalid, "Nobody has the external id %q yet, and a new person needs a mail address.", p.external)
	case is.ID == 0:
		did = created
		if is, err = dir.Create(ctx, tx, by, directory.NewPerson{Email: p.email, Name: p.name, OrganizationID: org, TimeZone: p.zone, Attributes: dir.Fields().Read("person", p.attributes)}); err != nil {
			return unchanged, err
		}
	default:
		if did, err = p.update(ctx, tx, by, dir, is, addressed.ID == 0 && p.email != "", org); err != nil {
			return unchanged, err
		}
	}
	if p.external == "" || known.ID != 0 {
		return did, nil
	}
	if did == unchanged {
		did = updated
	}
	return did, dir.SetExternal(ctx, tx, by, source, "person", p.external, is.ID)
}

// find returns whom the source's id and the address name; both must be one person.
func (p person) find(ctx context.Context, tx db.Tx, dir *directory.Service, source string) (known, addressed directory.Person, err error) {
	if p.external != "" {
		id, err := dir.External(ctx, tx, source, "person", p.external)
		if err != nil {
			return known, addressed, err
		}
		if id != 0 {
			if known, err = dir.Get(ctx, tx, act.Root(), id); err != nil {
				return known, addressed, err
			}
		}
	}
	if p.email == "" {
		return known, addressed, nil
	}
	addressed, _, err = dir.ByEmail(ctx, tx, p.email)
	if err == nil && known.ID != 0 && addressed.ID != 0 && known.ID != addressed.ID {
		err = fault.New(fault.Invalid, "The external id is person %d and the mail address person %d. Merge them, or mend the row.", known.ID, addressed.ID)
	}
	return known, addressed, err
}

func (p person) findOrganization(ctx context.Context, tx db.Tx, dir *directory.Service, source string) (int64, error) {
	if p.orgKnown != "" {
		id, err := dir.External(ctx, tx, source, "organization", p.orgKnown)
		if err == nil && id == 0 {
			err = fault.New(fault.Invalid, "No organization has the external id %q. Import the organizations first.", p.orgKnown)
		}
		return id, err
	}
	if p.organization == "" {
		return 0, nil
	}
	found, err := dir.OrganizationsNamed(ctx, tx, p.organization)
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0:
		return 0, fault.New(fault.Invalid, "There is no organization %q. Import the organizations first.", p.organization)
	case len(found) > 1:
		return 0, fault.New(fault.Invalid, "Several organizations are called %q. Name it by its external id.", p.organization)
	}
	return found[0], nil
}

// update changes what differs, and nothing when all is so already.
func (p person) update(ctx context.Context, tx db.Tx, by act.Actor, dir *directory.Service, is directory.Person, newAddress bool, org int64) (outcome, error) {
	in, did := directory.Change{Version: is.Version}, unchanged
	if name := directory.CleanName(p.name, is.Email); p.name != "" && name != is.Name {
		in.Name, did = &name, updated
	}
	if org != 0 && org != is.OrganizationID {
		in.OrganizationID, did = &org, updated
	}
	if p.zone != "" && p.zone != is.TimeZone {
		in.TimeZone, did = &p.zone, updated
	}
	attributes := dir.Fields().Read("person", p.attributes)
	if differ, err := dir.Fields().Differ("person", is.Attributes, attributes); err != nil {
		return unchanged, err
	} else if differ {
		in.Attributes, did = attributes, updated
	}
	if did == updated {
		if _, err := dir.Update(ctx, tx, by, is.ID, in); err != nil {
			return unchanged, err
		}
	}
	if !newAddress {
		return did, nil
	}
	return updated, dir.AddAddress(ctx, tx, by, is.ID, p.email)
}
