package api_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"steward/internal/db"
)

// ticketOf opens a ticket and returns its path.
func (w *world) ticketOf(actor string, body obj) string {
	w.T.Helper()
	var t struct{ ID int64 }
	a := w.call(actor, "POST", "/tickets", body)
	if a.status != 201 {
		w.T.Fatalf("%d %s", a.status, a.body)
	}
	a.json(w.T, &t)
	return fmt.Sprintf("/tickets/%d", t.ID)
}

func (w *world) wants(a answer, status int, texts ...string) {
	w.T.Helper()
	if a.status != status {
		w.T.Errorf("%d, want %d: %s", a.status, status, clip(a.body))
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			w.T.Errorf("no %s in %s", text, a.body)
		}
	}
}

func (w *world) change(actor, path string, body obj) answer {
	w.T.Helper()
	body["version"] = version(w, path)
	return w.call(actor, "PATCH", path, body)
}

func TestAttributesOfATicket(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := w.ticketOf("agent", obj{"subject": "Down", "text": "x", "requester_id": w.ids["customer"], "attributes": obj{"severity": "s1", "version": "18.4"}})
		w.wants(w.call("agent", "GET", path, nil), 200, `"attributes":{"severity":"s1","version":"18.4"}`, `"form":{"name":"request"`)
		w.wants(w.change("agent", path, obj{"attributes": obj{"version": nil}}), 200, `"attributes":{"severity":"s1"}`)
		w.wants(w.change("agent", path, obj{"attributes": obj{"severty": "s1"}}), 422, `attributes.severty`, `Did you mean \"severity\"?`)
		w.wants(w.change("agent", path, obj{"attributes": obj{"severity": 1, "version": "new"}}), 422, `attributes.severity`, `attributes.version`, `one of s1, s2, s3, s4`, `"received":1`)
		w.wants(w.change("agent", path, obj{"form": "nowhere"}), 422, `"accepted":"one of request`)
		w.wants(w.change("agent", path, obj{"attributes": obj{"severity": "s2"}}), 200)
		w.wants(w.call("agent", "GET", strings.Replace("/events?subject=ticket/N", "N", path[len("/tickets/"):], 1), nil), 200, `"attributes.severity":["s1","s2"]`, `"attributes.version":[null,null]`)
		w.wants(w.call("agent", "GET", path+"/timeline", nil), 200, `"Severity"`, `Something important does not work`)
		w.wants(w.call("agent", "GET", path+"/form", nil), 200, `"name":"severity"`, `"name":"version"`)
		filter := func(src string) answer { return w.call("agent", "GET", "/tickets?filter="+url.QueryEscape(src), nil) }
		w.wants(filter(`ticket.attributes.severity == "s2" && ticket.requester.email == "customer@acme.example"`), 200, `"count":1`, `"Down"`)
		w.wants(filter(`ticket.attributes.severity = "s2"`), 422, `Write == instead of =`, `filter:1:28`)
		if n := w.Count(`SELECT count(*) FROM attr_index WHERE text = 's2'`); n != 1 {
			t.Errorf("%d rows of the index", n)
		}
		w.Verify()
	})
}

func TestFormsAskForWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: form\nname: request\ntitle: Request\ndefault: true\nfields:\n  - { field: severity, required_in: [solved] }\n" +
			"  - { field: product-version, when: 'ticket.attributes.severity == \"s1\"', required: true }\n")
		path := w.ticketOf("agent", obj{"subject": "Down", "text": "x", "requester_id": w.ids["customer"]})
		w.wants(w.change("agent", path, obj{"priority": "high"}), 200)
		w.wants(w.change("agent", path, obj{"status": "solved"}), 422, `The form Request asks for these while a ticket is solved: Severity.`, `attributes.severity`)
		w.wants(w.call("agent", "POST", path+"/comments", obj{"public": true, "text": "Done", "status": "solved"}), 422, `attributes.severity`)
		w.wants(w.change("agent", path, obj{"attributes": obj{"severity": "s1"}}), 422, `attributes.version`, `a text like`)
		w.wants(w.change("agent", path, obj{"status": "solved", "attributes": obj{"severity": "s1", "version": "18.4.2"}}), 200)
		w.wants(w.call("agent", "GET", path+"/form", nil), 200, `{"name":"severity","title":"Severity","required":true,"filled":true}`)
	})
}

