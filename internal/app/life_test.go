package app_test

import (
	"context"
	"fmt"
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
)

// another is a second mail of the same customer.
var another = letter{from: ann.from, name: ann.name, subject: "Still stuck", id: "second@acme.example", text: "It is still stuck.\n"}

// bob is another customer.
var bob = letter{from: "bob@globex.example", name: "Bob Burns", subject: "Broken", id: "bob@globex.example", text: "All is broken.\n"}

func mergeTickets(i *apptest.Instance, by act.Actor, in desk.NewMerge) (m desk.Merge, err error) {
	i.T.Helper()
	if in.Message.Channel == "" {
		in.Message.Channel = "web"
	}
	err = i.DB.Write(i.T.Context(), func(ctx context.Context, tx db.Tx) error {
		m, err = i.Desk.Merge(ctx, tx, by, in)
		return err
	})
	i.Settle()
	return m, err
}

func undoTickets(i *apptest.Instance, by act.Actor, ticket, id int64) error {
	i.T.Helper()
	err := i.DB.Write(i.T.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := i.Desk.UndoMerge(ctx, tx, by, ticket, id)
		return err
	})
	i.Settle()
	return err
}

func inTx(i *apptest.Instance, do func(ctx context.Context, tx db.Tx) error) error {
	i.T.Helper()
	err := i.DB.Write(i.T.Context(), do)
	i.Settle()
	return err
}

// refused fails unless err is a fault of this code whose words hold all of these.
func refusedAs(t *testing.T, err error, code fault.Code, words ...string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("the error is %v, want %s", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(fault.As(err).Message, w) {
			t.Errorf("%q does not say %q", fault.As(err).Message, w)
		}
	}
}

func TestAMergedTicketGoesOnInTheOtherAndCanBePutBack(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		send(i, another)
		all := tickets(i)
		winner, loser := all[0].ID, all[1].ID
		i.Clock.Advance(10 * time.Minute)
		m, err := mergeTickets(i, agent, desk.NewMerge{WinnerID: winner, Tickets: []int64{loser}})
		if err != nil {
			t.Fatal(err)
		}
		l, w := ticket(i, loser), ticket(i, winner)
		if l.Status != desk.StatusClosed || l.MergedInto != winner || w.Status != desk.StatusNew {
			t.Fatalf("merged: %+v\ninto %+v", l, w)
		}
		if c := clocks(i, loser)[0]; c.State != desk.Cancelled || l.DueMetric != "" {
			t.Errorf("an unanswered ticket's clock is %s", c.State)
		}
		if c := clocks(i, winner)[0]; c.State != desk.Running {
			t.Errorf("the winner's clock is %s after a note", c.State)
		}
		if n := len(i.Peer.All()); n != 0 {
			t.Errorf("%d mails left", n)
		}
		if c := comments(i, loser); len(c) != 2 || c[1].Public {
			t.Errorf("the loser says %+v", c)
		}
		if c := comments(i, winner); len(c) != 2 || !strings.Contains(c[1].Text, fmt.Sprintf("#%d", loser)) {
			t.Errorf("the winner says %+v", c)
		}
		// Mail to the loser lands on the winner.
		send(i, letter{from: ann.from, subject: "Re: Still stuck", id: "third@acme.example", text: "And now?", answers: &mail.Message{MessageID: another.id}})
		if c := comments(i, winner); len(tickets(i)) != 2 || c[len(c)-1].Text != "And now?" {
			t.Fatalf("mail to a merged ticket: %d tickets, %+v", len(tickets(i)), lastReceived(i))
		}
		i.Clock.Advance(10 * time.Minute)
		if err := undoTickets(i, agent, winner, m.ID); err != nil {
			t.Fatal(err)
		}
		l = ticket(i, loser)
		c := clocks(i, loser)[0]
		if l.Status != desk.StatusNew || l.MergedInto != 0 || c.State != desk.Running || c.Due.IsZero() || c.Elapsed(i.Clock.Now()) != 20*time.Minute || !l.Due.Equal(c.Due) {
			t.Errorf("undone: %+v with clock %+v that used %s", l, c, c.Elapsed(i.Clock.Now()))
		}
		for _, id := range []int64{winner, loser} {
			if c := comments(i, id); !strings.Contains(c[len(c)-1].Text, "undone") {
				t.Errorf("ticket %d does not say that the merge was undone: %+v", id, c[len(c)-1])
			}
		}
		refusedAs(t, undoTickets(i, agent, winner, m.ID), fault.Invalid, "undone on")
		i.Clock.Set(c.Due.Add(time.Minute))
		i.Settle()
		if c := clocks(i, loser)[0]; c.State != desk.Breached {
			t.Errorf("the clock goes on and is %s past its due time", c.State)
		}
		i.Verify()
	})
}

