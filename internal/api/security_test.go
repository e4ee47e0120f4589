package api_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
)

// browser signs in and returns the headers a browser would send.
func (w *world) browser(email, password string) http.Header {
	w.T.Helper()
	a := w.do("POST", "/api/v1/session", obj{"email": email, "password": password}, http.Header{"Sec-Fetch-Site": {"same-origin"}})
	if a.status != 200 {
		w.T.Fatalf("signing in: %d %s", a.status, a.body)
	}
	c := a.header.Get("Set-Cookie")
	if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
		w.T.Errorf("the cookie: %s", c)
	}
	cookie, _, _ := strings.Cut(c, ";")
	return http.Header{"Cookie": {cookie}, "Sec-Fetch-Site": {"same-origin"}}
}

func TestBadInputIsAnsweredInOneShape(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		long := strings.Repeat("x", 1<<20+1)
		for _, c := range []struct {
			method, path string
			body         any
			status       int
			says         string
		}{
			{"GET", "/tickets/999999", nil, 404, "999999"},
			{"GET", "/tickets/abc", nil, 422, "id"},
			{"GET", "/tickets/-1", nil, 422, "id"},
			{"GET", "/tickets/0", nil, 422, "id"},
			{"GET", "/tickets/99999999999999999999999", nil, 422, "id"},
			{"GET", "/tickets?cursor=nonsense", nil, 422, "cursor"},
			{"GET", "/people?cursor=!!!!", nil, 422, "cursor"},
			{"GET", "/organizations?cursor=AAAA", nil, 422, "cursor"},
			{"GET", "/mail/received?cursor=zzz", nil, 422, "cursor"},
			{"GET", "/changes?cursor=zzz", nil, 422, "cursor"},
			{"GET", "/indicators/satisfaction/records?cursor=zzz", nil, 422, "cursor"},
			{"GET", "/events?subject=ticket/{ticket}&cursor=zzz", nil, 422, "cursor"},
			{"GET", "/tickets?limit=0", nil, 422, "limit"},
			{"GET", "/tickets?limit=100000", nil, 422, "limit"},
			{"GET", "/tickets?status=weird", nil, 422, "status"},
			{"GET", "/tickets?priority=weird", nil, 422, "priority"},
			{"GET", "/tickets?sort=weird", nil, 422, "sort"},
			{"GET", "/tickets?assignee=weird", nil, 422, "assignee"},
			{"GET", "/tickets?team=weird", nil, 422, "team"},
			{"GET", "/tickets?view=weird", nil, 404, "weird"},
			{"GET", "/tickets?tag=%00", nil, 422, ""},
			{"GET", "/tickets?tag=%ff%fe", nil, 200, ""}, // bytes that are no text are folded away
			{"GET", "/people?q=%00", nil, 422, ""},
			{"GET", "/people?q=%ff", nil, 422, ""},
			{"GET", "/organizations?q=%00", nil, 422, ""},
			{"GET", "/events?subject=nonsense", nil, 422, "subject"},
			{"GET", "/events?subject=%00/1", nil, 422, ""},
			{"GET", "/events", nil, 422, "subject"},
			{"GET", "/events/999999/why", nil, 404, ""},
			{"GET", "/tickets/{ticket}/clocks/weird/why", nil, 422, "metric"},
			{"GET", "/tickets/{ticket}/timeline?cursor=x", nil, 422, "cursor"},
			{"GET", "/blueprints/weird/x", nil, 404, ""},
			{"GET", "/schemas/weird", nil, 404, "weird"},
			{"GET", "/changes/999999", nil, 404, ""},
			{"GET", "/indicators/weird/records", nil, 404, "weird"},
			{"GET", "/indicators/satisfaction/records?part=weird", nil, 422, "part"},
			{"GET", "/files/999999", nil, 404, ""},
			{"GET", "/files/abc", nil, 404, ""},
			{"GET", "/mail/received/999999/raw", nil, 404, ""},
			{"GET", "/mail/outbox?state=weird", nil, 422, "state"},

			{"POST", "/tickets", "{", 400, ""},
			{"POST", "/tickets", "", 400, ""},
			{"POST", "/tickets", "[]", 422, ""},
			{"POST", "/tickets", `{"subject": 7, "text": "x"}`, 422, "subject"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "sbject": "y"}, 422, "sbject"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "id": 7}, 422, "id"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "created_at": "2020-01-01T00:00:00Z", "status": "closed"}, 422, ""},
			{"POST", "/tickets", obj{"subject": strings.Repeat("s", 501), "text": "x"}, 422, "500"},
			{"POST", "/tickets", obj{"subject": "x", "text": long}, 413, "1 MB"},
			{"POST", "/tickets", obj{"subject": "x", "text": strings.Repeat(long, 5)}, 413, ""},
			{"POST", "/tickets", obj{"subject": "x"}, 422, "text"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "priority": "weird"}, 422, "priority"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "team": "weird"}, 422, "team"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "assignee_id": 999999}, 422, "assignee"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "assignee_id": "{customer}"}, 422, "assignee"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "requester_id": 999999}, 404, ""},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "requester": obj{"email": "no address"}}, 422, "email"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "requester": obj{"email": "a@b.example\r\nBcc: eve@evil.example"}}, 422, "email"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "tags": []string{"a b"}}, 422, "tag"},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "file_ids": []int64{999999}}, 404, ""},
			{"POST", "/tickets", obj{"subject": "x", "text": "x", "file_ids": []string{"{file}"}}, 422, ""},

			{"PATCH", "/tickets/{ticket}", obj{"version": 1, "status": "solved"}, 409, `"sent":1,"current":{`},
			{"PATCH", "/tickets/{ticket}", obj{"status": "solved"}, 422, "version"},
			{"PATCH", "/tickets/{ticket}", obj{"version": -1}, 422, "version"},
			{"PATCH", "/tickets/{ticket}", obj{"version": 1, "requester_id": 1}, 422, "requester_id"},
			{"PATCH", "/tickets/999999", obj{"version": 1}, 404, ""},
			{"POST", "/tickets/{ticket}/comments", obj{"public": true, "text": "   "}, 422, "text"},
			{"POST", "/tickets/{ticket}/comments", obj{"public": true, "html": "<script>x</script>"}, 422, "text"},
			{"POST", "/tickets/{ticket}/comments", obj{"text": "x"}, 422, "public"},
			{"POST", "/tickets/{ticket}/comments", obj{"public": true, "text": "x", "status": "new"}, 422, "status"},
			{"POST", "/tickets/{ticket}/comments", obj{"public": true, "text": "x", "author_id": 1}, 422, "author_id"},
			{"PATCH", "/people/{agent}", obj{"version": 99, "name": "x"}, 409, `"sent":99,"current":{`},
			{"PATCH", "/people/{agent}", obj{"version": 1, "time_zone": "Mars/Base"}, 422, "time_zone"},
			{"PATCH", "/people/{agent}", obj{"version": 1, "email": "x@y.example"}, 422, "email"},
			{"POST", "/people", obj{"email": "agent@company.example"}, 422, "email"},
			{"POST", "/people", obj{"email": "q@company.example", "roles": []string{"weird"}}, 422, "weird"},
			{"POST", "/people", obj{"email": "q@company.example", "password": "short"}, 422, "10"},
			{"PATCH", "/organizations/{organization}", obj{"version": 99, "name": "x"}, 409, `"sent":99,"current":{`},
			{"POST", "/organizations", obj{"name": ""}, 422, "name"},
			{"POST", "/organizations", obj{"name": "x", "domains": []string{"not a domain"}}, 422, "domain"},
			{"POST", "/organizations", obj{"name": "x", "domains": []string{"acme.example"}}, 422, "acme.example"},
			{"PUT", "/teams/support/members", obj{"version": 1, "person_ids": []int64{999999}}, 422, ""},
			{"PUT", "/teams/support/members", obj{"person_ids": []int64{}}, 422, "version"},
			{"PUT", "/teams/support/members", obj{"version": 99, "person_ids": []int64{}}, 409, `"sent":99`},
			{"PUT", "/teams/weird/members", obj{"version": 1, "person_ids": []int64{}}, 404, "weird"},
			{"POST", "/tokens", obj{"name": "x", "scopes": []string{"*"}, "rate": -1}, 422, "rate"},
			{"POST", "/tokens", obj{"name": "x", "scopes": []string{"*"}, "rate": 100001}, 422, "rate"},
			{"GET", "/webhooks/weird/deliveries", nil, 404, "weird"},
			{"GET", "/webhooks/tickets/deliveries?state=weird", nil, 422, "state"},
			{"GET", "/webhooks/tickets/deliveries?cursor=zzz", nil, 422, "cursor"},
			{"GET", "/webhooks/tickets/deliveries/x", nil, 422, "id"},
			{"POST", "/webhooks/weird/test", nil, 404, "weird"},
			{"POST", "/tokens", obj{"name": "", "scopes": []string{"*"}}, 422, "name"},
			{"POST", "/tokens", obj{"name": "x", "scopes": []string{}}, 422, "scope"},
			{"POST", "/tokens", obj{"name": "x", "scopes": []string{"ALL"}}, 422, "ALL"},
			{"POST", "/tokens", obj{"name": "x", "scopes": []string{"*"}, "expires_at": "2001-01-01T00:00:00Z"}, 422, "expire"},
			{"POST", "/apply", obj{"documents": []obj{{"path": "a.yaml", "text": "kind: sla\nname: x\ntitle: X\nwithn: 3\n"}}}, 422, "a.yaml:4:1"},
			{"POST", "/apply", obj{"documents": []obj{{"path": "a.yaml", "text": "kind: view\nname: x\ntitle: X\nteam: nobody\n"}}}, 422, "nobody"},
			{"POST", "/apply", obj{"documents": []obj{}, "base_generation": 1}, 409, `"sent":1,"current":{"generation":`},
			{"POST", "/changes/999999/rollback", nil, 404, ""},
			{"POST", "/session", obj{"email": "a\u0000b@x.example", "password": "x"}, 422, ""},
			{"POST", "/session", obj{"email": strings.Repeat("x", 300), "password": "x"}, 422, "email"},
			{"POST", "/files", "x", 400, "multipart"},
		} {
			if text, ok := c.body.(string); ok {
				c.body = w.path(text)
			}
			a := w.call("admin", c.method, c.path, c.body)
			if a.status != c.status || !strings.Contains(a.body, c.says) {
				t.Errorf("%s %s %s: %d, want %d with %q: %s", c.method, c.path, clip(fmt.Sprint(c.body)), a.status, c.status, c.says, clip(a.body))
			}
			checkShape(t, c.method+" "+c.path, a)
			if len(a.body) > 100_000 {
				t.Errorf("%s %s: an error of %d bytes", c.method, c.path, len(a.body))
			}
		}
	})
}

