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

// notYet are operations of Zendesk's that are not there, by noun; those that are in the table by now are
// left out.
var notYet = []string{
	"GET /incremental/ticket_metric_events", "GET /views/{id}/execution_status", "GET /views/{id}/recent_ticket_ids",
	"GET /trigger_categories", "PUT /user_fields/reorder", "PUT /organization_fields/reorder", "GET /brands/check_host_mapping",
	"GET /help_center/articles", "GET /tickets/{id}/side_conversations", "POST /tickets/{id}/side_conversations",
	"GET /dynamic_content/items", "POST /dynamic_content/items", "GET /dynamic_content/items/{id}/variants",
	"GET /targets", "POST /targets", "GET /target_failures", "GET /oauth/clients", "GET /oauth/tokens", "GET /sessions", "DELETE /users/{id}/sessions",
	"GET /activities", "GET /sharing_agreements", "GET /recipient_addresses", "GET /skips", "GET /resource_collections", "GET /apps/installations",
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
	for _, m := range notYet {
		if method, path, _ := strings.Cut(m, " "); !there[m] {
			out = append(out, Endpoint{Method: method, Path: path, Level: NotYet})
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
