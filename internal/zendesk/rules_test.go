package zendesk_test

import (
	"encoding/json"
	"reflect"
	"testing"
)

// TestEveryTestComesBack writes each sort of test into a trigger and reads the same back.
func TestEveryTestComesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: field\nname: area\ntitle: Area\non: ticket\ntype: dropdown\nindexed: true\noptions: [billing, api]\n---\nkind: field\nname: seats\ntitle: Seats\non: ticket\ntype: integer\n---\n" +
			"kind: field\nname: outage\ntitle: Outage\non: ticket\ntype: checkbox\n---\nkind: field\nname: parts\ntitle: Parts\non: ticket\ntype: multiselect\noptions: [one, two]\n")
		fields := map[string]string{}
		a := w.call("admin", "GET", "/ticket_fields.json", nil)
		for i := range 20 {
			if title, ok := a.get("ticket_fields", i, "title").(string); ok {
				fields[title] = "custom_fields_" + json.Number(jsonText(a.get("ticket_fields", i, "id"))).String()
			}
		}
		organization := w.call("admin", "GET", "/groups.json", nil).id("groups", 0, "id")
		for _, c := range []obj{
			{"field": "status", "operator": "is", "value": "open"}, {"field": "status", "operator": "is_not", "value": "closed"},
			{"field": "status", "operator": "less_than", "value": "pending"}, {"field": "status", "operator": "greater_than", "value": "open"},
			{"field": "priority", "operator": "less_than", "value": "high"}, {"field": "type", "operator": "is", "value": "incident"},
			{"field": "status", "operator": "changed", "value": nil}, {"field": "status", "operator": "not_changed", "value": nil},
			{"field": "status", "operator": "value", "value": "solved"}, {"field": "status", "operator": "value_previous", "value": "solved"},
			{"field": "priority", "operator": "not_value", "value": "urgent"},
			{"field": "group_id", "operator": "is", "value": float64(organization)}, {"field": "group_id", "operator": "is", "value": ""},
			{"field": "assignee_id", "operator": "is_not", "value": ""}, {"field": "organization_id", "operator": "is", "value": ""},
			{"field": "current_tags", "operator": "includes", "value": "vip"}, {"field": "current_tags", "operator": "not_includes", "value": "vip big"},
			{"field": "subject_includes_word", "operator": "includes", "value": "a b"}, {"field": "comment_includes_word", "operator": "is", "value": `say "no" && \ ||`},
			{"field": "via_id", "operator": "is", "value": "4"}, {"field": "role", "operator": "is", "value": "end_user"},
			{"field": "update_type", "operator": "is", "value": "Change"}, {"field": "comment_is_public", "operator": "is", "value": true},
			{"field": fields["Area"], "operator": "is", "value": "billing"}, {"field": fields["Area"], "operator": "not_present", "value": nil},
			{"field": fields["Seats"], "operator": "greater_than", "value": "5"}, {"field": fields["Outage"], "operator": "is", "value": "true"},
			{"field": fields["Parts"], "operator": "not_includes", "value": "one"},
			{"field": "steward_condition", "operator": "is", "value": `ticket.replies > 3`},
			{"field": "steward_condition", "operator": "is", "value": `ticket.requester.domain in ["a.example", "b.example"] || ticket.bounces > 2`},
		} {
			body := obj{"trigger": obj{"title": "Test", "conditions": obj{"all": []obj{c, {"field": "priority", "operator": "is_not", "value": "low"}}}, "actions": []obj{{"field": "status", "value": "open"}}}}
			a := w.call("admin", "POST", "/triggers.json", body)
			if a.status != 201 {
				t.Errorf("%v: %d %s", c, a.status, a.body)
				continue
			}
			got, _ := a.get("trigger", "conditions", "all", 0).(obj)
			if c["field"] == "steward_condition" && got["value"] == nil {
				t.Errorf("%v came back as %s", c, a.body)
			} else if c["field"] != "steward_condition" && !reflect.DeepEqual(got, c) {
				t.Errorf("%v came back as %v", c, got)
			}
			if a := w.call("admin", "DELETE", "/triggers/"+jsonText(a.get("trigger", "id")), nil); a.status != 204 {
				t.Fatalf("take away: %d %s", a.status, a.body)
			}
		}
	})
}

