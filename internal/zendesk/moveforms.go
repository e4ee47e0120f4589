package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// forms come with the conditions of their fields. A form whose conditions cannot be had here comes without them, which
// the report says.
func (m *Move) forms(ctx context.Context, s *Step) error {
	return m.blueprints(ctx, s, "/ticket_forms", "ticket_forms", "ticket_form", "form", func(ctx context.Context, a *arrival, r record) (record, error) {
		out := r.only("name", "end_user_visible", "position")
		list, _ := r["ticket_field_ids"].([]any)
		ids := []int64{}
		for _, id := range list {
			ours, err := m.fieldHere(ctx, id)
			if err != nil {
				return nil, err
			}
			if ours != 0 {
				ids = append(ids, ours)
			}
		}
		out["ticket_field_ids"] = ids
		plain := out.only("name", "end_user_visible", "position", "ticket_field_ids")
		asked := false
		for _, member := range []string{"agent_conditions", "end_user_conditions"} {
			conditions, err := m.formConditions(ctx, a, r, member)
			if err != nil {
				return nil, err
			}
			if len(conditions) > 0 {
				asked, out[member] = true, conditions
			}
		}
		if !asked {
			return out, nil
		}
		err := m.make(ctx, "/ticket_forms", "ticket_form", a, out)
		var no *refusal
		if !errors.As(err, &no) {
			return nil, err // made, or the run ends
		}
		a.say("%s: the conditions of its fields are not carried over: %s", r.label(), no.text)
		return plain, nil
	})
}

// fieldHere is a custom field of tickets here by its id there; 0 for one that is on every ticket or was not brought over.
func (m *Move) fieldHere(ctx context.Context, theirs any) (int64, error) {
	ours, err := m.ours(ctx, movedBlueprint+"/ticket_field", fmt.Sprint(theirs))
	if ours >= systemFields {
		ours = 0
	}
	return ours, err
}

// formConditions are a form's conditions with our ids. Those about fields that are not here are left out, which the
// report says.
func (m *Move) formConditions(ctx context.Context, a *arrival, r record, member string) (out []record, err error) {
	list, _ := r[member].([]any)
	for _, one := range list {
		c, _ := one.(map[string]any)
		parent, err := m.fieldHere(ctx, c["parent_field_id"])
		if err != nil {
			return nil, err
		}
		condition := record(c).only("value")
		condition["parent_field_id"] = parent
		var children []record
		fields, _ := c["child_fields"].([]any)
		for _, f := range fields {
			child, _ := f.(map[string]any)
			ours, err := m.fieldHere(ctx, child["id"])
			if err != nil {
				return nil, err
			}
			if ours == 0 {
				continue
			}
			told := record(child).only("is_required", "required_on_statuses")
			told["id"] = json.Number(fmt.Sprint(ours))
			children = append(children, told)
		}
		condition["child_fields"] = children
		if parent == 0 || len(children) < len(fields) {
			a.say("%s: a condition names a field that is not carried over", r.label())
		}
		if parent != 0 && len(children) > 0 {
			out = append(out, condition)
		}
	}
	return out, nil
}
