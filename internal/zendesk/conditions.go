package zendesk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"steward/internal/desk"
	"steward/internal/fault"
)

// A condition of a trigger, automation, policy or view is a list of tests of which all must hold and a
// list of which one must. Ours is an expression (CEL). This file turns one into the other. What an
// expression says that Zendesk's tests cannot is told, and taken back, as one test of the field
// steward_condition whose value is the expression itself: nothing is lost on the way.

// ownCondition is the field of a test that is an expression.
const ownCondition = "steward_condition"

// condition is one test.
type condition struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    any    `json:"value"`
}

// conditions are the tests of a rule.
type conditions struct {
	All []condition `json:"all"`
	Any []condition `json:"any"`
}

// UnmarshalJSON reads tests. Policies call the field's operator the same and the list filter.
func (cs *conditions) UnmarshalJSON(b []byte) error {
	type plain conditions
	if err := json.Unmarshal(b, (*plain)(cs)); err != nil {
		return err
	}
	return nil
}

// choice is a field of ours with an order of its values.
type choice struct {
	path   string
	values []string
}

func texts[T ~string](values []T) (out []string) {
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// choices are Zendesk's fields that hold one of some values.
var choices = map[string]choice{
	"status":   {"ticket.status", texts(desk.Statuses)},
	"priority": {"ticket.priority", texts(desk.Priorities)},
	"type":     {"ticket.type", texts(desk.Types)},
}

// byName are Zendesk's fields that hold an id of what our conditions know by name.
var byName = map[string]string{"group_id": "ticket.team", "brand_id": "ticket.brand", "ticket_form_id": "ticket.form",
	"organization_id": "ticket.organization.name", "assignee_id": "ticket.assignee.email", "requester_id": "ticket.requester.email"}

// changedAs are the names of Zendesk's fields in change.fields.
var changedAs = map[string]string{"status": "status", "priority": "priority", "type": "type", "group_id": "team", "assignee_id": "assignee",
	"current_tags": "tags", "ticket_form_id": "form", "subject": "subject"}

// channels are Zendesk's numbers for how a ticket came.
var channels = map[string]string{"0": "web", "4": "mail", "5": "api"}

// words are the fields that look for words.
var wordFields = map[string]string{"subject_includes_word": "ticket.subject", "comment_includes_word": "change.text"}

// valueText is a test's value as text: ids come as numbers and as text.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// expression is the tests as one expression, and what a trigger with them listens to.
func (c *call) expression(at string, cs conditions) (on []string, when string, err error) {
	var parts, any []string
	for i, one := range cs.All {
		where := fmt.Sprintf("%s.all[%d]", at, i)
		if l, ok, err := listens(where, one); err != nil || ok {
			if err != nil {
				return nil, "", err
			}
			on = l
			continue
		}
		text, err := c.atom(where, one)
		if err != nil {
			return nil, "", err
		}
		parts = append(parts, text)
	}
	for i, one := range cs.Any {
		text, err := c.atom(fmt.Sprintf("%s.any[%d]", at, i), one)
		if err != nil {
			return nil, "", err
		}
		any = append(any, text)
	}
	switch {
	case len(any) == 1:
		parts = append(parts, any[0])
	case len(any) > 1 && len(parts) > 0:
		parts = append(parts, "("+strings.Join(any, " || ")+")")
	case len(any) > 1:
		parts = append(parts, strings.Join(any, " || "))
	}
	return on, strings.Join(parts, " && "), nil
}

// listens is what a trigger listens to because of a test, when the test is of that sort.
func listens(at string, t condition) (on []string, ok bool, err error) {
	switch t.Field {
	case "update_type":
		switch valueText(t.Value) {
		case "Create":
			return []string{"created"}, true, nil
		case "Change":
			return []string{"changed", "commented", "replied", "noted"}, true, nil
		}
		return nil, false, fault.Field(at, t.Value, "Create or Change", "There is no update type %v.", t.Value)
	case "comment_is_public":
		switch valueText(t.Value) {
		case "true", "not_relevant", "requester_can_see_comment":
			return []string{"commented", "replied"}, true, nil
		case "false":
			return []string{"noted"}, true, nil
		}
		return nil, false, fault.Field(at, t.Value, "true or false", "A comment cannot be %v.", t.Value)
	case "steward_on":
		return splitList(valueText(t.Value)), true, nil
	}
	return nil, false, nil
}

// atom is one test as an expression.
func (c *call) atom(at string, t condition) (string, error) {
	value := valueText(t.Value)
	refuse := func(accepted string) error {
		return fault.Field(at, t.Operator, accepted, "%s cannot be tested with %s.", t.Field, t.Operator)
	}
	if f, ok := changedAs[t.Field]; ok {
		switch t.Operator {
		case "changed":
			return fmt.Sprintf("%q in change.fields", f), nil
		case "not_changed":
			return fmt.Sprintf("!(%q in change.fields)", f), nil
		case "value", "value_previous": // changed to, changed from
			t.Operator = map[string]string{"value": "is", "value_previous": "was"}[t.Operator]
			text, err := c.atom(at, t)
			return fmt.Sprintf("(%q in change.fields && %s)", f, text), err
		case "not_value", "not_value_previous":
			t.Operator = map[string]string{"not_value": "is", "not_value_previous": "was"}[t.Operator]
			text, err := c.atom(at, t)
			return fmt.Sprintf("!(%q in change.fields && %s)", f, text), err
		}
	}
	switch {
	case t.Field == ownCondition:
		if value == "" {
			return "", fault.Field(at, "", "an expression", "This test has no expression.")
		}
		if strings.Contains(value, "||") || strings.Contains(value, "?") {
			return "(" + value + ")", nil
		}
		return value, nil
	case choices[t.Field].path != "":
		return choices[t.Field].atom(at, t, value)
	case byName[t.Field] != "":
		return c.named(at, t, value)
	case t.Field == "current_tags":
		return tagAtom(t, strings.Fields(strings.ReplaceAll(value, ",", " ")), refuse)
	case wordFields[t.Field] != "":
		return wordAtom(wordFields[t.Field], t, value, refuse)
	case t.Field == "via_id":
		if channels[value] == "" {
			return "", fault.Field(at, t.Value, "0 (web form), 4 (mail) or 5 (API)", "There is no channel %v.", t.Value)
		}
		return is("ticket.channel", t.Operator, channels[value], refuse)
	case t.Field == "role":
		who := map[string]string{"end_user": "customer", "agent": "agent", "admin": "agent"}[value]
		if who == "" {
			return "", fault.Field(at, t.Value, "end_user or agent", "There is no role %v.", t.Value)
		}
		return is("change.by", t.Operator, who, refuse)
	case strings.HasPrefix(t.Field, "custom_fields_"):
		return c.attribute(at, t, value, refuse)
	}
	return "", fault.Field(at, t.Field, "status, priority, type, group_id, brand_id, ticket_form_id, organization_id, assignee_id, requester_id, current_tags, "+
		"subject_includes_word, comment_includes_word, via_id, role, update_type, comment_is_public, custom_fields_ID or "+ownCondition, "There is no field %q to test.", t.Field)
}

// is compares a path with a text.
func is(path, operator, value string, refuse func(string) error) (string, error) {
	switch operator {
	case "is":
		return path + " == " + strconv.Quote(value), nil
	case "is_not":
		return path + " != " + strconv.Quote(value), nil
	case "was":
		return strings.Replace(path, "ticket.", "before.", 1) + " == " + strconv.Quote(value), nil
	}
	return "", refuse("is or is_not")
}

// atom compares a field whose values have an order.
func (ch choice) atom(at string, t condition, value string) (string, error) {
	i := slices.Index(ch.values, value)
	if i < 0 {
		return "", fault.Field(at, t.Value, strings.Join(ch.values, ", "), "%s cannot be %v.", t.Field, t.Value)
	}
	var part []string
	switch t.Operator {
	case "less_than":
		part = ch.values[:i]
	case "greater_than":
		part = ch.values[i+1:]
	default:
		return is(ch.path, t.Operator, value, func(string) error {
			return fault.Field(at, t.Operator, "is, is_not, less_than, greater_than, changed, value or value_previous", "%s cannot be tested with %s.", t.Field, t.Operator)
		})
	}
	if len(part) == 0 {
		return "", fault.Field(at, t.Value, strings.Join(ch.values, ", "), "Nothing is %s %s.", strings.ReplaceAll(t.Operator, "_", " "), value)
	}
	return ch.path + " in " + quotedList(part), nil
}

func quotedList(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Quote(v)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// named compares a field that holds an id with the name that conditions know it by.
func (c *call) named(at string, t condition, value string) (string, error) {
	path := byName[t.Field]
	if value == "" { // nobody, no group
		has := path
		if i := strings.LastIndexByte(path, '.'); strings.Count(path, ".") == 2 {
			has = path[:i]
		}
		switch t.Operator {
		case "is", "not_present":
			return "!has(" + has + ")", nil
		case "is_not", "present":
			return "has(" + has + ")", nil
		}
	}
	name, err := c.nameOf(at, t.Field, value)
	if err != nil {
		return "", err
	}
	return is(path, t.Operator, name, func(accepted string) error {
		return fault.Field(at, t.Operator, accepted, "%s cannot be tested with %s.", t.Field, t.Operator)
	})
}

func tagAtom(t condition, tags []string, refuse func(string) error) (string, error) {
	if len(tags) == 0 {
		return "", refuse("includes or not_includes, with tags")
	}
	for i, tag := range tags {
		tags[i] = strconv.Quote(strings.ToLower(tag)) + " in ticket.tags"
	}
	any := strings.Join(tags, " || ")
	switch t.Operator {
	case "includes":
		if len(tags) == 1 {
			return any, nil
		}
		return "(" + any + ")", nil
	case "not_includes":
		return "!(" + any + ")", nil
	}
	return "", refuse("includes or not_includes")
}

func wordAtom(path string, t condition, value string, refuse func(string) error) (string, error) {
	words := strings.Fields(value)
	if len(words) == 0 {
		return "", refuse("includes, not_includes, is or is_not, with words")
	}
	if t.Operator == "is" || t.Operator == "is_not" {
		words = []string{value}
	}
	for i, w := range words {
		words[i] = path + ".contains(" + strconv.Quote(w) + ")"
	}
	any := strings.Join(words, " || ")
	switch t.Operator {
	case "includes", "is":
		if len(words) == 1 {
			return any, nil
		}
		return "(" + any + ")", nil
	case "not_includes", "is_not":
		return "!(" + any + ")", nil
	}
	return "", refuse("includes, not_includes, is or is_not")
}

// attribute compares a custom field.
func (c *call) attribute(at string, t condition, value string, refuse func(string) error) (string, error) {
	f, err := c.fieldByID(at, "ticket", strings.TrimPrefix(t.Field, "custom_fields_"))
	if err != nil {
		return "", err
	}
	path := "ticket.attributes." + f.Name
	literal := strconv.Quote(value)
	switch f.Spec.Type {
	case "integer", "decimal":
		if _, err := strconv.ParseFloat(value, 64); err != nil && t.Operator != "present" && t.Operator != "not_present" {
			return "", fault.Field(at, t.Value, "a number", "%v is no number.", t.Value)
		}
		literal = value
		if f.Spec.Type == "decimal" && !strings.ContainsAny(value, ".e") {
			literal += ".0"
		}
	case "checkbox":
		switch t.Operator + " " + value {
		case "is true", "is_not false":
			return path, nil
		case "is false", "is_not true", "is ", "is_not ":
			return "!" + path, nil
		}
	case "multiselect":
		switch t.Operator {
		case "includes", "is":
			return literal + " in " + path, nil
		case "not_includes", "is_not":
			return "!(" + literal + " in " + path + ")", nil
		}
	}
	switch t.Operator {
	case "present":
		return "has(" + path + ")", nil
	case "not_present":
		return "!has(" + path + ")", nil
	case "is":
		return path + " == " + literal, nil
	case "is_not":
		return path + " != " + literal, nil
	case "less_than":
		return path + " < " + literal, nil
	case "greater_than":
		return path + " > " + literal, nil
	case "includes":
		return path + ".contains(" + literal + ")", nil
	case "not_includes":
		return "!(" + path + ".contains(" + literal + "))", nil
	}
	return "", refuse("is, is_not, present, not_present, less_than, greater_than, includes or not_includes")
}