func TestAPublicMergeNoteStopsTheReplyClocks(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		send(i, another)
		send(i, bob)
		all := tickets(i)
		ids := []int64{all[1].ID, all[2].ID}
		in := desk.NewMerge{WinnerID: all[0].ID, Tickets: ids, Message: desk.Message{Public: true, Text: "One answer for both.", HTML: "<p>One answer for both.</p>"}}
		_, err := mergeTickets(i, agent, in)
		refusedAs(t, err, fault.Invalid, "Ann Ames", "Bob Burns")
		if d := fault.As(err); d == nil || len(d.Details) == 0 || d.Details[0].Field != "confirm" {
			t.Errorf("the refusal names no field: %+v", d)
		}
		in.Confirm = true
		if _, err := mergeTickets(i, agent, in); err != nil {
			t.Fatal(err)
		}
		for _, tk := range all {
			if c := clocks(i, tk.ID)[0]; c.State != desk.Met {
				t.Errorf("the clock of ticket %d is %s after a public note", tk.ID, c.State)
			}
		}
		var to []string
		for _, d := range i.Peer.All() {
			to = append(to, d.To...)
			if strings.Contains(string(d.Raw), "Still stuck") || !strings.Contains(d.Message().Text, "One answer") {
				t.Errorf("a mail to %v says %s", d.To, d.Raw)
			}
		}
		slices.Sort(to)
		if fmt.Sprint(to) != "[ann@acme.example bob@globex.example]" {
			t.Errorf("mail went to %v", to)
		}
		// Bob's answer lands on the winner too.
		mine := i.Peer.All()[slices.IndexFunc(i.Peer.All(), func(d apptest.Delivery) bool { return slices.Contains(d.To, bob.from) })].Message()
		send(i, letter{from: bob.from, subject: "Re: Broken", id: "bob2@globex.example", text: "Thank you.", answers: &mine})
		if c := comments(i, all[0].ID); c[len(c)-1].Text != "Thank you." {
			t.Errorf("the other customer's answer is %+v", lastReceived(i))
		}
	})
}

func TestMergesThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		watcher := i.Person("olga@company.example", "Olga", "observer")
		for n := range 5 {
			l := ann
			l.id = fmt.Sprintf("m%d@acme.example", n)
			l.text += l.id
			send(i, l)
		}
		var id []int64
		for _, x := range tickets(i) {
			id = append(id, x.ID)
		}
		try := func(by act.Actor, winner int64, losers ...int64) error {
			_, err := mergeTickets(i, by, desk.NewMerge{WinnerID: winner, Tickets: losers})
			return err
		}
		refusedAs(t, try(agent, id[0], id[0]), fault.Invalid, "into itself")
		refusedAs(t, try(agent, id[0]), fault.Invalid, "1 to 100")
		many := make([]int64, 101)
		for n := range many {
			many[n] = int64(1000 + n)
		}
		refusedAs(t, try(agent, id[0], many...), fault.Invalid, "101")
		refusedAs(t, try(agent, id[0], 999999), fault.NotFound, "999999")
		refusedAs(t, try(watcher, id[0], id[1]), fault.Forbidden)
		setStatus(i, agent, id[1], desk.StatusSolved)
		setStatus(i, agent, id[1], desk.StatusClosed)
		refusedAs(t, try(agent, id[1], id[0]), fault.Invalid, "is closed")
		refusedAs(t, try(agent, id[0], id[1]), fault.Invalid, "is closed")
		if err := try(agent, id[0], id[2]); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, try(agent, id[2], id[3]), fault.Invalid, "was merged into")
		refusedAs(t, try(agent, id[3], id[2]), fault.Invalid, "already")
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error { _, err := i.Desk.Delete(ctx, tx, agent, id[4]); return err }); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, try(agent, id[0], id[4]), fault.NotFound)
		m, err := mergeTickets(i, agent, desk.NewMerge{WinnerID: id[3], Tickets: []int64{id[0]}})
		if err != nil {
			t.Fatal(err)
		}
		if got := ticket(i, id[2]); got.MergedInto != id[0] {
			t.Errorf("an earlier merge changed: %+v", got)
		}
		// The first went into one that was merged on: its mail goes all the way.
		send(i, letter{from: ann.from, subject: "Re: x", id: "far@acme.example", text: "Far", answers: &mail.Message{MessageID: "m2@acme.example"}})
		if c := comments(i, id[3]); c[len(c)-1].Text != "Far" {
			t.Errorf("mail to a chain of merges: %+v", lastReceived(i))
		}
		refusedAs(t, undoTickets(i, watcher, id[3], m.ID), fault.Forbidden)
		refusedAs(t, undoTickets(i, agent, id[2], m.ID), fault.NotFound)
		refusedAs(t, undoTickets(i, agent, id[3], 999999), fault.NotFound)
		i.Clock.Advance(25 * time.Hour)
		refusedAs(t, undoTickets(i, agent, id[3], m.ID), fault.Invalid, "24 hours")
	})
}

func TestMessagesBecomeATicketOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Which version?", "")
		ours := i.Peer.All()[0].Message()
		send(i, letter{from: ann.from, subject: "Re", id: "more@acme.example", text: "By the way, the licence is wrong.", answers: &ours})
		said := comments(i, id)
		split := func(by act.Actor, comments ...int64) (made *desk.Ticket, err error) {
			err = inTx(i, func(ctx context.Context, tx db.Tx) error {
				made, err = i.Desk.Split(ctx, tx, by, id, comments, "Licence")
				return err
			})
			return made, err
		}
		_, err := split(agent, said[1].ID)
		refusedAs(t, err, fault.Invalid, "colleague")
		_, err = split(agent, 999999)
		refusedAs(t, err, fault.NotFound)
		_, err = split(agent)
		refusedAs(t, err, fault.Invalid, "1 to 100")
		made, err := split(agent, said[2].ID)
		if err != nil {
			t.Fatal(err)
		}
		mine := comments(i, made.ID)
		if made.Subject != "Licence" || made.RequesterID != ticket(i, id).RequesterID || mine[0].Text != said[2].Text || mine[0].Agent || made.DueMetric != desk.FirstReply {
			t.Fatalf("the new ticket is %+v with %+v", made, mine)
		}
		entries := timeline(i, agent, id)
		at := slices.IndexFunc(entries, func(e desk.Entry) bool { return e.Comment != nil && e.Comment.ID == said[2].ID })
		if fmt.Sprint(entries[at].SplitOff) != fmt.Sprint([]int64{made.ID}) || event(i, id, desk.TicketSplit) == nil {
			t.Errorf("the original does not say where it went: %+v", entries[at])
		}
		// The customer goes on with the message that was split off.
		send(i, letter{from: ann.from, subject: "Re", id: "again@acme.example", text: "The licence again.", answers: &mail.Message{MessageID: "more@acme.example"}})
		if c := comments(i, made.ID); c[len(c)-1].Text != "The licence again." {
			t.Errorf("an answer to the message went elsewhere: %+v", lastReceived(i))
		}
	})
}

