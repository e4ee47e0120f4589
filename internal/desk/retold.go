package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/entitle"
	"steward/internal/field"
)

// Why a ticket cannot be replayed. What is missing is said, never guessed.
const (
	noOpening    = "its opening is not recorded"
	noFields     = "its opening does not carry the fields that conditions read"
	brokenChain  = "its recorded changes do not fit together"
	noAttributes = "the attributes its organization had then are not recorded"
	noText       = "a trigger reads what somebody wrote, and that was removed"
	noSubject    = "a trigger reads the subject, which was changed or removed since"
)

// retold is a ticket's life told again from its events. What people did is taken from them;
// what clocks and triggers made of it is worked out by each line.
type retold struct {
	*batch
	ticket    Ticket  // as it was, with what triggers did then
	wrote     bool    // an agent has written to the customer
	lines     []*line // the configuration in force and, from the window on, the proposed one
	now       lived   // the event that the moment under way began with
	reason    string  // why it cannot be told, found on the way
	complete  bool    // nothing happened after the window
	subjected bool    // the subject is not the first one any more
	texts     map[int64]string
	turns     []turn // where the lines parted
	stays     []stay // the states it was in

	mergedAt, unmerged time.Time // when it was merged, and the merge that the moment under way undoes
}

// stay is a stretch of a ticket's life in one state; it ends where the next begins.
type stay struct {
	in   Status
	from time.Time
}

// story is one moment of the life: what people did in it, and which triggers acted then.
type story struct {
	moment
	opened Ticket                        // as it was opened, when it was
	was    Ticket                        // before it, as it was
	fields map[string][2]json.RawMessage // what people changed
	moved  bool                          // anything changed, by people or rules
	fired  map[int64]bool                // triggers that acted then
	ruled  map[string]bool               // what they changed then
	by     act.Actor
}

// tell plays the whole life. It returns why it cannot, "" when it could.
func (h *retold) tell(r *recorded) string {
	events := r.events
	slices.SortStableFunc(events, func(a, b lived) int { return cmp.Or(cmp.Compare(a.recorded, b.recorded), cmp.Compare(a.id, b.id)) })
	if len(events) == 0 || events[0].verb != TicketCreated {
		return noOpening
	}
	h.ticket.ID, h.ticket.Subject, h.texts = r.id, r.subject, r.texts
	h.subjected = r.subject == Removed
	h.lines = []*line{{cfg: h.current, once: map[int64]bool{}}}
	since, until := db.Micros(h.since), db.Micros(h.until)
	for len(events) > 0 && events[0].recorded < until && h.reason == "" {
		if len(h.lines) == 1 && events[0].recorded >= since {
			h.part()
		}
		n := together(events)
		h.happen(h.read(events[:n]))
		events = events[n:]
	}
	h.complete = len(events) == 0
	switch t := &h.ticket; {
	case h.reason != "":
		return h.reason
	case h.complete && (t.Status != r.status || t.Priority != r.priority || t.TeamID != r.team):
		return brokenChain
	}
	h.part()
	for _, l := range h.lines {
		l.until(h, h.until)
	}
	return h.reason
}

// part lets the proposed configuration come into force: from here on there are two lives.
func (h *retold) part() {
	if len(h.lines) == 2 || h.proposed == nil {
		return
	}
	if h.ticket.Status != "" {
		h.lines[0].until(h, h.since)
	}
	h.lines = append(h.lines, h.lines[0].branch(h.proposed))
}

// together is how many events from the first on are one moment: what a message changes, and
// what triggers do about both, is recorded with it, as its consequence and at its time.
func together(events []lived) int {
	n := 1
	for n < len(events) {
		e := events[n]
		follows := e.kind == act.Rule || e.verb == TicketChanged || e.verb == TicketNoted
		caused := slices.ContainsFunc(events[:n], func(b lived) bool { return b.id == e.cause }) || e.cause != 0 && e.cause == events[0].cause
		if !follows || !caused || e.recorded != events[0].recorded {
			break
		}
		n++
	}
	return n
}