// TestTextThatADatabaseCannotHold: a NUL and lone surrogates come from real clients.
func TestTextThatADatabaseCannotHold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, bad := range []string{`a\u0000b`, `a\u0001b`, `a\r\nBcc: eve@evil.example`, `a\ud800b`, `a\u2028b`} {
			n := 0
			for _, c := range []struct{ method, path, body string }{
				{"POST", "/tickets", `{"subject": "%s", "text": "x"}`},
				{"POST", "/tickets", `{"subject": "x", "text": "%s"}`},
				{"POST", "/tickets", `{"subject": "x", "html": "<p>%s</p>"}`},
				{"POST", "/tickets", `{"subject": "x", "text": "x", "tags": ["%s"]}`},
				{"POST", "/tickets", `{"subject": "x", "text": "x", "requester": {"email": "n%d@acme.example", "name": "%s"}}`},
				{"POST", "/organizations", `{"name": "%s"}`},
				{"POST", "/organizations", `{"name": "x", "attributes": {"plan": "%s"}}`},
				{"POST", "/people", `{"email": "m%d@acme.example", "name": "%s"}`},
				{"POST", "/tokens", `{"name": "%s", "scopes": ["*"]}`},
				{"PUT", "/tickets/{ticket}/draft", `{"text": "%s", "public": true}`},
				{"POST", "/tickets/{ticket}/comments", `{"public": false, "text": "%s"}`},
				{"POST", "/apply", `{"documents": [], "message": "%s"}`},
				{"POST", "/apply", `{"documents": [{"path": "%s", "text": "kind: brand\nname: b\ntitle: B\n"}]}`},
				{"POST", "/lint", `{"documents": [{"path": "a.yaml", "text": "kind: brand\nname: b\ntitle: \"%s\"\n"}]}`},
			} {
				n++
				body := strings.ReplaceAll(strings.ReplaceAll(c.body, "%s", bad), "%d", fmt.Sprintf("%d-%x", n, bad))
				a := w.call("admin", c.method, c.path, body)
				if a.status >= 500 {
					t.Errorf("%s %s %s: %d %s", c.method, c.path, body, a.status, clip(a.body))
				}
				var v struct{ ID int64 }
				if a.status == 201 && c.path == "/tickets" { // whoever can open it can be answered
					a.json(t, &v)
					if r := w.call("agent", "POST", fmt.Sprintf("/tickets/%d/comments", v.ID), obj{"public": true, "text": "An answer"}); r.status != 201 {
						t.Errorf("a ticket made with %s cannot be answered: %d %s", body, r.status, clip(r.body))
					}
				}
			}
		}
		w.Settle()
		for _, d := range w.Peer.All() {
			head, _, _ := strings.Cut(string(d.Raw), "\r\n\r\n")
			if strings.Contains(head, "\nBcc:") {
				t.Errorf("a header was smuggled in:\n%s", head)
			}
		}
	})
}

func TestTheSameRequestTwiceIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		body := obj{"subject": "Once", "text": "x", "requester": obj{"email": "once@acme.example"}}
		first := w.call("agent", "POST", "/tickets", body, "Idempotency-Key", "k1")
		again := w.call("agent", "POST", "/tickets", body, "Idempotency-Key", "k1")
		if first.status != 201 || again.status != 201 || first.body != again.body {
			t.Errorf("%d %s\n%d %s", first.status, first.body, again.status, again.body)
		}
		if n := w.Count(`SELECT count(*) FROM ticket WHERE subject = 'Once'`); n != 1 {
			t.Errorf("%d tickets", n)
		}
		if a := w.call("agent", "POST", "/tickets", obj{"subject": "Other", "text": "x"}, "Idempotency-Key", "k1"); a.status != 422 || !strings.Contains(a.body, "Idempotency-Key") {
			t.Errorf("the key with another request: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "POST", "/tickets", body, "Idempotency-Key", "k1"); a.status != 201 {
			t.Errorf("somebody else's same key: %d %s", a.status, a.body)
		}
		for _, bad := range []string{strings.Repeat("k", 201), "a\xffb"} {
			if a := w.call("agent", "POST", "/tickets", body, "Idempotency-Key", bad); a.status != 422 {
				t.Errorf("the key %q: %d %s", clip(bad), a.status, a.body)
			}
		}
		// A request that failed may be corrected under its key.
		if a := w.call("agent", "POST", "/tickets", obj{"subject": "x"}, "Idempotency-Key", "k2"); a.status != 422 {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := w.call("agent", "POST", "/tickets", body, "Idempotency-Key", "k2"); a.status != 201 {
			t.Errorf("corrected: %d %s", a.status, a.body)
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if a := w.call("agent", "POST", "/tickets", obj{"subject": "At once", "text": "x"}, "Idempotency-Key", "k3"); a.status != 201 {
					t.Errorf("at once: %d %s", a.status, a.body)
				}
			})
		}
		all.Wait()
		if n := w.Count(`SELECT count(*) FROM ticket WHERE subject = 'At once'`); n != 1 {
			t.Errorf("%d tickets of ten requests at once", n)
		}
	})
}

