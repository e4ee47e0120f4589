package zendesk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Level says how much of an endpoint works.
type Level string

// The levels.
const (
	Full    Level = "full"
	Partial Level = "partial"
	NotYet  Level = "not yet"
)

// Endpoint is what the documentation tells of an operation.
type Endpoint struct {
	Method, Path string // the path below Prefix
	Level        Level
	Lacks        string
}

// notYet are operations of Zendesk's that are not there, with the reason; those that are in the table by now are left out.
var notYet = map[string]string{
	"GET /views/{id}/execution_status": "Zendesk does not say what it answers", "GET /views/{id}/recent_ticket_ids": "Zendesk does not say what it answers",
	"GET /brands/check_host_mapping": "a brand has no host of its own",
	"PUT /account/settings":          "settings are blueprints of many kinds", "POST /suspended_tickets/export": "there is no mailed export",
	"GET /help_center/articles": "there is no help centre under this API", "GET /guide/permission_groups": "they are of the help centre",
	"GET /dynamic_content/items": "texts have one language", "POST /dynamic_content/items": "texts have one language", "GET /dynamic_content/items/{id}/variants": "texts have one language",
	"GET /targets": "Zendesk's older webhooks: use /webhooks", "POST /targets": "Zendesk's older webhooks: use /webhooks", "GET /target_failures": "use /webhooks/{id}/invocations",
	"GET /oauth/clients": "tokens are made by people for themselves", "POST /oauth/clients": "tokens are made by people for themselves", "POST /sharing_agreements": "tickets are shared with no other account",
	"POST /trigger_categories": "triggers have no categories", "GET /resource_collections": "there are no apps", "POST /apps/installations": "there are no apps",
}

// Endpoints lists every operation, and what is known to be missing, by path and method.
func Endpoints() []Endpoint {
	var out []Endpoint
	there := map[string]bool{}
	for _, e := range (&Server{}).endpoints() {
		one := Endpoint{Method: e.method, Path: e.path, Level: Full, Lacks: e.lacks}
		if e.lacks != "" {
			one.Level = Partial
		}
		there[e.method+" "+e.path] = true
		out = append(out, one)
	}
	for m, why := range notYet {
		if method, path, _ := strings.Cut(m, " "); !there[m] {
			out = append(out, Endpoint{Method: method, Path: path, Level: NotYet, Lacks: why})
		}
	}
	slices.SortFunc(out, func(a, b Endpoint) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
	return out
}

// Reference is the table of every operation in Markdown. docs/zendesk-endpoints.md is its output.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Endpoints of the Zendesk API\n\nWhat of Zendesk's Support API works under `/api/v2`: full, partial (with what is missing) or not yet. " +
		"Anything else answers `InvalidEndpoint`. [Zendesk-compatible API](zendesk-api.md) tells how to use it.\n\n" +
		"<!-- Written by: steward schema --zendesk -->\n\n| Operation | | Missing |\n| --- | --- | --- |\n")
	for _, e := range Endpoints() {
		fmt.Fprintf(&b, "| `%s %s` | %s | %s |\n", e.Method, e.Path, e.Level, e.Lacks)
	}
	return b.String()
}
