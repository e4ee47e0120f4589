package zendesk

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// toldWebhook is a webhook as Zendesk tells it. Ids are text.
type toldWebhook struct {
	ID             string            `json:"id"`
	Name           string            `json:"name"`
	Description    string            `json:"description"`
	Status         string            `json:"status"` // active or inactive
	Endpoint       string            `json:"endpoint"`
	Method         string            `json:"http_method"`
	Format         string            `json:"request_format"` // json, xml or form_encoded
	Subscriptions  []string          `json:"subscriptions"`
	CustomHeaders  map[string]string `json:"custom_headers,omitempty"`
	Authentication *authentication   `json:"authentication,omitempty"`
	SigningSecret  *signingSecret    `json:"signing_secret,omitempty"`
	CreatedAt      stamp             `json:"created_at"`
	UpdatedAt      stamp             `json:"updated_at"`
	CreatedBy      string            `json:"created_by,omitempty"`
	UpdatedBy      string            `json:"updated_by,omitempty"`
}

// authentication is what lets a webhook's requests in. Its data is taken and never told.
type authentication struct {
	Type     string            `json:"type"` // basic_auth, bearer_token or api_key
	Position string            `json:"add_position"`
	Data     map[string]string `json:"data,omitempty"`
}

type signingSecret struct {
	Algorithm string `json:"algorithm"`
	Secret    string `json:"secret"`
}

// ruleEvents is the subscription to what triggers and automations tell.
const ruleEvents = "conditional_ticket_events"

// contentOf are our words for what a webhook's texts are.
var contentOf = map[string]string{"json": "json", "xml": "xml", "form_encoded": "form"}

var webhookRule = rule{plural: "webhooks", one: "webhook", kind: "webhook",
	active: func(c *call, e blueprint.Entry) bool { s, _ := c.Hooks.Spec(e.Name); return !s.Disabled },
	tell:   func(c *call, e blueprint.Entry, life span) any { return c.tellWebhook(e, life) },
	read:   readWebhook,
}

func (c *call) tellWebhook(e blueprint.Entry, life span) toldWebhook {
	s, _ := c.Hooks.Spec(e.Name)
	out := toldWebhook{ID: fmt.Sprint(e.ID), Name: e.Title, Description: e.Description, Status: "active", Endpoint: s.URL, Method: s.Method, Format: "json",
		Subscriptions: []string{}, CustomHeaders: s.Headers, CreatedAt: life.created, UpdatedAt: life.updated}
	if out.Method == "" {
		out.Method = http.MethodPost
	}
	if s.Disabled {
		out.Status = "inactive"
	}
	for theirs, ours := range contentOf {
		if ours == s.Content {
			out.Format = theirs
		}
	}
	for _, verb := range s.Events {
		if name := c.Hooks.Event(verb); !slices.Contains(out.Subscriptions, name) {
			out.Subscriptions = append(out.Subscriptions, name)
		}
	}
	if len(s.Events) == 0 {
		out.Subscriptions = []string{ruleEvents}
	}
	if s.Authorization != "" {
		out.Authentication = &authentication{Type: "api_key", Position: "header"}
	}
	return out
}

