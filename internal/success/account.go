package success

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// The coverages: how closely an account is looked after. P1 is the closest, P4 is served by
// programs alone, pooled accounts share a team. Source: the published coverage of a large vendor.
var coverages = []string{"P1", "P2", "P3", "P4", "pooled"}

// The stages of an account's life. will_churn needs a decision that somebody took; churned has left.
var stages = []string{"onboarding", "implementation", "adoption", "growth", "will_churn", "churned"}

// Account is what a vendor keeps about an organization that is its customer.
type Account struct {
	OrganizationID int64
	Plan           string // what it bought, in the vendor's words; "" when not known
	Segment        string // such as enterprise; "" when not known
	Coverage       string // one of coverages, "" when not decided
	Stage          string // one of stages
	Revenue        int64  // recurring, a year's, in minor units of Currency
	Currency       string // ISO 4217, "" without revenue
	Since          time.Time
	ContractStart  time.Time // dates are midnights, UTC; zero when not known
	Renewal        time.Time
	ParentID       int64
	CSMID          int64
	TeamID         int64
	Score          sql.NullInt64 // in hundredths of a point, kept by the scorecard
	Band           string        // of the score, "" without one
	BandSince      time.Time
	BandWas        string    // before the last change
	RhythmID       int64     // blueprint of the rhythm of its health updates, 0 for none
	RhythmFrom     time.Time // what the next one is counted from
	UpdateDue      time.Time // when the next one is due; zero without a rhythm
	Created        time.Time
	Updated        time.Time
	Version        int64
}

// record is what permission checks look at.
func (a Account) record() auth.Record {
	return auth.Record{Owners: []int64{a.CSMID}, Team: a.TeamID, Organization: a.OrganizationID}
}

// accountColumns is the same in SQL.
var accountColumns = auth.Columns{Owners: []string{"a.csm_id"}, Team: "a.team_id", Organization: "a.organization_id"}

const accountFields = `a.organization_id, a.plan, a.segment, a.coverage, a.stage, a.revenue, a.currency, a.since, a.contract_start, a.renewal, a.parent_id, a.csm_id, a.team_id,
	a.score, a.band, a.band_since, a.band_was, a.triage_id, a.triage_from, a.triage_due, a.created, a.updated, a.version`

func scanAccount(r db.Scanner) (a Account, err error) {
	var since, start, renewal, parent, csm, team, band, rhythm, from, due sql.NullInt64
	var created, updated int64
	err = r.Scan(&a.OrganizationID, &a.Plan, &a.Segment, &a.Coverage, &a.Stage, &a.Revenue, &a.Currency, &since, &start, &renewal, &parent, &csm, &team,
		&a.Score, &a.Band, &band, &a.BandWas, &rhythm, &from, &due, &created, &updated, &a.Version)
	a.Since, a.ContractStart, a.Renewal, a.BandSince = moment(since), moment(start), moment(renewal), moment(band)
	a.RhythmID, a.RhythmFrom, a.UpdateDue = rhythm.Int64, moment(from), moment(due)
	a.ParentID, a.CSMID, a.TeamID, a.Created, a.Updated = parent.Int64, csm.Int64, team.Int64, db.Time(created), db.Time(updated)
	return a, err
}

// moment is a time that may be missing.
func moment(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return db.Time(n.Int64)
}

// micros is a time as stored, nil for none.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return db.Micros(t)
}

// Get returns an account. Whoever may read it may; an organization without one is not found.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Account, error) {
	a, err := load(ctx, tx, id)
	if err == nil && !auth.Scope(by, "read", "account").Covers(a.record()) {
		return Account{}, fault.Missing("account", id)
	}
	return a, err
}

// load reads an account without a permission check; an id that was merged gives the one it leads to.
func load(ctx context.Context, tx db.Tx, id int64) (Account, error) {
	a, err := scanAccount(tx.QueryRow(ctx, `SELECT `+accountFields+` FROM account a WHERE a.organization_id = (SELECT COALESCE(o.alias_of, o.id) FROM organization o WHERE o.id = $1 AND o.deleted_at IS NULL)`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.Missing("account", id)
	}
	return a, err
}

// editing returns an account that the actor may change.
func (s *Service) editing(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Account, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return a, err
	}
	if !auth.Scope(by, "write", "account").Covers(a.record()) {
		return a, by.Denied("write", "account")
	}
	return a, nil
}

