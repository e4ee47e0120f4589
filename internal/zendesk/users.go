package zendesk

import (
	"context"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/field"
)

// user is a person as Zendesk tells them.
type user struct {
	ID               int64          `json:"id"`
	URL              string         `json:"url"`
	Name             string         `json:"name"`
	Email            *string        `json:"email"`
	CreatedAt        stamp          `json:"created_at"`
	UpdatedAt        stamp          `json:"updated_at"`
	TimeZone         string         `json:"time_zone"`
	IANA             string         `json:"iana_time_zone"`
	Phone            *string        `json:"phone"`
	SharedPhone      *bool          `json:"shared_phone_number"`
	Photo            any            `json:"photo"`
	LocaleID         int            `json:"locale_id"`
	Locale           string         `json:"locale"`
	OrganizationID   number         `json:"organization_id"`
	Role             string         `json:"role"`
	Verified         bool           `json:"verified"`
	ExternalID       *string        `json:"external_id"`
	Tags             []string       `json:"tags"`
	Alias            string         `json:"alias"`
	Active           bool           `json:"active"`
	Shared           bool           `json:"shared"`
	SharedAgent      bool           `json:"shared_agent"`
	LastLoginAt      stamp          `json:"last_login_at"`
	TwoFactor        bool           `json:"two_factor_auth_enabled"`
	Signature        *string        `json:"signature"`
	Details          string         `json:"details"`
	Notes            string         `json:"notes"`
	RoleType         *int           `json:"role_type"`
	CustomRoleID     number         `json:"custom_role_id"`
	Moderator        bool           `json:"moderator"`
	Restriction      *string        `json:"ticket_restriction"`
	PrivateOnly      bool           `json:"only_private_comments"`
	RestrictedAgent  bool           `json:"restricted_agent"`
	Suspended        bool           `json:"suspended"`
	DefaultGroupID   number         `json:"default_group_id"`
	ReportCSV        bool           `json:"report_csv"`
	UserFields       map[string]any `json:"user_fields"`
	PermanentDeleted *bool          `json:"permanently_deleted,omitempty"`
}

// source is what the ids are kept under that this API's callers give to records.
const source = "zendesk"

func personID(p directory.Person) int64 { return p.ID }

func userID(u user) int64 { return u.ID }

// text is nil for "".
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// tellUsers tells people as Zendesk does, with seven statements however many they are.
func (c *call) tellUsers(ctx context.Context, tx db.Tx, people []directory.Person) ([]user, error) {
	ids, agents := make([]int64, len(people)), []int64{}
	for i, p := range people {
		ids[i] = p.ID
		if p.Agent {
			agents = append(agents, p.ID)
		}
	}
	roles, err := c.Auth.RoleIDs(ctx, tx, agents)
	if err != nil {
		return nil, err
	}
	teams, err := c.Directory.FirstTeams(ctx, tx, agents)
	if err != nil {
		return nil, err
	}
	verified, err := c.Directory.VerifiedOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	external, err := c.Directory.ExternalsOf(ctx, tx, source, "person", ids)
	if err != nil {
		return nil, err
	}
	removed, err := c.Directory.Removed(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	cards, err := c.Directory.Cards(ctx, tx, "person", ids)
	if err != nil {
		return nil, err
	}
	staff, admins := auth.Scope(c.by, "read", "person").All(), c.adminRoles()
	requested := "requested"
	out := make([]user, len(people))
	for i, p := range people {
		card := cards[p.ID]
		u := user{ID: p.ID, URL: c.url("/users/%d.json", p.ID), Name: p.Name, Email: text(p.Email), CreatedAt: stamp(p.Created), UpdatedAt: stamp(p.Updated), TimeZone: zoneName(p.TimeZone),
			IANA: p.TimeZone, Phone: text(card.Phone), LocaleID: localeOf(card.Locale), Locale: card.Locale, OrganizationID: number(p.OrganizationID), Verified: verified[p.ID], ExternalID: text(external[p.ID]),
			Tags: card.Tags, Alias: card.Alias, Active: !removed[p.ID], LastLoginAt: stamp(p.Seen), Signature: text(card.Signature), Moderator: false, Suspended: !p.Suspended.IsZero(),
			UserFields: tellFields(c.Fields.Schema(), "person", p.Attributes, staff)}
		if u.IANA == "" {
			u.IANA = "Etc/UTC"
		}
		if u.Locale == "" {
			u.Locale = "en-US"
		}
		if u.Tags == nil {
			u.Tags = []string{}
		}
		if staff {
			u.Notes, u.Details = card.Notes, card.Details
		}
		var custom int64
		u.Role, custom = roleOf(p.Agent, roles[p.ID], admins)
		u.CustomRoleID = number(custom)
		switch u.Role {
		case "admin":
			u.RoleType, u.ReportCSV, u.Moderator = new(int), true, true
			*u.RoleType = 4
		case "agent":
			u.RoleType, u.Moderator = new(int), true
			u.RestrictedAgent = c.restricted(roles[p.ID])
		default:
			u.Restriction = &requested
		}
		if p.Agent {
			if u.DefaultGroupID = number(card.DefaultTeam); u.DefaultGroupID == 0 {
				u.DefaultGroupID = number(teams[p.ID])
			}
		}
		out[i] = u
	}
	return out, nil
}

// restricted reports whether roles show only some tickets.
func (s *Server) restricted(roles []int64) bool {
	for _, r := range s.roles() {
		for _, id := range roles {
			if r.ID != id {
				continue
			}
			for _, g := range r.Spec.Flat() {
				if (g.Action == "read" || g.Action == "*") && (g.Kind == "ticket" || g.Kind == "*") && g.Scope == "all" {
					return false
				}
			}
		}
	}
	return true
}

// tellFields tells the custom attributes of a person or an organization: every field the reader sees,
// null where it has no value.
func tellFields(schema *field.Schema, kind string, values field.Values, staff bool) map[string]any {
	out := map[string]any{}
	for _, f := range schema.On(kind) {
		if !staff && !f.Everyone() {
			continue
		}
		v := values.Of(f)
		switch day, isText := v.(string); {
		case f.Type == "checkbox" && v == nil:
			v = false
		case f.Type == "date" && isText:
			v = day + "T00:00:00Z"
		}
		out[f.Name] = v
	}
	return out
}

// readFields makes of user_fields or organization_fields what the directory takes. A name that is no field
// is passed over, as Zendesk does.
func readFields(schema *field.Schema, kind string, sent map[string]any) map[string]any {
	if sent == nil {
		return nil
	}
	out := map[string]any{}
	for name, v := range sent {
		f := schema.Named(kind, name)
		if f == nil {
			continue
		}
		if day, ok := v.(string); ok && f.Type == "date" && len(day) > 10 {
			v = day[:10]
		}
		if empty, ok := v.(string); ok && empty == "" {
			v = nil
		}
		out[f.Name] = v
	}
	return out
}
