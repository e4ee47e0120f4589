package desk

import "fmt"

// engineeringSentence says what an event about issues tells; the issue itself is shown beside the ticket.
func engineeringSentence(verb string, d eventData) string {
	switch verb {
	case TicketLinked:
		return "Linked to an issue"
	case TicketUnlinked:
		return "Link to an issue taken back"
	case TicketWaiting:
		if d.Waiting {
			return "Waits for an issue"
		}
		return "No longer waits for an issue"
	case TicketIssueEnded:
		text := fmt.Sprintf("The issue it waited for is %v", d.State)
		if left, _ := d.Left.(float64); left > 0 {
			text += fmt.Sprintf("; it waits for %d more", int(left))
		}
		return text
	case TicketReported:
		return "Asked for an issue to be created"
	case TicketReportFailed:
		return "The issue could not be created"
	default:
		if d.Attached {
			return "Known issue attached"
		}
		return "Known issue taken off"
	}
}