func TestTwoAgentsSavingTheSameTicket(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := version(w, "/tickets/{ticket}")
		got := make([]answer, 8)
		var all sync.WaitGroup
		for n := range got {
			all.Go(func() {
				got[n] = w.call("agent", "PATCH", "/tickets/{ticket}", obj{"version": v, "tags": []string{fmt.Sprintf("t%d", n)}})
			})
		}
		all.Wait()
		saved := 0
		for _, a := range got {
			switch a.status {
			case 200:
				saved++
			case 409:
				var p struct{ Current struct{ ID, Version int64 } }
				if a.json(t, &p); p.Current.ID != w.ids["ticket"] || p.Current.Version != v+1 {
					t.Errorf("the current ticket in the conflict: %s", clip(a.body))
				}
			default:
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		if saved != 1 {
			t.Errorf("%d of %d saved", saved, len(got))
		}
		// Comments never conflict.
		for n := range got {
			all.Go(func() {
				got[n] = w.call("agent", "POST", "/tickets/{ticket}/comments", obj{"public": true, "text": "x"})
			})
		}
		all.Wait()
		for _, a := range got {
			if a.status != 201 {
				t.Errorf("a comment among others: %d %s", a.status, a.body)
			}
		}
	})
}

func TestOtherSitesCannotAct(t *testing.T) {
	w := newWorld(t, apptest.Options(t, db.SQLite))
	mine := w.browser(apptest.Admin, apptest.AdminPassword)
	body := obj{"subject": "Forged", "text": "x"}
	for _, h := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
		{"Origin": {"https://evil.example"}},
		{"Origin": {"null"}},
	} {
		h.Set("Cookie", mine.Get("Cookie"))
		for _, path := range []string{"/api/v1/tickets", "/api/v1/session", "/api/v1/apply", "/api/v1/files", "/portal/survey/x"} {
			a := w.do("POST", path, body, h)
			if a.status != 403 {
				t.Errorf("POST %s from elsewhere (%v): %d %s", path, h, a.status, clip(a.body))
			}
			checkShape(t, path, a)
		}
	}
	if a := w.do("POST", "/api/v1/tickets", body, mine); a.status != 201 {
		t.Errorf("from our own page: %d %s", a.status, a.body)
	}
	// A page with a form must let its browser say where it comes from, or the form is refused
	// where Sec-Fetch-Site is not sent: on plain HTTP.
	if a := w.do("GET", "/portal/survey/x", nil, nil); a.header.Get("Referrer-Policy") == "no-referrer" {
		t.Error("public pages make their own forms come from nowhere")
	}
	if a := w.do("GET", "/api/v1/tickets", nil, http.Header{"Origin": {"https://evil.example"}, "Cookie": mine["Cookie"]}); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another site may read answers")
	}
}

