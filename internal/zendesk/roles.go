package zendesk

import (
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/fault"
)

// Roles. Zendesk knows three: end-user, agent and admin. Here an end-user is a person who does not work
// here, an admin somebody with a role that allows everything, and an agent everybody else who works
// here. Which role of the configuration an agent has is their custom_role_id: the id of its blueprint.

// customRole is a role of the configuration as Zendesk tells it.
type customRole struct {
	ID            int64          `json:"id"`
	Name          string         `json:"name"`
	Description   string         `json:"description"`
	RoleType      int            `json:"role_type"`
	TeamMembers   int64          `json:"team_member_count"`
	Configuration map[string]any `json:"configuration"`
	CreatedAt     stamp          `json:"created_at"`
	UpdatedAt     stamp          `json:"updated_at"`
}

func (s *Server) roleEndpoints() []endpoint {
	const lacks = "configuration tells what the role allows in Steward's words beside a few of Zendesk's"
	return []endpoint{
		get("/custom_roles", listRoles).partly(lacks),
		get("/custom_roles/{id}", roleRule.show).partly(lacks),
		post("/custom_roles", roleRule.create).partly("configuration takes Steward's grants, or ticket_access, ticket_editing, ticket_deletion, ticket_redaction, end_user_profile_access, organization_editing and manage_business_rules"),
		put("/custom_roles/{id}", roleRule.update).partly("name, description and configuration.grants"),
		del("/custom_roles/{id}", roleRule.remove).partly("a role that other configuration names cannot go"),
	}
}

func (s *Server) roles() []blueprint.Named[auth.Role] {
	return blueprint.All[auth.Role](s.Blueprint.Set())
}

// everything reports whether a role makes an administrator.
func everything(r auth.Role) bool {
	return slices.ContainsFunc(r.Flat(), func(g act.Grant) bool { return g.Action == "*" && g.Kind == "*" && g.Scope == act.All })
}

// adminRoles are the ids of the roles that make an administrator. It is never nil.
func (s *Server) adminRoles() []int64 {
	out := []int64{}
	for _, r := range s.roles() {
		if everything(r.Spec) {
			out = append(out, r.ID)
		}
	}
	return out
}

// roleOf is what Zendesk calls somebody and their custom role, 0 for none.
func roleOf(agent bool, roles, admins []int64) (string, int64) {
	if !agent {
		return "end-user", 0
	}
	if slices.ContainsFunc(roles, func(id int64) bool { return slices.Contains(admins, id) }) {
		return "admin", 0
	}
	if len(roles) == 0 {
		return "agent", 0
	}
	return "agent", roles[0]
}

// grade is what a role and a custom role mean here: whether somebody works here, and the names of their
// roles; nil leaves those as they are. has says what they are now.
func (s *Server) grade(role string, custom int64, has string) (agent bool, names *[]string, err error) {
	if custom != 0 {
		for _, r := range s.roles() {
			if r.ID == custom {
				return true, &[]string{r.Name}, nil
			}
		}
		return false, nil, fault.Field("custom_role_id", custom, "the id of a custom role", "There is no custom role %d.", custom)
	}
	switch role {
	case has:
		return role != "end-user", nil, nil
	case "end-user":
		return false, &[]string{}, nil
	case "admin", "agent":
		found := ""
		for _, r := range s.roles() {
			if everything(r.Spec) == (role == "admin") && (found == "" || r.Name == role) {
				found = r.Name
			}
		}
		if found == "" {
			return false, nil, fault.Field("role", role, "a role of the configuration by custom_role_id", "No role of the configuration makes an %s.", role)
		}
		return true, &[]string{found}, nil
	}
	return false, nil, fault.Field("role", role, "end-user, agent or admin", "There is no role %q.", role)
}

func listRoles(c *call) (any, error) {
	roles, err := c.tellRoles()
	return map[string]any{"custom_roles": roles, "next_page": nil, "previous_page": nil, "count": len(roles)}, err
}

// tellRoles tells every role, by id. Whoever may read the configuration may see them.
func (c *call) tellRoles() ([]customRole, error) {
	if err := c.by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	all := c.entries("role")
	times, err := c.times(all)
	if err != nil {
		return nil, err
	}
	out := []customRole{}
	for _, e := range all {
		out = append(out, tellRole(e, spec[auth.Role](c, e), times[e.ID]))
	}
	return out, nil
}

func tellRole(e blueprint.Entry, spec auth.Role, life span) customRole {
	by := act.Actor{Kind: act.Person, PersonID: 1, Grants: spec.Flat()}
	access := "assigned-only"
	if auth.Scope(by, "read", "ticket").All() {
		access = "all"
	}
	kind := 0
	if everything(spec) {
		kind = 4
	}
	return customRole{ID: e.ID, Name: e.Title, Description: e.Description, RoleType: kind, CreatedAt: life.created, UpdatedAt: life.updated,
		Configuration: map[string]any{"ticket_access": access, "ticket_editing": by.May("edit", "ticket"), "ticket_deletion": by.May("delete", "ticket"),
			"ticket_redaction": by.May("redact", "ticket"), "end_user_profile_access": map[bool]string{true: "full", false: "readonly"}[by.May("write", "person")],
			"organization_editing": by.May("write", "organization"), "manage_business_rules": by.May("apply", "blueprint"), "grants": spec.Flat()}}
}
