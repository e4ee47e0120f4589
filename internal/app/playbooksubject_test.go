package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/playbook"
	"steward/internal/program"
	"steward/internal/success"
	"steward/internal/tracker"
)

const subjectsConfig = `kind: team
name: programs
title: Programs
---
kind: calendar
name: weekdays
title: Weekdays
time_zone: UTC
hours: { mon: [["09:00", "17:00"]] }
---
kind: program
name: plain
title: Plain program
team: programs
decision: { calendar: weekdays }
---
kind: tracker
name: gitlab
title: GitLab
software: gitlab
url: https://gitlab.example
projects: [product/*]
token: env:STEWARD_TEST_TRACKER
---
kind: policy
name: guard
title: Guard
covers: [team]
criticality: C1
roles: [admin]
---
kind: role
name: starter
title: Starter
grants: [{ actions: [read, write], kinds: [run], scope: all }]
`

// records are one of each kind that a run can be about, by kind.
func records(t *testing.T, i *apptest.Instance, admin act.Actor) map[string]int64 {
	t.Helper()
	var text strings.Builder
	text.WriteString(subjectsConfig)
	for _, kind := range []string{"person", "organization", "ticket", "application", "account", "issue", "change_request"} {
		fmt.Fprintf(&text, "---\nkind: playbook\nname: about-%s\ntitle: About one\nsubject: %s\nparticipants: [{ role: worker, from: starter }]\nsteps: [{ name: look, title: Look at it, owner: worker }]\n", strings.ReplaceAll(kind, "_", "-"), kind)
	}
	i.Apply(text.String())
	ids := map[string]int64{}
	name, email := "Ada", "ada@acme.example"
	i.Write(func(ctx context.Context, tx db.Tx) error {
		company := "Acme"
		o, err := i.Directory.CreateOrganization(ctx, tx, i.Root(), directory.OrganizationInput{Name: &company, Domains: &[]string{"acme.example"}})
		if err != nil {
			return err
		}
		p, err := i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Name: name, Email: email, OrganizationID: o.ID})
		if err != nil {
			return err
		}
		if _, err := i.Success.Create(ctx, tx, i.Root(), o.ID, success.AccountInput{}); err != nil {
			return err
		}
		tk, _, err := i.Desk.Create(ctx, tx, i.Root(), desk.NewTicket{Subject: "It stops", Requester: p, Channel: "api", Message: desk.Message{AuthorID: p.ID, Public: true, Text: "Hello", HTML: "<p>Hello</p>", Channel: "api"}})
		if err != nil {
			return err
		}
		a, err := i.Programs.Save(ctx, tx, i.Programs.Config().Named("plain"), 0, program.Sent{Nonce: "n", Name: name, Email: email, Organization: "Acme"})
		if err != nil {
			return err
		}
		w, _ := i.Trackers.Named("gitlab")
		issue, err := i.Trackers.Track(ctx, tx, i.Root(), tracker.Reference{TrackerID: w.ID, Sign: "#", Project: "product/app", Number: 12}, nil)
		ids["person"], ids["organization"], ids["account"], ids["ticket"], ids["application"], ids["issue"] = p.ID, o.ID, o.ID, tk.ID, a.ID, issue.ID
		return err
	})
	docs, findings := blueprint.ParseFile("a.yaml", "kind: team\nname: another\ntitle: Another\n")
	err := i.App.Configure(t.Context(), func(ctx context.Context, tx db.Tx) error {
		out, err := i.Blueprint.Propose(ctx, tx, admin, blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "screen", Message: "Another team"})
		if out.Request != nil {
			ids["change_request"] = out.Request.ID
		}
		return err
	})
	if err != nil || ids["change_request"] == 0 {
		t.Fatalf("no change request: %v", err)
	}
	i.Settle()
	return ids
}

