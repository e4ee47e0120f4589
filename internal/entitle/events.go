package entitle

// The verbs of events about what organizations may ask for. Their subject is the organization;
// values are ids and plain values. Reasons and names that people wrote are kept in the records.
const (
	ContactAdded   = "organization.contact_added"     // person_id, editor
	ContactChanged = "organization.contact_changed"   // person_id, editor: [old, new]
	ContactRemoved = "organization.contact_removed"   // person_id, editor
	HoldPlaced     = "organization.hold_placed"       // hold
	HoldLifted     = "organization.hold_lifted"       // hold
	ShareAccepted  = "organization.share_accepted"    // share, person_id, access, text_version
	ShareRevoked   = "organization.share_revoked"     // share, person_id
	TermStarted    = "organization.term_started"      // term, entitlement_id, ends
	TermExtended   = "organization.term_extended"     // term, entitlement_id, ends: [old, new], extensions
	TermEnded      = "organization.term_ended"        // term, entitlement_id
	Ended          = "organization.entitlement_ended" // entitlement_id, last_day, until: what it bought, and the time after it, is over
	ProofAccepted  = "organization.proof_accepted"    // proof, person_id, ticket_id, kind
)
