package desk

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
)

// line is what one configuration makes of a ticket's life.
type line struct {
	cfg    *Config
	side   int // 0: the configuration in force, 1: the proposed one
	ticket Ticket
	clocks []*Clock
	once   map[int64]bool         // triggers that fire once, and have
	spent  spent                  // what time rules have acted on
	setBy  map[string]setter      // field → the rule that set it last
	sent   map[message]*Trigger   // what rules sent, with which did
	mails  map[string][]time.Time // when they sent mail, by verb: a storm is stopped
	people map[move]bool          // who came by rules, and who went
	handed struct {               // the region that a rule handed it to and that it waits for
		to   int64
		kind string
	}
}

// setter is the rule that set a field, and in which moment.
type setter struct {
	rule  *Trigger
	event int64
	at    time.Time
}

// message is something a rule sent in a moment.
type message struct {
	event    int64  // 0: a time rule acted
	at       int64  // UTC microseconds
	kind     string // mail, reply, note, webhook, playbook, people or route
	what, to string
}

// branch is another life from here on, by another configuration.
func (l *line) branch(cfg *Config) *line {
	n := &line{cfg: cfg, side: 1, ticket: l.ticket, once: maps.Clone(l.once), spent: maps.Clone(l.spent), people: maps.Clone(l.people), handed: l.handed}
	for _, c := range l.clocks {
		twin := *c
		twin.Spans = slices.Clone(c.Spans)
		if cal := cfg.calendar(c.CalendarID); cal != nil {
			twin.calendar = cal
		}
		n.clocks = append(n.clocks, &twin)
	}
	return n
}

func (l *line) react(h *retold, m moment) {
	m.again = true
	l.clocks, _ = l.cfg.react(&l.ticket, l.clocks, m, func() map[string]any { return l.cfg.vars(&l.ticket, h.about(l.cfg, &l.ticket, m.at)) })
}

// live lets the line live through a moment: what people did is fact; what rules did is fact,
// too, as long as the lines have not parted, and otherwise worked out anew.
func (l *line) live(h *retold, s *story) {
	m := s.moment
	if !h.parted() && h.anew && s.lapsed != nil {
		l.spendThen(s.lapsed)
	}
	if s.quiet {
		return
	}
	if h.parted() {
		if l.shut(s) {
			return
		}
		m.changed = l.decide(h, s)
	} else {
		due, metric, state := l.ticket.Due, l.ticket.DueMetric, l.ticket.DueState
		l.ticket = h.ticket
		l.ticket.Due, l.ticket.DueMetric, l.ticket.DueState = due, metric, state
		m.changed = s.moved
		for id := range s.fired {
			l.once[id] = true
		}
	}
	m.answered = h.wrote || slices.ContainsFunc(l.clocks, func(c *Clock) bool { return c.Metric == FirstReply && !c.Ended.IsZero() })
	l.react(h, m)
	l.ticket.Updated = m.at
	if !h.parted() {
		return
	}
	if s.replied {
		l.calm(TicketReplied, m.at)
	}
	l.look(h, m.at)
}

// shut reports whether the ticket is closed on the line and was not then: nobody can change it, and
// what was written on it would have opened another. Whose it is follows people all the same.
func (l *line) shut(s *story) bool {
	if s.created || l.ticket.Status != StatusClosed || s.was.Status == StatusClosed {
		return false
	}
	for _, name := range []string{"requester_id", "organization_id", "hidden", "merged_into"} {
		if values, ok := s.fields[name]; ok {
			l.ticket.set(l.cfg, name, values)
		}
	}
	return true
}

// decide lets people's part of a moment happen to the line's ticket, and then the triggers act.
func (l *line) decide(h *retold, s *story) (changed bool) {
	m, before := s.moment, l.ticket
	var was *Ticket
	if m.created {
		due := l.ticket.Due
		l.ticket = s.opened
		l.ticket.Due, before = due, s.opened
	} else {
		was = &before
		l.follow(s)
		m.changed = l.cfg.differ(&before, &l.ticket)
		l.ticket.noteWritten(m)
		l.ticket.noteMoved(&before, m.at)
	}
	run, err := l.cfg.fire(&l.ticket, update{m.happened(), was, m.wrote}, l.around(h, s, &before), h.about(l.cfg, &l.ticket, m.at))
	if err != nil {
		h.reason = brokenChain // nothing of what is asked here can fail
		return false
	}
	l.ticket.noteMoved(&before, m.at)
	l.note(m, run)
	return m.changed || run.changed()
}

// differ reports whether anything that rules see differs between two states of a ticket.
func (cfg *Config) differ(a, b *Ticket) bool { return len(cfg.allChanges(a, b)) > 0 }

// follow lets what people did happen to the line's ticket. A state that follows from a message
// or from an assignment follows anew; one that somebody chose is chosen.
func (l *line) follow(s *story) {
	t, implied := &l.ticket, s.was
	move := func(*Ticket) {}
	switch assigned := s.fields["assignee_id"]; {
	case s.wrote != nil:
		move = func(t *Ticket) { _ = s.wrote.move(t, "") } // without a wish for a state nothing can be wrong
	case assigned[1] != nil:
		move = func(t *Ticket) {
			var id int64
			if json.Unmarshal(assigned[1], &id) == nil {
				t.assign(id, false)
			}
		}
	}
	move(&implied)
	chosen := s.was.Status
	if values, ok := s.fields["status"]; ok {
		_ = json.Unmarshal(values[1], &chosen) // it was read before
	}
	switch {
	case chosen == implied.Status:
		move(t)
	case chosen != s.was.Status && checkStatus(t.Status, chosen) == nil:
		t.Status = chosen
	}
	for name, values := range s.fields {
		if name != "status" {
			t.set(l.cfg, name, values)
		}
	}
}

// set gives a field the value that somebody gave it; of tags it adds and removes what they did.
func (t *Ticket) set(cfg *Config, name string, values [2]json.RawMessage) {
	switch name {
	case "priority":
		_ = json.Unmarshal(values[1], &t.Priority) // these values were read before
	case "type":
		_ = json.Unmarshal(values[1], &t.Type)
	case "channel":
		_ = json.Unmarshal(values[1], &t.Channel)
	case "refused":
		_ = json.Unmarshal(values[1], &t.Refused)
	case "hidden":
		_ = json.Unmarshal(values[1], &t.Hidden)
	case "subject":
		t.Subject += " " // another one, which is not told
	case "task_due":
		var due int64
		_ = json.Unmarshal(values[1], &due)
		t.TaskDue = db.Time(due)
	case "tags":
		var old, now []string
		_ = json.Unmarshal(values[0], &old)
		_ = json.Unmarshal(values[1], &now)
		kept := slices.DeleteFunc(slices.Clone(t.Tags), func(tag string) bool { return slices.Contains(old, tag) && !slices.Contains(now, tag) })
		for _, tag := range now {
			if !slices.Contains(old, tag) {
				kept = append(kept, tag)
			}
		}
		if tags, err := cleanTags(kept); err == nil {
			t.Tags = tags
		}
	default:
		if to := t.reference(name); to != nil {
			_ = json.Unmarshal(values[1], to)
		} else if attribute, is := strings.CutPrefix(name, "attributes."); is {
			t.retell(cfg.Fields, attribute, values[1])
		}
	}
}
