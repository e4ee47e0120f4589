package zendesk

import (
	"context"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// group is a team as Zendesk tells it.
type group struct {
	ID          int64  `json:"id"`
	URL         string `json:"url"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Default     bool   `json:"default"`
	Deleted     bool   `json:"deleted"`
	IsPublic    bool   `json:"is_public"`
	CreatedAt   stamp  `json:"created_at"`
	UpdatedAt   stamp  `json:"updated_at"`
}

func (s *Server) groupEndpoints() []endpoint {
	const lacks = "default and is_public are ignored"
	return []endpoint{
		get("/groups", listGroups),
		get("/groups/assignable", listGroups),
		get("/groups/count", countGroups),
		get("/groups/{id}", showGroup),
		get("/users/{id}/groups", userGroups),
		get("/users/{id}/groups/count", countUserGroups),
		post("/groups", postGroup).partly(lacks),
		put("/groups/{id}", putGroup).partly(lacks),
		del("/groups/{id}", deleteGroup).partly("a group that other configuration names cannot go"),
	}
}

// groups are the teams in force, by id. Whoever may read teams may see them.
func (c *call) groups() ([]blueprint.Entry, error) {
	if err := c.by.Require("read", "team"); err != nil {
		return nil, err
	}
	return c.entries("team"), nil
}

// groupsPage answers with a page of teams.
func (c *call) groupsPage(all []blueprint.Entry) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	part, more := slice(p, all, entryID)
	groups, err := c.tellGroups(part)
	if err != nil {
		return nil, err
	}
	return list(c, p, "groups", groups, func(g group) int64 { return g.ID }, more, func() (int64, error) { return int64(len(all)), nil })
}

func listGroups(c *call) (any, error) {
	all, err := c.groups()
	if err != nil {
		return nil, err
	}
	return c.groupsPage(all)
}

func countGroups(c *call) (any, error) {
	all, err := c.groups()
	return c.count(int64(len(all))), err
}

// groupsOfUser are the teams that the user in the path is in.
func (c *call) groupsOfUser() (out []blueprint.Entry, err error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	all, err := c.groups()
	if err != nil {
		return nil, err
	}
	in := map[int64]bool{}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		p, err := c.Directory.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		teams, err := c.Directory.TeamsOf(ctx, tx, p.ID)
		for _, t := range teams {
			in[t] = true
		}
		return err
	})
	for _, e := range all {
		if in[e.ID] {
			out = append(out, e)
		}
	}
	return out, err
}

func userGroups(c *call) (any, error) {
	all, err := c.groupsOfUser()
	if err != nil {
		return nil, err
	}
	return c.groupsPage(all)
}

func countUserGroups(c *call) (any, error) {
	all, err := c.groupsOfUser()
	return c.count(int64(len(all))), err
}

// group is the team that a path names.
func (c *call) group() (blueprint.Entry, error) {
	id, err := c.id("id")
	if err != nil {
		return blueprint.Entry{}, err
	}
	all, err := c.groups()
	if err != nil {
		return blueprint.Entry{}, err
	}
	for _, e := range all {
		if e.ID == id {
			return e, nil
		}
	}
	return blueprint.Entry{}, fault.Missing("group", id)
}

func (c *call) oneGroup(e blueprint.Entry) (any, error) {
	told, err := c.tellGroups([]blueprint.Entry{e})
	if err != nil {
		return nil, err
	}
	return map[string]any{"group": told[0]}, nil
}

func showGroup(c *call) (any, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.oneGroup(e)
}

// groupBody reads {"group": {…}} into a draft.
func (c *call) groupBody(make func(name string) (*draft, error)) (any, error) {
	var in struct {
		Group struct {
			Name        maybe[string] `json:"name"`
			Description maybe[string] `json:"description"`
		} `json:"group"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	d, err := make(in.Group.Name.Value)
	if err != nil {
		return nil, err
	}
	if in.Group.Name.Value != "" {
		d.title = in.Group.Name.Value
	}
	if in.Group.Description.Sent {
		d.set("description", emptyNil(in.Group.Description.Value))
	}
	out, err := c.apply("Group "+d.title+", through the Zendesk API", d)
	if err != nil {
		return nil, err
	}
	return c.oneGroup(out[0])
}

func postGroup(c *call) (any, error) {
	return c.groupBody(func(name string) (*draft, error) {
		if name == "" {
			return nil, fault.Field("name", nil, "a name", "Name: cannot be blank")
		}
		return c.newDraft("team", name)
	})
}

func putGroup(c *call) (any, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.groupBody(func(string) (*draft, error) { return editDraft(e), nil })
}

func deleteGroup(c *call) (any, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return nil, c.retire("Group "+e.Title+" deleted through the Zendesk API", e)
}

// tellGroups tells teams as Zendesk does.
func (c *call) tellGroups(entries []blueprint.Entry) (out []group, err error) {
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		out, err = c.tellGroupsIn(ctx, tx, entries)
		return err
	})
	return out, err
}

// tellGroupsIn is tellGroups within a transaction.
func (c *call) tellGroupsIn(ctx context.Context, tx db.Tx, entries []blueprint.Entry) ([]group, error) {
	times, err := c.timesIn(ctx, tx, entries)
	out := make([]group, len(entries))
	for i, e := range entries {
		out[i] = group{ID: e.ID, URL: c.url("/groups/%d.json", e.ID), Name: e.Title, Description: e.Description, IsPublic: true,
			Deleted: e.Retired, CreatedAt: times[e.ID].created, UpdatedAt: times[e.ID].updated}
	}
	return out, err
}

// count is the answer of the endpoints that end in /count.
func (c *call) count(n int64) any {
	return map[string]any{"count": map[string]any{"value": n, "refreshed_at": stamp(c.Clock())}}
}
