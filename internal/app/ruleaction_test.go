package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/app/apptest"
	"steward/internal/availability"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/explain"
	"steward/internal/ledger"
	"steward/internal/rest"
)

const chosenField = `kind: field
name: areas
title: Areas
on: ticket
type: multiselect
options: [{ value: api }, { value: web }, { value: geo }]
---
`

// tries are the dry runs of a ticket's rules, by name.
func tries(t *testing.T, i *apptest.Instance, ticket int64) map[string]desk.Trial {
	t.Helper()
	out := map[string]desk.Trial{}
	var list rest.List[desk.Trial]
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		list, err = i.Desk.Trials(ctx, tx, i.Root(), ticket, "created", "")
		return err
	})
	for _, trial := range list.Items {
		out[trial.Blueprint.Name] = trial
	}
	return out
}

// ruleOf is the rule that why names for the first event of a verb.
func ruleOf(t *testing.T, i *apptest.Instance, ticket int64, verb string) string {
	t.Helper()
	for _, e := range told(t, i, ticket) {
		if e.Verb != verb {
			continue
		}
		w := why(t, i, i.Root(), func(ctx context.Context, tx db.Tx) (explain.Why, error) {
			return i.Explain.Event(ctx, tx, i.Root(), e.ID)
		})
		if w.Rule != nil {
			return w.Rule.Blueprint.Name
		}
	}
	return ""
}

func TestANoticeReachesAnotherTeam(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, `kind: team
name: experts
title: Experts
---
kind: template
name: look
title: Look
subject: "Look: {{subject}}"
body: Ticket {{ticket}}
---
kind: trigger
name: experts-hear
title: Experts hear
on: [created]
do: [{ notify: { teams: [experts], template: look } }]
`)
		gone := i.Person("gone@company.example", "Gone", "agent")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			if err := i.Directory.SetMembers(ctx, tx, i.Root(), i.DeskConfig().TeamNamed("experts").ID, []int64{w.noor.PersonID, gone.PersonID}); err != nil {
				return err
			}
			_, err := i.Directory.Suspend(ctx, tx, i.Root(), gone.PersonID, directory.Suspension{Reason: "They left"})
			return err
		})
		tk := writes(t, i, "a question")
		var to []string
		var event ledger.Event
		for _, e := range told(t, i, tk.ID) {
			if e.Verb == desk.TicketNotified {
				event = e
			}
		}
		for _, d := range w.Peer.All() {
			if strings.Contains(string(d.Raw), fmt.Sprintf("Ticket %d", tk.ID)) {
				to = append(to, d.To...)
			}
		}
		if want := fmt.Sprintf(`"to":[%d]`, w.noor.PersonID); fmt.Sprint(to) != "[noor@company.example]" || !strings.Contains(string(event.Data), want) {
			t.Errorf("it went to %v, and the ticket tells %s", to, event.Data)
		}
		if trial := tries(t, i, tk.ID)["experts-hear"]; fmt.Sprint(trial.Sends) != "[Mail to the team Experts: Look]" {
			t.Errorf("the dry run says %v", trial.Sends)
		}
		i.Verify()
	})
}

func TestRulesAddAndTakeSingleValues(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, chosenField+`kind: trigger
name: areas
title: Areas
on: [changed]
when: '"go" in ticket.tags && !("go" in before.tags)'
do:
  - add_values: { areas: geo }
  - remove_values: { areas: [api] }
`)
		tk := w.ticket("normal")
		tags := []string{"go"}
		edit(t, i, w.Root(), tk.ID, desk.Edit{Attributes: map[string]any{"areas": []any{"web", "api"}}})
		edit(t, i, w.Root(), tk.ID, desk.Edit{Tags: &tags})
		var got any
		i.Read(func(ctx context.Context, tx db.Tx) error {
			now, err := i.Desk.Get(ctx, tx, i.Root(), tk.ID)
			got = i.DeskConfig().Fields.Show("ticket", now.Attributes, true)["areas"]
			return err
		})
		if fmt.Sprint(got) != "[web geo]" {
			t.Errorf("the areas are %v", got)
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			why, err := w.Desk.WhyField(ctx, tx, w.Root(), tk.ID, "tags")
			if err != nil || why.Title == "" {
				t.Errorf("%+v %v", why, err)
			}
			return nil
		})
		i.Verify()
	})
}

