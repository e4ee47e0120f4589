package zendesk_test

import (
	"fmt"
	"strings"
	"testing"
)

// a ticket of the customer, made by the agent.
func (w *world) ticket(fields obj) answer {
	w.t.Helper()
	t := obj{"subject": "Printer on fire", "comment": obj{"body": "It burns."}, "requester": obj{"name": "Customer One", "email": "customer@acme.example"}}
	for k, v := range fields {
		t[k] = v
	}
	a := w.call("agent", "POST", "/tickets.json", obj{"ticket": t})
	if a.status != 201 {
		w.t.Fatalf("create: %d %s", a.status, a.body)
	}
	return a
}

const fieldsText = `kind: field
name: colour
title: Colour
on: ticket
type: dropdown
options: [{ value: s1 }, { value: s2 }]
---
kind: field
name: chairs
title: Chairs
on: ticket
type: integer
see: everyone
edit: everyone
`

func TestTickets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(fieldsText)
		ids := map[string]int64{}
		for _, e := range w.Blueprint.Set().Entries() {
			ids[e.Kind+"/"+e.Name] = e.ID
		}
		agent := w.call("agent", "GET", "/groups.json", nil)
		a := w.ticket(obj{"priority": "high", "tags": []string{"Fire", "big office"}, "external_id": 77, "group_id": agent.id("groups", 0, "id"), "type": "problem",
			"custom_fields": []obj{{"id": ids["field/colour"], "value": "s1"}, {"id": ids["field/chairs"], "value": "12"}, {"id": 999999, "value": "x"}},
			"email_ccs":     []obj{{"user_email": "ann@acme.example", "user_name": "Ann", "action": "put"}}})
		id := a.id("ticket", "id")
		if a.get("ticket", "status") != "new" || a.get("ticket", "priority") != "high" || a.get("ticket", "external_id") != "77" || a.get("ticket", "description") != "It burns." ||
			fmt.Sprint(a.get("ticket", "tags")) != "[big_office fire]" || a.id("ticket", "email_cc_ids", 0) == 0 || a.get("ticket", "type") != "problem" || a.id("audit", "ticket_id") != id {
			t.Errorf("created: %s", a.body)
		}
		if !strings.Contains(string(a.body), fmt.Sprintf(`{"id":%d,"value":"s1"}`, ids["field/colour"])) || !strings.Contains(string(a.body), fmt.Sprintf(`{"id":%d,"value":12}`, ids["field/chairs"])) {
			t.Errorf("custom fields: %s", a.body)
		}
		show := w.call("agent", "GET", fmt.Sprintf("/tickets/%d.json?include=users,groups,organizations,comment_count", id), nil)
		if show.status != 200 || show.id("ticket", "comment_count") != 1 || show.id("users", 0, "id") == 0 || show.id("groups", 0, "id") == 0 {
			t.Errorf("show: %d %s", show.status, show.body)
		}
		stamp := show.get("ticket", "updated_at")
		w.Clock.Advance(2e9)
		up := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d.json", id), obj{"ticket": obj{"status": "pending", "assignee_email": "agent@company.example", "additional_tags": []string{"hot"}, "remove_tags": []string{"fire"},
			"comment": obj{"html_body": "<p>Try <b>water</b>.</p>", "public": true}, "custom_fields": obj{fmt.Sprint(ids["field/colour"]): "s2"}, "safe_update": true, "updated_stamp": stamp}})
		if up.status != 200 || up.get("ticket", "status") != "pending" || fmt.Sprint(up.get("ticket", "tags")) != "[big_office hot]" || up.id("ticket", "assignee_id") == 0 || up.id("audit", "ticket_id") != id {
			t.Fatalf("update: %d %s", up.status, up.body)
		}
		if late := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d.json", id), obj{"ticket": obj{"priority": "low", "safe_update": true, "updated_stamp": stamp}}); late.status != 409 || late.get("error") != "UpdateConflict" {
			t.Errorf("stale: %d %s", late.status, late.body)
		}
		w.Settle()
		audits := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/audits.json", id), nil)
		if audits.id("count") < 2 || !strings.Contains(string(audits.body), `"field_name":"status","id"`) && !strings.Contains(string(audits.body), `"field_name":"status"`) || !strings.Contains(string(audits.body), "Try <b>water</b>") && !strings.Contains(string(audits.body), "water") {
			t.Errorf("audits: %s", audits.body)
		}
		incident := w.ticket(obj{"problem_id": id, "subject": "Mine too"})
		if incident.id("ticket", "problem_id") != id || incident.get("ticket", "type") != "incident" {
			t.Errorf("incident: %s", incident.body)
		}
		for path, want := range map[string]string{
			fmt.Sprintf("/tickets/%d/incidents", id): "tickets", "/problems": "tickets", "/problems/autocomplete?text=printer": "tickets", "/tickets?external_id=77": "tickets",
			fmt.Sprintf("/users/%d/tickets/requested", a.id("ticket", "requester_id")):            "tickets",
			fmt.Sprintf("/users/%d/tickets/ccd?page[size]=10", a.id("ticket", "email_cc_ids", 0)): "tickets",
			fmt.Sprintf("/users/%d/tickets/assigned", up.id("ticket", "assignee_id")):             "tickets",
			fmt.Sprintf("/tickets/%d/email_ccs", id):                                              "users", fmt.Sprintf("/tickets/show_many?ids=%d", id): "tickets", fmt.Sprintf("/tickets/%d/collaborators", id): "users",
			"/tickets/recent": "tickets", "/ticket_metrics": "ticket_metrics", "/tags": "tags", "/autocomplete/tags?name=big": "tags", "/ticket_audits": "audits", "/custom_statuses": "custom_statuses",
		} {
			if l := w.call("agent", "GET", path, nil); l.status != 200 || l.get(want, 0) == nil {
				t.Errorf("%s: %d %s", path, l.status, l.body)
			}
		}
		if n := w.call("agent", "GET", "/tickets/count", nil); n.id("count", "value") != 2 {
			t.Errorf("count: %s", n.body)
		}
		if m := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/metrics", id), nil); m.id("ticket_metric", "replies") != 1 || m.get("ticket_metric", "reply_time_in_minutes") == nil {
			t.Errorf("metrics: %s", m.body)
		}
		if r := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/related", id), nil); r.id("ticket_related", "incidents") != 1 {
			t.Errorf("related: %s", r.body)
		}
		if closed := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"status": "closed"}}); closed.get("ticket", "status") != "closed" {
			t.Errorf("close: %s", closed.body)
		}
		if no := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"subject": "x"}}); no.status != 422 || no.get("details", "status", 0, "description") == nil {
			t.Errorf("closed: %d %s", no.status, no.body)
		}
		if f := w.call("agent", "POST", "/tickets", obj{"ticket": obj{"via_followup_source_id": id, "comment": obj{"body": "Again"}, "tags": "again"}}); f.id("ticket", "id") == id || f.get("ticket", "via", "source", "rel") != "follow_up" {
			t.Errorf("follow-up: %d %s", f.status, f.body)
		}
	})
}

