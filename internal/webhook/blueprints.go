package webhook

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/ledger"
	"steward/internal/outbound"
	"steward/internal/rule"
)

// Webhook is the spec of kind webhook: who is told of which events.
type Webhook struct {
	URL        string   `yaml:"url" doc:"Where requests go: https://… No user name or password in it." required:"true"`
	Events     []string `yaml:"events" doc:"Which events: ticket.created, every one of a sort with ticket.*, or * for all. None: it hears only what rules tell it."`
	Subjects   []string `yaml:"subjects" doc:"Only events about these kinds of record, such as ticket; every kind when empty."`
	When       string   `yaml:"when" doc:"Only events for which this holds." format:"cel:webhook"`
	Role       string   `yaml:"role" doc:"It is told only what somebody with this role may see of all records." ref:"role" required:"true"`
	Visibility string   `yaml:"visibility" doc:"public (the default): what customers may know. internal: also what only colleagues see. Restricted events are never sent." enum:"public,internal"`
	Secrets    []string `yaml:"secrets" doc:"Where its signing secrets are: env:NAME or file:PATH, each whsec_ and 24 to 64 bytes in base64, or kept for one that Steward makes and keeps. Two while one is being replaced." required:"true"`
	Disabled   bool     `yaml:"disabled" doc:"Send nothing."`

	Format        string            `yaml:"format" doc:"How requests are made and signed. standard (the default): Standard Webhooks. zendesk: as Zendesk's webhooks are." enum:"standard,zendesk"`
	Method        string            `yaml:"method" doc:"Of requests; POST when left out." enum:"POST,PUT,PATCH,DELETE,GET"`
	Content       string            `yaml:"content" doc:"What texts of rules are; json when left out. Values are written as it demands." enum:"json,xml,form"`
	Headers       map[string]string `yaml:"headers" doc:"Headers of every request beside those that are always there. No secrets." max:"10"`
	Authorization string            `yaml:"authorization" doc:"Where a header that lets requests in is: env:NAME, file:PATH or kept. It holds the value of Authorization, or NAME: VALUE for another header."`
}

// Fields are what the condition of a webhook may read.
func Fields() []rule.Field {
	return []rule.Field{
		{Path: "event.verb", Type: rule.Text, Doc: "What happened."},
		{Path: "event.data", Type: rule.Attributes, Doc: "Values of the event, such as score."},
		{Path: "event.subject.kind", Type: rule.Text, Doc: "Kind of the record, such as ticket."},
		{Path: "event.subject.id", Type: rule.Int, Doc: "Id of the record."},
		{Path: "event.actor.kind", Type: rule.Enum("person", "mail", "clock", "system", "survey"), Doc: "What sort of thing did it."},
	}
}

// Register adds the kind webhook.
func Register(reg *blueprint.Registry) {
	env, err := rule.New("webhook", Fields()...)
	if err != nil {
		panic(err) // the declarations above contradict each other
	}
	reg.Subject(env)
	blueprint.Register(reg, blueprint.Kind[Webhook]{Name: "webhook", Title: "Webhook",
		Summary: "Tells another system of events by signed HTTP requests (Standard Webhooks).",
		Example: "kind: webhook\nname: warehouse\ntitle: Data warehouse\nurl: https://hooks.company.example/steward\nevents: [ticket.*]\nrole: observer\nsecrets: [env:WAREHOUSE_WEBHOOK_SECRET]\n",
		Lint:    lint})
}

var eventPattern = regexp.MustCompile(`^(\*|[a-z_]+\.(\*|[a-z_]+))$`)