func jsonText(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestARuleKeepsItsAuthorsText(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("# why we do this\nkind: trigger\nname: loud\ntitle: Loud # the title\norder: 5\nwhen: ticket.replies > 3 || \"vip\" in ticket.tags\ndo:\n  - { priority: high } # first\n")
		id := jsonText(w.call("admin", "GET", "/triggers.json", nil).get("triggers", 0, "id"))
		for i := 0; w.call("admin", "GET", "/triggers/"+id, nil).get("trigger", "title") != "Loud"; i++ {
			id = jsonText(w.call("admin", "GET", "/triggers.json", nil).get("triggers", i, "id"))
		}
		a := w.call("admin", "GET", "/triggers/"+id, nil)
		if got := jsonText(a.get("trigger", "conditions", "any")); got != `[{"field":"steward_condition","operator":"is","value":"ticket.replies \u003e 3"},{"field":"current_tags","operator":"includes","value":"vip"}]` {
			t.Errorf("told as %s", got)
		}
		if a := w.call("admin", "PUT", "/triggers/"+id, obj{"trigger": obj{"title": "Louder", "position": 6}}); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		e, _ := w.Blueprint.Set().Entry("trigger", "loud")
		if want := "# why we do this\nkind: trigger\nname: loud\ntitle: Louder # the title\norder: 6\nwhen: ticket.replies > 3 || \"vip\" in ticket.tags\ndo:\n  - { priority: high } # first\n"; e.Text != want || e.Version != 2 {
			t.Errorf("version %d:\n%s", e.Version, e.Text)
		}
		if a := w.call("agent", "PUT", "/triggers/"+id, obj{"trigger": obj{"title": "Mine"}}); a.status != 403 || a.get("error") != "Forbidden" {
			t.Errorf("an agent: %d %s", a.status, a.body)
		}
	})
}

func TestBadRules(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := func(c obj) obj {
			return obj{"title": "Bad", "conditions": obj{"all": []obj{c}}, "actions": []obj{{"field": "status", "value": "open"}}}
		}
		for _, c := range []struct {
			method, path string
			body         any
			status       int
			error        string
		}{
			{"POST", "/triggers.json", obj{"trigger": all(obj{"field": "mood", "operator": "is", "value": "bad"})}, 422, "RecordInvalid"},
			{"POST", "/triggers.json", obj{"trigger": all(obj{"field": "status", "operator": "sounds_like", "value": "open"})}, 422, "RecordInvalid"},
			{"POST", "/triggers.json", obj{"trigger": all(obj{"field": "status", "operator": "is", "value": "asleep"})}, 422, "RecordInvalid"},
			{"POST", "/triggers.json", obj{"trigger": all(obj{"field": "group_id", "operator": "is", "value": 999999})}, 422, "RecordInvalid"},
			{"POST", "/triggers.json", obj{"trigger": all(obj{"field": "steward_condition", "operator": "is", "value": "ticket.nothing =="})}, 422, "RecordInvalid"},
			{"POST", "/triggers.json", obj{"trigger": obj{"title": " "}}, 422, "RecordInvalid"},
			{"POST", "/triggers.json", obj{}, 422, "RecordInvalid"},
			{"POST", "/triggers.json", "{", 400, "InvalidJSON"},
			{"POST", "/triggers.json", "[]", 422, "RecordInvalid"},
			{"PUT", "/triggers/999999.json", obj{"trigger": obj{"title": "x"}}, 404, "RecordNotFound"},
			{"DELETE", "/triggers/999999.json", nil, 404, "RecordNotFound"},
			{"DELETE", "/triggers/destroy_many.json?ids=1,x", nil, 400, "InvalidValue"},
			{"PUT", "/triggers/reorder.json", obj{"trigger_ids": []int{}}, 422, "RecordInvalid"},
			{"POST", "/automations.json", obj{"automation": all(obj{"field": "status", "operator": "is", "value": "solved"})}, 422, "RecordInvalid"},
			{"POST", "/automations.json", obj{"automation": all(obj{"field": "SOLVED", "operator": "is", "value": "soon"})}, 422, "RecordInvalid"},
			{"POST", "/slas/policies.json", obj{"sla_policy": obj{"title": "x", "policy_metrics": []obj{{"metric": "joy", "priority": "low", "target": 5}}}}, 422, "RecordInvalid"},
			{"POST", "/slas/policies.json", obj{"sla_policy": obj{"title": "x", "policy_metrics": []obj{{"metric": "first_reply_time", "priority": "low", "target": -5}}}}, 422, "RecordInvalid"},
			{"POST", "/business_hours/schedules.json", obj{"schedule": obj{"name": "x", "time_zone": "Mars"}}, 422, "RecordInvalid"},
			{"POST", "/business_hours/schedules.json", obj{"schedule": obj{"name": "x", "time_zone": "Europe/Paris", "intervals": []obj{{"start_time": 500, "end_time": 100}}}}, 422, "RecordInvalid"},
			{"POST", "/ticket_fields.json", obj{"ticket_field": obj{"title": "x", "type": "hologram"}}, 422, "RecordInvalid"},
			{"POST", "/views.json", obj{"view": obj{"title": "x"}}, 422, "RecordInvalid"},
			{"GET", "/views/count_many.json?ids=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", nil, 400, "TooManyRecords"},
		} {
			a := w.call("admin", c.method, c.path, c.body)
			if a.status != c.status || a.get("error") != c.error {
				t.Errorf("%s %s %v: %d %s", c.method, c.path, c.body, a.status, a.body)
			}
			if a.status == 422 && a.get("details") == nil {
				t.Errorf("%s %s: no details: %s", c.method, c.path, a.body)
			}
			for _, who := range []string{"customer", "nobody"} {
				if a := w.call(who, c.method, c.path, c.body); a.status != map[string]int{"customer": 403, "nobody": 401}[who] && !(c.method == "GET" && who == "customer") && a.status != 400 {
					t.Errorf("%s %s as %s: %d %s", c.method, c.path, who, a.status, a.body)
				}
			}
		}
	})
}

