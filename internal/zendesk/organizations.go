package zendesk

import (
	"context"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
)

// organization is one as Zendesk tells it.
type organization struct {
	ID             int64          `json:"id"`
	URL            string         `json:"url"`
	Name           string         `json:"name"`
	ExternalID     *string        `json:"external_id"`
	CreatedAt      stamp          `json:"created_at"`
	UpdatedAt      stamp          `json:"updated_at"`
	DeletedAt      stamp          `json:"deleted_at"`
	DomainNames    []string       `json:"domain_names"`
	Details        string         `json:"details"`
	Notes          string         `json:"notes"`
	GroupID        number         `json:"group_id"`
	SharedTickets  bool           `json:"shared_tickets"`
	SharedComments bool           `json:"shared_comments"`
	Tags           []string       `json:"tags"`
	Fields         map[string]any `json:"organization_fields"`
}

// organizationInput is an organization as a caller sends one.
type organizationInput struct {
	ID             number          `json:"id"`
	Name           maybe[string]   `json:"name"`
	ExternalID     maybe[words]    `json:"external_id"`
	DomainNames    maybe[tagWords] `json:"domain_names"`
	Details        maybe[string]   `json:"details"`
	Notes          maybe[string]   `json:"notes"`
	GroupID        maybe[number]   `json:"group_id"`
	SharedTickets  maybe[bool]     `json:"shared_tickets"`
	SharedComments maybe[bool]     `json:"shared_comments"`
	Tags           maybe[tagWords] `json:"tags"`
	Fields         map[string]any  `json:"organization_fields"`
}

func (s *Server) organizationEndpoints() []endpoint {
	const lacks = "group_id, shared_tickets and shared_comments are kept and shown, and change nothing"
	return []endpoint{
		get("/organizations", listOrganizations),
		get("/organizations/count", countOrganizations),
		get("/organizations/show_many", showManyOrganizations),
		get("/organizations/search", searchOrganizations),
		get("/organizations/autocomplete", completeOrganizations),
		get("/organizations/{id}", showOrganization),
		get("/organizations/{id}/related", relatedOrganization),
		get("/users/{id}/organizations", userOrganizations).partly("a user has one organization"),
		get("/users/{id}/organizations/count", countUserOrganizations),
		post("/organizations", postOrganization).partly(lacks),
		post("/organizations/create_or_update", saveOneOrganization).partly(lacks),
		post("/organizations/create_many", postOrganizations).answers(200),
		put("/organizations/update_many", putOrganizations),
		put("/organizations/{id}", putOrganization).partly(lacks),
		del("/organizations/destroy_many", deleteOrganizations).answers(200),
		del("/organizations/{id}", deleteOrganization).partly("tickets keep the organization they were opened for"),
		post("/organizations/{id}/merge", mergeOrganization).answers(200).partly("the merge's status cannot be asked after"),
		get("/organizations/{id}/tags", cardTags("organization")),
		post("/organizations/{id}/tags", setCardTags("organization")),
		put("/organizations/{id}/tags", addCardTags("organization")).answers(200),
		del("/organizations/{id}/tags", removeCardTags("organization")).answers(200),
	}
}

func organizationID(o organization) int64 { return o.ID }

// tellOrganizations tells organizations as Zendesk does, with two statements however many they are.
func (c *call) tellOrganizations(ctx context.Context, tx db.Tx, list []directory.Organization) ([]organization, error) {
	ids := make([]int64, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	external, err := c.Directory.ExternalsOf(ctx, tx, source, "organization", ids)
	if err != nil {
		return nil, err
	}
	cards, err := c.Directory.Cards(ctx, tx, "organization", ids)
	if err != nil {
		return nil, err
	}
	staff := auth.Scope(c.by, "read", "organization").All()
	out := make([]organization, len(list))
	for i, o := range list {
		card := cards[o.ID]
		out[i] = organization{ID: o.ID, URL: c.url("/organizations/%d.json", o.ID), Name: o.Name, ExternalID: text(external[o.ID]), CreatedAt: stamp(o.Created), UpdatedAt: stamp(o.Updated),
			DomainNames: o.Domains, SharedTickets: card.SharedTickets, SharedComments: card.SharedComments, GroupID: number(card.DefaultTeam), Tags: card.Tags,
			Fields: tellFields(c.Fields.Schema(), "organization", o.Attributes, staff)}
		if out[i].DomainNames == nil {
			out[i].DomainNames = []string{}
		}
		if out[i].Tags == nil {
			out[i].Tags = []string{}
		}
		if staff {
			out[i].Details, out[i].Notes = card.Details, card.Notes
		}
	}
	return out, nil
}

// organizationsByID tells the organizations with these ids that the caller may see, at most 1,000.
func (c *call) organizationsByID(ctx context.Context, tx db.Tx, ids []int64) ([]organization, error) {
	seen, want := map[int64]bool{0: true}, []int64{}
	for _, id := range ids {
		if !seen[id] {
			seen[id], want = true, append(want, id)
		}
	}
	if len(want) == 0 || auth.Scope(c.by, "read", "organization").None() {
		return []organization{}, nil
	}
	list, _, err := c.Directory.OrganizationWindow(ctx, tx, c.by, directory.OrganizationsFilter{IDs: want}, db.Window{Limit: 1000})
	if err != nil {
		return nil, err
	}
	return c.tellOrganizations(ctx, tx, list)
}

// organizationsPage answers with a page of organizations.
func (c *call) organizationsPage(f directory.OrganizationsFilter) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		found, more, err := c.Directory.OrganizationWindow(ctx, tx, c.by, f, p.Window)
		if err != nil {
			return err
		}
		told, err := c.tellOrganizations(ctx, tx, found)
		if err != nil {
			return err
		}
		out, err = list(c, p, "organizations", told, organizationID, more, func() (int64, error) { return c.Directory.CountOrganizations(ctx, tx, c.by, f) })
		return err
	})
	return out, err
}

