package entitle

import (
	"context"
	"database/sql"
	"maps"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// termEnd is the kind of timer that ends a term.
const termEnd = "entitlement.term_end"

// Service keeps what is recorded about organizations and decides who may ask for help.
type Service struct {
	ledger    *ledger.Ledger
	jobs      *job.Queue
	directory *directory.Service
	config    func() *Config
	clock     func() time.Time
}

// Parts are what the service stands on.
type Parts struct {
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Directory *directory.Service
	Config    func() *Config   // the entitlements in force
	Clock     func() time.Time // nil: the machine's
}

// New returns the service and registers its timer.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{ledger: p.Ledger, jobs: p.Jobs, directory: p.Directory, config: p.Config, clock: p.Clock}
	p.Jobs.Handle(termEnd, job.Options{}, s.onTermEnd)
	return s
}

// tell records an event about an organization.
func (s *Service) tell(ctx context.Context, tx db.Tx, by act.Actor, verb string, organizationID int64, data map[string]any) (int64, error) {
	return s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "organization", ID: organizationID}, Data: data})
}

// system is the service acting by itself.
func (s *Service) system() act.Actor {
	by := act.Root()
	by.Clock = s.clock
	return by
}

// Judge decides whether a person may ask for help on behalf of an organization (0: none), with a
// form by name ("": none was chosen). It checks no permission. Without any entitlement it asks
// nothing of the database.
func (s *Service) Judge(ctx context.Context, tx db.Tx, personID, organizationID int64, form string) (Decision, error) {
	c := s.config()
	if c.None() {
		return Decision{}, nil
	}
	f, err := s.facts(ctx, tx, personID, organizationID)
	if err != nil {
		return Decision{}, err
	}
	f.Form = form
	return c.Decide(f, s.clock().UTC()), nil
}

// facts looks up what a decision is made from.
func (s *Service) facts(ctx context.Context, tx db.Tx, personID, organizationID int64) (Facts, error) {
	f := Facts{Organization: organizationID}
	if organizationID != 0 {
		var hold sql.NullInt64
		var terms, access sql.NullString
		err := tx.QueryRow(ctx, `SELECT (SELECT id FROM organization_hold WHERE organization_id = $1 AND lifted_at IS NULL),
			(SELECT string_agg(CAST(entitlement_id AS TEXT), ',') FROM entitlement_term WHERE organization_id = $1 AND ended_at IS NULL AND ends > $2),
			(SELECT count(*) FROM organization_contact WHERE organization_id = $1),
			EXISTS (SELECT 1 FROM organization_contact WHERE organization_id = $1 AND person_id = $3),
			(SELECT access FROM organization_share WHERE organization_id = $1 AND person_id = $3 AND revoked_at IS NULL)`,
			organizationID, db.Micros(s.clock().UTC()), personID).Scan(&hold, &terms, &f.Contacts, &f.Listed, &access)
		if err != nil {
			return f, err
		}
		f.Hold, f.Shared = hold.Int64, access.String == string(ReadWrite)
		for _, id := range strings.Split(terms.String, ",") {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				f.Terms = append(f.Terms, n)
			}
		}
	}
	person, organization := s.directory.About(ctx, tx, personID, organizationID)
	return f.About(person(), organization(), s.clock().UTC()), nil
}

// About completes facts by what conditions read of the person and the organization, as their
// declared fields have it, at a moment.
func (f Facts) About(person, organization any, now time.Time) Facts {
	f.Vars = rule.Vars{"organization": with(organization, "known", f.Organization != 0), "person": with(person, "listed", f.Listed), "now": now}
	return f
}

// with adds a value to a record's values.
func with(record any, name string, value any) map[string]any {
	values, _ := record.(map[string]any)
	out := maps.Clone(values)
	if out == nil {
		out = map[string]any{}
	}
	out[name] = value
	return out
}

// ofOrganization is what holds for an organization, whoever writes for it.
func (s *Service) ofOrganization(ctx context.Context, tx db.Tx, organizationID int64) (Facts, *Entitlement, error) {
	f, err := s.facts(ctx, tx, 0, organizationID)
	if err != nil || s.config().None() {
		return f, nil, err
	}
	return f, s.config().holds(f), nil
}

// lock makes others who change what is recorded about an organization wait.
func lock(ctx context.Context, tx db.Tx, table string, id int64) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	return tx.QueryRow(ctx, `SELECT id FROM `+table+` WHERE id = $1 FOR UPDATE`, id).Scan(&id)
}

// visible returns an organization that the actor may read; an id that was merged gives the one
// it leads to.
func (s *Service) visible(ctx context.Context, tx db.Tx, by act.Actor, id int64) (directory.Organization, error) {
	return s.directory.Organization(ctx, tx, by, id)
}

// administered returns an organization whose entitlement the actor may change: holds, terms and
// sharing. Whoever may write entitlements may, of organizations they may read.
func (s *Service) administered(ctx context.Context, tx db.Tx, by act.Actor, id int64) (directory.Organization, error) {
	o, err := s.visible(ctx, tx, by, id)
	if err != nil {
		return o, err
	}
	if !auth.Scope(by, "write", "entitlement").Covers(auth.Record{Organization: o.ID}) {
		return o, by.Denied("write", "entitlement")
	}
	return o, lock(ctx, tx, "organization", o.ID)
}

// maxReason is how long a reason may be, in characters.
const maxReason = 500

// CleanReason brings a reason into one line of 1 to 500 characters.
func CleanReason(reason string) (string, error) {
	reason = directory.OneLine(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return "", fault.Field("reason", n, "1 to 500 characters", "Say why, in 1 to 500 characters.")
	}
	return reason, nil
}
