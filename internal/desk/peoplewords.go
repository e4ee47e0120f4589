package desk

import (
	"strings"

	"steward/internal/db"
	"steward/internal/lang"
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
	at := func(micros int64) string { return n.say.Time(db.Time(micros).UTC(), "2 January 2006 15:04 UTC") }
	switch e.Verb {
	case TicketPeople:
		left, _ := d.Left.(bool)
		return partWords(d.Role, left, self && len(d.To) == 1, list, n.say)
	case FollowerTold:
		return n.say.Say("Told %s, who follows", list)
	case ReplyPlanned:
		return n.say.Say("Planned a reply for %s", at(d.Due))
	case ReplyMoved:
		return n.say.Say("Moved a planned reply from %s to %s", at(d.DueWas), at(d.Due))
	case ReplyUndone:
		if d.Kind == string(Planned) {
			return n.say.Word("Took a planned reply back")
		}
		return n.say.Word("Took a reply back before it left")
	case ReplyHeld:
		return n.say.Word(heldWords[d.Reason])
	}
	switch {
	case len(d.Added) == 0:
		return n.say.Say("No longer known as %s", strings.Join(d.Gone, ", "))
	default:
		return n.say.Say("Known elsewhere as %s", strings.Join(d.Added, ", "))
	}
}

func partWords(part Part, left, self bool, list string, l *lang.Language) string {
	switch {
	case part == Following && self && left:
		return l.Word("Follows this no longer")
	case part == Following && self:
		return l.Word("Follows this")
	case part == Following && left:
		return l.Say("%s follows this no longer", list)
	case part == Following:
		return l.Say("Let %s follow this", list)
	case left:
		return l.Say("Took %s off the copies", list)
	}
	return l.Say("Copied %s", list)
}

// heldWords say why a reply did not leave at its time.
//
//lang:texts
var heldWords = map[string]string{
	"changed": "A planned reply was held back: somebody wrote meanwhile, or the ticket was closed",
	"author":  "A reply was held back: its author may no longer send it",
	"refused": "A reply was held back: the ticket did not take it",
}
