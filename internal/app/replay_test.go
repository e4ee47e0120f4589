package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/replay"
)

// policies that read everything a condition can read, and differ in when they pause.
const policies = `kind: sla
name: premium
title: Premium
order: 10
match: ticket.organization.attributes.plan == "premium"
pause: [pending]
targets:
  - { metric: first_reply, priority: urgent, within: 30m, calendar: around-the-clock }
  - { metric: first_reply, priority: high, within: 4h, calendar: follow-the-sun }
  - { metric: first_reply, priority: normal, within: 8h, calendar: office-hours }
  - { metric: next_reply, priority: urgent, within: 1h, calendar: around-the-clock }
  - { metric: next_reply, priority: high, within: 4h, calendar: office-hours }
  - { metric: agent_work, priority: normal, within: 8h, calendar: office-hours }
  - { metric: periodic_update, priority: high, within: 4h, calendar: around-the-clock }
  - { metric: total_resolution, priority: high, within: 48h, calendar: around-the-clock }
---
kind: sla
name: vip
title: Tagged
order: 15
match: '"vip" in ticket.tags || ticket.team == "experts"'
pause: [hold]
targets:
  - { metric: first_reply, priority: normal, within: 2h, calendar: around-the-clock }
  - { metric: next_reply, priority: normal, within: 2h, calendar: around-the-clock }
  - { metric: next_reply, priority: low, within: 2h, calendar: office-hours }
  - { metric: pausable_update, priority: normal, within: 2h, calendar: around-the-clock }
  - { metric: requester_wait, priority: normal, within: 30h, calendar: around-the-clock }
  - { metric: total_resolution, priority: normal, within: 50h, calendar: office-hours }
---
kind: sla
name: down
title: Production is down
order: 5
match: ticket.attributes.severity == "s1" && ticket.priority != "low"
targets:
  - { metric: first_reply, priority: normal, within: 15m, calendar: around-the-clock }
  - { metric: next_reply, priority: high, within: 15m, calendar: around-the-clock }
---
kind: field
name: seats
title: Seats
on: organization
type: integer
---
kind: team
name: experts
title: Experts
---
kind: trigger
name: low
title: Low is looked at
on: [created]
when: ticket.priority == "low"
do:
  - { add_tags: [vip], priority: normal }
---
kind: trigger
name: waits
title: A tagged ticket that waits is urgent
on: [changed]
when: ticket.status == "pending" && "vip" in ticket.tags && ticket.priority == "normal"
do:
  - { note: Hurry }
  - { priority: urgent }
`

// lives plays random lives of tickets at random times.
type lives struct {
	*apptest.Instance
	rand    *rand.Rand
	agent   act.Actor
	teams   []int64
	orgs    []directory.Organization
	tickets []int64
	people  []directory.Person
}

func newLives(t *testing.T, o db.Options, seed uint64) *lives {
	l := &lives{Instance: apptest.New(t, o), rand: rand.New(rand.NewPCG(seed, 7))}
	l.Apply(policies)
	l.agent = l.Person("agent@company.example", "The agent", "agent")
	l.teams = []int64{0, l.DeskConfig().TeamNamed("support").ID, l.DeskConfig().TeamNamed("experts").ID}
	for i := range 4 {
		l.Write(func(ctx context.Context, tx db.Tx) error {
			name, domain := fmt.Sprintf("Customer %d", i), fmt.Sprintf("customer%d.example", i)
			o, err := l.Directory.CreateOrganization(ctx, tx, l.Root(), directory.OrganizationInput{Name: &name, Domains: &[]string{domain}, Attributes: l.plan()})
			if err != nil {
				return err
			}
			p, err := l.Directory.Create(ctx, tx, l.Root(), directory.NewPerson{Email: "ann@" + domain, Name: "Ann"})
			l.orgs, l.people = append(l.orgs, o), append(l.people, p)
			return err
		})
	}
	l.Write(func(ctx context.Context, tx db.Tx) error { // somebody of no organization
		p, err := l.Directory.Create(ctx, tx, l.Root(), directory.NewPerson{Email: "bob@elsewhere.example", Name: "Bob"})
		l.people = append(l.people, p)
		return err
	})
	return l
}

