package app_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/work"
)

// routed is an instance whose colleagues take tickets from a queue.
type routed struct {
	*desked
}

const openAlways = `kind: calendar
name: always
title: Always
time_zone: UTC
hours: { mon: [["00:00", "24:00"]], tue: [["00:00", "24:00"]], wed: [["00:00", "24:00"]], thu: [["00:00", "24:00"]], fri: [["00:00", "24:00"]], sat: [["00:00", "24:00"]], sun: [["00:00", "24:00"]] }
---
`

func newRouted(t *testing.T, i *apptest.Instance, config string) *routed {
	i.Clock.Set(time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)) // a Wednesday
	i.Apply(openAlways + config)
	return &routed{newDesked(t, i)}
}

// ticket opens a ticket at a priority, in no team.
func (w *routed) ticket(priority desk.Priority, tags ...string) (t *desk.Ticket) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) (err error) {
		t, _, err = w.Desk.Create(ctx, tx, w.Root(), desk.NewTicket{Subject: "Stuck", Requester: w.customer, Priority: priority, Tags: tags,
			Message: desk.Message{Text: "It is stuck", Public: true, Channel: "web", AuthorID: w.customer.ID}})
		return err
	})
	return t
}

func (w *routed) next(by act.Actor) (n desk.NextTicket) {
	w.T.Helper()
	by.Clock = w.Clock.Now
	var o *desk.Outlook
	w.Read(func(ctx context.Context, tx db.Tx) (err error) { o, err = w.Desk.Outlook(ctx, tx, by, ""); return err })
	w.Write(func(ctx context.Context, tx db.Tx) (err error) { n, err = w.Desk.Next(ctx, tx, by, o); return err })
	return n
}

// weight is what a ticket weighs; nil when it waits in no queue. Its parts sum to it.
func (w *routed) weight(id int64) (out *desk.Weight) {
	w.T.Helper()
	by := w.maria
	by.Clock = w.Clock.Now
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, _, err = w.Desk.WeightOf(ctx, tx, by, id)
		return err
	})
	if out == nil {
		return nil
	}
	sum := 0.0
	for _, p := range out.Parts {
		sum += p.Points
	}
	if math.Abs(sum-out.Total) > 1e-9 {
		w.T.Errorf("the parts of ticket %d sum to %v, its weight is %v", id, sum, out.Total)
	}
	return out
}

func (w *routed) refused(want string, fn func(ctx context.Context, tx db.Tx) error) {
	w.T.Helper()
	err := w.DB.Write(w.T.Context(), fn)
	if f := fault.As(err); f == nil || !strings.Contains(f.Error(), want) {
		w.T.Errorf("the answer is %v, want one with %q", err, want)
	}
}

const oneQueue = `kind: routing
name: queue
title: The queue
order: 1
weights:
  priority: { urgent: 24, high: 8, low: -8 }
  bounce: 4
  when: [{ title: Important, when: '"vip" in ticket.tags', points: 6 }]
load: { cap: 6, urgent: 5 }
`

