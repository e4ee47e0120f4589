package desk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/replay"
	"steward/internal/rest"
)

// What can differ about a ticket's promises and messages. What differs about its fields bears
// the field's name; form, type and attributes are "other".
const (
	breaches = "breaches" // late, and was not
	keeps    = "keeps"    // not late, and was
	moves    = "moves"    // due or late at another time
	starts   = "starts"   // a promise where there was none
	ends     = "ends"     // no promise where there was one
	sends    = "sends"    // a message that was not sent
	silent   = "silent"   // a message less
	begins   = "begins"   // a run of a playbook that did not start
	rests    = "rests"    // a run less
	goes     = "goes"     // handed over or given out otherwise
	company  = "people"   // others come or go
)

// Promise is one clock as a replay shows it.
type Promise struct {
	Policy        string     `json:"policy"`
	TargetMinutes int64      `json:"target_minutes"`
	State         ClockState `json:"state"`
	StartedAt     time.Time  `json:"started_at"`
	DueAt         *time.Time `json:"due_at"`
	EndedAt       *time.Time `json:"ended_at"`
	BreachedAt    *time.Time `json:"breached_at"`
}

// Turn is what a field of a ticket was, or a rule sent, from a moment on, as a replay shows
// it. Value is null for nothing; people are told by id.
type Turn struct {
	Value any       `json:"value"`
	At    time.Time `json:"at"`
}

// promise is nil for no clock.
func (cfg *Config) promise(c *Clock) any {
	if c == nil {
		return nil
	}
	p := Promise{TargetMinutes: int64(c.Target / time.Minute), State: c.State, StartedAt: c.Started, DueAt: rest.Time(c.Due), EndedAt: rest.Time(c.Ended),
		BreachedAt: rest.Time(c.BreachedAt)}
	if policy := cfg.Policy(c.PolicyID); policy != nil {
		p.Policy = policy.Name
	}
	return p
}

// differences compares the lives by both configurations.
func (h *retold) differences() (out []replay.Difference) {
	out = h.promises()
	for _, t := range h.turns {
		out = append(out, t.difference())
	}
	before, after := h.lines[0], h.lines[1]
	for _, key := range sorted(after.sent) {
		if _, was := before.sent[key]; !was {
			out = append(out, key.difference(after, more))
		}
	}
	for _, key := range sorted(before.sent) {
		if _, is := after.sent[key]; !is {
			out = append(out, key.difference(before, less))
		}
	}
	return out
}

func sorted(sent map[message]*Trigger) []message {
	return slices.SortedFunc(maps.Keys(sent), func(a, b message) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.event, b.event), cmp.Compare(a.kind, b.kind), cmp.Compare(a.what, b.what), cmp.Compare(a.to, b.to))
	})
}

// promises compares the clocks of both lives: those that measure the same and began with the
// same event stand for each other.
func (h *retold) promises() (out []replay.Difference) {
	before, after := h.lines[0], h.lines[1]
	note := func(b, a *Clock) {
		change := differs(b, a)
		if change == "" {
			return
		}
		d := replay.Difference{Kind: "sla", Change: change, Worse: worse(change), Late: &[2]time.Duration{h.lateness(b), h.lateness(a)}}
		cfg, c := after.cfg, a
		if c == nil {
			cfg, c = before.cfg, b
		}
		d.Aspect = string(c.Metric)
		if p := cfg.Policy(c.PolicyID); p != nil {
			d.Name = p.Name
		}
		d.Tell = func() (any, any, string) {
			return before.cfg.promise(b), after.cfg.promise(a), fmt.Sprintf("%s: %s, instead of %s.", metricWords[c.Metric], came(a), came(b))
		}
		out = append(out, d)
	}
	for _, b := range before.clocks {
		note(b, twin(b, after.clocks))
	}
	for _, a := range after.clocks {
		if twin(a, before.clocks) == nil {
			note(nil, a)
		}
	}
	return out
}

