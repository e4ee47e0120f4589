package zendesk

import (
	"context"
	"encoding/json"
	"strconv"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// organizationMembership is that a person belongs to an organization. Its id is the person's.
type organizationMembership struct {
	ID             int64  `json:"id"`
	URL            string `json:"url"`
	UserID         int64  `json:"user_id"`
	OrganizationID int64  `json:"organization_id"`
	Default        bool   `json:"default"`
	ViewTickets    bool   `json:"view_tickets"`
	CreatedAt      stamp  `json:"created_at"`
	UpdatedAt      stamp  `json:"updated_at"`
}

func (c *call) belongs(p directory.Person) organizationMembership {
	return organizationMembership{ID: p.ID, URL: c.url("/organization_memberships/%d.json", p.ID), UserID: p.ID, OrganizationID: p.OrganizationID, Default: true,
		CreatedAt: stamp(p.Created), UpdatedAt: stamp(p.Updated)}
}

func organizationMemberships(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	f := directory.PeopleFilter{Belongs: true}
	if f.OrganizationID, err = c.optional("organization"); err != nil {
		return nil, err
	}
	user, err := c.optional("id")
	if err != nil {
		return nil, err
	}
	if user != 0 {
		f.IDs = []int64{user}
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		if user != 0 {
			if _, err := c.Directory.Get(ctx, tx, c.by, user); err != nil {
				return err
			}
		}
		if f.OrganizationID != 0 {
			if _, err := c.Directory.Organization(ctx, tx, c.by, f.OrganizationID); err != nil {
				return err
			}
		}
		people, more, err := c.Directory.People(ctx, tx, c.by, f, p.Window)
		if err != nil {
			return err
		}
		told := make([]organizationMembership, len(people))
		for i, p := range people {
			told[i] = c.belongs(p)
		}
		out, err = list(c, p, "organization_memberships", told, func(m organizationMembership) int64 { return m.ID }, more, func() (int64, error) { return c.Directory.CountPeople(ctx, tx, c.by, f) })
		return err
	})
	return out, err
}

// onMember reads or writes with the person that the organization membership in the path is about. find is how they
// are looked up: to be read, or to be changed.
func (c *call) onMember(in func(db.Func) error, find func(ctx context.Context, tx db.Tx, by act.Actor, id int64) (directory.Person, error), do func(ctx context.Context, tx db.Tx, p directory.Person) error) error {
	id, err := c.id("membership")
	if err != nil {
		return err
	}
	if user, err := c.optional("id"); err != nil || user != 0 && user != id {
		return fault.Missing("membership", id)
	}
	return in(func(ctx context.Context, tx db.Tx) error {
		p, err := find(ctx, tx, c.by, id)
		if err == nil && p.OrganizationID == 0 {
			err = fault.Missing("membership", id)
		}
		if err != nil {
			return err
		}
		return do(ctx, tx, p)
	})
}

func showOrganizationMembership(c *call) (out any, err error) {
	err = c.onMember(c.read, c.Directory.Get, func(_ context.Context, _ db.Tx, p directory.Person) error {
		out = map[string]any{"organization_membership": c.belongs(p)}
		return nil
	})
	return out, err
}

// belong puts somebody into an organization, 0 for none.
func (s *Server) belong(ctx context.Context, tx db.Tx, by act.Actor, person, organization int64) (directory.Person, error) {
	p, err := s.Directory.Editing(ctx, tx, by, person)
	if fault.Is(err, fault.NotFound) {
		return p, fault.Field("user_id", person, "the id of a user", "There is no user %d.", person)
	}
	if err != nil || p.OrganizationID == organization {
		return p, err
	}
	p, err = s.Directory.Update(ctx, tx, by, p.ID, directory.Change{Version: p.Version, OrganizationID: &organization})
	if fault.Is(err, fault.NotFound) {
		return p, fault.Field("organization_id", organization, "the id of an organization", "There is no organization %d.", organization)
	}
	return p, err
}

