package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Person is a person as the API shows them.
type Person struct {
	ID           int64                `json:"id"`
	Name         string               `json:"name"`
	Email        string               `json:"email"`
	Identities   []directory.Identity `json:"identities" nullable:"false"`
	Organization *desk.OrgRef         `json:"organization"`
	Roles        []string             `json:"roles" nullable:"false"`
	Teams        []desk.TeamRef       `json:"teams" nullable:"false"`
	Agent        bool                 `json:"agent"`
	TimeZone     string               `json:"time_zone"`
	CreatedAt    time.Time            `json:"created_at"`
	LastSeenAt   *time.Time           `json:"last_seen_at"`
	Attributes   map[string]any       `json:"attributes" nullable:"false"`
	Version      int64                `json:"version"`
	TicketCount  *db.Count            `json:"ticket_count"`
	SuspendedAt  *time.Time           `json:"suspended_at"`
	Reason       string               `json:"suspended_reason,omitempty" doc:"Why they are suspended."`
	OpenWork     *db.Count            `json:"open_work,omitempty" doc:"What is assigned to them and not done."`
	MergedFrom   *int64               `json:"merged_from,omitempty" doc:"The id that was asked for, when it was merged into this person."`
}

func (s *Server) peopleRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/people", "List people"), s.getPeople)
	rest.Write(a, rest.POST("/people", "Add a person"), s.postPerson)
	rest.Read(a, rest.GET("/people/{id}", "Get a person"), s.getPerson)
	rest.Read(a, rest.GET("/people/{id}/history", "List what a person did, or what was done for them"), s.getHistory)
	rest.Write(a, rest.PATCH("/people/{id}", "Change a person"), s.patchPerson)
}

type peopleInput struct {
	rest.Paging
	Query        string `query:"q" maxLength:"200" doc:"Start of the name or address."`
	Kind         string `query:"kind" enum:"customer,agent," doc:"customer or agent."`
	Organization int64  `query:"organization" doc:"An organization's id."`
}

func (s *Server) getPeople(ctx context.Context, tx db.Tx, by act.Actor, in *peopleInput) (rest.List[Person], error) {
	f := directory.Filter{Query: in.Query, OrganizationID: in.Organization}
	if in.Kind != "" {
		agent := in.Kind == "agent"
		f.Agent = &agent
	}
	people, next, err := s.Directory.List(ctx, tx, by, f, in.Page())
	if err != nil {
		return rest.List[Person]{}, err
	}
	var orgs []int64
	for _, p := range people {
		orgs = append(orgs, p.OrganizationID)
	}
	names, err := s.Directory.OrganizationNames(ctx, tx, orgs)
	if err != nil {
		return rest.List[Person]{}, err
	}
	items, ids := make([]Person, len(people)), make([]int64, len(people))
	for i, p := range people {
		items[i], ids[i] = s.personRow(by, p, names), p.ID
	}
	if by.May("read", "ticket") {
		counts, err := s.Desk.CountBy(ctx, tx, by, "requester_id", ids)
		if err != nil {
			return rest.List[Person]{}, err
		}
		for i := range items {
			n := counts[items[i].ID]
			items[i].TicketCount = &n
		}
	}
	return rest.NewList(items, next), nil
}

// personRow is a person as lists show them: without what takes a query each.
func (s *Server) personRow(by act.Actor, p directory.Person, orgs map[int64]string) Person {
	out := Person{ID: p.ID, Name: p.Name, Email: p.Email, Agent: p.Agent, TimeZone: p.TimeZone, CreatedAt: p.Created, LastSeenAt: rest.Time(p.Seen), SuspendedAt: rest.Time(p.Suspended), Version: p.Version,
		Attributes: s.attributes(by, "person", p.Attributes), Identities: []directory.Identity{}, Roles: []string{}, Teams: []desk.TeamRef{}}
	if p.OrganizationID != 0 {
		out.Organization = &desk.OrgRef{ID: p.OrganizationID, Name: orgs[p.OrganizationID]}
	}
	return out
}

func (s *Server) person(ctx context.Context, tx db.Tx, by act.Actor, p directory.Person) (Person, error) {
	orgs, err := s.Directory.OrganizationNames(ctx, tx, []int64{p.OrganizationID})
	if err != nil {
		return Person{}, err
	}
	out := s.personRow(by, p, orgs)
	if out.Identities, err = s.Directory.Identities(ctx, tx, p.ID); err != nil {
		return out, err
	}
	if out.Roles, err = s.Auth.RolesOf(ctx, tx, p.ID); err != nil {
		return out, err
	}
	teams, err := s.Directory.TeamsOf(ctx, tx, p.ID)
	if err != nil {
		return out, err
	}
	for _, id := range teams {
		if t := s.DeskSet().Team(id); t != nil {
			out.Teams = append(out.Teams, desk.TeamRef{Name: t.Name, Title: t.Title})
		}
	}
	if out.SuspendedAt != nil {
		if out.Reason, err = s.Directory.SuspendedReason(ctx, tx, p.ID); err != nil {
			return out, err
		}
	}
	if p.Agent && by.May("suspend", "person") {
		n, err := s.Directory.OpenWork(ctx, tx, p.ID)
		if err != nil {
			return out, err
		}
		out.OpenWork = &n
	}
	if by.May("read", "ticket") {
		n, err := s.Desk.Count(ctx, tx, by, desk.Filter{RequesterID: p.ID})
		if err != nil {
			return out, err
		}
		out.TicketCount = &n
	}
	return out, nil
}

