package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
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

var (
	statusOrder   = []string{"new", "open", "pending", "hold", "solved", "closed"}
	priorityOrder = []string{"low", "normal", "high", "urgent"}
)

// searchTest is a property of a kind as the condition that the desk or the directory adds.
func (c *call) searchTest(ctx context.Context, tx db.Tx, kind string, list []asked) (db.Test, error) {
	a := list[0]
	columns := map[string]map[string]string{"ticket": desk.SearchColumns, "user": directory.PersonSearch, "organization": directory.OrganizationSearch}[kind]
	t := db.Test{Op: "=", Not: a.not}
	values := func(one func(v string) ([]any, error)) (db.Test, error) {
		for _, a := range list {
			if a.value == "none" {
				t.Op = "none"
				return t, nil
			}
			vs, err := one(a.value)
			if err != nil {
				return t, err
			}
			t.Values = append(t.Values, vs...)
		}
		return t, nil
	}
	any1 := func(v string) ([]any, error) { return []any{v}, nil }
	switch name := strings.TrimSuffix(a.name, "_at"); name {
	case "created", "updated", "solved", "due_date":
		t.Column = columns[map[string]string{"due_date": "due"}[name]+map[bool]string{true: name}[name != "due_date"]]
		return c.moment(t, a)
	case "status", "priority":
		t.Column = columns[name]
		order := map[string][]string{"status": statusOrder, "priority": priorityOrder}[name]
		return values(func(v string) ([]any, error) {
			if v = strings.ToLower(v); v == "on-hold" {
				v = "hold"
			}
			i := slices.Index(order, v)
			if i < 0 {
				return nil, unknownValue(name, v, order)
			}
			from, to := map[string][2]int{":": {i, i + 1}, "<": {0, i}, "<=": {0, i + 1}, ">": {i + 1, len(order)}, ">=": {i, len(order)}}[a.op][0], 0
			to = map[string]int{":": i + 1, "<": i, "<=": i + 1, ">": len(order), ">=": len(order)}[a.op]
			var out []any
			for _, o := range order[from:to] {
				out = append(out, o)
			}
			return out, nil
		})
	case "ticket_type":
		t.Column = columns["type"]
		return values(any1)
	case "via":
		t.Column = columns["channel"]
		return values(func(v string) ([]any, error) {
			if v = strings.ToLower(v); v == "mail" || v == "email" {
				v = "mail"
			}
			return []any{v}, nil
		})
	case "assignee", "requester", "submitter", "cc", "follower", "commenter", "assignee_id", "requester_id", "submitter_id":
		t.Column = columns[strings.TrimSuffix(name, "_id")]
		people, err := values(func(v string) ([]any, error) {
			if v == "me" {
				return []any{c.by.PersonID}, nil
			}
			ids, err := c.Directory.Meant(ctx, tx, "person", v)
			return anys(ids), err
		})
		if strings.Contains(t.Column, "?") {
			return oneOf(people), err
		}
		return people, err
	case "organization", "organization_id":
		t.Column = columns["organization"]
		return values(func(v string) ([]any, error) {
			ids, err := c.Directory.Meant(ctx, tx, "organization", v)
			return anys(ids), err
		})
	case "group", "group_id", "brand", "brand_id", "form", "ticket_form_id":
		short := strings.TrimPrefix(strings.TrimSuffix(name, "_id"), "ticket_")
		t.Column = columns[short]
		out, err := values(func(v string) ([]any, error) {
			return c.blueprintsNamed(map[string]string{"group": "team"}[short]+map[bool]string{true: short}[short != "group"], v), nil
		})
		if strings.Contains(t.Column, "?") {
			return oneOf(out), err
		}
		return out, err
	case "tags":
		for _, a := range list {
			if a.value == "none" {
				return db.Test{Column: columns["tags"], Not: !a.not}, nil
			}
		}
		t.Column = columns["tag"]
		out, err := values(func(v string) ([]any, error) { return []any{strings.ToLower(v)}, nil })
		return oneOf(out), err
	case "subject", "description", "comment":
		text, prefix := strings.CutSuffix(a.value, "*")
		predicate, args, ok := c.Search.Among(tx.Engine(), c.by, "ticket", "t.id", []search.Words{{Text: text, Prefix: prefix, Title: name == "subject"}})
		if !ok {
			predicate, args = "1 = 1", nil
		}
		return db.Test{Column: predicate, Values: args, Not: a.not}, nil
	case "external_id":
		t.Column = columns["external"]
		out, err := values(any1)
		return oneOf(out), err
	case "has_attachment":
		return db.Test{Column: columns["attachment"], Not: a.not != (a.value == "false")}, nil
	case "problem_id", "id":
		t.Column = columns[strings.TrimSuffix(name, "_id")]
		if name == "id" {
			t.Column = columns["id"]
		}
		return values(func(v string) ([]any, error) {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return nil, unknownValue(name, v, []string{"a number"})
			}
			return []any{n}, nil
		})
	case "name":
		return db.Test{Column: columns["name"], Op: "like", Values: []any{db.Like(directory.Fold(strings.TrimSuffix(a.value, "*")) + "*")}, Not: a.not}, nil
	case "email", "user":
		low := strings.ToLower(a.value)
		high := low
		if cut, ok := strings.CutSuffix(low, "*"); ok {
			low, high = cut, cut+"\U0010FFFF"
		} else {
			high += "\x01"
		}
		if id, err := strconv.ParseInt(a.value, 10, 64); err == nil && name == "user" {
			return db.Test{Column: columns["id"], Op: "=", Values: []any{id}, Not: a.not}, nil
		}
		return db.Test{Column: columns["email"], Values: []any{low, high}, Not: a.not}, nil
	case "domain":
		return db.Test{Column: columns["domain"], Values: []any{strings.ToLower(a.value)}, Not: a.not}, nil
	case "is_suspended":
		return db.Test{Column: columns["suspended"], Not: a.not != (a.value == "false")}, nil
	case "role":
		admins := c.adminRoles()
		switch a.value {
		case "end-user":
			return db.Test{Column: "p.agent = FALSE", Not: a.not}, nil
		case "agent":
			return db.Test{Column: "p.agent = TRUE", Not: a.not}, nil
		case "admin":
			return oneOf(db.Test{Column: columns["role"], Values: anys(admins), Not: a.not}), nil
		}
		return t, unknownValue("role", a.value, []string{"end-user", "agent", "admin"})
	}
	return t, c.unknownProperty(a.name)
}