func lint(c *blueprint.Context, w Webhook) {
	lintURL(c, w.URL)
	for _, e := range w.Events {
		if !eventPattern.MatchString(e) {
			c.Error("events", "%q names no events. Write one such as ticket.created, ticket.* or *.", e)
		}
	}
	if len(w.Secrets) > 5 {
		c.Error("secrets", "A webhook has at most 5 secrets; these are %d.", len(w.Secrets))
	}
	for _, s := range w.Secrets {
		if !isReference(s) {
			c.Error("secrets", "Secrets do not belong into texts. Write env:NAME, file:PATH or kept.")
		}
	}
	if w.Authorization != "" && !isReference(w.Authorization) {
		c.Error("authorization", "Secrets do not belong into texts. Write env:NAME, file:PATH or kept.")
	}
	for name, value := range w.Headers {
		switch {
		case !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) || len(value) > maxHeader:
			c.Error("headers", "%q is no header with a value of at most %d bytes.", name, maxHeader)
		case ownHeader(name):
			c.Error("headers", "%s is set by Steward itself.", name)
		}
	}
}

// maxHeader is how long the value of a header may be, in bytes.
const maxHeader = 1000

// ownHeader reports whether a header is not the author's to set.
func ownHeader(name string) bool {
	name = http.CanonicalHeaderKey(name)
	return strings.HasPrefix(name, "Webhook-") || strings.HasPrefix(name, "X-Zendesk-") ||
		slices.Contains([]string{"Authorization", "Connection", "Content-Length", "Content-Type", "Host", "Transfer-Encoding", "User-Agent"}, name)
}

func lintURL(c *blueprint.Context, text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || len(text) > 2000:
		c.Error("url", "This is not an address. Write https://host/path.")
		return
	case u.User != nil:
		c.Error("url", "A user name or password in the address would stand in the text for all to read. Take it out; requests are signed.")
		return
	case u.Fragment != "":
		c.Error("url", "What stands after # is never sent. Take it out.")
	}
	if u.Scheme == "http" {
		c.Warn("url", "Requests over http are signed but not encrypted: others on the way can read them.")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !outbound.Public(a) {
		c.Note("url", "%s is not a public address; it is called only where serve --allow-host names it.", a)
	}
}

// InForce is a webhook of the configuration.
type InForce struct {
	ID      int64
	Version int
	Name    string
	Title   string
	Spec    Webhook

	when   *rule.Program // nil for every event
	grants []act.Grant
}

// FromSet returns the webhooks of a configuration.
func FromSet(set *blueprint.Set) []InForce {
	var out []InForce
	for _, b := range blueprint.All[Webhook](set) {
		role, _ := blueprint.Get[auth.Role](set, b.Spec.Role)
		out = append(out, InForce{ID: b.ID, Version: b.Version, Name: b.Name, Title: b.Title, Spec: b.Spec, when: set.Rule("webhook", b.Name, "when"), grants: role.Flat()})
	}
	return out
}

// wants reports whether the webhook asks for an event that it may see.
func (w InForce) wants(e ledger.Event) (bool, error) {
	named := slices.ContainsFunc(w.Spec.Events, func(p string) bool {
		prefix, all := strings.CutSuffix(p, "*")
		return p == e.Verb || all && strings.HasPrefix(e.Verb, prefix)
	})
	if w.Spec.Disabled || !named || len(w.Spec.Subjects) > 0 && !slices.Contains(w.Spec.Subjects, e.Subject.Kind) || !w.sees(e) {
		return false, nil
	}
	if w.when == nil {
		return true, nil
	}
	var data map[string]any
	if err := e.Decode(&data); err != nil {
		return false, err
	}
	return w.when.Eval(rule.Vars{"event": map[string]any{"verb": e.Verb, "data": data, "subject": map[string]any{"kind": e.Subject.Kind, "id": e.Subject.ID},
		"actor": map[string]any{"kind": string(e.ActorKind)}}})
}

// sees reports whether the webhook's role may see an event, as package api decides it for
// people: of tickets, public events with the right to read, internal ones with the right to
// edit; of other records with the right to read events. Restricted events are never sent.
func (w InForce) sees(e ledger.Event) bool {
	by := act.Actor{Grants: w.grants}
	all := func(action, kind string) bool { return auth.Scope(by, action, kind).All() }
	switch {
	case e.Visibility == ledger.Restricted, e.Visibility != ledger.Public && w.Spec.Visibility != "internal":
		return false
	case e.Subject.Kind == "ticket":
		return all("read", "ticket") && (e.Visibility == ledger.Public || all("edit", "ticket"))
	default:
		return all("read", "event")
	}
}
