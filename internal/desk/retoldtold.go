package desk

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/directory"
)

// around is what triggers need to know in a moment. before is the line's ticket before it.
func (l *line) around(h *retold, s *story, before *Ticket) around {
	return around{cfg: l.cfg, by: s.by, now: s.at,
		colleague: func(email string) (int64, error) {
			clean, err := directory.CleanEmail("assignee", email)
			if err != nil {
				return 0, nil // such an address is nobody's
			}
			return h.colleagues[clean], nil
		},
		once:    func(trigger int64) (bool, error) { return l.once[trigger], nil },
		regions: l.regions(h),
		told: func(tr *Trigger, fired []firing) (held, known bool) {
			if tr.Kind == timeRuleKind {
				return l.toldRule(h, tr, func(a *acted) bool { return a.at.Equal(s.at) })
			}
			why := l.untold(h, tr, s)
			if why == "" {
				return false, false
			}
			if s.alone || !l.asThen(h, tr, s, before, fired) {
				h.reason = why
			}
			return s.fired[tr.ID], true
		}}
}

// regions are what is known of where tickets were. Who was at work at a moment, history does not tell.
func (l *line) regions(h *retold) regions {
	return regions{
		working: func(int64) (bool, error) { h.reason = noPresence; return false, nil },
		handed:  func(*Ticket) (int64, string, error) { return l.handed.to, l.handed.kind, nil },
	}
}

// untold says what a trigger reads that history does not tell in a moment; "" for nothing.
func (l *line) untold(h *retold, tr *Trigger, s *story) string {
	if tr.When == nil {
		return ""
	}
	if f := h.sweep.untold[l.side][tr.ID]; f != "" {
		return fmt.Sprintf("the %s %s reads %s, which history does not tell", tr.word(), tr.Name, f)
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

// asThen reports whether the rule saw then what it sees on this line: it is the same in both
// configurations, and nothing that it reads differs. Then history tells whether it fired.
func (l *line) asThen(h *retold, tr *Trigger, s *story, before *Ticket, fired []firing) bool {
	if !h.kept[tr.ID] {
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
	case "change.text", "change.automatic", "change.channel", "change.by", "ticket.created", "ticket.channel", "ticket.brand", "ticket.mailbox", "ticket.waiting_on", "now":
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
