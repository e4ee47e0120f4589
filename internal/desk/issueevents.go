package desk

// The verbs of events about issues. Their subject is the ticket.
const (
	TicketLinked       = "ticket.linked"        // linked to an issue: issue
	TicketUnlinked     = "ticket.unlinked"      // issue
	TicketWaiting      = "ticket.waiting"       // whether it waits for the end of an issue: issue, waiting
	TicketIssueEnded   = "ticket.issue_ended"   // an issue it waited for ended: issue, state (closed, merged), left: how many it still waits for
	TicketReported     = "ticket.reported"      // somebody asked for an issue to be created: report, template_id, template_version
	TicketReportFailed = "ticket.report_failed" // its tracker did not take it: report
	TicketKnown        = "ticket.known"         // a known issue was attached or taken off: known_issue, attached
)

// The verbs of known issues; their subject is the known issue. What people wrote is private.
const (
	KnownCreated  = "known_issue.created"  // state
	KnownChanged  = "known_issue.changed"  // state as [old, new]; fields: which texts changed; linked, unlinked: an issue
	KnownRedacted = "known_issue.redacted" // words of an erased person were taken out
)