func TestADeletedTicketIsNowhereUntilItIsRestored(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		watcher := i.Person("olga@company.example", "Olga", "observer")
		send(i, letter{from: ann.from, name: ann.name, subject: ann.subject, id: ann.id, html: "<p>it hangs</p>", text: "it hangs"})
		id := tickets(i)[0].ID
		do := func(by act.Actor, f func(context.Context, db.Tx, act.Actor, int64) (*desk.Ticket, error)) error {
			return inTx(i, func(ctx context.Context, tx db.Tx) error { _, err := f(ctx, tx, by, id); return err })
		}
		remove := func(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*desk.Ticket, error) {
			return i.Desk.Delete(ctx, tx, by, id)
		}
		refusedAs(t, do(watcher, remove), fault.Forbidden)
		refusedAs(t, do(agent, i.Desk.Restore), fault.Invalid, "nothing to restore")
		if err := do(agent, remove); err != nil {
			t.Fatal(err)
		}
		find := func() int {
			return i.Count(`SELECT count(*) FROM work_item WHERE subject_kind = 'ticket' AND subject_id = $1`, id)
		}
		if len(tickets(i)) != 0 || find() != 0 {
			t.Errorf("it is still shown: %d in lists, %d in work", len(tickets(i)), find())
		}
		refusedAs(t, do(agent, remove), fault.Invalid, "already")
		refusedAs(t, do(watcher, remove), fault.NotFound)
		refusedAs(t, i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.Reply(ctx, tx, agent, id, desk.Message{Agent: true, Text: "x"}, "")
			return err
		}), fault.NotFound)
		list := func() (out []desk.PutAway) {
			i.Read(func(ctx context.Context, tx db.Tx) (err error) {
				out, _, err = i.Desk.PutAwayList(ctx, tx, agent, desk.HiddenDeleted, db.Page{})
				return err
			})
			return out
		}
		if l := list(); len(l) != 1 || l[0].ID != id || !l[0].At.Equal(i.Clock.Now()) {
			t.Errorf("the deleted tickets are %+v", l)
		}
		due := clocks(i, id)[0].Due
		i.Clock.Set(due.Add(time.Hour))
		i.Settle() // the timer of its promise is gone: nothing fails
		if n := i.Count(`SELECT count(*) FROM job WHERE state = 'parked' OR error <> ''`); n != 0 {
			t.Errorf("%d jobs failed about a deleted ticket", n)
		}
		if err := do(agent, i.Desk.Restore); err != nil {
			t.Fatal(err)
		}
		if c := clocks(i, id)[0]; len(tickets(i)) != 1 || c.State != desk.Breached || !c.BreachedAt.Equal(due) || find() == 0 {
			t.Errorf("restored: %+v with %+v, %d in work", tickets(i), c, find())
		}
		if err := do(agent, remove); err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(desk.HiddenFor + time.Minute)
		i.Settle()
		if n := i.Count(`SELECT count(*) FROM comment WHERE ticket_id = $1`, id) + i.Count(`SELECT count(*) FROM mail_raw`) + i.Count(`SELECT count(*) FROM clock WHERE ticket_id = $1`, id); n != 0 || len(list()) != 0 {
			t.Errorf("%d rows of a ticket that went for good", n)
		}
		if n := i.Count(`SELECT count(*) FROM ticket WHERE subject = $1 AND hidden = 'purged'`, desk.Removed); n != 1 {
			t.Errorf("%d tickets without words", n)
		}
		refusedAs(t, do(agent, i.Desk.Restore), fault.Invalid, "for good")
		i.Verify()
	})
}

func TestSpamHidesAndMayBlockItsSender(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, bob)
		id := tickets(i)[0].ID
		spam := func(by act.Actor, block string) error {
			return inTx(i, func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.MarkSpam(ctx, tx, by, id, block)
				return err
			})
		}
		refusedAs(t, spam(agent, "domain"), fault.Forbidden) // a whole domain asks for more
		if len(tickets(i)) != 1 {
			t.Fatal("a refused block hid the ticket")
		}
		if err := spam(agent, "address"); err != nil {
			t.Fatal(err)
		}
		l := bob
		l.id, l.text = "again@globex.example", "Buy more."
		send(i, l)
		if r := lastReceived(i); len(tickets(i)) != 0 || r.State != mail.Suspended || r.Cause != mail.CauseBlocked {
			t.Fatalf("mail of a blocked sender is %+v", r)
		}
		mailID := lastReceived(i).ID
		review := func(by act.Actor, d mail.Decision, ids ...int64) (done int, left []mail.Unreviewed, err error) {
			err = inTx(i, func(ctx context.Context, tx db.Tx) error {
				done, left, err = i.App.Mail.Review(ctx, tx, by, ids, d)
				return err
			})
			return done, left, err
		}
		_, _, err := review(agent, mail.Unblock, mailID)
		refusedAs(t, err, fault.Forbidden)
		done, left, err := review(i.Root(), mail.Unblock, mailID, 999999)
		if err != nil || done != 1 || len(left) != 1 || len(tickets(i)) != 1 || i.Count(`SELECT count(*) FROM mail_block`) != 0 {
			t.Fatalf("recovered and unblocked: %d %+v %v, %d tickets", done, left, err, len(tickets(i)))
		}
		l.id, l.text = "third@globex.example", "Hello again."
		send(i, l)
		if len(tickets(i)) != 2 {
			t.Errorf("an unblocked sender's mail is %+v", lastReceived(i))
		}
	})
}

