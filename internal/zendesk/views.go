package zendesk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// toldView is a view as Zendesk tells it.
type toldView struct {
	ID          int64      `json:"id"`
	URL         string     `json:"url"`
	Title       string     `json:"title"`
	RawTitle    string     `json:"raw_title"`
	Description string     `json:"description"`
	Active      bool       `json:"active"`
	Default     bool       `json:"default"`
	Position    int        `json:"position"`
	Conditions  conditions `json:"conditions"`
	Execution   execution  `json:"execution"`
	Restriction any        `json:"restriction"`
	CreatedAt   stamp      `json:"created_at"`
	UpdatedAt   stamp      `json:"updated_at"`
}

// execution is how a view shows its tickets.
type execution struct {
	GroupBy      *string             `json:"group_by"`
	GroupOrder   string              `json:"group_order"`
	SortBy       string              `json:"sort_by"`
	SortOrder    string              `json:"sort_order"`
	Group        any                 `json:"group"`
	Sort         map[string]string   `json:"sort"`
	Columns      []map[string]string `json:"columns"`
	Fields       []map[string]string `json:"fields"`
	CustomFields []map[string]string `json:"custom_fields"`
}

// viewColumn is a column of views in Zendesk's words and in ours.
type viewColumn struct{ id, ours, title string }

// viewColumns are the columns that a view can have beside the subject, and viewGroups what its tickets can be grouped by.
var (
	viewColumns = []viewColumn{{"requester", "requester", "Requester"}, {"created", "created", "Created"}, {"updated", "updated", "Updated"}, {"group", "team", "Group"}, {"assignee", "assignee", "Assignee"},
		{"status", "status", "Status"}, {"priority", "priority", "Priority"}, {"type", "type", "Type"}, {"organization", "organization", "Organization"}, {"tags", "tags", "Tags"}, {"sla_next_breach_at", "due", "Next SLA breach"}}
	viewGroups = map[string]string{"status": "status", "priority": "priority", "type": "type", "ticket_type": "type", "assignee": "assignee", "group": "team", "organization": "organization"}
)

// usualColumns is how many of viewColumns a view has that names none.
const usualColumns = 5

// columnsOf tells the columns of a view, with the subject before them.
func columnsOf(s desk.ViewSpec) []map[string]string {
	out := []map[string]string{{"id": "subject", "title": "Subject"}}
	for _, name := range s.Columns {
		if i := slices.IndexFunc(viewColumns, func(v viewColumn) bool { return v.ours == name }); i >= 0 {
			out = append(out, map[string]string{"id": viewColumns[i].id, "title": viewColumns[i].title})
		}
	}
	for _, v := range viewColumns[:usualColumns] {
		if len(s.Columns) == 0 {
			out = append(out, map[string]string{"id": v.id, "title": v.title})
		}
	}
	return out
}

// groupOf tells what a view groups by; nil when that has no word of Zendesk's.
func groupOf(s desk.ViewSpec) *string {
	for theirs, ours := range viewGroups {
		if ours == s.Group && theirs != "ticket_type" {
			return &theirs
		}
	}
	return nil
}

// sorts are Zendesk's names of orders beside ours.
var sorts = map[string]string{"nice_id": "created", "id": "created", "created": "created", "created_at": "created", "updated": "updated", "updated_at": "updated",
	"sla_next_breach_at": "due", "due_date": "due", "priority": "priority", "status": "status"}

