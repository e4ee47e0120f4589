package zendesk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Memberships have no record of their own here, so their ids are made of what they join: the person's id
// and, of a group, the team's; numbers below 2^53 that lead back.

// teamBits is how many bits of a group membership's id the team takes.
const teamBits = 20

func membershipOf(m directory.Membership) int64 { return m.PersonID<<teamBits | m.TeamID }

// joined are the person and team that a group membership's id joins.
func joined(id int64) (person, team int64) { return id >> teamBits, id & (1<<teamBits - 1) }

// groupMembership is a person in a team as Zendesk tells it.
type groupMembership struct {
	ID        int64  `json:"id"`
	URL       string `json:"url"`
	UserID    int64  `json:"user_id"`
	GroupID   int64  `json:"group_id"`
	Default   bool   `json:"default"`
	CreatedAt stamp  `json:"created_at"`
	UpdatedAt stamp  `json:"updated_at"`
}

func (s *Server) membershipEndpoints() []endpoint {
	const when = "created_at and updated_at are null for memberships from before they were kept"
	const one = "a user has one organization: another membership takes the place of the first"
	return []endpoint{
		get("/group_memberships", groupMemberships).partly(when + "; at most 10,000"),
		get("/group_memberships/assignable", groupMemberships).partly(when),
		get("/group_memberships/{membership}", showGroupMembership).partly(when),
		get("/users/{id}/group_memberships", groupMemberships).partly(when),
		get("/users/{id}/group_memberships/{membership}", showGroupMembership).partly(when),
		get("/groups/{group}/memberships", groupMemberships).partly(when),
		get("/groups/{group}/memberships/assignable", groupMemberships).partly(when),
		post("/group_memberships", postGroupMembership),
		post("/users/{id}/group_memberships", postGroupMembership),
		post("/group_memberships/create_many", postGroupMemberships).answers(200),
		put("/users/{id}/group_memberships/{membership}/make_default", defaultGroup),
		del("/group_memberships/destroy_many", deleteGroupMemberships).answers(200),
		del("/group_memberships/{membership}", deleteGroupMembership),
		del("/users/{id}/group_memberships/{membership}", deleteGroupMembership),

		get("/organization_memberships", organizationMemberships).partly(one),
		get("/organization_memberships/{membership}", showOrganizationMembership).partly(one),
		get("/users/{id}/organization_memberships", organizationMemberships).partly(one),
		get("/users/{id}/organization_memberships/{membership}", showOrganizationMembership).partly(one),
		get("/organizations/{organization}/organization_memberships", organizationMemberships).partly(one),
		post("/organization_memberships", postOrganizationMembership).partly(one),
		post("/users/{id}/organization_memberships", postOrganizationMembership).partly(one),
		post("/organization_memberships/create_many", postOrganizationMemberships).answers(200).partly(one),
		put("/users/{id}/organization_memberships/{membership}/make_default", defaultOrganization).partly(one),
		del("/organization_memberships/destroy_many", deleteOrganizationMemberships).answers(200).partly(one),
		del("/organization_memberships/{membership}", deleteOrganizationMembership).partly(one),
		del("/users/{id}/organization_memberships/{membership}", deleteOrganizationMembership).partly(one),
	}
}

// optional is a number in the path, 0 where the path has none of this name.
func (c *call) optional(name string) (int64, error) {
	if c.r.PathValue(name) == "" {
		return 0, nil
	}
	return c.id(name)
}

func (c *call) tellMemberships(ctx context.Context, tx db.Tx, list []directory.Membership) ([]groupMembership, error) {
	var people []int64
	for _, m := range list {
		people = append(people, m.PersonID)
	}
	cards, err := c.Directory.Cards(ctx, tx, "person", people)
	if err != nil {
		return nil, err
	}
	first, err := c.Directory.FirstTeams(ctx, tx, people)
	out := []groupMembership{}
	for _, m := range list {
		main := cards[m.PersonID].DefaultTeam
		if main == 0 {
			main = first[m.PersonID]
		}
		out = append(out, groupMembership{ID: membershipOf(m), URL: c.url("/group_memberships/%d.json", membershipOf(m)), UserID: m.PersonID, GroupID: m.TeamID, Default: main == m.TeamID, CreatedAt: stamp(m.Since), UpdatedAt: stamp(m.Since)})
	}
	return out, err
}

func groupMemberships(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	person, err := c.optional("id")
	if err != nil {
		return nil, err
	}
	team, err := c.optional("group")
	if err != nil {
		return nil, err
	}
	if team != 0 && c.DeskSet().Team(team) == nil {
		return nil, fault.Missing("group", team)
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		if person != 0 {
			if _, err := c.Directory.Get(ctx, tx, c.by, person); err != nil {
				return err
			}
		}
		all, err := c.Directory.Memberships(ctx, tx, c.by, team, person)
		if err != nil {
			return err
		}
		part, more := slice(p, all, membershipOf)
		told, err := c.tellMemberships(ctx, tx, part)
		if err != nil {
			return err
		}
		out, err = list(c, p, "group_memberships", told, func(m groupMembership) int64 { return m.ID }, more, func() (int64, error) { return int64(len(all)), nil })
		return err
	})
	return out, err
}

