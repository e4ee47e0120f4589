package zendesk

import (
	"context"
	"net/http"
	"strings"

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
	return m.blueprints(ctx, s, "/groups", "groups", "group", "team", func(_ context.Context, _ *arrival, r record) (record, error) {
		return r.only("name", "description"), nil
	})
}

// blueprints brings over a list whose records become blueprints. One of the same kind and title that is
// here already is taken for it, unless another record of there is it. shape is what our API is sent; nil where it took
// the record in itself.
func (m *Move) blueprints(ctx context.Context, s *Step, path, member, one, kind string, shape func(ctx context.Context, a *arrival, r record) (record, error)) error {
	return m.carry(ctx, s, path, member, movedBlueprint+"/"+one, func(ctx context.Context, a *arrival, r record) error {
		for _, e := range m.server.entries(kind) {
			if !strings.EqualFold(e.Title, first(r.text("title"), r.text("name"))) || !m.sameSort(kind, one, e) {
				continue
			}
			if another, err := m.anothers(ctx, a, e.ID); err != nil || !another {
				if err == nil {
					err = m.taken(ctx, a, e.ID)
				}
				return err
			}
		}
		body, err := shape(ctx, a, r)
		if err != nil || body == nil {
			return err
		}
		return m.make(ctx, path, one, a, body)
	})
}

// anothers tells whether a blueprint here is what another record of there became.
func (m *Move) anothers(ctx context.Context, a *arrival, ours int64) (yes bool, err error) {
	err = m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM external_id WHERE source = $1 AND kind = $2 AND record_id = $3)`, m.name, a.kind, ours).Scan(&yes)
	})
	return yes, err
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
		return m.blueprints(ctx, s, "/"+plural, plural, one, "field", func(ctx context.Context, a *arrival, r record) (record, error) {
			switch r.text("type") {
			case "subject", "description", "status", "tickettype", "priority", "group", "assignee", "custom_status", "satisfaction_rating", "basic_priority":
				return nil, m.taken(ctx, a, systemFieldOf(r.text("type"))) // every ticket has them
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
	return m.blueprints(ctx, s, "/brands", "brands", "brand", "brand", func(_ context.Context, _ *arrival, r record) (record, error) { return r.only("name"), nil })
}

// schedules come with their holidays, as one change.
func (m *Move) schedules(ctx context.Context, s *Step) error {
	const path = "/business_hours/schedules"
	return m.blueprints(ctx, s, path, "schedules", "schedule", "calendar", func(ctx context.Context, a *arrival, r record) (record, error) {
		var told struct {
			Holidays []holiday `json:"holidays"`
		}
		if err := m.source.get(ctx, path+"/"+r.id()+"/holidays", &told); err != nil && err != errGone {
			return nil, err
		}
		days := []holiday{}
		for _, h := range told.Holidays {
			if _, err := h.days(); err != nil {
				a.say("%s: the holiday %q is not carried over: %s", r.label(), h.Name, faultText(err))
				continue
			}
			days = append(days, h)
		}
		out := r.only("name", "time_zone", "intervals")
		out["holidays"] = days
		return out, nil
	})
}

// rules brings over one sort of rules. Ids in tests and actions become ours.
func (m *Move) rules(k rule, path string) func(ctx context.Context, s *Step) error {
	return func(ctx context.Context, s *Step) error {
		return m.blueprints(ctx, s, path, k.plural, k.one, k.kind, func(ctx context.Context, _ *arrival, r record) (record, error) {
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
