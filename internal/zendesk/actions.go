package zendesk

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/blueprint"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/mail"
)

// action is one thing a rule does, as Zendesk tells it: {"field":"status","value":"solved"}.
type action struct {
	Field string `json:"field"`
	Value any    `json:"value"`
}

// plainActions are Zendesk's fields that our actions have as they are.
var plainActions = map[string]string{"status": "status", "priority": "priority", "type": "type"}

// Actions of ours that Zendesk has no word for are told under these.
const (
	ownReply   = "steward_reply"    // a template's name
	ownNote    = "steward_note"     // Markdown
	ownTaskDue = "steward_task_due" // a duration
)

// acts turns Zendesk's actions into ours. Mails need a template each: notices collects their texts, named
// after the rule.
func (c *call) acts(rule string, list []action) (do []yaml.MapSlice, notices []string, err error) {
	for i, a := range list {
		at := fmt.Sprintf("actions[%d]", i)
		one, notice, err := c.act(at, rule, len(notices)+1, a)
		if err != nil {
			return nil, nil, err
		}
		if notice != "" {
			notices = append(notices, notice)
		}
		do = append(do, one)
	}
	return do, notices, nil
}

func (c *call) act(at, rule string, n int, a action) (yaml.MapSlice, string, error) {
	value := valueText(a.Value)
	one := func(key string, v any) (yaml.MapSlice, string, error) {
		return yaml.MapSlice{{Key: key, Value: v}}, "", nil
	}
	switch {
	case plainActions[a.Field] != "":
		return one(plainActions[a.Field], value)
	case a.Field == "current_tags" || a.Field == "add_tags":
		return one("add_tags", tagList(value))
	case a.Field == "remove_tags":
		return one("remove_tags", tagList(value))
	case a.Field == "assignee_id":
		switch value {
		case "current_user":
			return one("assignee", "actor")
		case "":
			return one("assignee", "nobody")
		}
		email, err := c.nameOf(at, "assignee_id", value)
		if err != nil {
			return nil, "", err
		}
		return one("assignee", email)
	case a.Field == "group_id" || a.Field == "ticket_form_id":
		name, err := c.nameOf(at, a.Field, value)
		if err != nil {
			return nil, "", err
		}
		return one(map[string]string{"group_id": "team", "ticket_form_id": "form"}[a.Field], name)
	case strings.HasPrefix(a.Field, "custom_fields_"):
		f, err := c.fieldByID(at, "ticket", strings.TrimPrefix(a.Field, "custom_fields_"))
		if err != nil {
			return nil, "", err
		}
		v := c.DeskSet().Fields.Read("ticket", map[string]string{f.Name: value})[f.Name]
		return one("set", yaml.MapSlice{{Key: f.Name, Value: v}})
	case a.Field == "follower" || a.Field == "cc":
		key := map[string]string{"follower": "add_followers", "cc": "add_copies"}[a.Field]
		if value == "current_user" && a.Field == "follower" {
			return one(key, []string{"actor"})
		}
		email, err := c.nameOf(at, "requester_id", value)
		if err != nil {
			return nil, "", err
		}
		return one(key, []string{email})
	case a.Field == ownReply:
		return one("reply", value)
	case a.Field == ownNote:
		return one("note", value)
	case a.Field == ownTaskDue:
		return one("task_due", value)
	case a.Field == "notification_webhook" || a.Field == "notification_target":
		parts := valueList(a.Value)
		if len(parts) == 0 {
			return nil, "", fault.Field(at, a.Value, "[id of a webhook, body]", "A webhook is named by its id.")
		}
		e, ok := c.entryByID("webhook", parts[0])
		if !ok {
			return nil, "", fault.Field(at, parts[0], "the id of a webhook", "There is no webhook %s.", parts[0])
		}
		do := yaml.MapSlice{{Key: "webhook", Value: e.Name}}
		if body := hookText(a.Value); body != "" {
			do = append(do, yaml.MapItem{Key: "webhook_body", Value: body})
		}
		return do, "", nil
	case a.Field == "notification_user" || a.Field == "notification_group":
		return c.notice(at, rule, n, a)
	}
	return nil, "", fault.Field(at, a.Field, "status, priority, type, group_id, assignee_id, ticket_form_id, current_tags, remove_tags, custom_fields_ID, follower, cc, notification_user, "+
		"notification_group, notification_webhook, comment_value in macros, or "+strings.Join([]string{ownReply, ownNote, ownTaskDue}, ", "), "There is no action %q.", a.Field)
}

