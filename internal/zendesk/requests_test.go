package zendesk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestRequests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.call("customer", "POST", "/requests.json", obj{"request": obj{"subject": "Cannot print", "comment": obj{"body": "Nothing comes out."}}})
		id := a.id("request", "id")
		if a.status != 201 || id == 0 || a.get("request", "description") != "Nothing comes out." {
			t.Fatalf("create: %d %s", a.status, a.body)
		}
		theirs := w.ticket(obj{"subject": "Somebody else's", "requester": obj{"name": "Other", "email": "other@else.example"}}).id("ticket", "id")
		w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"comment": obj{"body": "A secret", "public": false}}})
		w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"status": "pending", "comment": obj{"body": "Is it on?"}}})
		c := w.call("customer", "GET", fmt.Sprintf("/requests/%d/comments.json", id), nil)
		if c.id("count") != 2 || strings.Contains(string(c.body), "secret") {
			t.Errorf("comments: %s", c.body)
		}
		for _, path := range []string{"/requests", "/requests/open", "/requests/search?query=PRINT"} {
			if l := w.call("customer", "GET", path, nil); l.id("count") != 1 || l.id("requests", 0, "id") != id {
				t.Errorf("%s: %d %s", path, l.status, l.body)
			}
		}
		if s := w.call("customer", "GET", fmt.Sprintf("/requests/%d", theirs), nil); s.status != 404 {
			t.Errorf("another's: %d %s", s.status, s.body)
		}
		if s := w.call("customer", "PUT", fmt.Sprintf("/requests/%d", theirs), obj{"request": obj{"solved": true}}); s.status != 404 {
			t.Errorf("another's: %d %s", s.status, s.body)
		}
		up := w.call("customer", "PUT", fmt.Sprintf("/requests/%d.json", id), obj{"request": obj{"comment": obj{"body": "It is now."}, "solved": true}})
		if up.status != 200 || up.get("request", "status") != "solved" {
			t.Errorf("solved: %d %s", up.status, up.body)
		}
		rated := w.call("customer", "POST", fmt.Sprintf("/tickets/%d/satisfaction_rating.json", id), obj{"satisfaction_rating": obj{"score": "bad", "comment": "Slow"}})
		if rated.status != 200 || rated.get("satisfaction_rating", "score") != "bad" {
			t.Errorf("rated: %d %s", rated.status, rated.body)
		}
		for query, n := range map[string]int64{"": 1, "?score=bad": 1, "?score=bad_with_comment": 1, "?score=good": 0, "?score=received_without_comment": 0, "?start_time=1": 1, "?end_time=1": 0} {
			if l := w.call("agent", "GET", "/satisfaction_ratings"+query, nil); l.status != 200 || l.id("count") != n {
				t.Errorf("ratings%s: %d %s", query, l.status, l.body)
			}
		}
		if no := w.call("agent", "POST", fmt.Sprintf("/tickets/%d/satisfaction_rating", id), obj{"satisfaction_rating": obj{"score": "good"}}); no.status != 403 {
			t.Errorf("rated by another: %d %s", no.status, no.body)
		}
		if no := w.call("customer", "POST", fmt.Sprintf("/tickets/%d/satisfaction_rating", id), obj{"satisfaction_rating": obj{"score": "fine"}}); no.status != 422 {
			t.Errorf("no score: %d %s", no.status, no.body)
		}
		stranger := w.call("nobody", "POST", "/requests", obj{"request": obj{"subject": "Hi", "comment": obj{"body": "There"}, "requester": obj{"name": "Stranger", "email": "stranger@far.example"}}})
		if stranger.status != 201 || stranger.get("request", "id") != nil {
			t.Errorf("a stranger confirms first: %d %s", stranger.status, stranger.body)
		}
		if no := w.call("nobody", "POST", "/requests", obj{"request": obj{"subject": "Hi", "comment": obj{"body": "There"}}}); no.status != 401 {
			t.Errorf("nobody: %d %s", no.status, no.body)
		}
		if no := w.call("nobody", "GET", "/requests", nil); no.status != 401 {
			t.Errorf("nobody lists: %d %s", no.status, no.body)
		}
		w.Settle()
		w.Verify()
	})
}

