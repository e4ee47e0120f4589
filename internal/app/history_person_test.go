package app_test

import (
	"context"
	"slices"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
)

func TestAPersonsHistoryIsPagedNewestFirst(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		tk := tickets(i)[0]
		doing(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Update(ctx, tx, agent, tk.ID, desk.Edit{Version: tk.Version, AssigneeID: &agent.PersonID})
			return err
		})
		i.Clock.Advance(1e9)
		doing(i, func(ctx context.Context, tx db.Tx) error {
			hello := desk.PlainMessage("Hello")
			hello.Public, hello.Agent = true, true
			_, _, err := i.Desk.Reply(ctx, tx, agent, tk.ID, hello, "")
			return err
		})
		i.Settle()
		walk := func(h ledger.History) (verbs []string) {
			page := db.Page{Limit: 1}
			for range 100 {
				var list []ledger.Event
				var next string
				i.Read(func(ctx context.Context, tx db.Tx) (err error) {
					list, next, err = i.Ledger.History(ctx, tx, h, page)
					return err
				})
				for _, e := range list {
					verbs = append(verbs, e.Verb)
				}
				if page.Cursor = next; next == "" {
					return verbs
				}
			}
			t.Fatal("the pages never end")
			return nil
		}
		did := walk(ledger.History{ActorID: agent.PersonID, Kind: "ticket"})
		if first, second := slices.Index(did, "ticket.replied"), slices.Index(did, "ticket.changed"); first < 0 || second < first {
			t.Errorf("what Maria did: %v", did)
		}
		theirs := walk(ledger.History{ActorID: tk.RequesterID, Subjects: []ledger.Ref{{Kind: "person", ID: tk.RequesterID}, {Kind: "ticket", ID: tk.ID}}, Open: true})
		if !slices.Contains(theirs, "ticket.replied") || slices.Contains(theirs, "person.signed_in") {
			t.Errorf("what was done for Ann: %v", theirs)
		}
		if signed := walk(ledger.History{ActorID: agent.PersonID, Open: true}); slices.Contains(signed, "person.signed_in") {
			t.Errorf("restricted events are listed: %v", signed)
		}
	})
}
