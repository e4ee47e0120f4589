package zendesk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/fault"
)

// rule is a sort of blueprint that Zendesk lists, shows, makes, changes and takes away all alike:
// triggers, automations, macros, views, policies. Each tells and reads its own shape.
type rule struct {
	plural, one string // of paths and bodies: triggers, trigger
	kind        string // of blueprint

	tell func(c *call, e blueprint.Entry, life span) any
	// read turns the members that were sent into fields of the draft.
	read func(c *call, d *draft, sent members) error
	// place is where the rule stands among those of its sort; nil: they have no order.
	place func(c *call, e blueprint.Entry) int
	// among tells whether a blueprint of the kind is one of this sort; nil: every one is.
	among func(c *call, e blueprint.Entry) bool
	// active tells whether the blueprint is in use; nil: always.
	active func(c *call, e blueprint.Entry) bool
}

// members are a record in a call's body: the members that were sent.
type members map[string]json.RawMessage

// has reads a member into v, when it was sent.
func (m members) has(name string, v any) (bool, error) {
	raw, ok := m[name]
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return true, fault.Field(name, string(raw), "", "%s cannot be read.", name)
	}
	return true, nil
}

// endpoints are what every sort of rule has. path is where they are, without the first slash.
func (k rule) endpoints(path string) []endpoint {
	path = "/" + path
	return []endpoint{
		get(path, k.list(func(*call, blueprint.Entry) bool { return true })),
		get(path+"/active", k.list(k.inUse)),
		get(path+"/search", k.search),
		get(path+"/{id}", k.show),
		post(path, k.create),
		put(path+"/{id}", k.update),
		del(path+"/{id}", k.remove),
		put(path+"/update_many", k.updateMany).partly("active, position and title; each of up to 100"),
		del(path+"/destroy_many", k.removeMany),
	}
}

func (k rule) inUse(c *call, e blueprint.Entry) bool { return k.active == nil || k.active(c, e) }

// told tells blueprints, with one question for all their times.
func (k rule) told(c *call, entries []blueprint.Entry) ([]any, error) {
	lives, err := c.times(entries)
	out := make([]any, len(entries))
	for i, e := range entries {
		out[i] = k.tell(c, e, lives[e.ID])
	}
	return out, err
}

// list lists those that pass. Whoever may read blueprints may see rules.
func (k rule) list(pass func(*call, blueprint.Entry) bool) handler {
	return func(c *call) (any, error) {
		return k.listed(c, func(e blueprint.Entry) bool { return pass(c, e) })
	}
}

func (k rule) listed(c *call, pass func(blueprint.Entry) bool) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	if err := c.by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	var all []blueprint.Entry
	for _, e := range c.entries(k.kind) {
		if wanted := c.query("active"); wanted != "" && (wanted == "true") != k.inUse(c, e) {
			continue
		}
		if pass(e) && (k.among == nil || k.among(c, e)) {
			all = append(all, e)
		}
	}
	if k.place != nil {
		slices.SortStableFunc(all, func(a, b blueprint.Entry) int {
			return cmp.Or(cmp.Compare(k.place(c, a), k.place(c, b)), cmp.Compare(a.Name, b.Name))
		})
	}
	part, more := slice(p, all, entryID)
	items, err := k.told(c, part)
	if err != nil {
		return nil, err
	}
	return page(c, p, k.plural, items, part, more, len(all))
}

func (k rule) search(c *call) (any, error) {
	q := strings.ToLower(c.query("query"))
	if q == "" {
		return nil, badRequest("BadRequest", "Send query: words of the title.")
	}
	return k.listed(c, func(e blueprint.Entry) bool { return strings.Contains(strings.ToLower(e.Title), q) })
}

// entry is the blueprint that the path names by its id.
func (k rule) entry(c *call) (blueprint.Entry, error) {
	id, err := c.id("id")
	if err != nil {
		return blueprint.Entry{}, err
	}
	if err := c.by.Require("read", "blueprint"); err != nil {
		return blueprint.Entry{}, err
	}
	return k.byID(c, id)
}

func (k rule) byID(c *call, id int64) (blueprint.Entry, error) {
	e, ok := c.Blueprint.Set().ByID(id)
	if !ok || e.Kind != k.kind || e.Retired || k.among != nil && !k.among(c, e) {
		return blueprint.Entry{}, fault.Missing(k.one, id)
	}
	return e, nil
}

func (k rule) answer(c *call, e blueprint.Entry) (any, error) {
	told, err := k.told(c, []blueprint.Entry{e})
	if err != nil {
		return nil, err
	}
	return map[string]any{k.one: told[0]}, nil
}

func (k rule) show(c *call) (any, error) {
	e, err := k.entry(c)
	if err != nil {
		return nil, err
	}
	return k.answer(c, e)
}

// sent reads the record in the call's body.
func (k rule) sent(c *call) (members, error) {
	var body map[string]json.RawMessage
	if err := c.body(&body); err != nil {
		return nil, err
	}
	raw, ok := body[k.one]
	if !ok {
		return nil, fault.Field(k.one, "", "{"+k.one+": {…}}", "The body needs a member %s.", k.one)
	}
	m := members{}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fault.Field(k.one, string(raw), "an object", "%s is no object.", k.one)
	}
	return m, nil
}

