// Package measure keeps values about organizations and people: how many urgent tickets are
// open, when the last one came. Scorecards, segments and rules read measures, never another
// module's tables.
//
// A module declares what it follows with Records and what it measures with While, Within,
// Latest and Since (see internal/desk/measures.go). Each source is one follower of the
// ledger: it folds the events of a record (a ticket) into small facts and appends a row for
// every change of a value, with the event it came from. Rows add up and are never rewritten,
// so an event that is learned late is one row more, and reading the ledger again from the
// start gives the same rows.
//
// There are two times. A value is asked as of a time (what held then) and as known at a time
// (what had been recorded by then): Asked. Measures that change as time goes by (days since
// the last ticket) keep an anchor and are worked out when read.
//
// Begin reading at measure.go; store.go reads, follow.go writes.
package measure
