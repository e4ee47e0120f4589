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

// Redacted and Purged end the verbs of events that say why private values of their own
// subject's earlier events are gone: "ticket.redacted".
const (
	Redacted = ".redacted"
	Purged   = ".purged"
)

// EraseHolding deletes the private values of a subject's earlier events for which holds, given
// their JSON, says so, salts included, and returns how many. event is the one that says so: its
// verb ends in Redacted or Purged and its subject is the same. Each digest stays, so the chain
// still verifies.
func (l *Ledger) EraseHolding(ctx context.Context, tx db.Tx, subject Ref, event int64, holds func(data []byte) bool) (erased int, err error) {
	type part struct {
		event int64
		data  string
	}
	for after := int64(0); ; {
		rows, err := tx.Query(ctx, `SELECT p.event_id, p.data FROM events e JOIN event_private p ON p.event_id = e.id
			WHERE e.subject_kind = $1 AND e.subject_id = $2 AND p.event_id > $3 AND p.data IS NOT NULL ORDER BY p.event_id LIMIT 500`, subject.Kind, subject.ID, after)
		parts, err := db.Collect(rows, err, func(r db.Scanner) (p part, err error) { err = r.Scan(&p.event, &p.data); return p, err })
		if err != nil {
			return erased, err
		}
		for _, p := range parts {
			after = p.event
			if !holds([]byte(p.data)) {
				continue
			}
			if _, err := tx.Exec(ctx, `UPDATE event_private SET data = NULL, salt = NULL, erased_by = $1 WHERE event_id = $2`, event, p.event); err != nil {
				return erased, fmt.Errorf("erase private values: %w", err)
			}
			erased++
		}
		if len(parts) < 500 {
			return erased, nil
		}
	}
}
