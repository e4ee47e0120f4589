package directory

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// handOverJob gives the open work of somebody suspended to others.
const handOverJob = "directory.hand_over"

// Suspension is what Suspend takes.
type Suspension struct {
	Reason   string
	HandOver bool  // give their open work away
	ToID     int64 // to whom; 0: back to the team of each record
}

type handOverArgs struct {
	To    int64 `json:"to"`
	Event int64 `json:"event"`
}

// maxReason is how long a reason may be, in characters.
const maxReason = 500

// Suspend keeps somebody out: their sessions and tokens end at once, mail from them waits,
// nothing new is assigned to them, and their open work passes to others by a job. They stay
// in their teams. Whoever may suspend people may, except themselves, people who may do more
// than they, and the last who could administer the instance.
func (s *Service) Suspend(ctx context.Context, tx db.Tx, by act.Actor, id int64, in Suspension) (Person, error) {
	p, err := s.begin(ctx, tx, by, "suspend", id)
	if err != nil {
		return p, err
	}
	reason, err := cleanReason(in.Reason)
	if err != nil {
		return p, err
	}
	if !p.Suspended.IsZero() {
		return p, fault.New(fault.Invalid, "This person is suspended already.")
	}
	if in.HandOver && in.ToID != 0 {
		if err := s.takesWork(ctx, tx, in.ToID, id); err != nil {
			return p, err
		}
	}
	p.Suspended, p.Updated = by.Now(), by.Now()
	_, err = tx.Exec(ctx, `UPDATE person SET suspended_at = $1, suspended_reason = $2, updated = $1, version = version + 1 WHERE id = $3`, db.Micros(p.Suspended), reason, id)
	if err != nil {
		return p, err
	}
	p.Version++
	delete(seenIn(tx).people, id)
	if err := s.rest.Access.EndAccess(ctx, tx, by, id); err != nil {
		return p, err
	}
	if err := s.rest.Guard(ctx, tx); err != nil {
		return p, err
	}
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PersonSuspended, Subject: ledger.Ref{Kind: "person", ID: id},
		Data: map[string]any{"hand_over": in.HandOver, "to": in.ToID}})
	if err != nil || !in.HandOver {
		return p, err
	}
	return p, s.enqueueHandOver(ctx, tx, id, handOverArgs{To: in.ToID, Event: event})
}

// begin loads and locks a person that somebody is about to shut out.
func (s *Service) begin(ctx context.Context, tx db.Tx, by act.Actor, action string, id int64) (Person, error) {
	if err := lock(ctx, tx, "person", id); err != nil {
		return Person{}, err
	}
	p, err := load(ctx, tx, id)
	if err != nil {
		return p, err
	}
	if !auth.Scope(by, "read", "person").Covers(p.Record()) {
		return p, fault.Missing("person", id)
	}
	if !auth.Scope(by, action, "person").Covers(p.Record()) {
		return p, by.Denied(action, "person")
	}
	if p.ID != id {
		return p, fault.New(fault.Invalid, "Person %d was merged into %d. Use that id.", id, p.ID)
	}
	if by.PersonID == id {
		return p, fault.New(fault.Invalid, "Nobody can %s themselves. Ask a colleague.", action)
	}
	return p, s.rest.Access.Outranks(ctx, tx, by, id)
}

func cleanReason(reason string) (string, error) {
	reason = strings.TrimSpace(OneLine(reason))
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return "", fault.Field("reason", n, "1 to 500 characters", "Say why, in 1 to 500 characters.")
	}
	return reason, nil
}

// takesWork refuses to hand work to somebody who cannot do it.
func (s *Service) takesWork(ctx context.Context, tx db.Tx, to, from int64) error {
	p, err := load(ctx, tx, to)
	if err != nil {
		return err
	}
	if !p.Agent || !p.Suspended.IsZero() || p.ID != to || to == from {
		return fault.Field("hand_over_to", to, "the id of another agent who is not suspended", "Person %d cannot take over the work.", to)
	}
	return nil
}

func (s *Service) enqueueHandOver(ctx context.Context, tx db.Tx, id int64, args handOverArgs) error {
	now := s.rest.Clock().UTC()
	return s.rest.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: handOverJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "person", ID: id}, Due: now, Args: args})
}

// handOverStep is the job's handler: one batch.
func (s *Service) handOverStep(ctx context.Context, tx db.Tx, j job.Job) error {
	var args handOverArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	if args.To != 0 && s.takesWork(ctx, tx, args.To, j.Subject.ID) != nil {
		args.To = 0 // they left meanwhile too: the teams have to see to it
	}
	left := batch
	for _, w := range s.rest.Work {
		n, err := w.HandOver(ctx, tx, s.consequence(args.Event), j.Subject.ID, args.To, left)
		if err != nil {
			return err
		}
		if left -= n; left <= 0 {
			return s.enqueueHandOver(ctx, tx, j.Subject.ID, args)
		}
	}
	return nil
}

// Unsuspend lets somebody in again. Their tokens stay revoked and their work stays where it
// is. Whoever may suspend people may, except people who may do more than they.
func (s *Service) Unsuspend(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Person, error) {
	p, err := s.begin(ctx, tx, by, "suspend", id)
	if err != nil {
		return p, err
	}
	if p.Suspended.IsZero() {
		return p, fault.New(fault.Invalid, "This person is not suspended.")
	}
	p.Suspended, p.Updated = timeZero, by.Now()
	_, err = tx.Exec(ctx, `UPDATE person SET suspended_at = NULL, suspended_reason = '', removed_at = NULL, updated = $1, version = version + 1 WHERE id = $2`, db.Micros(p.Updated), id)
	if err != nil {
		return p, err
	}
	p.Version++
	delete(seenIn(tx).people, id)
	if err := s.rest.Jobs.Cancel(ctx, tx, handOverJob, fmt.Sprint(id)); err != nil {
		return p, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PersonUnsuspended, Subject: ledger.Ref{Kind: "person", ID: id}})
	return p, err
}

// OpenWork counts what somebody has open, by what it is. The caller has checked the person.
func (s *Service) OpenWork(ctx context.Context, tx db.Tx, id int64) (n db.Count, err error) {
	for _, w := range s.rest.Work {
		c, err := w.Open(ctx, tx, id)
		if err != nil {
			return n, err
		}
		n.Count, n.Capped = n.Count+c.Count, n.Capped || c.Capped
	}
	return n, nil
}

// SuspendedReason is why somebody is suspended; "" when they are not. The caller has checked the person.
func (s *Service) SuspendedReason(ctx context.Context, tx db.Tx, id int64) (reason string, err error) {
	err = tx.QueryRow(ctx, `SELECT suspended_reason FROM person WHERE id = $1`, id).Scan(&reason)
	return reason, err
}
