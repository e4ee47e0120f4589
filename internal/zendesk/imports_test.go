package zendesk_test

import (
	"fmt"
	"strings"
	"testing"

	"steward/internal/app/apptest"
)

func TestImports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		agent := w.call("agent", "POST", "/requests", obj{"request": obj{"subject": "x", "comment": "y"}}).id("request", "requester_id")
		mails := len(w.Peer.All())
		a := w.call("admin", "POST", "/imports/tickets.json", obj{"ticket": obj{"subject": "Long ago", "requester": obj{"name": "Old", "email": "old@acme.example"}, "assignee_id": agent, "status": "closed", "tags": []string{"old"}, "external_id": "4711",
			"created_at": "2020-01-01T10:00:00Z", "updated_at": "2020-03-01T10:00:00Z", "solved_at": "2020-02-01T10:00:00Z",
			"comments": []obj{{"body": "It broke", "created_at": "2020-01-01T10:00:00Z"}, {"author_id": agent, "html_body": "<p>Mended, @agent@company.example</p>", "public": true, "created_at": "2020-01-15T10:00:00Z"},
				{"author_id": agent, "body": "A note", "public": false, "created_at": "2020-01-16T10:00:00Z"}}}})
		id := a.id("ticket", "id")
		if a.status != 201 || a.get("ticket", "status") != "closed" || a.get("ticket", "created_at") != "2020-01-01T10:00:00Z" || a.get("ticket", "updated_at") != "2020-03-01T10:00:00Z" || a.get("ticket", "external_id") != "4711" {
			t.Fatalf("import: %d %s", a.status, a.body)
		}
		c := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/comments", id), nil)
		if c.id("count") != 3 || c.get("comments", 1, "created_at") != "2020-01-15T10:00:00Z" || c.id("comments", 1, "author_id") != agent || c.id("comments", 0, "author_id") != a.id("ticket", "requester_id") || c.get("comments", 2, "public") != false {
			t.Errorf("comments: %s", c.body)
		}
		open := w.call("admin", "POST", "/imports/tickets", obj{"ticket": obj{"subject": "Still open", "requester": obj{"email": "old@acme.example"}, "status": "open", "comments": []obj{{"value": "Waiting", "created_at": "2026-03-01T10:00:00Z"}}}})
		if open.get("ticket", "status") != "open" {
			t.Errorf("open: %s", open.body)
		}
		solved := w.call("admin", "POST", "/imports/tickets", obj{"ticket": obj{"subject": "Solved", "requester": obj{"email": "old@acme.example"}, "status": "solved", "comments": []obj{{"value": "Done", "created_at": "2026-03-08T10:00:00Z"}}}})
		w.Settle()
		audits := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/audits", id), nil)
		if audits.id("count") != 5 || audits.id("audits", 1, "author_id") != agent || audits.get("audits", 3, "created_at") != "2020-02-01T10:00:00Z" || !strings.Contains(string(audits.body), `"previous_value":"open"`) {
			t.Errorf("audits: %s", audits.body)
		}
		for range 40 {
			w.Clock.Advance(3600e9)
			w.Settle()
		}
		if n := len(w.Peer.All()); n != mails {
			t.Errorf("an import wrote %d mails", n-mails)
		}
		if r := w.call("agent", "GET", fmt.Sprintf("/tickets/%d", solved.id("ticket", "id")), nil); r.get("ticket", "satisfaction_rating", "score") != "unoffered" {
			t.Errorf("asked about: %s", r.body)
		}
		up := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", open.id("ticket", "id")), obj{"ticket": obj{"status": "solved", "comment": obj{"body": "There"}}})
		if up.get("ticket", "status") != "solved" {
			t.Errorf("goes on: %s", up.body)
		}
		for name, body := range map[string]obj{
			"from the future": {"subject": "x", "comments": []obj{{"value": "y", "created_at": "2090-01-01T00:00:00Z"}}},
			"no message":      {"subject": "x", "comments": []obj{{"value": ""}}},
			"no such state":   {"subject": "x", "status": "lost", "comments": []obj{{"value": "y"}}},
			"no such author":  {"subject": "x", "comments": []obj{{"value": "y", "author_id": 999999}}},
			"no such day":     {"subject": "x", "created_at": "yesterday", "comments": []obj{{"value": "y"}}},
		} {
			if no := w.call("admin", "POST", "/imports/tickets", obj{"ticket": body}); no.status != 422 {
				t.Errorf("%s: %d %s", name, no.status, no.body)
			}
		}
		w.Verify()
	})
}

