package zendesk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/mail"
)

// ticketIn is a ticket as callers write it. What is not here is ignored, as Zendesk ignores what it
// does not know.
type ticketIn struct {
	ID                      number          `json:"id"`
	Subject                 maybe[string]   `json:"subject"`
	RawSubject              maybe[string]   `json:"raw_subject"`
	Description             string          `json:"description"`
	Comment                 *commentIn      `json:"comment"`
	RequesterID             number          `json:"requester_id"`
	Requester               *personIn       `json:"requester"`
	SubmitterID             number          `json:"submitter_id"`
	AssigneeID              maybe[number]   `json:"assignee_id"`
	AssigneeEmail           string          `json:"assignee_email"`
	GroupID                 maybe[number]   `json:"group_id"`
	BrandID                 number          `json:"brand_id"`
	TicketFormID            maybe[number]   `json:"ticket_form_id"`
	Status                  string          `json:"status"`
	CustomStatusID          number          `json:"custom_status_id"`
	Priority                string          `json:"priority"`
	Type                    maybe[string]   `json:"type"`
	DueAt                   maybe[moment]   `json:"due_at"`
	Tags                    maybe[tagsIn]   `json:"tags"`
	AdditionalTags          tagsIn          `json:"additional_tags"`
	RemoveTags              tagsIn          `json:"remove_tags"`
	CustomFields            fieldsIn        `json:"custom_fields"`
	Fields                  fieldsIn        `json:"fields"`
	CollaboratorIDs         maybe[[]number] `json:"collaborator_ids"`
	Collaborators           []personIn      `json:"collaborators"`
	AdditionalCollaborators []personIn      `json:"additional_collaborators"`
	EmailCCs                []personIn      `json:"email_ccs"`
	EmailCCIDs              []number        `json:"email_cc_ids"`
	Followers               []personIn      `json:"followers"`
	FollowerIDs             []number        `json:"follower_ids"`
	ExternalID              maybe[loose]    `json:"external_id"`
	ProblemID               maybe[number]   `json:"problem_id"`
	Via                     *struct {
		Channel loose `json:"channel"`
	} `json:"via"`
	FollowupOf   number `json:"via_followup_source_id"`
	SafeUpdate   bool   `json:"safe_update"`
	UpdatedStamp string `json:"updated_stamp"`
}

// commentIn is a message as callers write it: an object, or its text alone.
type commentIn struct {
	Body     string      `json:"body"`
	HTMLBody string      `json:"html_body"`
	Value    string      `json:"value"` // of imports
	Public   *bool       `json:"public"`
	AuthorID number      `json:"author_id"`
	Author   *personIn   `json:"author"`
	Uploads  uploadsIn   `json:"uploads"`
	Created  moment      `json:"created_at"` // of imports
	Via      interface{} `json:"via"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *commentIn) UnmarshalJSON(b []byte) error {
	type plain commentIn
	return decodeEither(b, (*plain)(c), func(text string) { c.Body = text })
}

// uploadsIn are tokens of uploads: a list, or one.
type uploadsIn []string

// UnmarshalJSON implements json.Unmarshaler.
func (u *uploadsIn) UnmarshalJSON(b []byte) error {
	return decodeEither(b, (*[]string)(u), func(text string) { *u = splitList(text) })
}

// personIn names somebody: by id, by address, or by both a name and an address. Action is put or delete.
type personIn struct {
	ID     number `json:"id"`
	UserID number `json:"user_id"`
	Email  string `json:"email"`
	User   string `json:"user_email"`
	Name   string `json:"name"`
	Called string `json:"user_name"`
	Action string `json:"action"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *personIn) UnmarshalJSON(b []byte) error {
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		p.ID = number(n)
		return nil
	}
	type plain personIn
	return decodeEither(b, (*plain)(p), func(text string) {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			p.ID = number(n)
			return
		}
		p.Email = text
	})
}

// decodeEither reads JSON into v, or hands over a text where one stands in its place.
func decodeEither(b []byte, v any, of func(text string)) error {
	if len(b) == 0 || b[0] != '"' {
		return json.Unmarshal(b, v)
	}
	var text string
	err := json.Unmarshal(b, &text)
	of(text)
	return err
}

// loose is a text that callers may write as a number.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (t *loose) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '"' {
		if string(b) != "null" {
			*t = loose(b)
		}
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// moment is a time as callers write it: RFC 3339, or a day.
type moment time.Time

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil || s == nil || *s == "" {
		return err
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, *s); err == nil {
			*m = moment(t.UTC())
			return nil
		}
	}
	return &json.UnmarshalTypeError{Value: *s, Field: "date"}
}

// fieldsIn are values of custom attributes by the id of their field: a list of id and value, or an object.
type fieldsIn map[int64]any

// UnmarshalJSON implements json.Unmarshaler.
func (f *fieldsIn) UnmarshalJSON(b []byte) error {
	*f = fieldsIn{}
	var list []map[string]any
	if len(b) > 0 && b[0] == '{' {
		list = make([]map[string]any, 1)
		if err := json.Unmarshal(b, &list[0]); err != nil {
			return err
		}
	} else if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	for _, one := range list {
		if id, ok := one["id"]; ok {
			switch id := id.(type) {
			case float64:
				(*f)[int64(id)] = one["value"]
			case string:
				if n, err := strconv.ParseInt(id, 10, 64); err == nil {
					(*f)[n] = one["value"]
				}
			}
			continue
		}
		for key, value := range one {
			if n, err := strconv.ParseInt(key, 10, 64); err == nil {
				(*f)[n] = value
			}
		}
	}
	return nil
}