func TestRulesLetPeopleFollowAndGetCopies(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, `kind: trigger
name: company
title: Company
on: [created]
do: [{ add_followers: [noor@company.example, ann@acme.example], add_copies: [boss@acme.example, support@company.example] }]
---
kind: macro
name: alone
title: Alone
do: [{ remove_copies: [boss@acme.example], remove_followers: [noor@company.example], add_followers: [actor] }]
`)
		tk := w.ticket("normal")
		on := func() (out []string) {
			w.Read(func(ctx context.Context, tx db.Tx) error {
				_, people, err := i.Desk.PeopleOf(ctx, tx, i.Root(), tk.ID)
				for _, p := range people {
					names, err := i.Directory.Names(ctx, tx, []int64{p.PersonID})
					if err != nil {
						return err
					}
					out = append(out, string(p.Part)+" "+names[p.PersonID].Email)
				}
				slices.Sort(out)
				return err
			})
			return out
		}
		if got := fmt.Sprint(on()); got != "[cc boss@acme.example follower noor@company.example]" {
			t.Fatalf("on the ticket are %s", got)
		}
		if rule := ruleOf(t, i, tk.ID, desk.TicketPeople); rule != "company" {
			t.Errorf("why names %q", rule)
		}
		if trial := tries(t, i, tk.ID); len(trial["company"].Sends) != 0 || fmt.Sprint(trial["alone"].Sends) == "[]" {
			t.Errorf("the dry runs say %v and %v", trial["company"].Sends, trial["alone"].Sends)
		}
		maria := w.maria
		maria.Clock = w.Clock.Now
		w.Read(func(ctx context.Context, tx db.Tx) error {
			p, err := i.Desk.Prepare(ctx, tx, maria, tk.ID, "alone")
			if err != nil || fmt.Sprint(p.Does) != "[No longer follows: noor@company.example No more copies to boss@acme.example Follows: whoever makes the change]" {
				t.Errorf("the macro says %q, %v", p.Does, err)
			}
			return nil
		})
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Apply(ctx, tx, maria, tk.ID, "alone", nil, nil)
			return err
		})
		if got := fmt.Sprint(on()); got != "[follower maria@company.example]" {
			t.Errorf("then on the ticket are %s", got)
		}
		i.Verify()
	})
}

var followSun = strings.Replace(regions, "calendar: evenings", "calendar: always", 1) + `---
kind: time_rule
name: sun
title: Follow the sun
after: 1h
since: assigned
do: [{ route: { at_work: true, reason: "Its assignee of {{ticket}} is off", next_step: "Read the last message" } }]
`

