// Package job is the one due-queue: timers, background work and the outbox's wake-ups.
//
// A change enqueues in its own transaction (Enqueue, or Set for a timer that moves). A
// runner (Run) leases what is due and calls the handler of its kind. Handle registers work
// whose effect is in the database: it commits together with the job's end, so it takes
// effect once. HandleIO registers work that talks to the world: it runs outside any
// transaction, may run again after a crash, and ends in one.
//
// A job that keeps failing waits longer each time and is parked in the end: visible,
// retryable, never lost. Leases follow the database's clock, so a node whose clock jumps
// neither steals nor loses work.
package job
