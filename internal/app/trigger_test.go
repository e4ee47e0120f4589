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
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/starter"
)

// told are the events about a ticket, oldest first.
func told(t *testing.T, i *apptest.Instance, ticket int64) (out []ledger.Event) {
	t.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = i.Ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: ticket}, 0, 500)
		return err
	})
	return out
}

func verbs(all []ledger.Event) (out []string) {
	for _, e := range all {
		out = append(out, e.Verb)
	}
	return out
}

// ticketOf returns the newest ticket.
func ticketOf(t *testing.T, i *apptest.Instance) *desk.Ticket {
	t.Helper()
	var out *desk.Ticket
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		var id int64
		if err := tx.QueryRow(ctx, `SELECT max(id) FROM ticket`).Scan(&id); err != nil {
			return err
		}
		out, err = i.Desk.Get(ctx, tx, act.Root(), id)
		return err
	})
	return out
}

const outage = `kind: trigger
name: outage
title: Outages are urgent
order: 1
on: [created]
when: ticket.priority != "urgent" && change.text.contains("outage")
do:
  - { priority: urgent, add_tags: [outage] }
  - note: "An outage was reported by {{requester}}."
---
kind: trigger
name: urgent-to-second-line
title: Urgent tickets go to the second line
order: 2
when: ticket.priority == "urgent" && !("second-line" in ticket.tags)
do:
  - { team: second-line, add_tags: [second-line] }
  - notify: { to: [team], template: heads-up }
---
kind: team
name: second-line
title: Second line
---
kind: template
name: heads-up
title: Heads up
subject: "Urgent: {{subject}}"
body: |
  {{requester}} wrote: {{text}}
`

func TestTriggersActInTheSameUpdateAndSayWhy(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(outage)
		bob := i.Person("bob@company.example", "Bob", "agent")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, act.Root(), i.DeskConfig().TeamNamed("second-line").ID, []int64{bob.PersonID})
		})
		i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", name: "Ada", subject: "Help", id: "m1@customer.example",
			text: "There is an outage *now*."}.raw(t, i.Clock.Now()))
		i.Settle()

		ticket := ticketOf(t, i)
		if ticket.Priority != "urgent" || !slices.Equal(ticket.Tags, []string{"outage", "second-line"}) || i.DeskConfig().Team(ticket.TeamID).Name != "second-line" {
			t.Fatalf("after the triggers the ticket is %+v", ticket)
		}
		all := told(t, i, ticket.ID)
		if got := verbs(all); !slices.Equal(got[:5], []string{"ticket.created", "ticket.changed", "ticket.noted", "ticket.changed", "ticket.notified"}) {
			t.Fatalf("events: %v", got)
		}
		first, second, notified := all[1], all[3], all[4]
		if first.ActorKind != act.Rule || first.ActorID != 0 || first.Cause.Event != all[0].ID || first.Cause.Depth != 1 {
			t.Errorf("the first trigger's event says %+v", first)
		}
		if second.Cause.Event != first.ID || second.Cause.Depth != 2 {
			t.Errorf("the second trigger was caused by event %d at depth %d; it reads the priority that event %d changed", second.Cause.Event, second.Cause.Depth, first.ID)
		}
		if notified.Cause.Blueprint != second.Cause.Blueprint || notified.Cause.Version != 1 {
			t.Errorf("the notice does not name the trigger: %+v", notified.Cause)
		}
		if s := string(first.Data); !strings.Contains(s, `"read":{"ticket.priority":"normal"}`) || strings.Contains(s, "outage *now*") {
			t.Errorf("the event must carry the values read, but nothing that people wrote: %s", s)
		}
		sent := i.Peer.All()
		if len(sent) != 1 || sent[0].To[0] != "bob@company.example" {
			t.Fatalf("%d mails were sent", len(sent))
		}
		m := sent[0].Message()
		if m.Subject != "Urgent: Help" || !strings.Contains(m.Text, "There is an outage *now*.") {
			t.Errorf("the notice says %q: %q", m.Subject, m.Text)
		}
		i.Verify()
	})
}