func TestCustomersStayWithinWhatIsTheirs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: role\nname: customer\ntitle: Customer\ngrants:\n  - { actions: [read, write], kinds: [ticket], scope: own }\n---\n" +
			"kind: role\nname: manager\ntitle: Customer's manager\ngrants:\n  - { actions: [read], kinds: [ticket], scope: organization }\n")
		mine := w.Person("cora@acme.example", "Cora", "customer")
		w.tokens["cora"] = w.TokenFor(mine, "*")
		w.tokens["mallory"] = w.TokenFor(w.Person("mallory@other.example", "Mallory", "customer", "manager"), "*")
		a := w.call("cora", "POST", "/tickets", obj{"subject": "Mine", "text": "My secret"})
		if a.status != 201 {
			t.Fatalf("opening their own ticket: %d %s", a.status, a.body)
		}
		var v struct{ ID int64 }
		a.json(t, &v)
		w.ids["mine"] = v.ID
		file, kind := form("mine.txt", []byte("My secret"))
		up := w.call("cora", "POST", "/files", file, "Content-Type", kind)
		if up.status != 201 {
			t.Fatalf("uploading: %d %s", up.status, up.body)
		}
		up.json(t, &v)
		w.ids["myfile"] = v.ID
		for _, step := range []struct {
			actor, method, path string
			body                any
			status              int
		}{
			{"mallory", "GET", "/files/{myfile}", nil, 404}, // not yet on a ticket
			{"mallory", "POST", "/tickets", obj{"subject": "Steal", "text": "x", "file_ids": []int64{v.ID}}, 404},
			{"cora", "POST", "/tickets/{mine}/comments", obj{"public": true, "text": "see", "file_ids": []int64{v.ID}}, 201},
			{"cora", "POST", "/tickets/{mine}/comments", obj{"public": true, "text": "again", "file_ids": []int64{v.ID}}, 404},
			{"cora", "GET", "/files/{myfile}", nil, 200},
			{"mallory", "GET", "/files/{myfile}", nil, 404},
			{"mallory", "GET", "/files/{myfile}/inline", nil, 404},
			{"mallory", "GET", "/tickets/{mine}", nil, 404},
			{"mallory", "GET", "/tickets/{mine}/timeline", nil, 404},
			{"mallory", "POST", "/tickets/{mine}/comments", obj{"public": true, "text": "x"}, 404},
			{"mallory", "PATCH", "/tickets/{mine}", obj{"version": 1, "status": "solved"}, 404},
			{"mallory", "PUT", "/tickets/{mine}/draft", obj{"text": "x", "public": true}, 404},
			{"cora", "GET", "/tickets/{ticket}", nil, 404},
			{"cora", "POST", "/tickets/{mine}/comments", obj{"public": false, "text": "a note"}, 403},
			{"cora", "POST", "/tickets/{mine}/comments", obj{"public": true, "text": "done", "status": "closed"}, 403},
			{"cora", "PATCH", "/tickets/{mine}", obj{"version": 2, "priority": "urgent"}, 403},
			{"cora", "POST", "/tickets", obj{"subject": "x", "text": "x", "requester": obj{"email": "agent@company.example"}}, 403},
			{"cora", "POST", "/tickets", obj{"subject": "x", "text": "x", "assignee_id": w.ids["agent"]}, 403},
			{"cora", "POST", "/tickets", obj{"subject": "x", "text": "x", "public": false}, 403},
			{"cora", "PATCH", "/people/{admin}", obj{"version": 1, "password": "taken over now"}, 403},
			{"agent", "PATCH", "/people/{admin}", obj{"version": 1, "password": "taken over now"}, 403},
			{"agent", "PATCH", "/people/{agent}", obj{"version": 1, "roles": []string{"admin"}}, 403},
			{"agent", "POST", "/people", obj{"email": "x@y.example", "roles": []string{"admin"}}, 403},
			{"narrow", "PATCH", "/people/{admin}", obj{"version": 1, "password": "taken over now"}, 404},
			{"narrow", "POST", "/tokens", obj{"name": "wide", "scopes": []string{"*"}}, 403},
		} {
			if a := w.call(step.actor, step.method, step.path, step.body); a.status != step.status {
				t.Errorf("%s %s by %s (%v): %d, want %d: %s", step.method, step.path, step.actor, step.body, a.status, step.status, clip(a.body))
			}
		}
		if a := w.call("mallory", "GET", "/tickets", nil); strings.Contains(a.body, "Mine") || strings.Contains(a.body, "stuck") {
			t.Errorf("another organization's tickets: %s", clip(a.body))
		}
	})
}