// titled reads the title, which some clients call raw_title or name.
func titled(m members) (title string, sent bool, err error) {
	for _, name := range []string{"title", "raw_title", "name"} {
		if sent, err = m.has(name, &title); sent || err != nil {
			return title, sent, err
		}
	}
	return "", false, nil
}

// create makes one. Whoever may apply blueprints may.
func (k rule) create(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	m, err := k.sent(c)
	if err != nil {
		return nil, err
	}
	title, _, err := titled(m)
	if err != nil {
		return nil, err
	}
	d, err := c.newDraft(k.kind, title)
	if err != nil {
		return nil, err
	}
	return k.save(c, d, m, "made")
}

// update changes the members that were sent. Whoever may apply blueprints may.
func (k rule) update(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	e, err := k.entry(c)
	if err != nil {
		return nil, err
	}
	m, err := k.sent(c)
	if err != nil {
		return nil, err
	}
	return k.save(c, editDraft(e), m, "changed")
}

func (k rule) save(c *call, d *draft, m members, verb string) (any, error) {
	if err := k.fill(c, d, m); err != nil {
		return nil, err
	}
	made, err := c.apply(fmt.Sprintf("Zendesk API: %s %q %s", k.one, d.title, verb), d)
	if err != nil {
		return nil, err
	}
	return k.answer(c, made[0])
}

// fill puts what was sent into the draft.
func (k rule) fill(c *call, d *draft, m members) error {
	title, sent, err := titled(m)
	if err != nil {
		return err
	}
	if sent && strings.TrimSpace(title) == "" {
		return fault.Field("title", "", "a title", "Title: cannot be blank")
	}
	if sent {
		d.title = title
	}
	var description string
	if sent, err := m.has("description", &description); err != nil {
		return err
	} else if sent && description != d.entry.Description {
		d.set("description", emptyNil(description))
	}
	var position int
	if sent, err := m.has("position", &position); err != nil {
		return err
	} else if sent && k.place != nil {
		d.set("order", position)
	}
	var active bool
	if sent, err := m.has("active", &active); err != nil {
		return err
	} else if sent && k.active != nil && (d.entry.ID == 0 && !active || d.entry.ID != 0 && active != k.active(c, d.entry)) {
		if active {
			d.set("disabled", nil)
		} else {
			d.set("disabled", true)
		}
	}
	return k.read(c, d, m)
}

// emptyNil is a text, or nothing.
func emptyNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// remove takes one away; its history stays. Whoever may apply blueprints may.
func (k rule) remove(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	e, err := k.entry(c)
	if err != nil {
		return nil, err
	}
	return nil, c.retire(fmt.Sprintf("Zendesk API: %s %q taken away", k.one, e.Title), e)
}

func (k rule) removeMany(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	ids, err := c.ids("ids")
	if err != nil {
		return nil, err
	}
	var gone []blueprint.Entry
	for _, id := range ids {
		e, err := k.byID(c, id)
		if err != nil {
			return nil, err
		}
		gone = append(gone, e)
	}
	return nil, c.retire(fmt.Sprintf("Zendesk API: %d %s taken away", len(gone), k.plural), gone...)
}

// updateMany changes several as one change: {"triggers":[{"id":1,"position":2}]}.
func (k rule) updateMany(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	var body map[string]json.RawMessage
	if err := c.body(&body); err != nil {
		return nil, err
	}
	var list []members
	if err := json.Unmarshal(body[k.plural], &list); err != nil || len(list) == 0 {
		return nil, fault.Field(k.plural, "", "a list of records with their ids", "The body needs a member %s.", k.plural)
	}
	if err := tooMany(len(list)); err != nil {
		return nil, err
	}
	var drafts []*draft
	for _, m := range list {
		var id number
		if _, err := m.has("id", &id); err != nil {
			return nil, err
		}
		e, err := k.byID(c, int64(id))
		if err != nil {
			return nil, err
		}
		d := editDraft(e)
		if err := k.fill(c, d, m); err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	made, err := c.apply(fmt.Sprintf("Zendesk API: %d %s changed", len(drafts), k.plural), drafts...)
	if err != nil {
		return nil, err
	}
	told, err := k.told(c, made)
	return map[string]any{k.plural: told, "count": len(told), "next_page": nil, "previous_page": nil}, err
}

// reorder gives all rules of a kind places in the order of their ids: {"trigger_ids":[3,1,2]}.
func (k rule) reorder(member string) handler {
	return func(c *call) (any, error) {
		if err := c.by.Require("apply", "blueprint"); err != nil {
			return nil, err
		}
		var body map[string]json.RawMessage
		if err := c.body(&body); err != nil {
			return nil, err
		}
		var ids []number
		if err := json.Unmarshal(body[member], &ids); err != nil || len(ids) == 0 {
			return nil, fault.Field(member, "", "a list of ids", "The body needs a member %s.", member)
		}
		var drafts []*draft
		for i, id := range ids {
			if slices.Contains(ids[:i], id) {
				return nil, fault.Field(member, id, "each id once", "%d is named twice.", id)
			}
			e, err := k.byID(c, int64(id))
			if err != nil {
				return nil, err
			}
			d := editDraft(e)
			d.set("order", i+1)
			drafts = append(drafts, d)
		}
		if _, err := c.apply(fmt.Sprintf("Zendesk API: %s put in order", k.plural), drafts...); err != nil {
			return nil, err
		}
		c.status = http.StatusOK
		return k.listed(c, func(blueprint.Entry) bool { return true })
	}
}
