package zendesk

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// tests is an expression, and what a trigger listens to, as Zendesk's tests.
func (c *call) tests(on []string, when string) conditions {
	out := conditions{All: []condition{}, Any: []condition{}}
	switch strings.Join(on, ",") {
	case "":
	case "created":
		out.All = append(out.All, condition{"update_type", "is", "Create"})
	case "changed,commented,replied,noted":
		out.All = append(out.All, condition{"update_type", "is", "Change"})
	case "commented,replied":
		out.All = append(out.All, condition{"comment_is_public", "is", true})
	case "noted":
		out.All = append(out.All, condition{"comment_is_public", "is", false})
	default:
		out.All = append(out.All, condition{"steward_on", "is", strings.Join(on, ",")})
	}
	if when = strings.TrimSpace(when); when == "" {
		return out
	}
	if any := split(when, "||"); len(any) > 1 {
		for _, part := range any {
			out.Any = append(out.Any, c.test(part))
		}
		return out
	}
	for _, part := range split(when, "&&") {
		t := c.test(part)
		if t.Field == ownCondition && len(out.Any) == 0 {
			if any := split(unwrap(part), "||"); len(any) > 1 {
				for _, one := range any {
					out.Any = append(out.Any, c.test(one))
				}
				continue
			}
		}
		out.All = append(out.All, t)
	}
	return out
}

var (
	inFields    = regexp.MustCompile(`^"(\w+)" in change\.fields$`)
	compared    = regexp.MustCompile(`^((?:ticket|before|change)\.[\w.]+) (==|!=|<|>) ("(?:[^"\\]|\\.)*"|-?[\d.]+)$`)
	amongValues = regexp.MustCompile(`^(ticket\.\w+) in \[("[\w]+"(?:, ?"[\w]+")*)\]$`)
	hasPath     = regexp.MustCompile(`^has\((ticket\.[\w.]+)\)$`)
	inTags      = regexp.MustCompile(`^("(?:[^"\\]|\\.)*") in ticket\.tags$`)
	inValues    = regexp.MustCompile(`^("(?:[^"\\]|\\.)*") in ticket\.attributes\.(\w+)$`)
	containing  = regexp.MustCompile(`^((?:ticket|change)\.[\w.]+)\.contains\(("(?:[^"\\]|\\.)*")\)$`)
	plainPath   = regexp.MustCompile(`^ticket\.attributes\.(\w+)$`)
)

// test is one part of an expression as a test: in Zendesk's words where they say the same.
func (c *call) test(part string) condition {
	text := strings.TrimSpace(part)
	if t, ok := c.known(text, false); ok {
		return t
	}
	if inner, not := strings.CutPrefix(text, "!"); not {
		if t, ok := c.known(unwrap(inner), true); ok {
			return t
		}
	} else if t, ok := c.known(unwrap(text), false); ok {
		return t
	}
	return condition{ownCondition, "is", unwrap(text)}
}

// known tells a part in Zendesk's words; not: the part with a ! before it.
func (c *call) known(text string, not bool) (condition, bool) {
	pick := func(yes, no string) string {
		if not {
			return no
		}
		return yes
	}
	if parts := split(text, "&&"); len(parts) == 2 { // changed to, changed from
		return c.movedTo(parts, pick)
	}
	if parts := split(text, "||"); len(parts) > 1 {
		return alike(parts, not)
	}
	if m := inFields.FindStringSubmatch(text); m != nil {
		for theirs, ours := range changedAs {
			if ours == m[1] {
				return condition{theirs, pick("changed", "not_changed"), nil}, true
			}
		}
	}
	if m := inTags.FindStringSubmatch(text); m != nil {
		return condition{"current_tags", pick("includes", "not_includes"), unquote(m[1])}, true
	}
	if m := containing.FindStringSubmatch(text); m != nil {
		return c.containing(m[1], unquote(m[2]), not)
	}
	if m := hasPath.FindStringSubmatch(text); m != nil {
		return c.having(m[1], not)
	}
	if m := inValues.FindStringSubmatch(text); m != nil {
		if f := c.DeskSet().Fields.Named("ticket", m[2]); f != nil {
			return condition{fmt.Sprintf("custom_fields_%d", f.ID), pick("includes", "not_includes"), unquote(m[1])}, true
		}
	}
	if m := plainPath.FindStringSubmatch(text); m != nil {
		if f := c.DeskSet().Fields.Named("ticket", m[1]); f != nil {
			return condition{fmt.Sprintf("custom_fields_%d", f.ID), "is", pick("true", "false")}, true
		}
	}
	if not {
		return condition{}, false
	}
	if m := amongValues.FindStringSubmatch(text); m != nil {
		return among(m[1], m[2])
	}
	if m := compared.FindStringSubmatch(text); m != nil {
		return c.compared(m[1], m[2], m[3])
	}
	return condition{}, false
}

