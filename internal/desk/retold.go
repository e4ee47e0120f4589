package desk

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/field"
)

// Why a ticket cannot be replayed. What is missing is said, never guessed.
const (
	noOpening    = "its opening is not recorded"
	noFields     = "its opening does not carry the fields that conditions read"
	brokenChain  = "its recorded changes do not fit together"
	noAttributes = "the attributes its organization had then are not recorded"
)

// retold is a ticket's life told again from its events.
type retold struct {
	*batch
	ticket Ticket
	wrote  bool // an agent has written to the customer
	lines  [2]line
	now    lived  // the event that the moment under way began with
	reason string // why it cannot be told, found on the way
}

// line is what one configuration makes of the life.
type line struct {
	cfg    *Config
	clocks []*Clock
}

// tell plays the whole life. It returns why it cannot, "" when it could.
func (h *retold) tell(r *recorded) string {
	events := r.events
	slices.SortStableFunc(events, func(a, b lived) int { return cmp.Or(cmp.Compare(a.recorded, b.recorded), cmp.Compare(a.id, b.id)) })
	if len(events) == 0 || events[0].verb != TicketCreated {
		return noOpening
	}
	h.ticket.ID = r.id
	for len(events) > 0 && h.reason == "" {
		n := together(events)
		h.moment(events[:n])
		events = events[n:]
	}
	if h.reason != "" {
		return h.reason
	}
	if t := &h.ticket; t.Status != r.status || t.Priority != r.priority || t.TeamID != r.team {
		return brokenChain
	}
	for _, l := range h.lines {
		for _, c := range l.clocks {
			if c.Ended.IsZero() {
				c.breachIfDue(h.until)
			}
		}
	}
	return ""
}

// together is how many events from the first on are one moment: what a message changes, and
// what triggers do about both, is recorded with it, as its consequence and at its time.
func together(events []lived) int {
	n := 1
	for n < len(events) {
		e := events[n]
		if e.verb != TicketChanged && e.verb != TicketNoted || e.recorded != events[0].recorded || !slices.ContainsFunc(events[:n], func(b lived) bool { return b.id == e.cause }) {
			break
		}
		n++
	}
	return n
}

// moment lets the ticket and both sets of clocks live through events that are one moment.
func (h *retold) moment(events []lived) {
	h.now = events[0]
	m := moment{at: time.UnixMicro(h.now.recorded).UTC(), event: h.now.id}
	wrote := false
	for _, e := range events {
		switch e.verb {
		case TicketCreated:
			m.created = true
			wrote = h.open(e.data)
		case TicketReplied:
			m.replied, wrote = true, true
		case TicketCommented:
			var d struct{ Automatic bool }
			if json.Unmarshal(e.data, &d) != nil {
				h.reason = brokenChain
			}
			m.asked = !d.Automatic
		case TicketChanged:
			m.changed = true
			h.change(e.data)
		}
	}
	if h.reason != "" {
		return
	}
	for i := range h.lines {
		l := &h.lines[i]
		m.answered = h.wrote || slices.ContainsFunc(l.clocks, func(c *Clock) bool { return c.Metric == FirstReply && !c.Ended.IsZero() })
		l.clocks, _ = l.cfg.react(&h.ticket, l.clocks, m, func() map[string]any { return l.cfg.vars(&h.ticket, h.about(l.cfg, m.at)) })
	}
	h.wrote = h.wrote || wrote
}

// about is what conditions read of the organization in the moment under way.
func (h *retold) about(cfg *Config, now time.Time) about {
	return about{now: now, organization: func() any {
		return map[string]any{"attributes": cfg.Fields.Vars("organization", field.Values(h.attributesNow()))}
	}}
}

