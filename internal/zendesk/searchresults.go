package zendesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
)

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
