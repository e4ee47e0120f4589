package zendesk

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// words is a text that may be sent as a number too: ids of other systems.
type words string

// UnmarshalJSON implements json.Unmarshaler.
func (w *words) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(w))
	}
	if n := json.Number(b); bytes.ContainsAny(b[:1], "-0123456789") {
		*w = words(n)
		return nil
	}
	return &json.UnmarshalTypeError{Value: string(b), Field: "external_id"}
}

// userInput is a user as a caller sends one.
type userInput struct {
	ID             number        `json:"id"`
	Name           maybe[string] `json:"name"`
	Email          maybe[string] `json:"email"`
	Role           maybe[string] `json:"role"`
	CustomRoleID   maybe[number] `json:"custom_role_id"`
	OrganizationID maybe[number] `json:"organization_id"`
	Organization   *struct {
		Name string `json:"name"`
	} `json:"organization"`
	ExternalID     maybe[words]    `json:"external_id"`
	TimeZone       maybe[string]   `json:"time_zone"`
	IANA           maybe[string]   `json:"iana_time_zone"`
	Phone          maybe[words]    `json:"phone"`
	Alias          maybe[string]   `json:"alias"`
	Signature      maybe[string]   `json:"signature"`
	Notes          maybe[string]   `json:"notes"`
	Details        maybe[string]   `json:"details"`
	Locale         maybe[string]   `json:"locale"`
	Tags           maybe[tagWords] `json:"tags"`
	Suspended      maybe[bool]     `json:"suspended"`
	Verified       maybe[bool]     `json:"verified"`
	DefaultGroupID maybe[number]   `json:"default_group_id"`
	UserFields     map[string]any  `json:"user_fields"`
	Identities     []identityInput `json:"identities"`
	Password       string          `json:"password"`

	hash string // of the password
}

// tagWords is a list of tags, or one text with spaces or commas between them.
type tagWords []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *tagWords) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var one string
		if err := json.Unmarshal(b, &one); err != nil {
			return err
		}
		*t = tagWords(fields(one))
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// card reports whether the input changes somebody's card, and how.
func (in *userInput) card() (change func(c *directory.Card), any bool) {
	any = in.Phone.Sent || in.Alias.Sent || in.Signature.Sent || in.Notes.Sent || in.Details.Sent || in.Locale.Sent || in.Tags.Sent || in.DefaultGroupID.Sent
	set := func(m maybe[string], to *string) {
		if m.Sent {
			*to = m.Value
		}
	}
	return func(c *directory.Card) {
		if in.Phone.Sent {
			c.Phone = string(in.Phone.Value)
		}
		set(in.Alias, &c.Alias)
		set(in.Signature, &c.Signature)
		set(in.Notes, &c.Notes)
		set(in.Details, &c.Details)
		set(in.Locale, &c.Locale)
		if in.Tags.Sent {
			c.Tags = in.Tags.Value
		}
		if in.DefaultGroupID.Sent {
			c.DefaultTeam = int64(in.DefaultGroupID.Value)
		}
	}, any
}

// zone is the time zone that was sent, nil for none.
func (in *userInput) zone() (*string, error) {
	name, m := "iana_time_zone", in.IANA
	if !m.Sent {
		name, m = "time_zone", in.TimeZone
	}
	if !m.Sent || m.Value == "" {
		return nil, nil
	}
	zone, err := readZone(name, m.Value)
	return &zone, err
}

// organization is the one that was sent, nil for none.
func (s *Server) organizationOf(ctx context.Context, tx db.Tx, in *userInput) (*int64, error) {
	if in.OrganizationID.Sent {
		id := int64(in.OrganizationID.Value)
		return &id, nil
	}
	if in.Organization == nil {
		return nil, nil
	}
	ids, err := s.Directory.OrganizationsNamed(ctx, tx, in.Organization.Name)
	if err != nil {
		return nil, err
	}
	if len(ids) != 1 {
		return nil, fault.Field("organization", in.Organization.Name, "the name of one organization", "There is no organization %q.", in.Organization.Name)
	}
	return &ids[0], nil
}

