// Package outreach asks customers how it went: surveys of kind survey, sent some time
// after a ticket is solved and answered on a public page.
//
// It follows the ledger: a ticket that becomes solved sets a timer, one that is reopened
// takes it back. The link in the mail is signed; opening it records nothing, only sending
// the form does.
package outreach
