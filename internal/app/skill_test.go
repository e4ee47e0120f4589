package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
)

const knowing = `kind: field
name: knows
key: skills
on: person
type: multiselect
title: Knows
options: [{ value: billing, title: Billing }, { value: geo, title: Geo }, { value: ci, title: CI }]
---
`

const skilledQueue = knowing + `kind: routing
name: queue
title: The queue
order: 1
ROUND
skills:
  - { skill: billing, when: '"billing" in ticket.tags' }
  - { skill: geo, when: '"geo" in ticket.tags', relax: 4h }
  - { skill: ci, when: '"ci" in ticket.tags', relax: 2h }
`

// learn gives a colleague skills.
func (w *routed) learn(id int64, skills ...string) {
	w.T.Helper()
	list := []any{}
	for _, s := range skills {
		list = append(list, s)
	}
	w.Write(func(ctx context.Context, tx db.Tx) error {
		p, err := w.Directory.Get(ctx, tx, w.Root(), id)
		if err != nil {
			return err
		}
		_, err = w.Directory.Update(ctx, tx, w.Root(), id, directory.Change{Version: p.Version, Attributes: map[string]any{"skills": list}})
		return err
	})
}

func (w *routed) has(id int64) int64 {
	return int64(w.Count(`SELECT COALESCE(assignee_id, 0) FROM ticket WHERE id = $1`, id))
}

func TestATicketMayNeedSeveralSkills(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, strings.Replace(skilledQueue, "ROUND\n", "", 1))
		w.learn(w.maria.PersonID, "billing")
		w.learn(w.noor.PersonID, "ci", "geo", "billing")
		both := w.ticket("normal", "billing", "geo")
		w.Clock.Advance(time.Minute)
		one := w.ticket("normal", "billing")
		w.Clock.Advance(time.Minute)
		three := w.ticket("normal", "billing", "geo", "ci")
		weight := w.weight(both.ID)
		if len(weight.Needs) != 2 || weight.Needs[0].Skill != "billing" || weight.Needs[0].Until != nil || weight.Needs[1].Skill != "geo" || weight.Needs[1].Until == nil {
			t.Fatalf("it needs %+v", weight.Needs)
		}
		n := w.next(w.maria)
		if n.Ticket == nil || n.Ticket.ID != one.ID || len(n.Skipped) != 1 || n.Skipped[0].Why != "It needs somebody who also knows geo until Wed 14:00 UTC." {
			t.Fatalf("with one of two skills: %+v", n)
		}
		if n = w.next(w.noor); n.Ticket == nil || n.Ticket.ID != both.ID {
			t.Fatalf("with all of them: %+v", n)
		}
		nobody := int64(0)
		w.edit(w.noor, both.ID, desk.Edit{AssigneeID: &nobody})
		w.Clock.Advance(2*time.Hour + time.Second)
		if n = w.next(w.maria); n.Ticket != nil || n.Reason != "none_for_you" || len(n.Skipped) != 2 {
			t.Fatalf("after two hours: %+v", n)
		}
		if n.Skipped[1].Why != "It needs somebody who also knows geo until Wed 14:02 UTC." {
			t.Errorf("the third is skipped as %q", n.Skipped[1].Why)
		}
		w.Clock.Advance(2 * time.Hour)
		if n = w.next(w.maria); n.Ticket == nil || n.Ticket.ID != both.ID { // nobody has swept
			t.Fatalf("after four hours: %+v", n)
		}
		text := fmt.Sprint(n.Weight.Parts)
		if !strings.Contains(text, "Needs billing") || !strings.Contains(text, "No longer needs geo") {
			t.Errorf("the weight says %s", text)
		}
		i.Settle() // now somebody does
		if got := w.Count(`SELECT count(*) FROM ticket_queue WHERE ticket_id = $1 AND skill = 'billing' AND relax_at IS NULL AND relaxes = ''`, three.ID); got != 1 {
			t.Errorf("%d rows have relaxed", got)
		}
		if n = w.next(w.maria); n.Ticket == nil || n.Ticket.ID != three.ID {
			t.Errorf("swept: %+v", n)
		}
	})
}

