package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/starter"
)

const day = 24 * time.Hour

// kitFile applies one file of the starter kit.
func kitFile(t *testing.T, i *apptest.Instance, kinds ...string) {
	t.Helper()
	docs, findings, err := blueprint.ParseFolder(starter.Kit())
	if err != nil {
		t.Fatal(err)
	}
	docs = slices.DeleteFunc(docs, func(d blueprint.Document) bool { return !slices.Contains(kinds, d.Kind) })
	i.Configure(docs, findings)
}

// asks lets Ada write a new mail and returns the ticket it opens.
func asks(t *testing.T, i *apptest.Instance) *desk.Ticket {
	t.Helper()
	n := i.Count(`SELECT count(*) FROM ticket`)
	i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", name: "Ada", subject: "Help", id: "m" + string(rune('a'+n)) + "@customer.example", text: "It is broken."}.raw(t, i.Clock.Now()))
	i.Settle()
	return ticketOf(t, i)
}

func edit(t *testing.T, i *apptest.Instance, by act.Actor, id int64, e desk.Edit) {
	t.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) error {
		now, err := i.Desk.Get(ctx, tx, act.Root(), id)
		if err != nil {
			return err
		}
		e.Version = now.Version
		_, err = i.Desk.Update(ctx, tx, by, id, e)
		return err
	})
	i.Settle()
}

func inState(t *testing.T, i *apptest.Instance, by act.Actor, id int64, s desk.Status) {
	t.Helper()
	edit(t, i, by, id, desk.Edit{Status: &s, Confirm: []string{"pending-without-reply"}})
}

func getTicket(t *testing.T, i *apptest.Instance, id int64) (out *desk.Ticket) {
	t.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = i.Desk.Get(ctx, tx, act.Root(), id)
		return err
	})
	return out
}

// wait lets time pass and what is due happen.
func wait(i *apptest.Instance, d time.Duration) {
	i.Clock.Advance(d)
	i.Settle()
}

func ruleTimers(i *apptest.Instance) int {
	return i.Count(`SELECT count(*) FROM job WHERE kind = 'rule.due'`)
}

func TestAPendingTicketIsRemindedSolvedAndClosedInTime(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		kitFile(t, i, "time_rule", "template")
		i.Settle()
		bob := i.Person("bob@company.example", "Bob", "agent")
		ticket := asks(t, i)
		if n := ruleTimers(i); n != 0 {
			t.Errorf("a new ticket that no rule waits on has %d timers", n)
		}
		inState(t, i, bob, ticket.ID, desk.StatusPending)
		if n := ruleTimers(i); n != 1 {
			t.Fatalf("%d timers; one a ticket is enough for all rules", n)
		}
		sent := len(i.Peer.All())
		wait(i, 7*day-time.Second)
		if n := len(i.Peer.All()); n != sent {
			t.Fatalf("%d mails before it was time", n-sent)
		}
		wait(i, time.Second)
		mails := i.Peer.All()
		if len(mails) != sent+1 || !strings.Contains(mails[sent].Message().Text, "we are waiting for your answer") {
			t.Fatalf("no reminder after 7 days: %d mails", len(mails)-sent)
		}
		got := getTicket(t, i, ticket.ID)
		if got.Status != desk.StatusPending || got.Replies != 0 || !got.RepliedAt.IsZero() {
			t.Errorf("a reminder is no agent's answer: %+v", got)
		}
		wait(i, 6*day)
		if n := len(i.Peer.All()); n != sent+1 {
			t.Errorf("it was reminded again: %d mails", n-sent)
		}
		wait(i, day)
		if got = getTicket(t, i, ticket.ID); got.Status != desk.StatusSolved {
			t.Fatalf("after 14 days it is %s", got.Status)
		}
		all := told(t, i, ticket.ID)
		n := slices.IndexFunc(all, func(e ledger.Event) bool {
			return e.Verb == "ticket.changed" && strings.Contains(string(e.Data), `"solved"`)
		})
		if e := all[n]; e.ActorKind != act.Rule || e.Cause.Blueprint == 0 || e.Cause.Version != 1 || !strings.Contains(string(e.Data), `"waited":{"due":`) || !strings.Contains(string(e.Data), `"read":{"ticket.tags":[]}`) {
			t.Errorf("the event of the firing says %+v %s", e, e.Data)
		}
		wait(i, 7*day)
		if got = getTicket(t, i, ticket.ID); got.Status != desk.StatusClosed {
			t.Errorf("7 days later it is %s", got.Status)
		}
		if n := ruleTimers(i); n != 0 {
			t.Errorf("a closed ticket has %d timers", n)
		}
		i.Verify()
	})
}

