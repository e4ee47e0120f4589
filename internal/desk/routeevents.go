package desk

// The verbs of routing's events; their subject is the ticket.
const (
	TicketRouted    = "ticket.routed"      // queue_id, how (next or round_robin), person_id, weight, parts, skipped or candidates
	TicketHandedOn  = "ticket.handed_over" // handover, kind, from_region, to_region
	TicketGivenOut  = "ticket.given_out"   // a rule wants it to be given to somebody: how
	HandoverTaken   = "ticket.handover_taken"
	AttentionAsked  = "attention.asked"   // attention, urgency, due
	AttentionTaken  = "attention.taken"   // attention
	AttentionLate   = "attention.overdue" // attention; at is when it was due
	AttentionClosed = "attention.closed"  // attention
)
