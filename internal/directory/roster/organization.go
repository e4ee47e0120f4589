package roster

import (
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// organization is a row of organizations; empty fields are not touched.
type organization struct {
	name, external string
	domains        []string
	attributes     map[string]string
}

func readOrganization(c cells) (record, error) {
	o := organization{name: c.get("name"), external: c.get("external_id"), attributes: c.attributes()}
	if o.name == "" && o.external == "" {
		return nil, fault.New(fault.Invalid, "It has neither a name nor an external id.")
	}
	for _, d := range strings.FieldsFunc(c.get("domains"), func(r rune) bool { return strings.ContainsRune(" ,;|", r) }) {
		host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(d, "https://"), "http://"), "@"), "/")
		email, err := directory.CleanEmail("domains", "x@"+strings.TrimPrefix(host, "www."))
		if err != nil {
			return nil, fault.New(fault.Invalid, "%q is not a mail domain like company.example.", d)
		}
		if domain := directory.Domain(email); !slices.Contains(o.domains, domain) {
			o.domains = append(o.domains, domain)
		}
	}
	return o, nil
}

// apply implements record.
func (o organization) apply(ctx context.Context, tx db.Tx, by act.Actor, dir *directory.Service, source string) (outcome, error) {
	_, did, err := o.bring(ctx, tx, by, dir, source)
	return did, err
}

// bring finds the organization of a row, or makes it, and changes what differs.
func (o organization) bring(ctx context.Context, tx db.Tx, by act.Actor, dir *directory.Service, source string) (id int64, did outcome, err error) {
	known, err := o.known(ctx, tx, dir, source)
	if err != nil {
		return 0, unchanged, err
	}
	id, did = known, unchanged
	if id == 0 {
		if id, err = o.find(ctx, tx, dir); err != nil {
			return 0, unchanged, err
		}
	}
	switch {
	case id == 0 && o.name == "":
		return 0, unchanged, fault.New(fault.Invalid, "No organization has the external id %q yet, and a new one needs a name.", o.external)
	case id == 0:
		did = created
		made, err := dir.CreateOrganization(ctx, tx, by, directory.OrganizationInput{Name: &o.name, Domains: &o.domains, Attributes: dir.Fields().Read("organization", o.attributes)})
		if err != nil {
			return 0, unchanged, err
		}
		id = made.ID
	default:
		if did, err = o.update(ctx, tx, by, dir, id); err != nil {
			return 0, unchanged, err
		}
	}
	if o.external == "" || known != 0 {
		return id, did, nil
	}
	if did == unchanged {
		did = updated
	}
	return id, did, dir.SetExternal(ctx, tx, by, source, "organization", o.external, id)
}

func (o organization) known(ctx context.Context, tx db.Tx, dir *directory.Service, source string) (int64, error) {
	if o.external == "" {
		return 0, nil
	}
	return dir.External(ctx, tx, source, "organization", o.external)
}

// find looks by domain, then by name.
func (o organization) find(ctx context.Context, tx db.Tx, dir *directory.Service) (int64, error) {
	for _, look := range []struct {
		by  string
		ids func() ([]int64, error)
	}{
		{"Its domains belong to several organizations.", func() ([]int64, error) {
			if len(o.domains) == 0 {
				return nil, nil
			}
			return dir.OrganizationsOfDomains(ctx, tx, o.domains)
		}},
		{"Several organizations have this name. Name it by its external id or a domain.", func() ([]int64, error) {
			if o.name == "" {
				return nil, nil
			}
			return dir.OrganizationsNamed(ctx, tx, o.name)
		}},
	} {
		found, err := look.ids()
		if err != nil {
			return 0, err
		}
		if len(found) > 1 {
			return 0, fault.New(fault.Invalid, "%s", look.by)
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	return 0, nil
}

// update changes what differs: domains are added, attributes replaced one by one.
func (o organization) update(ctx context.Context, tx db.Tx, by act.Actor, dir *directory.Service, id int64) (outcome, error) {
	is, err := dir.Organization(ctx, tx, by, id)
	if err != nil {
		return unchanged, err
	}
	in, did := directory.OrganizationInput{Version: is.Version}, unchanged
	if o.name != "" && o.name != is.Name {
		in.Name, did = &o.name, updated
	}
	domains := slices.Clone(is.Domains)
	for _, d := range o.domains {
		if !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	if len(domains) != len(is.Domains) {
		in.Domains, did = &domains, updated
	}
	attributes := dir.Fields().Read("organization", o.attributes)
	if differ, err := dir.Fields().Differ("organization", is.Attributes, attributes); err != nil {
		return unchanged, err
	} else if differ {
		in.Attributes, did = attributes, updated
	}
	if did == unchanged {
		return unchanged, nil
	}
	_, err = dir.UpdateOrganization(ctx, tx, by, is.ID, in)
	return did, err
}