func TestTagsExemptFromTimeRulesAndAnAnswerTakesThemBack(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		kitFile(t, i, "time_rule", "template")
		i.Settle()
		bob := i.Person("bob@company.example", "Bob", "agent")
		kept, answered := asks(t, i), asks(t, i)
		edit(t, i, bob, kept.ID, desk.Edit{Tags: &[]string{"skip_autoclose", "skip_autosolve"}})
		inState(t, i, bob, kept.ID, desk.StatusPending)
		inState(t, i, bob, answered.ID, desk.StatusPending)
		wait(i, 10*day)
		inState(t, i, bob, answered.ID, desk.StatusOpen)
		if n := ruleTimers(i); n != 0 {
			t.Errorf("%d timers, for a ticket that no rule acts on and one that is open again", n)
		}
		wait(i, 10*day)
		if a, b := getTicket(t, i, kept.ID), getTicket(t, i, answered.ID); a.Status != desk.StatusPending || b.Status != desk.StatusOpen {
			t.Fatalf("after 20 days they are %s and %s", a.Status, b.Status)
		}
		edit(t, i, bob, kept.ID, desk.Edit{Tags: &[]string{"skip_autoclose"}})
		if got := getTicket(t, i, kept.ID); got.Status != desk.StatusSolved {
			t.Errorf("without its tag it is overdue, and still %s", got.Status)
		}
		wait(i, 29*day)
		if got := getTicket(t, i, kept.ID); got.Status != desk.StatusSolved {
			t.Errorf("skip_autoclose gives 30 days; it is %s after 29", got.Status)
		}
		wait(i, day)
		if got := getTicket(t, i, kept.ID); got.Status != desk.StatusClosed {
			t.Errorf("after 30 days it is %s", got.Status)
		}
	})
}

func TestATicketOnHoldIsOpenedAgainUnlessItIsATask(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		kitFile(t, i, "time_rule", "template")
		i.Settle()
		bob := i.Person("bob@company.example", "Bob", "agent")
		one, task := asks(t, i), asks(t, i)
		typ := desk.TypeTask
		edit(t, i, bob, task.ID, desk.Edit{Type: &typ})
		inState(t, i, bob, one.ID, desk.StatusHold)
		inState(t, i, bob, task.ID, desk.StatusHold)
		wait(i, 4*day)
		if a, b := getTicket(t, i, one.ID), getTicket(t, i, task.ID); a.Status != desk.StatusOpen || b.Status != desk.StatusHold {
			t.Errorf("after 4 days they are %s and %s", a.Status, b.Status)
		}
	})
}

const early = `kind: time_rule
name: nearly-due
title: Nearly due
before_due: 30m
metric: first_reply
do:
  - { priority: urgent, add_tags: [nearly-due] }
---
kind: trigger
name: hears-rules
title: Hears rules
on: [changed]
when: change.by == "system" && "nearly-due" in ticket.tags && !("heard" in ticket.tags)
do: [{ add_tags: [heard] }]
`

func TestARuleActsBeforeAPromiseIsDueAndTriggersHearIt(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(early)
		i.Settle()
		ticket := asks(t, i)
		if ticket.Due.IsZero() {
			t.Fatal("it has no promise")
		}
		wait(i, ticket.Due.Sub(i.Clock.Now())-30*time.Minute-time.Second)
		if got := getTicket(t, i, ticket.ID); len(got.Tags) != 0 {
			t.Fatalf("it fired a second too early: %v", got.Tags)
		}
		wait(i, time.Second)
		got := getTicket(t, i, ticket.ID)
		if !slices.Equal(got.Tags, []string{"heard", "nearly-due"}) || got.Priority != "urgent" {
			t.Errorf("half an hour before it is due it is %s with %v", got.Priority, got.Tags)
		}
		wait(i, 40*day)
		if n := i.Count(`SELECT count(*) FROM trigger_firing f JOIN blueprint b ON b.id = f.trigger_id WHERE b.kind = 'time_rule'`); n != 1 {
			t.Errorf("it fired %d times on one promise", n)
		}
	})
}

