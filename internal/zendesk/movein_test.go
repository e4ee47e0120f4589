package zendesk_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/zendesk"
)

// company fills a source with some of everything.
func (w *world) company() {
	w.t.Helper()
	must := func(a answer, status int) answer {
		w.t.Helper()
		if a.status != status {
			w.t.Fatalf("the source: %d %s", a.status, a.body)
		}
		return a
	}
	group := w.call("admin", "GET", "/groups.json", nil).id("groups", 0, "id")
	f := must(w.call("admin", "POST", "/ticket_fields", obj{"ticket_field": obj{"type": "tagger", "title": "Area", "custom_field_options": []obj{{"name": "Billing", "value": "billing"}, {"name": "API", "value": "api"}}}}), 201).id("ticket_field", "id")
	detail := must(w.call("admin", "POST", "/ticket_fields", obj{"ticket_field": obj{"type": "text", "title": "Invoice"}}), 201).id("ticket_field", "id")
	must(w.call("admin", "POST", "/ticket_forms", obj{"ticket_form": obj{"name": "Complaints", "end_user_visible": true, "ticket_field_ids": []int64{f, detail},
		"agent_conditions":    []obj{{"parent_field_id": f, "value": "billing", "child_fields": []obj{{"id": detail, "is_required": true, "required_on_statuses": obj{"type": "SOME_STATUSES", "statuses": []string{"solved"}}}}}},
		"end_user_conditions": []obj{{"parent_field_id": f, "value": "api", "child_fields": []obj{{"id": detail, "is_required": false}}}}}}), 201)
	must(w.call("admin", "POST", "/triggers", obj{"trigger": obj{"title": "Billing is for the first group", "conditions": obj{"all": []obj{{"field": fmt.Sprintf("custom_fields_%d", f), "operator": "is", "value": "billing"}}},
		"actions": []obj{{"field": "group_id", "value": fmt.Sprint(group)}}}}), 201)
	must(w.call("admin", "POST", "/automations", obj{"automation": obj{"title": "Close in the end", "conditions": obj{"all": []obj{{"field": "SOLVED", "operator": "is", "value": 96}}}, "actions": []obj{{"field": "status", "value": "closed"}}}}), 201)
	must(w.call("admin", "POST", "/macros", obj{"macro": obj{"title": "Thanks", "actions": []obj{{"field": "comment_value", "value": "Thank you, {{ticket.requester.name}}."}}}}), 201)
	must(w.call("admin", "POST", "/brands", obj{"brand": obj{"name": "Second"}}), 201)
	org := must(w.call("admin", "POST", "/organizations", obj{"organization": obj{"name": "Globex", "domain_names": []string{"globex.example"}, "external_id": "crm-7"}}), 201).id("organization", "id")
	for n := range 3 {
		user := must(w.call("admin", "POST", "/users", obj{"user": obj{"name": fmt.Sprintf("Customer %d", n), "email": fmt.Sprintf("customer%d@globex.example", n), "organization_id": org}}), 201).id("user", "id")
		for i := range 4 {
			w.Clock.Advance(3600e9)
			t := must(w.call("admin", "POST", "/tickets", obj{"ticket": obj{"subject": fmt.Sprintf("Ticket %d of customer %d 🙂", i, n), "requester_id": user, "tags": []string{"one", "two"}, "priority": "high", "type": "incident",
				"external_id": fmt.Sprintf("ext-%d-%d", n, i), "custom_fields": []obj{{"id": f, "value": "api"}}, "comment": obj{"body": "It does not work.", "author_id": user}}}), 201).id("ticket", "id")
			up, err := http.NewRequestWithContext(w.t.Context(), "POST", w.url+"/api/v2/uploads.json?filename=log.json", strings.NewReader(fmt.Sprintf(`{"n": %d}`, i)))
			if err != nil {
				w.t.Fatal(err)
			}
			up.Header.Set("Content-Type", "application/json")
			up.Header.Set("Authorization", "Bearer "+w.tokens["admin"])
			token := must(w.send(up), 201).get("upload", "token")
			w.Clock.Advance(60e9)
			must(w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", t), obj{"ticket": obj{"status": "pending", "comment": obj{"body": "Which version?", "public": true, "uploads": []any{token}}}}), 200)
			w.Clock.Advance(60e9)
			must(w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", t), obj{"ticket": obj{"status": []string{"open", "hold", "solved", "pending"}[i], "comment": obj{"body": "Asked around.", "public": false}}}), 200)
		}
	}
	solved := w.call("admin", "GET", "/tickets.json?external_id=ext-2-2", nil)
	var rater act.Actor
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		rater, err = w.Auth.As(ctx, tx, solved.id("tickets", 0, "requester_id"))
		return err
	})
	w.tokens["rater"] = w.TokenFor(rater, "*")
	must(w.call("rater", "POST", fmt.Sprintf("/tickets/%d/satisfaction_rating", solved.id("tickets", 0, "id")), obj{"satisfaction_rating": obj{"score": "good", "comment": "Quick and kind"}}), 200)
	w.Settle()
	w.Clock.Advance(600e9)
}