func TestFilesComeAsFiles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, data := range map[string]string{"../../x.html": "<html><script>alert(1)</script>", "a\r\nSet-Cookie: x=y.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "ü\u202egnp.exe": "MZ", "": "no name"} {
			body, kind := form(name, []byte(data))
			a := w.call("agent", "POST", "/files", body, "Content-Type", kind)
			if a.status != 201 {
				t.Errorf("%q: %d %s", name, a.status, a.body)
				continue
			}
			var f struct {
				ID       int64
				Filename string
			}
			a.json(t, &f)
			if strings.ContainsAny(f.Filename, "/\\\r\n\u202e") || f.Filename == "" {
				t.Errorf("%q is kept as %q", name, f.Filename)
			}
			for _, suffix := range []string{"", "/inline"} {
				g := w.call("agent", "GET", fmt.Sprintf("/files/%d%s", f.ID, suffix), nil)
				if g.status != 200 || g.body != data || g.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(g.header.Get("Content-Disposition"), "attachment") || g.header.Get("Set-Cookie") != "" {
					t.Errorf("%q comes as %d %v", name, g.status, g.header)
				}
			}
		}
		body, kind := form("big.bin", make([]byte, 50<<20+1))
		if a := w.call("agent", "POST", "/files", body, "Content-Type", kind); a.status != 413 || !strings.Contains(a.body, "50 MB") {
			t.Errorf("too large: %d %s", a.status, clip(a.body))
		}
		if a := w.call("agent", "POST", "/files", body[:len(body)/2], "Content-Type", kind); a.status != 400 {
			t.Errorf("cut off: %d %s", a.status, clip(a.body))
		}
	})
}