func TestTheHeaviestTicketComesNext(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, oneQueue)
		low, vip, urgent := w.ticket("low"), w.ticket("normal", "vip"), w.ticket("urgent")
		weight := w.weight(vip.ID)
		if weight == nil || len(weight.Parts) != 2 || weight.Parts[1].Title != "Important" || weight.Parts[1].Points != 6 {
			t.Fatalf("the weight is %+v", weight)
		}
		before := weight.Total
		w.Clock.Advance(90 * time.Minute)
		if after := w.weight(vip.ID).Total; math.Abs(after-before-1.5) > 0.011 {
			t.Errorf("after 90 minutes it weighs %v, before %v", after, before)
		}
		n := w.next(w.maria)
		if n.Ticket == nil || n.Ticket.ID != urgent.ID || n.Ticket.AssigneeID != w.maria.PersonID || n.Ticket.Status != desk.StatusOpen || n.Load != 5 || n.Cap != 6 {
			t.Fatalf("next is %+v", n)
		}
		var why struct{ Because []struct{ Text string } }
		w.Read(func(ctx context.Context, tx db.Tx) error {
			by := w.Root()
			answer, err := w.Explain.Event(ctx, tx, by, n.EventID)
			for _, b := range answer.Because {
				why.Because = append(why.Because, struct{ Text string }{b.Text})
			}
			return err
		})
		if text := fmt.Sprint(why.Because); !strings.Contains(text, "Priority urgent: 24 points") || !strings.Contains(text, "carries 5 of 6 with it") {
			t.Errorf("why says %s", text)
		}
		if n = w.next(w.maria); n.Ticket == nil || n.Ticket.ID != vip.ID {
			t.Fatalf("then comes %+v", n.Ticket)
		}
		// Six of six are carried: the last stays, and the answer says so.
		if n = w.next(w.maria); n.Ticket != nil || n.Reason != "full" || !strings.Contains(n.Say, "6 of 6") {
			t.Errorf("beyond the cap: %+v", n)
		}
		if n = w.next(w.noor); n.Ticket == nil || n.Ticket.ID != low.ID {
			t.Errorf("a colleague gets %+v", n)
		}
		if n = w.next(w.noor); n.Ticket != nil || n.Reason != "nothing_waits" || n.Say == "" {
			t.Errorf("with nothing left: %+v", n)
		}
		// Given back, it waits again and weighs more for being passed on.
		nobody := int64(0)
		w.edit(w.maria, vip.ID, desk.Edit{AssigneeID: &nobody})
		if again := w.weight(vip.ID); again == nil || again.Parts[len(again.Parts)-1].Title != "Passed on once" || again.Parts[len(again.Parts)-1].Points != 4 {
			t.Errorf("given back it weighs %+v", again)
		}
		if n := w.Count(`SELECT count(*) FROM ticket_queue`); n != 1 {
			t.Errorf("%d tickets wait", n)
		}
	})
}

func TestNobodyGetsTheSameTicketTwice(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, "kind: routing\nname: queue\ntitle: The queue\norder: 1\n")
		const tickets, agents = 60, 12
		for range tickets {
			w.ticket("normal")
		}
		var mu sync.Mutex
		got := map[int64]int{}
		var all sync.WaitGroup
		for a := range agents {
			by := i.Person(fmt.Sprintf("a%d@company.example", a), fmt.Sprintf("Agent %d", a), "agent")
			by.Clock = w.Clock.Now
			all.Go(func() {
				for {
					var o *desk.Outlook
					var n desk.NextTicket
					if err := w.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) { o, err = w.Desk.Outlook(ctx, tx, by, ""); return err }); err != nil {
						t.Error(err)
						return
					}
					if err := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) { n, err = w.Desk.Next(ctx, tx, by, o); return err }); err != nil {
						t.Error(err)
						return
					}
					if n.Ticket == nil {
						return
					}
					mu.Lock()
					got[n.Ticket.ID]++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		for id, n := range got {
			if n != 1 {
				t.Errorf("ticket %d was given %d times", id, n)
			}
		}
		if len(got) != tickets {
			t.Errorf("%d of %d were given", len(got), tickets)
		}
	})
}

const regions = `kind: calendar
name: mornings
title: Mornings
time_zone: UTC
hours: { mon: [["06:00", "12:00"]], tue: [["06:00", "12:00"]], wed: [["06:00", "12:00"]], thu: [["06:00", "12:00"]], fri: [["06:00", "12:00"]] }
---
kind: calendar
name: evenings
title: Evenings
time_zone: UTC
hours: { mon: [["16:00", "22:00"]], tue: [["16:00", "22:00"]], wed: [["16:00", "22:00"]], thu: [["16:00", "22:00"]], fri: [["16:00", "22:00"]] }
---
kind: team
name: west
title: West
---
kind: region
name: east
title: East
order: 1
calendar: mornings
teams: [support]
---
kind: region
name: west
title: West
order: 2
calendar: evenings
teams: [west]
---
kind: routing
name: queue
title: The queue
order: 1
regions: { hold: 8h, calendar: always, prefer: [{ region: west, when: '"west" in ticket.tags' }] }
skills: [{ skill: billing, when: '"invoice" in ticket.tags' }]
`

