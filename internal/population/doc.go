// Package population says what can be counted: tickets, replies, promises, surveys, mails.
//
// A module declares what it knows of its records with Follow: a fold of a record's events
// into a state, as internal/measure does. From the state it tells populations: Each for what
// a record is as it stands (a ticket, a promise on it), On for what happened once (a reply).
// Every fact carries typed values: dimensions that figures are split by, times between which
// something passed, numbers that are added up. Indicators are written over these values,
// whoever declared them; a module never reads another's tables.
//
// What one module says of a record (Say) is there for the facts that every other module tells
// about records of the same kind: answers to a survey can be split by the ticket's team.
//
// Begin reading at registry.go; state.go folds.
package population
