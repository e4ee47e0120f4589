// Package replay runs recorded history through a proposed configuration and says what would
// have been different.
//
// A module that decides by blueprints plugs a Replayer in, for the kinds whose change is worth
// it: Service.Register. The Replayer reads its own history in bounded batches outside any
// write transaction, decides each record's life twice, by the configuration in force and by
// the proposed one, and reports what differs: counts without bound, examples with one. History
// that lacks what a decision needs is counted as not replayable, with the reason; nothing is
// guessed.
//
// Run does it at once, for the command line. Start stores the proposal and leaves the work to
// a job; Get tells how far it is and what came out, Cancel stops it wherever it runs.
package replay