func TestARegionsTicketsAreLeftToItForAWhile(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, regions)
		first := w.ticket("normal", "west")
		w.Clock.Advance(time.Minute)
		second := w.ticket("normal")
		w.Clock.Advance(time.Minute)
		invoice := w.ticket("normal", "invoice")
		n := w.next(w.maria) // of the east
		if n.Ticket == nil || n.Ticket.ID != second.ID || len(n.Skipped) != 1 || n.Skipped[0].Ticket.ID != first.ID || !strings.Contains(n.Skipped[0].Why, "left to West until") {
			t.Fatalf("the east gets %+v", n)
		}
		n = w.next(w.maria)
		if n.Ticket != nil || n.Reason != "none_for_you" || len(n.Skipped) != 2 || n.Skipped[1].Why != "It needs somebody who knows billing." {
			t.Errorf("then %+v", n)
		}
		w.Clock.Advance(8*time.Hour + time.Second) // nobody has swept
		if n = w.next(w.maria); n.Ticket == nil || n.Ticket.ID != first.ID {
			t.Errorf("after eight hours the east gets %+v", n)
		}
		if needs := w.weight(invoice.ID).Needs; len(needs) != 1 || needs[0].Skill != "billing" || needs[0].Until != nil {
			t.Error("the skill is not told")
		}
	})
}

func TestAwayAndOffPeopleGetNothing(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, "kind: routing\nname: queue\ntitle: The queue\norder: 1\n")
		w.ticket("normal")
		maria := w.maria
		maria.Clock = w.Clock.Now
		set := func(state availability.State, until time.Time) {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := w.People.Set(ctx, tx, maria, maria.PersonID, state, until)
				return err
			})
		}
		set(availability.Away, w.Clock.Now().Add(time.Hour))
		if n := w.next(maria); n.Reason != "away" || n.Say == "" {
			t.Errorf("away: %+v", n)
		}
		w.Clock.Advance(time.Hour) // it ends by itself
		var off availability.TimeOff
		add := func(from, to string) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) (err error) {
				o, err := w.People.AddTimeOff(ctx, tx, maria, maria.PersonID, availability.NewTimeOff{From: from, To: to, Zone: "Europe/Amsterdam"})
				if err == nil {
					off = o
				}
				return err
			}
		}
		w.Write(add("2026-03-04", "2026-03-04"))
		if n := w.next(maria); n.Reason != "off" {
			t.Errorf("off: %+v", n)
		}
		w.refused("overlaps", add("2026-03-04T20:00", "2026-03-05T08:00"))
		w.refused("before it starts", add("2026-03-08", "2026-03-06"))
		w.refused("over already", add("2026-03-01", "2026-03-02"))
		w.refused("not a time", add("tomorrow", "2026-03-02"))
		w.refused("no state", func(ctx context.Context, tx db.Tx) error {
			_, err := w.People.Set(ctx, tx, maria, maria.PersonID, "gone", time.Time{})
			return err
		})
		w.refused("needs the right to write a team", func(ctx context.Context, tx db.Tx) error {
			_, err := w.People.Set(ctx, tx, maria, w.noor.PersonID, availability.Away, time.Time{})
			return err
		})
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.People.RemoveTimeOff(ctx, tx, maria, off.ID) })
		if n := w.next(maria); n.Ticket == nil {
			t.Errorf("back again: %+v", n)
		}
	})
}

const turns = `kind: routing
name: queue
title: The queue
order: 1
teams: [support]
assign: round_robin
every: 10m
load: { cap: 6, urgent: 5 }
`