// TestIndexingAFieldLater fills the index of a field that has values already.
func TestIndexingAFieldLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const area = "kind: field\nname: area\ntitle: Area\non: ticket\ntype: text\n"
		w.Apply(area)
		path := w.ticketOf("agent", obj{"subject": "Here", "text": "x", "requester_id": w.ids["customer"], "attributes": obj{"area": "north"}})
		filter := "/tickets?filter=" + url.QueryEscape(`ticket.attributes.area == "north"`)
		w.wants(w.call("agent", "GET", filter, nil), 422, `The field area is not indexed`)
		w.Apply(area + "indexed: true\n")
		w.wants(w.call("agent", "GET", filter, nil), 503, `is being indexed (0 %)`)
		w.wants(w.call("agent", "GET", "/fields?on=ticket", nil), 200, `"indexed":{"done":false,"percent":0}`)
		w.Clock.Advance(1e10)
		w.Settle()
		w.wants(w.call("agent", "GET", filter, nil), 200, `"Here"`, `"count":1`)
		w.wants(w.change("agent", path, obj{"attributes": obj{"area": "south"}}), 200)
		w.wants(w.call("agent", "GET", filter, nil), 200, `"count":0`)
		// A name from before fields were declared becomes the field's when it fits.
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE organization SET attributes = '{"tier":"gold","colour":"blue"}' WHERE id = $1`, w.ids["organization"])
			return err
		})
		w.wants(w.call("agent", "GET", "/organizations/{organization}", nil), 200, `"colour":"blue"`, `"tier":"gold"`)
		w.Apply("kind: field\nname: tier\ntitle: Tier\non: organization\ntype: dropdown\noptions: [gold, silver]\nindexed: true\n")
		w.Settle()
		w.wants(w.call("agent", "GET", "/organizations/{organization}", nil), 200, `"colour":"blue"`, `"tier":"gold"`)
		if n := w.Count(`SELECT count(*) FROM attr_index WHERE text = 'gold' AND record_id = $1`, w.ids["organization"]); n != 1 {
			t.Errorf("%d rows of the index", n)
		}
		if n := w.Count(`SELECT count(*) FROM organization WHERE attributes LIKE '%"tier"%'`); n != 0 {
			t.Error("the value still stands under its free name")
		}
		w.Apply("kind: field\nname: tier\ntitle: Tier\non: organization\ntype: dropdown\noptions: [gold, silver]\n")
		w.Clock.Advance(1e10)
		w.Settle()
		if n := w.Count(`SELECT count(*) FROM attr_index WHERE text = 'gold'`); n != 0 {
			t.Error("a field that is indexed no more still has rows")
		}
	})
}

func TestAttributesOfPeopleAndOrganizations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: field\nname: nickname\ntitle: Nickname\non: person\ntype: text\nsee: everyone\n---\nkind: field\nname: level\ntitle: Level\non: person\ntype: integer\nindexed: true\n")
		w.wants(w.change("agent", "/people/{customer}", obj{"attributes": obj{"nickname": "Sunny", "level": 3}}), 200, `"attributes":{"level":3,"nickname":"Sunny"}`)
		w.wants(w.change("agent", "/people/{customer}", obj{"attributes": obj{"level": 2.5}}), 422, `attributes.level`)
		w.wants(w.call("agent", "POST", "/people", obj{"email": "new@acme.example", "attributes": obj{"level": 9}}), 201, `"attributes":{"level":9}`)
		w.wants(w.change("agent", "/organizations/{organization}", obj{"attributes": obj{"plan": "premium"}}), 200, `"plan":"premium"`)
		w.wants(w.change("agent", "/organizations/{organization}", obj{"attributes": obj{"plan": "platinum"}}), 422, `one of free, trial, community`)
		w.wants(w.change("agent", "/organizations/{organization}", obj{"name": "Acme 2"}), 200, `"plan":"premium"`)
		w.wants(w.change("agent", "/organizations/{organization}", obj{"attributes": obj{"plan": nil}}), 200, `"attributes":{}`)
		w.ticketOf("agent", obj{"subject": "Levels", "text": "x", "requester_id": w.ids["customer"], "tags": []string{"levels"}})
		w.Settle()
		w.wants(w.call("agent", "GET", "/tickets?filter="+url.QueryEscape(`"levels" in ticket.tags && ticket.requester.attributes.level == 3`), nil), 200, `"count":1`)
		if data := w.Count(`SELECT count(*) FROM events WHERE verb = 'person.updated' AND data LIKE '%Sunny%'`); data != 0 {
			t.Error("what somebody wrote stands in the open part of the ledger")
		}
		w.Verify()
	})
}
