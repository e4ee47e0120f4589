package app_test

import (
	"context"
	"fmt"
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
	"steward/internal/success"
)

const small = `kind: playbook
name: small
title: Small
subject: person
participants:
  - { role: worker, from: starter }
  - { role: boss, ask: true }
gates: { when: 'subject.name != "Eve"', say: Not for Eve., capacity: { most: 1 } }
steps:
  - { name: wait, title: Wait, kind: wait, wait: { for: 24h } }
  - { name: work, title: Work, kind: deliverable, owner: worker, deliverable: boss, evidence: [{ name: link, title: Link, type: link, required: true }] }
`

func TestRunsPauseQueueMoveAndCancel(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(small)
		sam, kim := i.Person("sam@desk.example", "Sam", "agent"), i.Person("kim@desk.example", "Kim", "agent")
		ada, eve := i.Person("ada@customer.example", "Ada"), i.Person("eve@customer.example", "Eve")
		boss := map[string]playbook.Part{"boss": {PersonID: kim.PersonID}}
		first := starts(t, i, sam, "small", ada.PersonID, playbook.StartInput{People: boss})
		second := starts(t, i, sam, "small", ada.PersonID, playbook.StartInput{People: boss})
		if first.Status != playbook.Active || second.Status != playbook.Queued {
			t.Fatalf("with one place the runs are %s and %s", first.Status, second.Status)
		}
		for about, want := range map[int64]string{eve.PersonID: "Not for Eve", 999999: "no person"} {
			_, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Start(ctx, tx, sam, playbook.StartInput{Playbook: "small", Subject: ledger.Ref{Kind: "person", ID: about}, People: boss})
			})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("a start that is refused says %v, want %q", err, want)
			}
		}
		change := func(what func(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*playbook.Run, error), by act.Actor, id int64) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) { return what(ctx, tx, by, id) })
		}
		if _, err := change(i.Playbooks.Pause, kim, first.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody who only takes part paused it: %v", err)
		}
		if _, err := change(i.Playbooks.Pause, sam, first.ID); err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(30 * time.Hour)
		i.Settle()
		r, err := change(i.Playbooks.Resume, sam, first.ID)
		if err != nil || r.Step("wait").State != playbook.Open {
			t.Fatalf("a pause did not stop the clock: %v %+v", err, r)
		}
		// Another version: a step more, seen before the run is moved.
		i.Apply(strings.Replace(small, "  - { name: work,", "  - { name: new, title: New, owner: worker }\n  - { name: work,", 1))
		var l playbook.Landing
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			l, err = i.Playbooks.PreviewMove(ctx, tx, sam, first.ID)
			return err
		})
		if len(l.Added) != 2 && strings.Join(l.Added, " ") != "New" || strings.Join(l.Then, " ") != "Wait" {
			t.Errorf("the preview of the move says %+v", l)
		}
		if r, err = change(i.Playbooks.Move, sam, first.ID); err != nil {
			t.Fatal(err)
		}
		wantStates(t, r, "wait:active new:ahead work:ahead")
		i.Clock.Advance(24 * time.Hour)
		i.Settle()
		complete := func(by act.Actor, step string, in playbook.CompleteInput) error {
			_, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Complete(ctx, tx, by, first.ID, step, in)
			})
			return err
		}
		if err := complete(sam, "new", playbook.CompleteInput{}); err != nil {
			t.Fatal(err)
		}
		if err := complete(sam, "work", playbook.CompleteInput{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("work without its evidence: %v", err)
		}
		if err := complete(sam, "work", playbook.CompleteInput{Evidence: map[string]any{"link": "https://company.example/x"}}); err != nil {
			t.Fatal(err)
		}
		review := func(by act.Actor, yes bool) (*playbook.Run, error) {
			return does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Decide(ctx, tx, by, first.ID, "work", yes, "a note")
			})
		}
		if _, err := review(sam, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("they reviewed their own: %v", err)
		}
		if r, err = review(kim, false); err != nil || r.Step("work").Review {
			t.Fatalf("it was not sent back: %v", err)
		}
		if err := complete(sam, "work", playbook.CompleteInput{Evidence: map[string]any{"link": "https://company.example/y"}}); err != nil {
			t.Fatal(err)
		}
		if r, err = review(kim, true); err != nil || r.Status != playbook.Done {
			t.Fatalf("it is not done: %v %+v", err, r)
		}
		if second = run(t, i, second.ID); second.Status != playbook.Active {
			t.Fatalf("the place that was free was not taken: %s", second.Status)
		}
		if second, err = change(i.Playbooks.Cancel, sam, second.ID); err != nil || second.Status != playbook.Cancelled {
			t.Fatal(err)
		}
		if n := i.Count(`SELECT taken FROM playbook_capacity`); n != 0 {
			t.Errorf("%d places are taken by nobody", n)
		}
		if n := i.Count(`SELECT count(*) FROM job WHERE kind LIKE 'playbook.%'`); n != 0 {
			t.Errorf("%d jobs are left over", n)
		}
		i.Verify()
	})
}

