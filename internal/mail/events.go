package mail

// The verbs of mail's events.
const (
	MailQueued    = "mail.queued"    // subject: the ticket; outbox, mailbox_id, comment
	MailSent      = "mail.sent"      // outbox, attempts
	MailFailed    = "mail.failed"    // outbox, attempts
	MailCancelled = "mail.cancelled" // outbox
	MailReleased  = "mail.released"  // subject: the received mail
)
