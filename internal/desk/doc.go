// Package desk is the ticket desk: tickets, comments, views and service-level clocks.
//
// A ticket begins with mail (intake.go) or a call of Create. Every change goes through one
// path (change.go): the record is changed in memory, its events are appended, its clocks
// react (clocks.go), and it is stored, all in the caller's transaction. A public reply
// leaves as mail through the outbox (reply.go). What configuration the desk reads stands
// in config.go: service levels, views, teams, mailboxes.
package desk