func TestRunsAreAboutAnyRecordAndFoundFromIt(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		admin := i.Person("sam@desk.example", "Sam", "admin")
		ids := records(t, i, admin)
		starter := i.Person("stan@desk.example", "Stan", "starter")
		stranger := i.Person("eve@other.example", "Eve")
		words := map[string]string{"person": "ad", "organization": "acm", "account": "acm", "ticket": fmt.Sprint(ids["ticket"]), "application": "acme", "issue": "product/app#12", "change_request": "another"}
		title := map[string]string{"person": "Ada", "organization": "Acme", "account": "Acme", "ticket": "It stops", "application": "Plain program: Acme", "issue": "product/app#12", "change_request": "Another team"}
		for kind, id := range ids {
			subject := ledger.Ref{Kind: kind, ID: id}
			in := playbook.StartInput{Playbook: "about-" + strings.ReplaceAll(kind, "_", "-"), Subject: subject}
			find := func(by act.Actor, words string, id int64) (found []playbook.Found, err error) {
				err = i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
					found, err = i.Playbooks.FindSubjects(ctx, tx, by, playbook.Search{Kind: kind, Words: words, ID: id})
					return err
				})
				return found, err
			}
			for _, words := range []string{words[kind], ""} {
				found, err := find(admin, words, 0)
				if err != nil || kind == "issue" && words == "" { // no ticket is linked to it
					if err != nil {
						t.Errorf("%s by %q: %v", kind, words, err)
					}
					continue
				}
				if !slices.ContainsFunc(found, func(f playbook.Found) bool { return f.ID == id }) {
					t.Errorf("%s by %q: found %+v, want %d among them", kind, words, found, id)
				}
			}
			if found, err := find(admin, "", id); err != nil || len(found) != 1 || !strings.Contains(found[0].Title, title[kind]) {
				t.Errorf("%s %d is called %+v, %v", kind, id, found, err)
			}
			if _, err := find(stranger, "", 0); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a stranger looking for a %s: %v", kind, err)
			}
			start := func(by act.Actor) (*playbook.Run, error) {
				return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) { return i.Playbooks.Start(ctx, tx, by, in) })
			}
			list := func(by act.Actor) (runs []*playbook.Run, err error) {
				err = i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
					runs, _, err = i.Playbooks.List(ctx, tx, by, playbook.Filter{SubjectKind: kind, SubjectID: id}, db.Page{})
					return err
				})
				return runs, err
			}
			if _, err := start(stranger); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a stranger starting about a %s: %v", kind, err)
			}
			for _, err := range []error{func() error { _, err := start(starter); return err }(), func() error { _, err := list(starter); return err }()} {
				if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
					t.Errorf("somebody who may not see the %s: %v", kind, err)
				}
			}
			r, err := start(admin)
			if err != nil {
				t.Fatalf("a run about a %s: %v", kind, err)
			}
			runs, err := list(admin)
			if err != nil || !slices.ContainsFunc(runs, func(o *playbook.Run) bool { return o.ID == r.ID }) {
				t.Errorf("the %s does not lead to its run: %v, %v", kind, runs, err)
			}
		}
		for _, kind := range []string{"account", "organization"} {
			var runs []*playbook.Run
			i.Read(func(ctx context.Context, tx db.Tx) (err error) {
				runs, _, err = i.Playbooks.List(ctx, tx, admin, playbook.Filter{SubjectKind: kind, SubjectID: ids[kind]}, db.Page{})
				return err
			})
			if len(runs) != 2 {
				t.Errorf("from the %s %d runs are found, want those about both of its sides", kind, len(runs))
			}
		}
	})
}

const whenAdopted = `kind: playbook
name: adopted
title: Adopted
subject: account
participants: [{ role: worker, from: starter }]
steps:
  - { name: wait, title: Wait until they use it, kind: wait, wait: { that: 'subject.stage == "adoption"', longest: 240h } }
  - { name: call, title: Call them, owner: worker }
`

func TestARunAboutAnAccountHearsOfItsChanges(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(whenAdopted)
		r, err := does(t, c.Instance, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return c.Playbooks.Start(ctx, tx, c.Root(), playbook.StartInput{Playbook: "adopted", Subject: ledger.Ref{Kind: "account", ID: c.acme}})
		})
		if err != nil {
			t.Fatal(err)
		}
		wantStates(t, r, "wait:active call:ahead")
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.Change(ctx, tx, c.ops, c.acme, success.AccountInput{Version: 1, Stage: ptr("adoption")})
			return err
		})
		c.Settle()
		wantStates(t, run(t, c.Instance, r.ID), "wait:done call:active")
	})
}

func TestAStartWithAKeyHappensOnce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(onboarding)
		sam := i.Person("sam@desk.example", "Sam", "agent")
		ada, bob := i.Person("ada@customer.example", "Ada"), i.Person("bob@customer.example", "Bob")
		start := func(about int64, ask map[string]any) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Start(ctx, tx, sam, playbook.StartInput{Playbook: "welcome", Subject: ledger.Ref{Kind: "person", ID: about}, Ask: ask, People: map[string]playbook.Part{"boss": {PersonID: sam.PersonID}}, Key: "rule/7/3/person/1"})
			})
		}
		ask := map[string]any{"go_live": "2027-01-01"}
		if _, err := start(ada.PersonID, nil); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a start without an answer ended with %v", err)
		}
		first, err := start(ada.PersonID, ask) // the key was not used up
		if err != nil {
			t.Fatal(err)
		}
		again, err := start(ada.PersonID, ask)
		if err != nil || again.ID != first.ID {
			t.Fatalf("the second start gave %v, %v, want run %d", again, err, first.ID)
		}
		if _, err := start(bob.PersonID, ask); !fault.Is(err, fault.Conflict) {
			t.Fatalf("the key for somebody else ended with %v", err)
		}
		if n := i.Count(`SELECT count(*) FROM playbook_run`); n != 1 {
			t.Fatalf("%d runs were started", n)
		}
	})
}
