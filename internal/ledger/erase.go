package ledger

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Erased is the verb of the event that records an erasure; its subject is the person.
const Erased = "person.erased"

// erasure is the part of Erase that runs when the transaction ends, after its own events.
type erasure struct{ person, event int64 }

// Erase deletes the private values of a person from every event, salts included, and
// appends the event that says so, whose id it returns. Each event's digest stays, so the
// chain still verifies. The caller locks the person first: a transaction that appends
// private values of the same person at the same time may come after the erasure.
func (l *Ledger) Erase(ctx context.Context, tx db.Tx, by act.Actor, personID int64) (int64, error) {
	if personID <= 0 {
		return 0, fault.New(fault.Invalid, "Say whose private values to erase.")
	}
	id, err := l.Append(ctx, tx, by, Entry{Verb: Erased, Subject: Ref{Kind: "person", ID: personID}, Visibility: Restricted})
	if err != nil {
		return 0, err
	}
	p := l.pendingOf(tx)
	p.erasures = append(p.erasures, erasure{personID, id})
	return id, nil
}

func (e erasure) apply(ctx context.Context, tx db.Tx) error {
	if _, err := tx.Exec(ctx, `UPDATE event_private SET data = NULL, salt = NULL, erased_by = $1 WHERE person_id = $2 AND erased_by IS NULL`,
		e.event, e.person); err != nil {
		return fmt.Errorf("erase private values: %w", err)
	}
	return nil
}