func TestRoundRobinGivesToWhoeverCarriesLeast(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, turns)
		third := i.Person("third@company.example", "Third", "agent")
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, i.Root(), w.team, []int64{w.maria.PersonID, w.noor.PersonID, third.PersonID})
		})
		maria, noor := w.maria, w.noor
		third.Clock, noor.Clock = w.Clock.Now, w.Clock.Now
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.People.AddTimeOff(ctx, tx, third, third.PersonID, availability.NewTimeOff{From: "2026-03-04", To: "2026-03-05", Zone: "UTC", Reason: availability.Sick})
			return err
		})
		has := func(id int64) int64 {
			return int64(w.Count(`SELECT COALESCE(assignee_id, 0) FROM ticket WHERE id = $1`, id))
		}
		urgent := w.ticket("urgent")
		i.Settle()
		if has(urgent.ID) != maria.PersonID {
			t.Fatalf("the first goes to %d", has(urgent.ID))
		}
		for n := range 5 { // 5 to Maria already: the next five are Noor's
			one := w.ticket("normal")
			w.Clock.Advance(time.Second)
			i.Settle()
			if has(one.ID) != noor.PersonID {
				t.Errorf("number %d goes to %d", n, has(one.ID))
			}
		}
		// Five each; Maria got hers longest ago.
		tie := w.ticket("normal")
		i.Settle()
		if has(tie.ID) != maria.PersonID {
			t.Errorf("of equals it goes to %d", has(tie.ID))
		}
		w.ticket("normal")
		i.Settle()
		full := w.ticket("normal")
		i.Settle()
		if has(full.ID) != 0 {
			t.Errorf("over the cap it goes to %d", has(full.ID))
		}
		// An answered emergency weighs 1; the next round gives out what was left over.
		w.Write(func(ctx context.Context, tx db.Tx) error {
			maria.Clock = w.Clock.Now
			_, _, err := w.Desk.Reply(ctx, tx, maria, urgent.ID, desk.Message{Text: "On it", Public: true, Agent: true, Channel: "web"}, "")
			return err
		})
		w.Clock.Advance(11 * time.Minute)
		i.Settle()
		if has(full.ID) != maria.PersonID {
			t.Errorf("in the next round it goes to %d", has(full.ID))
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			why, err := w.Desk.WhyField(ctx, tx, w.Root(), full.ID, "assignee")
			text := fmt.Sprint(why.Title, why.Because, why.Rule.Blueprint.Title)
			if !strings.Contains(text, "Why this assignee?") || !strings.Contains(text, "Maria carried least: 2 of 6") || !strings.Contains(text, "passed over: off") || !strings.Contains(text, "The queue") {
				t.Errorf("why says %s", text)
			}
			return err
		})
	})
}

func TestAChangedRoutingWeighsWhatWaitsAnew(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, "kind: trigger\nname: none\ntitle: None\nwhen: ticket.subject == \"x\"\ndo: [{ priority: low }]\n")
		i.Write(func(ctx context.Context, tx db.Tx) error { return nil })
		var last int64
		for range 5 {
			last = w.ticket("normal").ID
		}
		vip := w.ticket("normal", "vip")
		i.Apply(oneQueue)
		i.Settle()
		if n := w.Count(`SELECT count(*) FROM ticket_queue q JOIN queue_state s ON s.done = TRUE`); n != 6 {
			t.Fatalf("%d wait in the new queue", n)
		}
		i.Apply(strings.Replace(oneQueue, "points: 6", "points: 60", 1))
		i.Settle()
		if got := w.weight(vip.ID).Total - w.weight(last).Total; math.Abs(got-60) > 0.011 {
			t.Errorf("it weighs %v more", got)
		}
		if n := w.Count(`SELECT key FROM ticket_queue WHERE ticket_id = $1`, last) - w.Count(`SELECT key FROM ticket_queue WHERE ticket_id = $1`, vip.ID); int64(n) != 60*int64(time.Hour/time.Microsecond) {
			t.Errorf("the rows differ by %d", n)
		}
	})
}