func TestARuleAppliedLaterFindsTheTicketsThatAreThere(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Settle()
		for range 3 {
			asks(t, i)
		}
		i.Clock.Advance(5 * day)
		text := "kind: time_rule\nname: old\ntitle: Old\nafter: 72h\nsince: created\nwhen: ticket.status != \"solved\"\ndo: [{ add_tags: [old] }]\n"
		i.Apply(text)
		i.Clock.Advance(time.Minute) // every node has the configuration
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM ticket_tag WHERE tag = 'old'`); n != 3 {
			t.Fatalf("%d of 3 tickets that waited long enough were found", n)
		}
		i.Apply(strings.Replace(text, "title: Old", "title: Older", 1))
		wait(i, time.Minute)
		if n := i.Count(`SELECT count(*) FROM trigger_firing`); n != 3 {
			t.Errorf("a changed rule acted again on what it had acted on: %d firings", n)
		}
		i.Apply(strings.Replace(text, "72h", "480h", 1))
		wait(i, time.Minute)
		late := asks(t, i)
		if due := getTicket(t, i, late.ID).RuleDue; !due.Equal(late.Created.Add(480 * time.Hour)) {
			t.Errorf("the new rule's time is %v", due)
		}
	})
}

func TestRulesThatUndoEachOtherStopWithinADay(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(`kind: time_rule
name: hold
title: Hold
after: 1m
since: state
in: [open]
do: [{ status: hold }]
---
kind: trigger
name: open
title: Open
when: ticket.status == "hold"
do: [{ status: open, add_tags: [again] }]
---
kind: time_rule
name: unhold
title: Unhold
after: 1m
since: state
in: [hold]
do: [{ status: open }]
`)
		i.Settle()
		bob := i.Person("bob@company.example", "Bob", "agent")
		ticket := asks(t, i)
		inState(t, i, bob, ticket.ID, desk.StatusOpen)
		for range 60 {
			wait(i, time.Minute)
		}
		if n := i.Count(`SELECT count(*) FROM trigger_firing WHERE stopped = ''`); n > 45 {
			t.Errorf("%d firings in an hour", n)
		}
		i.Apply("kind: time_rule\nname: hold\ntitle: Hold\nafter: 1m\nsince: updated\ndo: [{ note: Again. }]\n")
		for range 60 {
			wait(i, time.Minute)
		}
		if !slices.Contains(verbs(told(t, i, ticket.ID)), "trigger.stopped") || i.Count(`SELECT count(*) FROM trigger_firing WHERE stopped = 'loop'`) == 0 {
			t.Error("a loop is not stopped, or not told")
		}
		if n := i.Count(`SELECT count(*) FROM comment WHERE body_text LIKE 'Again%'`); n > 10 {
			t.Errorf("%d notes within a day", n)
		}
	})
}

func TestOnceStopAndEveryActionOfATimeRule(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(`kind: time_rule
name: a-first
title: First
order: 1
after: 1h
since: state
once: true
stop: true
do:
  - { type: task, task_due: 48h, team: support, assignee: bob@company.example }
  - note: "Look at {{subject}}."
---
kind: time_rule
name: b-second
title: Second
order: 2
after: 1h
since: state
do: [{ add_tags: [second] }]
`)
		i.Settle()
		bob := i.Person("bob@company.example", "Bob", "agent")
		ticket := asks(t, i)
		wait(i, time.Hour)
		got := getTicket(t, i, ticket.ID)
		if got.Type != desk.TypeTask || !got.TaskDue.Equal(i.Clock.Now().Add(48*time.Hour)) || got.AssigneeID != bob.PersonID || len(got.Tags) != 0 {
			t.Fatalf("after an hour: %+v", got)
		}
		wait(i, time.Hour) // the assignee has opened it: another stretch
		if got = getTicket(t, i, ticket.ID); !slices.Equal(got.Tags, []string{"second"}) {
			t.Errorf("once is once, and the second rule acts in the next stretch: %v", got.Tags)
		}
		if n := i.Count(`SELECT count(*) FROM comment WHERE body_text = 'Look at Help.'`); n != 1 {
			t.Errorf("%d notes", n)
		}
	})
}

func TestGuardsAskStopAndExplainThemselves(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		kitFile(t, i, "guard")
		bob := i.Person("bob@company.example", "Bob", "agent")
		ticket := asks(t, i)
		try := func(by act.Actor, s desk.Status, confirm ...string) error {
			return i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				now, err := i.Desk.Get(ctx, tx, act.Root(), ticket.ID)
				if err != nil {
					return err
				}
				_, err = i.Desk.Update(ctx, tx, by, ticket.ID, desk.Edit{Version: now.Version, Status: &s, Confirm: confirm})
				return err
			})
		}
		f := fault.As(try(bob, desk.StatusHold, "hold-without-assignee"))
		if f == nil || f.Code != fault.Invalid || len(f.Guards) != 2 {
			t.Fatalf("on hold without an assignee: %v", f)
		}
		stop := f.Guards[0]
		if stop.Name != "hold-without-assignee" || stop.Mode != "stop" || stop.Why != "/blueprints/guard/hold-without-assignee" || len(stop.Conditions) != 2 ||
			stop.Conditions[0].Value != "hold" || !stop.Conditions[0].Held || f.Guards[1].Mode != "ask" {
			t.Errorf("the guard says %+v", f.Guards)
		}
		f = fault.As(try(bob, desk.StatusPending))
		if f == nil || len(f.Guards) != 1 || f.Guards[0].Name != "pending-without-reply" || f.Details[0].Accepted != `"confirm": ["pending-without-reply"] to go on` {
			t.Fatalf("pending without a reply: %v", f)
		}
		machine := bob
		machine.TokenID = 7
		if err := try(machine, desk.StatusPending); err != nil {
			t.Errorf("a machine was asked: %v", err)
		}
		if err := try(bob, desk.StatusOpen); err != nil {
			t.Fatal(err)
		}
		if err := try(bob, desk.StatusPending, "pending-without-reply"); err != nil {
			t.Errorf("confirmed and refused: %v", err)
		}
		if n := i.Count(`SELECT count(*) FROM trigger_firing f JOIN blueprint b ON b.id = f.trigger_id WHERE b.kind = 'guard'`); n != 1 {
			t.Errorf("%d confirmations are told", n)
		}
		if all := verbs(told(t, i, ticket.ID)); !slices.Contains(all, "guard.passed") {
			t.Errorf("that it was confirmed is not told: %v", all)
		}
		// A reply that makes it pending is what the guard asks for.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			m := desk.PlainMessage("Which version is it?")
			m.Agent, m.Public, m.Channel = true, true, "web"
			if _, _, err := i.Desk.Reply(ctx, tx, bob, ticket.ID, m, desk.StatusOpen); err != nil {
				return err
			}
			_, _, err := i.Desk.Reply(ctx, tx, bob, ticket.ID, m, desk.StatusPending)
			return err
		})
	})
}

func TestAMacroIsGuardedAsOneChangeAndItsUseIsTold(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		kitFile(t, i, "guard")
		i.Apply("kind: macro\nname: ask\ntitle: Ask\nreply: Which version?\ndo: [{ status: pending }]\n---\nkind: macro\nname: park\ntitle: Park\ndo: [{ status: pending, type: task, task_due: 24h }]\n")
		bob := i.Person("bob@company.example", "Bob", "agent")
		ticket := asks(t, i)
		apply := func(name string, confirm ...string) error {
			return i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.Apply(ctx, tx, bob, ticket.ID, name, nil, confirm)
				return err
			})
		}
		if err := apply("ask"); err != nil {
			t.Errorf("a macro that replies was stopped: %v", err)
		}
		inState(t, i, bob, ticket.ID, desk.StatusOpen)
		if f := fault.As(apply("park")); f == nil || len(f.Guards) != 1 {
			t.Errorf("a macro that does not reply was not: %v", f)
		}
		if err := apply("park", "pending-without-reply"); err != nil {
			t.Error(err)
		}
		if got := getTicket(t, i, ticket.ID); got.Type != desk.TypeTask || !got.TaskDue.Equal(i.Clock.Now().Add(day)) {
			t.Errorf("after the macro: %+v", got)
		}
		if n := i.Count(`SELECT count(*) FROM trigger_firing f JOIN blueprint b ON b.id = f.trigger_id WHERE b.kind = 'macro'`); n != 2 {
			t.Errorf("%d uses of macros are told", n)
		}
	})
}
