package directory

import (
	"context"

	"steward/internal/db"
	"steward/internal/rule"
)

// PersonFields are what conditions may read of a person at a path: "person", "ticket.requester".
func PersonFields(at string) []rule.Field {
	return []rule.Field{
		{Path: at + ".name", Type: rule.Text, Doc: "Name.", Private: true},
		{Path: at + ".email", Type: rule.Text, Doc: "Main address, in small letters.", Private: true},
		{Path: at + ".domain", Type: rule.Text, Doc: "What stands behind the @ of the main address."},
		{Path: at + ".agent", Type: rule.Bool, Doc: "Whether they work here."},
		{Path: at + ".time_zone", Type: rule.Text, Doc: "Their own time zone, such as Europe/Amsterdam; missing when they set none."},
		{Path: at + ".created", Type: rule.Time, Doc: "When they became known."},
		{Path: at + ".attributes", Type: rule.Attributes, Doc: "Custom attributes of the person, by name.", Private: true},
	}
}

// OrganizationFields are what conditions may read of an organization at a path.
func OrganizationFields(at string) []rule.Field {
	return []rule.Field{
		{Path: at + ".name", Type: rule.Text, Doc: "Name."},
		{Path: at + ".created", Type: rule.Time, Doc: "When it became known."},
		{Path: at + ".attributes", Type: rule.Attributes, Doc: "Custom attributes of the organization, by name."},
	}
}

// PersonVars are the values of PersonFields, nil for nobody.
func (s *Service) PersonVars(p Person) any {
	if p.ID == 0 {
		return nil
	}
	out := map[string]any{"name": p.Name, "email": p.Email, "domain": Domain(p.Email), "agent": p.Agent, "created": p.Created,
		"attributes": s.fields().Vars("person", p.Attributes)}
	if p.TimeZone != "" {
		out["time_zone"] = p.TimeZone
	}
	return out
}

// OrganizationVars are the values of OrganizationFields, nil for none.
func (s *Service) OrganizationVars(o Organization) any {
	if o.ID == 0 {
		return nil
	}
	return map[string]any{"name": o.Name, "created": o.Created, "attributes": s.fields().Vars("organization", o.Attributes)}
}

// About are functions that look up what conditions read of a person and an organization, for lazy
// values; an error fails the transaction. It checks no permission.
func (s *Service) About(ctx context.Context, tx db.Tx, personID, organizationID int64) (person, organization func() any) {
	person = func() any {
		people, err := s.Names(ctx, tx, []int64{personID})
		if err != nil {
			return nil
		}
		return s.PersonVars(people[personID])
	}
	organization = func() any {
		o, err := seenOrganization(ctx, tx, organizationID)
		if err != nil {
			return nil
		}
		return s.OrganizationVars(o)
	}
	return person, organization
}

// PersonColumn is where a filter finds a field of PersonFields, by its last name; id is the person's id in SQL.
func PersonColumn(e db.Engine, name, id string) (rule.Column, bool) {
	c := rule.Column{Null: true, Within: "EXISTS (SELECT 1 FROM person x WHERE x.id = " + id + " AND %s)", Type: rule.Text}
	switch name {
	case "name", "email":
		c.SQL = "x." + name
	case "domain":
		c.SQL = "substr(x.email, instr(x.email, '@') + 1)"
		if e == db.Postgres {
			c.SQL = "substr(x.email, strpos(x.email, '@') + 1)"
		}
	case "agent":
		c.SQL, c.Type = "x.agent", rule.Bool
	case "time_zone":
		c.SQL = "NULLIF(x.time_zone, '')"
		c.Within = "EXISTS (SELECT 1 FROM person x WHERE x.id = " + id + " AND x.time_zone <> '' AND %s)"
	case "created":
		c.SQL, c.Type = "x.created", rule.Time
	default:
		return c, false
	}
	return c, true
}

// OrganizationColumn is the same for OrganizationFields.
func OrganizationColumn(name, id string) (rule.Column, bool) {
	c := rule.Column{Null: true, Within: "EXISTS (SELECT 1 FROM organization x WHERE x.id = " + id + " AND x.deleted_at IS NULL AND %s)", Type: rule.Text}
	switch name {
	case "name":
		c.SQL = "x.name"
	case "created":
		c.SQL, c.Type = "x.created", rule.Time
	default:
		return c, false
	}
	return c, true
}

// OrganizationsVars are the values of OrganizationFields of several organizations, by id; those
// that are not there are left out. It checks no permission.
func (s *Service) OrganizationsVars(ctx context.Context, tx db.Tx, ids []int64) (map[int64]map[string]any, error) {
	out := make(map[int64]map[string]any, len(ids))
	const each = 500
	for from := 0; from < len(ids); from += each {
		var some []any
		for _, id := range ids[from:min(from+each, len(ids))] {
			some = append(some, id)
		}
		w := (&db.Where{}).And("o.deleted_at IS NULL").In("o.id", some)
		rows, err := tx.Query(ctx, `SELECT `+organizationFields+` FROM organization o WHERE `+w.SQL(), w.Args()...)
		list, err := db.Collect(rows, err, scanOrganization)
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			out[o.ID], _ = s.OrganizationVars(o).(map[string]any)
		}
	}
	return out, nil
}
