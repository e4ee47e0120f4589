package zendesk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/zendesk"
)

// pairs is a source of records that each have something that belongs to them, named after a round.
func pairs(round int) http.Handler {
	at := "2025-01-01T00:00:00Z"
	address := func(name string) string { return fmt.Sprintf("%s-%d@pairs.example", name, round) }
	name := func(what string) string { return fmt.Sprintf("%s %d", what, round) }
	told := map[string]obj{
		"ticket_fields": {"ticket_fields": []obj{{"id": 1, "type": "text", "title": name("Asked")}, {"id": 3, "type": "tagger", "title": name("Asks"), "custom_field_options": []obj{{"name": "Yes", "value": "yes"}}}}},
		"ticket_forms": {"ticket_forms": []obj{{"id": 1, "name": name("Form"), "end_user_visible": true, "ticket_field_ids": []int{1, 3},
			"agent_conditions": []obj{{"parent_field_id": 3, "value": "yes", "child_fields": []obj{{"id": 1, "is_required": true}, {"id": 2}}}}}}},
		"business_hours/schedules": {"schedules": []obj{{"id": 1, "name": name("Hours"), "time_zone": "Europe/Berlin", "intervals": []obj{{"start_time": 1980, "end_time": 2460}}}}},
		"business_hours/schedules/1/holidays": {"holidays": []obj{{"name": "New year", "start_date": "2027-01-01", "end_date": "2027-01-01"}, {"name": "Labour day", "start_date": "2027-05-01", "end_date": "2027-05-01"},
			{"name": "Never", "start_date": "", "end_date": ""}}},
		"organizations": {"organizations": []obj{{"id": 1, "name": name("First"), "created_at": at, "updated_at": at, "tags": []string{"vip"}}, {"id": 2, "name": name("Second"), "created_at": at, "updated_at": at}}},
		"users": {"users": []obj{{"id": 1, "name": name("Out"), "email": address("out"), "role": "end-user", "external_id": name("out"), "suspended": true, "organization_id": 1, "created_at": at, "updated_at": at},
			{"id": 2, "name": name("Chief"), "email": address("chief"), "role": "admin", "created_at": at, "updated_at": at}, {"id": 3, "name": name("Nowhere"), "role": "end-user", "created_at": at, "updated_at": at},
			{"id": 4, "name": name("Bad"), "email": "no address", "role": "end-user", "created_at": at, "updated_at": at}},
			"identities": []obj{{"id": 1, "user_id": 1, "type": "email", "value": address("out")}, {"id": 2, "user_id": 1, "type": "email", "value": address("home")}, {"id": 3, "user_id": 2, "type": "twitter", "value": "chief"}}},
		"organization_memberships": {"organization_memberships": []obj{{"id": 1, "user_id": 1, "organization_id": 1, "default": true}, {"id": 2, "user_id": 1, "organization_id": 2}}},
		"tickets/1/audits": {"audits": []obj{{"id": 1, "created_at": at, "author_id": 1, "events": []obj{{"id": 1, "type": "Comment", "body": "Look", "public": true, "author_id": 1,
			"attachments": []obj{{"file_name": "gone.png", "content_url": "/files/gone"}}}}}}},
		"webhooks": {"webhooks": []obj{{"id": "01A", "name": name("Hook"), "endpoint": "https://hook.example/in", "http_method": "POST", "request_format": "json", "authentication": obj{"type": "bearer_token"}}}},
	}
	tickets := []obj{{"id": 1, "subject": name("Ticket"), "status": "open", "requester_id": 1, "submitter_id": 1, "created_at": at, "updated_at": at},
		{"id": 2, "subject": name("Of the bad"), "status": "open", "requester_id": 4, "submitter_id": 4, "created_at": at, "updated_at": at}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/v2/"), ".json")
		out, ok := told[path]
		switch {
		case ok:
		case path == "incremental/tickets/cursor" && r.URL.Query().Get("cursor") == "":
			out = obj{"tickets": tickets, "after_cursor": "end", "end_of_stream": true}
		case path == "incremental/tickets/cursor":
			out = obj{"tickets": []obj{}, "after_cursor": "end", "end_of_stream": true}
		case path == "tickets/show_many":
			out = obj{"tickets": slices.DeleteFunc(slices.Clone(tickets), func(t obj) bool {
				return !slices.Contains(strings.Split(r.URL.Query().Get("ids"), ","), fmt.Sprint(t["id"]))
			})}
		case strings.HasPrefix(path, "users/show_many"):
			out = told["users"]
		case strings.HasPrefix(path, "incremental/"), strings.HasPrefix(path, "files/"), strings.Contains(path, "count"):
			http.NotFound(w, r)
			return
		default:
			name := strings.Replace(path[strings.LastIndex(path, "/")+1:], "policies", "sla_policies", 1)
			out = obj{name: []obj{}}
		}
		_ = json.NewEncoder(w).Encode(out)
	})
}