func TestSigningInTellsNothingAndCannotBeTriedForEver(t *testing.T) {
	w := newWorld(t, apptest.Options(t, db.SQLite))
	known := w.do("POST", "/api/v1/session", obj{"email": apptest.Admin, "password": "wrong wrong wrong"}, nil)
	unknown := w.do("POST", "/api/v1/session", obj{"email": "who@company.example", "password": "wrong wrong wrong"}, nil)
	bare := w.do("POST", "/api/v1/session", obj{"email": "agent@company.example", "password": "wrong wrong wrong"}, nil) // has no password
	for _, a := range []*answer{&known, &unknown, &bare} {
		a.body = regexp.MustCompile(`"request_id":"\w+"`).ReplaceAllString(a.body, "") // each has its own
	}
	if known.status != 401 || known.body != unknown.body || known.body != bare.body || known.header.Get("Set-Cookie") != "" {
		t.Errorf("the answers differ:\n%d %s\n%d %s\n%s", known.status, known.body, unknown.status, unknown.body, bare.body)
	}
	// A thousand tries, many at once: few are looked at, the rest are told when to come back.
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	begun := time.Now()
	for n := range 20 {
		all.Go(func() {
			for k := range 50 {
				a := w.do("POST", "/api/v1/session", obj{"email": apptest.Admin, "password": fmt.Sprintf("guess number %d %d", n, k)}, nil)
				mu.Lock()
				statuses[a.status]++
				mu.Unlock()
				if a.status == 429 && a.header.Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
			}
		})
	}
	all.Wait()
	if statuses[401] > 10 || statuses[401]+statuses[429] != 1000 {
		t.Errorf("a thousand tries: %v", statuses)
	}
	if d := time.Since(begun); d > 20*time.Second {
		t.Errorf("they took %v", d)
	}
	if a := w.do("POST", "/api/v1/session", obj{"email": apptest.Admin, "password": apptest.AdminPassword}, nil); a.status != 429 {
		t.Errorf("the right password after too many wrong ones: %d", a.status)
	}
	a := w.call("admin", "POST", "/people", obj{"email": "other@company.example", "password": "another long one", "roles": []string{"agent"}})
	if a.status != 201 {
		t.Fatal(a.body)
	}
	w.browser("other@company.example", "another long one") // others still get in
	w.Clock.Advance(16 * time.Minute)
	mine := w.browser(apptest.Admin, apptest.AdminPassword)
	if a := w.do("DELETE", "/api/v1/session", nil, mine); a.status != 204 {
		t.Errorf("signing out: %d %s", a.status, a.body)
	}
	if a := w.do("GET", "/api/v1/me", nil, mine); a.status != 401 {
		t.Errorf("after signing out: %d", a.status)
	}
	// A clock that jumps back must not lock anybody out for longer than the window.
	for range 12 {
		w.do("POST", "/api/v1/session", obj{"email": "third@company.example", "password": "wrong wrong wrong"}, nil)
	}
	w.Clock.Advance(-48 * time.Hour)
	if a := w.do("POST", "/api/v1/session", obj{"email": "third@company.example", "password": "wrong wrong wrong"}, nil); a.status == 429 {
		if s, _ := time.ParseDuration(a.header.Get("Retry-After") + "s"); s > 15*time.Minute {
			t.Errorf("after the clock jumped back: come back in %v", s)
		}
	}
}

