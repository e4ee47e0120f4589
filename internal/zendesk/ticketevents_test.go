package zendesk_test

import (
	"fmt"
	"testing"
	"time"
)

// TestTicketEventsTellEverythingOnce walks the export page by page, each from where the one before ended.
func TestTicketEventsTellEverythingOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		start := w.Clock.Now()
		for n := range 3 {
			id := w.call("admin", "POST", "/tickets", obj{"ticket": obj{"subject": fmt.Sprint("T", n), "comment": obj{"body": "Hello"}}}).id("ticket", "id")
			w.Clock.Advance(5 * time.Minute)
			w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"priority": "urgent", "comment": obj{"body": "Looking", "public": false}}})
			w.Clock.Advance(5 * time.Minute)
		}
		w.Settle()
		told := func(from time.Time, more string) answer {
			return w.call("admin", "GET", fmt.Sprintf("/incremental/ticket_events.json?start_time=%d%s", from.Unix(), more), nil)
		}
		a := told(start, "&include=comment_events")
		if a.status != 200 || a.id("count") != 6 || a.get("end_of_stream") != true {
			t.Fatalf("%d %s", a.status, a.body)
		}
		var changed, said bool
		events, _ := a.get("ticket_events", 1, "child_events").([]any)
		for _, e := range events {
			ev, _ := e.(obj)
			changed = changed || ev["event_type"] == "Change" && ev["priority"] == "urgent" && ev["previous_value"] == "normal"
			said = said || ev["event_type"] == "Comment" && ev["comment_public"] == false && ev["body"] != nil
		}
		if !changed || !said {
			t.Errorf("the second audit: %v", events)
		}
		if b := told(start.Add(6*time.Minute), ""); b.id("count") != 4 {
			t.Errorf("from the second ticket on: %s", b.body)
		}
		if b := told(time.Unix(a.id("end_time"), 0), ""); b.status == 200 && b.id("count") != 0 {
			t.Errorf("behind the end: %s", b.body)
		}
		for _, who := range []string{"agent", "customer"} {
			if b := w.call(who, "GET", "/incremental/ticket_events.json?start_time=0", nil); who == "customer" && b.status != 403 {
				t.Errorf("%s: %d %s", who, b.status, b.body)
			}
		}
	})
}