func TestUploads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.call("agent", "POST", "/uploads.json?filename=data.json", `{"not":"an envelope"}`)
		token, _ := a.get("upload", "token").(string)
		if a.status != 201 || token == "" || a.get("upload", "attachment", "file_name") != "data.json" {
			t.Fatalf("upload: %d %s", a.status, a.body)
		}
		b := w.call("agent", "POST", "/uploads?filename=more.txt&token="+token, "more")
		if b.get("upload", "attachments", 1, "file_name") != "more.txt" {
			t.Errorf("two under one token: %d %s", b.status, b.body)
		}
		for path, status := range map[string]int{"/uploads": 400, "/uploads?filename=x&token=none": 404} {
			if no := w.call("agent", "POST", path, "x"); no.status != status {
				t.Errorf("%s: %d %s", path, no.status, no.body)
			}
		}
		if no := w.call("customer", "POST", "/uploads?filename=x&token="+token, "x"); no.status != 404 {
			t.Errorf("another's token: %d %s", no.status, no.body)
		}
		if no := w.call("nobody", "POST", "/uploads?filename=x", "x"); no.status != 401 {
			t.Errorf("nobody: %d %s", no.status, no.body)
		}
		if no := w.call("agent", "POST", "/uploads?filename=x", strings.Repeat("x", int(w.Files.Max())+1)); no.status != 413 || no.get("error") != "AttachmentTooBig" {
			t.Errorf("too large: %d %s", no.status, no.body)
		}
		made := w.ticket(obj{"comment": obj{"body": "See", "uploads": token, "public": false}})
		c := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/comments", made.id("ticket", "id")), nil)
		file := c.id("comments", 0, "attachments", 0, "id")
		url, _ := c.get("comments", 0, "attachments", 0, "content_url").(string)
		req, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		req.Header.Set("Authorization", "Bearer "+w.tokens["agent"])
		if got := w.send(req); string(got.body) != `{"not":"an envelope"}` || got.header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("content: %d %s", got.status, got.body)
		}
		if no := w.call("customer", "GET", fmt.Sprintf("/attachments/%d", file), nil); no.status != 404 {
			t.Errorf("a file of a note: %d %s", no.status, no.body)
		}
		if again := w.call("agent", "POST", "/tickets", obj{"ticket": obj{"subject": "x", "comment": obj{"body": "y", "uploads": []string{token}}}}); again.status < 400 {
			t.Errorf("used twice: %d %s", again.status, again.body)
		}
		spare := w.call("agent", "POST", "/uploads?filename=spare", "spare")
		token, _ = spare.get("upload", "token").(string)
		if gone := w.call("agent", "DELETE", "/uploads/"+token+".json", nil); gone.status != 204 {
			t.Errorf("delete: %d %s", gone.status, gone.body)
		}
		if gone := w.call("agent", "GET", fmt.Sprintf("/attachments/%d", spare.id("upload", "attachment", "id")), nil); gone.status != 404 {
			t.Errorf("deleted: %d %s", gone.status, gone.body)
		}
	})
}

func TestMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ticket(nil).id("ticket", "id")
		for i := range 4 {
			w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"comment": obj{"body": fmt.Sprintf("Message %d and my password is hunter22", i)}}})
		}
		first := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/comments.json?page[size]=2", id), nil)
		next, _ := first.get("links", "next").(string)
		if first.get("meta", "has_more") != true || !strings.HasPrefix(next, w.url+"/api/v2/tickets/") {
			t.Fatalf("first: %s", first.body)
		}
		second := w.call("agent", "GET", strings.TrimPrefix(next, w.url+"/api/v2"), nil)
		if second.id("comments", 0, "id") <= first.id("comments", 1, "id") {
			t.Errorf("second: %s", second.body)
		}
		prev, _ := second.get("links", "prev").(string)
		if back := w.call("agent", "GET", strings.TrimPrefix(prev, w.url+"/api/v2"), nil); back.id("comments", 0, "id") != first.id("comments", 0, "id") {
			t.Errorf("back: %s", back.body)
		}
		down := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/comments?sort_order=desc&per_page=2&include=users", id), nil)
		if down.id("count") != 5 || down.id("comments", 0, "id") <= down.id("comments", 1, "id") || down.get("next_page") == nil || down.id("users", 0, "id") == 0 {
			t.Errorf("down: %s", down.body)
		}
		if n := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/comments/count", id), nil); n.id("count", "value") != 5 {
			t.Errorf("count: %s", n.body)
		}
		last := down.id("comments", 0, "id")
		if no := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d/comments/%d/redact", id, last), obj{"text": "hunter22"}); no.status != 200 && no.status != 403 {
			t.Errorf("redact: %d %s", no.status, no.body)
		}
		red := w.call("admin", "PUT", fmt.Sprintf("/tickets/%d/comments/%d/redact", id, down.id("comments", 1, "id")), obj{"text": "hunter22"})
		if body, _ := red.get("comment", "body").(string); red.status != 200 || strings.Contains(body, "hunter22") {
			t.Errorf("redact: %d %s", red.status, red.body)
		}
		if p := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d/comments/%d/make_private", id, last), nil); p.status != 200 {
			t.Errorf("private: %d %s", p.status, p.body)
		}
		if seen := w.call("customer", "GET", fmt.Sprintf("/requests/%d/comments", id), nil); seen.id("count") != 4 {
			t.Errorf("seen: %s", seen.body)
		}
		if no := w.call("customer", "PUT", fmt.Sprintf("/tickets/%d/comments/%d/make_private", id, down.id("comments", 1, "id")), nil); no.status != 404 {
			t.Errorf("private by a customer: %d %s", no.status, no.body)
		}
		w.Settle()
		w.Verify()
	})
}
