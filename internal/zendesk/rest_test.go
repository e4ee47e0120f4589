package zendesk_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/api"
	"steward/internal/db"
)

// TestSessionsOfOnesOwn: whoever comes with a browser's cookie sees where they are signed in and ends it.
func TestSessionsOfOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		secret := ""
		me := w.call("agent", "GET", "/users/me", nil).id("user", "id")
		w.Write(func(ctx context.Context, tx db.Tx) (err error) {
			secret, err = w.Auth.OpenSession(ctx, tx, act.Actor{Kind: act.Person, PersonID: me, Clock: w.Clock.Now}, "A browser")
			return err
		})
		ask := func(method, path string) answer {
			req, _ := http.NewRequestWithContext(t.Context(), method, w.url+"/api/v2"+path, nil)
			req.AddCookie(api.SessionCookie("", secret))
			req.Header.Set("Origin", w.url)
			return w.send(req)
		}
		one := ask("GET", "/users/me/session.json")
		id := one.id("session", "id")
		if one.status != 200 || id == 0 || one.id("session", "user_id") != me {
			t.Fatalf("%d %s", one.status, one.body)
		}
		if a := ask("GET", "/sessions.json"); a.get("count") != 2.0 || !strings.Contains(string(a.body), str(id)) { // one is of signing up
			t.Errorf("%s", a.body)
		}
		if a := w.call("agent", "GET", fmt.Sprintf("/users/%d/sessions/%d.json", me, id), nil); a.id("session", "id") != id {
			t.Errorf("with a token: %s", a.body)
		}
		if a := w.call("admin", "GET", fmt.Sprintf("/users/%d/sessions", me), nil); a.status != 403 {
			t.Errorf("somebody else's: %d", a.status)
		}
		if a := w.call("agent", "GET", "/users/me/session", nil); a.status != 404 {
			t.Errorf("a token has none: %d", a.status)
		}
		if a := w.call("agent", "DELETE", fmt.Sprintf("/users/%d/sessions/%d.json", me, id), nil); a.status != 204 {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := ask("GET", "/users/me/session.json"); a.status != 401 {
			t.Errorf("it has ended: %d", a.status)
		}
	})
}

// TestActivities: an assignment is an activity of who it was assigned to, and of nobody else.
func TestActivities(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.call("agent", "GET", "/users/me", nil).id("user", "id")
		ticket := w.call("admin", "POST", "/tickets", obj{"ticket": obj{"subject": "Yours", "comment": obj{"body": "Please"}, "assignee_id": me}}).id("ticket", "id")
		w.Settle()
		a := w.call("agent", "GET", "/activities.json", nil)
		id := a.id("activities", 0, "id")
		if a.status != 200 || a.get("activities", 0, "verb") != "tickets.assignment" || a.id("activities", 0, "target", "ticket", "id") != ticket {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if b := w.call("agent", "GET", fmt.Sprintf("/activities/%d", id), nil); b.id("activity", "id") != id {
			t.Errorf("%s", b.body)
		}
		if b := w.call("agent", "GET", "/activities/count", nil); b.get("count", "value") != 1.0 {
			t.Errorf("%s", b.body)
		}
		if b := w.call("agent", "GET", "/activities?since=2999-01-01T00:00:00Z", nil); len(b.get("activities").([]any)) != 0 {
			t.Errorf("%s", b.body)
		}
		for path, status := range map[string]int{"/activities?since=x": 400, "/activities/x": 400, "/activities/999999": 404} {
			if b := w.call("agent", "GET", path, nil); b.status != status {
				t.Errorf("%s: %d", path, b.status)
			}
		}
		if b := w.call("admin", "GET", fmt.Sprintf("/activities/%d", id), nil); b.status != 404 {
			t.Errorf("somebody else's: %d", b.status)
		}
		if b := w.call("customer", "GET", "/activities", nil); b.status != 403 {
			t.Errorf("a customer: %d", b.status)
		}
	})
}

