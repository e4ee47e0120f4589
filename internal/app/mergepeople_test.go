package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// twoCustomers opens Ann's ticket and Bob's, on which Cleo is copied and Nils, a colleague, follows.
func twoCustomers(i *apptest.Instance) (winner, loser, cleo int64, nils act.Actor) {
	i.T.Helper()
	send(i, ann)
	b := bob
	b.headers = map[string]string{"Cc": "Cleo <cleo@globex.example>"}
	send(i, b)
	nils = i.Person("nils@company.example", "Nils", "agent")
	all := tickets(i)
	winner, loser = all[0].ID, all[1].ID
	doing(i, func(ctx context.Context, tx db.Tx) error {
		people, err := i.Directory.Names(ctx, tx, []int64{nils.PersonID})
		if err != nil {
			return err
		}
		_, err = i.Desk.AddPerson(ctx, tx, nils, loser, desk.Following, people[nils.PersonID])
		return err
	})
	return winner, loser, ticket(i, loser).People.Copies[0], nils
}

func doing(i *apptest.Instance, do func(ctx context.Context, tx db.Tx) error) {
	i.T.Helper()
	if err := inTx(i, do); err != nil {
		i.T.Fatal(err)
	}
}

func TestThePeopleOfAMergedTicketComeAlong(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		watcher := i.Person("olga@company.example", "Olga", "observer")
		winner, loser, cleo, nils := twoCustomers(i)
		bobs := ticket(i, loser).RequesterID
		plan := func(by act.Actor, tickets ...int64) (p desk.MergePlan, err error) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				p, err = i.Desk.PlanMerge(ctx, tx, by, winner, tickets)
				return nil
			})
			return p, err
		}
		p, err := plan(agent, loser)
		if err != nil || len(p.Copied) != 2 || p.Copied[0].Name != "Bob Burns" || len(p.Followers) != 1 || !p.Differ || p.Messages != 1 || p.Tickets[0].Requester.ID != bobs {
			t.Fatalf("the plan is %+v, %v", p, err)
		}
		_, err = plan(watcher, loser)
		refusedAs(t, err, fault.Forbidden)
		_, err = plan(agent, 99999)
		refusedAs(t, err, fault.NotFound)
		_, err = plan(agent, winner)
		refusedAs(t, err, fault.Invalid, "into itself")
		_, err = plan(agent)
		refusedAs(t, err, fault.Invalid, "1 to 100")
		in := desk.NewMerge{WinnerID: winner, Tickets: []int64{loser}, Message: desk.Message{Public: true, Text: "One answer for both.", HTML: "<p>One answer for both.</p>"}}
		_, err = mergeTickets(i, agent, in)
		refusedAs(t, err, fault.Invalid, "all get its replies")
		in.Confirm = true
		m, err := mergeTickets(i, agent, in)
		if err != nil {
			t.Fatal(err)
		}
		w := ticket(i, winner)
		if !slices.Equal(w.People.Copies, []int64{bobs, cleo}) || !slices.Equal(w.People.Followers, []int64{nils.PersonID}) {
			t.Fatalf("on the winner are %+v", w.People)
		}
		var heard []string
		for _, d := range i.Peer.All() {
			if strings.Contains(d.Message().Text, "One answer for both.") && len(d.To) > 1 {
				heard = append(heard, d.To...)
			}
		}
		slices.Sort(heard)
		if !slices.Equal(heard, []string{"ann@acme.example", "bob@globex.example", "cleo@globex.example"}) {
			t.Errorf("the public note went to %v", heard)
		}
		// Cleo takes part, so undoing the merge leaves her; Bob and Nils leave.
		i.Clock.Advance(time.Minute)
		all := i.Peer.All()
		note := all[slices.IndexFunc(all, func(d apptest.Delivery) bool { return len(d.To) > 1 })].Message()
		send(i, letter{from: "cleo@globex.example", subject: "Re", id: "cleo@globex.example", text: "Me too.", answers: &note})
		if c := comments(i, winner); !c[len(c)-1].Public || c[len(c)-1].Text != "Me too." {
			t.Fatalf("an answer of somebody who came along is %+v", c[len(c)-1])
		}
		if err := undoTickets(i, agent, winner, m.ID); err != nil {
			t.Fatal(err)
		}
		if w = ticket(i, winner); !slices.Equal(w.People.Copies, []int64{cleo}) || len(w.People.Followers) != 0 {
			t.Errorf("after the undo there are %+v", w.People)
		}
		if l := ticket(i, loser); !slices.Equal(l.People.Copies, []int64{cleo}) || !slices.Equal(l.People.Followers, []int64{nils.PersonID}) {
			t.Errorf("the other ticket has %+v", l.People)
		}
		// Once more, with people left where they are: each hears of it on their own ticket.
		before := len(i.Peer.All())
		in.Apart = true
		if _, err = mergeTickets(i, agent, in); err != nil {
			t.Fatal(err)
		}
		if w = ticket(i, winner); slices.Contains(w.People.Copies, bobs) {
			t.Errorf("people came along: %+v", w.People)
		}
		for _, d := range i.Peer.All()[before:] {
			if slices.Contains(d.To, "bob@globex.example") && strings.Contains(d.Message().Text, "One answer") {
				t.Errorf("the other customer reads %s", d.Raw)
			}
		}
		i.Verify()
	})
}

func TestWhoWasPutOnAgainStaysWhenAMergeIsUndone(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		winner, loser, cleo, _ := twoCustomers(i)
		m, err := mergeTickets(i, agent, desk.NewMerge{WinnerID: winner, Tickets: []int64{loser}, Confirm: true})
		if err != nil {
			t.Fatal(err)
		}
		doing(i, func(ctx context.Context, tx db.Tx) error {
			if _, err := i.Desk.RemovePerson(ctx, tx, agent, winner, cleo); err != nil {
				return err
			}
			people, err := i.Directory.Names(ctx, tx, []int64{cleo})
			if err != nil {
				return err
			}
			_, err = i.Desk.AddPerson(ctx, tx, agent, winner, desk.Copied, people[cleo])
			return err
		})
		if err := undoTickets(i, agent, winner, m.ID); err != nil {
			t.Fatal(err)
		}
		if w := ticket(i, winner); !slices.Equal(w.People.Copies, []int64{cleo}) {
			t.Errorf("after the undo there are %+v", w.People)
		}
	})
}