func (s *Server) getPerson(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (Person, error) {
	p, err := s.Directory.Get(ctx, tx, by, in.ID)
	if err != nil {
		return Person{}, err
	}
	out, err := s.person(ctx, tx, by, p)
	if p.ID != in.ID {
		out.MergedFrom = &in.ID
	}
	return out, err
}

type postPersonInput struct {
	Body struct {
		Email          string         `json:"email" maxLength:"254"`
		Name           string         `json:"name,omitempty" maxLength:"1000"`
		OrganizationID int64          `json:"organization_id,omitempty"`
		Agent          *bool          `json:"agent,omitempty" doc:"Works here; true when roles are given."`
		Roles          *[]string      `json:"roles,omitempty"`
		TimeZone       string         `json:"time_zone,omitempty"`
		Attributes     map[string]any `json:"attributes,omitempty" doc:"Custom attributes by name."`
		Password       string         `json:"password,omitempty" maxLength:"1000"`
	}
}

func (s *Server) postPerson(ctx context.Context, by act.Actor, in *postPersonInput) (rest.Change[Person], error) {
	b := &in.Body
	if err := by.Require("write", "person"); err != nil {
		return nil, err
	}
	hash := ""
	if b.Password != "" {
		var err error
		if hash, err = auth.HashPassword(ctx, b.Password); err != nil {
			return nil, err
		}
	}
	agent := b.Roles != nil && len(*b.Roles) > 0
	if b.Agent != nil {
		agent = *b.Agent
	}
	return func(ctx context.Context, tx db.Tx) (Person, error) {
		p, err := s.Directory.Create(ctx, tx, by, directory.NewPerson{Email: b.Email, Name: b.Name, OrganizationID: b.OrganizationID, Agent: agent, TimeZone: b.TimeZone, Attributes: b.Attributes})
		if err != nil {
			return Person{}, err
		}
		if err := s.rights(ctx, tx, by, p.ID, b.Roles, hash); err != nil {
			return Person{}, err
		}
		return s.person(ctx, tx, by, p)
	}, nil
}

// rights sets roles and password where they were given.
func (s *Server) rights(ctx context.Context, tx db.Tx, by act.Actor, id int64, roles *[]string, hash string) error {
	if roles != nil {
		if err := s.Auth.SetRoles(ctx, tx, by, id, *roles); err != nil {
			return err
		}
	}
	if hash != "" {
		return s.Auth.SetPassword(ctx, tx, by, id, hash)
	}
	return nil
}

type patchPersonInput struct {
	desk.IDPath
	Body struct {
		Version        int64            `json:"version" minimum:"1"`
		Name           *string          `json:"name,omitempty" maxLength:"1000"`
		OrganizationID rest.Null[int64] `json:"organization_id,omitempty"`
		TimeZone       *string          `json:"time_zone,omitempty"`
		Agent          *bool            `json:"agent,omitempty"`
		Attributes     map[string]any   `json:"attributes,omitempty" doc:"Custom attributes by name: null takes one away, what is left out stays."`
		Roles          *[]string        `json:"roles,omitempty"`
		Password       string           `json:"password,omitempty" maxLength:"1000"`
	}
}

func (s *Server) patchPerson(ctx context.Context, by act.Actor, in *patchPersonInput) (rest.Change[Person], error) {
	b := &in.Body
	hash := ""
	if b.Password != "" {
		if by.PersonID != in.ID {
			if err := by.Require("write", "person"); err != nil {
				return nil, err
			}
		}
		var err error
		if hash, err = auth.HashPassword(ctx, b.Password); err != nil {
			return nil, err
		}
	}
	change := directory.Change{Version: b.Version, Name: b.Name, TimeZone: b.TimeZone, Agent: b.Agent, Attributes: b.Attributes}
	if b.OrganizationID.Sent {
		change.OrganizationID = &b.OrganizationID.Value
	}
	return func(ctx context.Context, tx db.Tx) (Person, error) {
		p, err := s.Directory.Update(ctx, tx, by, in.ID, change)
		if f := fault.As(err); f != nil && f.Code == fault.Conflict {
			if f.Current, err = s.person(ctx, tx, by, p); err != nil {
				return Person{}, err
			}
			return Person{}, f
		}
		if err != nil {
			return Person{}, err
		}
		if err := s.rights(ctx, tx, by, p.ID, b.Roles, hash); err != nil {
			return Person{}, err
		}
		return s.person(ctx, tx, by, p)
	}, nil
}
