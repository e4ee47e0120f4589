package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

func (m *Move) organizations(ctx context.Context, s *Step) error {
	before := s.Moved
	list := growing{path: "/organizations", member: "organizations", kind: movedOrganization, margin: settles, many: true,
		since: func(from time.Time) string {
			return fmt.Sprintf("/incremental/organizations?start_time=%d", from.Unix())
		}}
	err := m.carrySince(ctx, s, list, func(ctx context.Context, a *arrival, r record) error {
		in, err := sentAs[organizationInput](r.only("name", "external_id", "domain_names", "details", "notes", "tags", "organization_fields"))
		if err != nil {
			return err
		}
		by := m.at(r.time("created_at"))
		return m.arrive(ctx, a, func(ctx context.Context, tx db.Tx, _ *arrival) (int64, error) {
			again := in
			o, _, err := m.server.saveOrganization(ctx, tx, by, &again)
			return o.ID, err
		})
	})
	m.came = m.came || s.Moved > before
	return err
}

// users become people with all their addresses. Agents become colleagues with the role agent; whoever may do more
// there is reported, for an administrator to decide.
func (m *Move) users(ctx context.Context, s *Step) error {
	before := s.Moved
	list := growing{path: "/users", member: "users", kind: movedPerson, margin: settles, many: true, beside: "identities",
		since: func(from time.Time) string {
			return fmt.Sprintf("/incremental/users/cursor?start_time=%d", from.Unix())
		}}
	err := m.carrySince(ctx, s, list, m.user)
	m.came = m.came || s.Moved > before
	return err
}

func (m *Move) user(ctx context.Context, a *arrival, r record) error {
	out := r.only("name", "email", "external_id", "phone", "time_zone", "iana_time_zone", "notes", "details", "tags", "user_fields", "locale")
	if zone, ok := out["iana_time_zone"]; ok {
		out["time_zone"] = zone
		delete(out, "iana_time_zone")
	}
	organization, err := m.ours(ctx, movedOrganization, r.text("organization_id"))
	if err != nil {
		return err
	}
	if organization != 0 {
		out["organization_id"] = organization
	}
	if out.text("email") == "" {
		out["email"] = "user-" + r.id() + "@without-address.invalid"
		a.say("%s has no address there; one that reaches nobody stands in its place", r.label())
	}
	here, err := m.colleague(ctx, out.text("email"))
	if err != nil {
		return err
	}
	switch role := r.text("role"); {
	case here: // what they may do here was decided here
	case role == "agent":
		out["role"] = role
	case role == "admin":
		out["role"] = "agent"
		a.say("%s is an administrator there and an agent here: give the role by hand", r.label())
	}
	in, err := sentAs[userInput](out)
	if err != nil {
		return err
	}
	by := m.at(r.time("created_at"))
	return m.arrive(ctx, a, func(ctx context.Context, tx db.Tx, a *arrival) (int64, error) {
		again := in
		p, _, err := m.server.saveUser(ctx, tx, by, &again)
		if err != nil {
			return 0, err
		}
		if err := m.addresses(ctx, tx, by, a, p.ID, r); err != nil {
			return 0, err
		}
		if suspended, _ := r["suspended"].(bool); suspended {
			_, err = m.server.updateUser(ctx, tx, m.by, p.ID, &userInput{Suspended: maybe[bool]{true, true}})
		}
		return p.ID, err
	})
}

// addresses gives a person the further addresses they have there. What else they are known by there is said.
func (m *Move) addresses(ctx context.Context, tx db.Tx, by act.Actor, a *arrival, person int64, r record) error {
	identities, _ := r["identities"].([]record)
	var others []string
	for _, i := range identities {
		value, verified := i.text("value"), i["verified"] == true
		switch {
		case value == "" || strings.EqualFold(value, r.text("email")) || value == r.text("phone"):
		case i.text("type") != "email":
			others = append(others, i.text("type")+" "+value)
		default:
			_, err := m.server.Directory.AddIdentity(ctx, tx, by, person, value, verified, false)
			if fault.Is(err, fault.Invalid) {
				a.say("%s: the address %s is not carried over: %s", r.label(), value, faultText(err))
			} else if err != nil {
				return err
			}
		}
	}
	if others != nil {
		a.say("%s is known there by what is no address, which is not carried over: %s", r.label(), strings.Join(others, ", "))
	}
	return nil
}

// colleague tells whether somebody with an address works here already.
func (m *Move) colleague(ctx context.Context, email string) (yes bool, err error) {
	err = m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		p, ok, err := m.server.Directory.ByEmail(ctx, tx, strings.ToLower(strings.TrimSpace(email)))
		yes = ok && p.Agent
		return err
	})
	return yes, err
}

// memberships are those of groups.
func (m *Move) memberships(ctx context.Context, s *Step) error {
	return m.carry(ctx, s, "/group_memberships", "group_memberships", movedBlueprint+"/group_membership", func(ctx context.Context, a *arrival, r record) error {
		person, err := m.ours(ctx, movedPerson, r.text("user_id"))
		if err != nil {
			return err
		}
		team, err := m.ours(ctx, movedBlueprint+"/group", r.text("group_id"))
		if err != nil {
			return err
		}
		if person == 0 || team == 0 {
			return &refusal{http.StatusUnprocessableEntity, "its person or group was not brought over"}
		}
		return m.arrive(ctx, a, func(ctx context.Context, tx db.Tx, _ *arrival) (int64, error) {
			_, err := m.server.joinTeam(ctx, tx, m.by, membershipInput{UserID: number(person), GroupID: number(team)})
			return team, err
		})
	})
}
