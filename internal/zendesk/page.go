package zendesk

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"

	"steward/internal/blueprint"
	"steward/internal/db"
)

// deepest is how far offset paging reaches, in records.
const deepest = 10_000

// paging is which part of a list a call asks for: by cursor (page[size], page[after], page[before]) or
// by offset (page, per_page).
type paging struct {
	cursor bool
	page   int // from 1, by offset
	db.Window
}

// paging reads the call's parameters. Offset is what Zendesk takes when nothing is said.
func (c *call) paging() (paging, error) {
	q := c.r.URL.Query()
	p := paging{page: 1, Window: db.Window{Limit: 100}}
	p.cursor = q.Has("page[size]") || q.Has("page[after]") || q.Has("page[before]")
	size, name := q.Get("per_page"), "per_page"
	if p.cursor {
		size, name = q.Get("page[size]"), "page[size]"
	}
	if size != "" {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 {
			return p, badRequest("InvalidPaginationParameter", name+" must be a number from 1 to 100")
		}
		if n > 100 && p.cursor {
			return p, badRequest("InvalidPaginationParameter", "page[size] must be a number from 1 to 100")
		}
		p.Limit = min(n, 100)
	}
	if p.cursor {
		var err error
		if p.After, err = placeOf(q, "page[after]"); err != nil {
			return p, err
		}
		p.Before, err = placeOf(q, "page[before]")
		return p, err
	}
	if text := q.Get("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return p, badRequest("InvalidPaginationParameter", "page must be a number from 1")
		}
		p.page = n
	}
	p.Skip = (p.page - 1) * p.Limit
	if p.page > deepest || p.Skip+p.Limit > deepest {
		return p, badRequest("InvalidPaginationDepth", fmt.Sprintf("Offset paging reaches %d records. Use cursor paging (page[size], page[after]) to go on.", deepest))
	}
	return p, nil
}

// placeOf is the id a cursor stands for; 0 when the parameter was not sent.
func placeOf(q url.Values, name string) (int64, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		if id, err := strconv.ParseInt(string(b), 10, 64); err == nil && id > 0 {
			return id, nil
		}
	}
	return 0, badRequest("InvalidPaginationParameter", name+" is not a valid cursor")
}

// place is an id as a cursor.
func place(id int64) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, id, 10))
}

// list answers with a page of items under a name. idOf tells where in the order an item stands, more
// whether there are others beyond (in the direction asked for); count, of all records there are, is
// asked for offset paging only.
func list[T any](c *call, p paging, name string, items []T, idOf func(T) int64, more bool, count func() (int64, error)) (map[string]any, error) {
	if items == nil {
		items = []T{}
	}
	out := map[string]any{name: items}
	if p.cursor {
		first, last := int64(0), int64(0)
		if len(items) > 0 {
			first, last = idOf(items[0]), idOf(items[len(items)-1])
		}
		mark(c, p, out, first, last, more)
		return out, nil
	}
	n, err := count()
	if err != nil {
		return nil, err
	}
	out["count"], out["next_page"], out["previous_page"] = n, nil, nil
	if int64(p.Skip+len(items)) < n && p.Skip+2*p.Limit <= deepest {
		out["next_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page + 1)})
	}
	if p.page > 1 {
		out["previous_page"] = c.here(map[string]string{"page": strconv.Itoa(p.page - 1)})
	}
	return out, nil
}

// mark adds to a page by cursor where it begins and ends; ids of its first and last item, 0 for none.
func mark(c *call, p paging, out map[string]any, first, last int64, more bool) {
	meta := map[string]any{"has_more": more, "after_cursor": nil, "before_cursor": nil}
	links := map[string]any{"next": nil, "prev": nil}
	if last != 0 {
		meta["after_cursor"], meta["before_cursor"] = place(last), place(first)
		if more || p.Before != 0 {
			links["next"] = c.here(map[string]string{"page[after]": place(last)}, "page[before]")
		}
		if p.After != 0 || p.Before != 0 && more {
			links["prev"] = c.here(map[string]string{"page[before]": place(first)}, "page[after]")
		}
	}
	out["meta"], out["links"] = meta, links
}

// here is the call's own address with parameters set and others left out.
func (c *call) here(set map[string]string, without ...string) string {
	q := c.r.URL.Query()
	for k, v := range set {
		q.Set(k, v)
	}
	for _, k := range without {
		q.Del(k)
	}
	return c.url("%s.json", c.r.URL.Path) + "?" + q.Encode()
}

// slice is the part of a list held in memory that a call asks for, and whether there is more beyond.
func slice[T any](p paging, all []T, idOf func(T) int64) (part []T, more bool) {
	if !p.cursor {
		from := min(p.Skip, len(all))
		to := min(from+p.Limit, len(all))
		return all[from:to], to < len(all)
	}
	from, to := 0, len(all)
	for i, item := range all {
		if p.After != 0 && idOf(item) == p.After {
			from = i + 1
		}
		if p.Before != 0 && idOf(item) == p.Before {
			to = i
		}
	}
	if p.Before != 0 {
		start := max(from, to-p.Limit)
		return all[start:to], start > from
	}
	end := min(from+p.Limit, to)
	return all[from:end], end < to
}

// page is list for blueprints: items are what part is told as, of n there are.
func page(c *call, p paging, name string, items []any, part []blueprint.Entry, more bool, n int) (map[string]any, error) {
	out, err := list(c, p, name, items, func(any) int64 { return 0 }, more, func() (int64, error) { return int64(n), nil })
	if err == nil && p.cursor && len(part) > 0 {
		mark(c, p, out, part[0].ID, part[len(part)-1].ID, more)
	}
	return out, err
}
