package zendesk

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/search"
)

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
			return anyOf(people), err
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
			return anyOf(out), err
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
		return anyOf(out), err
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
		return anyOf(out), err
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
			return anyOf(db.Test{Column: columns["role"], Values: anys(admins), Not: a.not}), nil
		}
		return t, unknownValue("role", a.value, []string{"end-user", "agent", "admin"})
	}
	return t, c.unknownProperty(a.name)
}

// anyOf is a test of a predicate with one ? for any of several values.
func anyOf(t db.Test) db.Test {
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
