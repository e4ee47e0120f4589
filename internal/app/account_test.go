package app_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/directory/roster"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/success"
)

// customers is an instance with two organizations that are accounts, a manager of one of them, and
// operations that may write every account.
type customers struct {
	*apptest.Instance
	t             *testing.T
	csm, ops, out act.Actor
	acme, globex  int64
}

func withCustomers(t *testing.T, i *apptest.Instance) *customers {
	t.Helper()
	c := &customers{Instance: i, t: t, csm: i.Person("bea@company.example", "Bea", "csm"), ops: i.Person("ola@company.example", "Ola", "success-operations")}
	c.acme, c.globex = c.organization("Acme", "acme.example"), c.organization("Globex", "globex.example")
	c.out = i.Person("cam@acme.example", "Cam")
	for id, csm := range map[int64]int64{c.acme: c.csm.PersonID, c.globex: 0} {
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Success.Create(ctx, tx, c.ops, id, success.AccountInput{Plan: ptr("premium"), Segment: ptr("enterprise"), Coverage: ptr("P1"), Revenue: ptr(id * 100_00), Currency: ptr("EUR"),
				Since: ptr(apptest.Start.AddDate(-1, 0, 0)), Renewal: ptr(apptest.Start.AddDate(0, 0, 90)), CSMID: ptr(csm)})
			return err
		})
	}
	return c
}

func (c *customers) organization(name, domain string) (id int64) {
	c.t.Helper()
	c.do(func(ctx context.Context, tx db.Tx) error {
		o, err := c.Directory.CreateOrganization(ctx, tx, act.Root(), directory.OrganizationInput{Name: &name, Domains: &[]string{domain}})
		id = o.ID
		return err
	})
	return id
}

// do makes a change that must work.
func (c *customers) do(fn func(ctx context.Context, tx db.Tx) error) {
	c.t.Helper()
	c.Write(fn)
}

// refused makes a change that must be refused with a code, and returns what it says.
func (c *customers) refused(code fault.Code, fn func(ctx context.Context, tx db.Tx) error) string {
	c.t.Helper()
	err := c.DB.Write(context.Background(), fn)
	if !fault.Is(err, code) {
		c.t.Fatalf("got %v, want it refused as %s", err, code)
	}
	return err.Error()
}

func (c *customers) account(id int64) (a success.Account) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) (err error) {
		a, err = c.Success.Get(ctx, tx, c.ops, id)
		return err
	})
	return a
}

func eachCustomers(t *testing.T, test func(t *testing.T, c *customers)) {
	each(t, func(t *testing.T, i *apptest.Instance) { test(t, withCustomers(t, i)) })
}

func TestAccountIsWrittenByWhoMay(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		change := func(by act.Actor, id, version int64, in success.AccountInput) func(ctx context.Context, tx db.Tx) error {
			in.Version = version
			return func(ctx context.Context, tx db.Tx) error { _, err := c.Success.Change(ctx, tx, by, id, in); return err }
		}
		c.do(change(c.csm, c.acme, 1, success.AccountInput{Stage: ptr("adoption")}))
		c.refused(fault.Forbidden, change(c.csm, c.globex, 1, success.AccountInput{Stage: ptr("adoption")}))
		c.refused(fault.NotFound, change(c.out, c.acme, 2, success.AccountInput{Stage: ptr("growth")}))
		c.refused(fault.Conflict, change(c.ops, c.acme, 1, success.AccountInput{Stage: ptr("growth")}))
		c.refused(fault.Forbidden, change(c.csm, c.acme, 2, success.AccountInput{CSMID: ptr(c.ops.PersonID)})) // it would be theirs no longer
		c.refused(fault.Invalid, change(c.ops, c.acme, 2, success.AccountInput{CSMID: ptr(c.out.PersonID)}))   // a customer
		c.refused(fault.Invalid, change(c.ops, c.acme, 2, success.AccountInput{ParentID: ptr(c.acme)}))
		c.refused(fault.Invalid, change(c.ops, c.acme, 2, success.AccountInput{Coverage: ptr("P9")}))
		c.do(change(c.ops, c.acme, 2, success.AccountInput{ParentID: ptr(c.globex), CSMID: ptr(c.ops.PersonID)}))
		c.refused(fault.Invalid, change(c.ops, c.globex, 1, success.AccountInput{ParentID: ptr(c.acme)})) // in a circle
		c.Settle()
		var verbs []string
		c.Read(func(ctx context.Context, tx db.Tx) error {
			list, err := c.Ledger.Of(ctx, tx, ledger.Ref{Kind: "organization", ID: c.acme}, 0, 10)
			for _, e := range list {
				if strings.HasPrefix(e.Verb, "account.") {
					verbs = append(verbs, e.Verb+string(e.Data))
				}
			}
			return err
		})
		if got := strings.Join(verbs, "\n"); !strings.Contains(got, `"csm_id":[`) || !strings.Contains(got, `"stage":["onboarding","adoption"]`) {
			t.Errorf("the ledger does not tell who looked after it and what it was: %s", got)
		}
	})
}

