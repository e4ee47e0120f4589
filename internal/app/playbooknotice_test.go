package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/playbook"
)

const reminded = `kind: playbook
name: reminded
title: Reminded
called: Checklist
subject: person
participants:
  - { role: worker, from: starter }
  - { role: boss, ask: true }
  - { role: board, team: support }
steps:
  - { name: call, title: Call *them*, owner: worker, due: { days: 3 }, remind: [24h], escalate: { after: 2h, to: boss } }
  - { name: agree, title: Agree to it, kind: approval, approval: { by: [worker, board], rule: all }, due: { days: 3 }, remind: [24h] }
`

// toldOf are who got a mail whose subject begins so, with the texts.
func toldOf(i *apptest.Instance, subject string) (to []string, text string) {
	for _, d := range i.Peer.All() {
		if m := d.Message(); strings.HasPrefix(m.Subject, subject) {
			to = append(to, d.To...)
			text += m.Text
		}
	}
	return to, text
}

func TestRemindersAndEscalationsReachPeopleOnce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(reminded)
		sam, kim, lee := i.Person("sam@desk.example", "Sam", "agent"), i.Person("kim@desk.example", "Kim", "agent"), i.Person("lee@desk.example", "Lee", "agent")
		ada := i.Person("ada@customer.example", "Ada")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			team, _ := i.Blueprint.Set().Entry("team", "support")
			_, err := tx.Exec(ctx, `INSERT INTO team_member (team_id, person_id) VALUES ($1, $2)`, team.ID, lee.PersonID)
			return err
		})
		r := starts(t, i, sam, "reminded", ada.PersonID, playbook.StartInput{People: map[string]playbook.Part{"boss": {PersonID: kim.PersonID}}})
		i.Clock.Advance(49 * time.Hour)
		i.Settle()
		i.Settle()
		to, text := toldOf(i, "Reminder: Call *them*")
		if strings.Join(to, " ") != "sam@desk.example" || !strings.Contains(text, "Checklist: Ada") || !strings.Contains(text, "Thursday, 12 March 2026") {
			t.Errorf("the reminder went to %v: %s", to, text)
		}
		i.Clock.Advance(26 * time.Hour)
		i.Settle()
		if to, text = toldOf(i, "Late: Call *them*"); strings.Join(to, " ") != "kim@desk.example" || !strings.Contains(text, "is late, and you are to know") {
			t.Errorf("that it is late was told to %v: %s", to, text)
		}
		if _, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return i.Playbooks.Complete(ctx, tx, sam, r.ID, "call", playbook.CompleteInput{})
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return i.Playbooks.Decide(ctx, tx, sam, r.ID, "agree", true, "")
		}); err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(49 * time.Hour)
		i.Settle()
		if to, _ = toldOf(i, "Reminder: Agree to it"); strings.Join(to, " ") != "lee@desk.example" {
			t.Errorf("who agreed already, or a team, was reminded wrongly: %v", to)
		}
		i.Verify()
	})
}

const drawing = `kind: pool
name: mugs
title: Mugs
---
kind: template
name: your-code
title: Your code
subject: Your code
body: "Hello {{name}}, it is {{answers.draw.code}}."
---
kind: playbook
name: drawing
title: Drawing
subject: person
participants: [{ role: worker, from: starter }]
steps:
  - { name: draw, title: Draw a code, kind: action, action: { name: code, with: { pool: mugs } } }
  - { name: send, title: Send it, kind: message, message: { to: [subject], template: your-code } }
`

func TestAStepDrawsACodeOnceAndWaitsForADryPool(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(drawing)
		sam, ada := i.Person("sam@desk.example", "Sam", "agent"), i.Person("ada@customer.example", "Ada")
		supply := func(codes ...string) {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := i.Programs.ImportCodes(ctx, tx, i.Root(), "mugs", codes)
				return err
			})
		}
		supply("MUG-1")
		first := starts(t, i, sam, "drawing", ada.PersonID, playbook.StartInput{})
		if to, text := toldOf(i, "Your code"); first.Status != playbook.Done || len(to) != 1 || !strings.Contains(text, "MUG-1") {
			t.Fatalf("the code went to %v: %q, the run is %s", to, text, first.Status)
		}
		second := starts(t, i, sam, "drawing", ada.PersonID, playbook.StartInput{})
		if st := second.Step("draw"); st.State != playbook.Failed || !strings.Contains(st.Reason, "No code is left") {
			t.Fatalf("with a dry pool the step is %s: %s", st.State, st.Reason)
		}
		supply("MUG-2")
		if _, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
			return i.Playbooks.Retry(ctx, tx, sam, second.ID, "draw")
		}); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if second = run(t, i, second.ID); second.Status != playbook.Done || i.Count(`SELECT count(*) FROM benefit_code WHERE state = 'dispatched'`) != 2 {
			t.Fatalf("after an import the run is %s", second.Status)
		}
		i.Verify()
	})
}
