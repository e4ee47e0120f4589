package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

const doingPlaybook = `kind: webhook
name: pager
title: Pager
url: https://pager.example/hook
events: [ticket.none]
role: admin
visibility: internal
secrets: ["env:PAGER"]
---
kind: team
name: second
title: Second line
---
kind: playbook
name: doing
title: Doing
subject: person
ask: [{ name: what, title: What?, required: true }]
participants: [{ role: worker, from: starter }]
steps:
  - { name: open, title: Open a ticket, kind: action, action: { name: ticket, with: { subject: 'Set up {{ask.what}} for {{subject}}', text: 'Please begin.', team: second, priority: high } } }
  - { name: tell, title: Tell the pager, kind: action, action: { name: webhook, with: { webhook: pager } } }
  - { name: hope, title: Wait for the plan, kind: wait, wait: { that: 'subject.name == "Somebody else"', longest: 48h } }
  - { name: question, title: Ask them, owner: worker, when: steps.hope.outcome == "too_long" }
`

func TestStepsOpenATicketTellAWebhookAndWaitNoLongerThanTheyMay(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(doingPlaybook)
		sam, ada := i.Person("sam@desk.example", "Sam", "agent"), i.Person("ada@customer.example", "Ada")
		r := starts(t, i, sam, "doing", ada.PersonID, playbook.StartInput{Ask: map[string]any{"what": "a server"}})
		wantStates(t, r, "open:done tell:done hope:active question:ahead")
		tk := ticketOf(t, i)
		team, _ := i.Blueprint.Set().Entry("team", "second")
		if tk.Subject != "Set up a server for Ada" || tk.RequesterID != ada.PersonID || tk.TeamID != team.ID || tk.Priority != "high" {
			t.Errorf("the ticket is %+v", tk)
		}
		if got := r.Step("open").Answers["ticket"]; got != float64(tk.ID) && got != tk.ID {
			t.Errorf("the step answers with ticket %v, want %d", got, tk.ID)
		}
		if n := i.Count(`SELECT count(*) FROM webhook_delivery`); n != 1 {
			t.Errorf("%d deliveries to the webhook, want 1", n)
		}
		i.Clock.Advance(47 * time.Hour)
		i.Settle()
		wantStates(t, run(t, i, r.ID), "open:done tell:done hope:active question:ahead")
		i.Clock.Advance(2 * time.Hour)
		i.Settle()
		r = run(t, i, r.ID)
		wantStates(t, r, "open:done tell:done hope:done question:active")
		if st := r.Step("hope"); st.Outcome != playbook.TooLong || !st.Ended.Equal(st.Ready.Add(48*time.Hour)) {
			t.Errorf("the wait came to %q at %v, want too_long 48 hours after %v", st.Outcome, st.Ended, st.Ready)
		}
		if n := i.Count(`SELECT count(*) FROM ticket`); n != 1 {
			t.Errorf("%d tickets were opened, want 1", n)
		}
	})
}

const agreeing = `kind: playbook
name: agreeing
title: Agreeing
subject: person
participants:
  - { role: one, ask: true }
  - { role: two, ask: true }
  - { role: three, ask: true }
steps:
  - { name: agree, title: Agree, kind: approval, approval: { by: [one, two, three], rule: quorum, quorum: 2 } }
`

