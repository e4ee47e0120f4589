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
	"steward/internal/ledger"
)

func TestPeopleAreToldOfWhatConcernsThemAsTheyChose(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		jonas := i.Person("jonas@company.example", "Jonas", "agent")
		told := func(by act.Actor) (kinds []string, unread int) {
			i.Settle()
			i.Read(func(ctx context.Context, tx db.Tx) error {
				list, _, err := i.Notify.List(ctx, tx, by, db.Page{})
				for _, n := range list {
					kinds = append(kinds, n.Kind)
				}
				c, cerr := i.Notify.Unread(ctx, tx, by)
				unread = int(c.Count)
				if err == nil {
					err = cerr
				}
				return err
			})
			slices.Reverse(kinds)
			return kinds, unread
		}
		choose := func(by act.Actor, c map[string]string) {
			i.Write(func(ctx context.Context, tx db.Tx) error { _, err := i.Auth.Choose(ctx, tx, by, c); return err })
		}
		choose(jonas, map[string]string{"notify": "replied:", "notify_mail": "now"})
		choose(maria, map[string]string{"notify": "assigned:am,mentioned:m", "notify_mail": "now"})
		send(i, ann)
		ticket := tickets(i)[0].ID
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Update(ctx, tx, jonas, ticket, desk.Edit{Version: tickets(i)[0].Version, AssigneeID: &maria.PersonID})
			return err
		})
		if kinds, unread := told(maria); !slices.Equal(kinds, []string{"assigned"}) || unread != 1 {
			t.Fatalf("given a ticket: told %v, %d unread", kinds, unread)
		}
		before := len(i.Peer.All())
		i.Clock.Advance(2 * time.Minute)
		i.Settle()
		if all := i.Peer.All(); len(all) != before+1 || all[before].To[0] != "maria@company.example" || !strings.Contains(all[before].Message().Text, "was given to you") {
			t.Errorf("the mail: %+v", all[before:])
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.Notify.Read(ctx, tx, maria, 0, ledger.Ref{Kind: "ticket", ID: ticket, 0})
		})
		if _, unread := told(maria); unread != 0 {
			t.Errorf("%d unread after reading", unread)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.Reply(ctx, tx, jonas, ticket, desk.Message{Text: "Could @maria look at this?", Agent: true, Channel: "web"}, "")
			return err
		})
		send(i, ann)
		if kinds, unread := told(maria); !slices.Equal(kinds, []string{"assigned"}) || unread != 0 {
			t.Errorf("a mention by mail alone, an answer: told %v, %d unread", kinds, unread)
		}
		i.Clock.Advance(2 * time.Minute)
		i.Settle()
		last := i.Peer.All()[len(i.Peer.All())-1]
		if !slices.ContainsFunc(i.Peer.All(), func(d apptest.Delivery) bool { return strings.Contains(d.Message().Text, "mentions you") }) {
			t.Errorf("no mail of the mention; the last: %s", last.Message().Text)
		}
		if kinds, _ := told(jonas); len(kinds) != 0 {
			t.Errorf("who did it was told of %v", kinds)
		}
		nobody := i.Person("new@company.example", "New", "observer")
		if kinds, _ := told(nobody); len(kinds) != 0 {
			t.Errorf("somebody else sees %v", kinds)
		}
	})
}
