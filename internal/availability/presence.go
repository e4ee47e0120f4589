package availability

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// State is what somebody says about themselves.
type State string

// The states. Whoever said nothing is available.
const (
	Available State = "available" // may be given tickets, and asks for them
	Busy      State = "busy"      // is given nothing, but may ask
	Away      State = "away"      // is given nothing and asks for nothing
)

// longest is how far ahead a state may be set to end.
const longest = 31 * 24 * time.Hour

// Set says what somebody's state is, until a time or, with a zero time, until they change it.
// Everybody may set their own; whoever may write teams may set those of people they may see.
func (s *Service) Set(ctx context.Context, tx db.Tx, by act.Actor, personID int64, state State, until time.Time) (Status, error) {
	if err := s.mayFor(ctx, tx, by, personID); err != nil {
		return Status{}, err
	}
	switch state {
	case Available, Busy, Away:
	default:
		return Status{}, fault.Field("state", state, "available, busy or away", "There is no state %q.", state)
	}
	now := by.Now()
	until = until.UTC().Truncate(time.Microsecond)
	if !until.IsZero() && (!until.After(now) || until.Sub(now) > longest) {
		return Status{}, fault.Field("until", until, "a time within the next 31 days", "A state can end at a time within the next 31 days.")
	}
	if state == Available {
		until = time.Time{} // what follows it is being available
	}
	if _, err := tx.Exec(ctx, `INSERT INTO availability (person_id, state, until, changed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id) DO UPDATE SET state = excluded.state, until = excluded.until, changed = excluded.changed`,
		personID, string(state), db.NullMicros(until), db.Micros(now)); err != nil {
		return Status{}, err
	}
	if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: Changed, Subject: ledger.Ref{Kind: "person", ID: personID},
		Data: map[string]any{"state": state, "until": db.Micros(until)}}); err != nil {
		return Status{}, err
	}
	return s.Of(ctx, tx, personID)
}

// mayFor refuses actors who may not say when somebody works.
func (s *Service) mayFor(ctx context.Context, tx db.Tx, by act.Actor, personID int64) error {
	if personID == 0 {
		return fault.Missing("person", personID)
	}
	people, err := s.directory.Names(ctx, tx, []int64{personID})
	if err != nil {
		return err
	}
	p, ok := people[personID]
	if !ok || p.ID != by.PersonID && !auth.Scope(by, "read", "person").Covers(p.Record()) {
		return fault.Missing("person", personID)
	}
	if p.ID != by.PersonID && !by.May("write", "team") {
		return by.Denied("write", "team")
	}
	if !p.Agent {
		return fault.Field("person_id", personID, "a colleague", "Only colleagues have working hours here.")
	}
	return nil
}
