package program_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"steward/internal/db"
	"steward/internal/program"
)

// mit is the text of a licence, as a file has it.
func mit() string {
	return `MIT License

Copyright (c) 2026 The authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`
}

// forgeServer speaks as GitLab and GitHub do; two projects, the second with the licence given ("" for none).
func forgeServer(t *testing.T, second string) *httptest.Server {
	licences := map[string]string{"1": mit(), "2": second}
	send := func(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v4/groups/{path}/projects", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("path") != "cinder" {
			http.NotFound(w, r)
			return
		}
		page := r.URL.Query().Get("page")
		if page == "1" { // a page each
			w.Header().Set("X-Next-Page", "2")
		}
		send(w, []map[string]any{{"id": json.Number(page), "path_with_namespace": "cinder/p" + page, "web_url": "https://x.example/p" + page, "visibility": "public"}})
	})
	mux.HandleFunc("GET /api/v4/projects/{id}", func(w http.ResponseWriter, r *http.Request) {
		v := map[string]any{"id": json.Number(r.PathValue("id")), "path_with_namespace": "cinder/p" + r.PathValue("id"), "visibility": "public"}
		if licences[r.PathValue("id")] != "" {
			v["license_url"] = "https://x.example/p/-/blob/main/LICENSE"
		}
		send(w, v)
	})
	mux.HandleFunc("GET /api/v4/projects/{id}/repository/files/{file}/raw", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, licences[r.PathValue("id")])
	})
	mux.HandleFunc("GET /api/v3/orgs/{path}/repos", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("path") != "cinder" {
			http.NotFound(w, r)
			return
		}
		if r.URL.Query().Get("page") == "1" {
			w.Header().Set("Link", `<https://x.example?page=2>; rel="next"`)
		}
		send(w, []map[string]any{{"full_name": "cinder/" + r.URL.Query().Get("page"), "html_url": "https://x.example"}})
	})
	mux.HandleFunc("GET /api/v3/repos/cinder/{id}/license", func(w http.ResponseWriter, r *http.Request) {
		if licences[r.PathValue("id")] == "" {
			http.NotFound(w, r)
			return
		}
		send(w, map[string]any{"encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(licences[r.PathValue("id")]))})
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

const openSource = `kind: program
name: oss
title: Open source
team: programs
sections: [{ title: Projects, questions: [{ field: application-repository, required: true }] }]
verify:
  checks:
    - name: licence
      title: Every project has an OSI licence
      kind: repositories
      field: application-repository
      hosts:
        - { host: gitlab.example, software: gitlab, api: URL/api/v4 }
        - { host: github.example, software: github, api: URL/api/v3 }
decision: { calendar: office-hours, approve_when: application.verified && application.found.licence_public >= 1 }
`

// send sends an application of somebody whose address is known, and returns it.
func (w *world) send(name string, in program.Sent, answers map[string][]string) (a *program.Application) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) (err error) {
		p := w.Programs.Config().Named(name)
		in.Filled = w.Programs.Fill(nil, p, &program.Application{}, answers)
		a, err = w.Programs.Send(ctx, tx, p, 0, in, true)
		return err
	})
	w.Settle()
	return w.one(a.ID)
}

func sentBy(n int) program.Sent {
	return program.Sent{Nonce: fmt.Sprint("nonce", n), Name: fmt.Sprint("Applicant ", n), Email: fmt.Sprintf("a%d@x%d.example", n, n), Organization: fmt.Sprint("Organization ", n), Website: fmt.Sprintf("x%d.example", n)}
}

func TestEveryProjectNeedsALicence(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		good, bad := forgeServer(t, mit()), forgeServer(t, "All rights reserved. See the MIT licence for what we do not grant.")
		n := 0
		for _, c := range []struct {
			server, address string
			state           program.State
			say             string
		}{
			{good.URL, "https://gitlab.example/cinder", program.Approved, ""},
			{good.URL, "github.example/cinder", program.Approved, ""},
			{bad.URL, "https://gitlab.example/cinder", program.Review, "These have none that we recognise: cinder/p2"},
			{bad.URL, "https://github.example/cinder", program.Review, "none that we recognise: cinder/2"},
			{good.URL, "https://gitlab.example/nobody", program.Review, "There is nothing to see at gitlab.example/nobody"},
			{good.URL, "https://elsewhere.example/cinder", program.Review, "Give the address of a group or project at gitlab.example or github.example"},
		} {
			n++
			w.Apply(strings.ReplaceAll(openSource, "URL", c.server))
			a := w.send("oss", sentBy(n), map[string][]string{"repository": {c.address}})
			if a.State != c.state || c.say != "" && (len(a.Reasons) != 1 || !strings.Contains(a.Reasons[0].Say, c.say)) {
				t.Errorf("%s: %s %+v", c.address, a.State, a.Reasons)
			}
		}
	})
}

func TestAForgeThatIsDownDecidesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusBadGateway) }))
		defer down.Close()
		w.Apply(strings.ReplaceAll(openSource, "URL", down.URL))
		a := w.send("oss", sentBy(1), map[string][]string{"repository": {"gitlab.example/cinder"}})
		if a.State != program.Verifying {
			t.Fatal(a.State)
		}
		for range 8 {
			w.Clock.Advance(2 * time.Hour)
			w.Settle()
		}
		if a = w.one(a.ID); a.State != program.Review {
			t.Error(a.State)
		}
	})
}

const outside = `kind: program
name: outside
title: Outside
team: programs
verify:
  checks:
    - { name: other, title: Another system, kind: external, url: "URL", secret: env:STEWARD_TEST_VERIFIER, timeout: 48h }
decision: { calendar: office-hours, approve_when: application.verified }
`

func TestAVerifierMayAnswerOnceForgedOrNever(t *testing.T) {
	raw := bytes.Repeat([]byte("k"), 32)
	t.Setenv("STEWARD_TEST_VERIFIER", "whsec_"+base64.StdEncoding.EncodeToString(raw))
	sign, err := standardwebhooks.NewWebhookRaw(raw)
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, w *world) {
		asked := make(chan string, 10)
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if err := sign.VerifyIgnoringTimestamp(body, r.Header); err != nil {
				t.Error(err)
			}
			asked <- r.Header.Get("webhook-id")
			rw.WriteHeader(http.StatusAccepted)
		}))
		defer s.Close()
		w.Apply(strings.ReplaceAll(outside, "URL", s.URL))
		a := w.send("outside", sentBy(1), nil)
		key := <-asked
		answer := func(key, body string, at time.Time, secret *standardwebhooks.Webhook) int {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/hooks/verifications/"+key, strings.NewReader(body))
			signature, _ := secret.Sign(key, at, []byte(body))
			req.Header.Set("webhook-id", key)
			req.Header.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
			req.Header.Set("webhook-signature", signature)
			res, err := w.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			return res.StatusCode
		}
		forger, _ := standardwebhooks.NewWebhookRaw(bytes.Repeat([]byte("f"), 32))
		for _, c := range []struct {
			what      string
			got, want int
		}{
			{"forged", answer(key, `{"state":"passed"}`, w.Clock.Now(), forger), http.StatusUnauthorized},
			{"old", answer(key, `{"state":"passed"}`, w.Clock.Now().Add(-time.Hour), sign), http.StatusUnauthorized},
			{"of nothing", answer("nothing", `{"state":"passed"}`, w.Clock.Now(), sign), http.StatusNotFound},
			{"no verdict", answer(key, `{"state":"running"}`, w.Clock.Now(), sign), http.StatusUnprocessableEntity},
		} {
			if c.got != c.want {
				t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
			}
		}
		if got := w.one(a.ID); got.State != program.Verifying {
			t.Fatal(got.State)
		}
		for range 2 {
			if got := answer(key, `{"state":"passed","say":"Known there."}`, w.Clock.Now(), sign); got != http.StatusOK {
				t.Error(got)
			}
		}
		w.Settle()
		if got := w.one(a.ID); got.State != program.Approved {
			t.Error(got.State)
		}
		if n := w.Count(`SELECT count(*) FROM events WHERE verb = 'application.approved'`); n != 1 {
			t.Error(n)
		}
		silent := w.send("outside", sentBy(2), nil)
		w.Clock.Advance(49 * time.Hour)
		w.Settle()
		if got := w.one(silent.ID); got.State != program.Review {
			t.Error("the verifier never answered:", got.State)
		}
	})
}