// came says what became of a promise, for a sentence about two.
func came(c *Clock) string {
	at := func(t time.Time) string { return t.In(c.calendar.Zone()).Format("Mon 2 Jan 15:04 MST") }
	switch {
	case c == nil:
		return "no promise"
	case !c.BreachedAt.IsZero():
		return "missed " + at(c.BreachedAt)
	case c.State == Met:
		return "kept after " + words(c.Used).String() + " of " + words(c.Target).String()
	case !c.Due.IsZero():
		return "due " + at(c.Due)
	default:
		return "standing still after " + words(c.Used).String() + " of " + words(c.Target).String()
	}
}

func twin(c *Clock, among []*Clock) *Clock {
	for _, o := range among {
		if o.Metric == c.Metric && o.EventID == c.EventID {
			return o
		}
	}
	return nil
}

// differs says what differs between two clocks, "" for nothing that anybody would notice.
func differs(b, a *Clock) string {
	late := func(c *Clock) bool { return c != nil && !c.BreachedAt.IsZero() }
	switch {
	case late(a) && !late(b):
		return breaches
	case late(b) && !late(a):
		return keeps
	case b == nil:
		return starts
	case a == nil:
		return ends
	case !a.BreachedAt.Equal(b.BreachedAt) || !a.Due.Equal(b.Due):
		return moves
	}
	return ""
}

// turn is where the two lives of a ticket part in a field.
type turn struct {
	field         string
	at            time.Time
	before, after any
	rule          *Trigger // that made the difference; nil when that is not known
	sentence      func() string
}

func (t turn) difference() replay.Difference {
	change := t.field
	if !slices.ContainsFunc(totals, func(total replay.Total) bool { return total.Change == change }) {
		change = "other"
	}
	d := replay.Difference{Kind: "trigger", Aspect: t.field, Change: change, Tell: func() (any, any, string) { return Turn{t.before, t.at}, Turn{t.after, t.at}, t.sentence() }}
	if t.rule != nil {
		d.Kind, d.Name = t.rule.Kind, t.rule.Name
	}
	return d
}

// compare notes in which fields the lives part for the first time, in the moment of an event or,
// with 0, when time rules have acted.
func (h *retold) compare(at time.Time, event int64) {
	a, b := h.lines[0], h.lines[1]
	for name, values := range a.cfg.allChanges(&a.ticket, &b.ticket) {
		field := name
		for _, f := range fieldNames {
			if f.field == name {
				field = f.title
			}
		}
		if name == "subject" || slices.ContainsFunc(h.turns, func(t turn) bool { return t.field == field }) {
			continue
		}
		pair := values.([]any)
		t := turn{field: field, at: at, before: pair[0], after: pair[1], rule: h.setter(name, at, event)}
		t.sentence = func() string {
			return fmt.Sprintf("%s would have been %s instead of %s from %s.", upperFirst(field), h.said(b.cfg, name, t.after), h.said(a.cfg, name, t.before), at.Format("Mon 2 Jan 15:04 UTC"))
		}
		h.turns = append(h.turns, t)
	}
	slices.SortFunc(h.turns, func(a, b turn) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.field, b.field)) })
}

// setter is the rule that made a field differ: one that set it in this moment, or else the last
// that set it; nil when none did.
func (h *retold) setter(field string, at time.Time, event int64) (last *Trigger) {
	for _, l := range []*line{h.lines[1], h.lines[0]} {
		s, ok := l.setBy[field]
		if ok && s.event == event && s.at.Equal(at) {
			return s.rule
		}
		if ok && last == nil {
			last = s.rule
		}
	}
	return last
}