// beside are a form's conditions and the answers of requesters, in words that do not depend on ids.
func (w *world) beside() (out []string) {
	titles := map[float64]string{}
	list, _ := w.call("admin", "GET", "/ticket_fields.json?per_page=100", nil).get("ticket_fields").([]any)
	for _, one := range list {
		f, _ := one.(obj)
		titles[f["id"].(float64)] = fmt.Sprint(f["title"])
	}
	forms := w.call("admin", "GET", "/ticket_forms.json", nil)
	all, _ := forms.get("ticket_forms").([]any)
	for _, one := range all {
		f, _ := one.(obj)
		for _, member := range []string{"agent_conditions", "end_user_conditions"} {
			conditions, _ := f[member].([]any)
			for _, c := range conditions {
				c, _ := c.(obj)
				children, _ := c["child_fields"].([]any)
				for _, child := range children {
					child, _ := child.(obj)
					out = append(out, fmt.Sprint(f["name"], " ", member, " ", titles[c["parent_field_id"].(float64)], c["value"], titles[child["id"].(float64)], child["is_required"], child["required_on_statuses"]))
				}
			}
		}
	}
	ratings := w.call("admin", "GET", "/satisfaction_ratings.json", nil)
	answers, _ := ratings.get("satisfaction_ratings").([]any)
	for _, one := range answers {
		r, _ := one.(obj)
		out = append(out, fmt.Sprint(r["score"], r["comment"], r["created_at"], r["updated_at"]))
	}
	return out
}

// newTarget is an empty instance to move into.
func newTarget(t *testing.T, e db.Engine, at *apptest.Clock) *world {
	i := apptest.New(t, apptest.Options(t, e))
	i.Clock.Set(at.Now())
	w := &world{Instance: i, t: t, tokens: map[string]string{"admin": i.Token}}
	w.url = i.Serve().URL
	return w
}

// TestACompanyMovesIn moves a Steward into a Steward through /api/v2 and compares everything, with a source
// that throttles, fails and breaks off on the way.
func TestACompanyMovesIn(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			to := newTarget(t, e, from.Clock)

			target, err := url.Parse(from.url)
			if err != nil {
				t.Fatal(err)
			}
			var calls atomic.Int64
			var broken atomic.Bool
			proxy := httputil.NewSingleHostReverseProxy(target)
			direct := proxy.Director
			proxy.Director = func(r *http.Request) { host := r.Host; direct(r); r.Host = host } // links lead back through it
			flaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n := calls.Add(1)
				switch {
				case broken.Load() && n > 30:
					w.WriteHeader(http.StatusBadGateway)
				case n%7 == 0:
					w.Header().Set("Retry-After", "0")
					w.WriteHeader(http.StatusTooManyRequests)
				case n%11 == 0:
					w.Header().Set("Retry-After", "0")
					w.WriteHeader(http.StatusServiceUnavailable)
				default:
					proxy.ServeHTTP(w, r)
				}
			}))
			defer flaky.Close()
			source, err := zendesk.NewSource(flaky.URL, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			broken.Store(true)
			zendesk.Hurry(source)
			if steps, err := to.Zendesk.Move(source, to.Root(), nil).Run(t.Context()); err == nil {
				t.Fatalf("a source that breaks off is no whole move: %v", steps)
			}
			broken.Store(false)
			move := to.Zendesk.Move(source, to.Root(), nil)
			steps, err := move.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			moved := map[string]zendesk.Step{}
			for _, s := range steps {
				moved[s.Name] = s
				if s.Failed > 0 {
					t.Errorf("%s: %d failed", s.Name, s.Failed)
				}
			}
			if moved["tickets"].Moved != 12 || moved["organizations"].Moved != 1 {
				t.Errorf("moved: %+v", steps)
			}
			var problems []string
			if err := move.Problems(t.Context(), func(p zendesk.MoveProblem) error {
				problems = append(problems, fmt.Sprint(p))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			t.Logf("reported: %q", problems)
			compare(t, from, to)

			before := calls.Load()
			again, err := to.Zendesk.Move(source, to.Root(), nil).Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range again {
				if s.Moved != moved[s.Name].Moved || s.Failed != moved[s.Name].Failed {
					t.Errorf("a second run: %+v, before %+v", s, moved[s.Name])
				}
			}
			t.Logf("a second run made %d calls", calls.Load()-before)
			compare(t, from, to)
			to.Settle()
			if n := len(to.Peer.All()); n != 0 {
				t.Errorf("%d mails left while moving in", n)
			}
		})
	}
}

