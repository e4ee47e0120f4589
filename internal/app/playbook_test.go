package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

const onboarding = `kind: playbook
name: welcome
title: Welcome a customer
called: Onboarding
subject: person
ask:
  - { name: go_live, title: When do they begin?, type: date, required: true }
participants:
  - { role: manager, from: starter }
  - { role: boss, title: The boss, ask: true }
stages:
  - { name: prepare, title: Prepare }
  - { name: use, title: In use }
steps:
  - { name: call, title: Call them, kind: call, owner: manager, due: { from: start, days: 2 }, remind: [24h], escalate: { after: 24h, to: boss } }
  - name: details
    title: Where it runs
    kind: form
    owner: manager
    form:
      - { name: place, title: Where?, type: choice, options: [cloud, own], required: true }
  - { name: own, title: Check their servers, owner: manager, when: 'answers.details.place == "own"', evidence: [{ name: note, title: A note, required: true }] }
  - { name: cloud, title: Note the cloud, kind: action, instead_of: own, action: { name: event, with: { name: cloud } } }
  - { name: agree, title: Agree, kind: approval, approval: { by: [boss], not_author: true } }
  - { name: live, title: Wait for the day, kind: wait, stage: use, wait: { until: { from: ask.go_live } } }
  - { name: after, title: Ask how it went, owner: manager }
`

// starts starts a run about a person.
func starts(t *testing.T, i *apptest.Instance, by act.Actor, name string, about int64, in playbook.StartInput) *playbook.Run {
	t.Helper()
	var r *playbook.Run
	in.Playbook, in.Subject = name, ledger.Ref{Kind: "person", ID: about}
	i.Write(func(ctx context.Context, tx db.Tx) (err error) {
		r, err = i.Playbooks.Start(ctx, tx, by, in)
		return err
	})
	i.Settle()
	return run(t, i, r.ID)
}

func run(t *testing.T, i *apptest.Instance, id int64) *playbook.Run {
	t.Helper()
	var r *playbook.Run
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		r, err = i.Playbooks.Get(ctx, tx, act.Root(), id)
		return err
	})
	return r
}

