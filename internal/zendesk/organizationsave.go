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

// input is what the directory takes.
func (in *organizationInput) input(s *Server) directory.OrganizationInput {
	out := directory.OrganizationInput{Attributes: readFields(s.Fields.Schema(), "organization", in.Fields)}
	if in.Name.Sent {
		out.Name = &in.Name.Value
	}
	if in.DomainNames.Sent {
		list := []string(in.DomainNames.Value)
		out.Domains = &list
	}
	return out
}

// finishOrganization does what a new organization and a changed one have in common.
func (s *Server) finishOrganization(ctx context.Context, tx db.Tx, by act.Actor, id int64, in *organizationInput) (directory.Organization, error) {
	if in.ExternalID.Sent {
		if err := s.Directory.Rename(ctx, tx, by, source, "organization", id, string(in.ExternalID.Value)); err != nil {
			return directory.Organization{}, err
		}
	}
	if in.Details.Sent || in.Notes.Sent || in.Tags.Sent || in.GroupID.Sent || in.SharedTickets.Sent || in.SharedComments.Sent {
		_, err := s.Directory.SetCard(ctx, tx, by, "organization", id, func(c *directory.Card) {
			if in.Details.Sent {
				c.Details = in.Details.Value
			}
			if in.Notes.Sent {
				c.Notes = in.Notes.Value
			}
			if in.Tags.Sent {
				c.Tags = in.Tags.Value
			}
			if in.GroupID.Sent {
				c.DefaultTeam = int64(in.GroupID.Value)
			}
			if in.SharedTickets.Sent {
				c.SharedTickets = in.SharedTickets.Value
			}
			if in.SharedComments.Sent {
				c.SharedComments = in.SharedComments.Value
			}
		})
		if err != nil {
			return directory.Organization{}, err
		}
	}
	return s.Directory.Organization(ctx, tx, by, id)
}

func (s *Server) createOrganization(ctx context.Context, tx db.Tx, by act.Actor, in *organizationInput) (directory.Organization, error) {
	if directory.OneLine(in.Name.Value) == "" {
		return directory.Organization{}, fault.Field("name", nil, "a name", "Name: cannot be blank")
	}
	same, err := s.Directory.OrganizationsNamed(ctx, tx, in.Name.Value)
	if err != nil {
		return directory.Organization{}, err
	}
	if len(same) > 0 {
		return directory.Organization{}, duplicate("name", "Name: has already been taken")
	}
	o, err := s.Directory.CreateOrganization(ctx, tx, by, in.input(s))
	if err != nil {
		return o, err
	}
	return s.finishOrganization(ctx, tx, by, o.ID, in)
}

func (s *Server) updateOrganization(ctx context.Context, tx db.Tx, by act.Actor, id int64, in *organizationInput) (directory.Organization, error) {
	o, err := s.Directory.EditingOrganization(ctx, tx, by, id)
	if err != nil {
		return o, err
	}
	n := in.input(s)
	if n.Name != nil && *n.Name == o.Name {
		n.Name = nil
	}
	if n.Name != nil || n.Domains != nil || len(n.Attributes) > 0 {
		n.Version = o.Version
		if o, err = s.Directory.UpdateOrganization(ctx, tx, by, o.ID, n); err != nil {
			return o, err
		}
	} else if err := by.Require("write", "organization"); err != nil {
		return o, err
	}
	return s.finishOrganization(ctx, tx, by, o.ID, in)
}

// saveOrganization changes the organization that the input names by id, external id or name, and adds one
// when there is none.
func (s *Server) saveOrganization(ctx context.Context, tx db.Tx, by act.Actor, in *organizationInput) (o directory.Organization, created bool, err error) {
	id := int64(in.ID)
	if id == 0 && in.ExternalID.Value != "" {
		if id, err = s.Directory.External(ctx, tx, source, "organization", string(in.ExternalID.Value)); err != nil {
			return o, false, err
		}
	}
	if id == 0 && in.Name.Value != "" {
		same, err := s.Directory.OrganizationsNamed(ctx, tx, in.Name.Value)
		if err != nil {
			return o, false, err
		}
		if len(same) > 0 {
			id = same[0]
		}
	}
	if id == 0 {
		o, err = s.createOrganization(ctx, tx, by, in)
		return o, true, err
	}
	o, err = s.updateOrganization(ctx, tx, by, id, in)
	return o, false, err
}

