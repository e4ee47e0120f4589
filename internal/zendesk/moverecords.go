package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
)

// Kinds that ids of the source are noted under.
const (
	movedTicket       = "ticket"
	movedPerson       = "person"
	movedOrganization = "organization"
	movedBlueprint    = "blueprint" // with the sort before the id: "group/12"
)

// groups become teams; one of the same title is taken as it is.
func (m *Move) groups(ctx context.Context, s *Step) error {
	return m.blueprints(ctx, s, "/groups", "groups", "group", "team", func(ctx context.Context, r record) (record, error) {
		return r.only("name", "description"), nil
	})
}

// blueprints brings over a list whose records become blueprints. One of the same kind and title that is
// here already is taken for it.
func (m *Move) blueprints(ctx context.Context, s *Step, path, member, one, kind string, shape func(ctx context.Context, r record) (record, error)) error {
	at := path
	if one == "schedule" {
		member = "schedules"
	}
	return m.carry(ctx, s, path, member, movedBlueprint+"/"+one, func(ctx context.Context, r record) error {
		for _, e := range m.server.entries(kind) {
			if strings.EqualFold(e.Title, first(r.text("title"), r.text("name"))) && m.sameSort(kind, one, e) {
				return m.note(ctx, movedBlueprint+"/"+one, r.id(), e.ID)
			}
		}
		body, err := shape(ctx, r)
		if err != nil || body == nil {
			return err
		}
		_, err = m.make(ctx, at, one, movedBlueprint+"/"+one, r.id(), time.Time{}, body)
		return err
	})
}