// said is the value of a field in words, without names of people.
func (h *retold) said(cfg *Config, field string, v any) string {
	switch v := v.(type) {
	case Status:
		return statusWords[v]
	case []string:
		if len(v) == 0 {
			return "none"
		}
		return strings.Join(v, ", ")
	case int64:
		switch {
		case v == 0:
			return "nobody"
		case field == "team_id":
			if t := cfg.Team(v); t != nil {
				return t.Title
			}
		case field == "form_id":
			if f := cfg.form(v); f != nil {
				return f.Title
			}
		case field == "assignee_id":
			for email, id := range h.colleagues {
				if id == v {
					return email
				}
			}
			return fmt.Sprintf("person %d", v)
		}
	}
	if words := valueWords(v); words != "" {
		return words
	}
	return "nothing"
}

// difference tells of a message that one life has and the other has not.
func (m message) difference(l *line, change string) replay.Difference {
	rule := l.sent[m]
	d := replay.Difference{Kind: rule.Kind, Name: rule.Name, Aspect: m.kind, Change: m.change(change)}
	what := map[string]string{"mail": "a mail (" + m.what + ") to " + m.to, "reply": "a reply (" + m.what + ") to the requester", "note": "an internal note",
		"webhook": "a call of the webhook " + m.what, playbookWord: "a run of the playbook " + m.what}[m.kind]
	t := Turn{what, db.Time(m.at)}
	d.Tell = func() (any, any, string) {
		on := t.At.Format("Mon 2 Jan 15:04 UTC")
		switch {
		case m.kind == playbookWord && change == more:
			return nil, t, fmt.Sprintf("The %s %s would have started the playbook %s on %s.", rule.word(), rule.Name, m.what, on)
		case m.kind == playbookWord:
			return t, nil, fmt.Sprintf("The playbook %s would not have been started on %s.", m.what, on)
		case m.kind == routeWord || m.kind == peopleWord:
			t.Value = m.what
			if change == more {
				return nil, t, fmt.Sprintf("By the %s %s on %s: %s.", rule.word(), rule.Name, on, m.what)
			}
			return t, nil, fmt.Sprintf("Not any more by the %s %s on %s: %s.", rule.word(), rule.Name, on, m.what)
		case change == more:
			return nil, t, fmt.Sprintf("The %s %s would have sent %s on %s.", rule.word(), rule.Name, what, on)
		}
		return t, nil, fmt.Sprintf("%s on %s would not have been sent.", upperFirst(what), on)
	}
	return d
}

// The kinds of messages that are none: runs of playbooks, people who come and go, and where tickets go on.
const (
	playbookWord = "playbook"
	peopleWord   = "people"
	routeWord    = "route"
)

// More and less are what a life has that the other has not.
const (
	more = "more"
	less = "less"
)

// change is what differs when a life has the message and the other has not.
func (m message) change(which string) string {
	switch {
	case m.kind == routeWord:
		return goes
	case m.kind == peopleWord:
		return company
	case m.kind == playbookWord && which == more:
		return begins
	case m.kind == playbookWord:
		return rests
	case which == more:
		return sends
	}
	return silent
}

func upperFirst(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// asRecorded reports whether the configuration in force makes of the ticket what was measured.
// What happened after the window is not looked at.
func (h *retold) asRecorded(was []*Clock) bool {
	if !h.complete {
		return true
	}
	if h.current.differ(&h.lines[0].ticket, &h.ticket) {
		return false
	}
	is := h.lines[0].clocks
	if len(is) != len(was) {
		return false
	}
	for i, a := range is {
		b := was[i]
		if b.Ended.IsZero() {
			b.breachIfDue(h.until) // its timer may be a moment behind
		}
		if a.Metric != b.Metric || a.PolicyID != b.PolicyID || a.CalendarID != b.CalendarID || a.Target != b.Target || a.State != b.State || a.Used != b.Used ||
			!a.Started.Equal(b.Started) || !a.Due.Equal(b.Due) || !a.Ended.Equal(b.Ended) || !a.BreachedAt.Equal(b.BreachedAt) {
			return false
		}
	}
	return true
}
