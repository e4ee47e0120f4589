package program

// The verbs of this module. The subject is the application. The data of every step holds program_id,
// program_version, from, to (states), organization_id, renewal, and of a decision what is named here.
const (
	Saved       = "application.saved"        // a draft
	Submitted   = "application.submitted"    // sent; renewal_of
	ConfirmedBy = "application.confirmed"    // the address is the applicant's
	CheckBegun  = "application.check_begun"  // check, kind, try
	CheckEnded  = "application.check_ended"  // check, kind, try, state, found; automatic
	Screened    = "application.held"         // restricted: what led to it; visible to those who may screen
	Released    = "application.released"     // held no more
	Referred    = "application.referred"     // to a colleague; rules that did not hold
	Taken       = "application.taken"        // assignee_id: [old, new]
	Questioned  = "application.asked"        // the clock stands still
	Answered    = "application.answered"     // by: page or mail
	Seconded    = "application.seconded"     // agrees to an approval; still, wanted
	ApprovedAs  = "application.approved"     // automatic, untouched, worked_us, waited_us, rules, late
	RejectedAs  = "application.rejected"     // as approved
	WithdrawnBy = "application.withdrawn"    // by the applicant
	ReopenedBy  = "application.reopened"     // by a colleague, or a corrected decision: corrects
	LapsedBy    = "application.lapsed"       // the applicant was silent
	Late        = "application.late"         // the promise was missed; promised
	Claimed     = "application.claimed"      // term_from, term_until, benefits, agreement_id, agreement_version, seats
	Warned      = "application.warned"       // until
	Cured       = "application.cured"        //
	RevokedBy   = "application.revoked"      //
	RestoredBy  = "application.restored"     //
	ExpiredBy   = "application.expired"      //
	Invited     = "application.invited"      // to renew; until
	RenewedBy   = "application.renewed"      // by: the application that goes on
	Transferred = "application.transferred"  // to another person
	AddOnBought = "application.add_on"       // the next renewal is a manual quote
	FilesPurged = "application.files_purged" // count
	QuoteSent   = "application.quoted"       // benefit: a member got the quote they waited for
	Tied        = "application.tied"         // a ticket is about it: ticket_id
	Edited      = "application.edited"       // a colleague noted something
)
