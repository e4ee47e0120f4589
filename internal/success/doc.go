// Package success is customer success: accounts over organizations, what their products report
// about use, what is measured about them, what happened with them and what has to be done next.
//
// An account is a row beside an organization and bears its id: account 7 is organization 7. Events
// about it have the organization as their subject. Contacts, attributes, merging and erasing are
// the directory's; this package keeps what a vendor knows of a customer: plan, segment, revenue,
// dates, who looks after it.
//
// Begin reading at account.go (the record), usage.go (points that products report), measures.go
// (what is worked out from all of it), entry.go (the timeline), call.go (calls to action).
// Scorecards are worked out by the pure package score below; scorecard.go and health.go connect it.
package success