// changeOrganization reads {"organization": {…}} and answers with the organization that a transaction made of it.
func (c *call) changeOrganization(fn func(ctx context.Context, tx db.Tx, in *organizationInput) (directory.Organization, error)) (out any, err error) {
	in, err := sentRecord[organizationInput](c, "organization")
	if err != nil {
		return nil, err
	}
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		o, err := fn(ctx, tx, in)
		if err != nil {
			return err
		}
		out, err = c.tellOrganization(ctx, tx, o)
		return err
	})
	return out, err
}

func postOrganization(c *call) (any, error) {
	return c.changeOrganization(func(ctx context.Context, tx db.Tx, in *organizationInput) (directory.Organization, error) {
		return c.createOrganization(ctx, tx, c.by, in)
	})
}

func saveOneOrganization(c *call) (any, error) {
	return c.changeOrganization(func(ctx context.Context, tx db.Tx, in *organizationInput) (directory.Organization, error) {
		o, created, err := c.saveOrganization(ctx, tx, c.by, in)
		if c.status = 200; created {
			c.status = 201
		}
		return o, err
	})
}

func putOrganization(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.changeOrganization(func(ctx context.Context, tx db.Tx, in *organizationInput) (directory.Organization, error) {
		return c.updateOrganization(ctx, tx, c.by, id, in)
	})
}

func deleteOrganization(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return nil, c.write(func(ctx context.Context, tx db.Tx) error { return c.Directory.RemoveOrganization(ctx, tx, c.by, id) })
}

func mergeOrganization(c *call) (any, error) {
	loser, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var in struct {
		Merge struct {
			Winner number `json:"winner_id"`
		} `json:"organization_merge"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	var m directory.Merge
	err = c.write(func(ctx context.Context, tx db.Tx) (err error) {
		m, err = c.Directory.Merge(ctx, tx, c.by, "organization", int64(in.Merge.Winner), loser)
		return err
	})
	return map[string]any{"organization_merge": map[string]any{"id": strconv.FormatInt(m.ID, 10), "url": c.url("/organizations/%d.json", m.WinnerID), "winner_id": m.WinnerID,
		"loser_id": loser, "status": "new"}}, err
}

// Kinds of jobs about organizations.
const (
	jobCreateOrganization = "Bulk Create Organization"
	jobUpdateOrganization = "Bulk Update Organization"
	jobDeleteOrganization = "Bulk Delete Organization"
)

// organizationJobs registers the jobs about organizations.
func (s *Server) organizationJobs() {
	s.kinds[jobCreateOrganization] = func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		var in organizationInput
		if err := json.Unmarshal(item, &in); err != nil {
			return nil, badRequest("InvalidValue", err.Error())
		}
		o, err := s.createOrganization(ctx, tx, by, &in)
		return done("create", o.ID), err
	}
	s.kinds[jobUpdateOrganization] = func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		var in organizationInput
		if err := json.Unmarshal(item, &in); err != nil {
			return nil, badRequest("InvalidValue", err.Error())
		}
		id := int64(in.ID)
		if id == 0 && in.ExternalID.Value != "" {
			var err error
			if id, err = s.Directory.External(ctx, tx, source, "organization", string(in.ExternalID.Value)); err != nil {
				return nil, err
			}
		}
		if id == 0 {
			return nil, fault.Missing("organization", string(in.ExternalID.Value))
		}
		o, err := s.updateOrganization(ctx, tx, by, id, &in)
		return done("update", o.ID), err
	}
	s.kinds[jobDeleteOrganization] = func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		id, err := strconv.ParseInt(string(item), 10, 64)
		if err != nil {
			return nil, err
		}
		return done("delete", id), s.Directory.RemoveOrganization(ctx, tx, by, id)
	}
}

func postOrganizations(c *call) (any, error) {
	if err := c.by.Require("write", "organization"); err != nil {
		return nil, err
	}
	items, err := c.many("organizations")
	if err != nil {
		return nil, err
	}
	return c.startJob(jobCreateOrganization, items)
}

func putOrganizations(c *call) (any, error) {
	if err := c.by.Require("write", "organization"); err != nil {
		return nil, err
	}
	items, err := c.sameForAll("organization", "organization", "organizations")
	if err != nil {
		return nil, err
	}
	return c.startJob(jobUpdateOrganization, items)
}

func deleteOrganizations(c *call) (any, error) {
	if err := c.by.Require("write", "organization"); err != nil {
		return nil, err
	}
	ids, err := c.idsOrExternal("organization")
	if err != nil {
		return nil, err
	}
	return c.startJob(jobDeleteOrganization, numbers(ids))
}