var viewRule = rule{plural: "views", one: "view", kind: "view",
	place:  func(c *call, e blueprint.Entry) int { return spec[desk.ViewSpec](c, e).Order },
	active: func(c *call, e blueprint.Entry) bool { return !spec[desk.ViewSpec](c, e).Disabled },
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[desk.ViewSpec](c, e)
		by, turned := strings.CutPrefix(s.Sort, "-")
		sort := map[string]string{"due": "sla_next_breach_at", "updated": "updated", "created": "created", "priority": "priority", "status": "status"}[by]
		if sort == "" {
			sort = "sla_next_breach_at"
		}
		order := map[bool]string{true: "asc", false: "desc"}[(sort == "sla_next_breach_at" || sort == "status") != turned]
		return toldView{ID: e.ID, URL: c.url("/views/%d.json", e.ID), Title: e.Title, RawTitle: e.Title, Description: e.Description, Active: !s.Disabled, Default: s.IsDefault,
			Position: s.Order, Conditions: c.viewTests(s), CreatedAt: life.created, UpdatedAt: life.updated,
			Execution: execution{GroupBy: groupOf(s), GroupOrder: "asc", SortBy: sort, SortOrder: order, Sort: map[string]string{"id": sort, "order": order}, Columns: columnsOf(s), Fields: columnsOf(s), CustomFields: []map[string]string{}}}
	},
	read: func(c *call, d *draft, sent members) error {
		var cs conditions
		ok, err := sent.has("conditions", &cs)
		if err != nil {
			return err
		}
		for name, to := range map[string]*[]condition{"all": &cs.All, "any": &cs.Any} { // they may stand in the view itself
			here, err := sent.has(name, to)
			if err != nil {
				return err
			}
			ok = ok || here
		}
		if ok {
			if err := c.readViewTests(d, cs); err != nil {
				return err
			}
		} else if d.entry.ID == 0 {
			return fault.Field("conditions", nil, "{all: […], any: […]}", "A view needs conditions.")
		}
		return readOutput(d, sent)
	},
}

// readOutput reads how a view shows its tickets. Columns of its own making, which views here have not, are left out.
func readOutput(d *draft, sent members) error {
	var output struct {
		SortBy  string        `json:"sort_by"`
		GroupBy maybe[string] `json:"group_by"`
		Columns []loose       `json:"columns"`
	}
	if _, err := sent.has("output", &output); err != nil {
		return err
	}
	if output.SortBy != "" {
		sort := sorts[output.SortBy]
		if sort == "" {
			return fault.Field("output.sort_by", output.SortBy, "created, updated, priority, status or sla_next_breach_at", "Views cannot be sorted by %q.", output.SortBy)
		}
		d.set("sort", sort)
	}
	if output.GroupBy.Sent {
		group, ok := viewGroups[output.GroupBy.Value]
		if !ok && output.GroupBy.Value != "" {
			return fault.Field("output.group_by", output.GroupBy.Value, "status, priority, type, assignee, group or organization", "Views cannot be grouped by %q.", output.GroupBy.Value)
		}
		d.set("group", first(group, "none"))
	}
	var columns []string
	for _, id := range output.Columns {
		if i := slices.IndexFunc(viewColumns, func(v viewColumn) bool { return v.id == string(id) }); i >= 0 {
			columns = append(columns, viewColumns[i].ours)
		}
	}
	if columns != nil {
		d.set("columns", columns)
	}
	return nil
}

// viewTests tells which tickets a view shows.
func (c *call) viewTests(s desk.ViewSpec) conditions {
	out := c.tests(nil, s.Match)
	add := func(field, operator string, value any) { out.All = append(out.All, condition{field, operator, value}) }
	for _, set := range []struct {
		field  string
		values []string
	}{{"status", s.Status}, {"priority", s.Priority}, {"type", s.Type}} {
		if len(set.values) == 0 {
			continue
		}
		if t, ok := c.known(choices[set.field].path+" in "+quotedList(set.values), false); ok {
			out.All = append(out.All, t)
		} else if len(set.values) == 1 {
			add(set.field, "is", set.values[0])
		} else {
			add(ownCondition, "is", choices[set.field].path+" in "+quotedList(set.values))
		}
	}
	switch s.Assignee {
	case "me":
		add("assignee_id", "is", "current_user")
	case "none":
		add("assignee_id", "is", "")
	}
	if s.Team != "" {
		id, _ := c.idOf("group_id", s.Team)
		add("group_id", "is", fmt.Sprint(id))
	}
	if s.MyTeams {
		add("group_id", "is", "current_groups")
	}
	if s.Tag != "" {
		add("current_tags", "includes", s.Tag)
	}
	return out
}