// suspend hands in mails that are set aside.
func (w *world) suspend(mails int) {
	for n := range mails {
		w.Mail(fmt.Sprintf("spam%d@far.example", n), apptest.Mailbox, fmt.Appendf(nil, "From: Spam <spam%d@far.example>\r\nMessage-ID: <s%d@far.example>\r\nX-Spam-Flag: YES\r\nSubject: Buy %d\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"+
			"--b\r\nContent-Type: text/plain\r\n\r\nCheap.\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=offer.csv\r\n\r\na,b\r\n--b--\r\n", n, n, n))
	}
	w.Settle()
}

func TestSuspendedTickets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.suspend(4)
		l := w.call("admin", "GET", "/suspended_tickets.json?page[size]=3", nil)
		if l.get("suspended_tickets", 2, "subject") != "Buy 2" || l.get("meta", "has_more") != true {
			t.Fatalf("list: %d %s", l.status, l.body)
		}
		ids := make([]int64, 4)
		all := w.call("admin", "GET", "/suspended_tickets", nil)
		for i := range ids {
			ids[i] = all.id("suspended_tickets", i, "id")
		}
		if one := w.call("admin", "GET", fmt.Sprintf("/suspended_tickets/%d", ids[0]), nil); !strings.Contains(fmt.Sprint(one.get("suspended_ticket", "content")), "Cheap.") || one.get("suspended_ticket", "author", "name") != "Spam" {
			t.Errorf("show: %d %s", one.status, one.body)
		}
		copied := w.call("admin", "POST", fmt.Sprintf("/suspended_tickets/%d/attachments", ids[0]), nil)
		if shown := w.call("admin", "GET", fmt.Sprintf("/suspended_tickets/%d", ids[0]), nil); shown.get("suspended_ticket", "attachments", 0, "file_name") != "offer.csv" || copied.status != 200 || copied.get("upload", "attachments", 0, "file_name") != "offer.csv" {
			t.Errorf("its files: %s, copied %d %s", shown.body, copied.status, copied.body)
		}
		made := w.call("admin", "POST", "/tickets", obj{"ticket": obj{"subject": "From a suspended mail", "comment": obj{"body": "See", "uploads": copied.get("upload", "token")}}})
		if c := w.call("admin", "GET", fmt.Sprintf("/tickets/%d/comments", made.id("ticket", "id")), nil); c.get("comments", 0, "attachments", 0, "file_name") != "offer.csv" {
			t.Errorf("its files on a ticket: %s %s", made.body, c.body)
		}
		for who, status := range map[string]int{"customer": 403, "nobody": 401} {
			if no := w.call(who, "POST", fmt.Sprintf("/suspended_tickets/%d/attachments", ids[0]), nil); no.status != status {
				t.Errorf("copied by %s: %d %s", who, no.status, no.body)
			}
		}
		if a := w.call("admin", "PUT", fmt.Sprintf("/suspended_tickets/%d/recover", ids[0]), nil); a.status != 200 {
			t.Errorf("recover: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "PUT", fmt.Sprintf("/suspended_tickets/recover_many?ids=%d,999999", ids[1]), nil); a.status != 200 || a.id("suspended_tickets", 0, "id") != ids[1] {
			t.Errorf("recover_many: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "DELETE", fmt.Sprintf("/suspended_tickets/%d", ids[2]), nil); a.status != 204 {
			t.Errorf("delete: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "DELETE", fmt.Sprintf("/suspended_tickets/destroy_many?ids=%d", ids[3]), nil); a.status != 204 {
			t.Errorf("destroy_many: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "PUT", fmt.Sprintf("/suspended_tickets/%d/recover", ids[3]), nil); a.status != 404 {
			t.Errorf("recover what is gone: %d %s", a.status, a.body)
		}
		w.Settle()
		if n := w.call("admin", "GET", "/tickets/count", nil); n.id("count", "value") != 3 {
			t.Errorf("recovered: %s", n.body)
		}
	})
}