func TestAttentionIsAskedForAndClosedWithAReason(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, "kind: attention\nname: first\ntitle: Attention\norder: -1\nhours: always\nescalate: [managers@company.example]\n")
		maria, noor := w.maria, w.noor
		maria.Clock, noor.Clock = w.Clock.Now, w.Clock.Now
		tk := w.open(i.Root(), desk.NewTicket{})
		var a desk.Attention
		ask := func(urgency, reason string) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) (err error) {
				got, err := w.Desk.AskAttention(ctx, tx, noor, tk.ID, urgency, reason)
				if err == nil {
					a = got
				}
				return err
			}
		}
		w.refused("younger than 30 min. Attention can be asked for from 10:30 UTC on", ask("urgent", "Down since noon"))
		choose := func(zone string) {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := w.Auth.Choose(ctx, tx, noor, map[string]string{"zone": zone})
				return err
			})
		}
		choose("Asia/Tokyo") // the zone that its reader lives in
		w.refused("from 19:30 JST on", ask("urgent", "Down since noon"))
		choose("")
		w.Clock.Advance(31 * time.Minute)
		w.refused("no urgency", ask("now", "Down since noon"))
		w.refused("Say what shall be looked at", ask("urgent", " "))
		w.Write(ask("timely", "Down since noon"))
		if a.Due.Sub(w.Clock.Now()) != time.Hour {
			t.Errorf("it is due %v", a.Due)
		}
		w.refused("already", ask("urgent", "Still down"))
		if got, _ := w.list(maria, work.Filter{Source: "attention"}); len(got) != 1 || !strings.Contains(got[0], "team's: Noor: Down since noon") {
			t.Errorf("the team's list is %q", got)
		}
		w.Clock.Advance(61 * time.Minute)
		i.Settle()
		if n := w.Count(`SELECT count(*) FROM attention WHERE overdue = due`); n != 1 {
			t.Errorf("%d are overdue", n)
		}
		mailed := false
		for _, d := range w.Peer.All() {
			mailed = mailed || strings.Contains(strings.Join(d.To, " "), "managers@company.example")
		}
		if !mailed {
			t.Error("nobody was written to")
		}
		w.Write(func(ctx context.Context, tx db.Tx) (err error) {
			a, err = w.Desk.TakeAttention(ctx, tx, maria, a.ID)
			return err
		})
		if got, _ := w.list(maria, work.Filter{Source: "attention"}); len(got) != 1 || !strings.Contains(got[0], "mine") {
			t.Errorf("whoever took it has %q", got)
		}
		closing := func(why string) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.CloseAttention(ctx, tx, maria, a.ID, why)
				return err
			}
		}
		w.refused("Say what came of it", closing(""))
		w.Write(closing("Called them"))
		w.refused("was closed", closing("Again"))
		if got, _ := w.list(maria, work.Filter{Source: "attention"}); len(got) != 0 {
			t.Errorf("closed, the list is %q", got)
		}
		w.Write(ask("urgent", "Once more"))
		solved := desk.StatusSolved
		w.edit(maria, tk.ID, desk.Edit{Status: &solved})
		if n := w.Count(`SELECT count(*) FROM attention WHERE closed IS NULL`); n != 0 {
			t.Error("a solved ticket still waits for attention")
		}
		w.refused("solved: nothing", ask("urgent", "Once more"))
	})
}

func TestAHandOverWaitsForItsRegion(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, regions)
		maria, noor := w.maria, w.noor
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Directory.SetMembers(ctx, tx, i.Root(), i.DeskConfig().TeamNamed("west").ID, []int64{noor.PersonID})
		})
		noor.TeamIDs = []int64{i.DeskConfig().TeamNamed("west").ID}
		maria.Clock, noor.Clock = w.Clock.Now, w.Clock.Now
		tk := w.ticket("normal")
		if n := w.next(maria); n.Ticket == nil || n.Ticket.ID != tk.ID {
			t.Fatalf("Maria gets %+v", n)
		}
		hand := func(kind, to, next string) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := w.Desk.HandToRegion(ctx, tx, maria, tk.ID, desk.NewHandover{Kind: kind, To: to, Reason: "My day ends", NextStep: next})
				return err
			}
		}
		w.refused("no region", hand(desk.HandOn, "north", "Call them"))
		w.refused("Say what the next colleague does first", hand(desk.HandOn, "west", ""))
		w.refused("no kind", hand("throw", "west", "Call them"))
		w.Write(hand(desk.Satellite, "west", "Look at the logs"))
		if n := w.Count(`SELECT count(*) FROM ticket WHERE id = $1 AND assignee_id = $2`, tk.ID, maria.PersonID); n != 1 {
			t.Error("a satellite takes the ticket from its assignee")
		}
		w.Write(hand(desk.HandOn, "west", "Call them"))
		if weight := w.weight(tk.ID); weight == nil || weight.Region == nil || weight.Region.Name != "west" {
			t.Fatalf("it waits as %+v", weight)
		}
		if n := w.next(maria); n.Ticket != nil {
			t.Error("the east takes back what it handed over")
		}
		if n := w.next(noor); n.Ticket == nil || n.Ticket.ID != tk.ID {
			t.Errorf("the west gets %+v", n)
		}
		if n := w.Count(`SELECT count(*) FROM handover WHERE taken IS NULL`); n != 0 {
			t.Errorf("%d hand-overs still wait", n)
		}
	})
}

