package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/entitle"
	"steward/internal/field"
)

// open takes the fields of a new ticket.
func (h *retold) open(data []byte, m *story) {
	var d struct {
		Status         *Status
		Priority       *Priority
		OrganizationID *int64    `json:"organization_id"`
		TeamID         *int64    `json:"team_id"`
		BrandID        *int64    `json:"brand_id"`
		MailboxID      *int64    `json:"mailbox_id"`
		Channel        *string   `json:"channel"`
		Tags           *[]string `json:"tags"`
		AssigneeID     int64     `json:"assignee_id"`
		RequesterID    int64     `json:"requester_id"`
		FormID         int64     `json:"form_id"`
		FollowupOf     int64     `json:"followup_of"`
		SubmitterID    int64     `json:"submitter_id"`
		Type           Type      `json:"type"`
		TaskDue        int64     `json:"task_due"`
		ProblemID      int64     `json:"problem_id"`
		MergedInto     int64     `json:"merged_into"`
		EntitlementID  int64     `json:"entitlement_id"`
		Refused        entitle.Reason

		Public, Agent, Automatic bool
		Imported, Told           bool
	}
	if h.ticket.Status != "" || json.Unmarshal(data, &d) != nil {
		h.reason = brokenChain
		return
	}
	if d.Imported && !d.Told {
		h.reason = noPast
		return
	}
	if d.Status == nil || d.Priority == nil || d.OrganizationID == nil || d.TeamID == nil || d.BrandID == nil || d.MailboxID == nil || d.Channel == nil {
		h.reason = noFields
		return
	}
	t := &h.ticket
	t.Status, t.Priority, t.OrganizationID, t.TeamID = *d.Status, *d.Priority, *d.OrganizationID, *d.TeamID
	t.Type, t.TaskDue, t.ProblemID = cmp.Or(d.Type, TypeQuestion), db.Time(d.TaskDue), d.ProblemID // histories from before types are of questions
	t.EntitlementID, t.Refused = d.EntitlementID, d.Refused
	t.BrandID, t.MailboxID, t.Channel = *d.BrandID, *d.MailboxID, *d.Channel
	t.AssigneeID, t.RequesterID, t.FormID, t.FollowupOf, t.SubmitterID, t.MergedInto = d.AssigneeID, d.RequesterID, d.FormID, d.FollowupOf, d.SubmitterID, d.MergedInto
	t.Created, t.Updated, t.StateSince = m.at, m.at, m.at
	if t.AssigneeID != 0 {
		t.AssignedAt = m.at
	}
	if t.Status.Done() {
		t.SolvedAt = m.at
	}
	if d.Tags != nil { // null for none
		t.Tags = *d.Tags
	}
	var more map[string]json.RawMessage
	if bytes.Contains(data, []byte(`"attributes.`)) && json.Unmarshal(data, &more) == nil {
		for name, value := range more {
			var pair [2]json.RawMessage
			if strings.HasPrefix(name, "attributes.") && json.Unmarshal(value, &pair) == nil {
				h.ticket.retell(h.current.Fields, strings.TrimPrefix(name, "attributes."), pair[1])
			}
		}
	}
	m.wrote = &Message{Agent: d.Agent, Public: d.Public, Automatic: d.Automatic, Channel: t.Channel, Text: h.texts[h.now.id]}
	if d.Agent || m.by.PersonID != t.RequesterID { // customers open their own only
		m.by.Grants = editing
	}
}

// change takes changed fields of the ticket as it was, each from its old value to its new one.
func (h *retold) change(data []byte) map[string][2]json.RawMessage {
	changes, ok := h.sayings.changes(data)
	if !ok {
		h.reason = brokenChain
		return nil
	}
	for name, values := range changes {
		switch at := time.UnixMicro(h.now.recorded).UTC(); {
		case name == "subject":
			h.subjected = true
		case name == "merged_into" && h.ticket.MergedInto == 0:
			h.mergedAt = at
		case name == "merged_into":
			h.unmerged = h.mergedAt
		}
		if !h.ticket.advance(h.current.Fields, name, values) {
			h.reason = brokenChain
		}
	}
	return changes
}

// advance moves a field on if it is where the change says it was. Texts that people wrote are
// not told.
func (t *Ticket) advance(fields *field.Schema, name string, values [2]json.RawMessage) bool {
	switch name {
	case "status":
		return moveText(values, &t.Status)
	case "priority":
		return moveText(values, &t.Priority)
	case "type":
		return moveText(values, &t.Type)
	case "channel":
		return moveText(values, &t.Channel)
	case "refused":
		return moveText(values, &t.Refused)
	case "hidden":
		return moveText(values, &t.Hidden)
	case "task_due":
		due := db.Micros(t.TaskDue)
		ok := moveNumber(values, &due)
		t.TaskDue = db.Time(due)
		return ok
	case "tags":
		var old, now []string
		ok := json.Unmarshal(values[0], &old) == nil && json.Unmarshal(values[1], &now) == nil && equalTags(old, t.Tags)
		t.Tags = now
		return ok
	}
	if to := t.reference(name); to != nil {
		return moveNumber(values, to)
	}
	if attribute, is := strings.CutPrefix(name, "attributes."); is {
		return t.retell(fields, attribute, values[1])
	}
	return true
}

// reference is the field of a ticket that holds an id, by its name in events; nil for others.
func (t *Ticket) reference(name string) *int64 {
	switch name {
	case "organization_id":
		return &t.OrganizationID
	case "team_id":
		return &t.TeamID
	case "brand_id":
		return &t.BrandID
	case "mailbox_id":
		return &t.MailboxID
	case "assignee_id":
		return &t.AssigneeID
	case "requester_id":
		return &t.RequesterID
	case "form_id":
		return &t.FormID
	case "problem_id":
		return &t.ProblemID
	case "submitter_id":
		return &t.SubmitterID
	case "merged_into":
		return &t.MergedInto
	case "entitlement_id":
		return &t.EntitlementID
	}
	return nil
}

// retell takes a changed attribute of the ticket. Texts that people wrote are not told.
func (t *Ticket) retell(fields *field.Schema, name string, value json.RawMessage) bool {
	var now any
	if json.Unmarshal(value, &now) != nil {
		return false
	}
	t.Attributes = fields.Told("ticket", t.Attributes, name, now)
	return true
}

// moveText moves a text on if it is where the change says it was.
func moveText[T ~string](values [2]json.RawMessage, to *T) bool {
	old, known := sayText(values[0])
	now, readable := sayText(values[1])
	if !known || !readable || T(old) != *to {
		return false
	}
	*to = T(now)
	return true
}

// moveNumber moves an id or a time on if it is where the change says it was.
func moveNumber(values [2]json.RawMessage, to *int64) bool {
	old, known := sayNumber(values[0])
	now, readable := sayNumber(values[1])
	if !known || !readable || old != *to {
		return false
	}
	*to = now
	return true
}
