package portal_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/directory"
)

const boughtForms = `kind: form
name: ask
title: Ask us
order: 10
default: true
customers: true
fields: []
---
kind: form
name: emergency
title: Report an emergency
order: 20
customers: true
fields: []
---
kind: form
name: idea
title: Tell us an idea
order: 30
customers: true
fields: []
---
kind: entitlement
name: basic
title: Basic
order: 1
match: has(organization.name) && organization.name == "Acme"
support: true
forms: [ask, idea]
---
kind: entitlement
name: everything
title: Everything
order: 2
support: true
`

func TestTheRequestPageOffersTheFormsThatThePersonBought(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(boughtForms)
		v.Write(func(ctx context.Context, tx db.Tx) error {
			name, domains := "Acme", []string{"acme.example"}
			_, err := v.Directory.CreateOrganization(ctx, tx, v.Root(), directory.OrganizationInput{Name: &name, Domains: &domains})
			return err
		})
		v.known("ann@acme.example")
		v.known("bob@other.example")
		v.open("/portal/request")
		v.shows("Ask us", "Report an emergency", "Tell us an idea") // nobody knows who it is

		v.client.Transport = signedIn(v, "ann@acme.example")
		v.open("/portal/request")
		v.shows("Ask us", "Tell us an idea")
		if strings.Contains(v.page, "emergency") {
			t.Errorf("what is not included is offered: %s", v.page)
		}
		v.open("/portal/request/emergency") // an old link leads to what there is
		if strings.Contains(v.page, "Report an emergency") {
			t.Errorf("what is not included opens: %s", v.page)
		}
		v.open("/portal/request/idea")
		v.shows("Tell us an idea", "Ask us")
		if strings.Contains(v.page, "emergency") {
			t.Errorf("beside a form what is not included is offered: %s", v.page)
		}

		v.client.Transport = signedIn(v, "bob@other.example")
		v.open("/portal/request")
		v.shows("Ask us", "Report an emergency", "Tell us an idea")
	})
}
