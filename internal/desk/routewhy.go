package desk

import (
	"encoding/json"
	"fmt"
	"strings"

	"steward/internal/explain"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// routedData is what a ticket.routed event carries.
type routedData struct {
	How       string         `json:"how"`
	PersonID  int64          `json:"person_id"`
	QueueID   int64          `json:"queue_id"`
	Weight    *float64       `json:"weight"`
	Parts     []WeightPart   `json:"parts"`
	Load      int            `json:"load"`
	Cap       int            `json:"cap"`
	Adds      int            `json:"adds"`
	Skipped   []routedSkip   `json:"skipped"`
	Fit       int            `json:"candidates_count"`
	Candidate []routedMate   `json:"candidates"`
	Passed    map[string]int `json:"passed"`
}

type routedSkip struct {
	Ticket int64   `json:"ticket"`
	Weight float64 `json:"weight"`
	Why    string  `json:"why"`
}

type routedMate struct {
	Person int64 `json:"person"`
	Load   int   `json:"load"`
}

func routed(e ledger.Event) (d routedData) {
	_ = json.Unmarshal(e.Data, &d) // an event of another shape has none of these
	return d
}

// routedPeople are the people that an event of routing names.
func routedPeople(e ledger.Event) (ids []int64) {
	if e.Verb != TicketRouted {
		return nil
	}
	d := routed(e)
	ids = append(ids, d.PersonID)
	for _, c := range d.Candidate {
		ids = append(ids, c.Person)
	}
	return ids
}

func (s *Service) queueTitle(id int64, l *lang.Language) string {
	if q := s.config().Queue(id); q != nil {
		return q.Title
	}
	return l.Word("a retired queue")
}

// routedSentence says what an event of routing tells.
func (s *Service) routedSentence(e ledger.Event, n names) string {
	d := routed(e)
	who := n.people[d.PersonID].Name
	if d.How == "round_robin" {
		return n.say.Say("Round robin of %s gave it to %s", s.queueTitle(d.QueueID, n.say), who)
	}
	return n.say.Say("%s asked for the next ticket of %s", who, s.queueTitle(d.QueueID, n.say))
}

// passedWords say why colleagues were no candidates.
//
//lang:texts
var passedWords = []struct{ key, words string }{
	{"team", "not in the ticket's team"}, {"time_off", "off"}, {"off_hours", "outside their hours"}, {"presence", "busy or away"},
	{"region", "of another region than the one it is left to"}, {"skill", "without the skill it needs"}, {"capacity", "with no room for it"},
}

// whyRouted explains an event of routing: the weight part by part, then who or what else there was.
func (s *Service) whyRouted(e ledger.Event, n names, w *explain.Why) {
	d := routed(e)
	l := n.say
	w.Title = l.Say("Why did %s get this ticket?", n.people[d.PersonID].Name)
	add := func(text string) { w.Because = append(w.Because, explain.Reason{Text: text}) }
	if d.Weight != nil {
		add(l.Say("It weighed %s.", points(l, *d.Weight)))
		for _, p := range d.Parts {
			if p.Points != 0 {
				add(l.Say("%s: %s.", p.Title, points(l, p.Points)))
			} else {
				add(p.Title + ".")
			}
		}
	}
	if d.How != "round_robin" {
		add(l.Say("It was the heaviest that was for %s, who carries %s with it.", n.people[d.PersonID].Name, carriedOf(l, d.Load, d.Cap)))
		for _, k := range d.Skipped {
			id := k.Ticket
			w.Because = append(w.Because, explain.Reason{Text: l.Say("Ticket %d weighed %s. %s", k.Ticket, points(l, k.Weight), k.Why), Link: &explain.Link{Kind: "ticket", ID: &id}})
		}
		w.Otherwise = append(w.Otherwise, l.Word("a heavier ticket had been for them"))
		return
	}
	var others []string
	for i, c := range d.Candidate {
		if i == 0 {
			add(l.Say("%s carried least: %s. The ticket adds %d.", n.people[c.Person].Name, carriedOf(l, c.Load, d.Cap), d.Adds))
			continue
		}
		if len(others) < 10 {
			others = append(others, fmt.Sprintf("%s %d", n.people[c.Person].Name, c.Load))
		}
	}
	if len(others) > 0 {
		text := l.Say("Others carried as much or more: %s", strings.Join(others, ", "))
		if more := d.Fit - 1 - len(others); more > 0 {
			text += l.Say(" and %d others", more)
		}
		add(l.Say("%s. Of equals, whoever got a ticket longest ago comes first.", text))
	}
	for _, p := range passedWords {
		if k := d.Passed[p.key]; k == 1 {
			add(l.Say("One colleague was passed over: %s.", lang.Term(p.words)))
		} else if k > 1 {
			add(l.Say("%d colleagues were passed over: %s.", k, lang.Term(p.words)))
		}
	}
	w.Otherwise = append(w.Otherwise, l.Word("a colleague who carried less had been there, at work and free for it"))
}

func carriedOf(l *lang.Language, load, most int) string {
	if most > 0 {
		return l.Say("%d of %d", load, most)
	}
	return fmt.Sprint(load)
}

func points(l *lang.Language, x float64) string {
	if x == 1 || x == -1 {
		return l.Say("%g point", x)
	}
	return l.Say("%g points", x)
}
