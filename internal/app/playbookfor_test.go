package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

const forSome = `kind: playbook
name: colleague
title: A colleague starts
subject: person
for: subject.agent
participants: [{ role: worker, from: starter }]
steps: [{ name: work, title: Work, owner: worker }]
---
kind: playbook
name: customer
title: A customer starts
subject: person
for: "!subject.agent"
participants: [{ role: worker, from: starter }]
steps: [{ name: work, title: Work, owner: worker }]
---
kind: playbook
name: anybody
title: Anybody
subject: person
participants: [{ role: worker, from: starter }]
steps: [{ name: work, title: Work, owner: worker }]
`

func TestAPlaybookIsOfferedAndStartedForWhomItIs(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(forSome)
		sam := i.Person("sam@desk.example", "Sam", "agent")
		ada := i.Person("ada@customer.example", "Ada")
		about := func(id int64) ledger.Ref { return ledger.Ref{Kind: "person", ID: id} }
		offered := func(by act.Actor, id int64) (names []string, err error) {
			err = inTx(i, func(ctx context.Context, tx db.Tx) error {
				list, err := i.Playbooks.PlaybooksFor(ctx, tx, by, about(id))
				for _, d := range list {
					names = append(names, d.Name)
				}
				return err
			})
			return names, err
		}
		for id, want := range map[int64]string{sam.PersonID: "[anybody colleague]", ada.PersonID: "[anybody customer]"} {
			if got, err := offered(sam, id); err != nil || fmt.Sprint(got) != want {
				t.Errorf("offered are %v, %v; want %s", got, err, want)
			}
		}
		_, err := offered(sam, 999_999)
		refusedAs(t, err, fault.NotFound)
		_, err = offered(ada, ada.PersonID)
		refusedAs(t, err, fault.Forbidden)

		_, err = does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return i.Playbooks.Start(ctx, tx, sam, playbook.StartInput{Playbook: "colleague", Subject: about(ada.PersonID)})
		})
		refusedAs(t, err, fault.Invalid, "A colleague starts is not for Ada")
		if r := starts(t, i, sam, "colleague", sam.PersonID, playbook.StartInput{}); r.Status != playbook.Active {
			t.Errorf("for a colleague it is %s", r.Status)
		}
	})
}

func TestRecordsThatAPlaybookIsNotForAreMarkedBeforeOneIsChosen(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(forSome)
		sam := i.Person("zoe@desk.example", "Zoe Last", "agent")
		ada := i.Person("ada@customer.example", "Ada First")
		found := func(in playbook.Search) (out []playbook.Found, err error) {
			return out, inTx(i, func(ctx context.Context, tx db.Tx) error {
				out, err = i.Playbooks.FindSubjects(ctx, tx, sam, in)
				return err
			})
		}
		names := func(in playbook.Search) string {
			list, err := found(in)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, f := range list {
				if f.ID == sam.PersonID || f.ID == ada.PersonID {
					out = append(out, f.Title+" "+f.NotFor)
				}
			}
			return strings.Join(out, "; ")
		}
		for name, want := range map[string]string{
			"":          "Ada First ; Zoe Last ",
			"anybody":   "Ada First ; Zoe Last ",
			"colleague": "Zoe Last ; Ada First Agent is yes",
			"customer":  "Ada First ; Zoe Last Agent is no",
		} {
			if got := names(playbook.Search{Kind: "person", Playbook: name}); got != want {
				t.Errorf("for %q: %s; want %s", name, got, want)
			}
		}
		if got := names(playbook.Search{Kind: "person", ID: ada.PersonID, Playbook: "colleague"}); got != "Ada First Agent is yes" {
			t.Errorf("the one it is asked about: %s", got)
		}
		_, err := found(playbook.Search{Kind: "organization", Playbook: "colleague"})
		refusedAs(t, err, fault.Invalid, "about a person")
		_, err = found(playbook.Search{Kind: "person", Playbook: "nothing"})
		refusedAs(t, err, fault.Invalid, "There is no playbook")
	})
}

func TestWhomAPlaybookIsForIsKnownBeforeItIsStarted(t *testing.T) {
	one, _, _ := strings.Cut(forSome, "---")
	for condition, wrong := range map[string]bool{"for: subject.agent": false, "for: ask.day == \"monday\"\nask: [{ name: day, title: Day }]": true} {
		docs, findings := blueprint.ParseFile("p.yaml", strings.Replace(one, "for: subject.agent", condition, 1))
		_, more := blueprint.Compile(app.NewRegistry(), docs)
		told := fmt.Sprint(append(findings, more...))
		if wrong != strings.Contains(told, "ask.day is not known before a run is started") || !wrong && told != "[]" {
			t.Errorf("%s: %s", condition, told)
		}
	}
}