func TestSuspendedMailIsReviewedOrGoes(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		flagged := bob
		flagged.headers = map[string]string{"X-Spam-Flag": "YES"}
		send(i, flagged)
		forged := letter{from: "eve@bank.example", subject: "Pay", id: "eve@bank.example", text: "Pay now.", headers: map[string]string{"Authentication-Results": "mx.company.example; dmarc=fail header.from=bank.example"}}
		send(i, forged)
		if r := received(i); r[0].State != mail.Suspended || r[0].Cause != mail.CauseSpam || r[1].State != mail.Ticketed {
			t.Fatalf("without a word about it: %+v", r)
		}
		i.Apply(strings.Replace(apptest.MailboxText, "team: support", "team: support\nauthserv_id: mx.company.example\nsuspend: [dmarc_fail]", 1))
		forged.id, forged.text = "eve2@bank.example", "Pay at once."
		send(i, forged)
		flagged.id, flagged.text = "bob9@globex.example", "Buy."
		send(i, flagged)
		if r := received(i); r[2].Cause != mail.CauseForged || r[3].State != mail.Ticketed {
			t.Fatalf("with dmarc_fail alone: %+v", r)
		}
		soon := func() (n int64) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				c, err := i.App.Mail.Counts(ctx, tx, i.Root())
				n = c["received"]["expiring"].Count
				return err
			})
			return n
		}
		if soon() != 0 {
			t.Error("a new mail is said to go soon")
		}
		i.Clock.Advance(mail.SuspendedFor - time.Hour)
		if soon() != 2 {
			t.Errorf("%d mails are said to go soon", soon())
		}
		i.Settle()
		i.Clock.Advance(2 * time.Hour)
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error { return i.App.Mail.Sweep(ctx, tx, i.Root()) }); err != nil {
			t.Fatal(err)
		}
		if r := received(i)[0]; r.State != mail.Discarded || !strings.Contains(r.Reason, "14 days") || i.Count(`SELECT count(*) FROM mail_raw WHERE mail_id = $1`, r.ID) != 0 {
			t.Errorf("after 14 days it is %+v", r)
		}
		for sender, want := range map[string]string{"com": "Everybody", "support@company.example": "own", "nonsense": "neither", "company.example": "own mailbox", "co.uk": "Everybody"} {
			err := i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.App.Mail.Block(ctx, tx, i.Root(), sender, "")
				return err
			})
			if sender == "com" {
				want = "neither"
			}
			refusedAs(t, err, fault.Invalid, want)
		}
	})
}

func TestIncidentsOfAProblem(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		send(i, another)
		send(i, bob)
		all := tickets(i)
		link := func(id, problem int64) error {
			return inTx(i, func(ctx context.Context, tx db.Tx) error {
				_, err := i.Desk.LinkProblem(ctx, tx, agent, id, problem)
				return err
			})
		}
		refusedAs(t, link(all[0].ID, all[1].ID), fault.Invalid, "Make it a problem")
		problem := desk.TypeProblem
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Update(ctx, tx, agent, all[1].ID, desk.Edit{Version: all[1].Version, Type: &problem})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, link(all[1].ID, all[1].ID), fault.Invalid, "itself")
		refusedAs(t, link(all[0].ID, 999999), fault.NotFound)
		for _, id := range []int64{all[0].ID, all[2].ID} {
			if err := link(id, all[1].ID); err != nil {
				t.Fatal(err)
			}
		}
		if got := ticket(i, all[0].ID); got.ProblemID != all[1].ID || got.Type != desk.TypeIncident {
			t.Errorf("linked: %+v", got)
		}
		var seen []int64
		for cursor := ""; ; {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				list, next, err := i.Desk.Incidents(ctx, tx, agent, all[1].ID, db.Page{Limit: 1, Cursor: cursor})
				for _, x := range list {
					seen = append(seen, x.ID)
				}
				cursor = next
				return err
			})
			if cursor == "" {
				break
			}
		}
		if fmt.Sprint(seen) != fmt.Sprint([]int64{all[2].ID, all[0].ID}) {
			t.Errorf("incidents %v", seen)
		}
	})
}