// A playbook is started about every organization of a segment of accounts, and about no other.
func TestASegmentIsStartedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply("kind: playbook\nname: check-in\ntitle: Check in\nsubject: organization\nparticipants:\n  - { role: us, from: starter }\nsteps:\n  - { name: call, title: Call them, kind: call, owner: us, due: { from: start, days: 2 } }\n")
		sam := i.Person("sam@desk.example", "Sam", "admin")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			for n, segment := range []string{"enterprise", "small", "enterprise"} {
				name := fmt.Sprint("Company ", n)
				o, err := i.Directory.CreateOrganization(ctx, tx, sam, directory.OrganizationInput{Name: &name})
				if err != nil {
					return err
				}
				if _, err := i.Success.Create(ctx, tx, sam, o.ID, success.AccountInput{Segment: &segment}); err != nil {
					return err
				}
			}
			return nil
		})
		start := func(in playbook.BulkInput) (b *playbook.Bulk, err error) {
			in.Playbook = "check-in"
			err = i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				b, err = i.Playbooks.StartMany(ctx, tx, sam, in)
				return err
			})
			return b, err
		}
		for _, bad := range []playbook.BulkInput{{Segment: "nobody's"}, {Segment: "small", Where: "true"}, {}} {
			if _, err := start(bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		b, err := start(playbook.BulkInput{Segment: "enterprise"})
		if err != nil {
			t.Fatal(err)
		}
		i.Settle()
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			b, err = i.Playbooks.BulkOf(ctx, tx, sam, b.ID)
			return err
		})
		if b.State != "done" || b.Total != 2 || b.Started != 2 || b.Refused != 0 {
			t.Errorf("%+v", b)
		}
	})
}

func TestManyRunsAreStartedOnceEach(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(onboarding)
		sam, kim := i.Person("sam@desk.example", "Sam", "agent"), i.Person("kim@desk.example", "Kim", "agent")
		for _, name := range []string{"a", "b", "c"} {
			i.Person(name+"@customer.example", "Customer "+name)
		}
		var b *playbook.Bulk
		i.Write(func(ctx context.Context, tx db.Tx) (err error) {
			b, err = i.Playbooks.StartMany(ctx, tx, sam, playbook.BulkInput{Playbook: "welcome", Where: `subject.name.startsWith("Customer ")`, Ask: map[string]any{"go_live": "2026-06-01"},
				People: map[string]playbook.Part{"boss": {PersonID: kim.PersonID}}})
			return err
		})
		i.Settle()
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			b, err = i.Playbooks.BulkOf(ctx, tx, sam, b.ID)
			return err
		})
		if b.State != "done" || b.Started != 3 || b.Refused != 0 || i.Count(`SELECT count(*) FROM playbook_run`) != 3 {
			t.Errorf("the start of many came to %+v", b)
		}
		var lines []playbook.DryLine
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			var st playbook.State
			lines, st, err = i.Playbooks.DryRun(ctx, tx, sam, playbook.DryInput{Playbook: "welcome", Subject: ledger.Ref{Kind: "person", ID: kim.PersonID}, Ask: map[string]any{"go_live": "2026-06-01"},
				People: map[string]playbook.Part{"boss": {PersonID: kim.PersonID}}, Answers: map[string]map[string]any{"details": {"place": "own"}}})
			if err == nil && st.Outcome != playbook.Completed {
				t.Errorf("the dry run ends %s", st.Outcome)
			}
			return err
		})
		if len(lines) < 12 || i.Count(`SELECT count(*) FROM playbook_run`) != 3 {
			t.Errorf("the dry run says %+v", lines)
		}
	})
}

func TestRunsFollowMergedPeopleAndForgetErasedOnes(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(onboarding)
		sam, kim := i.Person("sam@desk.example", "Sam", "agent"), i.Person("kim@desk.example", "Kim", "agent")
		ada, twin := i.Person("ada@customer.example", "Ada"), i.Person("ada2@customer.example", "Ada again")
		r := starts(t, i, sam, "welcome", twin.PersonID, playbook.StartInput{Title: "Ada's own words", Ask: map[string]any{"go_live": "2026-06-01"}, People: map[string]playbook.Part{"boss": {PersonID: kim.PersonID}}})
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Merge(ctx, tx, i.Root(), "person", ada.PersonID, twin.PersonID)
			return err
		})
		i.Settle()
		if r = run(t, i, r.ID); r.Subject.ID != ada.PersonID || r.AboutID != ada.PersonID {
			t.Fatalf("the run did not follow: %+v", r.Subject)
		}
		var holders []directory.Holder = i.Playbooks.Holders()
		if len(holders) < 8 {
			t.Error("there are fewer holders than columns")
		}
		if _, err := i.Directory.EraseNow(context.Background(), i.Root(), ada.PersonID, "asked"); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if r = run(t, i, r.ID); r.Title != "" || len(r.Asked) != 0 {
			t.Errorf("words of an erased person are left: %q %v", r.Title, r.Asked)
		}
	})
}
