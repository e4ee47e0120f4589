// Package ledger keeps what happened: append-only events, in one total order, sealed by a
// hash chain.
//
// A change calls Append in its own transaction. An event has an id from the start; its
// place in the order, pos, is given by the sequencer: on SQLite by the writer itself, on
// PostgreSQL by whoever moves event_inbox to event_order (Run), because neither ids nor
// transaction ids are safe to read behind there. Cursors, seals and streams use pos; causes
// use ids.
//
// Followers (Follow) read the order from a durable cursor; an effect and the cursor's step
// commit together, so each event takes effect once. Those of a node share one reading of the
// newest events (tail). Verify checks the chain.
package ledger