// AccountInput is what Create and Change take; nil fields stay. A pointer to a zero value takes
// a value away.
type AccountInput struct {
	Version       int64
	Plan          *string
	Segment       *string
	Coverage      *string
	Stage         *string
	Revenue       *int64
	Currency      *string
	Since         *time.Time
	ContractStart *time.Time
	Renewal       *time.Time
	ParentID      *int64
	CSMID         *int64
	TeamID        *int64
}

// maxShort is how long a plan or segment may be, in characters.
const maxShort = 100

// put puts the input into a.
func (a *Account) put(in AccountInput) error {
	for _, t := range []struct {
		name string
		to   *string
		from *string
	}{{"plan", &a.Plan, in.Plan}, {"segment", &a.Segment, in.Segment}} {
		if t.from == nil {
			continue
		}
		*t.to = directory.OneLine(*t.from)
		if n := utf8.RuneCountInString(*t.to); n > maxShort {
			return fault.Field(t.name, n, "at most 100 characters", "The %s has %d characters; 100 is the most.", t.name, n)
		}
	}
	if in.Coverage != nil {
		if a.Coverage = *in.Coverage; a.Coverage != "" && !slices.Contains(coverages, a.Coverage) {
			return fault.Field("coverage", a.Coverage, strings.Join(coverages, ", "), "There is no such coverage.")
		}
	}
	if in.Stage != nil {
		if a.Stage = *in.Stage; !slices.Contains(stages, a.Stage) {
			return fault.Field("stage", a.Stage, strings.Join(stages, ", "), "There is no such stage of an account.")
		}
	}
	if in.Currency != nil {
		a.Currency = strings.ToUpper(strings.TrimSpace(*in.Currency))
	}
	if in.Revenue != nil {
		a.Revenue = *in.Revenue
	}
	for _, t := range []struct{ to, from *time.Time }{{&a.Since, in.Since}, {&a.ContractStart, in.ContractStart}, {&a.Renewal, in.Renewal}} {
		if t.from != nil {
			*t.to = day(*t.from)
		}
	}
	for _, t := range []struct{ to, from *int64 }{{&a.ParentID, in.ParentID}, {&a.CSMID, in.CSMID}, {&a.TeamID, in.TeamID}} {
		if t.from != nil {
			*t.to = *t.from
		}
	}
	return a.sound()
}

// sound refuses what contradicts itself.
func (a *Account) sound() error {
	switch {
	case a.Revenue < 0 || a.Revenue > 1<<52:
		return fault.Field("revenue", a.Revenue, "0 or more, in minor units", "This revenue cannot be.")
	case a.Revenue > 0 && a.Currency == "":
		return fault.Field("currency", nil, "a currency such as EUR", "Revenue needs its currency.")
	case a.Currency != "" && !currency(a.Currency):
		return fault.Field("currency", a.Currency, "three letters, as in EUR", "This is not the code of a currency.")
	case !a.Renewal.IsZero() && !a.ContractStart.IsZero() && a.Renewal.Before(a.ContractStart):
		return fault.Field("renewal", a.Renewal.Format(time.DateOnly), "a day after the contract began, "+a.ContractStart.Format(time.DateOnly), "The renewal lies before the contract.")
	case a.ParentID == a.OrganizationID && a.ParentID != 0:
		return fault.Field("parent_id", a.ParentID, "another account", "An account cannot be its own parent.")
	}
	return nil
}

func currency(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// day is midnight, UTC, of a date; zero stays zero.
func day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// told are an account's fields as events and conditions have them; what is not set is left out.
func (a Account) told() map[string]any {
	out := map[string]any{"stage": a.Stage}
	for k, v := range map[string]string{"plan": a.Plan, "segment": a.Segment, "coverage": a.Coverage, "currency": a.Currency} {
		if v != "" {
			out[k] = v
		}
	}
	if a.Revenue != 0 {
		out["revenue"] = a.Revenue
	}
	for k, t := range map[string]time.Time{"since": a.Since, "contract_start": a.ContractStart, "renewal": a.Renewal} {
		if !t.IsZero() {
			out[k] = t.Format(time.DateOnly)
		}
	}
	for k, id := range map[string]int64{"parent_id": a.ParentID, "csm_id": a.CSMID, "team_id": a.TeamID} {
		if id != 0 {
			out[k] = id
		}
	}
	return out
}

// changes are the fields in which two states differ: old and new, nil for none.
func (a Account) changes(b Account) map[string]any {
	was, is, out := a.told(), b.told(), map[string]any{}
	for _, k := range []string{"plan", "segment", "coverage", "stage", "revenue", "currency", "since", "contract_start", "renewal", "parent_id", "csm_id", "team_id"} {
		if was[k] != is[k] {
			out[k] = []any{was[k], is[k]}
		}
	}
	return out
}