func TestTheStarterKitsTriggersWork(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		docs, findings, err := blueprint.ParseFolder(starter.Kit())
		if err != nil {
			t.Fatal(err)
		}
		docs = slices.DeleteFunc(docs, func(d blueprint.Document) bool { return d.Kind == "mailbox" || d.Kind == "entitlement" })
		i.Configure(docs, findings)
		bob := i.Person("bob@company.example", "Bob", "agent")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, act.Root(), i.DeskConfig().TeamNamed("support").ID, []int64{bob.PersonID})
		})
		i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", subject: "Help", id: "m1@customer.example", text: "Our production is down."}.raw(t, i.Clock.Now()))
		i.Settle()
		if got := ticketOf(t, i); got.Priority != "urgent" || !slices.Equal(got.Tags, []string{"outage"}) {
			t.Errorf("the ticket is %s with tags %v", got.Priority, got.Tags)
		}
		if sent := i.Peer.All(); len(sent) != 1 || sent[0].Message().Subject != "Urgent: Help" {
			t.Errorf("%d mails were sent", len(sent))
		}
	})
}

func TestTriggersThatUndoEachOtherStopAndSaySo(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(`kind: trigger
name: a-raise
title: Raise
when: ticket.priority == "normal"
do: [{ priority: high }]
---
kind: trigger
name: b-lower
title: Lower
when: ticket.priority == "high"
do: [{ priority: normal }]
`)
		i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", subject: "Help", id: "m1@customer.example", text: "Hello"}.raw(t, i.Clock.Now()))
		i.Settle()
		ticket := ticketOf(t, i)
		all := told(t, i, ticket.ID)
		if got := verbs(all); !slices.Equal(got[:4], []string{"ticket.created", "ticket.changed", "ticket.changed", "trigger.stopped"}) {
			t.Fatalf("events: %v", got)
		}
		if fired, stopped := i.Count(`SELECT count(*) FROM trigger_firing WHERE stopped = ''`), i.Count(`SELECT count(*) FROM trigger_firing WHERE stopped = 'cycle'`); fired != 2 || stopped != 1 {
			t.Errorf("told of %d firings and %d stops", fired, stopped)
		}
		if !strings.Contains(string(all[3].Data), `"reason":"cycle"`) {
			t.Errorf("stopped because: %s", all[3].Data)
		}
	})
}

func TestAChainOfTriggersStopsAtTenAndKeepsWhatThePersonDid(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		var text strings.Builder
		for n := range 14 {
			fmt.Fprintf(&text, "---\nkind: trigger\nname: t%02d\ntitle: Step %d\norder: %d\nwhen: \"\\\"s%d\\\" in ticket.tags\"\ndo: [{ add_tags: [s%d] }]\n", 20-n, n, 20-n, n, n+1)
		}
		i.Apply(strings.TrimPrefix(text.String(), "---\n"))
		i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", subject: "Help", id: "m1@customer.example", text: "Hello"}.raw(t, i.Clock.Now()))
		i.Settle()
		ticket := ticketOf(t, i)
		tags := []string{"s0"}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Update(ctx, tx, i.Root(), ticket.ID, desk.Edit{Version: ticket.Version, Tags: &tags})
			return err
		})
		ticket = ticketOf(t, i)
		if len(ticket.Tags) != 11 || !slices.Contains(ticket.Tags, "s10") || slices.Contains(ticket.Tags, "s11") {
			t.Errorf("ten triggers may follow from each other; the tags are %v", ticket.Tags)
		}
		all := told(t, i, ticket.ID)
		if last := all[len(all)-1]; last.Verb != "trigger.stopped" || !strings.Contains(string(last.Data), `"depth"`) {
			t.Errorf("the stop is not told: %s %s", last.Verb, last.Data)
		}
	})
}