func TestATimeRuleHandsToTheRegionAtWork(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, followSun)
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, i.Root(), i.DeskConfig().TeamNamed("west").ID, []int64{w.noor.PersonID})
		})
		assigned := func(id int64) int64 {
			return int64(w.Count(`SELECT COALESCE(assignee_id, 0) FROM ticket WHERE id = $1`, id))
		}
		there := w.ticket("normal")
		edit(t, i, w.Root(), there.ID, desk.Edit{AssigneeID: &w.maria.PersonID})
		w.Clock.Advance(61 * time.Minute) // 11:01: Maria is at work
		i.Settle()
		if assigned(there.ID) != w.maria.PersonID {
			t.Error("a ticket was taken from somebody at work")
		}
		w.Clock.Set(time.Date(2026, 3, 4, 15, 30, 0, 0, time.UTC))
		late := w.ticket("normal")
		edit(t, i, w.Root(), late.ID, desk.Edit{AssigneeID: &w.maria.PersonID})
		w.Clock.Set(time.Date(2026, 3, 4, 16, 45, 0, 0, time.UTC)) // the west is at work
		if trial := tries(t, i, late.ID)["sun"]; fmt.Sprint(trial.Sends) != "[Handed over to West]" || len(trial.Changes) != 1 {
			t.Errorf("the dry run says %v and changes %v", trial.Sends, trial.Changes)
		}
		i.Settle()
		if assigned(late.ID) != 0 {
			t.Fatal("it was not handed over")
		}
		if n := w.Count(`SELECT count(*) FROM handover WHERE ticket_id = $1 AND taken IS NULL AND from_region IS NOT NULL`, late.ID); n != 1 {
			t.Errorf("%d hand-overs wait", n)
		}
		if n := w.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1 AND public = FALSE AND body_text LIKE '%Handed over to West%is off%Next step%'`, late.ID); n != 1 {
			t.Errorf("%d hand-over notes", n)
		}
		if weight := w.weight(late.ID); weight == nil || weight.Region == nil || weight.Region.Name != "west" {
			t.Errorf("it waits as %+v", weight)
		}
		if rule := ruleOf(t, i, late.ID, desk.TicketHandedOn); rule != "sun" {
			t.Errorf("why names %q", rule)
		}
		noor := w.noor
		noor.Clock, noor.TeamIDs = w.Clock.Now, []int64{i.DeskConfig().TeamNamed("west").ID}
		if n := w.next(noor); n.Ticket == nil || n.Ticket.ID != late.ID {
			t.Errorf("the west gets %+v", n)
		}
		i.Verify()
	})
}

const spreads = `kind: team
name: experts
title: Experts
---
kind: routing
name: queue
title: The queue
teams: [support]
load: { cap: 6 }
---
kind: trigger
name: spread
title: Spread
on: [changed]
when: '"spread" in ticket.tags'
do: [{ route: { team: experts, reason: They know it, next_step: Look at the logs, assign: round_robin } }]
`

func TestATriggerHandsToATeamAndGivesToWhoeverCarriesLeast(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, spreads)
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, i.Root(), i.DeskConfig().TeamNamed("experts").ID, []int64{w.noor.PersonID})
		})
		noor := w.noor
		noor.Clock = w.Clock.Now
		var off availability.TimeOff
		w.Write(func(ctx context.Context, tx db.Tx) (err error) {
			off, err = w.People.AddTimeOff(ctx, tx, noor, noor.PersonID, availability.NewTimeOff{From: "2026-03-04", To: "2026-03-05", Zone: "UTC"})
			return err
		})
		tk := w.ticket("normal")
		edit(t, i, w.Root(), tk.ID, desk.Edit{AssigneeID: &w.maria.PersonID})
		tags := []string{"spread"}
		edit(t, i, w.Root(), tk.ID, desk.Edit{Tags: &tags})
		i.Settle()
		has := func() int64 {
			return int64(w.Count(`SELECT COALESCE(assignee_id, 0) FROM ticket WHERE id = $1`, tk.ID))
		}
		if has() != 0 {
			t.Fatalf("it went to %d, who is off", has())
		}
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.People.RemoveTimeOff(ctx, tx, noor, off.ID) })
		w.Clock.Advance(11 * time.Minute)
		i.Settle()
		if has() != noor.PersonID {
			t.Fatalf("it went to %d; the ticket tells %v", has(), verbs(told(t, i, tk.ID)))
		}
		if n := w.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1 AND body_text LIKE '%Handed over to Experts%'`, tk.ID); n != 1 {
			t.Errorf("%d hand-over notes", n)
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			why, err := w.Desk.WhyField(ctx, tx, w.Root(), tk.ID, "assignee")
			text := fmt.Sprint(why.Because, why.Chain)
			if err != nil || !strings.Contains(text, "carried least") || !strings.Contains(text, "Spread") {
				t.Errorf("why says %s, %v", text, err)
			}
			return nil
		})
		i.Verify()
	})
}

