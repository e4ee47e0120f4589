package desk

import (
	"strings"

	"steward/internal/db"
	"steward/internal/ledger"
)

// peopleSentence says what an event about a ticket's people or its waiting replies tells.
func peopleSentence(e ledger.Event, d eventData, n names) string {
	var who []string
	self := false
	for _, id := range d.To {
		who = append(who, n.people[id].Name)
		self = self || id == e.ActorID
	}
	list := strings.Join(who, ", ")
	at := func(micros int64) string { return db.Time(micros).UTC().Format("2 January 2006 15:04 UTC") }
	switch e.Verb {
	case TicketPeople:
		left, _ := d.Left.(bool)
		return partWords(d.Role, left, self && len(d.To) == 1, list)
	case FollowerTold:
		return "Told " + list + ", who follows"
	case ReplyPlanned:
		return "Planned a reply for " + at(d.Due)
	case ReplyMoved:
		return "Moved a planned reply from " + at(d.DueWas) + " to " + at(d.Due)
	case ReplyUndone:
		if d.Kind == string(Planned) {
			return "Took a planned reply back"
		}
		return "Took a reply back before it left"
	case ReplyHeld:
		return heldWords[d.Reason]
	}
	switch {
	case len(d.Added) == 0:
		return "No longer known as " + strings.Join(d.Gone, ", ")
	default:
		return "Known elsewhere as " + strings.Join(d.Added, ", ")
	}
}

func partWords(part Part, left, self bool, list string) string {
	switch {
	case part == Following && self && left:
		return "Follows this no longer"
	case part == Following && self:
		return "Follows this"
	case part == Following && left:
		return list + " follows this no longer"
	case part == Following:
		return "Let " + list + " follow this"
	case left:
		return "Took " + list + " off the copies"
	}
	return "Copied " + list
}

// heldWords say why a reply did not leave at its time.
var heldWords = map[string]string{
	"changed": "A planned reply was held back: somebody wrote meanwhile, or the ticket was closed",
	"author":  "A reply was held back: its author may no longer send it",
	"refused": "A reply was held back: the ticket did not take it",
}