// notice is a mail: an action that names a template, and the template.
func (c *call) notice(at, rule string, n int, a action) (yaml.MapSlice, string, error) {
	parts := valueList(a.Value)
	if len(parts) != 3 {
		return nil, "", fault.Field(at, a.Value, "[to whom, subject, body]", "A notice has three parts.")
	}
	to := map[string]string{"requester_id": "requester", "requester_and_ccs": "requester", "assignee_id": "assignee", "group_id": "team"}[parts[0]]
	if to == "" && a.Field == "notification_user" {
		email, err := c.nameOf(at, "requester_id", parts[0])
		if err != nil {
			return nil, "", err
		}
		to = email
	}
	whom := yaml.MapItem{Key: "to", Value: []string{to}}
	if to == "" {
		team, err := c.nameOf(at, "group_id", parts[0])
		if err != nil {
			return nil, "", err
		}
		whom = yaml.MapItem{Key: "teams", Value: []string{team}}
	}
	name := fmt.Sprintf("%.52s-notice-%d", rule, n)
	text, err := document("template", name, "Notice of "+rule, yaml.MapSlice{{Key: "subject", Value: ourPlaceholders(parts[1])}, {Key: "body", Value: ourPlaceholders(parts[2])}})
	if err != nil {
		return nil, "", err
	}
	return yaml.MapSlice{{Key: "notify", Value: yaml.MapSlice{whom, {Key: "template", Value: name}}}}, text, nil
}

// placeholders are what stands for values, ours beside Zendesk's; the first of ours is told back.
var placeholders = [][2]string{
	{"{{requester}}", "{{ticket.requester.name}}"}, {"{{subject}}", "{{ticket.title}}"}, {"{{ticket}}", "{{ticket.id}}"}, {"{{text}}", "{{ticket.latest_comment}}"},
	{"{{requester}}", "{{ticket.requester.first_name}}"}, {"{{text}}", "{{ticket.comments_formatted}}"}, {"{{text}}", "{{ticket.latest_comment_formatted}}"},
	{"{{text}}", "{{ticket.latest_public_comment}}"}, {"{{text}}", "{{ticket.description}}"},
	{"{{status}}", "{{ticket.status}}"}, {"{{priority}}", "{{ticket.priority}}"}, {"{{type}}", "{{ticket.ticket_type}}"}, {"{{tags}}", "{{ticket.tags}}"},
}

func ourPlaceholders(text string) string {
	for _, p := range placeholders {
		text = strings.ReplaceAll(text, p[1], p[0])
	}
	return text
}

func theirPlaceholders(text string) string {
	told := map[string]bool{}
	for _, p := range placeholders {
		if !told[p[0]] {
			text = strings.ReplaceAll(text, p[0], p[1])
		}
		told[p[0]] = true
	}
	return text
}

// hookText is what an action tells a webhook: a text, or pairs for a form.
func hookText(value any) string {
	list, _ := value.([]any)
	if len(list) < 2 {
		return ""
	}
	pairs, ok := list[1].([]any)
	if !ok {
		return ourPlaceholders(valueText(list[1]))
	}
	var out []string
	for _, one := range pairs {
		if p := valueList(one); len(p) == 2 {
			out = append(out, url.QueryEscape(p[0])+"="+ourPlaceholders(p[1]))
		}
	}
	return strings.Join(out, "&")
}

