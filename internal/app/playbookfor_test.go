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
