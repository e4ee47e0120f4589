// Package insight shows figures about the operation, each with its formula and the records
// behind it.
//
// An indicator of kind indicator counts records by the events that tell about them: an
// event of its verb counts the event's subject, and decides whether it is on the good
// side. Facts and day totals are kept by a follower of the ledger, one for each version of
// each indicator, so a changed formula is worked out again from the whole past.
package insight
