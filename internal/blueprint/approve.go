package blueprint

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/lang"
	"steward/internal/ledger"
)

var timeZero time.Time

// applyJob is the kind of the timer that applies an approved request when it may be.
const applyJob = "config.apply"

// UseJobs lets approved requests be applied later by themselves.
func (s *Store) UseJobs(q *job.Queue, clock func() time.Time) {
	s.jobs = q
	q.Handle(applyJob, job.Options{Parallel: 1}, func(ctx context.Context, tx db.Tx, j job.Job) error {
		by := act.Root()
		by.Clock = clock
		return s.onTime(ctx, tx, by, j.Subject.ID)
	})
}

// approver checks that somebody may judge a request and returns the policies for which.
func (r Request) approver(by act.Actor) ([]string, error) {
	if err := by.Require("approve", "blueprint"); err != nil {
		return nil, err
	}
	if by.PersonID == 0 {
		return nil, fault.New(fault.Invalid, "Somebody has to approve this, not the system. Say who you are: --as env:NAME or file:PATH with your API token.")
	}
	if r.needs(1).Bars(by.PersonID) {
		return nil, fault.New(fault.Forbidden, "You wrote or edited change request %d, so somebody else has to look at it.", r.ID)
	}
	var out, who []string
	for _, q := range r.Requirements {
		any := len(q.Roles)+len(q.Teams) == 0
		if any || slices.ContainsFunc(q.Roles, func(n string) bool { return slices.Contains(by.Roles, n) }) ||
			slices.ContainsFunc(q.teamIDs, func(id int64) bool { return slices.Contains(by.TeamIDs, id) }) {
			out = append(out, q.Policy)
		}
		who = append(who, q.Words())
	}
	if len(out) == 0 && len(who) > 0 {
		return nil, fault.New(fault.Forbidden, "Change request %d needs %s; you are none of them.", r.ID, strings.Join(who, " and "))
	}
	return out, nil
}

// MayApprove reports whether somebody could approve or reject the request as it stands.
func (r Request) MayApprove(by act.Actor) bool {
	_, err := r.approver(by)
	return r.open() && err == nil
}

// live loads a request that may still be judged, with the configuration locked.
func (s *Store) live(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Set, Request, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, Request{}, err
	}
	current, err := s.lock(ctx, tx)
	if err != nil {
		return nil, Request{}, err
	}
	r, err := s.reload(ctx, tx, by, current, id)
	if err == nil && !r.open() {
		err = r.closed()
	}
	return current, r, err
}

// Approve approves the revision under way of a change request; revision, when not 0, must be
// that one. Whoever has the right to approve and is one of a policy's approvers may, except
// its authors. The last approval applies it, where the policies say so and time allows.
// A plan made against an older configuration conflicts. Call Refresh after the commit.
func (s *Store) Approve(ctx context.Context, tx db.Tx, by act.Actor, id int64, revision int) (Request, error) {
	current, r, err := s.live(ctx, tx, by, id)
	if err != nil {
		return r, err
	}
	policies, err := r.approver(by)
	if err != nil {
		return r, err
	}
	if revision != 0 && revision != r.Revision {
		return r, fault.New(fault.Conflict, "Change request %d was edited meanwhile: it is at revision %d, not %d. Look at it again.", id, r.Revision, revision)
	}
	if r.Stale {
		return r, s.meanwhile(ctx, tx, current, r.BaseGeneration)
	}
	if r.said(by.PersonID) {
		return r, fault.New(fault.Conflict, "You approved change request %d already.", id)
	}
	text, err := json.Marshal(append([]string{}, policies...))
	if err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO change_approval (request_id, revision, person_id, at, policies) VALUES ($1, $2, $3, $4, $5)`,
		id, r.Revision, by.PersonID, db.Micros(by.Now()), string(text)); err != nil {
		return r, err
	}
	if err := s.told(ctx, tx, by, Approved, id, map[string]any{"revision": r.Revision, "policies": policies}); err != nil {
		return r, err
	}
	r.Approvals = append(r.Approvals, Approval{by.PersonID, by.Now(), policies})
	if len(r.Missing()) == 0 {
		if err := s.approved(ctx, tx, by, current, r); err != nil {
			return r, err
		}
	}
	return s.reload(ctx, tx, by, current, id)
}

// approved moves a request on that has all its approvals: applied now, at its time, or by hand.
func (s *Store) approved(ctx context.Context, tx db.Tx, by act.Actor, current *Set, r Request) error {
	if _, err := tx.Exec(ctx, `UPDATE change_request SET state = 'approved' WHERE id = $1`, r.ID); err != nil {
		return err
	}
	if slices.ContainsFunc(r.Requirements, func(q Requirement) bool { return q.spec.Apply == "author" }) {
		return nil
	}
	if r.NotBefore.IsZero() {
		_, err := s.fulfil(ctx, tx, by, current, r)
		return err
	}
	return s.later(ctx, tx, by, r)
}

// later sets the timer that applies a request.
func (s *Store) later(ctx context.Context, tx db.Tx, by act.Actor, r Request) error {
	if s.jobs == nil {
		return nil
	}
	return s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: applyJob, Key: fmt.Sprint(r.ID), Subject: ledger.Ref{Kind: "change_request", ID: r.ID}, Due: r.NotBefore})
}

// onTime applies an approved request whose time has come; one that cannot be applied any
// more stays for its author.
func (s *Store) onTime(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	current, r, err := s.live(ctx, tx, by, id)
	switch {
	case err != nil && fault.As(err) != nil: // rejected or withdrawn meanwhile
		return nil
	case err != nil:
		return err
	case r.State != RequestApproved || len(r.Missing()) > 0:
		return nil
	case !r.NotBefore.IsZero():
		return s.later(ctx, tx, by, r)
	case r.Stale:
		slog.Warn("an approved change request was not applied: the configuration has changed since it was planned", "request", id)
		return s.told(ctx, tx, by, RequestStale, id, map[string]any{"revision": r.Revision})
	}
	_, err = s.fulfil(ctx, tx, by, current, r)
	return err
}

// ApplyRequest applies an approved request. Its authors and approvers may. Too early and
// planned against an older configuration conflict. Call Refresh after the commit.
func (s *Store) ApplyRequest(ctx context.Context, tx db.Tx, by act.Actor, id int64) (int64, error) {
	current, r, err := s.live(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	involved := r.needs(1).Bars(by.PersonID) || r.said(by.PersonID)
	switch missing := r.Missing(); {
	case by.PersonID == 0:
		return 0, fault.New(fault.Invalid, "Say who you are: --as env:NAME or file:PATH with your API token.")
	case !involved:
		return 0, fault.New(fault.Forbidden, "Only authors and approvers of change request %d may apply it.", id)
	case len(missing) > 0:
		return 0, needsApproval(missing)
	case r.Stale:
		return 0, s.meanwhile(ctx, tx, current, r.BaseGeneration)
	case !r.NotBefore.IsZero():
		return 0, fault.New(fault.Conflict, "Change request %d may be applied from %s on: %s.", id, lang.At(r.NotBefore, "2006-01-02 15:04 UTC"), r.HeldBy)
	}
	return s.fulfil(ctx, tx, by, current, r)
}

// fulfil makes a request the change that was approved. The caller has checked everything.
func (s *Store) fulfil(ctx context.Context, tx db.Tx, by act.Actor, current *Set, r Request) (int64, error) {
	c := record{source: r.Source, message: r.Message, request: r.ID, author: r.AuthorID, rollsBack: r.RollsBack}
	var next *Set
	if r.RollsBack != 0 {
		var err error
		if c.plan, next, err = s.undo(ctx, tx, current, r.RollsBack); err != nil {
			return 0, err
		}
	} else {
		docs, parsed := ParseFiles(r.Files)
		c.plan = current.Plan(docs, parsed, Options{Prune: r.Prune, Screen: r.Source == "screen"})
		if err := c.plan.Err(); err != nil {
			return 0, err
		}
		next = c.plan.Next()
	}
	number, err := s.store(ctx, tx, by, current, next, c)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE change_request SET state = 'applied', change_number = $1, closed_by = $2, closed_at = $3 WHERE id = $4`,
		number, by.PersonID, db.Micros(by.Now()), r.ID)
	return number, err
}

