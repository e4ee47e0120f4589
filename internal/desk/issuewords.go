package desk

import "steward/internal/lang"

// engineeringSentence says what an event about issues tells; the issue itself is shown beside the ticket.
func engineeringSentence(verb string, d eventData, l *lang.Language) string {
	switch verb {
	case TicketLinked:
		return l.Word("Linked to an issue")
	case TicketUnlinked:
		return l.Word("Link to an issue taken back")
	case TicketWaiting:
		if d.Waiting {
			return l.Word("Waits for an issue")
		}
		return l.Word("No longer waits for an issue")
	case TicketIssueEnded:
		text := l.Say("The issue it waited for is %v", d.State)
		if left, _ := d.Left.(float64); left > 0 {
			text += l.Say("; it waits for %d more", int(left))
		}
		return text
	case TicketReported:
		return l.Word("Asked for an issue to be created")
	case TicketReportFailed:
		return l.Word("The issue could not be created")
	default:
		if d.Attached {
			return l.Word("Known issue attached")
		}
		return l.Word("Known issue taken off")
	}
}