// readWebhook puts what was sent into the draft: all but the secret of authentication, which no text holds.
func readWebhook(c *call, d *draft, m members) error {
	if d.entry.ID == 0 {
		role, err := c.roleForWebhooks()
		if err != nil {
			return err
		}
		for _, f := range []yaml.MapItem{{Key: "role", Value: role}, {Key: "visibility", Value: "internal"}, {Key: "secrets", Value: []string{"kept"}}, {Key: "format", Value: "zendesk"}} {
			d.set(f.Key.(string), f.Value)
		}
	}
	for theirs, ours := range map[string]string{"endpoint": "url", "http_method": "method"} {
		var text string
		if sent, err := m.has(theirs, &text); err != nil {
			return err
		} else if sent || d.entry.ID == 0 {
			if text == "" && theirs == "endpoint" {
				return fault.Field(theirs, nil, "https://host/path", "Endpoint: cannot be blank")
			}
			d.set(ours, emptyNil(text))
		}
	}
	var format string
	if sent, err := m.has("request_format", &format); err != nil {
		return err
	} else if sent {
		if contentOf[format] == "" {
			return fault.Field("request_format", format, "json, xml or form_encoded", "There is no format %q.", format)
		}
		d.set("content", contentOf[format])
	}
	var headers map[string]string
	if sent, err := m.has("custom_headers", &headers); err != nil {
		return err
	} else if sent {
		d.set("headers", sorted(headers))
	}
	var status string
	if sent, err := m.has("status", &status); err != nil {
		return err
	} else if sent {
		switch status {
		case "active":
			d.set("disabled", nil)
		case "inactive":
			d.set("disabled", true)
		default:
			return fault.Field("status", status, "active or inactive", "A webhook cannot be %q.", status)
		}
	}
	return c.readSubscriptions(d, m)
}

// sorted is a map with its keys in order; nil when it is empty.
func sorted(m map[string]string) any {
	var out yaml.MapSlice
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, yaml.MapItem{Key: k, Value: m[k]})
	}
	if out == nil {
		return nil
	}
	return out
}

func (c *call) readSubscriptions(d *draft, m members) error {
	var names, verbs []string
	sent, err := m.has("subscriptions", &names)
	if err != nil || !sent {
		return err
	}
	for i, name := range names {
		if name == ruleEvents {
			continue
		}
		ours := c.Hooks.Verbs(name)
		if len(ours) == 0 {
			return fault.Field(fmt.Sprintf("subscriptions[%d]", i), name, ruleEvents+", zen:event-type:ticket.created, ticket.comment_added, user.created or organization.created", "There is no event %q.", name)
		}
		verbs = append(verbs, ours...)
	}
	slices.Sort(verbs)
	if len(verbs) == 0 {
		d.set("events", nil)
	} else {
		d.set("events", verbs)
	}
	return nil
}

// roleForWebhooks is the role that a webhook made by the caller tells by: one of theirs that sees every
// ticket.
func (c *call) roleForWebhooks() (string, error) {
	theirs := map[int64][]int64{}
	if err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		theirs, err = c.Auth.RoleIDs(ctx, tx, []int64{c.by.PersonID})
		return err
	}); err != nil {
		return "", err
	}
	for _, e := range c.entries("role") {
		s := spec[auth.Role](c, e)
		of := act.Actor{Grants: s.Flat()}
		if (c.by.PersonID == 0 || slices.Contains(theirs[c.by.PersonID], e.ID)) && auth.Scope(of, "edit", "ticket").All() && auth.Scope(of, "read", "event").All() {
			return e.Name, nil
		}
	}
	return "", fault.New(fault.Invalid, "A webhook tells what one of its maker's roles may see. None of yours sees all tickets and events.")
}

// header is an authentication as a header, NAME: VALUE.
func (a authentication) header() (string, error) {
	need := func(name string) (string, error) {
		v := a.Data[name]
		if v == "" || strings.ContainsAny(v, "\r\n") {
			return "", fault.Field("authentication.data."+name, nil, "a text", "Authentication of type %s needs %s.", a.Type, name)
		}
		return v, nil
	}
	switch a.Type {
	case "basic_auth":
		user, err := need("username")
		if err != nil {
			return "", err
		}
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+a.Data["password"])), nil
	case "bearer_token":
		token, err := need("token")
		return "Authorization: Bearer " + token, err
	case "api_key":
		name, err := need("name")
		if err != nil {
			return "", err
		}
		value, err := need("value")
		return name + ": " + value, err
	}
	return "", fault.Field("authentication.type", a.Type, "basic_auth, bearer_token or api_key", "There is no authentication %q.", a.Type)
}
