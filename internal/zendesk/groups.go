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
	return []endpoint{
		get("/groups", listGroups),
		get("/groups/assignable", listGroups),
		get("/groups/count", countGroups),
		get("/groups/{id}", showGroup),
	}
}

// groups are the teams in force, by id. Whoever may read teams may see them.
func (c *call) groups() ([]blueprint.Entry, error) {
	if err := c.by.Require("read", "team"); err != nil {
		return nil, err
	}
	return c.entries("team"), nil
}

func listGroups(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	all, err := c.groups()
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

func countGroups(c *call) (any, error) {
	all, err := c.groups()
	return c.count(int64(len(all))), err
}

func showGroup(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	all, err := c.groups()
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if e.ID == id {
			told, err := c.tellGroups([]blueprint.Entry{e})
			if err != nil {
				return nil, err
			}
			return map[string]any{"group": told[0]}, nil
		}
	}
	return nil, fault.Missing("group", id)
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
