package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
)

// TestAttackMassAssignment: fields that are not for the caller to set are refused by name, and
// nothing else of the request is done.
func TestAttackMassAssignment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := version(w, "/people/{customer}")
		for _, c := range []struct {
			actor, method, path string
			body                obj
			status              int
		}{
			{"agent", "PATCH", "/people/{customer}", obj{"version": v, "name": "Owned", "roles": []string{"admin"}}, 403},
			{"agent", "PATCH", "/people/{customer}", obj{"version": v, "name": "Owned", "id": 1}, 422},
			{"agent", "PATCH", "/people/{customer}", obj{"version": v, "name": "Owned", "created_at": "2001-01-01T00:00:00Z"}, 422},
			{"agent", "PATCH", "/people/{customer}", obj{"version": v, "name": "Owned", "Roles": []string{"admin"}}, 403}, // letters may be capital, rights stay
			{"agent", "PATCH", "/people/{customer}", obj{"version": v, "name": "Owned", "identities": []obj{{"kind": "email", "value": "evil@evil.example"}}}, 422},
			{"customer", "PATCH", "/people/{customer}", obj{"version": v, "name": "Owned", "agent": true}, 404},
			{"agent", "POST", "/people", obj{"email": "m@x.example", "name": "Owned", "roles": []string{"admin"}}, 403},
			{"agent", "POST", "/people", obj{"email": "m@x.example", "name": "Owned", "version": 7}, 422},
			{"agent", "PATCH", "/tickets/{ticket}", obj{"version": version(w, "/tickets/{ticket}"), "subject": "Owned", "requester_id": w.ids["agent"]}, 422},
			{"agent", "PATCH", "/tickets/{ticket}", obj{"version": version(w, "/tickets/{ticket}"), "subject": "Owned", "created_at": "2001-01-01T00:00:00Z"}, 422},
			{"agent", "PATCH", "/organizations/{organization}", obj{"version": 1, "name": "Owned", "id": 1}, 422},
			{"agent", "POST", "/tokens", obj{"name": "Owned", "scopes": []string{"*"}, "person_id": w.ids["admin"]}, 422},
			{"narrow", "POST", "/tokens", obj{"name": "Owned", "scopes": []string{"*"}}, 403},
		} {
			if a := w.call(c.actor, c.method, c.path, c.body); a.status != c.status {
				t.Errorf("%s %s by %s %v: %d, want %d: %s", c.method, c.path, c.actor, c.body, a.status, c.status, clip(a.body))
			}
		}
		for table, column := range map[string]string{"person": "name", "ticket": "subject", "organization": "name", "token": "name"} {
			if n := w.Count(`SELECT count(*) FROM ` + table + ` WHERE ` + column + ` = 'Owned'`); n != 0 {
				t.Errorf("%d rows of %s were changed", n, table)
			}
		}
	})
}

// TestAttackAnotherOrganization: a customer's manager reads what is their organization's and
// nothing of another's, by whatever route.
func TestAttackAnotherOrganization(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: role\nname: manager\ntitle: Manager\ngrants:\n  - { actions: [read], kinds: [ticket, person, organization], scope: organization }\n")
		var other int64
		w.Write(func(ctx context.Context, tx db.Tx) error {
			name, domains := "Other", []string{"other.example"}
			o, err := w.Directory.CreateOrganization(ctx, tx, w.Root(), directory.OrganizationInput{Name: &name, Domains: &domains})
			other = o.ID
			return err
		})
		w.tokens["mallory"] = w.TokenFor(w.Person("mallory@other.example", "Mallory", "manager"), "*")
		w.ids["other"] = other
		for _, path := range []string{"/tickets/{ticket}", "/tickets/{ticket}/timeline", "/tickets/{ticket}/draft", "/tickets/{ticket}/clocks/first_reply/why", "/people/{customer}", "/people/{agent}",
			"/organizations/{organization}", "/files/{file}", "/files/{file}/inline", "/events/{event}/why", "/events?subject=ticket/{ticket}", "/events?subject=person/{customer}", "/events?subject=organization/{organization}",
			"/mail/received", "/mail/received/{mail}/raw", "/mail/outbox", "/webhooks", "/webhooks/tickets/deliveries"} {
			a := w.call("mallory", "GET", path, nil)
			if a.status != 403 && a.status != 404 {
				t.Errorf("GET %s: %d %s", path, a.status, clip(a.body))
			}
		}
		for _, path := range []string{"/tickets", "/tickets?organization={organization}", "/tickets?requester={customer}", "/people", "/people?organization={organization}", "/people?q=The", "/organizations", "/organizations?q=Ac", "/views"} {
			a := w.call("mallory", "GET", path, nil)
			for _, secret := range []string{"stuck", "Acme", "The customer", secretNote, "customer@acme.example"} {
				if strings.Contains(a.body, secret) {
					t.Errorf("GET %s shows %q: %s", path, secret, clip(a.body))
				}
			}
		}
	})
}

// TestAttackNestedJSON: a body that is nothing but brackets is refused quickly.
func TestAttackNestedJSON(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, body := range []string{strings.Repeat("[", 1<<20), strings.Repeat(`{"a":`, 1<<18), `{"subject":"x","text":"x","tags":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
			`{"name":"x","attributes":{"a":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `}}`} {
			for _, path := range []string{"/tickets", "/organizations", "/lint", "/session"} {
				begun := time.Now()
				a := w.call("admin", "POST", path, body)
				if a.status < 400 || a.status >= 500 {
					t.Errorf("POST %s with %d bytes of brackets: %d %s", path, len(body), a.status, clip(a.body))
				}
				if d := time.Since(begun); d > 20*time.Second {
					t.Errorf("POST %s took %v", path, d)
				}
			}
		}
	})
}

// TestAttackTypeSniffing: whatever a file claims to be, it comes as bytes to download; only
// pictures that belong inside a message may be shown.
func TestAttackTypeSniffing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, data := range map[string]string{"page.html": "<script>alert(1)</script>", "image.png": "<html><script>alert(1)</script>", "image.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
			"x.js": "alert(1)", "x.pdf": "%PDF-1.4 <script>", "polyglot.gif": "GIF89a/*<script>*/=alert(1)"} {
			body, kind := form(name, []byte(data))
			var f struct{ ID int64 }
			w.call("agent", "POST", "/files", body, "Content-Type", kind).json(t, &f)
			for _, suffix := range []string{"", "/inline"} {
				h := w.call("agent", "GET", fmt.Sprintf("/files/%d%s", f.ID, suffix), nil).header
				if h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
					t.Errorf("%s%s: %v", name, suffix, h)
				}
			}
		}
	})
}
