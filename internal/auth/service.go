package auth

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Roles is the configuration auth reads: the role blueprints in force.
type Roles interface {
	// Role returns a role by its blueprint id.
	Role(id int64) (name string, r Role, ok bool)
	// RoleID returns the blueprint id of a role by name.
	RoleID(name string) (id int64, ok bool)
	// Generation is the configuration's generation.
	Generation() int64
}

// Service signs people in and finds out who acts.
type Service struct {
	db     *db.DB
	ledger *ledger.Ledger
	roles  func() Roles
	clock  func() time.Time
	tries  tries
}

// New returns the service. roles returns the configuration in force at that moment; clock
// may be nil for the machine's.
func New(d *db.DB, l *ledger.Ledger, roles func() Roles, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	return &Service{db: d, ledger: l, roles: roles, clock: clock, tries: tries{clock: clock, seen: map[string]*failures{}}}
}

// holder is what one query tells about the person behind a session or token.
type holder struct {
	person       int64
	organization sql.NullInt64
	suspended    sql.NullInt64
	roles, teams sql.NullString
	shared       sql.NullString
	choices      sql.NullString
}

// holderColumns gathers a person's roles and teams in the same round trip.
const holderColumns = `p.id, p.organization_id, p.suspended_at,
	(SELECT string_agg(CAST(r.role_id AS TEXT), ',') FROM person_role r WHERE r.person_id = p.id),
	(SELECT string_agg(CAST(m.team_id AS TEXT), ',') FROM team_member m WHERE m.person_id = p.id),
	(SELECT string_agg(h.access || CAST(h.organization_id AS TEXT), ',') FROM organization_share h WHERE h.person_id = p.id AND h.revoked_at IS NULL),
	(SELECT t.body FROM person_setting t WHERE t.person_id = p.id)`

func (h *holder) dst() []any {
	return []any{&h.person, &h.organization, &h.suspended, &h.roles, &h.teams, &h.shared, &h.choices}
}

// actor resolves the holder's rights as they are now.
func (s *Service) actor(h holder) (act.Actor, error) {
	if h.suspended.Valid {
		return act.Actor{}, fault.New(fault.SignedOut, "This account is suspended.")
	}
	roles := s.roles()
	a := act.Actor{Kind: act.Person, PersonID: h.person, OrganizationID: h.organization.Int64, TeamIDs: ids(h.teams.String),
		Shared: shared(h.shared.String), Language: languageOf(h.choices.String), Generation: roles.Generation(), Clock: s.clock}
	for _, id := range ids(h.roles.String) {
		if name, r, ok := roles.Role(id); ok {
			a.Roles = append(a.Roles, name)
			a.Grants = append(a.Grants, r.Flat()...)
		}
	}
	return a, nil
}

// As is a person with the rights they have now, as if signed in. The caller decides who may.
func (s *Service) As(ctx context.Context, tx db.Tx, personID int64) (act.Actor, error) {
	var h holder
	err := tx.QueryRow(ctx, `SELECT `+holderColumns+` FROM person p WHERE p.id = $1 AND p.deleted_at IS NULL`, personID).Scan(h.dst()...)
	if errors.Is(err, sql.ErrNoRows) {
		return act.Actor{}, fault.Missing("person", personID)
	}
	if err != nil {
		return act.Actor{}, err
	}
	h.suspended = sql.NullInt64{} // their rights are asked for, not whether they are let in
	return s.actor(h)
}

// shared reads what holderColumns gathers: "read12,write7".
func shared(list string) (out []act.Shared) {
	for _, s := range strings.Split(list, ",") {
		word := strings.TrimRight(s, "0123456789")
		if id, err := strconv.ParseInt(s[len(word):], 10, 64); err == nil {
			out = append(out, act.Shared{OrganizationID: id, Write: word == "write"})
		}
	}
	return out
}

func ids(list string) (out []int64) {
	for _, s := range strings.Split(list, ",") {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// RolesOf returns the names of a person's roles.
func (s *Service) RolesOf(ctx context.Context, tx db.Tx, personID int64) ([]string, error) {
	var list sql.NullString
	err := tx.QueryRow(ctx, `SELECT string_agg(CAST(role_id AS TEXT), ',') FROM person_role WHERE person_id = $1`, personID).Scan(&list)
	names := []string{}
	for _, id := range ids(list.String) {
		if name, _, ok := s.roles().Role(id); ok {
			names = append(names, name)
		}
	}
	return names, err
}

// SetRoles gives a person exactly these roles. Whoever may write roles may; nobody may
// hand out a right they do not have themselves.
func (s *Service) SetRoles(ctx context.Context, tx db.Tx, by act.Actor, personID int64, names []string) error {
	if err := by.Require("write", "role"); err != nil {
		return err
	}
	before, err := s.RolesOf(ctx, tx, personID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM person_role WHERE person_id = $1`, personID); err != nil {
		return err
	}
	for _, name := range names {
		id, ok := s.roles().RoleID(name)
		if !ok {
			return fault.Field("roles", name, "the name of a role in the configuration", "There is no role %q.", name)
		}
		_, role, _ := s.roles().Role(id)
		for _, g := range role.Flat() {
			if !holds(by, g) {
				return fault.New(fault.Forbidden, "The role %q allows to %s a %s, which you may not do yourself.", name, g.Action, g.Kind)
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO person_role (person_id, role_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, personID, id); err != nil {
			return err
		}
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: RolesChanged, Subject: ledger.Ref{Kind: "person", ID: personID},
		Data: map[string]any{"roles": []any{before, names}}})
	return err
}

// holds reports whether by has a grant at least as wide as g.
func holds(by act.Actor, g act.Grant) bool {
	for _, h := range by.Grants {
		if (h.Action == "*" || h.Action == g.Action) && (h.Kind == "*" || h.Kind == g.Kind) && (h.Scope == act.All || h.Scope == g.Scope) {
			return true
		}
	}
	return false
}