// TestMetricEvents: what clocks did is told from a time on, each promise beside its beginning.
func TestMetricEvents(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: calendar\nname: always\ntitle: Always\ntime_zone: UTC\nhours:\n  mon: [[\"00:00\", \"24:00\"]]\n  tue: [[\"00:00\", \"24:00\"]]\n  wed: [[\"00:00\", \"24:00\"]]\n  thu: [[\"00:00\", \"24:00\"]]\n  fri: [[\"00:00\", \"24:00\"]]\n  sat: [[\"00:00\", \"24:00\"]]\n  sun: [[\"00:00\", \"24:00\"]]\n---\nkind: sla\nname: quick\ntitle: Quick\norder: 1\ntargets:\n  - { metric: first_reply, priority: normal, within: 30m, calendar: always }\n")
		id := w.call("admin", "POST", "/tickets", obj{"ticket": obj{"subject": "Quick", "requester": obj{"name": "R", "email": "r@acme.example"}, "comment": obj{"body": "Please"}}}).id("ticket", "id")
		w.Clock.Advance(time.Hour)
		w.Settle()
		if a := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"comment": obj{"body": "Here"}}}); a.status != 200 {
			t.Fatalf("%s", a.body)
		}
		w.Settle()
		w.Clock.Advance(2 * time.Minute)
		a := w.call("admin", "GET", "/incremental/ticket_metric_events.json?start_time=0", nil)
		var types []string
		list, _ := a.get("ticket_metric_events").([]any)
		for i := range list {
			if a.id("ticket_metric_events", i, "ticket_id") == id {
				types = append(types, fmt.Sprint(a.get("ticket_metric_events", i, "metric"), " ", a.get("ticket_metric_events", i, "type")))
			}
		}
		for _, want := range []string{"reply_time activate", "reply_time apply_sla", "reply_time breach", "reply_time fulfill"} {
			if !slices.Contains(types, want) {
				t.Errorf("no %s in %q: %s", want, types, a.body)
			}
		}
		if a.get("end_of_stream") != true || !strings.Contains(string(a.body), `"target":30,`) {
			t.Errorf("%s", a.body)
		}
		if b := w.call("admin", "GET", "/incremental/ticket_metric_events?start_time="+str(a.id("end_time")), nil); b.status == 200 && b.get("count") != 0.0 {
			t.Errorf("told twice: %s", b.body)
		}
		for who, status := range map[string]int{"customer": 403, "nobody": 401} {
			if b := w.call(who, "GET", "/incremental/ticket_metric_events?start_time=0", nil); b.status != status {
				t.Errorf("%s: %d", who, b.status)
			}
		}
	})
}

// TestEveryAttemptIsTold: a delivery that failed once has two attempts, the newest first.
func TestEveryAttemptIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var n atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			if n.Add(1) == 1 {
				rw.WriteHeader(503)
			}
			_, _ = fmt.Fprintf(rw, "answer %d", n.Load())
		}))
		defer server.Close()
		hook := w.call("admin", "POST", "/webhooks", obj{"webhook": obj{"name": "Twice", "endpoint": server.URL, "http_method": "POST", "request_format": "json", "status": "active", "subscriptions": []string{"zen:event-type:ticket.created"}}})
		id, _ := hook.get("webhook", "id").(string)
		w.call("admin", "POST", "/tickets", obj{"ticket": obj{"subject": "Told", "comment": obj{"body": "x"}}})
		w.Settle()
		w.Clock.Advance(10 * time.Minute)
		w.Settle()
		calls := w.call("admin", "GET", "/webhooks/"+id+"/invocations?filter[status]=completed", nil)
		call, _ := calls.get("invocations", 0, "id").(string)
		if call == "" {
			t.Fatalf("%s %s", hook.body, calls.body)
		}
		if a := w.call("admin", "GET", "/webhooks/"+id+"/invocations?filter[status]=failed", nil); len(a.get("invocations").([]any)) != 0 {
			t.Errorf("%s", a.body)
		}
		if a := w.call("admin", "GET", "/webhooks/"+id+"/invocations?filter[status]=lost", nil); a.status != 400 {
			t.Errorf("%d", a.status)
		}
		a := w.call("admin", "GET", "/webhooks/"+id+"/invocations/"+call+"/attempts", nil)
		list, _ := a.get("attempts").([]any)
		if len(list) != 2 || a.get("attempts", 0, "status") != "completed" || a.get("attempts", 1, "status_code") != 503.0 || a.get("attempts", 1, "response", "payload") != "answer 1" ||
			a.get("attempts", 0, "response", "payload") != "answer 2" {
			t.Errorf("%s", a.body)
		}
	})
}
