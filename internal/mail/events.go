package mail

// The verbs of mail's events.
const (
	MailQueued    = "mail.queued"    // subject: the ticket; outbox, mailbox_id, comment
	MailSent      = "mail.sent"      // outbox, attempts
	MailFailed    = "mail.failed"    // outbox, attempts
	MailCancelled = "mail.cancelled" // outbox
	MailSuspended = "mail.suspended" // subject: the received mail; cause
	MailReleased  = "mail.released"  // subject: the received mail
	MailDiscarded = "mail.discarded" // subject: the received mail; expired: whether nobody looked in time
	MailCopied    = "mail.copied"    // subject: the ticket; mail, mailbox_id: the same mail came there too

	MailBounced    = "mail.bounced"    // subject: the ticket; outbox, comment, mail, kind, status, person_id
	MailWithheld   = "mail.withheld"   // not sent to a suppressed address; outbox, comment
	MailSuppressed = "mail.suppressed" // subject: the ticket; suppression, outbox, mail
	MailLifted     = "mail.lifted"     // subject: the suppression
	MailBlocked    = "mail.blocked"    // subject: the block; domain, ticket
	MailUnblocked  = "mail.unblocked"  // subject: the block
)