func (l *lives) plan() map[string]any {
	return []map[string]any{{"plan": "premium"}, {"plan": "free", "seats": 3}, {}}[l.rand.IntN(3)]
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// step lets one thing happen.
func (l *lives) step() {
	if l.rand.IntN(3) > 0 {
		pass(l.Instance, time.Duration(l.rand.Int64N(int64(pick(l.rand, time.Minute, 10*time.Minute, time.Hour, 2*time.Hour, 20*time.Hour)))).Truncate(time.Microsecond))
	}
	if l.rand.IntN(4) == 0 {
		l.Settle() // timers fire
	}
	err := l.DB.Write(l.T.Context(), l.happen)
	if err != nil && !strings.Contains(err.Error(), "cannot become") && !strings.Contains(err.Error(), "closed ticket") {
		l.T.Fatal(err)
	}
}

// happen does one thing; what the ticket's state does not allow is refused and changes nothing.
func (l *lives) happen(ctx context.Context, tx db.Tx) error {
	r := l.rand
	if len(l.tickets) == 0 || r.IntN(4) == 0 {
		in := desk.NewTicket{Subject: "x", Requester: pick(r, l.people...), Priority: pick(r, desk.Priorities...), Channel: "web", TeamID: pick(r, l.teams...),
			Tags: pick(r, nil, []string{"vip"}), Attributes: pick(r, nil, nil, map[string]any{"severity": "s1"}, map[string]any{"severity": "s2"}), Message: desk.Message{Text: "x", Public: true, Channel: "web"}, Status: pick(r, "", "", desk.StatusOpen, desk.StatusPending, desk.StatusSolved)}
		in.Message.Agent = r.IntN(5) == 0
		t, _, err := l.Desk.Create(ctx, tx, l.agent, in)
		if err == nil {
			l.tickets = append(l.tickets, t.ID)
		}
		return err
	}
	id := pick(r, l.tickets...)
	status := pick(r, "", "", "", desk.StatusOpen, desk.StatusPending, desk.StatusHold, desk.StatusSolved)
	m := desk.Message{Text: "x", Channel: "web"}
	switch r.IntN(7) {
	case 0, 1: // to the customer
		m.Agent, m.Public = true, true
		_, _, err := l.Desk.Reply(ctx, tx, l.agent, id, m, status)
		return err
	case 2, 3: // from the customer, or from a machine of theirs
		m.Public, m.Automatic = true, r.IntN(5) == 0
		t, _, err := l.Desk.Reply(ctx, tx, l.agent, id, m, "")
		if err == nil && t.ID != id {
			l.tickets = append(l.tickets, t.ID)
		}
		return err
	case 4: // among colleagues
		m.Agent = true
		_, _, err := l.Desk.Reply(ctx, tx, l.agent, id, m, status)
		return err
	case 5:
		o := &l.orgs[r.IntN(len(l.orgs))]
		n, err := l.Directory.UpdateOrganization(ctx, tx, l.Root(), o.ID, directory.OrganizationInput{Version: o.Version, Attributes: l.plan()})
		if err == nil {
			*o = n
		}
		return err
	}
	t, err := l.Desk.Get(ctx, tx, l.agent, id)
	if err != nil {
		return err
	}
	in := desk.Edit{Version: t.Version}
	switch r.IntN(6) {
	case 5:
		in.Attributes = map[string]any{"severity": pick[any](r, "s1", "s3", nil)}
	case 0:
		in.Priority = new(pick(r, desk.Priorities...))
	case 1:
		in.Status = new(pick(r, desk.Statuses...))
	case 2:
		in.TeamID = new(pick(r, l.teams...))
	case 3:
		in.Tags = &[]string{pick(r, "vip", "other")}
	case 4:
		in.Priority, in.Status = new(pick(r, desk.Priorities...)), new(pick(r, desk.StatusOpen, desk.StatusPending))
	}
	_, err = l.Desk.Update(ctx, tx, l.agent, id, in)
	return err
}

// replay replays a proposal over everything that happened.
func (l *lives) replay(text string) replay.Section {
	l.T.Helper()
	return replayed(l.T, l.Instance, text, apptest.Start.Add(-time.Hour))
}

// replayed replays a proposal over what happened from a time on.
func replayed(t testing.TB, i *apptest.Instance, text string, since time.Time) replay.Section {
	t.Helper()
	docs, findings := blueprint.ParseFile("proposal.yaml", text)
	report, err := i.Replay.Run(t.Context(), i.Root(), replay.Proposal{Documents: docs, Parsed: findings, Since: since, Until: i.Clock.Now().Add(time.Microsecond)}, nil)
	if err != nil || len(report.Sections) != 1 {
		t.Fatalf("%d sections, %v", len(report.Sections), err)
	}
	return report.Sections[0]
}

// rounds is how often a test of random lives does something: few times, or many in a long run.
func rounds(few, many int) int {
	if os.Getenv("STEWARD_LONG") != "" {
		return many
	}
	return few
}

func eachEngine(t *testing.T, test func(t *testing.T, o db.Options)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { test(t, apptest.Options(t, e)) })
	}
}

