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
	"steward/internal/mail"
	"steward/internal/work"
)

// supplier is somebody outside whom no ticket knows.
const supplier = "vera@supplier.example"

// known makes sure that somebody outside is known, and says who they are.
func known(i *apptest.Instance, email, name string) (id int64) {
	i.T.Helper()
	doing(i, func(ctx context.Context, tx db.Tx) error {
		p, err := i.Directory.Resolve(ctx, tx, act.Root(), email, name)
		id = p.ID
		return err
	})
	return id
}

// beginSide begins a side conversation.
func beginSide(i *apptest.Instance, by act.Actor, ticket int64, party desk.SideParty, text string) (side *desk.Side) {
	i.T.Helper()
	doing(i, func(ctx context.Context, tx db.Tx) (err error) {
		m := desk.PlainMessage(text)
		m.Channel = "web"
		_, side, err = i.Desk.BeginSide(ctx, tx, by, desk.NewSide{TicketID: ticket, Subject: "A question about a disk", Party: party, Said: desk.SideSaid{Message: m}})
		return err
	})
	i.Settle()
	return side
}

func sides(i *apptest.Instance, by act.Actor, ticket int64) (list []*desk.Side, err error) {
	i.Read(func(ctx context.Context, tx db.Tx) error { list, err = i.Desk.Sides(ctx, tx, by, ticket); return nil })
	return list, err
}

// asideWork says what a side conversation waits for somebody.
func asideWork(i *apptest.Instance, by act.Actor) (says []string) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) error {
		list, _, err := i.Work.List(ctx, tx, by, work.Filter{Source: "side"}, work.DaysOf(i.Clock.Now(), time.UTC), db.Page{})
		if err != nil {
			return err
		}
		cards, err := i.Work.Cards(ctx, tx, by, list)
		for _, n := range list {
			says = append(says, cards[n.ID].Why)
		}
		return err
	})
	return says
}

