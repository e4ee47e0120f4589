package entitle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// OnTerm is an entitlement that an organization has for a time, given by hand.
type OnTerm struct {
	ID            int64
	Organization  int64
	EntitlementID int64
	Started, Ends time.Time
	Extensions    int // how often it was extended
	ByID          int64
}

const termFields = `id, organization_id, entitlement_id, started, ends, extensions, by_id`

func scanTerm(r db.Scanner) (t OnTerm, err error) {
	var started, ends int64
	err = r.Scan(&t.ID, &t.Organization, &t.EntitlementID, &started, &ends, &t.Extensions, &t.ByID)
	t.Started, t.Ends = db.Time(started), db.Time(ends)
	return t, err
}

// termsOf are the terms of an organization that run.
func termsOf(ctx context.Context, tx db.Tx, organizationID int64) ([]OnTerm, error) {
	rows, err := tx.Query(ctx, `SELECT `+termFields+` FROM entitlement_term WHERE organization_id = $1 AND ended_at IS NULL ORDER BY id LIMIT 100`, organizationID)
	return db.Collect(rows, err, scanTerm)
}

// running counts the terms of an entitlement that run, up to the cap.
func running(ctx context.Context, tx db.Tx, entitlementID int64) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM entitlement_term WHERE entitlement_id = $1 AND ended_at IS NULL LIMIT 100001) AS bounded`, entitlementID).Scan(&n)
	return n, err
}

// Start gives an organization an entitlement for a term. Whoever may write entitlements may, as
// long as the entitlement's number at once is not reached.
func (s *Service) Start(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, name string) (OnTerm, error) {
	o, err := s.administered(ctx, tx, by, organizationID)
	if err != nil {
		return OnTerm{}, err
	}
	e := s.config().Named(name)
	if e == nil || e.Spec.Term == nil {
		return OnTerm{}, fault.Field("entitlement", name, "the name of an entitlement with a term", "No entitlement called %q is given by hand.", name)
	}
	if err := lock(ctx, tx, "blueprint", e.ID); err != nil { // two at once must not both be the last
		return OnTerm{}, err
	}
	var open, before bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM entitlement_term WHERE organization_id = $1 AND entitlement_id = $2 AND ended_at IS NULL),
		EXISTS (SELECT 1 FROM entitlement_term WHERE organization_id = $1 AND entitlement_id = $2)`, o.ID, e.ID).Scan(&open, &before)
	switch {
	case err != nil:
		return OnTerm{}, err
	case open:
		return OnTerm{}, fault.New(fault.Invalid, "%s has %s already.", o.Name, e.Title)
	case before:
		return OnTerm{}, fault.New(fault.Invalid, "%s had %s before. It is given once; its extensions are what makes it longer.", o.Name, e.Title)
	}
	n, err := running(ctx, tx, e.ID)
	if err != nil {
		return OnTerm{}, err
	}
	if n >= e.Spec.Term.AtOnce {
		return OnTerm{}, fault.New(fault.Invalid, "%d organizations have %s, and %d at once are the most. End one of them first.", n, e.Title, e.Spec.Term.AtOnce)
	}
	t := OnTerm{Organization: o.ID, EntitlementID: e.ID, Started: by.Now(), ByID: by.PersonID}
	t.Ends = t.Started.Add(e.Spec.Term.Lasts.Std())
	err = tx.QueryRow(ctx, `INSERT INTO entitlement_term (organization_id, entitlement_id, started, ends, extensions, by_id) VALUES ($1, $2, $3, $4, 0, $5) RETURNING id`,
		t.Organization, t.EntitlementID, db.Micros(t.Started), db.Micros(t.Ends), t.ByID).Scan(&t.ID)
	if err != nil {
		return t, err
	}
	if err := s.jobs.Set(ctx, tx, by.Now(), t.timer()); err != nil {
		return t, err
	}
	_, err = s.tell(ctx, tx, by, TermStarted, o.ID, map[string]any{"term": t.ID, "entitlement_id": e.ID, "ends": db.Micros(t.Ends)})
	return t, err
}

// timer ends the term.
func (t OnTerm) timer() job.Spec {
	return job.Spec{Kind: termEnd, Key: fmt.Sprint(t.ID), Subject: ledger.Ref{Kind: "organization", ID: t.Organization}, Due: t.Ends, Args: map[string]int64{"term": t.ID}}
}

