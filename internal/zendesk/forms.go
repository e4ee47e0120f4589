package zendesk

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"steward/internal/blueprint"
	"steward/internal/desk"
)

// toldForm is a form as Zendesk tells it.
type toldForm struct {
	ID             int64    `json:"id"`
	URL            string   `json:"url"`
	Name           string   `json:"name"`
	RawName        string   `json:"raw_name"`
	DisplayName    string   `json:"display_name"`
	RawDisplayName string   `json:"raw_display_name"`
	Position       int      `json:"position"`
	Active         bool     `json:"active"`
	Default        bool     `json:"default"`
	EndUserVisible bool     `json:"end_user_visible"`
	InAllBrands    bool     `json:"in_all_brands"`
	BrandIDs       []number `json:"restricted_brand_ids"`
	FieldIDs       []int64  `json:"ticket_field_ids"`
	CreatedAt      stamp    `json:"created_at"`
	UpdatedAt      stamp    `json:"updated_at"`

	AgentWhen   []fieldCondition `json:"agent_conditions"`
	EndUserWhen []fieldCondition `json:"end_user_conditions"`
}

var formRule = rule{plural: "ticket_forms", one: "ticket_form", kind: "form",
	place: func(c *call, e blueprint.Entry) int { return spec[desk.FormSpec](c, e).Order },
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[desk.FormSpec](c, e)
		out := toldForm{ID: e.ID, URL: c.url("/ticket_forms/%d.json", e.ID), Name: e.Title, RawName: e.Title, DisplayName: e.Title, RawDisplayName: e.Title, Position: s.Order,
			Active: true, Default: s.IsDefault, EndUserVisible: s.Customers, InAllBrands: len(s.Brands) == 0, BrandIDs: []number{},
			CreatedAt: life.created, UpdatedAt: life.updated}
		out.AgentWhen, _ = c.formConditions(s, true)
		out.EndUserWhen, _ = c.formConditions(s, false)
		for _, name := range s.Brands {
			if id, ok := c.idOf("brand_id", name); ok {
				out.BrandIDs = append(out.BrandIDs, number(id))
			}
		}
		for _, f := range c.systemFields() {
			out.FieldIDs = append(out.FieldIDs, f.ID)
		}
		for _, f := range s.Fields {
			if e, ok := c.Blueprint.Set().Entry("field", f.Field); ok {
				out.FieldIDs = append(out.FieldIDs, e.ID)
			}
		}
		return out
	},
	read: func(c *call, d *draft, sent members) error {
		var customers bool
		if ok, err := sent.has("end_user_visible", &customers); err != nil {
			return err
		} else if ok && customers {
			d.set("customers", true)
		} else if ok && d.entry.ID != 0 {
			d.set("customers", nil)
		}
		var brands []number
		if ok, err := sent.has("restricted_brand_ids", &brands); err != nil {
			return err
		} else if ok {
			var names []string
			for _, id := range brands {
				name, err := c.nameOf("restricted_brand_ids", "brand_id", fmt.Sprint(int64(id)))
				if err != nil {
					return err
				}
				names = append(names, name)
			}
			if names != nil {
				d.set("brands", names)
			} else if d.entry.ID != 0 {
				d.set("brands", nil)
			}
		}
		var ids []number
		ok, err := sent.has("ticket_field_ids", &ids)
		if err != nil {
			return err
		}
		_, agents := sent["agent_conditions"]
		_, theirs := sent["end_user_conditions"]
		if !ok && d.entry.ID != 0 && !agents && !theirs {
			return nil
		}
		fields := formFields(c, d.entry)
		if ok || d.entry.ID == 0 {
			if fields, err = c.readFormFields(d.entry, ids); err != nil {
				return err
			}
		}
		if err := c.readFormConditions(fields, sent); err != nil {
			return err
		}
		d.set("fields", fields)
		return nil
	},
}

// readFormFields are a form's questions in a new order: one that was asked before keeps its conditions.
func (c *call) readFormFields(e blueprint.Entry, ids []number) ([]any, error) {
	old := spec[desk.FormSpec](c, e).Fields
	out := []any{}
	for i, id := range ids {
		if id > systemFields && int(id-systemFields) <= len(builtIn) {
			continue // on every form
		}
		f, err := c.fieldByID(fmt.Sprintf("ticket_field_ids[%d]", i), "ticket", fmt.Sprint(int64(id)))
		if err != nil {
			return nil, err
		}
		entry, _ := c.Blueprint.Set().ByID(f.ID)
		n := slices.IndexFunc(old, func(o desk.FormField) bool { return o.Field == entry.Name })
		if n < 0 {
			out = append(out, map[string]any{"field": entry.Name})
			continue
		}
		out = append(out, formField(old[n]))
	}
	return out, nil
}

// formField is a question as a blueprint has it.
func formField(f desk.FormField) map[string]any {
	out := map[string]any{"field": f.Field}
	for name, v := range map[string]string{"when": f.When, "customers_when": f.CustomersWhen} {
		if v != "" {
			out[name] = v
		}
	}
	if f.Required {
		out["required"] = true
	}
	if len(f.RequiredIn) > 0 {
		out["required_in"] = f.RequiredIn
	}
	if f.CustomersRequired != nil {
		out["customers_required"] = *f.CustomersRequired
	}
	return out
}

func (s *Server) formEndpoints() []endpoint {
	const path, lacks = "/ticket_forms", "conditions of fields: those that compare one custom field with a value, or several such; others are kept and not told"
	return []endpoint{
		get(path, formRule.list(func(*call, blueprint.Entry) bool { return true })).partly(lacks),
		get(path+"/{id}", formRule.show).partly(lacks),
		get(path+"/show_many", showForms).partly(lacks),
		post(path, formRule.create).partly(lacks),
		put(path+"/{id}", formRule.update).partly(lacks),
		del(path+"/{id}", formRule.remove),
		put(path+"/reorder", formRule.reorder("ticket_form_ids")),
		post(path+"/{id}/clone", cloneForm),
	}
}

func showForms(c *call) (any, error) {
	ids, err := c.ids("ids")
	if err != nil {
		return nil, err
	}
	return formRule.listed(c, func(e blueprint.Entry) bool { return slices.Contains(ids, e.ID) })
}

func cloneForm(c *call) (any, error) {
	e, err := formRule.entry(c)
	if err != nil {
		return nil, err
	}
	s := spec[desk.FormSpec](c, e)
	d, err := c.newDraft("form", "Copy of "+e.Title)
	if err != nil {
		return nil, err
	}
	d.fields = yaml.MapSlice{{Key: "order", Value: s.Order + 1}}
	if s.Customers {
		d.set("customers", true)
	}
	d.set("fields", formFields(c, e))
	made, err := c.apply(fmt.Sprintf("Zendesk API: form %q copied", e.Title), d)
	if err != nil {
		return nil, err
	}
	return formRule.answer(c, made[0])
}
