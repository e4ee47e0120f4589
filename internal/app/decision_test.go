package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/playbook"
	"steward/internal/work"
)

// news are what somebody was told of and has not lost again: "kind path", the oldest first.
func news(i *apptest.Instance, by act.Actor) (out []string) {
	i.T.Helper()
	i.Settle()
	i.Read(func(ctx context.Context, tx db.Tx) error {
		list, _, err := i.Notify.List(ctx, tx, by, db.Page{})
		for _, n := range slices.Backward(list) {
			out = append(out, n.Kind+" "+n.Subject.Kind)
		}
		return err
	})
	return out
}

// joins makes people the members of a team.
func joins(i *apptest.Instance, team string, people ...*act.Actor) {
	i.T.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) error {
		e, _ := i.Blueprint.Set().Entry("team", team)
		var ids []int64
		for _, p := range people {
			p.TeamIDs = []int64{e.ID}
			ids = append(ids, p.PersonID)
		}
		return i.Directory.SetMembers(ctx, tx, i.Root(), e.ID, ids)
	})
}

const decided = `kind: playbook
name: decided
title: Decided
called: Purchase
subject: person
participants:
  - { role: worker, from: starter }
  - { role: boss, ask: true }
  - { role: board, team: support }
steps:
  - { name: agree, title: Agree to it, kind: approval, approval: { by: [boss, board], rule: all, not_author: true } }
  - { name: draft, title: A draft, kind: deliverable, owner: worker, deliverable: { review: boss } }
  - { name: last, title: The last word, kind: approval, approval: { by: [boss] } }
`

// Who may decide a step is told once, by mail too if they chose so, and it is gone once somebody has.
func TestWhoMayDecideAStepIsToldUntilItIsDecided(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(decided)
		sam, kim, lee := i.Person("sam@desk.example", "Sam", "agent"), i.Person("kim@desk.example", "Kim", "agent"), i.Person("lee@desk.example", "Lee", "agent")
		joins(i, "support", &sam, &lee)
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Auth.Choose(ctx, tx, lee, map[string]string{"notify": "approval:abm", "notify_mail": "now"})
			return err
		})
		tell := func(when string, s, k, l []string) {
			t.Helper()
			for _, c := range []struct {
				name string
				by   act.Actor
				want []string
			}{{"the starter", sam, s}, {"the boss", kim, k}, {"a member of the board", lee, l}} {
				if got := news(i, c.by); !slices.Equal(got, c.want) {
					t.Errorf("%s, %s was told %v, want %v", when, c.name, got, c.want)
				}
			}
		}
		wanted := []string{"approval run"}
		r := starts(t, i, sam, "decided", i.Person("ada@customer.example", "Ada").PersonID, playbook.StartInput{People: map[string]playbook.Part{"boss": {PersonID: kim.PersonID}}})
		tell("in the beginning", nil, wanted, wanted)
		i.Clock.Advance(2 * time.Minute)
		i.Settle()
		if to, text := toldOf(i, "Purchase: Ada waits for your approval"); strings.Join(to, " ") != "lee@desk.example" || !strings.Contains(text, "/runs/") {
			t.Errorf("the mail went to %v: %s", to, text)
		}
		decide := func(by act.Actor, step string) {
			t.Helper()
			if _, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
				return i.Playbooks.Decide(ctx, tx, by, r.ID, step, true, "")
			}); err != nil {
				t.Fatal(err)
			}
		}
		decide(kim, "agree")
		tell("after one of two", nil, nil, wanted)
		decide(lee, "agree")
		tell("after both", nil, nil, nil)
		if _, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return i.Playbooks.Complete(ctx, tx, sam, r.ID, "draft", playbook.CompleteInput{Note: "Here it is."})
		}); err != nil {
			t.Fatal(err)
		}
		tell("with something handed in", nil, wanted, nil)
		decide(kim, "draft") // and the last word is theirs as well: told anew, of another step
		tell("after the review", nil, wanted, nil)
		if _, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return i.Playbooks.Cancel(ctx, tx, i.Root(), r.ID)
		}); err != nil {
			t.Fatal(err)
		}
		tell("after the run was cancelled", nil, nil, nil)
		if to, _ := toldOf(i, "Purchase: Ada waits"); len(to) != 1 {
			t.Errorf("mails to %v", to)
		}
		i.Verify()
	})
}

