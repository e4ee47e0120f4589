package desk

import (
	"slices"
	"strings"
	"time"

	"steward/internal/db"
)

// note keeps what triggers set and sent in a moment.
func (l *line) note(m moment, run cascade) {
	for _, f := range run.fired {
		tr := f.trigger
		l.once[tr.ID] = l.once[tr.ID] || tr.Spec.Once
		for name := range f.changes {
			if l.setBy == nil {
				l.setBy = map[string]setter{}
			}
			l.setBy[name] = setter{tr, m.event, m.at}
		}
		for _, hook := range f.hooks {
			l.send(tr, message{m.event, db.Micros(m.at), "webhook", hook.name, ""})
		}
		for _, run := range f.runs {
			l.send(tr, message{m.event, db.Micros(m.at), playbookWord, run.Name, ""})
		}
		for _, to := range f.ways {
			l.goOn(tr, m, to)
		}
		for _, who := range f.moves {
			l.move(tr, m, who)
		}
		for _, text := range f.notes {
			l.send(tr, message{m.event, db.Micros(m.at), "note", text, ""})
		}
		for _, template := range f.replies {
			if l.cfg.templates[template] != nil && (m.wrote == nil || !m.wrote.Automatic) && l.calm(TicketReplied, m.at) {
				l.send(tr, message{m.event, db.Micros(m.at), "reply", template, ""})
			}
		}
		for _, n := range f.notices {
			if to := l.recipients(m, n); to != "" && l.cfg.templates[n.Template] != nil && l.calm(TicketNotified, m.at) {
				l.send(tr, message{m.event, db.Micros(m.at), "mail", n.Template, to})
			}
		}
	}
}

// goOn keeps where a rule let the ticket go.
func (l *line) goOn(tr *Trigger, m moment, to way) {
	if to.region != nil {
		l.handed.to, l.handed.kind = to.region.ID, to.action.kind()
	}
	for _, words := range to.words(nil) {
		l.send(tr, message{m.event, db.Micros(m.at), routeWord, words, ""})
	}
}

// move keeps who came or went by a rule, unless they did by one before.
func (l *line) move(tr *Trigger, m moment, who move) {
	other := who
	other.off = !who.off
	if l.people[who] {
		return
	}
	if l.people == nil {
		l.people = map[move]bool{}
	}
	l.people[who] = true
	delete(l.people, other)
	l.send(tr, message{m.event, db.Micros(m.at), peopleWord, who.words(nil), ""})
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
	for _, team := range n.Teams {
		to = append(to, "the team "+team)
	}
	return strings.Join(to, ", ")
}

// calm counts a mail of a kind, unless it would be one of a storm.
func (l *line) calm(verb string, at time.Time) bool {
	since := at.Add(-noticeWindow)
	recent := slices.DeleteFunc(l.mails[verb], func(t time.Time) bool { return t.Before(since) })
	calm := len(recent) < noticesPerWindow
	if calm {
		recent = append(recent, at)
	}
	if l.mails == nil {
		l.mails = map[string][]time.Time{}
	}
	l.mails[verb] = recent
	return calm
}
