package zendesk_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"steward/internal/zendesk"
)

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// TestEveryEndpointRefuses asks every operation as nobody, with a token that may nothing, for records that are not
// there, and with a body that is not JSON.
func TestEveryEndpointRefuses(t *testing.T) {
	open := []string{"POST /requests", "POST /uploads", "GET /locales", "GET /locales/agent", "GET /locales/public", "GET /locales/current", "GET /locales/{id}", "PUT /locales/detect_best_locale"} // of anybody
	own := []string{"GET /users/me", "DELETE /users/me/logout", "GET /custom_statuses", "GET /sessions", "GET /oauth/tokens", "GET /oauth/tokens/current",                                           // of whoever comes
		"GET /ticket_fields", "GET /ticket_fields/count", "GET /user_fields", "GET /user_fields/count", "GET /organization_fields", "GET /organization_fields/count", "GET /ticket_forms", "GET /ticket_forms/show_many", "GET /job_statuses"}
	each(t, func(t *testing.T, w *world) {
		w.tokens["scopeless"] = w.TokenFor(w.Person("scopeless@company.example", "No Scope", "agent"), "notification.read")
		for _, e := range zendesk.Endpoints() {
			if e.Level == zendesk.NotYet {
				if a := w.call("admin", e.Method, inPath.ReplaceAllString(e.Path, "1"), nil); a.get("error") != "InvalidEndpoint" && a.get("error") != "InvalidValue" { // no id, where one could stand
					t.Errorf("%s %s is not there: %d %s", e.Method, e.Path, a.status, a.body)
				}
				continue
			}
			name := e.Method + " " + e.Path
			path := inPath.ReplaceAllString(e.Path, "999999")
			if a := w.call("nobody", e.Method, path, obj{}); a.status != 401 && !slices.Contains(open, name) {
				t.Errorf("%s as nobody: %d %.300s", name, a.status, a.body)
			}
			if a := w.call("scopeless", e.Method, path, obj{}); a.status < 400 && !slices.Contains(open, name) && !slices.Contains(own, name) || a.status >= 500 {
				t.Errorf("%s without a scope: %d %.300s", name, a.status, a.body)
			}
			if inPath.MatchString(e.Path) && e.Method == http.MethodGet && !strings.Contains(e.Path, "locales") {
				if a := w.call("admin", e.Method, path, nil); a.status != 404 && a.status != 403 {
					t.Errorf("%s of what is not there: %d %.300s", name, a.status, a.body)
				}
				if a := w.call("admin", e.Method, inPath.ReplaceAllString(e.Path, "x"), nil); a.status != 404 && a.status != 400 {
					t.Errorf("%s of no id: %d %.300s", name, a.status, a.body)
				}
			}
			if e.Method != http.MethodGet && e.Method != http.MethodDelete {
				if a := w.call("admin", e.Method, path, "{"); a.status < 400 && !slices.Contains(open, name) || a.status >= 500 {
					t.Errorf("%s with what is not JSON: %d %.300s", name, a.status, a.body)
				}
			}
		}
		w.Verify()
	})
}
