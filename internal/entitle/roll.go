package entitle

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// Roll is an organization's list of contacts as one of them sees it.
type Roll struct {
	OrganizationID   int64
	Organization     string
	Bought           *BoughtView // nil when nothing is declared for it
	State            string      // as in Panel, without holds: why support is on hold is not told here
	Contacts         []Contact
	Cap, EditorsMost int
	Editor           bool // may change the list
}

// Listed reports whether somebody is a contact of an organization. It checks no permission.
func (s *Service) Listed(ctx context.Context, tx db.Tx, organizationID, personID int64) (bool, error) {
	return isContact(ctx, tx, organizationID, personID, false)
}

// Edits reports whether somebody is a contact of an organization who may change its list. It checks no permission.
func (s *Service) Edits(ctx context.Context, tx db.Tx, organizationID, personID int64) (bool, error) {
	return isContact(ctx, tx, organizationID, personID, true)
}

// Roll shows an organization's list of contacts. Its contacts may see it, and whoever may change
// the organization.
func (s *Service) Roll(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64) (Roll, error) {
	listed, err := isContact(ctx, tx, organizationID, by.PersonID, false)
	if err != nil {
		return Roll{}, err
	}
	colleague := auth.Scope(by, "read", "organization").Covers(auth.Record{Organization: organizationID}) && auth.Scope(by, "write", "organization").Covers(auth.Record{Organization: organizationID})
	if organizationID == 0 || !listed && !colleague {
		return Roll{}, fault.Missing("organization", organizationID)
	}
	o, err := s.visible(ctx, tx, s.system(), organizationID)
	if err != nil {
		return Roll{}, err
	}
	f, e, err := s.ofOrganization(ctx, tx, o.ID)
	if err != nil {
		return Roll{}, err
	}
	out := Roll{OrganizationID: o.ID, Organization: o.Name, Cap: e.cap(f.Vars), EditorsMost: e.editors(), Editor: colleague}
	out.Bought, out.State = bought(e, f, s.clock().UTC())
	if out.Contacts, err = contactsOf(ctx, tx, o.ID); err != nil {
		return out, err
	}
	for _, c := range out.Contacts {
		out.Editor = out.Editor || c.Editor && c.PersonID == by.PersonID
	}
	return out, nil
}

// KeepsLists reports whether an entitlement says who of an organization may write.
func (c *Config) KeepsLists() bool {
	for _, e := range c.All() {
		if e.Spec.Contacts != nil {
			return true
		}
	}
	return false
}