// open takes the fields of a new ticket and reports whether an agent wrote to the customer.
func (h *retold) open(data []byte) (wrote bool) {
	var d struct {
		Status         *Status
		Priority       *Priority
		OrganizationID *int64    `json:"organization_id"`
		TeamID         *int64    `json:"team_id"`
		BrandID        *int64    `json:"brand_id"`
		MailboxID      *int64    `json:"mailbox_id"`
		Channel        *string   `json:"channel"`
		Tags           *[]string `json:"tags"`
		Type           Type      `json:"type"`
		TaskDue        int64     `json:"task_due"`
		ProblemID      int64     `json:"problem_id"`
		Public, Agent  bool
	}
	if h.ticket.Status != "" || json.Unmarshal(data, &d) != nil {
		h.reason = brokenChain
		return false
	}
	if d.Status == nil || d.Priority == nil || d.OrganizationID == nil || d.TeamID == nil || d.BrandID == nil || d.MailboxID == nil || d.Channel == nil {
		h.reason = noFields
		return false
	}
	t := &h.ticket
	t.Status, t.Priority, t.OrganizationID, t.TeamID = *d.Status, *d.Priority, *d.OrganizationID, *d.TeamID
	t.Type, t.TaskDue, t.ProblemID = cmp.Or(d.Type, TypeQuestion), db.Time(d.TaskDue), d.ProblemID // histories from before types are of questions
	t.BrandID, t.MailboxID, t.Channel = *d.BrandID, *d.MailboxID, *d.Channel
	t.Created = time.UnixMicro(h.now.recorded).UTC()
	if d.Tags != nil { // null for none
		t.Tags = *d.Tags
	}
	var more map[string]json.RawMessage
	if json.Unmarshal(data, &more) == nil {
		for name, value := range more {
			var pair [2]json.RawMessage
			if strings.HasPrefix(name, "attributes.") && json.Unmarshal(value, &pair) == nil {
				h.attribute(strings.TrimPrefix(name, "attributes."), pair)
			}
		}
	}
	return d.Public && d.Agent
}

// change takes changed fields, each from its old value to its new one.
func (h *retold) change(data []byte) {
	var d struct {
		Changes map[string][2]json.RawMessage `json:"changes"`
	}
	if json.Unmarshal(data, &d) != nil {
		h.reason = brokenChain
		return
	}
	t := &h.ticket
	for name, values := range d.Changes {
		ok := true
		switch name {
		case "status":
			ok = advance(values, &t.Status)
		case "priority":
			ok = advance(values, &t.Priority)
		case "type":
			ok = advance(values, &t.Type)
		case "task_due":
			due := db.Micros(t.TaskDue)
			ok = advance(values, &due)
			t.TaskDue = db.Time(due)
		case "problem_id":
			ok = advance(values, &t.ProblemID)
		case "channel":
			ok = advance(values, &t.Channel)
		case "organization_id":
			ok = advance(values, &t.OrganizationID)
		case "team_id":
			ok = advance(values, &t.TeamID)
		case "brand_id":
			ok = advance(values, &t.BrandID)
		case "mailbox_id":
			ok = advance(values, &t.MailboxID)
		case "tags":
			var old, now []string
			ok = json.Unmarshal(values[0], &old) == nil && json.Unmarshal(values[1], &now) == nil && equalTags(old, t.Tags)
			t.Tags = now
		}
		if attribute, is := strings.CutPrefix(name, "attributes."); is {
			h.attribute(attribute, values)
		}
		if !ok {
			h.reason = brokenChain
		}
	}
}

// attribute takes a changed attribute of the ticket. Texts that people wrote are not told.
func (h *retold) attribute(name string, values [2]json.RawMessage) {
	var now any
	if json.Unmarshal(values[1], &now) != nil {
		h.reason = brokenChain
		return
	}
	all := field.Values(maps.Clone(map[string]any(h.ticket.Attributes)))
	if all == nil {
		all = field.Values{}
	}
	delete(all, name)
	if now != nil {
		all[name] = now
	}
	h.ticket.Attributes = all
}

// advance moves a value on if it is where the change says it was.
func advance[T comparable](values [2]json.RawMessage, to *T) bool {
	var old, now T
	if json.Unmarshal(values[0], &old) != nil || json.Unmarshal(values[1], &now) != nil || old != *to {
		return false
	}
	*to = now
	return true
}

// attributesNow are those of the ticket's organization in the moment under way.
func (h *retold) attributesNow() map[string]any {
	if !h.attributes || h.ticket.OrganizationID == 0 {
		return map[string]any{}
	}
	values, known := h.organizations.at(h.ticket.OrganizationID, h.now)
	if !known {
		h.reason = noAttributes
	}
	return values
}
