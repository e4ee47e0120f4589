package desk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
)

// line is what one configuration makes of a ticket's life.
type line struct {
	cfg    *Config
	side   int // 0: the configuration in force, 1: the proposed one
	ticket Ticket
	clocks []*Clock
	once   map[int64]bool       // triggers that fire once, and have
	setBy  map[string]setter    // field → the trigger that set it last
	sent   map[message]*Trigger // what triggers sent, with who did
	mails  []time.Time          // when they sent mail: a storm is stopped
}

// setter is the trigger that set a field, and in which moment.
type setter struct {
	trigger string
	event   int64
}

// message is something a trigger sent in a moment.
type message struct {
	event    int64
	at       int64  // UTC microseconds
	kind     string // mail, note or webhook
	what, to string
}

// branch is another life from here on, by another configuration.
func (l *line) branch(cfg *Config) *line {
	n := &line{cfg: cfg, side: 1, ticket: l.ticket, once: maps.Clone(l.once)}
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

// timed is something that acts on a ticket by itself at a due time: the promises of its clocks.
// Whatever else shall act so in a replay joins agenda.
type timed interface {
	// next says when it acts next on a line; ok is false when it does not.
	next(l *line) (at time.Time, ok bool)
	// act lets it act at that time, after which next must not give that time again.
	act(h *retold, l *line, at time.Time)
}

var agenda = []timed{promises{}}

// promises are missed at their due times.
type promises struct{}

func (promises) next(l *line) (first time.Time, ok bool) {
	for _, c := range l.clocks {
		if c.State == Running && !c.Due.IsZero() && (!ok || c.Due.Before(first)) {
			first, ok = c.Due, true
		}
	}
	return first, ok
}

func (promises) act(h *retold, l *line, at time.Time) { l.react(h, moment{at: at}) }

// until lets everything act that is due by then, each at its time.
func (l *line) until(h *retold, then time.Time) {
	for h.reason == "" {
		var first timed
		var at time.Time
		for _, one := range agenda {
			if t, ok := one.next(l); ok && !t.After(then) && (first == nil || t.Before(at)) {
				first, at = one, t
			}
		}
		if first == nil {
			return
		}
		first.act(h, l, at)
	}
}

func (l *line) react(h *retold, m moment) {
	m.again = true
	l.clocks, _ = l.cfg.react(&l.ticket, l.clocks, m, func() map[string]any { return l.cfg.vars(&l.ticket, h.about(l.cfg, &l.ticket, m.at)) })
}

// live lets the line live through a moment: what people did is fact; what triggers did is fact,
// too, as long as both configurations have the same, and otherwise worked out anew.
func (l *line) live(h *retold, s *story) {
	l.until(h, s.at)
	m := s.moment
	if h.retrigger && len(h.lines) == 2 {
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

// around is what triggers need to know in a moment. before is the line's ticket before it.
func (l *line) around(h *retold, s *story, before *Ticket) around {
	return around{cfg: l.cfg, by: s.by,
		colleague: func(email string) (int64, error) {
			clean, err := directory.CleanEmail("assignee", email)
			if err != nil {
				return 0, nil // such an address is nobody's
			}
			return h.colleagues[clean], nil
		},
		once: func(trigger int64) (bool, error) { return l.once[trigger], nil },
		told: func(tr *Trigger, fired []firing) (held, known bool) {
			why := l.untold(h, tr, s)
			if why == "" {
				return false, false
			}
			if !l.asThen(h, tr, s, before, fired) {
				h.reason = why
			}
			return s.fired[tr.ID], true
		}}
}

// untold says what a trigger reads that history does not tell in a moment; "" for nothing.
func (l *line) untold(h *retold, tr *Trigger, s *story) string {
	if tr.When == nil {
		return ""
	}
	if f := h.sweep.untold[l.side][tr.ID]; f != "" {
		return fmt.Sprintf("the trigger %s reads %s, which history does not tell", tr.Name, f)
	}
	for _, f := range tr.When.Fields() {
		if f == "ticket.subject" && h.subjected {
			return noSubject
		}
		if _, there := h.texts[s.event]; f == "change.text" && s.wrote != nil && !there {
			return noText
		}
	}
	return ""
}

// asThen reports whether the trigger saw then what it sees on this line: it is the same in both
// configurations, and nothing that it reads differs. Then history tells whether it fired.
func (l *line) asThen(h *retold, tr *Trigger, s *story, before *Ticket, fired []firing) bool {
	if !slices.ContainsFunc(h.lines[1-l.side].cfg.Triggers, tr.same) {
		return false
	}
	differ := l.cfg.allChanges(before, &s.was)
	for _, f := range tr.When.Fields() {
		column, known := readsColumn(f)
		if !known {
			return len(differ) == 0 && l.sameCascade(tr, s, fired)
		}
		_, differs := differ[column]
		acted := slices.ContainsFunc(fired, func(f firing) bool { _, changed := f.changes[column]; return changed })
		if differs || acted || s.ruled[column] {
			return false
		}
	}
	return true
}

// readsColumn is what a field of a condition follows from, as events name it; "" when nothing
// that triggers change does. known is false when it follows from more than one thing.
func readsColumn(path string) (column string, known bool) {
	path = strings.Replace(path, "before.", "ticket.", 1)
	if column, known = columnOf[path]; known {
		return column, true
	}
	for _, of := range []string{"requester", "assignee", "organization"} {
		if path == "ticket."+of || strings.HasPrefix(path, "ticket."+of+".") {
			return of + "_id", true
		}
	}
	switch path {
	case "change.text", "change.automatic", "change.channel", "change.by", "ticket.created", "ticket.channel", "ticket.brand", "ticket.mailbox", "now":
		return "", true
	case "ticket.form":
		return "form_id", true
	}
	name, attribute := strings.CutPrefix(path, "ticket.attributes.")
	return "attributes." + name, attribute
}

// sameCascade reports whether what acted before a trigger in a moment is what acted then.
func (l *line) sameCascade(tr *Trigger, s *story, fired []firing) bool {
	acted := map[int64]bool{}
	for _, f := range fired {
		if acted[f.trigger.ID] = true; !s.fired[f.trigger.ID] {
			return false
		}
	}
	for _, earlier := range l.cfg.Triggers {
		if earlier.ID == tr.ID {
			break
		}
		if s.fired[earlier.ID] && !acted[earlier.ID] {
			return false
		}
	}
	return true
}

// note keeps what triggers set and sent in a moment.
func (l *line) note(m moment, run cascade) {
	for _, f := range run.fired {
		tr := f.trigger
		l.once[tr.ID] = l.once[tr.ID] || tr.Spec.Once
		for name := range f.changes {
			if l.setBy == nil {
				l.setBy = map[string]setter{}
			}
			l.setBy[name] = setter{tr.Name, m.event}
		}
		for _, hook := range f.hooks {
			l.send(tr, message{m.event, db.Micros(m.at), "webhook", hook, ""})
		}
		for _, text := range f.notes {
			l.send(tr, message{m.event, db.Micros(m.at), "note", text, ""})
		}
		for _, n := range f.notices {
			if to := l.recipients(m, n); to != "" && l.cfg.templates[n.Template] != nil && l.calm(m.at) {
				l.send(tr, message{m.event, db.Micros(m.at), "mail", n.Template, to})
			}
		}
	}
}

func (l *line) send(tr *Trigger, m message) {
	if l.sent == nil {
		l.sent = map[message]*Trigger{}
	}
	l.sent[m] = tr
}

// recipients are those a notice finds, as the trigger names them: nobody answers a machine, and
// a ticket without an assignee or a team has none to write to.
func (l *line) recipients(m moment, n Notice) string {
	var to []string
	for _, word := range n.To {
		switch {
		case word == requesterWord && m.wrote != nil && m.wrote.Automatic:
		case word == assigneeWord && l.ticket.AssigneeID == 0:
		case word == teamWord && l.ticket.TeamID == 0:
		default:
			to = append(to, word)
		}
	}
	return strings.Join(to, ", ")
}

// calm counts a mail, unless it would be one of a storm.
func (l *line) calm(at time.Time) bool {
	since := at.Add(-noticeWindow)
	l.mails = slices.DeleteFunc(l.mails, func(t time.Time) bool { return t.Before(since) })
	if len(l.mails) >= noticesPerWindow {
		return false
	}
	l.mails = append(l.mails, at)
	return true
}