func listOrganizations(c *call) (any, error) {
	return c.organizationsPage(directory.OrganizationsFilter{})
}

func (c *call) countOrganizationsOf(f directory.OrganizationsFilter) (any, error) {
	var n int64
	err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		n, err = c.Directory.CountOrganizations(ctx, tx, c.by, f)
		return err
	})
	return c.count(n), err
}

func countOrganizations(c *call) (any, error) {
	return c.countOrganizationsOf(directory.OrganizationsFilter{})
}

func showManyOrganizations(c *call) (any, error) {
	ids, err := c.idsOrExternal("organization")
	if err != nil {
		return nil, err
	}
	return c.organizationsPage(directory.OrganizationsFilter{IDs: ids})
}

func searchOrganizations(c *call) (any, error) {
	if name := c.query("name"); name != "" {
		return c.organizationsPage(directory.OrganizationsFilter{Name: name, Full: true})
	}
	ext := c.query("external_id")
	if ext == "" {
		return nil, badRequest("BadRequest", "Send external_id or name.")
	}
	var ids []int64
	if err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		ids, err = c.Directory.ByExternals(ctx, tx, source, "organization", []string{ext})
		return err
	}); err != nil {
		return nil, err
	}
	return c.organizationsPage(directory.OrganizationsFilter{IDs: ids})
}

func completeOrganizations(c *call) (any, error) {
	name := c.query("name")
	if len([]rune(name)) < 2 {
		return nil, badRequest("BadRequest", "name must have at least 2 characters")
	}
	return c.organizationsPage(directory.OrganizationsFilter{Name: name})
}

// organizationsOfUser is the organization of the user in the path, as a filter.
func (c *call) organizationsOfUser() (f directory.OrganizationsFilter, err error) {
	id, err := c.id("id")
	if err != nil {
		return f, err
	}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		p, err := c.Directory.Get(ctx, tx, c.by, id)
		f.IDs = []int64{p.OrganizationID}
		return err
	})
	return f, err
}

func userOrganizations(c *call) (any, error) {
	f, err := c.organizationsOfUser()
	if err != nil {
		return nil, err
	}
	return c.organizationsPage(f)
}

func countUserOrganizations(c *call) (any, error) {
	f, err := c.organizationsOfUser()
	if err != nil {
		return nil, err
	}
	return c.countOrganizationsOf(f)
}

func (c *call) tellOrganization(ctx context.Context, tx db.Tx, o directory.Organization) (any, error) {
	told, err := c.tellOrganizations(ctx, tx, []directory.Organization{o})
	if err != nil {
		return nil, err
	}
	return map[string]any{"organization": told[0]}, nil
}

func showOrganization(c *call) (out any, err error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		o, err := c.Directory.Organization(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		out, err = c.tellOrganization(ctx, tx, o)
		return err
	})
	return out, err
}

func relatedOrganization(c *call) (any, error) {
	o, err := c.organizationInPath()
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		people, err := c.Directory.CountPeopleOf(ctx, tx, []int64{o.ID})
		if err != nil {
			return err
		}
		tickets, err := c.Desk.Count(ctx, tx, c.by, desk.Filter{OrganizationID: o.ID})
		out["users_count"], out["tickets_count"] = people[o.ID].Count, tickets.Count
		return err
	})
	return map[string]any{"organization_related": out}, err
}