// createUser adds a person.
func (s *Server) createUser(ctx context.Context, tx db.Tx, by act.Actor, in *userInput) (directory.Person, error) {
	none := directory.Person{}
	if !in.Name.Sent && in.Email.Value == "" {
		return none, fault.Field("name", nil, "a name", "Name: cannot be blank")
	}
	for _, i := range in.Identities {
		if in.Email.Value == "" && i.Type == "email" {
			in.Email = maybe[string]{true, i.Value}
		}
	}
	if in.Email.Value == "" {
		return none, fault.Field("email", nil, "an address", "Email: cannot be blank")
	}
	role := in.Role.Value
	if role == "" && in.CustomRoleID.Value == 0 {
		role = "end-user"
	}
	agent, names, err := s.grade(role, int64(in.CustomRoleID.Value), "end-user")
	if err != nil {
		return none, err
	}
	zone, err := in.zone()
	if err != nil {
		return none, err
	}
	org, err := s.organizationOf(ctx, tx, in)
	if err != nil {
		return none, err
	}
	n := directory.NewPerson{Email: in.Email.Value, Name: in.Name.Value, Agent: agent, Attributes: readFields(s.Fields.Schema(), "person", in.UserFields)}
	if zone != nil {
		n.TimeZone = *zone
	}
	if org != nil {
		n.OrganizationID = *org
	}
	if p, taken, err := s.Directory.ByEmail(ctx, tx, n.Email); err == nil && taken && p.ID != 0 {
		return none, duplicate("email", "Email: "+n.Email+" is already being used by another user")
	}
	p, err := s.Directory.Create(ctx, tx, by, n)
	if err != nil {
		return p, err
	}
	if names != nil && len(*names) > 0 {
		if err := s.Auth.SetRoles(ctx, tx, by, p.ID, *names); err != nil {
			return p, err
		}
	}
	in.Email.Sent = false
	return s.finishUser(ctx, tx, by, p, in)
}

// duplicate refuses a value that somebody else has.
func duplicate(name, description string) error {
	return &failed{http.StatusUnprocessableEntity, failure{Error: "RecordInvalid", Description: "Record validation errors", Details: map[string][]findings{name: {{description, "DuplicateValue"}}}}}
}

// updateUser changes a person.
func (s *Server) updateUser(ctx context.Context, tx db.Tx, by act.Actor, id int64, in *userInput) (directory.Person, error) {
	p, err := s.Directory.Editing(ctx, tx, by, id)
	if err != nil {
		return p, err
	}
	roles, err := s.Auth.RoleIDs(ctx, tx, []int64{p.ID})
	if err != nil {
		return p, err
	}
	change := directory.Change{Version: p.Version}
	changed := false
	var names *[]string
	if has, custom := roleOf(p.Agent, roles[p.ID], s.adminRoles()); in.Role.Value != "" || in.CustomRoleID.Value != 0 {
		want := int64(in.CustomRoleID.Value)
		if want == custom && want != 0 {
			want = 0
		}
		role := in.Role.Value
		if role == "" {
			role = has
		}
		agent, list, err := s.grade(role, want, has)
		if err != nil {
			return p, err
		}
		if names = list; agent != p.Agent {
			change.Agent, changed = &agent, true
		}
	}
	if in.Name.Sent && in.Name.Value != p.Name {
		if directory.OneLine(in.Name.Value) == "" {
			return p, fault.Field("name", nil, "a name", "Name: cannot be blank")
		}
		change.Name, changed = &in.Name.Value, true
	}
	if change.OrganizationID, err = s.organizationOf(ctx, tx, in); err != nil {
		return p, err
	}
	if change.TimeZone, err = in.zone(); err != nil {
		return p, err
	}
	if change.TimeZone != nil && *change.TimeZone == p.TimeZone {
		change.TimeZone = nil
	}
	change.Attributes = readFields(s.Fields.Schema(), "person", in.UserFields)
	if changed || change.OrganizationID != nil && *change.OrganizationID != p.OrganizationID || change.TimeZone != nil || len(change.Attributes) > 0 {
		if p, err = s.Directory.Update(ctx, tx, by, p.ID, change); err != nil {
			return p, err
		}
	} else if err := by.Require("write", "person"); err != nil {
		return p, err
	}
	if names != nil {
		if err := s.Auth.SetRoles(ctx, tx, by, p.ID, *names); err != nil {
			return p, err
		}
	}
	return s.finishUser(ctx, tx, by, p, in)
}

