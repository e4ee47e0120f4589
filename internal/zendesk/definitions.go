package zendesk

import (
	"fmt"
	"slices"
	"strings"
)

// definition says what can be tested, or done, and with which values.
type definition struct {
	Title     string              `json:"title"`
	Subject   string              `json:"subject"`
	Type      string              `json:"type"`
	Group     string              `json:"group"`
	Nullable  bool                `json:"nullable"`
	Repeat    bool                `json:"repeatable"`
	Operators []map[string]any    `json:"operators,omitempty"`
	Values    []map[string]string `json:"values,omitempty"`
}

// testable are the fields of conditions, with their operators.
var testable = []struct {
	field, title string
	operators    []string
}{
	{"status", "Status", []string{"is", "is_not", "less_than", "greater_than", "changed", "value", "value_previous", "not_changed", "not_value", "not_value_previous"}},
	{"priority", "Priority", []string{"is", "is_not", "less_than", "greater_than", "changed", "value", "value_previous", "not_changed", "not_value", "not_value_previous"}},
	{"type", "Type", []string{"is", "is_not", "changed"}},
	{"group_id", "Group", []string{"is", "is_not", "changed"}}, {"assignee_id", "Assignee", []string{"is", "is_not", "changed"}},
	{"requester_id", "Requester", []string{"is", "is_not"}}, {"organization_id", "Organization", []string{"is", "is_not"}},
	{"brand_id", "Brand", []string{"is", "is_not"}}, {"ticket_form_id", "Form", []string{"is", "is_not"}}, {"current_tags", "Tags", []string{"includes", "not_includes"}},
	{"subject_includes_word", "Subject text", []string{"includes", "not_includes", "is", "is_not"}}, {"comment_includes_word", "Comment text", []string{"includes", "not_includes", "is", "is_not"}},
	{"via_id", "Channel", []string{"is", "is_not"}}, {"role", "Current user", []string{"is", "is_not"}}, {"update_type", "Ticket", []string{"is"}}, {"comment_is_public", "Comment", []string{"is"}},
	{ownCondition, "Expression", []string{"is"}},
}

// doable are the fields of actions.
var doable = [][2]string{{"status", "Status"}, {"priority", "Priority"}, {"type", "Type"}, {"group_id", "Group"}, {"assignee_id", "Assignee"}, {"ticket_form_id", "Form"},
	{"current_tags", "Add tags"}, {"remove_tags", "Remove tags"}, {"notification_user", "Email user"}, {"notification_group", "Email group"}, {"notification_webhook", "Notify webhook"},
	{ownReply, "Reply from a template"}, {ownNote, "Internal note"}, {ownTaskDue, "Due date of a task"}}

// define tells what rules can test and do. change: also what only triggers can, who look at changes.
func define(change bool) handler {
	return func(c *call) (any, error) {
		if err := c.by.Require("read", "blueprint"); err != nil {
			return nil, err
		}
		var tests, acts []definition
		for _, t := range testable {
			if !change && (strings.HasPrefix(t.field, "comment_") || t.field == "role" || t.field == "update_type") {
				continue
			}
			d := definition{Title: t.title, Subject: t.field, Type: "list", Group: "ticket", Values: c.valuesOf(t.field)}
			for _, o := range t.operators {
				if !change && !slices.Contains([]string{"is", "is_not", "less_than", "greater_than", "includes", "not_includes"}, o) {
					continue
				}
				d.Operators = append(d.Operators, map[string]any{"value": o, "title": strings.ReplaceAll(o, "_", " "), "terminal": o == "changed" || o == "not_changed"})
			}
			tests = append(tests, d)
		}
		for _, a := range doable {
			acts = append(acts, definition{Title: a[1], Subject: a[0], Type: "list", Group: "ticket", Repeat: strings.HasPrefix(a[0], "notification"), Values: c.valuesOf(a[0])})
		}
		for _, f := range c.DeskSet().Fields.On("ticket") {
			d := definition{Title: f.Title, Subject: fmt.Sprintf("custom_fields_%d", f.ID), Type: "text", Group: "ticket", Nullable: true}
			for _, o := range f.Spec.Options {
				d.Type, d.Values = "list", append(d.Values, map[string]string{"value": o.Value, "title": o.Title})
			}
			acts = append(acts, d)
			for _, o := range []string{"is", "is_not", "present", "not_present"} {
				d.Operators = append(d.Operators, map[string]any{"value": o, "title": strings.ReplaceAll(o, "_", " "), "terminal": strings.HasSuffix(o, "present")})
			}
			tests = append(tests, d)
		}
		return map[string]any{"definitions": map[string]any{"conditions_all": tests, "conditions_any": tests, "actions": acts}, "count": 1, "next_page": nil, "previous_page": nil}, nil
	}
}

// valuesOf are what a field can be tested for or set to, when those are few.
func (c *call) valuesOf(field string) (out []map[string]string) {
	for _, v := range choices[field].values {
		out = append(out, map[string]string{"value": v, "title": strings.ToUpper(v[:1]) + v[1:], "enabled": "true"})
	}
	for _, e := range c.entries(kindsOf[field]) {
		out = append(out, map[string]string{"value": fmt.Sprint(e.ID), "title": e.Title, "enabled": "true"})
	}
	return out
}