// membership is the group membership with an id; of the user in the path, where there is one.
func (c *call) membership(ctx context.Context, tx db.Tx, id int64) (directory.Membership, error) {
	person, team := joined(id)
	if user, err := c.optional("id"); err != nil || user != 0 && user != person {
		return directory.Membership{}, fault.Missing("membership", id)
	}
	all, err := c.Directory.Memberships(ctx, tx, c.by, team, person)
	if err == nil && (len(all) == 0 || person == 0 || team == 0) {
		err = fault.Missing("membership", id)
	}
	if err != nil {
		return directory.Membership{}, err
	}
	return all[0], nil
}

// onMembership reads or writes with the group membership in the path.
func (c *call) onMembership(in func(db.Func) error, do func(ctx context.Context, tx db.Tx, m directory.Membership) error) error {
	id, err := c.id("membership")
	if err != nil {
		return err
	}
	return in(func(ctx context.Context, tx db.Tx) error {
		m, err := c.membership(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, m)
	})
}

// oneMembership answers with a group membership.
func (c *call) oneMembership(ctx context.Context, tx db.Tx, m directory.Membership) (any, error) {
	told, err := c.tellMemberships(ctx, tx, []directory.Membership{m})
	if err != nil {
		return nil, err
	}
	return map[string]any{"group_membership": told[0]}, nil
}

func showGroupMembership(c *call) (out any, err error) {
	err = c.onMembership(c.read, func(ctx context.Context, tx db.Tx, m directory.Membership) (err error) {
		out, err = c.oneMembership(ctx, tx, m)
		return err
	})
	return out, err
}

// membershipInput is a membership as a caller sends one.
type membershipInput struct {
	UserID         number `json:"user_id"`
	GroupID        number `json:"group_id"`
	OrganizationID number `json:"organization_id"`
	Default        bool   `json:"default"`
}

// joinTeam puts somebody into a team.
func (s *Server) joinTeam(ctx context.Context, tx db.Tx, by act.Actor, in membershipInput) (directory.Membership, error) {
	m := directory.Membership{TeamID: int64(in.GroupID), PersonID: int64(in.UserID)}
	if s.DeskSet().Team(m.TeamID) == nil {
		return m, fault.Field("group_id", m.TeamID, "the id of a group", "There is no group %d.", m.TeamID)
	}
	if _, err := s.Directory.Get(ctx, tx, by, m.PersonID); err != nil {
		return m, fault.Field("user_id", m.PersonID, "the id of an agent", "There is no user %d.", m.PersonID)
	}
	if err := s.Directory.Join(ctx, tx, by, m.TeamID, m.PersonID, true); err != nil || !in.Default {
		return m, err
	}
	_, err := s.Directory.SetCard(ctx, tx, by, "person", m.PersonID, func(c *directory.Card) { c.DefaultTeam = m.TeamID })
	return m, err
}

func postGroupMembership(c *call) (any, error) {
	var in struct {
		Membership membershipInput `json:"group_membership"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if user, err := c.optional("id"); err != nil {
		return nil, err
	} else if user != 0 {
		in.Membership.UserID = number(user)
	}
	var out any
	err := c.write(func(ctx context.Context, tx db.Tx) error {
		m, err := c.joinTeam(ctx, tx, c.by, in.Membership)
		if err != nil {
			return err
		}
		if m, err = c.membership(ctx, tx, membershipOf(m)); err != nil {
			return err
		}
		out, err = c.oneMembership(ctx, tx, m)
		return err
	})
	return out, err
}

func deleteGroupMembership(c *call) (any, error) {
	return nil, c.onMembership(c.write, func(ctx context.Context, tx db.Tx, m directory.Membership) error {
		return c.Directory.Join(ctx, tx, c.by, m.TeamID, m.PersonID, false)
	})
}

// defaultGroup makes a team somebody's first and answers with all of theirs.
func defaultGroup(c *call) (out any, err error) {
	err = c.onMembership(c.write, func(ctx context.Context, tx db.Tx, m directory.Membership) error {
		if _, err := c.Directory.SetCard(ctx, tx, c.by, "person", m.PersonID, func(card *directory.Card) { card.DefaultTeam = m.TeamID }); err != nil {
			return err
		}
		all, err := c.Directory.Memberships(ctx, tx, c.by, 0, m.PersonID)
		if err != nil {
			return err
		}
		told, err := c.tellMemberships(ctx, tx, all)
		out = map[string]any{"group_memberships": told, "count": len(told), "next_page": nil, "previous_page": nil}
		return err
	})
	return out, err
}
