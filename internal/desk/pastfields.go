package desk

import (
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/field"
)

// PastChange is a change of a ticket's fields that happened elsewhere.
type PastChange struct {
	At          time.Time // UTC
	AuthorID    int64     // 0: a machine
	Was, Became PastFields
}

// PastFields are values of a ticket by name as events tell them: status, priority, type, subject, requester_id,
// organization_id, assignee_id, team_id, brand_id, form_id, problem_id, tags, task_due (UTC microseconds), and
// attributes.NAME.
type PastFields map[string]any

// put gives the ticket a value; false when it is none for that field.
func (t *Ticket) put(fields *field.Schema, name string, v any) bool {
	if attribute, ok := strings.CutPrefix(name, "attributes."); ok {
		t.Attributes = fields.Told("ticket", t.Attributes, attribute, v)
		return true
	}
	text, isText := v.(string)
	id, isID := v.(int64)
	switch name {
	case "status":
		t.Status = Status(text)
		return isText && slices.Contains(Statuses, t.Status)
	case "priority":
		t.Priority = Priority(text)
		return isText && checkPriority(t.Priority) == nil
	case "type":
		t.Type = Type(text)
		return isText && checkType(t.Type) == nil
	case "subject":
		t.Subject = text
		return isText && text != ""
	case "tags":
		tags, ok := v.([]string)
		if ok {
			var err error
			t.Tags, err = cleanTags(tags)
			ok = err == nil
		}
		return ok
	case "task_due":
		t.TaskDue = timeZero
		if id > 0 {
			t.TaskDue = db.Time(id)
		}
		return isID
	}
	to := map[string]*int64{"requester_id": &t.RequesterID, "organization_id": &t.OrganizationID, "assignee_id": &t.AssigneeID, "team_id": &t.TeamID, "brand_id": &t.BrandID,
		"form_id": &t.FormID, "problem_id": &t.ProblemID}[name]
	if to == nil || !isID {
		return false
	}
	*to = id
	return true
}

// with is the ticket with these values; lacks names those that are none.
func (cfg *Config) with(t Ticket, values PastFields, lacks map[string]bool) Ticket {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		one := t
		if !one.put(cfg.Fields, name, values[name]) {
			lacks[name] = true
			continue
		}
		t = one
	}
	return t
}

// expect notes what of these values the ticket does not have.
func (cfg *Config) expect(t *Ticket, values PastFields, lacks map[string]bool) {
	other := cfg.with(*t, values, lacks)
	for name := range cfg.allChanges(t, &other) {
		lacks[name] = true
	}
}

// rewound is the ticket before some changes led to it as it is. lacks names the fields whose values do not
// follow from each other.
func (cfg *Config) rewound(t *Ticket, changes []PastChange, lacks map[string]bool) Ticket {
	now := *t
	for _, c := range slices.Backward(changes) {
		cfg.expect(&now, c.Became, lacks)
		now = cfg.with(now, c.Was, lacks)
	}
	return now
}
