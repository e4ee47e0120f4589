package zendesk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/zendesk"
)

// list is all of a list of the instance, up to a page.
func (w *world) list(path, member string) (out []obj) {
	w.t.Helper()
	a := w.call("admin", "GET", path+".json?per_page=100", nil)
	all, ok := a.get(member).([]any)
	if !ok {
		w.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	for _, one := range all {
		r, _ := one.(obj)
		out = append(out, r)
	}
	return out
}

// titles are the words for every id that a rule or a person may name.
func (w *world) titles() map[string]string {
	out := map[string]string{}
	for _, l := range []struct{ path, member, of, by string }{{"/groups", "groups", "group", "name"}, {"/brands", "brands", "brand", "name"}, {"/ticket_forms", "ticket_forms", "form", "name"},
		{"/organizations", "organizations", "organization", "name"}, {"/users", "users", "person", "email"}, {"/ticket_fields", "ticket_fields", "field", "title"}} {
		for _, r := range w.list(l.path, l.member) {
			out[fmt.Sprintf("%s %.0f", l.of, r["id"])] = fmt.Sprint(r[l.by])
		}
	}
	for _, r := range w.list("/webhooks", "webhooks") { // their ids are texts
		out[fmt.Sprint("webhook ", r["id"])] = fmt.Sprint(r["name"])
	}
	return out
}

// idsIn are the members and fields that hold an id, with what it is of.
var idsIn = map[string]string{"group_id": "group", "notification_group": "group", "brand_id": "brand", "ticket_form_id": "form", "organization_id": "organization", "assignee_id": "person",
	"requester_id": "person", "follower": "person", "cc": "person", "notification_user": "person", "user_id": "person", "notification_webhook": "webhook"}

// worded is a value with words in the place of ids.
func worded(v any, titles map[string]string) any {
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, one := range v {
			out = append(out, worded(one, titles))
		}
		return out
	case obj:
		out := obj{}
		for k, one := range v {
			out[k] = worded(one, titles)
			if title := titles[idsIn[k]+" "+fmt.Sprint(one)]; title != "" {
				out[k] = title
			}
		}
		field, _ := v["field"].(string)
		if id, ok := strings.CutPrefix(field, "custom_fields_"); ok {
			out["field"] = titles["field "+id]
		}
		if of := idsIn[field]; of != "" {
			if all, ok := v["value"].([]any); ok && len(all) > 0 {
				out["value"] = append([]any{titles[of+" "+fmt.Sprint(all[0])] + fmt.Sprint(all[0] == "group_id")}, all[1:]...)
			} else {
				out["value"] = titles[of+" "+fmt.Sprint(v["value"])]
			}
		}
		return out
	}
	return v
}

// everything is what an instance holds beside tickets, in words that do not depend on ids.
func (w *world) everything() []string {
	titles := w.titles()
	var out []string
	for _, l := range []struct {
		path, member string
		tell         []string
	}{
		{"/groups", "groups", []string{"name", "description"}},
		{"/group_memberships", "group_memberships", []string{"user_id", "group_id"}},
		{"/organizations", "organizations", []string{"name", "external_id", "domain_names", "details", "notes", "tags", "organization_fields", "created_at"}},
		{"/users", "users", []string{"name", "email", "external_id", "phone", "role", "notes", "details", "tags", "organization_id", "suspended", "time_zone", "user_fields"}},
		{"/ticket_fields", "ticket_fields", []string{"title", "type", "raw_title", "required", "visible_in_portal", "editable_in_portal"}},
		{"/user_fields", "user_fields", []string{"title", "type", "key"}},
		{"/organization_fields", "organization_fields", []string{"title", "type", "key"}},
		{"/brands", "brands", []string{"name"}},
		{"/webhooks", "webhooks", []string{"name", "endpoint", "http_method", "request_format", "subscriptions", "custom_headers"}},
		{"/business_hours/schedules", "schedules", []string{"name", "time_zone", "intervals"}},
		{"/slas/policies", "sla_policies", []string{"title", "filter", "policy_metrics"}},
		{"/macros", "macros", []string{"title", "active", "actions"}},
		{"/views", "views", []string{"title", "active", "conditions"}},
		{"/triggers", "triggers", []string{"title", "active", "conditions", "actions"}},
		{"/automations", "automations", []string{"title", "active", "conditions", "actions"}},
	} {
		var some []string
		for _, r := range w.list(l.path, l.member) {
			told := obj{}
			for _, name := range l.tell {
				told[name] = r[name]
			}
			b, _ := json.Marshal(worded(told, titles))
			some = append(some, l.member+" "+string(b))
		}
		slices.Sort(some)
		out = append(out, some...)
	}
	return out
}

