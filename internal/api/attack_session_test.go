package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
)

// TestAttackSessionFixation: a session that somebody else planted before signing in is worth
// nothing afterwards, and every sign-in gets a secret of its own.
func TestAttackSessionFixation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		planted := http.Header{"Cookie": {"steward_session=planted-by-somebody-else"}, "Sec-Fetch-Site": {"same-origin"}}
		a := w.do("POST", "/api/v1/session", obj{"email": apptest.Admin, "password": apptest.AdminPassword}, planted.Clone())
		if a.status != 200 || strings.Contains(a.header.Get("Set-Cookie"), "planted") {
			t.Fatalf("signing in: %d %v", a.status, a.header)
		}
		if a := w.do("GET", "/api/v1/me", nil, planted.Clone()); a.status != 401 {
			t.Errorf("the planted session is good: %d", a.status)
		}
		first, second := w.browser(apptest.Admin, apptest.AdminPassword), w.browser(apptest.Admin, apptest.AdminPassword)
		if first.Get("Cookie") == second.Get("Cookie") {
			t.Error("two sign-ins share a session")
		}
		// A new password ends what an intruder may hold.
		v := version(w, "/people/{admin}")
		if a := w.call("admin", "PATCH", "/people/{admin}", obj{"version": v, "password": "another horse battery"}); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a := w.do("GET", "/api/v1/me", nil, first); a.status != 401 {
			t.Errorf("a session outlives the password: %d", a.status)
		}
	})
}

// TestAttackCookieAndFrame: the cookie is out of reach of scripts and other sites; no page can
// be put into a frame.
func TestAttackCookieAndFrame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.do("POST", "/api/v1/session", obj{"email": apptest.Admin, "password": apptest.AdminPassword}, nil)
		c := a.header.Get("Set-Cookie")
		for _, flag := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(c, flag) {
				t.Errorf("the cookie has no %s: %s", flag, c)
			}
		}
		if strings.Contains(c, "Domain=") {
			t.Errorf("the cookie goes to other hosts: %s", c)
		}
		for _, path := range []string{"/", "/tickets/1", "/portal/survey/x", "/api/v1/me", "/api/v1/openapi.json", "/healthz", "/nothing.js"} {
			h := w.do("GET", path, nil, nil).header
			if h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s may be framed or guessed at: %v", path, h)
			}
		}
	})
}

// TestAttackOpenRedirect: no address makes us send a browser to another site.
func TestAttackOpenRedirect(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, path := range []string{"//evil.example", "//evil.example/..", "/\\evil.example", "/%2f%2fevil.example", "/portal/demo/signin?key=x&next=https://evil.example", "/?next=https://evil.example",
			"/api/v1//evil.example", "/portal//evil.example/%2e%2e", "/api/v1/session?redirect=//evil.example"} {
			to := w.do("GET", path, nil, nil).header.Get("Location")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") || strings.HasPrefix(to, "\\") {
				t.Errorf("%s leads to %q", path, to)
			}
		}
	})
}

// TestAttackEnumeration: signing in takes as long and says the same whether or not an address
// is known, has a password, or belongs to a customer.
func TestAttackEnumeration(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		best := map[string]time.Duration{}
		bodies := map[string]bool{}
		for range 3 {
			for _, email := range []string{apptest.Admin, "who@company.example", "agent@company.example", "customer@acme.example"} {
				begun := time.Now()
				a := w.do("POST", "/api/v1/session", obj{"email": email, "password": "wrong wrong wrong"}, nil)
				if d := time.Since(begun); best[email] == 0 || d < best[email] {
					best[email] = d
				}
				bodies[requestID.ReplaceAllString(a.body, "")] = true
				if a.status != 401 {
					t.Errorf("%s: %d", email, a.status)
				}
			}
		}
		if len(bodies) != 1 {
			t.Errorf("the answers differ: %v", bodies)
		}
		for email, d := range best { // hashing a password takes tens of milliseconds; leaving it out would show
			if d*4 < best[apptest.Admin] || best[apptest.Admin]*4 < d {
				t.Errorf("%s takes %v, a known address %v", email, d, best[apptest.Admin])
			}
		}
	})
}

// requestID is the part of a refusal that differs each time.
var requestID = regexp.MustCompile(`,"request_id":"[A-Z0-9]+"`)
