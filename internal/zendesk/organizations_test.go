package zendesk_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
)

func TestOrganizationsGroupsAndSearchInScripts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if a := w.call("admin", "GET", "/audit_logs.json?page[size]=5", nil); a.status != 200 || a.id("audit_logs", 0, "id") == 0 {
			t.Errorf("audit logs: %d %s", a.status, a.body)
		}
		if a := w.call("customer", "GET", "/audit_logs.json", nil); a.status != 403 {
			t.Errorf("audit logs as a customer: %d %s", a.status, a.body)
		}
		w.Settle()
		w.Verify()
	})
}

// opened opens tickets for the tests of search and exports.
func (w *world) opened(subjects ...string) (ids []int64) {
	w.t.Helper()
	for _, s := range subjects {
		w.Write(func(ctx context.Context, tx db.Tx) error {
			by := act.Root()
			by.Clock = w.Clock.Now
			p, err := w.Directory.Resolve(ctx, tx, by, "customer@acme.example", "")
			if err != nil {
				return err
			}
			t, _, err := w.Desk.Create(ctx, tx, by, desk.NewTicket{Subject: s, Message: desk.Message{Text: "Words about " + s, Public: true}, Requester: p, Channel: "api"})
			ids = append(ids, t.ID)
			return err
		})
	}
	return ids
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := w.opened("The printer burns", "The export stops", "The printer is out of paper")
		w.Settle()
		for query, want := range map[string]int{
			"printer": 2, "type:ticket printer": 2, "printer -burns": 1, `"out of paper"`: 1, "subject:export": 1, "status:new type:ticket": 3, "type:ticket status<solved": 3, "type:ticket status>=solved": 0,
			"type:ticket priority:normal": 3, "type:ticket created>1hour": 3, "type:ticket created<1hour": 0, "type:ticket assignee:none": 3, "type:ticket requester:customer@acme.example": 3,
			"type:ticket -requester:customer@acme.example": 0, "type:ticket tags:none": 3, "type:ticket organization:none": 3, "prin*": 2, "type:user role:agent": 2, "type:user email:customer*": 1,
			"type:ticket created>=2000-01-01 created<=2100-01-01": 3, "type:ticket has_attachment:true": 0, "type:ticket status:open status:new": 3, "description:words": 3,
		} {
			a := w.call("agent", "GET", "/search.json?query="+url.QueryEscape(query), nil)
			if a.status != 200 || int(a.id("count")) != want {
				t.Errorf("%s: %d, want %d: %d %.300s", query, a.id("count"), want, a.status, a.body)
			}
		}
		for query, say := range map[string]string{"colour:red": "there is no property", "status:lost type:ticket": "takes no", "type:ticket created>soon": "takes no"} {
			if a := w.call("agent", "GET", "/search.json?query="+url.QueryEscape(query), nil); a.status != 422 || !strings.Contains(string(a.body), say) {
				t.Errorf("%s: %d %s", query, a.status, a.body)
			}
		}
		if a := w.call("agent", "GET", "/search.json?query=printer&sort_by=created_at&sort_order=asc", nil); a.id("results", 0, "id") != ids[0] || a.get("results", 0, "result_type") != "ticket" {
			t.Errorf("sorted: %s", a.body)
		}
		if a := w.call("customer", "GET", "/search.json?query=printer", nil); a.status != 403 {
			t.Errorf("as a customer: %d", a.status)
		}
	})
}

func TestIncrementalExports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := w.opened("One", "Two", "Three", "Four", "Five")
		if a := w.call("admin", "GET", "/incremental/tickets/cursor?start_time="+str(w.Clock.Now().Unix()), nil); a.status != 400 {
			t.Errorf("too recent: %d %s", a.status, a.body)
		}
		w.Clock.Advance(2 * time.Minute)
		late := w.opened("Late")
		seen, path := []int64{}, "/incremental/tickets/cursor.json?start_time=0&per_page=2"
		for range 10 {
			a := w.call("admin", "GET", path, nil)
			for i := 0; a.id("tickets", i, "id") != 0; i++ {
				seen = append(seen, a.id("tickets", i, "id"))
			}
			if a.status != 200 || a.get("end_of_stream") == true {
				break
			}
			cursor, _ := a.get("after_cursor").(string)
			path = "/incremental/tickets/cursor.json?per_page=2&cursor=" + cursor
		}
		if len(seen) != len(ids) {
			t.Errorf("by cursor: %v of %v", seen, ids)
		}
		a := w.call("admin", "GET", "/incremental/tickets.json?start_time=0&per_page=2&include=users", nil)
		if a.id("count") != 5 || a.get("tickets", 0, "description") != "Words about One" || a.get("users", 0, "id") == nil {
			t.Errorf("by time, all of one second: %s", a.body)
		}
		w.Clock.Advance(2 * time.Minute)
		end, _ := a.get("end_time").(float64)
		if b := w.call("admin", "GET", "/incremental/tickets.json?start_time="+str(int64(end)), nil); b.id("count") != 1 || b.id("tickets", 0, "id") != late[0] || b.get("end_of_stream") != true {
			t.Errorf("what came later: %s", b.body)
		}
		for path, want := range map[string]int{"/incremental/users/cursor?start_time=0": 200, "/incremental/users?start_time=0": 200, "/incremental/organizations?start_time=0": 200,
			"/incremental/tickets/cursor": 400, "/incremental/tickets/cursor?start_time=x": 400, "/incremental/tickets/cursor?cursor=!": 400} {
			if a := w.call("admin", "GET", path, nil); a.status != want {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		if a := w.call("customer", "GET", "/incremental/tickets/cursor?start_time=0", nil); a.status != 403 {
			t.Errorf("as a customer: %d", a.status)
		}
	})
}
