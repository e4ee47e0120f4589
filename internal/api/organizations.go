package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Organization is a customer company as the API shows it.
type Organization struct {
	ID          int64          `json:"id"`
	Name        string         `json:"name"`
	Domains     []string       `json:"domains" nullable:"false"`
	Attributes  map[string]any `json:"attributes" nullable:"false"`
	PeopleCount *db.Count      `json:"people_count"`
	TicketCount *db.Count      `json:"ticket_count"`
	Version     int64          `json:"version"`
	CreatedAt   time.Time      `json:"created_at"`
	MergedFrom  *int64         `json:"merged_from,omitempty" doc:"The id that was asked for, when it was merged into this organization."`
}

func (s *Server) organizationRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/organizations", "List organizations"), s.getOrganizations)
	rest.Write(a, rest.POST("/organizations", "Add an organization"), s.postOrganization)
	rest.Read(a, rest.GET("/organizations/{id}", "Get an organization"), s.getOrganization)
	rest.Read(a, rest.GET("/organizations/{id}/history", "List what was done with an organization, or for it"), s.getOrganizationHistory)
	rest.Write(a, rest.PATCH("/organizations/{id}", "Change an organization"), s.patchOrganization)
}

func (s *Server) organizationRow(by act.Actor, o directory.Organization) Organization {
	out := Organization{ID: o.ID, Name: o.Name, Domains: o.Domains, Attributes: s.attributes(by, "organization", o.Attributes), Version: o.Version, CreatedAt: o.Created}
	if out.Domains == nil {
		out.Domains = []string{}
	}
	return out
}

func (s *Server) organization(ctx context.Context, tx db.Tx, by act.Actor, o directory.Organization) (Organization, error) {
	out := s.organizationRow(by, o)
	if by.May("read", "ticket") {
		n, err := s.Desk.Count(ctx, tx, by, desk.Filter{OrganizationID: o.ID})
		if err != nil {
			return out, err
		}
		out.TicketCount = &n
	}
	people, err := s.Directory.CountPeopleOf(ctx, tx, []int64{o.ID})
	n := people[o.ID]
	out.PeopleCount = &n
	return out, err
}

type organizationsInput struct {
	rest.Paging
	Query string `query:"q" maxLength:"200" doc:"Start of the name."`
}

func (s *Server) getOrganizations(ctx context.Context, tx db.Tx, by act.Actor, in *organizationsInput) (rest.List[Organization], error) {
	list, next, err := s.Directory.Organizations(ctx, tx, by, in.Query, in.Page())
	if err != nil {
		return rest.List[Organization]{}, err
	}
	items, ids := make([]Organization, len(list)), make([]int64, len(list))
	for i, o := range list {
		items[i], ids[i] = s.organizationRow(by, o), o.ID
	}
	people, err := s.Directory.CountPeopleOf(ctx, tx, ids)
	if err != nil {
		return rest.List[Organization]{}, err
	}
	tickets := map[int64]db.Count{}
	if by.May("read", "ticket") {
		if tickets, err = s.Desk.CountBy(ctx, tx, by, "organization_id", ids); err != nil {
			return rest.List[Organization]{}, err
		}
	}
	for i := range items {
		n := people[items[i].ID]
		items[i].PeopleCount = &n
		if t, ok := tickets[items[i].ID]; ok {
			items[i].TicketCount = &t
		}
	}
	return rest.NewList(items, next), nil
}

func (s *Server) getOrganization(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (Organization, error) {
	o, err := s.Directory.Organization(ctx, tx, by, in.ID)
	if err != nil {
		return Organization{}, err
	}
	out, err := s.organization(ctx, tx, by, o)
	if o.ID != in.ID {
		out.MergedFrom = &in.ID
	}
	return out, err
}

// OrganizationBody are the fields of an organization that people write. It is exported so that the
// request's schema sees it where it is embedded.
type OrganizationBody struct {
	Name       *string        `json:"name,omitempty"`
	Domains    *[]string      `json:"domains,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty" doc:"Custom attributes by name: null takes one away, what is left out stays."`
}

func (s *Server) postOrganization(_ context.Context, by act.Actor, in *struct{ Body OrganizationBody }) (rest.Change[Organization], error) {
	b := in.Body
	return func(ctx context.Context, tx db.Tx) (Organization, error) {
		o, err := s.Directory.CreateOrganization(ctx, tx, by, directory.OrganizationInput{Name: b.Name, Domains: b.Domains, Attributes: b.Attributes})
		if err != nil {
			return Organization{}, err
		}
		return s.organization(ctx, tx, by, o)
	}, nil
}

type patchOrganizationInput struct {
	desk.IDPath
	Body struct {
		Version int64 `json:"version" minimum:"1"`
		OrganizationBody
	}
}

func (s *Server) patchOrganization(_ context.Context, by act.Actor, in *patchOrganizationInput) (rest.Change[Organization], error) {
	b := in.Body
	return func(ctx context.Context, tx db.Tx) (Organization, error) {
		o, err := s.Directory.UpdateOrganization(ctx, tx, by, in.ID, directory.OrganizationInput{Version: b.Version, Name: b.Name, Domains: b.Domains, Attributes: b.Attributes})
		if f := fault.As(err); f != nil && f.Code == fault.Conflict {
			if f.Current, err = s.organization(ctx, tx, by, o); err != nil {
				return Organization{}, err
			}
			return Organization{}, f
		}
		if err != nil {
			return Organization{}, err
		}
		return s.organization(ctx, tx, by, o)
	}, nil
}
