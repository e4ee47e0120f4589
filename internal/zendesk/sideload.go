package zendesk

import (
	"context"
	"slices"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

// besideTickets adds to an answer the records that the caller wants beside tickets:
// include=users,groups,organizations.
func (c *call) besideTickets(ctx context.Context, tx db.Tx, out map[string]any, tickets []*desk.Ticket) error {
	if c.included("users") {
		var ids []int64
		for _, t := range tickets {
			ids = append(ids, t.RequesterID, t.SubmitterID, t.AssigneeID)
			ids = append(append(ids, t.People.Copies...), t.People.Followers...)
		}
		if err := c.besideUsers(ctx, tx, out, ids); err != nil {
			return err
		}
	}
	if c.included("groups") {
		var with []blueprint.Entry
		for _, e := range c.entries("team") {
			if slices.ContainsFunc(tickets, func(t *desk.Ticket) bool { return t.TeamID == e.ID }) {
				with = append(with, e)
			}
		}
		groups, err := c.tellGroupsIn(ctx, tx, with)
		if err != nil {
			return err
		}
		out["groups"] = groups
	}
	if !c.included("organizations") {
		return nil
	}
	var ids []int64
	for _, t := range tickets {
		ids = append(ids, t.OrganizationID)
	}
	names, err := c.Directory.OrganizationNames(ctx, tx, ids)
	if err != nil {
		return err
	}
	list := []map[string]any{}
	for _, id := range distinctIDs(ids) {
		if name, ok := names[id]; ok {
			list = append(list, map[string]any{"id": id, "url": c.url("/organizations/%d.json", id), "name": name})
		}
	}
	out["organizations"] = list
	return nil
}

// ticketMore is what include= puts into a ticket.
type ticketMore struct {
	MetricSet *ticketMetric  `json:"metric_set,omitempty"`
	Dates     *ticketDates   `json:"dates,omitempty"`
	SLAs      *ticketPromise `json:"slas,omitempty"`
}

// ticketPromise is what was promised about a ticket and is not kept yet.
type ticketPromise struct {
	Metrics []promised `json:"policy_metrics"`
}

// promised is one promise: when it is due, null while it rests.
type promised struct {
	BreachAt stamp  `json:"breach_at"`
	Stage    string `json:"stage"` // active or paused
	Metric   string `json:"metric"`
	Minutes  int64  `json:"minutes"` // until it is due, less than 0 behind that
}

// within reads what the caller wants within tickets, include=metric_sets,dates,slas, and tells it ticket by ticket.
func (c *call) within(ctx context.Context, tx db.Tx, tickets []*desk.Ticket) (func(id int64) ticketMore, error) {
	sets, dates, slas := c.included("metric_sets"), c.included("dates"), c.included("slas")
	var went map[int64]ticketMetric
	var clocks map[int64][]*desk.Clock
	var err error
	if sets || dates {
		went, err = c.metricsOf(ctx, tx, tickets)
	}
	if slas && err == nil {
		clocks, err = c.Desk.Promises(ctx, tx, c.by, tickets)
	}
	return func(id int64) (out ticketMore) {
		m := went[id]
		if sets {
			out.MetricSet = &m
		}
		if dates {
			d := m.dates()
			out.Dates = &d
		}
		if slas {
			out.SLAs = c.tellPromises(clocks[id])
		}
		return out
	}, err
}

func (c *call) tellPromises(clocks []*desk.Clock) *ticketPromise {
	out := &ticketPromise{Metrics: []promised{}}
	for _, k := range clocks {
		p := promised{BreachAt: stamp(k.Due), Stage: "active"}
		if k.Due.IsZero() {
			p.Stage = "paused"
		} else {
			p.Minutes = int64(k.Due.Sub(c.Clock()) / time.Minute)
		}
		for theirs, ours := range metrics {
			if ours == k.Metric {
				p.Metric = theirs
			}
		}
		out.Metrics = append(out.Metrics, p)
	}
	return out
}

// besideUsers adds people to an answer, each once.
func (c *call) besideUsers(ctx context.Context, tx db.Tx, out map[string]any, ids []int64) error {
	users, err := c.usersOf(ctx, tx, ids)
	if err == nil {
		out["users"] = users
	}
	return err
}

// usersOf tells people by id, each once and in the order of the ids.
func (c *call) usersOf(ctx context.Context, tx db.Tx, ids []int64) ([]user, error) {
	people, err := c.Directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var list []directory.Person
	for _, id := range distinctIDs(ids) {
		if p := people[id]; p.ID != 0 && !slices.ContainsFunc(list, func(o directory.Person) bool { return o.ID == p.ID }) {
			list = append(list, p)
		}
	}
	return c.tellUsers(ctx, tx, list)
}

// distinctIDs are the ids without 0, each once and sorted.
func distinctIDs(ids []int64) []int64 {
	out := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 0 })
	slices.Sort(out)
	return slices.Compact(out)
}

// ticketPeople answers with people of a ticket.
func ticketPeople(of func(t *desk.Ticket) []int64) handler {
	return func(c *call) (any, error) {
		id, err := c.id("id")
		if err != nil {
			return nil, err
		}
		if err := c.staff(); err != nil {
			return nil, err
		}
		out := map[string]any{"next_page": nil, "previous_page": nil}
		err = c.read(func(ctx context.Context, tx db.Tx) error {
			t, err := c.Desk.Get(ctx, tx, c.by, id)
			if err != nil {
				return err
			}
			users, err := c.usersOf(ctx, tx, of(t))
			if users == nil {
				users = []user{}
			}
			out["users"], out["count"] = users, len(users)
			return err
		})
		return out, err
	}
}

// gone says that there is no such record.
func (c *call) gone(id any) error { return fault.Missing("record", id) }

// inOne is lists one after another, never null.
func inOne[T any](lists ...[]T) []T {
	out := []T{}
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}