// oneOf is a test of a predicate with one ? for any of several values.
func oneOf(t db.Test) db.Test {
	if t.Op == "none" || len(t.Values) == 0 {
		return db.Test{Column: "1 = 0", Not: t.Not}
	}
	t.Op = ""
	t.Column = "(" + strings.TrimSuffix(strings.Repeat(t.Column+" OR ", len(t.Values)), " OR ") + ")"
	return t
}

func anys(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// blueprintsNamed are the blueprints of a kind with an id, a title or a name.
func (c *call) blueprintsNamed(kind, text string) (out []any) {
	for _, e := range c.entries(kind) {
		if strconv.FormatInt(e.ID, 10) == text || strings.EqualFold(e.Title, text) || strings.EqualFold(e.Name, text) {
			out = append(out, e.ID)
		}
	}
	return out
}

var relative = regexp.MustCompile(`^(\d{1,5})\s*(minute|hour|day|week|month|year)s?$`)

// moment is a test of a time: a day, a time, or so long ago.
func (c *call) moment(t db.Test, a asked) (db.Test, error) {
	if a.value == "none" {
		t.Op = "none"
		return t, nil
	}
	now := c.Clock().UTC()
	var from, to time.Time // the stretch that the value stands for
	if m := relative.FindStringSubmatch(strings.ToLower(a.value)); m != nil {
		n, _ := strconv.Atoi(m[1]) // digits
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 30 * 24 * time.Hour, "year": 365 * 24 * time.Hour}[m[2]]
		from = now.Add(-time.Duration(n) * unit)
		to = from
	} else if day, err := time.Parse(time.DateOnly, a.value); err == nil {
		from, to = day, day.AddDate(0, 0, 1).Add(-time.Microsecond)
	} else if at, err := time.Parse(time.RFC3339, a.value); err == nil {
		from, to = at.UTC(), at.UTC()
	} else {
		return t, unknownValue(a.name, a.value, []string{"a day such as 2026-01-31", "a time such as 2026-01-31T09:00:00Z", "an age such as 4hours or 2days"})
	}
	column := t.Column
	switch a.op {
	case "<":
		t.Op, t.Values = "<", []any{db.Micros(from)}
	case "<=":
		t.Op, t.Values = "<=", []any{db.Micros(to)}
	case ">":
		t.Op, t.Values = ">", []any{db.Micros(to)}
	case ">=":
		t.Op, t.Values = ">=", []any{db.Micros(from)}
	default:
		if from.Equal(to) {
			to = now
		}
		t.Op, t.Column, t.Values = "", column+" BETWEEN ? AND ?", []any{db.Micros(from), db.Micros(to)}
	}
	return t, nil
}