// TestNothingIsLeftHalf cuts a move off before its writes, as a machine that stops does; the next run brings over the rest,
// and what belongs to a record is here with it. Each engine takes every second write, both together take all.
func TestNothingIsLeftHalf(t *testing.T) {
	for n, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := apptest.New(t, apptest.Options(t, e))
			var power dbtest.Power
			i.DB.Observe(power.Watch)
			w := &world{Instance: i, t: t, tokens: map[string]string{"admin": i.Token}}
			w.url = i.Serve().URL
			for round := 0; ; round++ {
				server := httptest.NewServer(pairs(round))
				source, err := zendesk.NewSource(server.URL, "", "token", nil)
				if err != nil {
					t.Fatal(err)
				}
				zendesk.Hurry(source)
				power.Seen.Store(0)
				power.At.Store(int64(4*round + 2*n + 1)) // a write has two moments
				ended := make(chan bool)
				go func() {
					whole := false
					defer func() { ended <- whole }()
					_, err := w.Zendesk.Move(source, w.Root(), nil).Run(t.Context())
					whole = err == nil
				}()
				whole := <-ended
				if whole == power.Off.Load() {
					t.Fatalf("cut off in round %d: %v", round, whole)
				}
				power.At.Store(0)
				power.Off.Store(false)
				if err := i.Blueprint.Refresh(t.Context()); err != nil { // as a machine that starts
					t.Fatal(err)
				}
				move := w.Zendesk.Move(source, w.Root(), nil)
				if _, err := move.Run(t.Context()); err != nil {
					t.Fatalf("cut off in round %d: %v", round, err)
				}
				var told []string
				if err := move.Problems(t.Context(), func(p zendesk.MoveProblem) error { told = append(told, p.Kind+" "+p.Theirs+" "+p.What); return nil }); err != nil {
					t.Fatal(err)
				}
				w.whole(round, strings.Join(told, "\n"))
				server.Close()
				if t.Failed() {
					t.Fatalf("cut off in round %d", round)
				}
				if whole {
					if round < 15 {
						t.Errorf("it was cut off %d times only", round)
					}
					break
				}
			}
			w.Verify()
		})
	}
}

// whole looks at what a round's records are here.
func (w *world) whole(round int, told string) {
	w.t.Helper()
	out := w.call("admin", "GET", fmt.Sprintf("/users/search.json?external_id=out+%d", round), nil)
	if out.get("users", 0, "suspended") != true {
		w.t.Errorf("whoever is suspended there is not here: %s", out.body)
	}
	if n := len(w.list(fmt.Sprintf("/users/%d/identities", out.id("users", 0, "id")), "identities")); n != 2 {
		w.t.Errorf("%d addresses", n)
	}
	schedules := w.list("/business_hours/schedules", "schedules")
	n := slices.IndexFunc(schedules, func(s obj) bool { return s["name"] == fmt.Sprint("Hours ", round) })
	if n < 0 || len(w.list(fmt.Sprintf("/business_hours/schedules/%.0f/holidays", schedules[n]["id"]), "holidays")) != 2 {
		w.t.Error("a schedule without its holidays")
	}
	for _, l := range []struct{ path, member, by, name string }{{"/ticket_forms", "ticket_forms", "name", "Form"}, {"/webhooks", "webhooks", "name", "Hook"}} {
		same := 0
		for _, r := range w.list(l.path, l.member) {
			if r[l.by] == fmt.Sprint(l.name, " ", round) {
				same++
			}
		}
		if same != 1 {
			w.t.Errorf("%d %s of one", same, l.member)
		}
	}
	for _, why := range []string{"user 2 \"Chief", "is an administrator there", "chief", "user 3 \"Nowhere", "user 4 \"Bad", "organization_membership 2 ", "schedule 1 ", "the holiday \"Never\" is not carried over",
		"ticket_form 1 ", "a condition names a field", "ticket 1 the file \"gone.png\"", "ticket 2 \"Of the bad", "what lets its requests in (bearer_token)", "switched off until its secret is set"} {
		if strings.Count(told, why) == 0 {
			w.t.Errorf("not reported: %s, of\n%s", why, told)
		}
	}
}
