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
	"steward/internal/work"
)

// mentionsOf are the mentions on somebody's list, with what they say.
func mentionsOf(i *apptest.Instance, by act.Actor) (out []work.Item, says []string) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) error {
		list, _, err := i.Work.List(ctx, tx, by, work.Filter{Source: "mention"}, work.DaysOf(i.Clock.Now(), time.UTC), db.Page{})
		if err != nil {
			return err
		}
		cards, err := i.Work.Cards(ctx, tx, by, list)
		for _, n := range list {
			out, says = append(out, n), append(says, cards[n.ID].Why)
		}
		return err
	})
	return out, says
}

func TestAMentionWaitsForWhomItNames(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		tom := i.Person("tom@company.example", "Tom", "agent")
		nils := i.Person("nils@company.example", "Nils", "agent")
		noor := i.Person("noor@company.example", "Noor") // a colleague of no role, who may see nothing
		doing(i, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE person SET agent = TRUE WHERE id = $1`, noor.PersonID)
			return err
		})
		i.Apply("kind: team\nname: experts\ntitle: Experts\n---\nkind: team\nname: nobody\ntitle: Nobody\n")
		doing(i, func(ctx context.Context, tx db.Tx) error {
			var id int64
			if err := tx.QueryRow(ctx, `SELECT id FROM blueprint WHERE kind = 'team' AND name = 'experts'`).Scan(&id); err != nil {
				return err
			}
			for _, p := range []int64{tom.PersonID, nils.PersonID, noor.PersonID} {
				if _, err := tx.Exec(ctx, `INSERT INTO team_member (team_id, person_id) VALUES ($1, $2)`, id, p); err != nil {
					return err
				}
			}
			return nil
		})
		send(i, ann)
		id := tickets(i)[0].ID
		note := func(by act.Actor, text string, public bool) {
			doing(i, func(ctx context.Context, tx db.Tx) error {
				m := desk.PlainMessage(text)
				m.Agent, m.Channel, m.Public = true, "web", public
				_, _, err := i.Desk.Reply(ctx, tx, by, id, m, "")
				return err
			})
		}
		note(agent, "Please look, @tom and @maria. @noor too, @nobody.", false)
		items, says := mentionsOf(i, tom)
		if len(items) != 1 || says[0] != "Maria mentioned you in a note" || items[0].Subject.ID != id {
			t.Fatalf("Tom's list has %+v %v", items, says)
		}
		for _, by := range []act.Actor{agent, noor, nils} {
			if got, _ := mentionsOf(i, by); len(got) != 0 {
				t.Errorf("%d has %+v", by.PersonID, got)
			}
		}
		if f := ticket(i, id).People.Followers; !slices.Equal(f, []int64{tom.PersonID}) {
			t.Errorf("followers are %v", f)
		}
		if got := i.Peer.All(); len(got) != 1 || !slices.Equal(got[0].To, []string{"tom@company.example"}) {
			t.Errorf("mail went to %+v", got)
		}
		// Looking at the ticket ends it; looking of others does not.
		must(t, i.Desk.ReadMentions(t.Context(), id, nils.PersonID))
		if got, _ := mentionsOf(i, tom); len(got) != 1 {
			t.Error("somebody else's look ended a mention")
		}
		must(t, i.Desk.ReadMentions(t.Context(), id, tom.PersonID))
		if got, _ := mentionsOf(i, tom); len(got) != 0 {
			t.Errorf("a mention that was read stays: %+v", got)
		}
		// A team: each member who may see the ticket, and one mail to those who do not follow.
		before := len(i.Peer.All())
		note(agent, "(@experts) what do you think?", false)
		for _, by := range []act.Actor{tom, nils} {
			if got, _ := mentionsOf(i, by); len(got) != 1 {
				t.Errorf("%d has %+v", by.PersonID, got)
			}
		}
		var heard []string
		for _, d := range i.Peer.All()[before:] {
			heard = append(heard, d.To...)
			if strings.Contains(d.Message().Text, "Experts") && !strings.Contains(d.Message().Text, "what do you think?") {
				t.Errorf("the mail says %s", d.Message().Text)
			}
		}
		if !slices.Equal(heard, []string{"nils@company.example"}) && !slices.Contains(heard, "nils@company.example") {
			t.Errorf("mail about the team's mention went to %v", heard)
		}
		// A reply to the customer mentions nobody, nor does an address.
		must(t, i.Desk.ReadMentions(t.Context(), id, nils.PersonID))
		note(agent, "Write to @nils or x@nils.", true)
		if got, _ := mentionsOf(i, nils); len(got) != 0 {
			t.Errorf("a reply mentions: %+v", got)
		}
		// Put away by hand, and back; not by others, and nothing but mentions.
		items, _ = mentionsOf(i, tom)
		dismiss := func(by act.Actor, item int64, done bool) error {
			return inTx(i, func(ctx context.Context, tx db.Tx) error {
				_, err := i.Work.Dismiss(ctx, tx, by, item, done)
				return err
			})
		}
		refusedAs(t, dismiss(nils, items[0].ID, true), fault.NotFound)
		must(t, dismiss(tom, items[0].ID, true))
		if got, _ := mentionsOf(i, tom); len(got) != 0 {
			t.Errorf("a mention that was put away stays: %+v", got)
		}
		must(t, dismiss(tom, items[0].ID, false))
		if got, _ := mentionsOf(i, tom); len(got) != 1 {
			t.Errorf("a mention that was brought back is %+v", got)
		}
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error { _, err := i.Desk.Delete(ctx, tx, agent, id); return err }); err != nil {
			t.Fatal(err)
		}
		if got, _ := mentionsOf(i, tom); len(got) != 0 {
			t.Errorf("a deleted ticket's mention stays: %+v", got)
		}
		i.Verify()
	})
}