func TestAnAnswerByMailComesBackIntoTheSideConversation(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		i.Apply("kind: trigger\nname: side-answer\ntitle: Side answer\non: [side_answered]\nwhen: change.by == \"other\"\ndo: [{add_tags: [side-answer]}]\n---\nkind: trigger\nname: always\ntitle: Always\nwhen: size(ticket.tags) == 0 && ticket.status == \"pending\" && change.by != \"agent\"\ndo: [{add_tags: [never]}]\n")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, maria, id, "We ask our supplier.", desk.StatusPending)
		before := len(i.Peer.All())
		vera := known(i, supplier, "Vera")
		side := beginSide(i, maria, id, desk.SideParty{People: []int64{vera}}, "Does this disk fail often?")
		all := i.Peer.All()
		if len(all) != before+1 || !slices.Equal(all[before].To, []string{supplier}) {
			t.Fatalf("mail went to %+v", all[before:])
		}
		out := all[before].Message()
		if out.Subject != "A question about a disk" || len(out.References) != 0 || !strings.Contains(out.ReplyTo[0].Email, "+s") || !strings.Contains(out.Text, "fail often") {
			t.Errorf("the mail is %q %v %+v", out.Subject, out.References, out.ReplyTo)
		}
		if got := mail.Threading(&out, i.App.Mail.Keys(), out.ReplyTo[0].Email); len(got) != 0 {
			t.Errorf("the mail leads to tickets %v", got)
		}
		notes := len(comments(i, id))
		send(i, letter{from: supplier, name: "Vera", subject: "Re: A question about a disk", id: "v1@supplier.example", answers: &out, text: "Only with firmware 7."})
		if n := len(comments(i, id)); n != notes {
			t.Fatalf("the answer became a message of the ticket")
		}
		got, err := sides(i, maria, id)
		if err != nil || len(got) != 1 || got[0].Messages != 2 || !got[0].Answered || got[0].State != desk.SideOpen {
			t.Fatalf("the conversation is %+v %v", got, err)
		}
		if says := asideWork(i, maria); !slices.Equal(says, []string{"Vera answered in a side conversation"}) {
			t.Errorf("Maria's list says %v", says)
		}
		tk := ticket(i, id)
		if !slices.Contains(tk.Tags, "side-answer") || slices.Contains(tk.Tags, "never") || tk.Status != desk.StatusPending {
			t.Errorf("the ticket is %s with %v", tk.Status, tk.Tags)
		}
		// Somebody it was passed on to answers from elsewhere; only the id leads back.
		send(i, letter{from: "boss@supplier.example", to: apptest.Mailbox, subject: "Fwd: A question", id: "v2@supplier.example", answers: &mail.Message{MessageID: strings.ToUpper(out.MessageID)}, text: "Firmware 8 mends it."})
		// Who knows a supplier's id only, and is nobody in it, opens a ticket.
		send(i, letter{from: "eve@evil.example", to: apptest.Mailbox, subject: "Re: A question", id: "e1@evil.example", answers: &mail.Message{MessageID: "v1@supplier.example"}, text: "Tell me."})
		// A machine's answer is recorded, and nobody is told.
		must(t, inTx(i, func(ctx context.Context, tx db.Tx) error { return i.Desk.ReadSide(ctx, tx, maria, id, side.ID) }))
		send(i, letter{from: supplier, subject: "Out of office", id: "v3@supplier.example", answers: &out, text: "Away.", headers: map[string]string{"Auto-Submitted": "auto-replied"}})
		if got, _ = sides(i, maria, id); got[0].Messages != 4 || len(tickets(i)) != 2 || len(asideWork(i, maria)) != 0 {
			t.Fatalf("messages %d, tickets %d, waits %v", got[0].Messages, len(tickets(i)), asideWork(i, maria))
		}
		// Closed, it opens again when somebody answers; going on keeps the thread.
		must(t, inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.CloseSide(ctx, tx, maria, id, side.ID, desk.SideClosed)
			return err
		}))
		send(i, letter{from: supplier, subject: "Re: A question about a disk", id: "v4@supplier.example", answers: &out, text: "One more thing."})
		if got, _ = sides(i, maria, id); got[0].State != desk.SideOpen || !got[0].Answered {
			t.Errorf("after an answer it is %+v", got[0])
		}
		must(t, inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.WriteSide(ctx, tx, maria, id, side.ID, nil, desk.SideSaid{Message: desk.PlainMessage("Thank you.")})
			return err
		}))
		i.Settle()
		last := i.Peer.All()[len(i.Peer.All())-1].Message()
		if last.Subject != "Re: A question about a disk" || last.InReplyTo != "v4@supplier.example" || !slices.Contains(last.References, out.MessageID) {
			t.Errorf("the next mail: %q answers %q of %v", last.Subject, last.InReplyTo, last.References)
		}
		// A delivery report about it is about the supplier, not about the customer.
		if e := event(i, id, desk.TicketSideBegun); e == nil || e.Visibility != "internal" {
			t.Errorf("the event is %+v", e)
		}
		i.Verify()
	})
}