// finishUser does what a new user and a changed one have in common, and returns them as they are then.
func (s *Server) finishUser(ctx context.Context, tx db.Tx, by act.Actor, p directory.Person, in *userInput) (directory.Person, error) {
	if in.ExternalID.Sent {
		if err := s.Directory.Rename(ctx, tx, by, source, "person", p.ID, string(in.ExternalID.Value)); err != nil {
			return p, err
		}
	}
	if in.Email.Value != "" && in.Email.Sent {
		in.Identities = append(in.Identities, identityInput{Type: "email", Value: in.Email.Value})
	}
	for _, i := range in.Identities {
		if err := i.check(); err != nil {
			return p, err
		}
		if _, err := s.Directory.AddIdentity(ctx, tx, by, p.ID, i.Value, i.Verified.Value, i.Primary.Value); err != nil {
			return p, err
		}
	}
	if in.DefaultGroupID.Value != 0 && s.DeskSet().Team(int64(in.DefaultGroupID.Value)) == nil {
		return p, fault.Field("default_group_id", int64(in.DefaultGroupID.Value), "the id of a group", "There is no group %d.", int64(in.DefaultGroupID.Value))
	}
	if change, any := in.card(); any {
		if _, err := s.Directory.SetCard(ctx, tx, by, "person", p.ID, change); err != nil {
			return p, err
		}
	}
	if in.Verified.Sent {
		all, err := s.Directory.Identities(ctx, tx, p.ID)
		if err != nil {
			return p, err
		}
		for _, i := range all {
			if i.Primary && i.Verified != in.Verified.Value {
				if err := s.Directory.SetIdentity(ctx, tx, by, p.ID, i.ID, nil, &in.Verified.Value); err != nil {
					return p, err
				}
			}
		}
	}
	var err error
	if in.Suspended.Sent && in.Suspended.Value == p.Suspended.IsZero() {
		if in.Suspended.Value {
			p, err = s.Directory.Suspend(ctx, tx, by, p.ID, directory.Suspension{Reason: "Suspended through the Zendesk API"})
		} else {
			p, err = s.Directory.Unsuspend(ctx, tx, by, p.ID)
		}
		if err != nil {
			return p, err
		}
	}
	if in.hash != "" {
		if err := s.Auth.SetPassword(ctx, tx, by, p.ID, in.hash); err != nil {
			return p, err
		}
	}
	return s.Directory.Get(ctx, tx, by, p.ID)
}

// saveUser changes the user that the input names by id, external id or address, and adds one when there is
// none.
func (s *Server) saveUser(ctx context.Context, tx db.Tx, by act.Actor, in *userInput) (p directory.Person, created bool, err error) {
	id := int64(in.ID)
	if id == 0 && in.ExternalID.Value != "" {
		if id, err = s.Directory.External(ctx, tx, source, "person", string(in.ExternalID.Value)); err != nil {
			return p, false, err
		}
	}
	if id == 0 && in.Email.Value != "" {
		address, err := directory.CleanEmail("email", in.Email.Value)
		if err != nil {
			return p, false, err
		}
		found, _, err := s.Directory.ByEmail(ctx, tx, address)
		if err != nil {
			return p, false, err
		}
		id = found.ID
	}
	if id == 0 {
		p, err = s.createUser(ctx, tx, by, in)
		return p, true, err
	}
	p, err = s.updateUser(ctx, tx, by, id, in)
	return p, false, err
}