// term is a term of an organization that runs.
func (s *Service) term(ctx context.Context, tx db.Tx, organizationID, id int64) (OnTerm, error) {
	t, err := scanTerm(tx.QueryRow(ctx, `SELECT `+termFields+` FROM entitlement_term WHERE id = $1 AND organization_id = $2 AND ended_at IS NULL`, id, organizationID))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.Missing("term", id)
	}
	return t, err
}

// Extend makes a term longer by as much as it lasts. Whoever may write entitlements may, as often
// as the entitlement allows.
func (s *Service) Extend(ctx context.Context, tx db.Tx, by act.Actor, organizationID, id int64) (OnTerm, error) {
	o, err := s.administered(ctx, tx, by, organizationID)
	if err != nil {
		return OnTerm{}, err
	}
	t, err := s.term(ctx, tx, o.ID, id)
	if err != nil {
		return t, err
	}
	e := s.config().ByID(t.EntitlementID)
	if e == nil || e.Spec.Term == nil {
		return t, fault.New(fault.Invalid, "What %s was given is no longer in the configuration, so it cannot be extended.", o.Name)
	}
	if t.Extensions >= e.Spec.Term.Extensions {
		return t, fault.New(fault.Invalid, "%s was extended %s already, and %d is the most: %s in all. It ends on %s (UTC).", e.Title, times(t.Extensions), e.Spec.Term.Extensions,
			length(e.Spec.Term.Lasts.Std()*time.Duration(e.Spec.Term.Extensions+1)), t.Ends.Format(day))
	}
	was := t.Ends
	t.Ends, t.Extensions = t.Ends.Add(e.Spec.Term.Lasts.Std()), t.Extensions+1
	if _, err := tx.Exec(ctx, `UPDATE entitlement_term SET ends = $1, extensions = $2 WHERE id = $3`, db.Micros(t.Ends), t.Extensions, t.ID); err != nil {
		return t, err
	}
	if err := s.jobs.Set(ctx, tx, by.Now(), t.timer()); err != nil {
		return t, err
	}
	_, err = s.tell(ctx, tx, by, TermExtended, o.ID, map[string]any{"term": t.ID, "entitlement_id": t.EntitlementID, "ends": []int64{db.Micros(was), db.Micros(t.Ends)}, "extensions": t.Extensions})
	return t, err
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	case 2:
		return "twice"
	default:
		return fmt.Sprintf("%d times", n)
	}
}

// End ends a term before its time. Whoever may write entitlements may.
func (s *Service) End(ctx context.Context, tx db.Tx, by act.Actor, organizationID, id int64) error {
	o, err := s.administered(ctx, tx, by, organizationID)
	if err != nil {
		return err
	}
	t, err := s.term(ctx, tx, o.ID, id)
	if err != nil {
		return err
	}
	if err := s.jobs.Cancel(ctx, tx, termEnd, t.timer().Key); err != nil {
		return err
	}
	return s.end(ctx, tx, by, t)
}

func (s *Service) end(ctx context.Context, tx db.Tx, by act.Actor, t OnTerm) error {
	if _, err := tx.Exec(ctx, `UPDATE entitlement_term SET ended_at = $1, ended_by = $2 WHERE id = $3`, db.Micros(by.Now()), by.PersonID, t.ID); err != nil {
		return err
	}
	_, err := s.tell(ctx, tx, by, TermEnded, t.Organization, map[string]any{"term": t.ID, "entitlement_id": t.EntitlementID})
	return err
}

// onTermEnd is the timer's handler.
func (s *Service) onTermEnd(ctx context.Context, tx db.Tx, j job.Job) error {
	var args struct{ Term int64 }
	if err := j.Decode(&args); err != nil {
		return err
	}
	t, err := scanTerm(tx.QueryRow(ctx, `SELECT `+termFields+` FROM entitlement_term WHERE id = $1 AND ended_at IS NULL`, args.Term))
	if errors.Is(err, sql.ErrNoRows) {
		return nil // ended by hand
	}
	if err != nil {
		return err
	}
	by := s.system()
	by.Kind = act.Clock
	if by.Now().Before(t.Ends) { // due by the runner's clock but not by ours
		return s.jobs.Set(ctx, tx, by.Now(), t.timer())
	}
	return s.end(ctx, tx, by, t)
}
