package app_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/playbook"
)

const movable = `kind: playbook
name: movable
title: Movable
subject: person
participants: [{ role: worker, from: starter }]
steps:
  - { name: one, title: One, owner: worker }
  - { name: two, title: Two, owner: worker }
`

func TestAPlanTellsWhereRunsLandAndTheyMoveTogether(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(movable)
		sam, kim := i.Person("sam@desk.example", "Sam", "agent"), i.Person("kim@desk.example", "Kim", "agent")
		ada := i.Person("ada@customer.example", "Ada")
		var ids []int64
		for n := range 3 {
			r := starts(t, i, sam, "movable", ada.PersonID, playbook.StartInput{})
			if n == 0 {
				if _, err := does(t, i, func(ctx context.Context, tx db.Tx) (*playbook.Run, error) {
					return i.Playbooks.Complete(ctx, tx, sam, r.ID, "one", playbook.CompleteInput{})
				}); err != nil {
					t.Fatal(err)
				}
			}
			ids = append(ids, r.ID)
		}
		changed := strings.Replace(movable, "  - { name: one, title: One, owner: worker }\n", "  - { name: first, title: First, owner: worker }\n", 1)
		docs, findings := blueprint.ParseFile("movable.yaml", changed)
		var text strings.Builder
		i.Read(func(ctx context.Context, tx db.Tx) error {
			plan, err := i.Blueprint.PlanWithUses(ctx, tx, i.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder"})
			if err != nil {
				return err
			}
			moves, err := i.Playbooks.PlanMoves(ctx, tx, i.Root(), plan)
			if err != nil {
				return err
			}
			return playbook.RenderMoves(&text, moves)
		})
		for _, want := range []string{"Runs under way of playbook/movable: 3.", "  1: Two → First, Two", "  2: One → First; gone: One"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("the plan does not say %q:\n%s", want, text.String())
			}
		}
		i.Apply(changed)
		move := func(by string) (n int, problems []playbook.Problem, err error) {
			who := sam
			if by == "kim" {
				who = kim
			}
			i.Write(func(ctx context.Context, tx db.Tx) error {
				n, problems, err = i.Playbooks.MoveMany(ctx, tx, who, append([]int64{999999}, ids...))
				return nil
			})
			return n, problems, err
		}
		if n, problems, err := move("kim"); n != 0 || len(problems) != 4 || err != nil {
			t.Errorf("somebody else moved %d, with %v and %v", n, problems, err)
		}
		if n, problems, err := move("sam"); n != 3 || len(problems) != 1 || err != nil {
			t.Errorf("%d were moved, with %v and %v", n, problems, err)
		}
		wantStates(t, run(t, i, ids[1]), "first:active two:ahead")
		i.Read(func(ctx context.Context, tx db.Tx) error {
			if _, _, err := i.Playbooks.MoveMany(ctx, tx, ada, ids); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer moved runs: %v", err)
			}
			return nil
		})
		if n := i.Count(`SELECT count(*) FROM work_item WHERE source = 'step' AND state = 'open' AND subject_id = $1`, ids[1]); n != 1 {
			t.Errorf("%d items of a moved run are open, want 1", n)
		}
		i.Verify()
	})
}
