package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/explain"
	"steward/internal/ledger"
	"steward/internal/playbook"
)

const escalation = `kind: playbook
name: escalation
title: Escalation
subject: ticket
ask:
  - { name: why, title: Why?, required: true }
participants:
  - { role: lead, title: Lead, ask: true }
  - { role: starter, from: starter }
gates: { when: subject.priority != "low", say: Low tickets are not escalated. }
steps:
  - { name: look, title: Look at it, owner: lead, when: subject.priority == "urgent" }
  - { name: tell, title: Tell them, owner: lead }
`

const escalates = escalation + `---
kind: trigger
name: outage
title: Outages are escalated
on: [created]
when: change.text.contains("outage")
do:
  - { priority: urgent }
  - playbook: { name: escalation, people: [{ role: lead, email: lead@company.example }, { role: starter, from: requester }], ask: { why: An outage } }
`

// runsAbout are the runs about a ticket, the newest first.
func runsAbout(t *testing.T, i *apptest.Instance, ticket int64) (out []*playbook.Run) {
	t.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = i.Playbooks.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: ticket})
		return err
	})
	return out
}

func writes(t *testing.T, i *apptest.Instance, text string) *desk.Ticket {
	t.Helper()
	n := i.Count(`SELECT count(*) FROM mail_in`)
	i.Mail("ada@customer.example", apptest.Mailbox, letter{from: "ada@customer.example", name: "Ada", subject: "Help", id: fmt.Sprintf("r%d@customer.example", n), text: text}.raw(t, i.Clock.Now()))
	i.Settle()
	return ticketOf(t, i)
}

func TestATriggerStartsAPlaybookAboutItsTicketOnceAndBothSayWhy(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		lead := i.Person("lead@company.example", "Lena", "agent")
		i.Apply(escalates)
		if runs := runsAbout(t, i, writes(t, i, "a question").ID); len(runs) != 0 {
			t.Fatalf("%d runs about a question", len(runs))
		}
		ticket := writes(t, i, "an outage")
		runs := runsAbout(t, i, ticket.ID)
		if len(runs) != 1 || runs[0].Parts["lead"].PersonID != lead.PersonID || runs[0].Parts["starter"].PersonID != ticket.RequesterID || runs[0].Asked["why"] != "An outage" {
			t.Fatalf("runs: %+v", runs)
		}
		// The run sees the ticket as the firing left it, though it was not stored yet.
		if s := runs[0].Step("look"); s.State != playbook.Open {
			t.Errorf("its first step is %s", s.State)
		}
		all := told(t, i, ticket.ID)
		var started ledger.Event
		for _, e := range all {
			if e.Verb == desk.TicketRunStarted {
				started = e
			}
		}
		if started.ID == 0 || started.ActorKind != act.Rule || started.Cause.Blueprint == 0 {
			t.Fatalf("the ticket tells %v", verbs(all))
		}
		var begun ledger.Event
		i.Read(func(ctx context.Context, tx db.Tx) error {
			events, err := i.Ledger.Of(ctx, tx, ledger.Ref{Kind: playbook.Kind, ID: runs[0].ID}, 0, 1)
			begun = events[0]
			return err
		})
		for what, event := range map[string]int64{"the run": begun.ID, "the ticket": started.ID} {
			w := why(t, i, i.Root(), func(ctx context.Context, tx db.Tx) (explain.Why, error) {
				return i.Explain.Event(ctx, tx, i.Root(), event)
			})
			if w.Rule == nil || w.Rule.Blueprint.Name != "outage" {
				t.Errorf("why of %s: %+v", what, w)
				continue
			}
			if last := w.Chain[len(w.Chain)-1].Sentence; !strings.HasPrefix(last, "Ada: ") {
				t.Errorf("why of %s begins with %q", what, last)
			}
			if what == "the run" && (len(w.Rule.Conditions) != 1 || !w.Rule.Conditions[0].Held || !strings.HasPrefix(w.Chain[0].Sentence, "Outages are escalated: ")) {
				t.Errorf("the run does not say what the trigger read: %+v, %+v", w.Rule, w.Chain)
			}
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			runs, _, err := i.Playbooks.List(ctx, tx, i.Root(), playbook.Filter{SubjectKind: "ticket", SubjectID: ticket.ID}, db.Page{})
			if err != nil || len(runs) != 1 || len(runs[0].Steps) != 2 {
				t.Errorf("the ticket shows %+v, %v", runs, err)
			}
			return nil
		})
		if n := i.Count(`SELECT count(*) FROM trigger_firing WHERE ticket_id = $1 AND stopped = ''`, ticket.ID); n != 1 {
			t.Errorf("%d firings", n)
		}
		i.Verify()
	})
}

