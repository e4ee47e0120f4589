package zendesk

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// toldMacro is a macro as Zendesk tells it.
type toldMacro struct {
	ID          int64    `json:"id"`
	URL         string   `json:"url"`
	Title       string   `json:"title"`
	RawTitle    string   `json:"raw_title"`
	Description string   `json:"description"`
	Active      bool     `json:"active"`
	Default     bool     `json:"default"`
	Position    int      `json:"position"`
	Actions     []action `json:"actions"`
	Restriction any      `json:"restriction"`
	CreatedAt   stamp    `json:"created_at"`
	UpdatedAt   stamp    `json:"updated_at"`
}

// restriction says which groups a macro is offered to.
type restriction struct {
	Type string   `json:"type"` // Group
	ID   int64    `json:"id"`
	IDs  []number `json:"ids"`
}

var macroRule = rule{plural: "macros", one: "macro", kind: "macro",
	active: func(c *call, e blueprint.Entry) bool { return !spec[desk.MacroSpec](c, e).Disabled },
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[desk.MacroSpec](c, e)
		out := toldMacro{ID: e.ID, URL: c.url("/macros/%d.json", e.ID), Title: e.Title, RawTitle: e.Title, Description: e.Description, Active: !s.Disabled,
			Actions: c.told(s.Do), CreatedAt: life.created, UpdatedAt: life.updated}
		if s.Reply != "" {
			out.Actions = append(out.Actions, action{"comment_value", []string{"channel:all", theirPlaceholders(s.Reply)}}, action{"comment_mode_is_public", fmt.Sprint(!s.Internal)})
		}
		if len(s.Teams) > 0 {
			r := restriction{Type: "Group"}
			for _, name := range s.Teams {
				if id, ok := c.idOf("group_id", name); ok {
					r.IDs = append(r.IDs, number(id))
				}
			}
			if len(r.IDs) > 0 {
				r.ID = int64(r.IDs[0])
			}
			out.Restriction = r
		}
		return out
	},
	read: func(c *call, d *draft, sent members) error {
		var list []action
		if ok, err := sent.has("actions", &list); err != nil {
			return err
		} else if ok {
			if list, err = readReply(d, list); err != nil {
				return err
			}
			do, notices, err := c.acts(d.entry.Name, list)
			if err != nil {
				return err
			}
			if d.set("do", nil); len(do) > 0 {
				d.set("do", do)
			}
			d.also = append(d.also, notices...)
		}
		var r *restriction
		ok, err := sent.has("restriction", &r)
		if err != nil || !ok {
			return err
		}
		if r == nil {
			d.set("teams", nil)
			return nil
		}
		if r.Type != "Group" {
			return fault.Field("restriction.type", r.Type, "Group", "A macro is offered to everybody or to groups.")
		}
		if len(r.IDs) == 0 {
			r.IDs = []number{number(r.ID)}
		}
		var teams []string
		for _, id := range r.IDs {
			name, err := c.nameOf("restriction.ids", "group_id", fmt.Sprint(int64(id)))
			if err != nil {
				return err
			}
			teams = append(teams, name)
		}
		d.set("teams", teams)
		return nil
	},
}

// readReply takes out the actions that write to the customer: a macro of ours has one text.
func readReply(d *draft, list []action) (rest []action, err error) {
	public := true
	for _, a := range list {
		switch a.Field {
		case "comment_value", "comment_value_html":
			parts := valueList(a.Value)
			d.set("reply", ourPlaceholders(parts[len(parts)-1]))
		case "comment_mode_is_public":
			public = valueText(a.Value) == "true"
		default:
			rest = append(rest, a)
		}
	}
	if !public {
		d.set("internal", true)
	} else if d.entry.ID != 0 {
		d.set("internal", nil)
	}
	return rest, nil
}

func (s *Server) macroEndpoints() []endpoint {
	return append(macroRule.endpoints("macros"),
		get("/macros/{id}/apply", applyMacro),
		get("/tickets/{ticket}/macros/{id}/apply", applyMacro),
		get("/macros/categories", macroCategories),
		get("/macros/new", newMacro).partly("only macro_id, not ticket_id"),
	)
}

// applyMacro tells what a macro would do to a ticket; nothing is changed.
func applyMacro(c *call) (any, error) {
	e, err := macroRule.entry(c)
	if err != nil {
		return nil, err
	}
	s := spec[desk.MacroSpec](c, e)
	text := s.Reply
	ticket := map[string]any{"url": c.url("/tickets.json")}
	if c.r.PathValue("ticket") != "" {
		id, err := c.id("ticket")
		if err != nil {
			return nil, err
		}
		err = c.read(func(ctx context.Context, tx db.Tx) error {
			p, err := c.Desk.Prepare(ctx, tx, c.by, id, e.Name)
			if err != nil {
				return err
			}
			text = p.Text
			t := p.After
			ticket = map[string]any{"id": t.ID, "url": c.url("/tickets/%d.json", t.ID), "status": t.Status, "priority": t.Priority, "type": t.Type,
				"assignee_id": number(t.AssigneeID), "group_id": number(t.TeamID), "ticket_form_id": number(t.FormID), "tags": t.Tags}
			return nil
		})
		if err != nil {
			return nil, err
		}
	} else {
		for _, a := range c.told(s.Do) {
			ticket[a.Field] = a.Value
		}
	}
	if text != "" {
		var html bytes.Buffer
		if err := goldmark.Convert([]byte(text), &html); err != nil {
			return nil, err
		}
		ticket["comment"] = map[string]any{"body": text, "html_body": html.String(), "scoped_body": [][]string{{"channel:all", text}}, "public": !s.Internal}
	}
	return map[string]any{"result": map[string]any{"ticket": ticket}}, nil
}

// macroCategories are the beginnings of titles like "Billing::Refund".
func macroCategories(c *call) (any, error) {
	if err := c.by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	out := []string{}
	for _, e := range c.entries("macro") {
		if category, _, ok := strings.Cut(e.Title, "::"); ok && !slices.Contains(out, category) {
			out = append(out, category)
		}
	}
	slices.Sort(out)
	return map[string]any{"categories": out}, nil
}

// newMacro tells a macro made of another, not stored.
func newMacro(c *call) (any, error) {
	ids, err := c.ids("macro_id")
	if err != nil {
		return nil, err
	}
	if err := c.by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	e, err := macroRule.byID(c, ids[0])
	if err != nil {
		return nil, err
	}
	m := macroRule.tell(c, e, span{}).(toldMacro)
	m.ID, m.URL = 0, ""
	return map[string]any{"macro": m}, nil
}