// results are rows of one kind, told.
func (c *call) results(ctx context.Context, tx db.Tx, h *hunt, kind, sort string, up bool, n db.Window) (rows []any, last int64, err error) {
	row := func(v any, id int64) error {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		rows, last = append(rows, json.RawMessage(append(b[:len(b)-1], `,"result_type":"`+kind+`"}`...))), id
		return nil
	}
	switch kind {
	case "ticket":
		tickets, err := c.Desk.FindMany(ctx, tx, c.by, h.tickets, sort, up, n)
		if err != nil {
			return nil, 0, err
		}
		told, err := c.Desk.AsExported(ctx, tx, tickets, ticketSource)
		if err != nil {
			return nil, 0, err
		}
		w := c.newTeller()
		for i := range told {
			w.b = w.b[:0]
			if err := w.ticket(&told[i], nil); err != nil {
				return nil, 0, err
			}
			if err := row(json.RawMessage(w.b), told[i].ID); err != nil {
				return nil, 0, err
			}
		}
	case "user":
		people, err := c.Directory.FindPeople(ctx, tx, c.by, h.people, sort, up, n)
		if err != nil {
			return nil, 0, err
		}
		users, err := c.tellUsers(ctx, tx, people)
		if err != nil {
			return nil, 0, err
		}
		for _, u := range users {
			if err := row(u, u.ID); err != nil {
				return nil, 0, err
			}
		}
	case "organization":
		found, err := c.Directory.FindOrganizations(ctx, tx, c.by, h.organizations, sort, up, n)
		if err != nil {
			return nil, 0, err
		}
		told, err := c.tellOrganizations(ctx, tx, found)
		if err != nil {
			return nil, 0, err
		}
		for _, o := range told {
			if err := row(o, o.ID); err != nil {
				return nil, 0, err
			}
		}
	case "group":
		all, err := c.groupsFound(ctx, tx, h)
		if err != nil {
			return nil, 0, err
		}
		for i, g := range all {
			if (n.After == 0 || g.ID > n.After) && i >= n.Skip && len(rows) < n.Limit {
				if err := row(g, g.ID); err != nil {
					return nil, 0, err
				}
			}
		}
	}
	return rows, last, nil
}

func (c *call) groupsFound(ctx context.Context, tx db.Tx, h *hunt) ([]group, error) {
	all, err := c.tellGroupsIn(ctx, tx, c.entries("team"))
	return slices.DeleteFunc(all, func(g group) bool {
		return slices.ContainsFunc(h.groups, func(w string) bool { return !strings.Contains(strings.ToLower(g.Name), strings.ToLower(w)) })
	}), err
}

// counted is how many of a kind a hunt finds, up to the most a search leads to.
func (c *call) counted(ctx context.Context, tx db.Tx, h *hunt, kind string, most int) (int64, error) {
	switch kind {
	case "ticket":
		return c.Desk.CountMany(ctx, tx, c.by, h.tickets, most)
	case "user":
		return c.Directory.CountFound(ctx, tx, c.by, "person", h.people, most)
	case "organization":
		return c.Directory.CountFound(ctx, tx, c.by, "organization", h.organizations, most)
	}
	all, err := c.groupsFound(ctx, tx, h)
	return int64(len(all)), err
}

// searchable refuses those who only ask for help: a search tells what colleagues see.
func (c *call) searchable() error { return c.by.Require("edit", "ticket") }

// sorting is the order a search asks for.
func (c *call) sorting() (sort string, up bool, err error) {
	sort = strings.TrimSuffix(c.query("sort_by"), "_at")
	if sort == "relevance" {
		sort = ""
	}
	if sort == "ticket_type" {
		sort = "type"
	}
	if !slices.Contains([]string{"", "updated", "created", "priority", "status", "type"}, sort) {
		return "", false, unknownValue("sort_by", sort, []string{"updated_at", "created_at", "priority", "status", "ticket_type", "relevance"})
	}
	return sort, c.query("sort_order") == "asc", nil
}

