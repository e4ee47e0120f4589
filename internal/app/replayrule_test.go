package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/replay"
)

// inTime are time rules of every sort: on states, promises and messages, with and without working
// time, that change, write, send and lead to triggers, once and again.
const inTime = `kind: time_rule
name: remind
title: Remind
order: 1
after: 20h
since: state
in: [pending]
when: '!("vip" in ticket.tags)'
do:
  - { reply: waiting }
---
kind: time_rule
name: give-up
title: Give up
order: 2
after: 50h
since: state
in: [pending]
do:
  - { status: solved }
  - note: Nobody answered.
---
kind: time_rule
name: hold-reopens
title: Look again
order: 3
after: 10h
since: state
in: [hold]
calendar: office-hours
when: ticket.type != "task" && !(ticket.waiting_on > 0)
do:
  - { status: open, add_tags: [again] }
stop: true
---
kind: time_rule
name: nearly
title: Nearly due
order: 4
before_due: 30m
do:
  - { add_tags: [nearly], team: experts }
---
kind: time_rule
name: late
title: Late
order: 5
before_due: 0m
metric: next_reply
when: ticket.requester.name == "Ann" || ticket.priority == "high"
do:
  - { priority: urgent }
---
kind: time_rule
name: forgotten
title: Nobody has it
order: 6
after: 30h
since: asked
once: true
when: ticket.status != "solved" && !ticket.assignee.agent
do:
  - { assignee: agent@company.example }
---
kind: trigger
name: nearly
title: What is nearly late is looked at
on: [changed]
when: change.by == "system" && "nearly" in ticket.tags && ticket.status == "hold"
do:
  - { status: open }
---
kind: template
name: waiting
title: Waiting
subject: We wait
body: We wait for you.
`

// Whoever replays what is in force must find what was recorded, also where every rule is worked
// out anew.
func TestReplayOfTheSameTimeRulesFindsWhatWasRecorded(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		l := newLives(t, o, 21)
		l.Apply(inTime)
		for range rounds(150, 300) {
			l.step()
		}
		l.Settle()
		n := int64(l.Count(`SELECT count(*) FROM ticket`))
		if l.Count(`SELECT count(*) FROM trigger_firing f JOIN blueprint b ON b.id = f.trigger_id WHERE b.kind = 'time_rule' AND f.event_id > 0`) < 20 {
			t.Error("these lives prove little: too few time rules fired")
		}
		for name, text := range map[string]string{
			"a comment":           "# looked at\n" + inTime,
			"a rule never due":    "kind: time_rule\nname: never\ntitle: Never\nafter: 90000h\nsince: created\ndo: [{ priority: low }]\n",
			"a trigger not heard": "kind: trigger\nname: never\ntitle: Never\nwhen: ticket.tags.size() > 50\ndo: [{ priority: low }]\n",
		} {
			s := l.replay(text)
			if s.Total != n || s.Replayed != n || s.Otherwise != 0 || s.Different != 0 {
				t.Errorf("%s: %d tickets of %d, %d replayed, %d otherwise than recorded, %d different: %+v %+v", name, s.Total, n, s.Replayed, s.Otherwise, s.Different, s.NotReplayable, s.Groups)
			}
		}
	})
}

// waited is a fixed history of tickets that wait, in which people do the same whatever rules do.
func waited(t *testing.T, o db.Options, config string) *apptest.Instance {
	i := apptest.New(t, o)
	i.Apply(before + "---\n" + config)
	agent := i.Person("agent@company.example", "The agent", "agent")
	var ann directory.Person
	i.Write(func(ctx context.Context, tx db.Tx) (err error) {
		ann, err = i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Email: "ann@customer.example", Name: "Ann"})
		return err
	})
	r := rand.New(rand.NewPCG(8, 8))
	reply := func(id int64, agents bool, status desk.Status) {
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.Reply(ctx, tx, agent, id, desk.Message{Text: "Well", HTML: "Well", Agent: agents, Public: true, Channel: "web"}, status)
			return err
		})
	}
	for range 24 {
		var id int64
		i.Write(func(ctx context.Context, tx db.Tx) error {
			one, _, err := i.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: "x", Requester: ann, Channel: "web", Priority: pick(r, desk.Priority("normal"), "urgent"), MailboxID: i.DeskConfig().DefaultMailbox().ID,
				Tags: pick(r, nil, []string{"vip"}), Message: desk.Message{Text: "x", HTML: "x", Public: true, Channel: "web", AuthorID: ann.ID}})
			if err == nil {
				id = one.ID
			}
			return err
		})
		pass(i, time.Duration(r.IntN(240))*time.Minute)
		reply(id, true, pick(r, desk.StatusPending, desk.StatusPending, desk.StatusHold))
		if r.IntN(3) == 0 {
			pass(i, time.Duration(r.IntN(72))*time.Hour)
			reply(id, false, "")
		}
	}
	pass(i, 30*day)
	i.Settle()
	return i
}

