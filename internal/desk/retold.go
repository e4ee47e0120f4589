package desk

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/field"
)

// Why a ticket cannot be replayed. What is missing is said, never guessed.
const (
	noOpening    = "its opening is not recorded"
	noFields     = "its opening does not carry the fields that conditions read"
	brokenChain  = "its recorded changes do not fit together"
	noPast       = "it came from another system, which did not tell all of its past"
	noAttributes = "the attributes its organization had then are not recorded"
	noText       = "a trigger reads what somebody wrote, and that was removed"
	noPresence   = "a rule hands tickets to the region that is at work unless their assignee is, and who was at work then is not recorded"
	noSubject    = "a rule reads the subject, which was changed or removed since"
)

// retold is a ticket's life told again from its events. What people did is taken from them;
// what clocks and triggers made of it is worked out by each line.
type retold struct {
	*batch
	ticket    Ticket  // as it was, with what rules did then
	then      Ticket  // the same at the time that the lines have reached
	wrote     bool    // an agent has written to the customer
	lines     []*line // the configuration in force and, from the window on, the proposed one
	now       lived   // the event that the moment under way began with
	reason    string  // why it cannot be told, found on the way
	complete  bool    // nothing happened after the window
	subjected bool    // the subject is not the first one any more
	texts     map[int64]string
	turns     []turn // where the lines parted
	stays     []stay // the states it was in
	story     *story // the moment under way; nil behind the last one
	acted     []acted
	waits     map[int64]bool // issues that it waits for

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
	lapsed *acted                        // the time rule that acted, when it was one
	alone  bool                          // history has no such moment: a time rule acts that did not
	quiet  bool                          // nothing about the ticket changed in it
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
	h.lines = []*line{{cfg: h.current, once: map[int64]bool{}, spent: spent{}}}
	h.acted = h.allActed(events)
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
	h.story = nil
	h.pass(h.until, math.MaxInt64)
	return h.reason
}

// part lets the proposed configuration come into force: from here on there are two lives.
func (h *retold) part() {
	if len(h.lines) == 2 || h.proposed == nil {
		return
	}
	if h.ticket.Status != "" {
		h.pass(h.since, 0)
	}
	h.lines = append(h.lines, h.lines[0].branch(h.proposed))
	if h.parted() && h.ticket.Status != "" {
		for _, l := range h.lines {
			l.look(h, h.since)
		}
	}
}

// parted reports whether each line works out by itself what rules do.
func (h *retold) parted() bool { return h.anew && len(h.lines) == 2 }

// together is how many events from the first on are one moment: what a message changes, and
// what triggers do about both, is recorded with it, as its consequence and at its time.
func together(events []lived) int {
	n := 1
	for n < len(events) {
		e := events[n]
		if e.waited() {
			break
		}
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
	h.now, h.then = events[0], h.ticket
	m := &story{moment: moment{at: time.UnixMicro(h.now.recorded).UTC(), event: h.now.id}, was: h.ticket,
		by: act.Actor{Kind: h.now.kind, PersonID: h.now.actor, Cause: act.Cause{Depth: h.now.depth}}}
	m.lapsed = h.actedBy(events[0])
	m.quiet = !slices.ContainsFunc(events, lived.tells)
	for i, e := range events {
		rule := e.kind == act.Rule && (i > 0 || m.lapsed != nil)
		if rule && (m.lapsed == nil || e.blueprint != m.lapsed.rule) {
			m.fired = put(m.fired, e.blueprint)
		}
		switch e.verb {
		case TicketWaiting, TicketIssueEnded:
			h.wait(e)
		case TicketCreated:
			m.created = true
			h.open(e.data, m)
			h.ticket.noteWritten(m.moment)
			m.opened, m.was = h.ticket, h.ticket
		case TicketReplied, TicketCommented, TicketNoted:
			if !rule {
				h.message(e, m)
			}
		case TicketSideAnswered:
			m.aside = e.answersAside()
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
				m.fields = maps.Clone(m.fields)
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
	d := h.sayings.message(e.data)
	if d == nil {
		h.reason = brokenChain
		return
	}
	if d.Channel == ruleChannel {
		return // a note that nobody wrote: nobody hears it
	}
	m.wrote = &Message{Agent: e.verb != TicketCommented, Public: e.verb != TicketNoted, Channel: d.Channel, Automatic: d.Automatic, Text: h.texts[e.id]}
	m.replied, m.asked = e.verb == TicketReplied, e.verb == TicketCommented && !d.Automatic
	if m.wrote.Agent && m.by.Kind == act.Person {
		m.by.Grants = editing
	}
}

// happen lets every line live through a moment. What time rules did is worked out anew, too, by
// lines that have parted: their moments tell when they did, and nothing else.
func (h *retold) happen(m *story) {
	h.story = m
	h.pass(m.at, m.event)
	h.then = h.ticket
	if m.lapsed == nil || !h.parted() {
		for _, l := range h.lines {
			if h.reason != "" {
				return
			}
			l.live(h, m)
		}
		if h.parted() {
			h.compare(m.at, m.event)
		}
	}
	if n := len(h.stays); n == 0 || h.stays[n-1].in != h.ticket.Status {
		h.stays = append(h.stays, stay{h.ticket.Status, m.at})
	}
	if !m.quiet {
		h.ticket.Updated = m.at
	}
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
	return about{now: now, only: h.only[cfg], waitingOn: func() any { return int64(len(h.waits)) }, requester: there(t.RequesterID), assignee: there(t.AssigneeID), organization: func() any {
		if t.OrganizationID == 0 {
			return nil
		}
		return map[string]any{"attributes": cfg.Fields.Vars("organization", field.Values(h.attributesNow(t.OrganizationID)))}
	}}
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
