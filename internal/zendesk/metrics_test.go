package zendesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/blueprint"
)

// officeHours is a calendar that is open from 9 to 17 on weekdays, under the name of the first that has hours.
const officeHours = `kind: calendar
name: %s
title: Office
time_zone: UTC
hours:
  mon: [["09:00", "17:00"]]
  tue: [["09:00", "17:00"]]
  wed: [["09:00", "17:00"]]
  thu: [["09:00", "17:00"]]
  fri: [["09:00", "17:00"]]
`

// TestTicketMetricsAreMadeOfWhatHappened: waits, stations and reopenings of single tickets and in lists, by the clock on the
// wall and in business hours.
func TestTicketMetricsAreMadeOfWhatHappened(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := blueprint.Entry{}
		for _, e := range w.Blueprint.Set().Entries() {
			if e.Kind == "calendar" && !strings.Contains(e.Name, "clock") && (first.ID == 0 || e.ID < first.ID) {
				first = e
			}
		}
		w.Apply(fmt.Sprintf(officeHours, first.Name))
		friday := time.Date(2026, 3, 6, 16, 0, 0, 0, time.UTC)
		for friday.Before(w.Clock.Now()) {
			friday = friday.AddDate(0, 0, 7)
		}
		w.Clock.Set(friday)
		groups := w.call("admin", "GET", "/groups.json", nil)
		me := w.call("agent", "GET", "/users/me", nil).id("user", "id")
		id := w.ticket(obj{"group_id": groups.id("groups", 0, "id")}).id("ticket", "id")
		then := func(after time.Duration, fields obj) {
			t.Helper()
			w.Clock.Advance(after)
			if a := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": fields}); a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
		then(65*time.Hour, obj{"assignee_id": me, "status": "pending", "comment": obj{"body": "Which one?"}}) // Monday at 9
		then(2*time.Hour, obj{"status": "hold"})
		then(time.Hour, obj{"status": "solved"})
		then(time.Hour, obj{"status": "open"})
		then(time.Hour, obj{"status": "solved"}) // Monday at 14
		w.Settle()
		one := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/metrics", id), nil)
		many := w.call("agent", "GET", "/ticket_metrics.json?page[size]=10", nil)
		shown := w.call("agent", "GET", fmt.Sprintf("/tickets/%d?include=metric_sets,dates", id), nil)
		w.Clock.Advance(2 * time.Minute)
		exported := w.call("admin", "GET", "/incremental/tickets/cursor?start_time=0&include=metric_sets,dates,slas", nil)
		for place, m := range map[string]func(path ...any) any{
			"one":      func(path ...any) any { return one.get(append([]any{"ticket_metric"}, path...)...) },
			"many":     func(path ...any) any { return many.get(append([]any{"ticket_metrics", 0}, path...)...) },
			"shown":    func(path ...any) any { return shown.get(append([]any{"ticket", "metric_set"}, path...)...) },
			"exported": func(path ...any) any { return exported.get(append([]any{"tickets", 0, "metric_set"}, path...)...) },
		} {
			for name, want := range map[string][2]float64{"reply_time_in_minutes": {65 * 60, 60}, "agent_wait_time_in_minutes": {120, 120}, "on_hold_time_in_minutes": {60, 60},
				"first_resolution_time_in_minutes": {68 * 60, 240}, "full_resolution_time_in_minutes": {70 * 60, 360}, "requester_wait_time_in_minutes": {67 * 60, 180}} {
				if m(name, "calendar") != want[0] || m(name, "business") != want[1] {
					t.Errorf("%s of %s: %v, want %v", name, place, m(name), want)
				}
			}
			if m("reopens") != 1.0 || m("group_stations") != 1.0 || m("assignee_stations") != 1.0 || m("initially_assigned_at") == nil {
				t.Errorf("%s: %v reopens, %v groups, %v assignees: %s", place, m("reopens"), m("group_stations"), m("assignee_stations"), one.body)
			}
		}
		if exported.get("tickets", 0, "dates", "solved_at") == nil || exported.get("tickets", 0, "slas", "policy_metrics") == nil || exported.get("tickets", 0, "ticket_form_id") == nil && !strings.Contains(string(exported.body), `"ticket_form_id"`) {
			t.Errorf("exported: %s", exported.body)
		}
		if a := w.call("customer", "GET", fmt.Sprintf("/tickets/%d/metrics", id), nil); a.status != 403 {
			t.Errorf("a customer: %d", a.status)
		}
	})
}

// TestATicketMovesToAnotherBrand: its answers leave from that brand's mailbox, and its history tells it.
func TestATicketMovesToAnotherBrand(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: brand\nname: other\ntitle: Other\n---\nkind: mailbox\nname: other\ntitle: Other\naddress: help@other.example\nbrand: other\n")
		id := w.ticket(nil).id("ticket", "id")
		brand := w.brand("Other")
		a := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"brand_id": brand}})
		if a.status != 200 || a.id("ticket", "brand_id") != brand || a.get("ticket", "recipient") != "help@other.example" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if b := w.call("agent", "GET", fmt.Sprintf("/tickets/%d", id), nil); b.id("ticket", "brand_id") != brand {
			t.Errorf("it is not kept: %s", b.body)
		}
		if b := w.call("agent", "GET", fmt.Sprintf("/tickets/%d/audits", id), nil); !strings.Contains(string(b.body), `"field_name":"brand_id"`) {
			t.Errorf("its history: %s", b.body)
		}
		if b := w.call("agent", "PUT", fmt.Sprintf("/tickets/%d", id), obj{"ticket": obj{"brand_id": 999999}}); b.status != 422 {
			t.Errorf("no such brand: %d %s", b.status, b.body)
		}
		addresses := w.call("admin", "GET", "/recipient_addresses.json", nil)
		if !strings.Contains(string(addresses.body), `"email":"help@other.example"`) || addresses.get("count") == nil {
			t.Errorf("addresses: %s", addresses.body)
		}
		w.Settle()
		w.Verify()
	})
}