// changesOf is everything that changed on tickets, by field: when, and to what.
func changesOf(i *apptest.Instance) map[string]map[int64]string {
	out := map[string]map[int64]string{}
	note := func(field string, id int64, what string) {
		if out[field] == nil {
			out[field] = map[int64]string{}
		}
		out[field][id] += what + "; "
	}
	i.Read(func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT subject_id, recorded, verb, data FROM events WHERE subject_kind = 'ticket' AND verb IN ('ticket.changed', 'ticket.replied', 'ticket.noted') ORDER BY subject_id, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, at int64
			var verb, data string
			if err := rows.Scan(&id, &at, &verb, &data); err != nil {
				return err
			}
			for _, name := range []string{"status", "priority", "tags", "assignee_id", "team_id"} {
				if _, rest, found := strings.Cut(data, `"`+name+`":`); found {
					value, _, _ := strings.Cut(rest, `],"`)
					note(name, id, fmt.Sprint(at, value))
				}
			}
			if strings.Contains(data, `"channel":"rule"`) {
				note(verb, id, fmt.Sprint(at))
			}
		}
		return rows.Err()
	})
	return out
}

// The same people doing the same under the proposal from the start are the witness, for a rule
// that is added, one that waits otherwise, and one that is taken away.
func TestReplayOfTimeRulesFindsWhatWouldHaveHappened(t *testing.T) {
	const now = `kind: time_rule
name: remind
title: Remind
order: 1
after: 96h
since: state
in: [pending]
when: '!("vip" in ticket.tags)'
do: [{ reply: heard }]
---
kind: time_rule
name: solve
title: Solve
order: 2
after: 240h
since: state
in: [pending]
do: [{ status: solved }, { note: Solved. }]
---
kind: time_rule
name: look
title: Look
after: 48h
since: state
in: [hold]
when: '!(ticket.waiting_on > 0)'
do: [{ status: open, assignee: expert@company.example }]
`
	otherwise := strings.NewReplacer("after: 96h", "after: 72h", "after: 240h", "after: 200h", `"vip" in`, `"none" in`).Replace(now)
	added := `---
kind: time_rule
name: nearly
title: Nearly
before_due: 30m
metric: first_reply
do: [{ priority: urgent, add_tags: [nearly] }]
---
kind: trigger
name: heard
title: Heard
on: [changed]
when: '"nearly" in ticket.tags && change.by == "system"'
do: [{ team: experts }]
`
	eachEngine(t, func(t *testing.T, o db.Options) {
		engine := db.Postgres
		if o.Dir != "" {
			engine = db.SQLite
		}
		is := waited(t, o, now)
		was := changesOf(is)
		for name, proposal := range map[string]string{"changed and added": otherwise + added, "taken away": ""} {
			would := changesOf(waited(t, apptest.Options(t, engine), proposal))
			text := before + "---\n" + proposal
			if proposal == "" { // a rule that never holds is none
				text += strings.NewReplacer("in: [", "when: ticket.created > now\nin: [", "when: '!(\"vip\" in ticket.tags)'\n", "", "when: '!(ticket.waiting_on > 0)'\n", "").Replace(now)
			}
			s := replayed(t, is, text, apptest.Start.Add(-time.Hour))
			if s.Replayed != 24 || s.Otherwise != 0 {
				t.Fatalf("%s: %d of 24 replayed, %d otherwise: %+v", name, s.Replayed, s.Otherwise, s.NotReplayable)
			}
			got := map[string]int64{}
			for _, total := range s.Totals {
				got[total.Change] = total.Records
			}
			for field, change := range map[string]string{"status": "status", "priority": "priority", "tags": "tags", "assignee_id": "assignee", "team_id": "team"} {
				if want := parting(was[field], would[field]); got[change] != want || want == 0 && name == "changed and added" && field != "assignee_id" {
					t.Errorf("%s: %s differs on %d tickets, the replay says %d", name, field, want, got[change])
				}
			}
			sent := map[string]map[int64]bool{"reply": {}, "note": {}}
			kinds := map[string]bool{}
			for _, g := range s.Groups {
				kinds[g.Kind+" "+g.Name] = true
				for _, e := range g.Examples {
					if sent[g.Aspect] != nil {
						sent[g.Aspect][e.Record.ID] = true
					}
				}
			}
			for verb, aspect := range map[string]string{"ticket.replied": "reply", "ticket.noted": "note"} {
				if want := parting(was[verb], would[verb]); want == 0 || int64(len(sent[aspect])) != min(want, replay.MaxExamples) {
					t.Errorf("%s: %s differ on %d tickets, the replay shows %d", name, aspect, want, len(sent[aspect]))
				}
			}
			if !kinds["time_rule solve"] || name == "changed and added" && (!kinds["time_rule nearly"] || !kinds["trigger heard"]) {
				t.Errorf("%s: what made the difference is told as %v", name, kinds)
			}
		}
	})
}

// parting counts the tickets whose history differs.
func parting(a, b map[int64]string) (n int64) {
	for id, v := range a {
		if b[id] != v {
			n++
		}
	}
	for id := range b {
		if _, ok := a[id]; !ok {
			n++
		}
	}
	return n
}

// pass lets time pass; time rules act when they are due.
func pass(i *apptest.Instance, d time.Duration) {
	for then := i.Clock.Now().Add(d); ; {
		var due sql.NullInt64
		i.Read(func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT min(due) FROM job WHERE kind = 'rule.due' AND due <= $1`, db.Micros(then)).Scan(&due)
		})
		if !due.Valid {
			i.Clock.Advance(then.Sub(i.Clock.Now()))
			return
		}
		if wait := db.Time(due.Int64).Sub(i.Clock.Now()); wait > 0 {
			i.Clock.Advance(wait)
		}
		i.Settle()
	}
}