func TestRoundRobinGivesToWhoeverKnowsAll(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, strings.Replace(skilledQueue, "ROUND", "teams: [support]\nassign: round_robin\nevery: 10m", 1))
		w.learn(w.maria.PersonID, "billing")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, i.Root(), w.team, []int64{w.maria.PersonID, w.noor.PersonID})
		})
		both := w.ticket("normal", "billing", "geo")
		i.Settle()
		if w.has(both.ID) != 0 {
			t.Fatalf("given to %d, who lacks a skill", w.has(both.ID))
		}
		// More of them than one round gives out hold up nothing behind them.
		for range 55 {
			w.ticket("urgent", "ci")
		}
		w.Clock.Advance(time.Minute)
		plain := w.ticket("low")
		i.Settle()
		if w.has(plain.ID) == 0 {
			t.Error("a ticket that needs nothing waits")
		}
		w.edit(w.Root(), plain.ID, desk.Edit{AssigneeID: new(int64)})
		w.Clock.Advance(11 * time.Minute)
		i.Settle()
		if w.has(plain.ID) == 0 {
			t.Error("what is behind those that nobody can take waits for them")
		}
		w.Clock.Advance(4 * time.Hour) // geo relaxes
		i.Settle()
		w.Clock.Advance(11 * time.Minute) // 50 in a round
		i.Settle()
		if w.has(both.ID) != w.maria.PersonID {
			t.Errorf("relaxed, it goes to %d", w.has(both.ID))
		}
	})
}

func TestLanesAreFoundAmongManyCombinations(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		config := "kind: routing\nname: queue\ntitle: The queue\norder: 1\nskills:\n"
		options := ""
		for k := range 12 {
			config += fmt.Sprintf("  - { skill: s%02d, when: '\"t%d\" in ticket.tags' }\n", k, k)
			options += fmt.Sprintf("{ value: s%02d, title: S%d }, ", k, k)
		}
		w := newRouted(t, i, strings.Replace(knowing, "{ value: billing, title: Billing }, { value: geo, title: Geo }, { value: ci, title: CI }", strings.TrimSuffix(options, ", "), 1)+config)
		var all []string
		for k := range 12 {
			all = append(all, fmt.Sprintf("s%02d", k))
		}
		w.learn(w.maria.PersonID, all...)
		w.learn(w.noor.PersonID, "s03", "s07")
		var last *desk.Ticket
		for a := range 12 {
			for b := range a {
				last = w.ticket("normal", fmt.Sprintf("t%d", a), fmt.Sprintf("t%d", b))
				w.Clock.Advance(time.Second)
			}
		}
		if n := w.next(w.noor); n.Ticket == nil || n.Ticket.AssigneeID != w.noor.PersonID || len(w.needs(n.Ticket.ID)) != 0 || !hasTags(n.Ticket, "t3", "t7") {
			t.Errorf("of 66 combinations one is for them, they got %+v", n.Ticket)
		}
		got := 0
		for {
			n := w.next(w.maria)
			if n.Ticket == nil {
				break
			}
			got++
		}
		if got != 65 || w.has(last.ID) != w.maria.PersonID {
			t.Errorf("who knows all got %d", got)
		}
	})
}

func hasTags(t *desk.Ticket, tags ...string) bool {
	for _, tag := range tags {
		if !strings.Contains(","+strings.Join(t.Tags, ",")+",", ","+tag+",") {
			return false
		}
	}
	return true
}

// needs are what a waiting ticket's row says.
func (w *routed) needs(id int64) []string {
	var out []string
	if w.Count(`SELECT count(*) FROM ticket_queue WHERE ticket_id = $1`, id) > 0 {
		out = append(out, "waits")
	}
	return out
}