// readViewTests turns tests into a view's fields where it has one, which lists are quickest by, and
// into its condition for the rest.
func (c *call) readViewTests(d *draft, cs conditions) error {
	if d.entry.ID != 0 {
		for _, f := range []string{"status", "assignee", "team", "my_teams", "priority", "type", "tag"} {
			d.set(f, nil)
		}
	}
	rest := conditions{Any: cs.Any}
	for _, t := range cs.All {
		value := valueText(t.Value)
		ch := choices[t.Field]
		switch {
		case t.Field == "assignee_id" && value == "current_user" && t.Operator == "is":
			d.set("assignee", "me")
		case t.Field == "assignee_id" && value == "" && (t.Operator == "is" || t.Operator == "not_present"):
			d.set("assignee", "none")
		case t.Field == "group_id" && value == "current_groups" && t.Operator == "is":
			d.set("my_teams", true)
		case ch.path != "" && slices.Contains(ch.values, value) && (t.Operator == "is" || t.Operator == "less_than" || t.Operator == "greater_than"):
			i := slices.Index(ch.values, value)
			values := map[string][]string{"is": {value}, "less_than": ch.values[:i], "greater_than": ch.values[i+1:]}[t.Operator]
			if len(values) == 0 {
				return fault.Field("conditions.all", t, "a value before or after others", "No ticket can be that.")
			}
			if slices.ContainsFunc(d.fields, func(f yaml.MapItem) bool { return f.Key == t.Field && f.Value != nil }) {
				rest.All = append(rest.All, t) // a second test of the same
				continue
			}
			d.set(t.Field, values)
		default:
			rest.All = append(rest.All, t)
		}
	}
	_, match, err := c.expression("conditions", rest)
	if err != nil {
		return err
	}
	if match != "" || d.entry.ID != 0 {
		d.set("match", emptyNil(match))
	}
	return nil
}

func (s *Server) viewEndpoints() []endpoint {
	return append(viewRule.endpoints("views"),
		get("/views/shared", viewRule.list(viewRule.inUse)),
		put("/views/reorder", viewRule.reorder("view_order")),
		get("/views/{id}/tickets", viewTickets),
		get("/views/{id}/execute", executeView).partly("rows are not put into groups; columns of custom fields are left out"),
		post("/views/preview", previewView).answers(200).partly("rows are not put into groups; columns of custom fields are left out"),
		get("/views/{id}/export", exportView).partly("there is no mail with a file: the answer names where the table is read"),
		get("/views/compact", viewRule.list(viewRule.inUse)),
		get("/views/count", countViews),
		get("/views/{id}/count", countView),
		get("/views/count_many", countManyViews),
	)
}

func countViews(c *call) (any, error) {
	if err := c.by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	return c.count(int64(len(c.entries("view")))), nil
}

// viewCount is how many tickets a view shows.
type viewCount struct {
	ViewID int64  `json:"view_id"`
	URL    string `json:"url"`
	Value  int64  `json:"value"`
	Pretty string `json:"pretty"`
	Fresh  bool   `json:"fresh"`
	Active bool   `json:"active"`
}

func (c *call) countsOf(entries []blueprint.Entry) ([]viewCount, error) {
	out := []viewCount{}
	err := c.read(func(ctx context.Context, tx db.Tx) error {
		for _, e := range entries {
			v := viewCount{ViewID: e.ID, URL: c.url("/views/%d/count.json", e.ID), Fresh: true}
			if view := c.DeskSet().View(e.Name); view != nil {
				n, err := c.Desk.Count(ctx, tx, c.by, view.Filter())
				if err != nil {
					return err
				}
				v.Value, v.Active, v.Pretty = n.Count, true, fmt.Sprint(n.Count)
				if n.Capped {
					v.Pretty = fmt.Sprintf("%d+", n.Count)
				}
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

func countView(c *call) (any, error) {
	e, err := viewRule.entry(c)
	if err != nil {
		return nil, err
	}
	counts, err := c.countsOf([]blueprint.Entry{e})
	if err != nil {
		return nil, err
	}
	return map[string]any{"view_count": counts[0]}, nil
}

// maxCounts is how many views are counted at once, as Zendesk allows.
const maxCounts = 20

func countManyViews(c *call) (any, error) {
	ids, err := c.ids("ids")
	if err != nil {
		return nil, err
	}
	if len(ids) > maxCounts {
		return nil, badRequest("TooManyRecords", fmt.Sprintf("Up to %d views are counted at once.", maxCounts))
	}
	if err := c.by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	var entries []blueprint.Entry
	for _, id := range ids {
		if e, err := viewRule.byID(c, id); err == nil {
			entries = append(entries, e)
		}
	}
	counts, err := c.countsOf(entries)
	return map[string]any{"view_counts": counts}, err
}