// Reject closes a request for a reason. Whoever could approve it may; an author withdraws it
// instead, with or without one.
func (s *Store) Reject(ctx context.Context, tx db.Tx, by act.Actor, id int64, reason string) (Request, error) {
	current, r, err := s.live(ctx, tx, by, id)
	if err != nil {
		return r, err
	}
	state, verb := RequestRejected, Rejected
	if r.needs(1).Bars(by.PersonID) {
		state, verb = RequestWithdrawn, Withdrawn
	} else if _, err := r.approver(by); err != nil {
		return r, err
	} else if strings.TrimSpace(reason) == "" {
		return r, fault.Field("reason", "", "why, in a sentence", "Say why, so that its author knows what to do.")
	}
	if _, err := tx.Exec(ctx, `UPDATE change_request SET state = $1, closed_by = $2, closed_at = $3, reason = $4 WHERE id = $5`,
		string(state), by.PersonID, db.Micros(by.Now()), reason, id); err != nil {
		return r, err
	}
	if err := s.told(ctx, tx, by, verb, id, map[string]any{"revision": r.Revision}); err != nil {
		return r, err
	}
	return s.reload(ctx, tx, by, current, id)
}

// Review notes that somebody looked at a change made in an emergency. Whoever has the right
// to approve may, except who made it.
func (s *Store) Review(ctx context.Context, tx db.Tx, by act.Actor, number int64) (ChangeRecord, error) {
	if err := by.Require("approve", "blueprint"); err != nil {
		return ChangeRecord{}, err
	}
	c, err := s.Change(ctx, tx, act.Root(), number)
	switch {
	case err != nil:
		return c, err
	case by.PersonID == 0:
		return c, fault.New(fault.Invalid, "Somebody has to review this, not the system. Say who you are: --as env:NAME or file:PATH with your API token.")
	case c.Emergency == "":
		return c, fault.New(fault.Invalid, "Change %d was not made in an emergency, so there is nothing to review.", number)
	case !c.ReviewedAt.IsZero():
		return c, fault.New(fault.Conflict, "Change %d was reviewed already.", number)
	case c.ByID == by.PersonID:
		return c, fault.New(fault.Forbidden, "You made change %d, so somebody else has to look at it.", number)
	}
	if _, err := tx.Exec(ctx, `UPDATE change SET reviewed_by = $1, reviewed_at = $2 WHERE number = $3`, by.PersonID, db.Micros(by.Now()), number); err != nil {
		return c, err
	}
	if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: Reviewed, Subject: ledger.Ref{Kind: "change", ID: number}}); err != nil {
		return c, err
	}
	return s.Change(ctx, tx, act.Root(), number)
}