func TestNoticesOfTriggersStopWhenTheyBecomeAStorm(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(`kind: trigger
name: thanks
title: Thanks
on: [created, commented]
do: [{ notify: { to: [requester], template: thanks } }]
---
kind: template
name: thanks
title: Thanks
subject: Thanks
body: Thank you.
`)
		write := func(n int, more map[string]string) {
			i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", subject: "Help", id: fmt.Sprintf("m%d@customer.example", n), text: "Hello",
				headers: more, answers: first(i)}.raw(t, i.Clock.Now()))
			i.Settle()
		}
		write(0, nil)
		if n := len(i.Peer.All()); n != 1 {
			t.Fatalf("%d mails were sent", n)
		}
		write(1, map[string]string{"Auto-Submitted": "auto-replied"})
		if n := len(i.Peer.All()); n != 1 {
			t.Fatalf("a machine's message was answered: %d mails were sent", n)
		}
		for n := 2; n < 36; n++ {
			write(n, nil)
		}
		if n := len(i.Peer.All()); n != 30 {
			t.Errorf("%d mails were sent within an hour; 30 are the most", n)
		}
		if all := told(t, i, ticketOf(t, i).ID); !slices.Contains(verbs(all), "trigger.stopped") {
			t.Error("the storm is not told")
		}
		i.Clock.Advance(61 * time.Minute)
		write(99, nil)
		if n := len(i.Peer.All()); n != 31 {
			t.Errorf("after an hour notices leave again: %d", n)
		}
	})
}

func TestAOnceTriggerFiresOnce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply("kind: trigger\nname: hello\ntitle: Hello\non: [created, commented]\nonce: true\ndo: [{ note: Seen. }]\n")
		for n := range 2 {
			i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", subject: "Help", id: fmt.Sprintf("m%d@customer.example", n), text: "Hello",
				headers: map[string]string{"References": "<m0@customer.example>"}}.raw(t, i.Clock.Now()))
			i.Settle()
		}
		notes := 0
		for _, v := range verbs(told(t, i, ticketOf(t, i).ID)) {
			if v == "ticket.noted" {
				notes++
			}
		}
		if notes != 1 || i.Count(`SELECT count(*) FROM ticket`) != 1 {
			t.Errorf("%d notes on %d tickets", notes, i.Count(`SELECT count(*) FROM ticket`))
		}
	})
}

// first is the first mail that left, nil before.
func first(i *apptest.Instance) *mail.Message {
	if all := i.Peer.All(); len(all) > 0 {
		m := all[0].Message()
		return &m
	}
	return nil
}

func TestTriggersSetAttributesAndTellWebhooks(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(`kind: trigger
name: severe
title: Outages are severe
on: [created]
when: change.text.contains("outage")
do:
  - { set: { severity: s1 } }
  - { webhook: pager }
---
kind: trigger
name: severe-is-urgent
title: Severe is urgent
when: ticket.attributes.severity == "s1" && ticket.priority == "normal"
do: [{ priority: urgent }]
---
kind: webhook
name: pager
title: Pager
url: https://pager.example/hook
events: [ticket.none]
role: admin
visibility: internal
secrets: ["env:PAGER"]
`)
		i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", subject: "Help", id: "m1@customer.example", text: "an outage"}.raw(t, i.Clock.Now()))
		i.Settle()
		ticket := ticketOf(t, i)
		if got := i.DeskConfig().Fields.Show("ticket", ticket.Attributes, true)["severity"]; got != "s1" || ticket.Priority != "urgent" {
			t.Fatalf("severity %v, priority %s, %v", got, ticket.Priority, verbs(told(t, i, ticket.ID)))
		}
		all := told(t, i, ticket.ID)
		if got := verbs(all); !slices.Equal(got[:4], []string{"ticket.created", "ticket.changed", "ticket.webhook_told", "ticket.changed"}) {
			t.Fatalf("events: %v", got)
		}
		if all[3].Cause.Event != all[1].ID {
			t.Error("the second trigger was not caused by the first one's change")
		}
		if n := i.Count(`SELECT count(*) FROM webhook_delivery`); n != 1 {
			t.Errorf("%d deliveries are queued", n)
		}
	})
}