// compare looks at every ticket, message and file of both.
func compare(t *testing.T, from, to *world) {
	t.Helper()
	tickets := func(w *world) map[string]obj {
		out := map[string]obj{}
		a := w.call("admin", "GET", "/tickets.json?per_page=100&include=users", nil)
		list, _ := a.get("tickets").([]any)
		for _, one := range list {
			t, _ := one.(obj)
			out[fmt.Sprint(t["external_id"])] = t
		}
		return out
	}
	if x, y := from.beside(), to.beside(); !slices.Equal(x, y) || len(x) < 3 {
		t.Errorf("beside the tickets\n%q\nbecame\n%q", x, y)
	}
	theirs, ours := tickets(from), tickets(to)
	fromPeople, toPeople := from.emails(), to.emails()
	if len(theirs) != 12 || len(ours) != 12 {
		t.Fatalf("%d tickets there, %d here", len(theirs), len(ours))
	}
	for id, a := range theirs {
		b := ours[id]
		for _, member := range []string{"subject", "status", "priority", "type", "tags", "created_at", "updated_at", "description"} {
			if fmt.Sprint(a[member]) != fmt.Sprint(b[member]) {
				t.Errorf("%s: %s was %v and is %v", id, member, a[member], b[member])
			}
		}
		if fromPeople[a["requester_id"].(float64)] != toPeople[b["requester_id"].(float64)] {
			t.Errorf("%s: requester %v became %v", id, a["requester_id"], b["requester_id"])
		}
		x, y := from.messages(a["id"], fromPeople), to.messages(b["id"], toPeople)
		if !slices.Equal(x, y) {
			t.Errorf("%s: messages\n%q\nbecame\n%q", id, x, y)
		}
		if x, y := from.pastOf(a["id"], fromPeople), to.pastOf(b["id"], toPeople); !slices.Equal(x, y) {
			t.Errorf("%s: changes\n%q\nbecame\n%q", id, x, y)
		}
	}
}

// pastOf are the changes of a ticket's fields with their authors and times, in words that do not depend on ids.
func (w *world) pastOf(ticket any, people map[float64]string) (out []string) {
	list, _ := w.call("admin", "GET", fmt.Sprintf("/tickets/%.0f/audits.json", ticket), nil).get("audits").([]any)
	for _, one := range list {
		a, _ := one.(obj)
		author, _ := a["author_id"].(float64)
		events, _ := a["events"].([]any)
		n := len(out)
		for _, e := range events {
			if ev, _ := e.(obj); ev["type"] == "Change" && ev["field_name"] != "external_id" && !strings.HasSuffix(fmt.Sprint(ev["field_name"]), "_id") {
				out = append(out, fmt.Sprint(a["created_at"], people[author], ev["field_name"], ev["previous_value"], ev["value"]))
			}
		}
		slices.Sort(out[n:]) // what changed at once has no order
	}
	return out
}

// messages are a ticket's, in words that do not depend on ids.
func (w *world) messages(ticket any, people map[float64]string) (out []string) {
	a := w.call("admin", "GET", fmt.Sprintf("/tickets/%.0f/comments.json", ticket), nil)
	list, _ := a.get("comments").([]any)
	for _, one := range list {
		c, _ := one.(obj)
		author, _ := c["author_id"].(float64)
		text := fmt.Sprint(c["created_at"], people[author], c["public"], c["plain_body"])
		files, _ := c["attachments"].([]any)
		for _, f := range files {
			file, _ := f.(obj)
			req, _ := http.NewRequestWithContext(context.Background(), "GET", fmt.Sprint(file["content_url"]), nil)
			req.Header.Set("Authorization", "Bearer "+w.tokens["admin"])
			text += fmt.Sprintf(" %v=%s", file["file_name"], w.send(req).body)
		}
		out = append(out, text)
	}
	return out
}

