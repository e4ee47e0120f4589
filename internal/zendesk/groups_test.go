package zendesk_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
)

func TestGroups(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.call("agent", "GET", "//groups.json", nil)
		if a.status != 200 || a.id("groups", 0, "id") == 0 || a.get("count") == nil {
			t.Errorf("a doubled slash: %d %s", a.status, a.body)
		}
		if b := w.call("agent", "GET", "/groups?page[size]=1", nil); b.id("groups", 0, "id") != a.id("groups", 0, "id") || b.get("meta", "after_cursor") == nil {
			t.Errorf("by cursor: %d %s", b.status, b.body)
		}
	})
}

func TestFailuresAreZendesks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			who, path string
			status    int
			error     string
		}{
			{"admin", "/nowhere.json", 404, "InvalidEndpoint"},
			{"admin", "/groups/999999", 404, "RecordNotFound"},
			{"admin", "/groups/x", 400, "InvalidValue"},
			{"nobody", "/groups", 401, "Couldn't authenticate you"},
			{"admin", "/groups?page=101&per_page=100", 400, "InvalidPaginationDepth"},
			{"admin", "/groups?page[size]=101", 400, "InvalidPaginationParameter"},
			{"admin", "/groups?page[after]=!", 400, "InvalidPaginationParameter"},
			{"customer", "/groups", 403, "Forbidden"},
			{"admin", "/job_statuses/none", 404, "RecordNotFound"},
		} {
			if a := w.call(c.who, "GET", c.path, nil); a.status != c.status || a.get("error") != c.error {
				t.Errorf("%s as %s: %d %s", c.path, c.who, a.status, a.body)
			}
		}
		for user, want := range map[string]int{apptest.Admin + "/token": 200, "agent@company.example/token": 401, apptest.Admin: 401} {
			req, _ := http.NewRequestWithContext(t.Context(), "GET", w.url+"/api/v2/groups.json", nil)
			req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+w.tokens["admin"])))
			if a := w.send(req); a.status != want {
				t.Errorf("Basic as %s: %d %s", user, a.status, a.body)
			}
		}
	})
}

// TestATokenWithALimit: what is left of it stands in every answer, and one too many is told when to come back, in this
// API's shape.
func TestATokenWithALimit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		req, _ := http.NewRequestWithContext(t.Context(), "POST", w.url+"/api/v1/tokens", strings.NewReader(`{"name": "slow", "scopes": ["*"], "rate": 2}`))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+w.tokens["admin"])
		made := w.send(req)
		w.tokens["slow"], _ = made.get("token").(string)
		w.Clock.Advance(time.Second)
		for n, status := range []int{200, 200, 429} {
			a := w.call("slow", "GET", "/groups.json", nil)
			if a.status != status || a.header.Get("X-Rate-Limit") != "2" || a.header.Get("X-Rate-Limit-Remaining") != fmt.Sprint(max(1-n, 0)) || a.header.Get("ratelimit-remaining") != fmt.Sprint(max(1-n, 0)) || a.header.Get("ratelimit-reset") != "60" {
				t.Errorf("call %d: %d %v", n, a.status, a.header)
			}
			if status == 429 && (a.header.Get("Retry-After") != "60" || a.get("error") != "APIRateLimitExceeded") {
				t.Errorf("too many: %v %s", a.header, a.body)
			}
		}
		if a := w.call("admin", "GET", "/incremental/tickets/cursor?start_time=0", nil); a.status != 200 || a.header.Get("X-Rate-Limit") != "" {
			t.Errorf("without a limit: %d %v", a.status, a.header)
		}
	})
}
