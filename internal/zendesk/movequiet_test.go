package zendesk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/zendesk"
)

// TestAutomationsComeSwitchedOff: days after a move with its rules off no ticket is other than it was;
// switched on, they act.
func TestAutomationsComeSwitchedOff(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := newSource(t, e) // it closes what was solved 96 hours ago
			to := newTarget(t, e, from.Clock)
			source, err := zendesk.NewSource(from.url, "", from.tokens["admin"], nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := to.Zendesk.Move(source, to.Root(), nil).RulesOff().Run(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			told := func() (out []string) {
				for _, r := range to.list("/tickets", "tickets") {
					out = append(out, fmt.Sprint(r["external_id"], r["status"], r["updated_at"]))
				}
				slices.Sort(out)
				return out
			}
			pass := func(days int) {
				if err := to.Desk.Reconcile(t.Context()); err != nil { // as a server does
					t.Fatal(err)
				}
				for range days {
					to.Clock.Advance(24 * time.Hour)
					to.Settle()
				}
			}
			rule := func(path, member, title string) obj {
				list := to.list(path, member)
				n := slices.IndexFunc(list, func(r obj) bool { return r["title"] == title })
				if n < 0 {
					t.Fatalf("no %s %s", member, title)
				}
				return list[n]
			}
			trigger, automation := rule("/triggers", "triggers", "Billing is for the first group"), rule("/automations", "automations", "Close in the end")
			if trigger["active"] != false || automation["active"] != false {
				t.Errorf("%v, %v", trigger, automation)
			}
			if macro := rule("/macros", "macros", "Thanks"); macro["active"] != true {
				t.Errorf("%v", macro)
			}
			before := told()
			pass(5)
			if after := told(); !slices.Equal(before, after) {
				t.Errorf("days later\n%q\nwas\n%q", after, before)
			}
			if a := to.call("admin", "PUT", "/automations/update_many", obj{"automations": []obj{{"id": automation["id"], "active": true}}}); a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			pass(1) // after seven an instance's own rule closes them
			if after := told(); slices.Equal(before, after) {
				t.Errorf("switched on it does nothing: %q", after)
			}
			to.Verify()
		})
	}
}