func TestPortfolioIsPagedWithinScope(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply("kind: role\nname: own-book\ntitle: Own book\ngrants:\n  - { actions: [read], kinds: [account], scope: own }\n")
		narrow := c.Person("nia@company.example", "Nia", "own-book")
		list := func(by act.Actor, f success.Filter, sort string) (names []int64) {
			page := db.Page{Limit: 1}
			for {
				var some []success.Account
				c.Read(func(ctx context.Context, tx db.Tx) (err error) {
					some, page.Cursor, err = c.Success.List(ctx, tx, by, f, sort, page)
					return err
				})
				for _, a := range some {
					names = append(names, a.OrganizationID)
				}
				if page.Cursor == "" {
					return names
				}
			}
		}
		for _, sort := range []string{"", "renewal", "score", "changed"} {
			if got := list(c.ops, success.Filter{}, sort); len(got) != 2 {
				t.Errorf("sorted by %q: %v", sort, got)
			}
		}
		if got := list(c.ops, success.Filter{Query: "glo"}, ""); len(got) != 1 || got[0] != c.globex {
			t.Errorf("by name: %v", got)
		}
		if got := list(c.ops, success.Filter{CSMID: success.Nobody}, ""); len(got) != 1 || got[0] != c.globex {
			t.Errorf("of nobody: %v", got)
		}
		if got := list(narrow, success.Filter{}, ""); len(got) != 0 {
			t.Errorf("beyond their scope: %v", got)
		}
		var sums []success.Sum
		c.Read(func(ctx context.Context, tx db.Tx) (err error) {
			sums, err = c.Success.Sums(ctx, tx, c.ops, success.Filter{})
			return err
		})
		if len(sums) != 1 || sums[0].Accounts != 2 || sums[0].Revenue != (c.acme+c.globex)*100_00 {
			t.Errorf("sums: %+v", sums)
		}
		if err := c.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, _, err := c.Success.List(ctx, tx, c.out, success.Filter{}, "", db.Page{})
			return err
		}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer lists accounts: %v", err)
		}
	})
}

const salesforce = `Id,Name,Website,ParentId,Owner.Email,ARR__c,CurrencyIsoCode,Plan__c,Coverage__c,Renewal_Date__c,AnnualRevenue
001A,Initech,https://www.initech.example/about,,bea@company.example,"12,345.60",EUR,ultimate,p2,2026-09-30,99999999
001B,Initech Labs,labs.example,001A,bea@company.example,JPY 5000,,premium,P3,2026-13-01,1
001C,Initech Works,,001A,stranger@company.example,1,USD,,,,1
001D,Initech Sales,,001A,,700,,,,,1
`

func TestAccountsOfSalesforceAreImportedTwiceTheSame(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		m, ok := blueprint.Get[roster.Mapping](c.Blueprint.Set(), "salesforce")
		if !ok {
			t.Fatal("the kit has no mapping for Salesforce")
		}
		run := func() (roster.Run, string) {
			r, err := c.Imports.Upload(t.Context(), c.ops, roster.Accounts, "accounts.csv", "", m.Source, []byte(salesforce))
			if err != nil {
				t.Fatal(err)
			}
			columns, values := m.For(r.File.Header)
			c.do(func(ctx context.Context, tx db.Tx) error {
				_, err := c.Imports.Start(ctx, tx, c.ops, r.ID, roster.Chosen{Columns: columns, Values: values}, false)
				return err
			})
			c.Settle()
			c.Read(func(ctx context.Context, tx db.Tx) (err error) {
				r, err = c.Imports.Get(ctx, tx, c.ops, r.ID)
				return err
			})
			var bad bytes.Buffer
			if err := c.Imports.Bad(t.Context(), c.ops, r.ID, &bad); err != nil {
				t.Fatal(err)
			}
			return r, bad.String()
		}
		r, bad := run()
		if want := (roster.Counts{Read: 4, Created: 2, Failed: 2}); r.Counts != want {
			t.Fatalf("got %+v, want %+v: %s %s", r.Counts, want, r.Error, bad)
		}
		for _, want := range []string{"2026-13-01", "Nobody who works here has the address stranger@company.example"} {
			if !strings.Contains(bad, want) {
				t.Errorf("the failed rows do not say %q: %s", want, bad)
			}
		}
		id := int64(c.Count(`SELECT record_id FROM external_id WHERE source = 'salesforce' AND id = '001A'`))
		a := c.account(id)
		if a.Revenue != 1234560 || a.Currency != "EUR" || a.Plan != "ultimate" || a.Coverage != "P2" || a.CSMID != c.csm.PersonID || !a.Renewal.Equal(time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("imported as %+v", a)
		}
		if child := c.account(int64(c.Count(`SELECT record_id FROM external_id WHERE source = 'salesforce' AND id = '001D'`))); child.ParentID != id || child.Currency != "USD" {
			t.Errorf("the child is %+v", child)
		}
		if r, _ = run(); r.Counts.Unchanged != 2 || r.Counts.Failed != 2 {
			t.Errorf("the same file again: %+v", r.Counts)
		}
		if err := func() error {
			_, err := c.Imports.Upload(t.Context(), c.csm, roster.Accounts, "a.csv", "", "x", []byte(salesforce))
			return err
		}(); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a manager imports: %v", err)
		}
	})
}

func TestContactsHaveRoles(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		set := func(by act.Actor, person int64, role string, has bool) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				return c.Success.SetContact(ctx, tx, by, c.acme, person, role, has)
			}
		}
		c.do(set(c.csm, c.out.PersonID, "security_lead", true))
		c.do(set(c.csm, c.out.PersonID, "security_lead", true)) // once more changes nothing
		c.refused(fault.Invalid, set(c.csm, c.ops.PersonID, "sponsor", true))
		c.refused(fault.Invalid, set(c.csm, c.out.PersonID, "Security lead", true))
		c.refused(fault.NotFound, set(c.out, c.out.PersonID, "sponsor", true))
		if n := c.Count(`SELECT count(*) FROM account_contact`); n != 1 {
			t.Errorf("%d contacts", n)
		}
		c.do(set(c.csm, c.out.PersonID, "security_lead", false))
		c.refused(fault.NotFound, set(c.csm, c.out.PersonID, "security_lead", false))
	})
}