func TestSchedules(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.call("admin", "POST", "/business_hours/schedules.json", obj{"schedule": obj{"name": "Shop", "time_zone": "Paris", "intervals": []obj{{"start_time": 1980, "end_time": 2460}, {"start_time": 7200, "end_time": 8700}}}})
		if a.status != 201 || a.get("schedule", "time_zone") != "Europe/Paris" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		// one that goes over midnight is two for us
		if got := jsonText(a.get("schedule", "intervals")); got != `[{"end_time":2460,"start_time":1980},{"end_time":8640,"start_time":7200},{"end_time":8700,"start_time":8640}]` {
			t.Errorf("hours: %s", got)
		}
		path := "/business_hours/schedules/" + jsonText(a.get("schedule", "id"))
		h := w.call("admin", "POST", path+"/holidays.json", obj{"holiday": obj{"name": "Winter break", "start_date": "2026-12-24", "end_date": "2026-12-26"}})
		if h.status != 201 || h.id("holiday", "id") != 20261224 {
			t.Fatalf("%d %s", h.status, h.body)
		}
		if h := w.call("admin", "PUT", path+"/holidays/20261224.json", obj{"holiday": obj{"end_date": "2026-12-25"}}); h.status != 200 || h.get("holiday", "end_date") != "2026-12-25" {
			t.Errorf("%d %s", h.status, h.body)
		}
		if l := w.call("agent", "GET", path+"/holidays.json", nil); l.id("count") != 1 || l.get("holidays", 0, "name") != "Winter break" {
			t.Errorf("%d %s", l.status, l.body)
		}
		if d := w.call("admin", "DELETE", path+"/holidays/20261224.json", nil); d.status != 204 {
			t.Errorf("%d %s", d.status, d.body)
		}
		if l := w.call("agent", "GET", path+"/holidays.json", nil); l.id("count") != 0 {
			t.Errorf("%d %s", l.status, l.body)
		}
		if d := w.call("admin", "PUT", path+"/workweek.json", obj{"workweek": obj{"intervals": []obj{{"start_time": 1440, "end_time": 2880}}}}); d.status != 200 {
			t.Errorf("%d %s", d.status, d.body)
		}
		if d := w.call("admin", "DELETE", path, nil); d.status != 204 {
			t.Errorf("%d %s", d.status, d.body)
		}
	})
}

// TestViewsHaveColumns: what a view shows and groups by is kept and told in Zendesk's words.
func TestViewsHaveColumns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		view := func(output obj) obj {
			return obj{"view": obj{"title": "Columns", "conditions": obj{"all": []obj{{"field": "status", "operator": "less_than", "value": "solved"}}}, "output": output}}
		}
		a := w.call("admin", "POST", "/views", view(obj{"columns": []any{"status", "group", 360001, "nice_id"}, "group_by": "assignee", "sort_by": "updated"}))
		if a.status != 201 || a.get("view", "execution", "columns", 0, "id") != "subject" || a.get("view", "execution", "columns", 1, "id") != "status" || a.get("view", "execution", "columns", 2, "title") != "Group" ||
			a.get("view", "execution", "columns", 3) != nil || a.get("view", "execution", "group_by") != "assignee" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		w.ticket(nil)
		rows := w.call("agent", "GET", "/views/"+jsonText(a.get("view", "id"))+"/execute", nil)
		if rows.get("columns", 1, "id") != "status" || rows.get("rows", 0, "type") != "question" {
			t.Errorf("rows: %s", rows.body)
		}
		if b := w.call("admin", "PUT", "/views/"+jsonText(a.get("view", "id")), obj{"view": obj{"output": obj{"group_by": nil}}}); b.get("view", "execution", "group_by") != nil || b.get("view", "execution", "columns", 1, "id") != "status" {
			t.Errorf("without groups: %s", b.body)
		}
		if b := w.call("admin", "POST", "/views", view(obj{"group_by": "weather"})); b.status != 422 {
			t.Errorf("no such group: %d %s", b.status, b.body)
		}
	})
}