func TestAQuorumDecidesAndAnApprovalIsHandedOver(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(agreeing)
		var people []act.Actor
		for _, name := range []string{"ann", "ben", "cat", "dan"} {
			people = append(people, i.Person(name+"@desk.example", strings.ToUpper(name[:1])+name[1:], "agent"))
		}
		ann, ben, cat, dan := people[0], people[1], people[2], people[3]
		boss := i.Person("boss@desk.example", "Boss", "admin")
		ada := i.Person("ada@customer.example", "Ada")
		begin := func() *playbook.Run {
			return starts(t, i, boss, "agreeing", ada.PersonID, playbook.StartInput{People: map[string]playbook.Part{"one": {PersonID: ann.PersonID}, "two": {PersonID: ben.PersonID}, "three": {PersonID: cat.PersonID}}})
		}
		decide := func(by act.Actor, r *playbook.Run, yes bool) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Decide(ctx, tx, by, r.ID, "agree", yes, "")
			})
		}
		must := func(r *playbook.Run, err error) *playbook.Run {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		r := must(decide(ann, begin(), true))
		wantStates(t, r, "agree:active")
		if r = must(decide(cat, r, true)); r.Status != playbook.Done || r.Outcome != playbook.Completed {
			t.Fatalf("after two of three the run is %s, %s", r.Status, r.Outcome)
		}
		r = must(decide(ann, begin(), false))
		wantStates(t, r, "agree:active")
		if r = must(decide(ben, r, false)); r.Outcome != playbook.Declined {
			t.Fatalf("with two refusals two of three cannot agree any more, and the run is %s, %s", r.Status, r.Outcome)
		}
		// Handed over: by whose role it is, or by who may edit the run; not by others.
		r = must(decide(ann, begin(), true))
		give := func(by act.Actor, in playbook.AssignInput) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Assign(ctx, tx, by, r.ID, in)
			})
		}
		to := playbook.Part{PersonID: dan.PersonID}
		if _, err := give(ann, playbook.AssignInput{Role: "two", To: to}); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("handing over somebody else's role ended with %v", err)
		}
		if _, err := give(ben, playbook.AssignInput{Role: "two", Owner: true, To: to}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("handing over two things at once ended with %v", err)
		}
		if _, err := give(ben, playbook.AssignInput{Owner: true, To: to}); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("handing over somebody else's run ended with %v", err)
		}
		must(give(ben, playbook.AssignInput{Role: "two", To: to}))
		if _, err := decide(ben, r, true); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Fatalf("who handed the role over decided: %v", err)
		}
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'step' AND state = 'open' AND person_id = $1`, dan.PersonID); n != 1 {
			t.Fatalf("who got the role has %d items, want 1", n)
		}
		r = must(give(boss, playbook.AssignInput{Owner: true, To: playbook.Part{PersonID: cat.PersonID}}))
		if r.OwnerID != cat.PersonID {
			t.Fatalf("the run is looked after by %d", r.OwnerID)
		}
		if r = must(decide(dan, r, true)); r.Outcome != playbook.Completed {
			t.Fatalf("the run is %s, %s", r.Status, r.Outcome)
		}
		lines := history(t, i, boss, r.ID)
		for _, want := range []string{"Gave the role Two to Dan", "Gave the run to Cat, who looks after it now", "Agreed to “Agree” as Two", "It is done: nothing is left to do"} {
			if !strings.Contains(strings.Join(lines, "\n"), want) {
				t.Errorf("the history does not say %q:\n%s", want, strings.Join(lines, "\n"))
			}
		}
		if _, _, err := readHistory(t, i, i.Person("eve@other.example", "Eve"), r.ID, db.Page{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger read the history: %v", err)
		}
	})
}

func readHistory(t *testing.T, i *apptest.Instance, by act.Actor, id int64, page db.Page) (list []playbook.Line, next string, err error) {
	t.Helper()
	err = i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		list, next, err = i.Playbooks.History(ctx, tx, by, id, page)
		return err
	})
	return list, next, err
}

// history is what happened to a run, read in pages of three.
func history(t *testing.T, i *apptest.Instance, by act.Actor, id int64) (says []string) {
	t.Helper()
	last := int64(1) << 62
	seen := map[int64]bool{}
	for page := (db.Page{Limit: 3}); ; {
		list, next, err := readHistory(t, i, by, id, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			if at := db.Micros(l.At); seen[l.ID] || at > last {
				t.Fatalf("the history is not in order, or tells %+v twice", l)
			} else {
				last, seen[l.ID] = at, true
			}
			says = append(says, l.By+": "+l.Says+" because "+l.Because)
		}
		if page.Cursor = next; next == "" {
			break
		}
	}
	if n := i.Count(`SELECT count(*) FROM events WHERE subject_kind = 'run' AND subject_id = $1`, id); n != len(says) {
		t.Fatalf("the history has %d lines, the ledger %d events", len(says), n)
	}
	return says
}

func TestADryRunSaysWhatStewardWouldDo(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(doingPlaybook)
		sam, ada := i.Person("sam@desk.example", "Sam", "agent"), i.Person("ada@customer.example", "Ada")
		var lines []playbook.DryLine
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			lines, _, err = i.Playbooks.DryRun(ctx, tx, sam, playbook.DryInput{Playbook: "doing", Subject: ledger.Ref{Kind: "person", ID: ada.PersonID}, Ask: map[string]any{"what": "a server"}})
			return err
		})
		var found bool
		for _, l := range lines {
			if l.Step != "open" || l.Verb != playbook.StepReady {
				continue
			}
			found = true
			if l.Does != "Open a ticket" || len(l.Values) != 4 || l.Values[1].Value != "Set up a server for Ada" || len(l.Options) != 2 {
				t.Errorf("the line says %+v", l)
			}
		}
		if !found || i.Count(`SELECT count(*) FROM ticket`)+i.Count(`SELECT count(*) FROM playbook_run`) != 0 {
			t.Errorf("the dry run said %d lines, and left something behind", len(lines))
		}
	})
}