// A comment alone changes no promise: every clock must come out as it was measured.
func TestReplayOfTheSamePoliciesFindsWhatWasRecorded(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		l := newLives(t, o, 11)
		for range rounds(250, 700) {
			l.step()
		}
		l.Settle()
		s := l.replay("# looked at\n" + policies)
		if n := int64(l.Count(`SELECT count(*) FROM ticket`)); s.Total != n || s.Replayed != n {
			t.Errorf("%d tickets, %d replayed of %d: %+v", n, s.Replayed, s.Total, s.NotReplayable)
		}
		if s.Otherwise != 0 || s.Different != 0 {
			t.Errorf("%d otherwise than recorded, %d different; want none", s.Otherwise, s.Different)
		}
		if l.Count(`SELECT count(*) FROM clock WHERE breached_at IS NOT NULL`) < 10 || l.Count(`SELECT count(*) FROM clock WHERE breached_at IS NULL`) < 10 {
			t.Error("these lives prove little: too few promises missed or kept")
		}
	})
}

// With another trigger every trigger is worked out anew, also those that stayed: they must do
// what they did, and every clock must come out as it was measured.
func TestTriggersWorkedOutAnewDoWhatTheyDid(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		for seed := range uint64(rounds(1, 2)) {
			l := newLives(t, o, 11+seed)
			for range 400 {
				l.step()
			}
			l.Settle()
			s := l.replay(policies + "---\nkind: trigger\nname: never\ntitle: Never\nwhen: ticket.tags.size() > 50 && change.text == \"x\"\ndo:\n  - { priority: low }\n")
			if n := int64(l.Count(`SELECT count(*) FROM ticket`)); s.Total != n || s.Replayed != n {
				t.Errorf("%d tickets, %d replayed of %d: %+v", n, s.Replayed, s.Total, s.NotReplayable)
			}
			if s.Otherwise != 0 || s.Different != 0 {
				t.Errorf("seed %d: %d otherwise than recorded, %d different; want none: %+v", 11+seed, s.Otherwise, s.Different, s.Groups)
			}
			if l.Count(`SELECT count(*) FROM trigger_firing`) < 20 {
				t.Error("these lives prove little: too few triggers fired")
			}
			o = apptest.Options(t, l.DB.Engine())
		}
	})
}

