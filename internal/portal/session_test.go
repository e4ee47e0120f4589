package portal_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"steward/internal/api"
	"steward/internal/portal"
)

// answered sends a request past the browser and returns the answer as it is, with its cookies.
func (v *visitor) answered(server, method, path string, secret string) *http.Response {
	v.T.Helper()
	r, err := http.NewRequest(method, server+path, nil)
	if err != nil {
		v.T.Fatal(err)
	}
	if secret != "" {
		r.AddCookie(&http.Cookie{Name: "steward_session", Value: secret})
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		v.T.Fatal(err)
	}
	v.T.Cleanup(func() { res.Body.Close() })
	return res
}

// Behind TLS no cookie of the public pages is ever sent in clear; an instance that is reached over http would lose one that asks for it.
func TestCookiesOfThePublicPagesAskForTLSWhereItIs(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		at := func(address string) string {
			s := httptest.NewServer(portal.New(portal.Parts{DB: v.DB, Outreach: v.Outreach, Desk: v.Desk, DeskSet: v.DeskConfig, People: v.Directory, Files: v.Files, Auth: v.Auth, Signer: v.Signer,
				Brand: func() string { return "Main" }, Clock: v.Clock.Now, Cookie: func(secret string) *http.Cookie { return api.SessionCookie(address, secret) }}))
			t.Cleanup(s.Close)
			return s.URL
		}
		for _, c := range []struct {
			name, server string
			secure       bool
		}{{"the instance behind TLS", v.server.URL, true}, {"reached over http", at("http://desk.company.example"), false}} {
			link := v.mailed("ann@acme.example")
			for what, res := range map[string]*http.Response{
				"signing in":          v.answered(c.server, "POST", link, ""),
				"choosing a language": v.answered(c.server, "GET", "/portal/request?lang=en", ""),
				"signing out":         v.answered(c.server, "POST", "/portal/signout", ""),
			} {
				set := res.Cookies()
				if len(set) != 1 {
					t.Fatalf("%s, %s: %d and %d cookies", c.name, what, res.StatusCode, len(set))
				}
				if k := set[0]; k.Secure != c.secure || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Path != "/portal/" || (k.MaxAge < 0) != (what == "signing out") {
					t.Errorf("%s, %s: %s", c.name, what, res.Header.Get("Set-Cookie"))
				}
			}
			v.Clock.Advance(1e9) // two links never end in the same moment
		}
	})
}

// Somebody who looks where they are signed in can tell the public pages from the workspace, and end either.
func TestAPortalSessionIsMarkedAmongOnesSessions(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.agent()
		v.enters("agent@company.example")
		secret := string(signedIn(v, "agent@company.example").(withSession))
		list := func() (items []api.SessionView) {
			var page struct{ Items []api.SessionView }
			if err := json.NewDecoder(v.answered(v.server.URL, "GET", "/api/v1/sessions", secret).Body).Decode(&page); err != nil {
				t.Fatal(err)
			}
			return page.Items
		}
		all := list()
		there := slices.DeleteFunc(slices.Clone(all), func(s api.SessionView) bool { return !s.Portal })
		if len(there) != 1 || there[0].Current || !slices.ContainsFunc(all, func(s api.SessionView) bool { return s.Current && !s.Portal }) {
			t.Fatalf("the sessions are %+v", all)
		}
		if res := v.answered(v.server.URL, "DELETE", "/api/v1/sessions/"+there[0].ID, secret); res.StatusCode != http.StatusNoContent {
			t.Fatalf("ending it: %d", res.StatusCode)
		}
		if left := list(); len(left) != len(all)-1 || slices.ContainsFunc(left, func(s api.SessionView) bool { return s.Portal }) {
			t.Errorf("left are %+v", left)
		}
		v.open("/portal/requests")
		v.shows("Send me the link")
	})
}