// read takes what happened in a moment, and lets the ticket as it was live through it.
func (h *retold) read(events []lived) *story {
	h.now = events[0]
	m := &story{moment: moment{at: time.UnixMicro(h.now.recorded).UTC(), event: h.now.id}, was: h.ticket,
		by: act.Actor{Kind: h.now.kind, PersonID: h.now.actor, Cause: act.Cause{Depth: h.now.depth}}}
	for i, e := range events {
		rule := i > 0 && e.kind == act.Rule
		if rule {
			m.fired = put(m.fired, e.blueprint)
		}
		switch e.verb {
		case TicketCreated:
			m.created = true
			h.open(e.data, m)
			h.ticket.noteWritten(m.moment)
			m.opened, m.was = h.ticket, h.ticket
		case TicketReplied, TicketCommented, TicketNoted:
			if !rule {
				h.message(e, m)
			}
		case TicketChanged:
			changed := h.change(e.data)
			m.moved = true
			switch {
			case rule:
				for name := range changed {
					m.ruled = put(m.ruled, name)
				}
			case m.fields == nil:
				m.fields = changed
			default:
				maps.Copy(m.fields, changed)
			}
		}
	}
	if !m.created {
		h.ticket.noteWritten(m.moment)
		if m.wrote == nil && m.by.Kind == act.Person { // only colleagues change fields alone
			m.by.Grants = editing
		}
	}
	m.unmerged, h.unmerged = h.unmerged, timeZero
	m.admitted = !m.created && m.was.Refused != "" && h.ticket.Refused == "" && h.ticket.AskedAt.After(h.ticket.RepliedAt)
	h.ticket.noteMoved(&m.was, m.at)
	return m
}

// editing is what makes somebody a colleague to the conditions of triggers.
var editing = []act.Grant{{Action: "edit", Kind: "ticket", Scope: act.All}}

// message takes what somebody wrote.
func (h *retold) message(e lived, m *story) {
	var d struct {
		Automatic bool
		Channel   string
	}
	if json.Unmarshal(e.data, &d) != nil {
		h.reason = brokenChain
	}
	m.wrote = &Message{Agent: e.verb != TicketCommented, Public: e.verb != TicketNoted, Channel: d.Channel, Automatic: d.Automatic, Text: h.texts[e.id]}
	m.replied, m.asked = e.verb == TicketReplied, e.verb == TicketCommented && !d.Automatic
	if m.wrote.Agent && m.by.Kind == act.Person {
		m.by.Grants = editing
	}
}

// happen lets every line live through a moment.
func (h *retold) happen(m *story) {
	for _, l := range h.lines {
		if h.reason != "" {
			return
		}
		l.live(h, m)
	}
	if h.retrigger && len(h.lines) == 2 {
		h.compare(m)
	}
	if n := len(h.stays); n == 0 || h.stays[n-1].in != h.ticket.Status {
		h.stays = append(h.stays, stay{h.ticket.Status, m.at})
	}
	h.ticket.Updated = m.at
	h.wrote = h.wrote || m.wrote != nil && m.wrote.Agent && m.wrote.Public
}

// about is what conditions read of the records around the ticket in the moment under way.
func (h *retold) about(cfg *Config, t *Ticket, now time.Time) about {
	there := func(id int64) func() any {
		return func() any {
			if id == 0 {
				return nil
			}
			return map[string]any{}
		}
	}
	return about{now: now, requester: there(t.RequesterID), assignee: there(t.AssigneeID), organization: func() any {
		if t.OrganizationID == 0 {
			return nil
		}
		return map[string]any{"attributes": cfg.Fields.Vars("organization", field.Values(h.attributesNow(t.OrganizationID)))}
	}}
}

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
	}
	if h.ticket.Status != "" || json.Unmarshal(data, &d) != nil {
		h.reason = brokenChain
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
	var d struct {
		Changes map[string][2]json.RawMessage `json:"changes"`
	}
	if json.Unmarshal(data, &d) != nil {
		h.reason = brokenChain
		return nil
	}
	for name, values := range d.Changes {
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
	return d.Changes
}

// advance moves a field on if it is where the change says it was. Texts that people wrote are
// not told.
func (t *Ticket) advance(fields *field.Schema, name string, values [2]json.RawMessage) bool {
	switch name {
	case "status":
		return moveOn(values, &t.Status)
	case "priority":
		return moveOn(values, &t.Priority)
	case "type":
		return moveOn(values, &t.Type)
	case "channel":
		return moveOn(values, &t.Channel)
	case "refused":
		return moveOn(values, &t.Refused)
	case "hidden":
		return moveOn(values, &t.Hidden)
	case "task_due":
		due := db.Micros(t.TaskDue)
		ok := moveOn(values, &due)
		t.TaskDue = db.Time(due)
		return ok
	case "tags":
		var old, now []string
		ok := json.Unmarshal(values[0], &old) == nil && json.Unmarshal(values[1], &now) == nil && equalTags(old, t.Tags)
		t.Tags = now
		return ok
	}
	if to := t.reference(name); to != nil {
		return moveOn(values, to)
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

// moveOn moves a value on if it is where the change says it was.
func moveOn[T comparable](values [2]json.RawMessage, to *T) bool {
	var old, now T
	if json.Unmarshal(values[0], &old) != nil || json.Unmarshal(values[1], &now) != nil || old != *to {
		return false
	}
	*to = now
	return true
}

// attributesNow are those of an organization in the moment under way.
func (h *retold) attributesNow(organization int64) map[string]any {
	if !h.attributes {
		return map[string]any{}
	}
	values, known := h.organizations.at(organization, h.now)
	if !known {
		h.reason = noAttributes
	}
	return values
}