func TestAFiringThatIsRunAgainStartsNothingTwice(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Person("lead@company.example", "Lena", "agent")
		agent := i.Person("bob@company.example", "Bob", "agent")
		i.Apply(escalates)
		// The transaction fails after everything was done, and runs again.
		tries := 0
		err := i.DB.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
			p, _, err := i.Directory.Colleague(ctx, tx, "bob@company.example")
			if err != nil {
				return err
			}
			_, _, err = i.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: "Down", Requester: p, Channel: "web", Message: desk.Message{Text: "an outage", Public: true, Channel: "web", AuthorID: p.ID}})
			if tries++; err == nil && tries == 1 {
				return context.DeadlineExceeded
			}
			return err
		})
		if err == nil {
			t.Fatal("the first try did not fail")
		}
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM playbook_run`); n != 0 {
			t.Fatalf("%d runs of a change that was not made", n)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			p, _, err := i.Directory.Colleague(ctx, tx, "bob@company.example")
			if err == nil {
				_, _, err = i.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: "Down", Requester: p, Channel: "web", Message: desk.Message{Text: "an outage", Public: true, Channel: "web", AuthorID: p.ID}})
			}
			return err
		})
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM playbook_run`); n != 1 {
			t.Errorf("%d runs", n)
		}
	})
}

func TestWhatMayNotStartIsToldAndTheChangeGoesOn(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Person("lead@company.example", "Lena", "agent")
		i.Apply(strings.Replace(escalates, "priority: urgent }", "priority: low }", 1))
		ticket := writes(t, i, "an outage")
		if runs := runsAbout(t, i, ticket.ID); len(runs) != 0 || ticket.Priority != desk.Priority("low") {
			t.Fatalf("%d runs, priority %s", len(runs), ticket.Priority)
		}
		if got := verbs(told(t, i, ticket.ID)); !strings.Contains(strings.Join(got, " "), desk.TicketRunStarted+" "+desk.TicketRunRefused) {
			t.Errorf("the ticket tells %v", got)
		}
		i.Verify()
	})
}

// A run whose step changes the ticket, so that the trigger starts it again, is stopped and told.
func TestAStormOfRunsIsStopped(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(`kind: field
name: round
title: Round
on: ticket
type: checkbox
---
kind: playbook
name: turn
title: Turn
subject: ticket
steps:
  - { name: a, title: A, kind: action, action: { name: attribute, with: { set: { round: true } } } }
  - { name: b, title: B, kind: action, action: { name: attribute, with: { set: { round: false } } } }
---
kind: trigger
name: again
title: Again
on: [created, changed]
when: '"attributes.round" in change.fields || change.text.contains("begin")'
do: [{ playbook: turn }]
`)
		ticket := writes(t, i, "begin")
		if n := len(runsAbout(t, i, ticket.ID)); n != 10 {
			t.Errorf("%d runs were started within an hour", n)
		}
		if i.Count(`SELECT count(*) FROM trigger_firing WHERE stopped = 'runs'`) == 0 {
			t.Errorf("nobody is told: %v", verbs(told(t, i, ticket.ID)))
		}
		i.Verify()
	})
}

func TestTimeRulesAndMacrosStartPlaybooks(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		bob := i.Person("bob@company.example", "Bob", "agent")
		i.Apply(escalation + `---
kind: time_rule
name: slow
title: Nobody answered for a day
after: 24h
since: created
do: [{ playbook: { name: escalation, people: [{ role: lead, team: support }, { role: starter, from: requester }], ask: { why: Slow } } }]
---
kind: macro
name: escalate
title: Escalate
do: [{ playbook: { name: escalation, people: [{ role: lead, from: actor }], ask: { why: Asked } } }]
`)
		ticket := writes(t, i, "a question")
		apply := func() error {
			return inTx(i, func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.Apply(ctx, tx, bob, ticket.ID, "escalate", nil, nil)
				return err
			})
		}
		if err := apply(); err != nil {
			t.Fatal(err)
		}
		runs := runsAbout(t, i, ticket.ID)
		if len(runs) != 1 || runs[0].StarterID != bob.PersonID || runs[0].Parts["lead"].PersonID != bob.PersonID || runs[0].Parts["starter"].PersonID != bob.PersonID {
			t.Fatalf("the macro started %+v", runs)
		}
		i.Clock.Advance(25 * time.Hour)
		i.Settle()
		runs = runsAbout(t, i, ticket.ID)
		if len(runs) != 2 || runs[0].StarterID != 0 || runs[0].Parts["lead"].TeamID == 0 || runs[0].Asked["why"] != "Slow" {
			t.Fatalf("the time rule started %+v", runs)
		}
		i.Clock.Advance(25 * time.Hour)
		i.Settle()
		if n := len(runsAbout(t, i, ticket.ID)); n != 2 {
			t.Errorf("%d runs: it acted on the same stretch again", n)
		}
		// What may not start is said to whom it concerns, and nothing is done.
		low := desk.Priority("low")
		edit(t, i, bob, ticket.ID, desk.Edit{Priority: &low})
		if err := apply(); err == nil || !strings.Contains(err.Error(), "Low tickets are not escalated") {
			t.Errorf("the macro said %v", err)
		}
		// The dry run says what would start.
		i.Read(func(ctx context.Context, tx db.Tx) error {
			p, err := i.Desk.Prepare(ctx, tx, bob, ticket.ID, "escalate")
			if err != nil || p.Macro.Spec.Do[0].Playbook.Name != "escalation" {
				t.Errorf("%+v %v", p, err)
			}
			return nil
		})
		i.Verify()
	})
}