// TestWhatGoesOnThereIsTakenIn: a ticket that moved and went on there is brought up to date, unless somebody
// changed it here.
func TestWhatGoesOnThereIsTakenIn(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e)
			to := newTarget(t, e, from.Clock)
			source, err := zendesk.NewSource(from.url, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			run := func() (s zendesk.Step, problems []string) {
				to.Clock.Set(from.Clock.Now())
				move := to.Zendesk.Move(source, to.Root(), nil)
				steps, err := move.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if err := move.Problems(t.Context(), func(p zendesk.MoveProblem) error { problems = append(problems, p.Kind+" "+p.What); return nil }); err != nil {
					t.Fatal(err)
				}
				return steps[slices.IndexFunc(steps, func(s zendesk.Step) bool { return s.Name == "tickets" })], problems
			}
			run()
			find := func(w *world, external string) int64 {
				return w.call("admin", "GET", "/tickets.json?external_id="+external, nil).id("tickets", 0, "id")
			}
			for _, w := range []*world{from, to} {
				if find(w, "ext-1-0") == 0 || find(w, "ext-1-1") == 0 {
					t.Fatal("there are no such tickets")
				}
			}
			from.Clock.Advance(3600e9)
			if a := from.call("agent", "PUT", fmt.Sprintf("/tickets/%d", find(from, "ext-1-0")), obj{"ticket": obj{"status": "solved", "tags": []string{"three"}, "priority": "low", "brand_id": from.brand("Second"), "custom_fields": []obj{{"id": from.call("admin", "GET", "/ticket_fields", nil).id("ticket_fields", 0, "id"), "value": nil}},
				"comment": obj{"body": "Done now.", "public": true}}}); a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			for _, w := range []*world{from, to} {
				w.Clock.Advance(60e9)
				if a := w.call("admin", "PUT", fmt.Sprintf("/tickets/%d", find(w, "ext-1-1")), obj{"ticket": obj{"priority": "urgent"}}); a.status != 200 {
					t.Fatalf("%d %s", a.status, a.body)
				}
			}
			from.Clock.Advance(60e9)
			from.call("agent", "PUT", fmt.Sprintf("/tickets/%d", find(from, "ext-1-1")), obj{"ticket": obj{"subject": "Other words"}})
			from.Settle()
			from.Clock.Advance(600e9)
			s, problems := run()
			if s.More != 1 || s.Moved != 12 {
				t.Errorf("%+v", s)
			}
			if len(problems) == 0 || !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, "changed here, too") }) {
				t.Errorf("reported: %q", problems)
			}
			a := to.call("admin", "GET", fmt.Sprintf("/tickets/%d", find(to, "ext-1-0")), nil)
			if a.get("ticket", "status") != "solved" || a.get("ticket", "priority") != "low" || a.id("ticket", "brand_id") != to.brand("Second") || fmt.Sprint(a.get("ticket", "tags")) != "[three]" {
				t.Errorf("it went on as %s", a.body)
			}
			if b := to.call("admin", "GET", fmt.Sprintf("/tickets/%d", find(to, "ext-1-1")), nil); b.get("ticket", "subject") == "Other words" {
				t.Errorf("what was changed here was written over: %s", b.body)
			}
			people := map[float64]string{}
			c := to.messages(float64(find(to, "ext-1-0")), people)
			if len(c) != 4 || !strings.Contains(c[3], "Done now.") {
				t.Errorf("messages: %q", c)
			}
			before, after := from.pastOf(float64(find(from, "ext-1-0")), people), to.pastOf(float64(find(to, "ext-1-0")), people)
			if !slices.Equal(before, after) || len(after) < 5 {
				t.Errorf("changes\n%q\nbecame\n%q", before, after)
			}
			if again, _ := run(); again.More != 0 {
				t.Errorf("again: %+v", again)
			}
			to.Settle()
			if n := len(to.Peer.All()); n != 0 {
				t.Errorf("%d mails left", n)
			}
			to.Verify()
		})
	}
}

// brand is the id of a brand by its name.
func (w *world) brand(name string) int64 {
	w.t.Helper()
	brands := w.call("admin", "GET", "/brands.json", nil)
	for i := 0; brands.id("brands", i, "id") != 0; i++ {
		if brands.get("brands", i, "name") == name {
			return brands.id("brands", i, "id")
		}
	}
	w.t.Fatalf("no brand %s: %s", name, brands.body)
	return 0
}