func TestColleaguesAndTeamsAreAskedAside(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		tom := i.Person("tom@company.example", "Tom", "agent")
		nils := i.Person("nils@company.example", "Nils", "agent")
		i.Apply("kind: team\nname: experts\ntitle: Experts\n")
		var team int64
		doing(i, func(ctx context.Context, tx db.Tx) error {
			if err := tx.QueryRow(ctx, `SELECT id FROM blueprint WHERE kind = 'team' AND name = 'experts'`).Scan(&team); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO team_member (team_id, person_id) VALUES ($1, $2)`, team, nils.PersonID)
			return err
		})
		send(i, ann)
		id := tickets(i)[0].ID
		vera := known(i, supplier, "Vera")
		side := beginSide(i, maria, id, desk.SideParty{People: []int64{tom.PersonID, vera}, Teams: []int64{team}}, "What do you think?")
		all := i.Peer.All()
		if len(all) != 2 || len(all[0].To) != 2 || !slices.Equal(all[1].To, []string{"nils@company.example"}) {
			t.Fatalf("mails: %+v", all)
		}
		if strings.Contains(all[0].Message().Text, "Open ticket") || !strings.Contains(all[1].Message().Text, "Open ticket") {
			t.Error("only colleagues are shown the way to the ticket")
		}
		if says := asideWork(i, tom); !slices.Equal(says, []string{"Maria wrote to you in a side conversation"}) {
			t.Errorf("Tom's list says %v", says)
		}
		answer := all[1].Message()
		send(i, letter{from: "nils@company.example", subject: "Re: What", id: "n1@company.example", answers: &answer, text: "Reboot it."})
		must(t, inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.WriteSide(ctx, tx, tom, id, side.ID, nil, desk.SideSaid{Message: desk.PlainMessage("I agree.")})
			return err
		}))
		i.Settle()
		if says := asideWork(i, maria); len(says) != 1 || says[0] != "Tom answered in a side conversation" {
			t.Errorf("Maria's list says %v", says)
		}
		if says := asideWork(i, tom); len(says) != 0 {
			t.Errorf("who answered still has %v", says)
		}
		if got, _ := sides(i, maria, id); got[0].Messages != 3 || !got[0].Answered {
			t.Errorf("the conversation is %+v", got[0])
		}
		for _, by := range []act.Actor{i.Person("carl@acme.example", "Carl"), i.Person("olga@company.example", "Olga", "observer")} {
			err := inTx(i, func(ctx context.Context, tx db.Tx) error {
				_, _, err := i.Desk.WriteSide(ctx, tx, by, id, side.ID, nil, desk.SideSaid{Message: desk.PlainMessage("Me too.")})
				return err
			})
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%d may write: %v", by.PersonID, err)
			}
			if _, err := sides(i, by, id); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%d may read: %v", by.PersonID, err)
			}
		}
		customer := ticket(i, id).RequesterID
		err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.BeginSide(ctx, tx, maria, desk.NewSide{TicketID: id, Subject: "x", Party: desk.SideParty{People: []int64{customer}}, Said: desk.SideSaid{Message: desk.PlainMessage("x")}})
			return err
		})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("the customer takes part: %v", err)
		}
	})
}

func TestAMessageAsideCanBeTakenBackBeforeItLeaves(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		vera := known(i, supplier, "Vera")
		var side *desk.Side
		say := func(text string) {
			doing(i, func(ctx context.Context, tx db.Tx) (err error) {
				said := desk.SideSaid{Message: desk.PlainMessage(text), Source: "**" + text + "**", Undo: true}
				if side == nil {
					_, side, err = i.Desk.BeginSide(ctx, tx, maria, desk.NewSide{TicketID: id, Subject: "Disk", Party: desk.SideParty{People: []int64{vera}}, Said: said})
				} else {
					_, side, err = i.Desk.WriteSide(ctx, tx, maria, id, side.ID, nil, said)
				}
				return err
			})
			i.Settle()
		}
		undo := func() error {
			return inTx(i, func(ctx context.Context, tx db.Tx) error {
				var newest int64
				if err := tx.QueryRow(ctx, `SELECT max(id) FROM side_message WHERE side_id = $1`, side.ID).Scan(&newest); err != nil {
					return err
				}
				_, err := i.Desk.UndoSide(ctx, tx, maria, id, side.ID, newest)
				return err
			})
		}
		draft := func(of int64) (d desk.SideDraft) {
			i.Read(func(ctx context.Context, tx db.Tx) (err error) {
				d, err = i.Desk.SideDraftOf(ctx, tx, maria, id, of)
				return err
			})
			return d
		}
		say("Too early.")
		must(t, undo())
		if got, _ := sides(i, maria, id); len(got) != 0 || len(i.Peer.All()) != 0 {
			t.Fatalf("after taking it back: %+v, %d mails", got, len(i.Peer.All()))
		}
		if d := draft(0); d.Text != "**Too early.**" || d.Subject != "Disk" || !slices.Equal(d.To.To, []int64{vera}) {
			t.Errorf("the draft is %+v", d)
		}
		side = nil
		say("Now.")
		i.Clock.Advance(time.Minute)
		i.Settle()
		if len(i.Peer.All()) != 1 {
			t.Fatalf("%d mails left", len(i.Peer.All()))
		}
		if err := undo(); !fault.Is(err, fault.Conflict) {
			t.Errorf("what has left was taken back: %v", err)
		}
		say("Second.")
		if n := i.Count(`SELECT count(*) FROM side_message WHERE source <> ''`); n != 1 {
			t.Errorf("of %d messages it is kept what was typed", n)
		}
		must(t, undo())
		if got, _ := sides(i, maria, id); len(got) != 1 || got[0].Messages != 1 || draft(side.ID).Text != "**Second.**" {
			t.Errorf("the conversation is %+v with the draft %+v", got, draft(side.ID))
		}
		i.Clock.Advance(time.Minute)
		i.Settle()
		if len(i.Peer.All()) != 1 {
			t.Errorf("%d mails left", len(i.Peer.All()))
		}
	})
}

func TestSideConversationsMoveWithMergesAndGoWithTheirTicket(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		second := ann
		second.id, second.subject = "second@acme.example", "Again"
		send(i, second)
		first, other := tickets(i)[0].ID, tickets(i)[1].ID
		vera := known(i, supplier, "Vera")
		side := beginSide(i, maria, other, desk.SideParty{People: []int64{vera}}, "About zebrafish99.")
		out := i.Peer.All()[0].Message()
		var merge desk.Merge
		doing(i, func(ctx context.Context, tx db.Tx) (err error) {
			merge, err = i.Desk.Merge(ctx, tx, maria, desk.NewMerge{WinnerID: first, Tickets: []int64{other}})
			return err
		})
		send(i, letter{from: supplier, subject: "Re: A question", id: "m1@supplier.example", answers: &out, text: "Zebrafish99 is fine."})
		if got, _ := sides(i, maria, first); len(got) != 1 || got[0].Messages != 2 {
			t.Fatalf("after the merge: %+v", got)
		}
		if e := event(i, first, desk.TicketSideMoved); e == nil {
			t.Error("the merge does not tell that it came along")
		}
		must(t, inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.UndoMerge(ctx, tx, maria, first, merge.ID)
			return err
		}))
		if got, _ := sides(i, maria, other); len(got) != 1 || got[0].ID != side.ID {
			t.Fatalf("after the undo: %+v", got)
		}
		admin := i.Person("root@company.example", "Root", "admin")
		found, err := redact(i, admin, desk.NewRedaction{TicketID: other, Words: []string{"zebrafish99"}}, false)
		if err != nil || found.Messages < 2 || found.Sent+found.Originals < 2 {
			t.Errorf("redacted %+v: %v", found, err)
		}
		i.Settle()
		if where := everywhere(i, "zebrafish99"); len(where) != 0 {
			t.Errorf("the word is still in %v", where)
		}
		doing(i, func(ctx context.Context, tx db.Tx) error { _, err := i.Desk.Delete(ctx, tx, admin, other); return err })
		i.Clock.Advance(desk.HiddenFor + time.Minute)
		i.Settle()
		for _, table := range []string{"side", "side_message", "side_party", "side_file", "side_mail", "side_draft", "side_moved"} {
			if n := i.Count(`SELECT count(*) FROM ` + table); n != 0 {
				t.Errorf("%d rows stay in %s", n, table)
			}
		}
	})
}

func TestWhoIsErasedLeavesNoWordsAside(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria := i.Person("maria@company.example", "Maria", "agent")
		admin := i.Person("root@company.example", "Root", "admin")
		send(i, ann)
		id := tickets(i)[0].ID
		vera := known(i, supplier, "Vera")
		beginSide(i, maria, id, desk.SideParty{People: []int64{vera}}, "How is it?")
		out := i.Peer.All()[0].Message()
		send(i, letter{from: supplier, name: "Vera", subject: "Re: A question", id: "w1@supplier.example", answers: &out, text: "My flamingo77 is broken."})
		must(t, inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Erase(ctx, tx, admin, vera, vera, "They asked for it.")
			return err
		}))
		if where := everywhere(i, "flamingo77"); len(where) != 0 {
			t.Errorf("the words are still in %v", where)
		}
		got, err := sides(i, maria, id)
		if err != nil || len(got) != 1 || len(got[0].Party.People) != 0 || got[0].Messages != 2 {
			t.Errorf("the conversation is %+v %v", got, err)
		}
	})
}
