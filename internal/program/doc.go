// Package program takes applications to programs (free licences for open source, education,
// start-ups, a hiring process) from the public page to the end of what was granted.
//
// A program is a blueprint: what it asks, which proofs it takes, which rules decide, what is granted
// and for how long. An application is a record pinned to the version it was sent under. Its life is a
// machine of states (machine.go) that knows no storage; every step goes through Service.step, which
// stores the record, moves its clocks and appends the event.
//
// Proofs are adapters (adapter.go): each looks at an application and says passed, failed or unclear, with
// its evidence and a reason the applicant understands. judge (judge.go) is the pure answer to "what next":
// another proof, a decision by the rules, or a person.
//
// Mail about an application belongs to a ticket. The tickets are reached through an interface that the
// application fills; this package knows no desk.
package program