// movedTo tells `"status" in change.fields && ticket.status == "solved"`.
func (c *call) movedTo(parts []string, pick func(yes, no string) string) (condition, bool) {
	m := inFields.FindStringSubmatch(parts[0])
	if m == nil {
		return condition{}, false
	}
	from := strings.HasPrefix(parts[1], "before.")
	t, ok := c.known(strings.Replace(parts[1], "before.", "ticket.", 1), false)
	if !ok || t.Operator != "is" || changedAs[t.Field] != m[1] {
		return condition{}, false
	}
	if t.Operator = pick("value", "not_value"); from {
		t.Operator = pick("value_previous", "not_value_previous")
	}
	return t, true
}

// alike tells several tags, or several words in one text, of which one must be there.
func alike(parts []string, not bool) (condition, bool) {
	var values []string
	field := ""
	for _, p := range parts {
		name, value := "", ""
		if m := inTags.FindStringSubmatch(p); m != nil {
			name, value = "current_tags", unquote(m[1])
		} else if m := containing.FindStringSubmatch(p); m != nil {
			for theirs, path := range wordFields {
				if path == m[1] {
					name, value = theirs, unquote(m[2])
				}
			}
		}
		if name == "" || field != "" && name != field || strings.ContainsAny(value, " \t") {
			return condition{}, false
		}
		field, values = name, append(values, value)
	}
	operator := "includes"
	if not {
		operator = "not_includes"
	}
	return condition{field, operator, strings.Join(values, " ")}, true
}

func (c *call) containing(path, value string, not bool) (condition, bool) {
	for theirs, ours := range wordFields {
		if ours == path {
			return condition{theirs, map[bool]string{false: "is", true: "is_not"}[not], value}, true
		}
	}
	if key, ok := strings.CutPrefix(path, "ticket.attributes."); ok {
		if f := c.DeskSet().Fields.Named("ticket", key); f != nil {
			return condition{fmt.Sprintf("custom_fields_%d", f.ID), map[bool]string{false: "includes", true: "not_includes"}[not], value}, true
		}
	}
	return condition{}, false
}

func (c *call) having(path string, not bool) (condition, bool) {
	if key, ok := strings.CutPrefix(path, "ticket.attributes."); ok {
		if f := c.DeskSet().Fields.Named("ticket", key); f != nil {
			return condition{fmt.Sprintf("custom_fields_%d", f.ID), map[bool]string{false: "present", true: "not_present"}[not], nil}, true
		}
	}
	for theirs, ours := range byName {
		if ours == path || strings.Count(ours, ".") == 2 && strings.HasPrefix(ours, path+".") {
			return condition{theirs, map[bool]string{false: "is_not", true: "is"}[not], ""}, true
		}
	}
	return condition{}, false
}

// among tells `ticket.status in ["new", "open"]` where the values are one end of the order.
func among(path, list string) (condition, bool) {
	var values []string
	for _, v := range strings.Split(list, ",") {
		values = append(values, unquote(strings.TrimSpace(v)))
	}
	for field, ch := range choices {
		if ch.path != path || len(values) >= len(ch.values) {
			continue
		}
		n := len(values)
		switch {
		case slices.Equal(values, ch.values[:n]):
			return condition{field, "less_than", ch.values[n]}, true
		case slices.Equal(values, ch.values[len(ch.values)-n:]):
			return condition{field, "greater_than", ch.values[len(ch.values)-n-1]}, true
		}
	}
	return condition{}, false
}

func (c *call) compared(path, operator, literal string) (condition, bool) {
	theirs := map[string]string{"==": "is", "!=": "is_not", "<": "less_than", ">": "greater_than"}[operator]
	value := unquote(literal)
	if key, ok := strings.CutPrefix(path, "ticket.attributes."); ok {
		if f := c.DeskSet().Fields.Named("ticket", key); f != nil {
			return condition{fmt.Sprintf("custom_fields_%d", f.ID), theirs, strings.TrimSuffix(value, ".0")}, true
		}
		return condition{}, false
	}
	if operator == "<" || operator == ">" {
		return condition{}, false
	}
	for field, ch := range choices {
		if ch.path == path && slices.Contains(ch.values, value) {
			return condition{field, theirs, value}, true
		}
	}
	for field, ours := range byName {
		if ours == path {
			id, ok := c.idOf(field, value)
			return condition{field, theirs, id}, ok
		}
	}
	switch path {
	case "ticket.channel":
		for number, channel := range channels {
			if channel == value {
				return condition{"via_id", theirs, number}, true
			}
		}
	case "change.by":
		if role := map[string]string{"customer": "end_user", "agent": "agent"}[value]; role != "" {
			return condition{"role", theirs, role}, true
		}
	}
	return condition{}, false
}
