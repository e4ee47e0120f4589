package portal_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

const internalForm = `kind: field
name: kind
title: Kind
on: ticket
type: dropdown
options: [ { value: bug, title: Bug }, { value: feature, title: Feature } ]
---
kind: field
name: effort
title: Effort
on: ticket
type: integer
---
kind: form
name: ask
title: Ask us
default: true
customers: true
fields: []
---
kind: form
name: operations
title: Request to operations
order: 90
colleagues: true
fields:
  - { field: kind, required: true, colleagues: true }
  - { field: effort, required_in: [solved] }
---
kind: pipeline
name: operations
title: Operations
form: operations
stages: [ { name: triage, title: Triage }, { name: done, title: Done, status: solved } ]
`

// colleague is somebody who works here and has no role at all.
func (v *visitor) colleague(email string) {
	v.T.Helper()
	v.Write(func(ctx context.Context, tx db.Tx) error {
		_, err := v.Directory.Create(ctx, tx, v.Root(), directory.NewPerson{Email: email, Name: "Col", Agent: true})
		return err
	})
}

func TestColleaguesAskWithAnInternalForm(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(strings.Replace(internalForm, "fields: []", "fields: [ { field: kind } ]", 1))
		v.colleague("col@company.example")
		v.client.Transport = signedIn(v, "col@company.example")
		v.open("/portal/request")
		v.shows("For colleagues", "Request to operations", "Ask us")
		v.open("/portal/request/operations")
		v.shows("Request to operations", "Kind", "You are signed in as Col")
		if strings.Contains(v.page, "Effort") {
			t.Error("who asks is asked for the effort")
		}
		v.fields.Set("subject", "A new field")
		v.fields.Set("text", "We need one.")
		v.send(nil)
		if v.status != http.StatusUnprocessableEntity || !strings.Contains(v.page, "Kind must be filled") {
			t.Fatalf("without its kind: %d %s", v.status, v.page)
		}
		v.fields.Set("f.kind", "feature")
		v.send(nil)
		v.shows("Your request has number")
		all := v.tickets()
		if len(all) != 1 || v.Count(`SELECT count(*) FROM ticket_stage WHERE stage = 'triage'`) != 1 {
			t.Fatalf("%d tickets", len(all))
		}
		form := v.DeskConfig().FormNamed("operations")
		kind := v.DeskConfig().Fields.Show("ticket", all[0].Attributes, true)["kind"]
		if all[0].FormID != form.ID || kind != "feature" || all[0].RequesterID != v.idOf("col@company.example") {
			t.Errorf("the ticket is %+v with the kind %v", all[0], kind)
		}
	})
}

func TestNobodyElseAsksWithAnInternalForm(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(strings.Replace(internalForm, "fields: []", "fields: [ { field: kind } ]", 1))
		v.colleague("col@company.example")
		// Nobody knows who opens it.
		v.open("/portal/request/operations")
		if v.status != http.StatusForbidden || !strings.Contains(v.page, "for colleagues") {
			t.Errorf("unknown: %d %s", v.status, v.page)
		}
		v.open("/portal/request")
		if strings.Contains(v.page, "operations") || strings.Contains(v.page, "Kind") {
			t.Errorf("strangers see %s", v.page)
		}
		// A customer who is signed in is led to the forms of customers.
		v.known("ann@acme.example")
		v.client.Transport = signedIn(v, "ann@acme.example")
		v.open("/portal/request/operations")
		if strings.Contains(v.page, "operations") || strings.Contains(v.page, "Kind") {
			t.Errorf("a customer sees %s", v.page)
		}
		v.client.Transport = nil
		// A colleague's address typed by anybody is nobody's right, whatever the page sends.
		submit := func(person int64, email string) (err error) {
			v.Write(func(ctx context.Context, tx db.Tx) error {
				_, err = v.Desk.Submit(ctx, tx, desk.WebRequest{Nonce: email, PortalID: 0, Email: email, Name: "X", PersonID: person, Subject: "x", FormID: v.DeskConfig().FormNamed("operations").ID,
					Content: desk.RequestContent{Text: "x", Values: map[string]any{"kind": "bug"}}})
				return nil
			})
			return err
		}
		if err := submit(0, "col@company.example"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a colleague's address: %v", err)
		}
		if err := submit(v.idOf("ann@acme.example"), "ann@acme.example"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer: %v", err)
		}
		// Through the service: the form and its fields are the colleague's, not the customer's.
		create := func(email, form string, attributes map[string]any) (err error) {
			v.Write(func(ctx context.Context, tx db.Tx) error {
				p, _, err1 := v.Directory.ByEmail(ctx, tx, email)
				if err1 != nil {
					return err1
				}
				by := act.Actor{Kind: act.Person, PersonID: p.ID, Clock: v.Clock.Now, Grants: []act.Grant{{Action: "write", Kind: "ticket", Scope: act.Own}}}
				m := desk.PlainMessage("x")
				m.Public, m.Channel = true, "api"
				_, _, err = v.Desk.Create(ctx, tx, by, desk.NewTicket{Subject: "x", Message: m, Requester: p, FormID: v.DeskConfig().FormNamed(form).ID, Attributes: attributes})
				return nil
			})
			return err
		}
		if err := create("ann@acme.example", "operations", map[string]any{"kind": "bug"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a customer opens it: %v", err)
		}
		if err := create("ann@acme.example", "ask", map[string]any{"kind": "bug"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a customer sets an internal field: %v", err)
		}
		if err := create("col@company.example", "operations", map[string]any{"kind": "bug", "effort": 3}); !fault.Is(err, fault.Invalid) {
			t.Errorf("who asks sets the effort: %v", err)
		}
		if err := create("col@company.example", "operations", map[string]any{"kind": "bug"}); err != nil {
			t.Errorf("a colleague: %v", err)
		}
		if n := len(v.tickets()); n != 1 {
			t.Errorf("%d tickets", n)
		}
	})
}