// does lets something happen to a run and settles what follows.
func does(t *testing.T, i *apptest.Instance, change func(ctx context.Context, tx db.Tx) (*playbook.Run, error)) (*playbook.Run, error) {
	t.Helper()
	var r *playbook.Run
	err := i.DB.Write(context.Background(), func(ctx context.Context, tx db.Tx) (err error) {
		r, err = change(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	i.Settle()
	return run(t, i, r.ID), nil
}

func wantStates(t *testing.T, r *playbook.Run, want string) {
	t.Helper()
	var have []string
	for _, s := range r.Steps {
		have = append(have, s.Name+":"+string(s.State))
	}
	if got := strings.Join(have, " "); got != want {
		t.Fatalf("the steps are\n%s, want\n%s", got, want)
	}
}

func TestARunGoesThroughItsSteps(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(onboarding)
		sam, kim := i.Person("sam@desk.example", "Sam", "agent"), i.Person("kim@desk.example", "Kim", "agent")
		ada := i.Person("ada@customer.example", "Ada")
		r := starts(t, i, sam, "welcome", ada.PersonID, playbook.StartInput{Ask: map[string]any{"go_live": i.Clock.Now().Add(10 * day).Format(time.DateOnly)}, People: map[string]playbook.Part{"boss": {PersonID: kim.PersonID}}})
		wantStates(t, r, "call:active details:ahead own:ahead cloud:ahead agree:ahead live:ahead after:ahead")
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'step' AND state = 'open' AND person_id = $1`, sam.PersonID); n != 1 {
			t.Fatalf("Sam has %d steps on the list, want 1", n)
		}
		complete := func(by act.Actor, step string, in playbook.CompleteInput) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Complete(ctx, tx, by, r.ID, step, in)
			})
		}
		// Reminded a day before, told to the boss a day after.
		i.Clock.Advance(25 * time.Hour)
		i.Settle()
		i.Clock.Advance(2 * day)
		i.Settle()
		if r = run(t, i, r.ID); !r.Step("call").Late {
			t.Fatal("a late step was not escalated")
		}
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'step' AND state = 'open' AND person_id = $1`, kim.PersonID); n != 1 {
			t.Fatalf("the boss has %d items, want 1", n)
		}
		if _, err := complete(i.Person("eve@other.example", "Eve"), "call", playbook.CompleteInput{}); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a stranger's try ended with %v, want not found", err)
		}
		if _, err := complete(sam, "call", playbook.CompleteInput{}); err != nil {
			t.Fatal(err)
		}
		if _, err := complete(sam, "details", playbook.CompleteInput{Answers: map[string]any{"place": "moon"}}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a wrong answer ended with %v", err)
		}
		r, err := complete(sam, "details", playbook.CompleteInput{Answers: map[string]any{"place": "cloud"}})
		if err != nil {
			t.Fatal(err)
		}
		wantStates(t, r, "call:done details:done own:passed cloud:done agree:active live:ahead after:ahead")
		if n := i.Count(`SELECT count(*) FROM events WHERE verb = 'run.noted'`); n != 1 {
			t.Fatalf("the action was done %d times", n)
		}
		decide := func(by act.Actor) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Decide(ctx, tx, by, r.ID, "agree", true, "")
			})
		}
		if _, err := decide(sam); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("the author's agreement ended with %v, want forbidden", err)
		}
		if r, err = decide(kim); err != nil {
			t.Fatal(err)
		}
		wantStates(t, r, "call:done details:done own:passed cloud:done agree:done live:active after:ahead")
		if r.Stage != "use" {
			t.Fatalf("the stage is %q", r.Stage)
		}
		i.Clock.Advance(20 * day) // the day came while nothing ran
		i.Settle()
		if r = run(t, i, r.ID); r.Step("live").Ended.Format(time.DateOnly) != r.Asked["go_live"] {
			t.Fatalf("the wait ended at %v, not on its day %v", r.Step("live").Ended, r.Asked["go_live"])
		}
		if r, err = complete(sam, "after", playbook.CompleteInput{}); err != nil {
			t.Fatal(err)
		}
		if r.Status != playbook.Done || r.Outcome != playbook.Completed {
			t.Fatalf("the run ended as %s, %s", r.Status, r.Outcome)
		}
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'step' AND state = 'open'`); n != 0 {
			t.Fatalf("%d items are left over", n)
		}
		if n := i.Count(`SELECT count(*) FROM job WHERE kind LIKE 'playbook.%'`); n != 0 {
			t.Fatalf("%d jobs are left over", n)
		}
		var told []string
		i.Read(func(ctx context.Context, tx db.Tx) error {
			events, err := i.Ledger.Of(ctx, tx, ledger.Ref{Kind: playbook.Kind, ID: r.ID}, 0, 100)
			for _, e := range events {
				told = append(told, e.Verb)
				if e.Verb == playbook.StepPassed {
					w, err := i.Explain.Event(ctx, tx, act.Root(), e.ID)
					if err != nil {
						return err
					}
					if w.Rule == nil || len(w.Rule.Conditions) != 1 || w.Rule.Conditions[0].Held {
						t.Errorf("why a step is not needed is told as %+v", w)
					}
				}
			}
			return err
		})
		for _, verb := range []string{playbook.RunCreated, playbook.RunStarted, playbook.StepReady, playbook.StepReminded, playbook.StepLate, playbook.StepVoted, playbook.RunEnded} {
			if !slices.Contains(told, verb) {
				t.Errorf("the ledger does not tell %s: %v", verb, told)
			}
		}
	})
}

const failing = `kind: playbook
name: failing
title: Failing
subject: person
participants:
  - { role: manager, from: starter }
steps:
  - { name: mail, title: Open a ticket, kind: action, action: { name: attribute, with: { set: { nonsense: 1 } } } }
  - { name: wait, title: Wait for the plan, kind: wait, wait: { that: 'subject.name == "Ada Lovelace"', longest: 240h } }
`

func TestAnActionThatFailsWaitsForSomebody(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(failing)
		sam := i.Person("sam@desk.example", "Sam", "agent")
		ada := i.Person("ada@customer.example", "Ada")
		r := starts(t, i, sam, "failing", ada.PersonID, playbook.StartInput{})
		wantStates(t, r, "mail:failed wait:ahead")
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'step' AND state = 'open' AND person_id = $1`, sam.PersonID); n != 1 {
			t.Fatalf("who looks after the run has %d items, want 1", n)
		}
		skip := func(by act.Actor, reason string) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Skip(ctx, tx, by, r.ID, "mail", reason)
			})
		}
		if _, err := skip(act.Root(), ""); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a skip without a reason ended with %v", err)
		}
		if r, _ = skip(act.Root(), "not needed here"); r == nil || r.Step("mail").State != playbook.Skipped {
			t.Fatalf("the step was not skipped: %+v", r)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			p, err := i.Directory.Get(ctx, tx, act.Root(), ada.PersonID)
			if err != nil {
				return err
			}
			name := "Ada Lovelace"
			_, err = i.Directory.Update(ctx, tx, act.Root(), p.ID, directory.Change{Version: p.Version, Name: &name})
			return err
		})
		i.Settle()
		if r = run(t, i, r.ID); r.Status != playbook.Done || r.Step("wait").Outcome != playbook.Held {
			t.Fatalf("the wait for the subject is %+v", r.Step("wait"))
		}
	})
}
