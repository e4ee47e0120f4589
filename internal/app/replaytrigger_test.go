package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/replay"
)

// before and after are what triggers did and would do.
const before = `kind: sla
name: all
title: Everybody
targets:
  - { metric: first_reply, priority: normal, within: 4h, calendar: around-the-clock }
  - { metric: first_reply, priority: urgent, within: 1h, calendar: around-the-clock }
---
kind: team
name: experts
title: Experts
---
kind: template
name: heard
title: Heard
subject: We heard you
body: Hello {{requester}}
---
kind: trigger
name: outage
title: An outage is urgent
on: [created]
when: change.text.contains("outage")
do:
  - { priority: urgent, add_tags: [outage] }
---
kind: trigger
name: thanks
title: Say that we heard
on: [created]
when: '!("outage" in ticket.tags)'
do:
  - notify: { to: [requester], template: heard }
---
kind: trigger
name: private
title: Knows the address
on: [created]
when: ticket.requester.email.startsWith("ann@")
do:
  - { add_tags: [ann] }
`

// what the proposal changes: the words looked for, who gets what, and a state on reply.
var after = strings.NewReplacer(`contains("outage")`, `contains("down")`, "add_tags: [outage] }", "add_tags: [outage], team: experts, assignee: expert@company.example }").Replace(before) + `---
kind: trigger
name: waits
title: An answer waits for the customer
on: [replied]
when: ticket.status == "open"
do:
  - { status: pending, note: Waiting }
`

// played is a fixed history of tickets that nobody but triggers changes.
func played(t *testing.T, o db.Options, config string) (*apptest.Instance, act.Actor) {
	i := apptest.New(t, o)
	i.Apply(config)
	agent := i.Person("agent@company.example", "The agent", "agent")
	i.Person("expert@company.example", "The expert", "agent")
	r := rand.New(rand.NewPCG(5, 5))
	people := []directory.Person{}
	i.Write(func(ctx context.Context, tx db.Tx) error {
		for _, name := range []string{"ann", "bob"} {
			p, err := i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Email: name + "@customer.example", Name: name})
			if err != nil {
				return err
			}
			people = append(people, p)
		}
		return nil
	})
	for range 30 {
		var id int64
		text := []string{"an outage since this morning", "the system is down", "outage: down again", "a question"}[r.IntN(4)]
		i.Write(func(ctx context.Context, tx db.Tx) error {
			ticket, _, err := i.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: "x", Requester: people[r.IntN(2)], Channel: "web", MailboxID: i.DeskConfig().DefaultMailbox().ID,
				Message: desk.Message{Text: text, HTML: text, Public: true, Channel: "web", AuthorID: people[0].ID}})
			if err == nil {
				id = ticket.ID
			}
			return err
		})
		i.Clock.Advance(time.Duration(r.IntN(300)) * time.Minute)
		if r.IntN(2) == 0 {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				_, _, err := i.Desk.Reply(ctx, tx, agent, id, desk.Message{Text: "Looked", HTML: "Looked", Agent: true, Public: true, Channel: "web"}, "")
				return err
			})
		}
		i.Settle()
	}
	i.Clock.Advance(10 * time.Hour)
	i.Settle()
	return i, agent
}

// ends are how tickets ended, field by field.
func ends(i *apptest.Instance) map[string]map[int64]string {
	out := map[string]map[int64]string{}
	i.Read(func(ctx context.Context, tx db.Tx) error {
		for name, q := range map[string]string{
			"status": `status`, "priority": `priority`, "tags": `tags`,
			"team":     `CASE WHEN team_id IS NULL THEN 'none' ELSE 'some' END`,
			"assignee": `CASE WHEN assignee_id IS NULL THEN 'none' ELSE 'some' END`,
			"mail":     `(SELECT CAST(count(*) AS TEXT) FROM events e WHERE e.subject_kind = 'ticket' AND e.subject_id = ticket.id AND e.verb = 'ticket.notified')`,
			"note":     `(SELECT CAST(count(*) AS TEXT) FROM comment c WHERE c.ticket_id = ticket.id AND c.channel = 'rule')`,
			"late":     `(SELECT CAST(count(*) AS TEXT) FROM clock c WHERE c.ticket_id = ticket.id AND c.breached_at IS NOT NULL)`,
		} {
			rows, err := tx.Query(ctx, `SELECT id, `+q+` FROM ticket`)
			if err != nil {
				return err
			}
			out[name] = map[int64]string{}
			for rows.Next() {
				var id int64
				var v string
				if err := rows.Scan(&id, &v); err != nil {
					rows.Close()
					return err
				}
				out[name][id] = v
			}
			rows.Close()
		}
		return nil
	})
	return out
}