// Replaying through B what happened under A finds what would have happened under B: the same
// lives, played under B from the start, are the witness.
func TestReplayFindsWhatWouldHaveHappened(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		const seed, steps = 34, 500
		shorter := strings.NewReplacer("within: 8h", "within: 1m", "within: 2h", "within: 60h", "within: 4h", "within: 2m", "within: 30m", "within: 50h", "within: 1h", "within: 40h", "pause: [hold]", "pause: [pending, hold]").Replace(policies)
		l := newLives(t, o, seed)
		for range steps {
			l.step()
		}
		l.Settle()
		s := l.replay(shorter)
		other := newLives(t, apptest.Options(t, l.DB.Engine()), seed)
		other.Apply(shorter)
		for range steps {
			other.step()
		}
		other.Settle()
		breached := func(l *lives) map[[3]string]bool {
			out := map[[3]string]bool{}
			l.Read(func(ctx context.Context, tx db.Tx) error {
				rows, err := tx.Query(ctx, `SELECT c.ticket_id, c.metric, c.started FROM clock c WHERE c.breached_at IS NOT NULL`)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					var id, started int64
					var metric string
					if err := rows.Scan(&id, &metric, &started); err != nil {
						return err
					}
					out[[3]string{fmt.Sprint(id), metric, fmt.Sprint(started)}] = true
				}
				return rows.Err()
			})
			return out
		}
		was, is := breached(l), breached(other)
		more, fewer := map[string]bool{}, map[string]bool{}
		for k := range is {
			if !was[k] {
				more[k[0]] = true
			}
		}
		for k := range was {
			if !is[k] {
				fewer[k[0]] = true
			}
		}
		if len(more) < 3 || len(fewer) < 3 {
			t.Fatalf("these lives prove little: %d more, %d fewer", len(more), len(fewer))
		}
		for change, want := range map[string]int{"breaches": len(more), "keeps": len(fewer)} {
			for _, total := range s.Totals {
				if total.Change == change && total.Records != int64(want) {
					t.Errorf("%s: %d, want %d", change, total.Records, want)
				}
			}
		}
		// Whose tickets they are adds up to those that differ, whatever they are counted by.
		sums, worse := map[string]int64{}, map[string]int64{}
		for _, share := range s.Whose {
			sums[share.By], worse[share.By] = sums[share.By]+share.Records, worse[share.By]+share.Worse
		}
		for _, by := range []string{"team", "organization", "organization.plan"} {
			if sums[by] != s.Different || worse[by] != int64(len(more)) {
				t.Errorf("by %s there are %d tickets, %d of them worse; %d and %d differ", by, sums[by], worse[by], s.Different, len(more))
			}
		}
		var before, after int64
		for _, band := range s.Late {
			before, after = before+band.Before, after+band.After
		}
		if before == 0 || after == 0 || s.Late[0].Over != -1 || s.Late[0].Before < int64(len(more)) {
			t.Errorf("how late promises are: %+v", s.Late)
		}
		for _, g := range s.Groups {
			for _, e := range g.Examples {
				id := fmt.Sprint(e.Record.ID)
				if g.Change == "breaches" && !more[id] || g.Change == "keeps" && !fewer[id] {
					t.Errorf("%s %s shows ticket %s, which does not", g.Change, g.Name, id)
				}
			}
		}
	})
}

func TestReplayNeverGuesses(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		l := newLives(t, o, 5)
		for range 5 {
			l.Write(func(ctx context.Context, tx db.Tx) error {
				_, _, err := l.Desk.Create(ctx, tx, l.agent, desk.NewTicket{Subject: "x", Requester: l.people[len(l.tickets)%4], Channel: "web",
					Message: desk.Message{Text: "x", Public: true, Channel: "web"}})
				l.tickets = append(l.tickets, 0)
				return err
			})
		}
		var first int64 = int64(l.Count(`SELECT min(id) FROM ticket`))
		for i, change := range []string{
			`DELETE FROM events WHERE subject_kind = 'ticket' AND verb = 'ticket.created' AND subject_id = $1`,
			`UPDATE events SET data = '{"channel":"mail"}' WHERE subject_kind = 'ticket' AND verb = 'ticket.created' AND subject_id = $1`,
			`UPDATE ticket SET priority = 'urgent' WHERE id = $1`,
			`DELETE FROM events WHERE subject_kind = 'organization' AND subject_id = (SELECT organization_id FROM ticket WHERE id = $1)`,
		} {
			l.Write(func(ctx context.Context, tx db.Tx) error { _, err := tx.Exec(ctx, change, first+int64(i)); return err })
		}
		s := l.replay("# looked at\n" + policies)
		reasons := map[string]int64{}
		for _, r := range s.NotReplayable {
			reasons[r.Reason] = r.Records
		}
		if s.Total != 5 || s.Replayed != 1 || s.Different != 0 || len(reasons) != 4 {
			t.Errorf("got %+v; want one replayed and four reasons", s)
		}
	})
}