func TestManyTickets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		made := w.job(w.call("admin", "POST", "/tickets/create_many.json", obj{"tickets": []obj{{"subject": "One", "comment": "First"}, {"subject": "Two", "comment": obj{"body": "Second"}}, {"subject": "Bad", "comment": obj{"body": "x"}, "assignee_id": 999}, {"subject": "Three", "description": "Third"}}}))
		if made.get("job_status", "status") != "completed" || made.get("job_status", "results", 0, "success") != true || made.get("job_status", "results", 2, "success") != false {
			t.Fatalf("create_many: %s", made.body)
		}
		one, two, three := made.id("job_status", "results", 0, "id"), made.id("job_status", "results", 1, "id"), made.id("job_status", "results", 3, "id")
		same := w.job(w.call("admin", "PUT", fmt.Sprintf("/tickets/update_many.json?ids=%d,%d", one, two), obj{"ticket": obj{"priority": "urgent", "additional_tags": []string{"x"}}}))
		each := w.job(w.call("admin", "PUT", "/tickets/update_many", obj{"tickets": []obj{{"id": one, "status": "solved"}, {"id": 999999, "status": "solved"}}}))
		if same.get("job_status", "results", 1, "status") != "Updated" || each.get("job_status", "results", 0, "success") != true || each.get("job_status", "results", 1, "error") != "RecordNotFound" {
			t.Errorf("update_many: %s %s", same.body, each.body)
		}
		if merged := w.job(w.call("admin", "POST", fmt.Sprintf("/tickets/%d/merge", two), obj{"ids": []int64{three}, "target_comment": "Both here", "source_comment": "It goes on with the other"})); merged.get("job_status", "results", 0, "action") != "merge" {
			t.Errorf("merge: %s", merged.body)
		}
		if c := w.call("admin", "GET", fmt.Sprintf("/tickets/%d/comments", three), nil); c.get("comments", 1, "plain_body") != "It goes on with the other" || c.get("comments", 1, "public") != false {
			t.Errorf("what is said on the merged one: %s", c.body)
		}
		gone := w.job(w.call("admin", "DELETE", fmt.Sprintf("/tickets/destroy_many.json?ids=%d,%d", one, three), nil))
		if gone.get("job_status", "results", 0, "success") != true {
			t.Errorf("destroy_many: %s", gone.body)
		}
		if a := w.call("admin", "GET", fmt.Sprintf("/tickets/%d", one), nil); a.status != 404 {
			t.Errorf("deleted: %d", a.status)
		}
		list := w.call("admin", "GET", "/deleted_tickets", nil)
		if list.id("count") != 2 || list.get("deleted_tickets", 0, "previous_state") != "solved" {
			t.Errorf("deleted: %s", list.body)
		}
		if a := w.call("admin", "PUT", fmt.Sprintf("/deleted_tickets/restore_many?ids=%d,%d", one, three), nil); a.status != 200 {
			t.Errorf("restore: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "PUT", fmt.Sprintf("/tickets/%d/mark_as_spam", one), nil); a.status != 200 {
			t.Errorf("spam: %d %s", a.status, a.body)
		}
		if a := w.job(w.call("admin", "DELETE", fmt.Sprintf("/deleted_tickets/%d", one), nil)); a.get("job_status", "results", 0, "success") != true {
			t.Errorf("for good: %s", a.body)
		}
		if a := w.call("admin", "DELETE", fmt.Sprintf("/tickets/%d", two), nil); a.status != 204 {
			t.Errorf("delete: %d %s", a.status, a.body)
		}
	})
}

func TestTicketsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ticket(nil).id("ticket", "id")
		own := w.call("customer", "POST", "/requests", obj{"request": obj{"subject": "Mine", "comment": obj{"body": "Help"}}}).id("request", "id")
		readOnly := w.TokenFor(w.Person("reader@company.example", "Reader", "agent"), "ticket.read")
		w.tokens["reader"] = readOnly
		hundred := make([]obj, 101)
		for i := range hundred {
			hundred[i] = obj{"subject": "x", "comment": "y"}
		}
		long := strings.Repeat("1,", 101)
		for _, c := range []struct {
			who, method, path string
			body              any
			status            int
			error             string
		}{
			{"agent", "GET", "/tickets/999999", nil, 404, "RecordNotFound"},
			{"agent", "GET", "/tickets/x", nil, 400, "InvalidValue"},
			{"agent", "PUT", "/tickets/999999", obj{"ticket": obj{"status": "open"}}, 404, "RecordNotFound"},
			{"agent", "POST", "/tickets", "{", 400, "InvalidJSON"},
			{"agent", "POST", "/tickets", obj{}, 400, "InvalidRequest"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": "y", "priority": "mad"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": "y", "status": "gone"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": "y", "group_id": 999999}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": "y", "ticket_form_id": 999999}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": "y", "brand_id": 999999}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": obj{"body": "y", "uploads": []string{"none"}}}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets", obj{"ticket": obj{"subject": 5, "comment": "y"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/tickets/create_many", obj{"tickets": hundred}, 400, "TooManyRecords"},
			{"agent", "GET", "/tickets/show_many?ids=" + long, nil, 400, "TooManyRecords"},
			{"agent", "GET", "/tickets?page=101&per_page=100", nil, 400, "InvalidPaginationDepth"},
			{"agent", "GET", "/tickets/999999/comments", nil, 404, "RecordNotFound"},
			{"agent", "GET", "/tickets/999999/audits", nil, 404, "RecordNotFound"},
			{"agent", "GET", fmt.Sprintf("/tickets/%d/audits/1", id+100000), nil, 404, "RecordNotFound"},
			{"agent", "POST", fmt.Sprintf("/tickets/%d/merge", id), obj{}, 400, "BadRequest"},
			{"customer", "GET", "/tickets", nil, 403, "Forbidden"},
			{"customer", "GET", fmt.Sprintf("/tickets/%d/audits", own), nil, 404, "RecordNotFound"},
			{"customer", "GET", fmt.Sprintf("/tickets/%d/comments", own), nil, 403, "Forbidden"},
			{"customer", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": "y"}}, 403, "Forbidden"},
			{"customer", "PUT", fmt.Sprintf("/tickets/%d", own), obj{"ticket": obj{"status": "solved"}}, 403, "Forbidden"},
			{"customer", "GET", "/tags", nil, 403, "Forbidden"},
			{"customer", "GET", "/ticket_audits", nil, 403, "Forbidden"},
			{"customer", "GET", "/suspended_tickets", nil, 403, "Forbidden"},
			{"customer", "GET", "/satisfaction_ratings", nil, 403, "Forbidden"},
			{"customer", "POST", "/imports/tickets", obj{"ticket": obj{"comments": []obj{{"value": "x"}}}}, 403, "Forbidden"},
			{"reader", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": "y"}}, 403, "Forbidden"},
			{"reader", "PUT", fmt.Sprintf("/tickets/update_many?ids=%d", id), obj{"ticket": obj{"status": "open"}}, 403, "Forbidden"},
			{"reader", "DELETE", fmt.Sprintf("/tickets/%d", id), nil, 403, "Forbidden"},
			{"reader", "DELETE", fmt.Sprintf("/tickets/destroy_many?ids=%d", id), nil, 403, "Forbidden"},
			{"reader", "GET", fmt.Sprintf("/tickets/%d", id), nil, 200, ""},
			{"nobody", "GET", "/tickets", nil, 401, "Couldn't authenticate you"},
		} {
			a := w.call(c.who, c.method, c.path, c.body)
			if got, _ := a.get("error").(string); a.status != c.status || got != c.error {
				t.Errorf("%s %s as %s: %d %s", c.method, c.path, c.who, a.status, a.body)
			}
		}
	})
}