func TestSecretsStayOutOfLogsAndErrors(t *testing.T) {
	var logs bytes.Buffer
	var mu sync.Mutex
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(writer(func(p []byte) (int, error) { mu.Lock(); defer mu.Unlock(); return logs.Write(p) }), &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)
	w := newWorld(t, apptest.Options(t, db.SQLite))
	mine := w.browser(apptest.Admin, apptest.AdminPassword)
	const secret = "a password to keep"
	var answers strings.Builder
	for _, a := range []answer{
		w.do("POST", "/api/v1/session", obj{"email": apptest.Admin, "password": secret, "extra": secret}, nil),
		w.do("POST", "/api/v1/session", `{"email": "x", "password": "`+secret+`"`, nil),
		w.call("admin", "POST", "/people", obj{"email": "bad", "password": secret}),
		w.call("admin", "POST", "/people", obj{"email": "x@y.example", "password": []string{secret}}),
		w.do("GET", "/api/v1/me", nil, http.Header{"Authorization": {"Bearer " + secret}}),
		w.call("admin", "GET", "/tickets", nil), w.call("admin", "GET", "/tokens", nil), w.call("admin", "GET", "/nothing?token="+url.QueryEscape(secret), nil),
		w.do("GET", "/api/v1/me", nil, mine),
	} {
		answers.WriteString(a.body)
	}
	_, session, _ := strings.Cut(mine.Get("Cookie"), "=")
	mu.Lock()
	defer mu.Unlock()
	for _, s := range []string{w.Token, secret, session} {
		if strings.Contains(logs.String(), s) {
			t.Errorf("a secret is in the logs: %s", logs.String())
		}
		if strings.Contains(answers.String(), s) {
			t.Errorf("a secret is in an answer: %s", answers.String())
		}
	}
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// listen opens the live updates and returns what comes, line by line.
func (w *world) listen(ctx context.Context, h http.Header) (lines chan string, status int) {
	w.T.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", w.server.URL+"/api/v1/stream", nil)
	if err != nil {
		w.T.Fatal(err)
	}
	req.Header = h
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.T.Fatal(err)
	}
	lines = make(chan string, 1000)
	go func() {
		defer close(lines)
		defer res.Body.Close()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines, res.StatusCode
}

func TestLiveUpdatesTellOnlyWhatOnesMaySee(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: role\nname: customer\ntitle: Customer\ngrants:\n  - { actions: [read, write], kinds: [ticket], scope: own }\n")
		w.tokens["cora"] = w.TokenFor(w.Person("cora@acme.example", "Cora", "customer"), "*")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		streams := map[string]chan string{}
		for _, actor := range []string{"admin", "agent", "cora", "customer", "narrow"} {
			lines, status := w.listen(ctx, http.Header{"Authorization": {"Bearer " + w.tokens[actor]}})
			if status != 200 {
				t.Fatalf("%s: %d", actor, status)
			}
			for l := range lines { // what is sent first
				if l == "retry: 2000" {
					break
				}
			}
			streams[actor] = lines
		}
		if _, status := w.listen(ctx, http.Header{}); status != 401 {
			t.Errorf("nobody: %d", status)
		}
		time.Sleep(300 * time.Millisecond) // the feed looks for listeners four times a second
		var v struct{ ID int64 }
		w.call("cora", "POST", "/tickets", obj{"subject": "Mine", "text": "x"}).json(t, &v)
		w.call("agent", "POST", "/tickets/{ticket}/comments", obj{"public": true, "text": "not hers"})
		w.call("agent", "POST", fmt.Sprintf("/tickets/%d/comments", v.ID), obj{"public": false, "text": "a note"})
		w.call("admin", "POST", "/people", obj{"email": "end@acme.example"})
		w.call("agent", "POST", fmt.Sprintf("/tickets/%d/comments", v.ID), obj{"public": true, "text": "an answer"})
		w.Settle()
		seen := map[string]string{}
		for actor, lines := range streams {
			wait := time.After(30 * time.Second)
			if actor == "customer" {
				wait = time.After(300 * time.Millisecond)
			}
		read:
			for {
				select {
				case l := <-lines:
					seen[actor] += l + "\n"
					if strings.Contains(l, "ticket.replied") && strings.Contains(l, fmt.Sprintf(`"id":%d}`, v.ID)) {
						break read
					}
				case <-wait:
					break read
				}
			}
		}
		// Rights that end, end here too.
		w.Write(func(ctx context.Context, tx db.Tx) error {
			return w.Auth.SetRoles(ctx, tx, w.Root(), w.ids["agent"], nil)
		})
		w.Settle()
		w.call("admin", "POST", "/tickets/{ticket}/comments", obj{"public": false, "text": "no longer hers"})
		w.Settle()
		after := ""
		for wait, open := time.After(1500*time.Millisecond), true; open; {
			select {
			case l := <-streams["agent"]:
				after += l + "\n"
			case <-wait:
				open = false
			}
		}
		if _, tail, _ := strings.Cut(after, "person.roles_changed"); strings.Contains(tail, "ticket.noted") {
			t.Errorf("somebody without a role is told: %s", after)
		}
		// A session that is closed is told nothing more.
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE token SET revoked_at = 1 WHERE person_id = $1`, w.ids["observer"])
			return err
		})
		if _, status := w.listen(ctx, http.Header{"Authorization": {"Bearer " + w.tokens["observer"]}}); status != 401 {
			t.Errorf("a revoked token: %d", status)
		}
		other := fmt.Sprintf(`{"kind":"ticket","id":%d}`, w.ids["ticket"])
		for actor, want := range map[string][2][]string{
			"admin":    {{"ticket.created", "ticket.noted", "ticket.replied", "person.created", other}, nil},
			"agent":    {{"ticket.created", "ticket.noted", "ticket.replied", "person.created", other}, nil},
			"cora":     {{"ticket.created", "ticket.replied"}, {"ticket.noted", "person.created", other}},
			"customer": {nil, {"event: change"}},
			"narrow":   {{"ticket.created", "ticket.replied"}, {"person.created"}},
		} {
			for _, s := range want[0] {
				if !strings.Contains(seen[actor], s) {
					t.Errorf("%s was not told of %s: %s", actor, s, seen[actor])
				}
			}
			for _, s := range want[1] {
				if strings.Contains(seen[actor], s) {
					t.Errorf("%s was told of %s: %s", actor, s, seen[actor])
				}
			}
		}
	})
}