// TestEverythingBesideTicketsMovesIn: people, organizations, fields and rules are here as they are there, whatever ids
// they have; a rule that names what was left there is left there too, and said so.
func TestEverythingBesideTicketsMovesIn(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			made := func(path, one string, body obj) int64 {
				a := from.call("admin", "POST", path, obj{one: body})
				if a.status != 201 {
					t.Fatalf("%s: %d %s", path, a.status, a.body)
				}
				return a.id(one, "id")
			}
			made("/user_fields", "user_field", obj{"type": "text", "title": "Badge", "key": "badge"})
			made("/organization_fields", "organization_field", obj{"type": "integer", "title": "Seats bought", "key": "seats_bought"})
			org := made("/organizations", "organization", obj{"name": "Initech", "details": "Details", "notes": "Notes", "tags": []string{"vip"}, "organization_fields": obj{"seats_bought": 7}})
			vip := made("/users", "user", obj{"name": "Vera", "email": "vera@initech.example", "external_id": "crm-9", "phone": "+49 30 1234567", "notes": "Calls often", "tags": []string{"loud"}, "organization_id": org,
				"user_fields": obj{"badge": "b-1"}})
			out := made("/users", "user", obj{"name": "Out", "email": "out@initech.example"})
			if a := from.call("admin", "PUT", fmt.Sprintf("/users/%d", out), obj{"user": obj{"suspended": true}}); a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			second, lost := made("/groups", "group", obj{"name": "Second line"}), made("/groups", "group", obj{"name": "Lost"})
			agent := from.call("agent", "GET", "/users/me", nil).id("user", "id")
			made("/group_memberships", "group_membership", obj{"user_id": agent, "group_id": second})
			schedule := made("/business_hours/schedules", "schedule", obj{"name": "Berlin", "time_zone": "Europe/Berlin", "intervals": []obj{{"start_time": 1980, "end_time": 2460}}})
			made(fmt.Sprintf("/business_hours/schedules/%d/holidays", schedule), "holiday", obj{"name": "New year", "start_date": "2027-01-01", "end_date": "2027-01-02"})
			made("/slas/policies", "sla_policy", obj{"title": "For Initech", "filter": obj{"all": []obj{{"field": "organization_id", "operator": "is", "value": org}}},
				"policy_metrics": []obj{{"priority": "high", "metric": "first_reply_time", "target": 60, "business_hours": false}}})
			made("/macros", "macro", obj{"title": "To the second line", "actions": []obj{{"field": "group_id", "value": fmt.Sprint(second)}, {"field": "current_tags", "value": "handed"}}})
			for _, word := range []string{"one", "other"} { // two of a title are two
				made("/macros", "macro", obj{"title": "Twin", "actions": []obj{{"field": "current_tags", "value": word}}})
			}
			made("/views", "view", obj{"title": "Of the second line", "all": []obj{{"field": "group_id", "operator": "is", "value": second}, {"field": "status", "operator": "less_than", "value": "solved"}}, "output": obj{"columns": []string{"subject"}}})
			when := obj{"all": []obj{{"field": "requester_id", "operator": "is", "value": vip}}}
			made("/triggers", "trigger", obj{"title": "Vera", "conditions": when, "actions": []obj{{"field": "follower", "value": fmt.Sprint(agent)}, {"field": "cc", "value": fmt.Sprint(vip)},
				{"field": "notification_group", "value": []string{fmt.Sprint(second), "Vera wrote", "Look at {{ticket.id}}"}}, {"field": "notification_user", "value": []string{fmt.Sprint(agent), "Vera wrote", "Look"}}}})
			hook := from.call("admin", "POST", "/webhooks", obj{"webhook": obj{"name": "Hook", "endpoint": "https://hook.example/in", "http_method": "PUT", "request_format": "form_encoded", "status": "active",
				"custom_headers": obj{"X-Team": "second"}, "subscriptions": []string{"conditional_ticket_events"}, "authentication": obj{"type": "bearer_token", "add_position": "header", "data": obj{"token": "s3cret"}}}})
			made("/webhooks", "webhook", obj{"name": "Told of tickets", "endpoint": "https://hook.example/tickets", "http_method": "POST", "request_format": "json", "status": "active", "subscriptions": []string{"zen:event-type:ticket.created"}})
			made("/triggers", "trigger", obj{"title": "Calls out", "conditions": when, "actions": []obj{{"field": "notification_webhook", "value": []any{hook.get("webhook", "id"), "{}"}}}})
			for n, address := range []string{"vera@home.example", "vera@old.example", "taken@here.example"} {
				made(fmt.Sprintf("/users/%d/identities", vip), "identity", obj{"type": "email", "value": address, "verified": n == 1})
			}
			to := newTarget(t, e, from.Clock)
			for n := 0; ; n++ { // ids of there are others' here
				a := to.call("admin", "POST", "/groups", obj{"group": obj{"name": fmt.Sprintf("Group %d", n)}})
				if id := a.id("group", "id"); id == lost {
					break
				} else if a.status != 201 || id > lost {
					t.Fatalf("no group here has the id %d: %d %s", lost, a.status, a.body)
				}
			}
			for n := range 7 {
				to.call("admin", "POST", "/users", obj{"user": obj{"name": "Other", "email": fmt.Sprintf("other%d@here.example", n)}})
				to.call("admin", "POST", "/organizations", obj{"organization": obj{"name": fmt.Sprintf("Other %d", n)}})
			}
			to.call("admin", "POST", "/users", obj{"user": obj{"name": "Other", "email": "taken@here.example"}})
			here := to.everything()
			want := slices.DeleteFunc(from.everything(), func(s string) bool { return strings.Contains(s, `"Lost"`) })

			// Rules that cannot come: they name a group that is not told, or a target.
			for title, action := range map[string]obj{"To the lost": {"field": "group_id", "value": fmt.Sprint(lost)}, "Mail to the lost": {"field": "notification_group", "value": []string{fmt.Sprint(lost), "a", "b"}},
				"Calls nobody": {"field": "notification_webhook", "value": []any{hook.get("webhook", "id"), "{}"}}} {
				made("/triggers", "trigger", obj{"title": title, "conditions": when, "actions": []obj{action}})
			}
			globex := from.list("/organizations", "organizations")[0]["id"]
			asked := 0 // about memberships
			proxy := through(from, func(path string, body []byte) []byte {
				var all obj
				if json.Unmarshal(body, &all) != nil {
					return body
				}
				list := func(member string) []any { l, _ := all[member].([]any); return l }
				switch strings.TrimSuffix(path, ".json") {
				case "/groups":
					all["groups"] = slices.DeleteFunc(list("groups"), func(g any) bool { return g.(obj)["name"] == "Lost" })
				case "/users":
					all["identities"] = append(list("identities"), obj{"id": 1, "user_id": vip, "type": "phone_number", "value": "+49 30 7654321"}, obj{"id": 2, "user_id": vip, "type": "twitter", "value": "vera_w"},
						obj{"id": 3, "user_id": vip, "type": "phone_number", "value": "+49 30 1234567"})
				case "/organization_memberships":
					if asked++; asked == 1 {
						all["organization_memberships"] = append(list("organization_memberships"), obj{"id": 900001, "user_id": vip, "organization_id": globex, "default": false},
							obj{"id": 900002, "user_id": 900003, "organization_id": globex, "default": true})
					}
				case "/webhooks":
					all["webhooks"] = append(list("webhooks"), obj{"id": "01X", "name": "Told of agents", "endpoint": "https://hook.example/agents", "http_method": "POST", "request_format": "json", "status": "active",
						"subscriptions": []string{"zen:event-type:agent.state_changed"}})
				case "/triggers":
					for _, r := range list("triggers") {
						if t := r.(obj); t["title"] == "Calls nobody" {
							t["actions"] = []obj{{"field": "notification_target", "value": []any{"7", "Look"}}}
						}
					}
				}
				body, _ = json.Marshal(all)
				return body
			})
			defer proxy.Close()
			source, err := zendesk.NewSource(proxy.URL, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			move := to.Zendesk.Move(source, to.Root(), nil)
			if _, err := move.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			var problems []string
			if err := move.Problems(t.Context(), func(p zendesk.MoveProblem) error {
				problems = append(problems, p.Kind+" "+p.Theirs+" "+p.What)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			text := strings.Join(problems, "\n")
			for _, why := range []string{`"To the lost": it names group`, `"Mail to the lost": it names group`, `"Calls nobody": it calls a target`, `"Told of agents": it is told of zen:event-type:agent.state_changed`,
				`"Hook" is switched off until its secret is set`, `"Hook": what lets its requests in (api_key) is not told`, `"Told of tickets" is switched off`,
				`"Vera": the address taken@here.example is not carried over`, `"Vera" is known there by what is no address, which is not carried over: phone_number +49 30 7654321, twitter vera_w`,
				`organization_membership 900001 "Vera <vera@initech.example>" belongs to the organization "Globex", too`, `organization_membership 900002 its person or organization was not brought over`} {
				if !strings.Contains(text, why) {
					t.Errorf("not reported: %s, of\n%s", why, text)
				}
			}
			have := to.everything()
			for _, one := range want {
				if !slices.Contains(have, one) {
					t.Errorf("not here: %s", one)
				}
			}
			for _, one := range have {
				if !slices.Contains(want, one) && !slices.Contains(here, one) && !strings.Contains(one, `"name":"Other`) {
					t.Errorf("came from nowhere: %s", one)
				}
			}
			for _, h := range to.list("/webhooks", "webhooks") {
				if h["status"] != "inactive" {
					t.Errorf("it calls out without anybody having looked: %v", h)
				}
			}
			addresses := []string{}
			for _, i := range to.list(fmt.Sprintf("/users/%.0f/identities", to.call("admin", "GET", "/users/search.json?external_id=crm-9", nil).get("users", 0, "id")), "identities") {
				addresses = append(addresses, fmt.Sprint(i["value"], i["verified"], i["primary"]))
			}
			if !slices.Equal(addresses, []string{"vera@initech.exampletrue true", "vera@home.examplefalse false", "vera@old.exampletrue false"}) {
				t.Errorf("addresses: %q", addresses)
			}
			ours := to.list("/business_hours/schedules", "schedules")
			n := slices.IndexFunc(ours, func(s obj) bool { return s["name"] == "Berlin" })
			if days := to.list(fmt.Sprintf("/business_hours/schedules/%.0f/holidays", ours[n]["id"]), "holidays"); len(days) != 1 || days[0]["start_date"] != "2027-01-01" {
				t.Errorf("holidays: %v", days)
			}
			to.Verify()
		})
	}
}

