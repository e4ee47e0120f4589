// Package insight shows figures about the operation, each with its formula and the records
// behind it.
//
// An indicator of kind indicator counts facts that modules tell about records. A follower of
// the ledger keeps them: in sheets, which indicators that count the same facts share, as rows
// with every version ever known, and packed by day for questions. Each version of an indicator
// is a column of its own, so a changed formula is worked out again from the whole past.
package insight
