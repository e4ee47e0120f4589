package zendesk

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/desk"
	"steward/internal/fault"
)

// fieldCondition says which fields a form shows while one has a value. Ours stand on the field that is
// shown, as an expression over the field that decides.
type fieldCondition struct {
	ParentID   int64        `json:"parent_field_id"`
	ParentType string       `json:"parent_field_type,omitempty"`
	Value      any          `json:"value"`
	Children   []childField `json:"child_fields"`
}

// childField is a field that is shown, and when it must be filled.
type childField struct {
	ID         int64             `json:"id"`
	Required   bool              `json:"is_required"`
	RequiredOn *requiredStatuses `json:"required_on_statuses,omitempty"` // agents only
}

type requiredStatuses struct {
	Type     string   `json:"type"` // ALL_STATUSES, NO_STATUSES or SOME_STATUSES
	Statuses []string `json:"statuses,omitempty"`
}

// formConditions are a form's conditions as Zendesk tells them, for agents or for customers. whole is false when one
// of them says more than Zendesk's can.
func (c *call) formConditions(s desk.FormSpec, agent bool) (out []fieldCondition, whole bool) {
	out, whole = []fieldCondition{}, true
	for _, f := range s.Fields {
		when := f.When
		if !agent && f.CustomersWhen != "" {
			when = f.CustomersWhen
		}
		child := c.DeskSet().Fields.Named("ticket", f.Field)
		if when == "" || child == nil {
			continue
		}
		for _, part := range split(when, "||") {
			t, ok := c.known(strings.TrimSpace(unwrap(part)), false)
			id, custom := strings.CutPrefix(t.Field, "custom_fields_")
			if !ok || !custom || t.Operator != "is" && t.Operator != "includes" {
				whole = false
				continue
			}
			parent, err := c.fieldByID("", "ticket", id)
			if err != nil {
				continue
			}
			value := t.Value
			if parent.Spec.Type == "checkbox" {
				value = t.Value == "true"
			}
			i := slices.IndexFunc(out, func(o fieldCondition) bool { return o.ParentID == parent.ID && o.Value == value })
			if i < 0 {
				i, out = len(out), append(out, fieldCondition{ParentID: parent.ID, ParentType: parent.Spec.Type, Value: value})
			}
			out[i].Children = append(out[i].Children, toldChild(f, child.ID, agent))
		}
	}
	return out, whole
}

func toldChild(f desk.FormField, id int64, agent bool) childField {
	out := childField{ID: id, Required: f.Required}
	if !agent {
		if f.CustomersRequired != nil {
			out.Required = *f.CustomersRequired
		}
		return out
	}
	out.RequiredOn = &requiredStatuses{Type: "NO_STATUSES"}
	switch {
	case f.Required:
		out.RequiredOn.Type = "ALL_STATUSES"
	case len(f.RequiredIn) > 0:
		out.Required, out.RequiredOn = true, &requiredStatuses{"SOME_STATUSES", f.RequiredIn}
	}
	return out
}

// readFormConditions puts the conditions that were sent into a form's questions.
func (c *call) readFormConditions(fields []any, sent members) error {
	for member, agent := range map[string]bool{"agent_conditions": true, "end_user_conditions": false} {
		var list []fieldCondition
		if ok, err := sent.has(member, &list); err != nil {
			return err
		} else if !ok {
			continue
		}
		when := map[string][]string{}
		must := map[string]childField{}
		for i, fc := range list {
			at := fmt.Sprintf("%s[%d]", member, i)
			text, err := c.atom(at+".value", condition{fmt.Sprintf("custom_fields_%d", fc.ParentID), "is", fc.Value})
			if err != nil {
				return err
			}
			for _, child := range fc.Children {
				f, err := c.fieldByID(at+".child_fields", "ticket", fmt.Sprint(child.ID))
				if err != nil {
					return err
				}
				if !onForm(fields, f.Name) {
					return fault.Field(at+".child_fields", child.ID, "fields of the form", "The form does not ask for %s.", f.Title)
				}
				if !slices.Contains(when[f.Name], text) {
					when[f.Name] = append(when[f.Name], text)
				}
				must[f.Name] = child
			}
		}
		for _, one := range fields {
			f := one.(map[string]any)
			setCondition(f, agent, strings.Join(when[f["field"].(string)], " || "), must[f["field"].(string)])
		}
	}
	return nil
}

func onForm(fields []any, name string) bool {
	return slices.ContainsFunc(fields, func(f any) bool { return f.(map[string]any)["field"] == name })
}

// setCondition gives a question its condition for agents or for customers; "" for none.
func setCondition(f map[string]any, agent bool, when string, must childField) {
	set := func(name string, v any, there bool) {
		if delete(f, name); there {
			f[name] = v
		}
	}
	if !agent {
		set("customers_when", when, when != "" && when != f["when"])
		set("customers_required", must.Required, when != "")
		return
	}
	set("when", when, when != "")
	if when == "" {
		return
	}
	on := must.RequiredOn
	set("required", true, must.Required && (on == nil || on.Type == "ALL_STATUSES") || on != nil && on.Type == "ALL_STATUSES")
	set("required_in", []string(nil), false)
	if on != nil && on.Type == "SOME_STATUSES" {
		f["required_in"] = on.Statuses
	}
}

// formFields are a form's questions as its blueprint has them.
func formFields(c *call, e blueprint.Entry) []any {
	out := []any{}
	for _, f := range spec[desk.FormSpec](c, e).Fields {
		out = append(out, formField(f))
	}
	return out
}