// attributes are the values by name, as the desk takes them; ids that belong to no field are left out.
// create leaves out what is null.
func (f fieldsIn) attributes(schema *field.Schema, kind string, create bool) map[string]any {
	var out map[string]any
	for _, d := range schema.On(kind) {
		v, sent := f[d.ID]
		if !sent || create && (v == nil || v == "") {
			continue
		}
		if s, ok := v.(string); ok && s == "" {
			v = nil
		} else if ok && (d.Type == "integer" || d.Type == "decimal" || d.Type == "lookup") {
			if n, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
				v = n
			}
		} else if ok && d.Type == "checkbox" && (s == "true" || s == "false" || s == "1" || s == "0") {
			v = s == "true" || s == "1"
		} else if ok && d.Type == "multiselect" {
			v = []any{s}
		}
		if out == nil {
			out = map[string]any{}
		}
		out[d.Name] = v
	}
	return out
}

// custom is everything sent about custom attributes.
func (in *ticketIn) custom() fieldsIn {
	out := fieldsIn{}
	for _, f := range []fieldsIn{in.Fields, in.CustomFields} {
		for id, v := range f {
			out[id] = v
		}
	}
	return out
}

// status is the state asked for, by name or by id; "" for none.
func (in *ticketIn) state() desk.Status {
	if n := int(in.CustomStatusID); in.Status == "" && n > 0 && n <= len(desk.Statuses) {
		return desk.Statuses[n-1]
	}
	return desk.Status(in.Status)
}

// who is the person named, made when only an address is known. by must be allowed to write tickets.
func (s *Server) who(ctx context.Context, tx db.Tx, by act.Actor, p personIn) (directory.Person, error) {
	id, email, name := int64(p.ID+p.UserID), p.Email+p.User, p.Name+p.Called
	if id != 0 {
		return s.named(ctx, tx, id)
	}
	if email == "" {
		return directory.Person{}, fault.Field("requester", nil, "an address or a person's id", "Name somebody by id or by address.")
	}
	return s.Directory.Resolve(ctx, tx, by, email, name)
}

// named is a person by id; an id that was merged leads on.
func (s *Server) named(ctx context.Context, tx db.Tx, id int64) (directory.Person, error) {
	people, err := s.Directory.Names(ctx, tx, []int64{id})
	if err != nil {
		return directory.Person{}, err
	}
	p := people[id]
	if p.ID == 0 {
		return p, fault.Field("requester_id", id, "the id of a person", "There is no person %d.", id)
	}
	return p, nil
}

// maxText is how long a message may be, in bytes.
const maxText = 1 << 20

// message is what a caller wrote, with its uploads; requester is who asked, whose messages are a customer's.
// otherwise is its author when the caller names none.
func (s *Server) message(ctx context.Context, tx db.Tx, by act.Actor, in commentIn, requester, otherwise int64) (m desk.Message, err error) {
	if max(len(in.Body), len(in.HTMLBody), len(in.Value)) > maxText {
		return m, fault.New(fault.TooLarge, "This message is longer than 1 MB, the most one message may have.")
	}
	m = desk.Message{Channel: "api", Public: in.Public == nil || *in.Public, AuthorID: int64(in.AuthorID)}
	if in.HTMLBody != "" {
		html := in.HTMLBody
		if inner, ok := strings.CutPrefix(html, commentStart); ok && strings.HasSuffix(inner, commentEnd) {
			html = strings.TrimSuffix(inner, commentEnd)
		}
		m.HTML = mail.Sanitise(html).HTML
		m.Text = mail.HTMLToText(m.HTML)
	} else if body := in.Body + in.Value; body != "" {
		m.HTML, m.Text = mail.FromMarkdown(body)
	}
	if m.AuthorID == 0 && in.Author != nil {
		p, err := s.who(ctx, tx, by, *in.Author)
		if err != nil {
			return m, err
		}
		m.AuthorID = p.ID
	}
	if m.AuthorID == 0 {
		m.AuthorID = otherwise
	}
	if m.AuthorID != by.PersonID && m.AuthorID != requester && !by.May("edit", "ticket") {
		return m, by.Denied("edit", "ticket")
	}
	author, err := s.named(ctx, tx, m.AuthorID)
	if err != nil {
		return m, err
	}
	m.AuthorID = author.ID
	m.Agent = author.ID != requester && author.Agent
	m.Outsider = !m.Agent && !m.Public
	files, err := s.uploaded(ctx, tx, in.Uploads)
	for _, id := range files {
		m.Files = append(m.Files, desk.Attachment{FileID: id, Held: true})
	}
	return m, err
}

// tagsAfter are a ticket's tags once a change is made.
func (in *ticketIn) tagsAfter(have []string) []string {
	out := slices.Clone(have)
	if in.Tags.Sent {
		out = slices.Clone([]string(in.Tags.Value))
	}
	out = append(out, in.AdditionalTags...)
	return slices.DeleteFunc(out, func(tag string) bool { return slices.Contains(in.RemoveTags, tag) })
}
