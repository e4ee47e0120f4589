package zendesk

import (
	"steward/internal/blueprint"
	"steward/internal/desk"
)

// toldRule is a trigger, automation or macro as Zendesk tells it.
type toldRule struct {
	ID          int64      `json:"id"`
	URL         string     `json:"url"`
	Title       string     `json:"title"`
	RawTitle    string     `json:"raw_title"`
	Description string     `json:"description"`
	Active      bool       `json:"active"`
	Position    int        `json:"position"`
	Default     bool       `json:"default"`
	Conditions  conditions `json:"conditions"`
	Actions     []action   `json:"actions"`
	CategoryID  *string    `json:"category_id"`
	CreatedAt   stamp      `json:"created_at"`
	UpdatedAt   stamp      `json:"updated_at"`
}

func (c *call) ruleOf(path string, e blueprint.Entry, life span) toldRule {
	return toldRule{ID: e.ID, URL: c.url("/%s/%d.json", path, e.ID), Title: e.Title, RawTitle: e.Title, Description: e.Description,
		CreatedAt: life.created, UpdatedAt: life.updated}
}

// spec is a blueprint's fields.
func spec[T any](c *call, e blueprint.Entry) T {
	s, _ := blueprint.Get[T](c.Blueprint.Set(), e.Name)
	return s
}

var triggerRule = rule{plural: "triggers", one: "trigger", kind: "trigger",
	place:  func(c *call, e blueprint.Entry) int { return spec[desk.TriggerSpec](c, e).Order },
	active: func(c *call, e blueprint.Entry) bool { return !spec[desk.TriggerSpec](c, e).Disabled },
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[desk.TriggerSpec](c, e)
		out := c.ruleOf("triggers", e, life)
		out.Active, out.Position, out.Conditions, out.Actions = !s.Disabled, s.Order, c.tests(s.On, s.When), c.told(s.Do)
		return out
	},
	read: func(c *call, d *draft, sent members) error {
		var cs conditions
		if ok, err := sent.has("conditions", &cs); err != nil {
			return err
		} else if ok {
			on, when, err := c.expression("conditions", cs)
			if err != nil {
				return err
			}
			if on == nil {
				d.set("on", nil)
			} else {
				d.set("on", on)
			}
			d.set("when", emptyNil(when))
		}
		return c.readActions(d, sent)
	},
}

// readActions puts the actions that were sent into a draft.
func (c *call) readActions(d *draft, sent members) error {
	var list []action
	ok, err := sent.has("actions", &list)
	if err != nil || !ok {
		return err
	}
	do, notices, err := c.acts(d.entry.Name, list)
	if err != nil {
		return err
	}
	d.set("do", do)
	d.also = append(d.also, notices...)
	return nil
}

func (s *Server) triggerEndpoints() []endpoint {
	return append(triggerRule.endpoints("triggers"),
		put("/triggers/reorder", triggerRule.reorder("trigger_ids")),
		get("/triggers/definitions", define(true)),
		get("/triggers/{id}/revisions", listRevisions).partly("no diff beside the snapshots"),
		get("/triggers/{id}/revisions/{revision}", showRevision).partly("no diff beside the snapshot"),
	)
}