// Those whom the policies name are told of a change of the configuration, its authors are not; an edit asks anew, an answer
// ends it.
func TestApproversAreToldOfAChangeOfTheConfiguration(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(guards)
		f := &office{Instance: i}
		f.author, f.editor = i.Person("author@company.example", "Author", "admin"), i.Person("editor@company.example", "Editor", "admin")
		f.lead, f.expert, f.agent = i.Person("lead@company.example", "Lead", "lead"), i.Person("expert@company.example", "Expert", "lead"), i.Person("agent@company.example", "Agent", "agent")
		joins(i, "reviewers", &f.expert, &f.agent) // the agent has not the right
		out, err := f.propose(f.author, "kind: team\nname: supp-crew\ntitle: Crew\n", 0)
		if err != nil || out.Request == nil {
			t.Fatal(out, err)
		}
		wanted := []string{"approval change_request"}
		check := func(when string, want map[string][]string) {
			t.Helper()
			for name, by := range map[string]act.Actor{"author": f.author, "editor": f.editor, "lead": f.lead, "expert": f.expert, "agent": f.agent} {
				if got := news(i, by); !slices.Equal(got, want[name]) {
					t.Errorf("%s, %s was told %v, want %v", when, name, got, want[name])
				}
				// It stands on the lists of the same people, once.
				var waits []string
				for range want[name] {
					waits = append(waits, fmt.Sprintf("%d mine: It waits for your approval", out.Request.ID))
				}
				if got, _ := (&desked{Instance: i}).list(by, work.Filter{Source: "change_request"}); !slices.Equal(got, waits) {
					t.Errorf("%s, on the list of %s is %v, want %v", when, name, got, waits)
				}
			}
		}
		done := func(by act.Actor, want int64) {
			t.Helper()
			i.Read(func(ctx context.Context, tx db.Tx) error {
				n, err := i.Work.Counts(ctx, tx, by, work.DaysOf(i.Clock.Now(), time.UTC))
				if n.DoneToday.Count != want {
					t.Errorf("done today are %d, want %d", n.DoneToday.Count, want)
				}
				return err
			})
		}
		check("proposed", map[string][]string{"lead": wanted, "expert": wanted})
		i.Write(func(ctx context.Context, tx db.Tx) error { return i.Notify.Read(ctx, tx, f.lead, 1<<50, 0, 0) })
		if _, err := f.propose(f.editor, "kind: team\nname: supp-crew\ntitle: The crew\n", out.Request.ID); err != nil {
			t.Fatal(err)
		}
		check("edited", map[string][]string{"lead": wanted, "expert": wanted})
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Blueprint.Reject(ctx, tx, f.lead, out.Request.ID, "We have crews enough.")
			return err
		})
		check("rejected", nil)
		done(f.lead, 1)
		done(f.expert, 0)
		if out, err = f.propose(f.author, "kind: team\nname: supp-crew\ntitle: Crew\n", 0); err != nil {
			t.Fatal(err)
		}
		check("proposed again", map[string][]string{"lead": wanted, "expert": wanted})
		if r, err := f.approve(f.expert, out.Request.ID); err != nil || r.State != blueprint.RequestApproved {
			t.Fatal(r.State, err)
		}
		check("approved, and waiting for its time", nil)
		i.Verify()
	})
}

// A reply that was read, sent back or taken back waits for no mentor any more.
func TestAReplyThatWasReadIsNoNews(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply(interns)
		intern, mentor := w.Person("intern@company.example", "Ida", "intern"), w.Person("mentor@company.example", "Mo", "agent")
		joins(w.Instance, "mentors", &mentor)
		id := w.open(w.maria, desk.NewTicket{MailboxID: w.DeskConfig().DefaultMailbox().ID}).ID
		for what, end := range map[string]func(ctx context.Context, tx db.Tx, send int64) error{
			"sent back": func(ctx context.Context, tx db.Tx, send int64) error {
				return w.Desk.Return(ctx, tx, mentor, id, send, "Kinder.")
			},
			"taken back": func(ctx context.Context, tx db.Tx, send int64) error {
				_, err := w.Desk.Undo(ctx, tx, intern, id, send)
				return err
			},
			"approved": func(ctx context.Context, tx db.Tx, send int64) error {
				_, _, err := w.Desk.Approve(ctx, tx, mentor, id, send, nil)
				return err
			},
		} {
			var out desk.Wait
			w.Write(func(ctx context.Context, tx db.Tx) (err error) {
				_, out, err = w.Desk.Plan(ctx, tx, intern, id, desk.Wait{Kind: desk.ForReview, Said: desk.Submission{Text: "Turn it off and on.", Public: true, Channel: "web"}})
				return err
			})
			if got := news(w.Instance, mentor); !slices.Equal(got, []string{"approval ticket"}) {
				t.Errorf("the mentor was told %v", got)
			}
			w.Write(func(ctx context.Context, tx db.Tx) error { return end(ctx, tx, out.ID) })
			if got := news(w.Instance, mentor); len(got) != 0 {
				t.Errorf("%s, and the mentor still sees %v", what, got)
			}
		}
	})
}
