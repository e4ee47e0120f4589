package zendesk

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/field"
	"steward/internal/search"
)

// found is how many results a search leads to at most.
const found = 1000

func (s *Server) searchEndpoints() []endpoint {
	const lacks = "results come kind by kind (tickets, users, organizations, groups), newest change first, not by relevance"
	return []endpoint{
		get("/search", searchAll).partly(lacks),
		get("/search/count", searchCount),
		get("/search/export", searchExport).partly("in the order of ids"),
	}
}

// hunt is a query compiled: the tests of each kind that it can find.
type hunt struct {
	tickets, people, organizations []db.Test
	groups                         []string // words of the title
	kinds                          map[string]bool
}

var searchKinds = []string{"ticket", "user", "organization", "group"}

// properties says which kinds know a property.
var properties = map[string]string{
	"type": "*", "created": "ticket user organization group", "updated": "ticket user organization group", "created_at": "ticket user organization", "updated_at": "ticket user organization",
	"status": "ticket", "priority": "ticket", "ticket_type": "ticket", "assignee": "ticket", "assignee_id": "ticket", "requester": "ticket", "requester_id": "ticket", "submitter": "ticket",
	"submitter_id": "ticket", "organization": "ticket user", "organization_id": "ticket user", "group": "ticket user", "group_id": "ticket user", "tags": "ticket", "solved": "ticket", "due_date": "ticket",
	"via": "ticket", "subject": "ticket", "description": "ticket", "comment": "ticket", "brand": "ticket", "brand_id": "ticket", "form": "ticket", "ticket_form_id": "ticket", "cc": "ticket", "follower": "ticket",
	"commenter": "ticket", "external_id": "ticket user organization", "has_attachment": "ticket", "problem_id": "ticket", "id": "ticket user organization",
	"name": "user organization group", "email": "user", "user": "user", "role": "user", "is_suspended": "user", "domain": "organization", "order_by": "*", "sort": "*",
}

// hunting compiles the call's query.
func (c *call) hunting(ctx context.Context, tx db.Tx, text, only string) (*hunt, error) {
	q, err := parseQuery(text)
	if err != nil {
		return nil, err
	}
	h := &hunt{kinds: map[string]bool{}}
	for _, k := range searchKinds {
		h.kinds[k] = true
	}
	groups := map[string][]asked{} // the same property, asked for with : more than once, means any of them
	var names []string
	for _, a := range q.props {
		if a.name == "type" {
			if !slices.Contains(searchKinds, a.value) && !slices.Contains([]string{"question", "incident", "problem", "task"}, a.value) {
				return nil, unknownValue("type", a.value, searchKinds)
			}
			if !slices.Contains(searchKinds, a.value) {
				a.name = "ticket_type"
			} else {
				if only == "" {
					only = a.value
				}
				h.kinds[a.value] = !a.not
				for _, k := range searchKinds {
					if k != a.value && !a.not {
						h.kinds[k] = false
					}
				}
				continue
			}
		}
		key := a.name + fmt.Sprint(a.not)
		if a.op != ":" || a.not || a.name == "subject" || a.name == "description" || a.name == "comment" {
			key += a.op + a.value
		}
		if groups[key] == nil {
			names = append(names, key)
		}
		groups[key] = append(groups[key], a)
	}
	if only != "" {
		for _, k := range searchKinds {
			h.kinds[k] = k == only
		}
	}
	for _, key := range names {
		if err := c.add(ctx, tx, h, groups[key]); err != nil {
			return nil, err
		}
	}
	return h, c.addWords(tx, h, q.words)
}

// addWords adds the words of a query to every kind.
func (c *call) addWords(tx db.Tx, h *hunt, list []asked) error {
	var all []search.Words
	for _, w := range list {
		text, prefix := strings.CutSuffix(w.value, "*")
		if text == "" {
			continue
		}
		all = append(all, search.Words{Text: text, Prefix: prefix, Not: w.not})
		if !w.not {
			h.groups = append(h.groups, text)
		}
	}
	if len(all) == 0 {
		return nil
	}
	for kind, to := range map[string]*[]db.Test{"ticket": &h.tickets, "person": &h.people, "organization": &h.organizations} {
		column := map[string]string{"ticket": "t.id", "person": "p.id", "organization": "o.id"}[kind]
		if predicate, args, ok := c.Search.Among(tx.Engine(), c.by, kind, column, all); ok {
			*to = append(*to, db.Test{Column: predicate, Values: args})
		}
	}
	return nil
}