// TestAPlanWithoutSomeLists: a source that refuses lists its plan does not have is moved without them, which the report
// says until it tells them; one that refuses people is no move.
func TestAPlanWithoutSomeLists(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			to := newTarget(t, e, from.Clock)
			refuses := map[string]int{"/ticket_forms": 403, "/slas/policies": 403, "/business_hours/schedules": 404, "/satisfaction_ratings": 404}
			plain := through(from, func(_ string, body []byte) []byte { return body })
			defer plain.Close()
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if status := refuses[strings.TrimPrefix(r.URL.Path, "/api/v2")]; status != 0 {
					w.WriteHeader(status)
					return
				}
				plain.Config.Handler.ServeHTTP(w, r)
			}))
			defer proxy.Close()
			source, err := zendesk.NewSource(proxy.URL, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			run := func() (steps []zendesk.Step, problems []string, err error) {
				move := to.Zendesk.Move(source, to.Root(), nil)
				steps, err = move.Run(t.Context())
				if err := move.Problems(t.Context(), func(p zendesk.MoveProblem) error {
					if p.Theirs == "" {
						problems = append(problems, p.Kind)
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				slices.Sort(problems)
				return steps, problems, err
			}
			steps, problems, err := run()
			if err != nil || !slices.Equal(problems, []string{"satisfaction_ratings", "schedules", "sla_policies", "ticket_forms"}) {
				t.Fatalf("%v, reported: %q", err, problems)
			}
			if n := slices.IndexFunc(steps, func(s zendesk.Step) bool { return s.Name == "tickets" }); steps[n].Moved != 12 {
				t.Errorf("%+v", steps)
			}
			if _, again, err := run(); err != nil || !slices.Equal(again, problems) {
				t.Errorf("again: %v, reported: %q", err, again)
			}
			refuses = nil
			if _, told, err := run(); err != nil || len(told) != 0 {
				t.Errorf("it tells all now: %v, reported: %q", err, told)
			}
			if x, y := from.beside(), to.beside(); !slices.Equal(x, y) || len(x) < 3 {
				t.Errorf("forms and answers\n%q\nbecame\n%q", x, y)
			}
			for path, want := range map[string]string{"/users": "(403)", "/groups": "Is "} {
				refuses = map[string]int{path: map[string]int{"/users": 403, "/groups": 404}[path]}
				fresh := newTarget(t, e, from.Clock)
				if _, err := fresh.Zendesk.Move(source, fresh.Root(), nil).Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("a source without %s: %v", path, err)
				}
			}
		})
	}
}