// The same people doing the same under the proposal from the start are the witness.
func TestReplayOfTriggersFindsWhatWouldHaveHappened(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		now, _ := played(t, o, before)
		then, _ := played(t, apptest.Options(t, now.DB.Engine()), after)
		l := &lives{Instance: now}
		s := l.replay(after)
		if s.Replayed != 30 || s.Otherwise != 0 {
			t.Fatalf("%d of 30 replayed, %d otherwise: %+v", s.Replayed, s.Otherwise, s.NotReplayable)
		}
		was, would := ends(now), ends(then)
		records := map[string]int64{}
		for _, total := range s.Totals {
			records[total.Change] = total.Records
		}
		for name, change := range map[string]string{"status": "status", "priority": "priority", "tags": "tags", "team": "team", "assignee": "assignee"} {
			if n := differing(was[name], would[name], func(a, b string) bool { return a != b }); n == 0 || records[change] != n {
				t.Errorf("%s differs on %d tickets, the replay says %d", name, n, records[change])
			}
		}
		more := func(a, b string) bool { return a < b }
		less := func(a, b string) bool { return a > b }
		for change, want := range map[string]int64{"breaches": differing(was["late"], would["late"], more), "keeps": differing(was["late"], would["late"], less),
			"silent": differing(was["mail"], would["mail"], less)} {
			if want == 0 || records[change] != want {
				t.Errorf("%s: %d, want %d", change, records[change], want)
			}
		}
		sent := map[string]int64{}
		for _, g := range s.Groups {
			if g.Change == "sends" {
				sent[g.Aspect] += g.Records
			}
			for _, e := range g.Examples {
				if e.Sentence == "" || e.Link != fmt.Sprintf("/tickets/%d", e.Record.ID) {
					t.Errorf("%s %s: no sentence or link: %+v", g.Change, g.Name, e)
				}
			}
		}
		if want := differing(was["mail"], would["mail"], more); sent["mail"] != want {
			t.Errorf("%d would get mail, want %d", sent["mail"], want)
		}
		if want := differing(was["note"], would["note"], more); want == 0 || sent["note"] != want {
			t.Errorf("%d would get a note, want %d", sent["note"], want)
		}
	})
}

func differing(a, b map[int64]string, is func(a, b string) bool) (n int64) {
	for id, v := range a {
		if is(v, b[id]) {
			n++
		}
	}
	return n
}

func TestReplayOfTriggersNeverGuesses(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		i, _ := played(t, o, before)
		l := &lives{Instance: i}
		reasons := func(s replay.Section) (out []string) {
			for _, r := range s.NotReplayable {
				out = append(out, fmt.Sprintf("%d %s", r.Records, r.Reason))
			}
			return out
		}
		// A changed trigger that reads an address cannot be worked out for anybody.
		s := l.replay(strings.Replace(before, `startsWith("ann@")`, `startsWith("bob@")`, 1))
		if got := reasons(s); s.Replayed != 0 || len(got) != 1 || !strings.Contains(got[0], "30 the trigger private reads ticket.requester.email") {
			t.Errorf("%d replayed, %v", s.Replayed, got)
		}
		// What somebody wrote and was removed is missing for its ticket alone.
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE comment SET body_text = $1 WHERE id = (SELECT min(id) FROM comment)`, desk.Removed)
			return err
		})
		s = l.replay(after)
		if got := reasons(s); s.Replayed != 29 || len(got) != 1 || !strings.HasPrefix(got[0], "1 a trigger reads what somebody wrote") {
			t.Errorf("%d replayed, %v", s.Replayed, got)
		}
	})
}

// A ticket opened long ago counts when something happened to it in the window, and lives by the
// proposal from the window's beginning on.
func TestReplayTakesTicketsThatWereOpenBefore(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		i, agent := played(t, o, before)
		i.Clock.Advance(100 * 24 * time.Hour)
		since := i.Clock.Now()
		i.Clock.Advance(time.Hour)
		var id int64
		i.Read(func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT max(id) FROM ticket WHERE status = 'open'`).Scan(&id)
		})
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.Reply(ctx, tx, agent, id, desk.Message{Text: "Again", HTML: "Again", Agent: true, Public: true, Channel: "web"}, "")
			return err
		})
		i.Settle()
		s := replayed(t, i, after, since)
		if s.Total != 1 || s.Replayed != 1 || s.Otherwise != 0 || s.Different != 1 {
			t.Fatalf("got %+v, want the one ticket that was answered", s)
		}
		for _, total := range s.Totals {
			if want := map[string]int64{"status": 1, "sends": 1}[total.Change]; total.Records != want {
				t.Errorf("%s: %d, want %d: what was before the window is as it was", total.Change, total.Records, want)
			}
		}
	})
}