func unknownValue(name, value string, known []string) error {
	return &failed{http.StatusUnprocessableEntity, failure{Error: "invalid", Description: fmt.Sprintf("Invalid search: %s takes no %q; it takes %s.", name, value, strings.Join(known, ", "))}}
}

// unknownProperty refuses a property that no kind has, with those there are.
func (c *call) unknownProperty(name string) error {
	known := slices.Sorted(maps.Keys(properties))
	for _, kind := range []string{"person", "organization"} {
		for _, f := range c.Fields.Schema().On(kind) {
			known = append(known, f.Name)
		}
	}
	return &failed{http.StatusUnprocessableEntity, failure{Error: "invalid", Description: fmt.Sprintf("Invalid search: there is no property %q. There are %s, and custom_field_ID.", name, strings.Join(known, ", "))}}
}

// add adds one property; several values of it mean any of them.
func (c *call) add(ctx context.Context, tx db.Tx, h *hunt, list []asked) error {
	a := list[0]
	name := a.name
	if id, ok := strings.CutPrefix(name, "custom_field_"); ok {
		for _, f := range c.Fields.Schema().On("ticket") {
			if strconv.FormatInt(f.ID, 10) == id {
				return h.field(f, "ticket", "t.id", list)
			}
		}
		return c.unknownProperty(name)
	}
	kinds, ok := properties[name]
	if !ok {
		for kind, column := range map[string]string{"person": "p.id", "organization": "o.id"} {
			if f := c.Fields.Schema().Named(kind, name); f != nil {
				return h.field(f, map[string]string{"person": "user", "organization": "organization"}[kind], column, list)
			}
		}
		return c.unknownProperty(name)
	}
	if kinds == "*" {
		return nil
	}
	for _, k := range searchKinds {
		h.kinds[k] = h.kinds[k] && slices.Contains(strings.Fields(kinds), k)
	}
	for kind, to := range map[string]*[]db.Test{"ticket": &h.tickets, "user": &h.people, "organization": &h.organizations} {
		if !h.kinds[kind] {
			continue
		}
		test, err := c.searchTest(ctx, tx, kind, list)
		if err != nil {
			return err
		}
		*to = append(*to, test)
	}
	if h.kinds["group"] && name == "name" {
		h.groups = append(h.groups, a.value)
	}
	return nil
}

// field adds a condition over a custom field, which must be indexed.
func (h *hunt) field(f *field.Field, kind, column string, list []asked) error {
	for _, k := range searchKinds {
		h.kinds[k] = h.kinds[k] && k == kind
	}
	if !f.Indexed {
		return &failed{http.StatusUnprocessableEntity, failure{Error: "invalid", Description: fmt.Sprintf("Invalid search: the field %s is not indexed. Add indexed: true to it.", f.Name)}}
	}
	t := db.Test{Not: list[0].not}
	var parts []string
	for _, a := range list {
		if a.value == "none" || a.value == "*" {
			t.Not = t.Not != (a.value == "none")
			parts = append(parts, "1 = 1")
			continue
		}
		var v any = a.value
		col := "text"
		switch f.Type {
		case "checkbox":
			col, v = "num", map[bool]float64{true: 1}[a.value == "true" || a.value == "1"]
		case "integer", "decimal", "lookup":
			n, err := strconv.ParseFloat(a.value, 64)
			if err != nil {
				return unknownValue(a.name, a.value, []string{"a number"})
			}
			col, v = "num", n
		case "date":
			day, err := time.Parse(time.DateOnly, a.value)
			if err != nil {
				return unknownValue(a.name, a.value, []string{"a day such as 2026-01-31"})
			}
			col, v = "num", float64(day.Unix())
		}
		op := a.op
		if op == ":" {
			op = "="
		}
		parts, t.Values = append(parts, col+" "+op+" ?"), append(t.Values, v)
	}
	t.Column = fmt.Sprintf("%s IN (SELECT record_id FROM attr_index WHERE field_id = %d AND (%s))", column, f.ID, strings.Join(parts, " OR "))
	to := map[string]*[]db.Test{"ticket": &h.tickets, "user": &h.people, "organization": &h.organizations}[kind]
	*to = append(*to, t)
	return nil
}
