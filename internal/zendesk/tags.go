package zendesk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
)

func (s *Server) tagEndpoints() []endpoint {
	return []endpoint{
		get("/tickets/{id}/tags", getTags),
		post("/tickets/{id}/tags", changeTicketTags(func(_, sent []string) []string { return sent })),
		put("/tickets/{id}/tags", changeTicketTags(func(have, sent []string) []string { return append(have, sent...) })),
		del("/tickets/{id}/tags", changeTicketTags(func(have, sent []string) []string {
			return slices.DeleteFunc(have, func(tag string) bool { return slices.Contains(sent, tag) })
		})).answers(200),
		get("/tags", listTags).partly("up to 1,000 tags of the newest 20,000 tickets"),
		get("/tags/count", countTags).partly("as the list"),
		get("/autocomplete/tags", likeTags),
	}
}

func getTags(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	tags := []string{}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err == nil {
			tags = append(tags, t.Tags...)
		}
		return err
	})
	return map[string]any{"tags": tags}, err
}

// changeTicketTags sets a ticket's tags to what has makes of those it has and those sent.
func changeTicketTags(has func(have, sent []string) []string) handler {
	return func(c *call) (any, error) {
		id, err := c.id("id")
		if err != nil {
			return nil, err
		}
		var body struct {
			Tags   tagsIn `json:"tags"`
			Stamp  string `json:"updated_stamp"`
			Safely bool   `json:"safe_update"`
		}
		if err := c.body(&body); err != nil {
			return nil, err
		}
		if text := c.query("tags"); text != "" && body.Tags == nil {
			body.Tags = tagsIn(splitList(strings.ToLower(text)))
		}
		if c.r.Method != http.MethodPost {
			c.status = http.StatusOK
		}
		var tags []string
		err = c.write(func(ctx context.Context, tx db.Tx) error {
			t, err := c.Desk.Locked(ctx, tx, c.by, id)
			if err != nil {
				return err
			}
			in := ticketIn{SafeUpdate: body.Safely, UpdatedStamp: body.Stamp}
			in.Tags.Sent, in.Tags.Value = true, tagsIn(has(slices.Clone(t.Tags), body.Tags))
			t, err = c.updateTicket(ctx, tx, c.by, id, &in)
			if err == nil {
				tags = t.Tags
			}
			return err
		})
		return map[string]any{"tags": inOne(tags)}, err
	}
}

// used are tags with how often they stand on tickets.
func (c *call) used(like string) (tags []desk.TagUse, err error) {
	if !auth.Scope(c.by, "read", "ticket").All() {
		return nil, c.by.Denied("read", "ticket")
	}
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) {
		tags, err = c.Desk.TagsUsed(ctx, tx, c.by, like)
		return err
	})
	return tags, err
}

func listTags(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	tags, err := c.used("")
	if err != nil {
		return nil, err
	}
	type tag struct {
		Name  string `json:"name"`
		Count int64  `json:"count"`
		place int64
	}
	all := make([]tag, len(tags))
	for i, t := range tags {
		all[i] = tag{t.Tag, t.Count, int64(i + 1)}
	}
	placeOf := func(t tag) int64 { return t.place }
	part, more := slice(p, all, placeOf)
	return list(c, p, "tags", part, placeOf, more, func() (int64, error) { return int64(len(all)), nil })
}

func countTags(c *call) (any, error) {
	tags, err := c.used("")
	return c.count(int64(len(tags))), err
}

func likeTags(c *call) (any, error) {
	name := strings.ToLower(c.query("name"))
	if len(name) < 2 {
		return nil, badRequest("BadRequest", "Send name: at least two characters that tags begin with.")
	}
	tags, err := c.used(name)
	names := []string{}
	for _, t := range tags {
		names = append(names, t.Tag)
	}
	return map[string]any{"tags": names, "count": len(names)}, err
}