// sameSort tells fields of tickets, people and organizations apart, which are one kind here.
func (m *Move) sameSort(kind, one string, e blueprint.Entry) bool {
	if kind != "field" {
		return true
	}
	for _, n := range fieldNouns {
		if n.one == one {
			for _, f := range m.server.DeskSet().Fields.On(n.on) {
				if f.ID == e.ID {
					return true
				}
			}
		}
	}
	return false
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// fields brings over the custom fields of one kind of record.
func (m *Move) fields(plural, one string) func(ctx context.Context, s *Step) error {
	return func(ctx context.Context, s *Step) error {
		return m.blueprints(ctx, s, "/"+plural, plural, one, "field", func(ctx context.Context, r record) (record, error) {
			switch r.text("type") {
			case "subject", "description", "status", "tickettype", "priority", "group", "assignee", "custom_status", "satisfaction_rating", "basic_priority":
				return nil, m.note(ctx, movedBlueprint+"/"+one, r.id(), systemFieldOf(r.text("type"))) // every ticket has them
			}
			if r.text("type") == "partialcreditcard" {
				return nil, &refusal{http.StatusUnprocessableEntity, "card numbers are not carried over"}
			}
			return r.only("type", "title", "key", "agent_description", "regexp_for_validation", "required", "visible_in_portal", "editable_in_portal", "custom_field_options", "relationship_target_type"), nil
		})
	}
}

// systemFieldOf is the id of a field that every ticket has.
func systemFieldOf(kind string) int64 {
	for i, f := range builtIn {
		if f.Type == kind {
			return systemFields + int64(i) + 1
		}
	}
	return systemFields
}

func (m *Move) brands(ctx context.Context, s *Step) error {
	return m.blueprints(ctx, s, "/brands", "brands", "brand", "brand", func(_ context.Context, r record) (record, error) { return r.only("name"), nil })
}

func (m *Move) schedules(ctx context.Context, s *Step) error {
	const path = "/business_hours/schedules"
	return m.blueprints(ctx, s, path, "schedules", "schedule", "calendar", func(ctx context.Context, r record) (record, error) {
		out := r.only("name", "time_zone", "intervals")
		var holidays struct {
			Holidays []holiday `json:"holidays"`
		}
		if err := m.source.get(ctx, path+"/"+r.id()+"/holidays", &holidays); err != nil && err != errGone {
			return nil, err
		}
		ours, err := m.make(ctx, path, "schedule", movedBlueprint+"/schedule", r.id(), time.Time{}, out)
		if err != nil {
			return nil, err
		}
		for _, h := range holidays.Holidays {
			if err := m.call(ctx, http.MethodPost, fmt.Sprintf("%s/%d/holidays", path, ours), time.Time{}, wrap("holiday", record{"name": h.Name, "start_date": h.Start, "end_date": h.End}), nil); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

func (m *Move) organizations(ctx context.Context, s *Step) error {
	list := growing{path: "/organizations", member: "organizations", kind: movedOrganization, margin: settles, many: true,
		since: func(from time.Time) string {
			return fmt.Sprintf("/incremental/organizations?start_time=%d", from.Unix())
		}}
	return m.carrySince(ctx, s, list, func(ctx context.Context, r record) error {
		_, err := m.make(ctx, "/organizations/create_or_update", "organization", movedOrganization, r.id(), r.time("created_at"),
			r.only("name", "external_id", "domain_names", "details", "notes", "tags", "organization_fields"))
		return err
	})
}

// users become people. Agents become colleagues with the role agent; whoever may do more there is
// reported, for an administrator to decide.
func (m *Move) users(ctx context.Context, s *Step) error {
	list := growing{path: "/users", member: "users", kind: movedPerson, margin: settles, many: true,
		since: func(from time.Time) string {
			return fmt.Sprintf("/incremental/users/cursor?start_time=%d", from.Unix())
		}}
	return m.carrySince(ctx, s, list, func(ctx context.Context, r record) error {
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
			if err := m.problem(ctx, "user", r.id(), "%s has no address there; one that reaches nobody stands in its place", r.label()); err != nil {
				return err
			}
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
			if err := m.problem(ctx, "user", r.id(), "%s is an administrator there and an agent here: give the role by hand", r.label()); err != nil {
				return err
			}
		}
		ours, err := m.make(ctx, "/users/create_or_update", "user", movedPerson, r.id(), r.time("created_at"), out)
		if err != nil {
			return err
		}
		if suspended, _ := r["suspended"].(bool); suspended {
			return m.call(ctx, http.MethodPut, fmt.Sprintf("/users/%d", ours), time.Time{}, wrap("user", record{"suspended": true}), nil)
		}
		return nil
	})
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

func (m *Move) memberships(ctx context.Context, s *Step) error {
	return m.carry(ctx, s, "/group_memberships", "group_memberships", movedBlueprint+"/group_membership", func(ctx context.Context, r record) error {
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
		err = m.call(ctx, http.MethodPost, "/group_memberships", time.Time{}, wrap("group_membership", record{"user_id": person, "group_id": team}), nil)
		if no, ok := err.(*refusal); ok && strings.Contains(no.text, "already") {
			err = nil
		}
		if err != nil {
			return err
		}
		return m.note(ctx, movedBlueprint+"/group_membership", r.id(), team)
	})
}

// rules brings over one sort of rules. Ids in tests and actions become ours.
func (m *Move) rules(k rule, path string) func(ctx context.Context, s *Step) error {
	return func(ctx context.Context, s *Step) error {
		return m.blueprints(ctx, s, path, k.plural, k.one, k.kind, func(ctx context.Context, r record) (record, error) {
			out := r.only("title", "description", "position", "active", "conditions", "actions", "filter", "policy_metrics", "restriction")
			if k.one == "view" {
				out["output"] = outputOf(r)
				delete(out, "restriction")
			}
			if m.asleep && (k.kind == triggerRule.kind || k.kind == automationRule.kind) {
				out["active"] = false
			}
			if err := m.rename(ctx, map[string]any(out)); err != nil {
				return nil, err
			}
			return out, nil
		})
	}
}

// outputOf is how a view of the source shows its tickets, as far as views here can.
func outputOf(r record) record {
	e, _ := r["execution"].(map[string]any)
	out := record{}
	if sort := record(e).text("sort_by"); sorts[sort] != "" {
		out["sort_by"] = sort
	}
	if group := record(e).text("group_by"); viewGroups[group] != "" {
		out["group_by"] = group
	}
	list, _ := e["columns"].([]any)
	columns := []string{}
	for _, c := range list {
		one, _ := c.(map[string]any)
		columns = append(columns, record(one).text("id"))
	}
	out["columns"] = columns
	return out
}