func TestMistakesInRuleActionsAreFound(t *testing.T) {
	const base = openAlways + "kind: template\nname: t\ntitle: T\nsubject: S\nbody: B\n---\nkind: mailbox\nname: m\ntitle: M\naddress: help@company.example\n---\n" + chosenField
	for action, want := range map[string]string{
		`notify: { teams: [nobody], template: t }`:                                      "nobody",
		`notify: { template: t }`:                                                       "needs somebody",
		`notify: { to: [x@host.invalid], template: t }`:                                 "Hardly any mail server",
		`notify: { to: [help@company.example], template: t }`:                           "comes back",
		`add_values: { area: geo }`:                                                     "Did you mean",
		`add_values: { areas: moon }`:                                                   "moon",
		`{ add_values: { areas: geo }, remove_values: { areas: geo } }`:                 "added and taken away",
		`add_followers: [somebody]`:                                                     "neither an address",
		`{ add_followers: [a@company.example], remove_followers: [a@company.example] }`: "added and taken away",
		`add_copies: [nobody]`:                                                          "address",
		`route: {}`:                                                                     "where it goes on",
		`route: { kind: rehome }`:                                                       "where it goes on",
		`route: { at_work: true, reason: r, next_step: n }`:                             "no region",
		`route: { region: moon, reason: r, next_step: n }`:                              "moon",
		`route: { assign: round_robin }`:                                                "no queue",
		`route: { team: support, region: x, reason: r, next_step: n }`:                  "one place",
		`route: { team: support }`:                                                      "how it stands",
		`route: { assign: round_robin, reason: r }`:                                     "goes with a region",
		`route: { team: support, kind: rehome, reason: r, next_step: n }`:               "for regions",
		`{ team: support, route: { team: other, reason: r, next_step: n } }`:            "two teams",
	} {
		if !strings.HasPrefix(action, "{") {
			action = "{ " + action + " }"
		}
		docs, findings := blueprint.ParseFile("x.yaml", base+"kind: trigger\nname: it\ntitle: It\non: [created]\ndo:\n  - "+action+"\n")
		_, more := blueprint.Compile(app.NewRegistry(), docs)
		found := false
		for _, f := range append(findings, more...) {
			found = found || f.Name == "it" && strings.Contains(f.String(), want)
		}
		if !found {
			t.Errorf("%s\nis not told %q: %v", action, want, append(findings, more...))
		}
	}
}

func TestReplaySaysWhoWouldHaveFollowedAndWhereTicketsWouldHaveGone(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		now, _ := played(t, o, before)
		l := &lives{Instance: now}
		s := l.replay(strings.Replace(before, "  - { priority: urgent, add_tags: [outage] }", "  - { priority: urgent, add_tags: [outage], add_followers: [bob@company.example] }\n  - route: { team: experts, reason: An outage, next_step: Call }", 1))
		outages := int64(now.Count(`SELECT count(*) FROM ticket WHERE tags LIKE '%outage%'`))
		totals := map[string]int64{}
		for _, total := range s.Totals {
			totals[total.Change] = total.Records
		}
		if outages == 0 || totals["goes"] != outages || totals["people"] != outages || totals["team"] != outages {
			t.Fatalf("of %d outages: %+v", outages, s.Totals)
		}
		for _, g := range s.Groups {
			if g.Change == "people" && !strings.Contains(g.Examples[0].Sentence, "Follows: bob@company.example") || g.Change == "goes" && !strings.Contains(g.Examples[0].Sentence, "Handed over to Experts") {
				t.Errorf("the group says %+v", g)
			}
		}
	})
}

func TestAReportReachesTheMembersOfATeamWithoutAnAddress(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, `kind: team
name: leads
title: Leads
---
kind: ticket-report
name: late
title: Late
order: -1
late: [{ metric: first_reply, over: 48h }]
at: [{ time: "07:00" }]
team: leads
mail_empty: true
`)
		to := func() (out []string) {
			w.Read(func(ctx context.Context, tx db.Tx) error {
				list, err := i.Desk.TicketReports(ctx, tx, i.Root())
				for _, r := range list.Items {
					if r.Report.Name == "late" {
						out = r.To
						if r.Team == nil || r.Team.Name != "leads" {
							t.Errorf("its team is %+v", r.Team)
						}
					}
				}
				return err
			})
			return out
		}
		if got := to(); len(got) != 0 {
			t.Errorf("it reaches %v of nobody", got)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, i.Root(), i.DeskConfig().TeamNamed("leads").ID, []int64{w.noor.PersonID, w.maria.PersonID})
		})
		if got := fmt.Sprint(to()); got != "[maria@company.example noor@company.example]" {
			t.Errorf("it reaches %s", got)
		}
		w.Clock.Set(time.Date(2026, 3, 5, 7, 1, 0, 0, time.UTC))
		i.Settle()
		var got []string
		for _, d := range w.Peer.All() {
			if strings.Contains(string(d.Raw), "Subject: Late: 0") {
				got = append(got, d.To...)
			}
		}
		slices.Sort(got)
		if fmt.Sprint(got) != "[maria@company.example noor@company.example]" {
			t.Errorf("it was mailed to %v", got)
		}
		if n := w.Count(`SELECT max(mailed) FROM ticket_report_run`); n != 2 {
			t.Errorf("the run says %d", n)
		}
	})
}
