// Package work keeps the one list of what somebody has to do.
//
// A source (tickets, later tasks, approvals, calls) puts an item when something begins to
// wait for a person or a team, puts it again when it moves, and takes it back or finishes it
// when it no longer waits: in the transaction of the change, with one statement that nobody
// waits for. Items are named by source and key, so putting one twice makes one. The source
// shows its items with a function it registers, so that this package knows no module.
//
// An item belongs to a person or, without one, to a team, whose members all see it. List and
// Counts read one person's list; Snooze puts an item away until a time.
package work