// searching answers with a page of what a query finds.
func (c *call) searching(text, only, name string) (any, error) {
	if err := c.searchable(); err != nil {
		return nil, err
	}
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	if p.Skip+p.Limit > found+100 {
		return nil, &failed{http.StatusUnprocessableEntity, failure{Error: "invalid", Description: "A search leads to 1,000 results. Narrow it, or use /search/export."}}
	}
	sort, up, err := c.sorting()
	if err != nil {
		return nil, err
	}
	rows, total := []any{}, int64(0)
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		h, err := c.hunting(ctx, tx, text, only)
		if err != nil {
			return err
		}
		skip := p.Skip
		for _, kind := range searchKinds {
			if !h.kinds[kind] {
				continue
			}
			n, err := c.counted(ctx, tx, h, kind, found)
			if err != nil {
				return err
			}
			total += n
			if want := p.Limit - len(rows); want > 0 && int64(skip) < n {
				more, _, err := c.results(ctx, tx, h, kind, sort, up, db.Window{Skip: skip, Limit: want})
				if err != nil {
					return err
				}
				rows = append(rows, more...)
			}
			skip = max(0, skip-int(n))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := map[string]any{name: rows, "count": total, "next_page": nil, "previous_page": nil, "facets": nil}
	if int64(p.Skip+len(rows)) < total && p.Skip+p.Limit < found {
		out["next_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page + 1)})
	}
	if p.page > 1 {
		out["previous_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page - 1)})
	}
	return out, nil
}

func searchAll(c *call) (any, error) {
	if c.query("query") == "" {
		return nil, badRequest("BadRequest", "Send query.")
	}
	return c.searching(c.query("query"), "", "results")
}

func searchCount(c *call) (any, error) {
	if err := c.searchable(); err != nil {
		return nil, err
	}
	var total int64
	err := c.read(func(ctx context.Context, tx db.Tx) error {
		h, err := c.hunting(ctx, tx, c.query("query"), "")
		if err != nil {
			return err
		}
		for _, kind := range searchKinds {
			if h.kinds[kind] {
				n, err := c.counted(ctx, tx, h, kind, 100_000)
				if err != nil {
					return err
				}
				total += n
			}
		}
		return nil
	})
	return map[string]any{"count": total}, err
}

// searchExport walks over everything of one kind that a query finds.
func searchExport(c *call) (any, error) {
	if err := c.searchable(); err != nil {
		return nil, err
	}
	kind := c.query("filter[type]")
	if !slices.Contains(searchKinds, kind) {
		return nil, badRequest("InvalidValue", "filter[type] must be ticket, user, organization or group")
	}
	q := c.r.URL.Query()
	size := 100
	if text := q.Get("page[size]"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return nil, badRequest("InvalidPaginationParameter", "page[size] must be a number from 1 to 1000")
		}
		size = n
	}
	after, err := placeOf(q, "page[after]")
	if err != nil {
		return nil, err
	}
	rows, last, more := []any{}, int64(0), false
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		h, err := c.hunting(ctx, tx, c.query("query"), kind)
		if err != nil || !h.kinds[kind] {
			return err
		}
		got, at, err := c.results(ctx, tx, h, kind, "id", true, db.Window{After: after, Limit: size})
		rows, last, more = append(rows, got...), at, len(got) == size
		return err
	})
	if err != nil {
		return nil, err
	}
	meta, links := map[string]any{"has_more": more, "after_cursor": nil, "before_cursor": nil}, map[string]any{"next": nil, "prev": nil}
	if last != 0 {
		meta["after_cursor"] = place(last)
		if more {
			links["next"] = c.here(map[string]string{"page[after]": place(last)})
		}
	}
	return map[string]any{"results": rows, "facets": nil, "meta": meta, "links": links}, nil
}

// searchUsers finds users by an external id or with the query language.
func searchUsers(c *call) (any, error) {
	if c.query("external_id") != "" {
		return listUsers(c)
	}
	if c.query("query") == "" {
		return nil, fault.Field("query", nil, "words, or properties such as email:somebody@company.example", "Send query or external_id.")
	}
	return c.searching(c.query("query"), "user", "users")
}
