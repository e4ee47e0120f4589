package entitle

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Follows are the verbs after which other people may be helped than before.
var Follows = []string{ContactAdded, ContactRemoved, HoldPlaced, HoldLifted, ShareAccepted, ShareRevoked, TermStarted, TermExtended, TermEnded, ProofAccepted}

// daily reports whether a condition reads the present time, so that who has an entitlement may
// change by the mere passing of days.
func (c *Config) daily() bool {
	return slices.ContainsFunc(c.All(), func(e *Entitlement) bool { return e.match != nil && slices.Contains(e.match.Fields(), "now") })
}

// NextDay is when what an organization bought ends next, the time after its last day included:
// from then on the same question may have another answer. Where a condition reads the present
// time, it is the next midnight (UTC) at the latest. It is zero when time changes nothing.
func (s *Service) NextDay(ctx context.Context, tx db.Tx, organizationID int64) (next time.Time, err error) {
	c := s.config()
	if c.None() || organizationID == 0 {
		return next, nil
	}
	now := s.clock().UTC()
	_, organization := s.directory.About(ctx, tx, 0, organizationID)
	vars := map[string]any{"organization": organization()}
	for _, e := range c.all {
		if _, until, ends := e.ends(vars); ends && until.After(now) && (next.IsZero() || until.Before(next)) {
			next = until
		}
	}
	if midnight := now.Truncate(24 * time.Hour).Add(24 * time.Hour); c.daily() && (next.IsZero() || midnight.Before(next)) {
		next = midnight
	}
	return next, nil
}

// NoteEnd records that what an organization bought has ended in a moment, and returns the event:
// 0 when nothing ended just then. It is meant for the timer set for NextDay.
func (s *Service) NoteEnd(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, at time.Time) (int64, error) {
	f, err := s.facts(ctx, tx, 0, organizationID)
	if err != nil || s.config().None() {
		return 0, err
	}
	// The entitlement that holds may depend on the person; one that the organization has comes first.
	all := s.config().all
	if e := s.config().holds(f); e != nil {
		all = append([]*Entitlement{e}, all...)
	}
	for _, e := range all {
		last, until, ends := e.ends(f.Vars)
		if !ends || !until.Equal(at) {
			continue
		}
		by = by.Because(act.Cause{Blueprint: e.ID, Version: e.Version})
		return s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: Ended, Subject: ledger.Ref{Kind: "organization", ID: organizationID}, At: until,
			Data: map[string]any{"entitlement_id": e.ID, "last_day": db.Micros(last), "until": db.Micros(until)}})
	}
	return 0, nil
}