func TestAReportFindsWhatIsVeryLate(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, `kind: sla
name: quick
title: Quick
order: -5
targets: [{ metric: first_reply, priority: high, within: 4h, calendar: always }, { metric: first_reply, priority: low, within: 24h, calendar: always }]
---
kind: ticket-report
name: late
title: Late
order: -1
late: [{ metric: first_reply, priority: [high, low], over: 48h }]
at: [{ days: [mon, tue, wed, thu, fri], time: "07:00" }, { days: [sun], time: "21:30", zone: America/New_York }]
to: [managers@company.example]
`)
		high := w.ticket("high")
		w.ticket("low")
		w.Clock.Set(time.Date(2026, 3, 6, 14, 1, 0, 0, time.UTC)) // 52 h 1 min later: 48 h past the promise of 4 h
		i.Settle()
		w.Clock.Set(time.Date(2026, 3, 9, 1, 30, 0, 0, time.UTC)) // Sunday 21:30 in New York, summer time since that day
		i.Settle()
		var runs []desk.ReportRun
		w.Read(func(ctx context.Context, tx db.Tx) (err error) {
			runs, _, _, err = w.Desk.Runs(ctx, tx, w.Root(), "late", db.Page{})
			return err
		})
		if len(runs) == 0 || runs[0].Found == 0 || runs[0].Tickets[0].TicketID != high.ID || runs[0].Mailed != 1 {
			t.Fatalf("the runs are %+v", runs)
		}
		mailed := ""
		for _, d := range w.Peer.All() {
			if strings.Contains(strings.Join(d.To, " "), "managers@") {
				mailed = string(d.Raw)
			}
		}
		if !strings.Contains(mailed, fmt.Sprintf("Ticket %d: first reply past due", high.ID)) {
			t.Errorf("the mail is %q", mailed)
		}
		observer := i.Person("observer@company.example", "Observer", "observer")
		w.refused("the right to edit a ticket", func(ctx context.Context, tx db.Tx) error {
			_, _, _, err := w.Desk.Runs(ctx, tx, observer, "late", db.Page{})
			return err
		})
	})
}

func TestTimeOffFollowsAMerge(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		w := newRouted(t, i, "kind: routing\nname: queue\ntitle: The queue\n")
		noor := w.noor
		noor.Clock = w.Clock.Now
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.People.AddTimeOff(ctx, tx, noor, noor.PersonID, availability.NewTimeOff{From: "2026-03-04", To: "2026-03-20", Zone: "UTC"})
			return err
		})
		for _, h := range w.People.Holders() {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				moved, err := h.Move(ctx, tx, w.Root(), noor.PersonID, w.maria.PersonID, 10)
				if len(moved) != 1 {
					t.Errorf("moved %v", moved)
				}
				return err
			})
		}
		if n := w.next(w.maria); n.Reason != "off" {
			t.Errorf("whoever stays is %+v", n)
		}
		for _, e := range w.People.Erasers() {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := e.Erase(ctx, tx, w.Root(), directory.Erasing{IDs: []int64{w.maria.PersonID}}, 10)
				return err
			})
		}
		if n := w.Count(`SELECT count(*) FROM time_off`); n != 0 {
			t.Errorf("%d entries are left", n)
		}
	})
}