func tagList(value string) []string {
	return strings.Fields(strings.ToLower(strings.ReplaceAll(value, ",", " ")))
}

// valueList is an action's value as texts, of which there may be one or several.
func valueList(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{valueText(v)}
	}
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = valueText(one)
	}
	return out
}

// told turns our actions into Zendesk's.
func (c *call) told(do []desk.Action) []action {
	out := []action{}
	add := func(field string, v any) { out = append(out, action{field, v}) }
	for _, a := range do {
		for field, v := range map[string]string{"status": a.Status, "priority": a.Priority, "type": a.Type, ownReply: a.Reply, ownNote: a.Note} {
			if v != "" {
				add(field, v)
			}
		}
		switch a.Assignee {
		case "":
		case "actor":
			add("assignee_id", "current_user")
		case "nobody":
			add("assignee_id", "")
		default:
			if id, ok := c.idOf("assignee_id", a.Assignee); ok {
				add("assignee_id", fmt.Sprint(id))
			} else {
				add("assignee_id", a.Assignee)
			}
		}
		for field, name := range map[string]string{"group_id": a.Team, "ticket_form_id": a.Form} {
			if name != "" {
				id, _ := c.idOf(field, name)
				add(field, fmt.Sprint(id))
			}
		}
		if len(a.AddTags) > 0 {
			add("current_tags", strings.Join(a.AddTags, " "))
		}
		for field, people := range map[string][]string{"follower": a.AddFollowers, "cc": a.AddCopies} {
			for _, who := range people {
				if who == "actor" {
					add(field, "current_user")
				} else if id, ok := c.idOf("requester_id", who); ok {
					add(field, fmt.Sprint(id))
				}
			}
		}
		if len(a.RemoveTags) > 0 {
			add("remove_tags", strings.Join(a.RemoveTags, " "))
		}
		for name, v := range a.Set {
			if f := c.DeskSet().Fields.Named("ticket", name); f != nil {
				add(fmt.Sprintf("custom_fields_%d", f.ID), valueText(v))
			}
		}
		if a.TaskDue != nil {
			add(ownTaskDue, a.TaskDue.String())
		}
		if a.Webhook != "" {
			if e, ok := c.Blueprint.Set().Entry("webhook", a.Webhook); ok {
				add("notification_webhook", []string{fmt.Sprint(e.ID), theirPlaceholders(a.Body)})
			}
		}
		if a.Notify != nil {
			out = append(out, c.toldNotice(*a.Notify)...)
		}
	}
	slices.SortStableFunc(out, func(a, b action) int { return strings.Compare(a.Field, b.Field) })
	return out
}

func (c *call) toldNotice(n desk.Notice) (out []action) {
	t, _ := blueprint.Get[mail.Template](c.Blueprint.Set(), n.Template)
	subject, body := theirPlaceholders(t.Subject), theirPlaceholders(t.Body)
	for _, to := range n.To {
		switch to {
		case "requester", "assignee":
			out = append(out, action{"notification_user", []string{to + "_id", subject, body}})
		case "team":
			out = append(out, action{"notification_group", []string{"group_id", subject, body}})
		default:
			id, _ := c.idOf("requester_id", to)
			out = append(out, action{"notification_user", []string{fmt.Sprint(id), subject, body}})
		}
	}
	for _, team := range n.Teams {
		id, _ := c.idOf("group_id", team)
		out = append(out, action{"notification_group", []string{fmt.Sprint(id), subject, body}})
	}
	return out
}

// entryByID is a blueprint of a kind by its id as text.
func (c *call) entryByID(kind, id string) (blueprint.Entry, bool) {
	var n number
	if json.Unmarshal([]byte(id), &n) != nil {
		return blueprint.Entry{}, false
	}
	e, ok := c.Blueprint.Set().ByID(int64(n))
	return e, ok && e.Kind == kind && !e.Retired
}