func TestMistakesInPlaybookActionsAreFound(t *testing.T) {
	const person = "kind: playbook\nname: welcome\ntitle: Welcome\nsubject: person\nsteps: [{ name: a, title: A, kind: wait, wait: { for: 1h } }]\n---\n"
	lead := "{ role: lead, email: a@company.example }"
	starter := "{ role: starter, from: requester }"
	for action, want := range map[string]string{
		`nothing`: "nothing",
		`welcome`: "about a person",
		`{ name: escalation, people: [` + starter + `], ask: { why: x } }`:                                                                             "cannot start without the lead",
		`{ name: escalation, people: [` + lead + `], ask: { why: x } }`:                                                                                "a rule is nobody",
		`{ name: escalation, people: [` + lead + `, ` + starter + `] }`:                                                                                "Why? is needed",
		`{ name: escalation, people: [` + lead + `, ` + starter + `], ask: { why: x, who: y } }`:                                                       "This is not asked",
		`{ name: escalation, people: [` + lead + `, ` + starter + `, { role: boss, from: assignee }], ask: { why: x } }`:                               `no role "boss"`,
		`{ name: escalation, people: [{ role: lead, email: a@company.example, from: actor }, ` + starter + `], ask: { why: x } }`:                      "in one way",
		`{ name: escalation, people: [{ role: lead, email: a@company.example }, ` + lead + `, ` + starter + `], ask: { why: x } }`:                     "there already",
		`{ name: escalation, people: [{ role: lead, from: actor }, ` + starter + `], ask: { why: x } }` + "\n" + `after: 1h` + "\n" + `since: created`: "Nobody acts",
	} {
		kind := "kind: trigger"
		if strings.Contains(action, "since") {
			kind = "kind: time_rule"
		}
		docs, findings := blueprint.ParseFile("x.yaml", person+escalation+"---\n"+kind+"\nname: it\ntitle: It\ndo:\n  - playbook: "+action+"\n")
		_, more := blueprint.Compile(app.NewRegistry(), docs)
		found := false
		for _, f := range append(findings, more...) {
			found = found || f.Severity == blueprint.Error && strings.Contains(f.String(), want)
		}
		if !found {
			t.Errorf("playbook: %s\nis not told %q: %v", action, want, more)
		}
	}
}

func TestReplaySaysWhichPlaybooksWouldHaveBegun(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		now, _ := played(t, o, before)
		l := &lives{Instance: now}
		quiet := escalation[:strings.Index(escalation, "ask:")] + "participants:\n  - { role: lead, team: experts }\nsteps: [{ name: tell, title: Tell them, owner: lead }]\n"
		s := l.replay(strings.Replace(before, "  - { priority: urgent, add_tags: [outage] }", "  - { priority: urgent, add_tags: [outage] }\n  - playbook: escalation", 1) + "---\n" + quiet)
		var begins int64
		for _, total := range s.Totals {
			if total.Change == "begins" {
				begins = total.Records
			}
		}
		outages := int64(now.Count(`SELECT count(*) FROM ticket WHERE tags LIKE '%outage%'`))
		if begins != outages || outages == 0 {
			t.Fatalf("%d tickets would have had a playbook started, %d are outages: %+v", begins, outages, s.Totals)
		}
		for _, g := range s.Groups {
			if g.Change == "begins" && (g.Kept != outages || len(g.Found()) != int(outages) || !strings.Contains(g.Examples[0].Sentence, "would have started the playbook escalation")) {
				t.Errorf("the group says %+v", g)
			}
		}
	})
}