func TestReplayRunsAsAJobAndCanBeCancelled(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		l := newLives(t, o, 5)
		for range 40 {
			l.step()
		}
		l.Settle()
		l.Clock.Advance(time.Minute)
		files := []blueprint.File{{Path: "a.yaml", Text: strings.Replace(policies, "within: 8h", "within: 1m", 1)}}
		start := func() (r replay.Record) {
			l.Write(func(ctx context.Context, tx db.Tx) (err error) {
				r, err = l.Replay.Start(ctx, tx, l.Root(), files, false, apptest.Start.Add(-time.Hour))
				return err
			})
			return r
		}
		get := func(id int64) (r replay.Record) {
			l.Read(func(ctx context.Context, tx db.Tx) (err error) {
				r, err = l.Replay.Get(ctx, tx, l.Root(), id)
				return err
			})
			return r
		}
		one, two := start(), start()
		l.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := l.Replay.Cancel(ctx, tx, l.Root(), two.ID)
			return err
		})
		l.Settle()
		if r := get(one.ID); r.State != replay.Done || r.Report == nil || len(r.Report.Sections) != 1 || r.Done != r.Report.Sections[0].Total || r.Done == 0 {
			t.Errorf("got %+v", r)
		}
		for _, g := range get(one.ID).Report.Sections[0].Groups {
			all, cursor := []replay.Example{}, ""
			for more := true; more; more = cursor != "" {
				l.Read(func(ctx context.Context, tx db.Tx) error {
					page, next, err := l.Replay.Found(ctx, tx, l.Root(), one.ID, g.Part, cursor)
					all, cursor = append(all, page...), next
					return err
				})
			}
			if int64(len(all)) != g.Records || g.Kept != g.Records || len(g.Examples) != min(len(all), replay.MaxExamples) || all[0].Record != g.Examples[0].Record || all[0].Sentence == "" {
				t.Errorf("%d of %d records are listed, %d kept, %d shown", len(all), g.Records, g.Kept, len(g.Examples))
			}
			var file strings.Builder
			_, write, err := l.Replay.Export(t.Context(), l.Root(), one.ID, g.Part, "csv")
			if err == nil {
				err = write(&file)
			}
			if err != nil || strings.Count(file.String(), "\n") != len(all)+1 {
				t.Errorf("the file has %d lines, %v", strings.Count(file.String(), "\n"), err)
			}
		}
		for name, err := range map[string]error{
			"an agent's": l.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, _, err := l.Replay.Found(ctx, tx, act.Actor{Kind: act.Person, PersonID: 3}, one.ID, 0, "")
				return err
			}),
			"another": l.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, _, err := l.Replay.Found(ctx, tx, l.Root(), one.ID, 99, "")
				return err
			}),
			"a cursor": l.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, _, err := l.Replay.Found(ctx, tx, l.Root(), one.ID, 0, "x")
				return err
			}),
		} {
			if err == nil {
				t.Errorf("%s list is shown", name)
			}
		}
		if r := get(two.ID); r.State != replay.Cancelled || r.Report != nil {
			t.Errorf("got %+v, want cancelled", r)
		}
		for name, err := range map[string]error{
			"an agent": l.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := l.Replay.Start(ctx, tx, l.agent, files, false, apptest.Start)
				return err
			}),
			"a window of twenty years": l.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := l.Replay.Start(ctx, tx, l.Root(), files, false, apptest.Start.AddDate(-20, 0, 0))
				return err
			}),
		} {
			if err == nil {
				t.Errorf("%s was let through", name)
			}
		}
	})
}