func postOrganizationMembership(c *call) (any, error) {
	var in struct {
		Membership membershipInput `json:"organization_membership"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	user, err := c.optional("id")
	if err != nil {
		return nil, err
	}
	if user == 0 {
		user = int64(in.Membership.UserID)
	}
	if in.Membership.OrganizationID == 0 {
		return nil, fault.Field("organization_id", nil, "the id of an organization", "Organization: cannot be blank")
	}
	var out any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		p, err := c.belong(ctx, tx, c.by, user, int64(in.Membership.OrganizationID))
		out = map[string]any{"organization_membership": c.belongs(p)}
		return err
	})
	return out, err
}

func deleteOrganizationMembership(c *call) (any, error) {
	return nil, c.onMember(c.write, c.Directory.Editing, func(ctx context.Context, tx db.Tx, p directory.Person) error {
		_, err := c.belong(ctx, tx, c.by, p.ID, 0)
		return err
	})
}

func defaultOrganization(c *call) (any, error) {
	if _, err := showOrganizationMembership(c); err != nil {
		return nil, err
	}
	return organizationMemberships(c)
}

// Kinds of jobs about memberships.
const (
	jobCreateGroupMembership        = "Bulk Create Group Membership"
	jobDeleteGroupMembership        = "Bulk Delete Group Membership"
	jobCreateOrganizationMembership = "Bulk Create Organization Membership"
	jobDeleteOrganizationMembership = "Bulk Delete Organization Membership"
)

// membershipJobs registers the jobs about memberships.
func (s *Server) membershipJobs() {
	made := func(save func(ctx context.Context, tx db.Tx, by act.Actor, in membershipInput) (int64, error)) jobKind {
		return func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
			var in membershipInput
			if err := json.Unmarshal(item, &in); err != nil {
				return nil, badRequest("InvalidValue", err.Error())
			}
			id, err := save(ctx, tx, by, in)
			return done("create", id), err
		}
	}
	gone := func(remove func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error) jobKind {
		return func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
			id, err := strconv.ParseInt(string(item), 10, 64)
			if err != nil {
				return nil, err
			}
			return done("delete", id), remove(ctx, tx, by, id)
		}
	}
	s.kinds[jobCreateGroupMembership] = made(func(ctx context.Context, tx db.Tx, by act.Actor, in membershipInput) (int64, error) {
		m, err := s.joinTeam(ctx, tx, by, in)
		return membershipOf(m), err
	})
	s.kinds[jobDeleteGroupMembership] = gone(func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
		person, team := joined(id)
		return s.Directory.Join(ctx, tx, by, team, person, false)
	})
	s.kinds[jobCreateOrganizationMembership] = made(func(ctx context.Context, tx db.Tx, by act.Actor, in membershipInput) (int64, error) {
		p, err := s.belong(ctx, tx, by, int64(in.UserID), int64(in.OrganizationID))
		return p.ID, err
	})
	s.kinds[jobDeleteOrganizationMembership] = gone(func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
		_, err := s.belong(ctx, tx, by, id, 0)
		return err
	})
}

// jobOfMany starts a job on the records of a body.
func (c *call) jobOfMany(kind, right, name string) (any, error) {
	if err := c.by.Require("write", right); err != nil {
		return nil, err
	}
	items, err := c.many(name)
	if err != nil {
		return nil, err
	}
	return c.startJob(kind, items)
}

// jobOfIDs starts a job on the records that ids= names.
func (c *call) jobOfIDs(kind, right string) (any, error) {
	if err := c.by.Require("write", right); err != nil {
		return nil, err
	}
	ids, err := c.ids("ids")
	if err != nil {
		return nil, err
	}
	return c.startJob(kind, numbers(ids))
}

func postGroupMemberships(c *call) (any, error) {
	return c.jobOfMany(jobCreateGroupMembership, "team", "group_memberships")
}

func deleteGroupMemberships(c *call) (any, error) {
	return c.jobOfIDs(jobDeleteGroupMembership, "team")
}

func postOrganizationMemberships(c *call) (any, error) {
	return c.jobOfMany(jobCreateOrganizationMembership, "person", "organization_memberships")
}

func deleteOrganizationMemberships(c *call) (any, error) {
	return c.jobOfIDs(jobDeleteOrganizationMembership, "person")
}
