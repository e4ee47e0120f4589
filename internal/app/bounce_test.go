package app_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/mail"
)

// ada asks; her server is the one in the sample reports.
var ada = letter{from: "ada@acme.example", name: "Ada", subject: "Printer", id: "ada1@acme.example", text: "It is on fire."}

// bounce hands in a sample report about a mail of ours.
func bounce(i *apptest.Instance, sample string, about mail.Message, edit ...string) {
	i.T.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "mail", "testdata", "bounces", sample))
	if err != nil {
		i.T.Fatal(err)
	}
	pairs := append([]string{"{{ID}}", about.MessageID, "{{REPLY}}", about.ReplyTo[0].Email}, edit...)
	i.Mail("", about.ReplyTo[0].Email, []byte(strings.NewReplacer(pairs...).Replace(string(raw))))
	i.Settle()
}

// shownTicket is a ticket's timeline as the API gives it.
func shownTicket(i *apptest.Instance, base string, id int64) (items []desk.EntryView) {
	i.T.Helper()
	var out struct{ Items []desk.EntryView }
	if code := call(i.T, i.Token, "GET", fmt.Sprintf("%s/api/v1/tickets/%d/timeline", base, id), nil, &out); code != 200 {
		i.T.Fatalf("status %d", code)
	}
	return out.Items
}

func suppressions(i *apptest.Instance) (out []mail.Suppression) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, _, err = i.App.Mail.Suppressions(ctx, tx, i.Root(), "", db.Page{})
		return err
	})
	return out
}

func TestABounceShowsOnTheMessageAndStopsFurtherMail(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		server := i.Serve()
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ada)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Pull the plug.", desk.StatusSolved)
		ours := i.Peer.All()[0].Message()
		before, people := ticket(i, id), i.Count(`SELECT count(*) FROM person`)
		bounce(i, "postfix.eml", ours)
		if now := ticket(i, id); now.Status != desk.StatusSolved || len(tickets(i)) != 1 || now.Version != before.Version {
			t.Errorf("a bounce moved the ticket: %+v of %d", now, len(tickets(i)))
		}
		if n := i.Count(`SELECT count(*) FROM person`); n != people {
			t.Errorf("a mail server became a person")
		}
		if r := lastReceived(i); r.State != mail.Bounced || r.TicketID != id {
			t.Errorf("the report is %+v", r)
		}
		var said bool
		for _, e := range shownTicket(i, server.URL, id) {
			said = said || e.Sentence == "Ada never got this: mailbox unknown, 5.1.1"
			if e.Delivery != nil && (len(e.Delivery.Bounces) != 1 || e.Delivery.Bounces[0].Kind != "hard" || e.Delivery.Bounces[0].Reason != "mailbox unknown (5.1.1)" ||
				e.Delivery.Bounces[0].Address != ada.from || !strings.Contains(e.Delivery.Bounces[0].Diagnostic, "User unknown")) {
				t.Errorf("the message shows %+v", e.Delivery)
			}
		}
		if !said {
			t.Errorf("nothing tells that Ada never got it")
		}
		bounce(i, "postfix.eml", ours, "10:00:00", "10:00:07") // the same report in other bytes is another report of the same
		list := suppressions(i)
		if len(list) != 1 || list[0].Address != ada.from || list[0].Reason != "mailbox unknown (5.1.1)" || list[0].OutboxID == 0 || list[0].MailID == 0 {
			t.Fatalf("suppressed: %+v", list)
		}

		// No more mail, and the reply says so.
		reply(i, agent, id, "Did you?", "")
		if n := len(i.Peer.All()); n != 1 {
			t.Errorf("%d mails left", n)
		}
		items := shownTicket(i, server.URL, id)
		var last *desk.DeliveryView
		for _, e := range items {
			if e.Delivery != nil {
				last = e.Delivery
			}
		}
		if last == nil || last.State != "withheld" || !strings.Contains(last.Error, "mailbox unknown (5.1.1)") || event(i, id, mail.MailWithheld) == nil {
			t.Errorf("the reply shows %+v", last)
		}

		// Whoever may only read cannot lift it; who may does, and the held mail can go.
		err := i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return i.App.Mail.Lift(ctx, tx, agent, list[0].ID) })
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("an agent lifted it: %v", err)
		}
		out := int64(i.Count(`SELECT id FROM outbox WHERE state = 'withheld'`))
		i.Write(func(ctx context.Context, tx db.Tx) error {
			if err := i.App.Mail.Lift(ctx, tx, i.Root(), list[0].ID); err != nil {
				return err
			}
			return i.App.Mail.Retry(ctx, tx, i.Root(), out)
		})
		i.Settle()
		if n := len(i.Peer.All()); n != 2 || len(suppressions(i)) != 0 || i.Count(`SELECT count(*) FROM events WHERE verb = 'mail.lifted'`) != 1 {
			t.Errorf("%d mails left after lifting", n)
		}
		for _, e := range events(i, id) {
			if strings.Contains(string(e.Data), "ada@") || strings.Contains(string(e.Data), "User unknown") {
				t.Errorf("the ledger holds an address or a server's words: %s", e.Data)
			}
		}
		i.Verify()
	})
}

func TestBouncesAreToldApart(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		server := i.Serve()
		for n, c := range []struct {
			sample, kind, sentence string
			suppressed             bool
		}{
			{"exim.eml", "hard", "Ada never got this: mailbox unknown, 5.1.1", true},
			{"qmail.eml", "hard", "Ada never got this: mailbox unknown, 5.1.1", true},
			{"exchange.eml", "soft", "Ada never got this: mailbox full, 5.2.2", false},
			{"policy.eml", "soft", "Ada never got this: refused by a rule, 5.7.1", false},
			{"forwarded.eml", "soft", "Ada never got this: mailbox unknown, 5.1.1", false},
			{"delayed.eml", "delayed", "Ada has not got this yet, the server goes on trying: no answer from the server, 4.4.1", false},
			{"words.eml", "unclear", "A server reports trouble with the mail to Ada, in a form that cannot be read", false},
			{"delivered.eml", "", "", false},
		} {
			l := ada
			l.id = fmt.Sprintf("ada%d@acme.example", n)
			l.subject = fmt.Sprint("Printer ", n)
			send(i, l)
			all := tickets(i)
			id := all[len(all)-1].ID
			reply(i, agent, id, "Hello", "")
			sent := i.Peer.All()
			bounce(i, c.sample, sent[len(sent)-1].Message())
			var kind, sentence string
			for _, e := range shownTicket(i, server.URL, id) {
				if e.Verb == mail.MailBounced {
					sentence = e.Sentence
				}
				if e.Delivery != nil && len(e.Delivery.Bounces) > 0 {
					kind = e.Delivery.Bounces[0].Kind
				}
			}
			if kind != c.kind || sentence != c.sentence {
				t.Errorf("%s: %q, %q", c.sample, kind, sentence)
			}
			list := suppressions(i)
			if (len(list) == 1) != c.suppressed {
				t.Errorf("%s: suppressed %+v", c.sample, list)
			}
			for _, p := range list {
				i.Write(func(ctx context.Context, tx db.Tx) error { return i.App.Mail.Lift(ctx, tx, i.Root(), p.ID) })
			}
		}
		// Five within thirty days are too many, whatever the reason; three are above.
		for n := range 2 {
			send(i, letter{from: ada.from, name: "Ada", subject: fmt.Sprint("More ", n), id: fmt.Sprintf("more%d@acme.example", n), text: "x"})
			all := tickets(i)
			reply(i, agent, all[len(all)-1].ID, "Hello", "")
			sent := i.Peer.All()
			bounce(i, "exchange.eml", sent[len(sent)-1].Message(), "ndr-1@", fmt.Sprintf("ndr-x%d@", n))
		}
		if list := suppressions(i); len(list) != 1 || !strings.HasPrefix(list[0].Reason, "5 mails within 30 days") {
			t.Errorf("after five: %+v", list)
		}
	})
}

func TestNobodyCanForgeABounce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ada)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Hello", "")
		ours := i.Peer.All()[0].Message()
		wrong := ours
		wrong.MessageID = strings.Replace(ours.MessageID, ".", ".9", 1)
		wrong.ReplyTo = []mail.Address{{Email: apptest.Mailbox}}
		bounce(i, "postfix.eml", wrong)
		if r := lastReceived(i); r.State != mail.Bounced || r.TicketID != 0 || len(suppressions(i)) != 0 {
			t.Errorf("a report without our signature: %+v, suppressed %+v", r, suppressions(i))
		}
		// Who knows one mail of ours cannot stop mail to somebody else.
		bounce(i, "postfix.eml", ours, "ada@acme.example", "bob@acme.example")
		if list := suppressions(i); len(list) != 0 {
			t.Errorf("a report about another address: suppressed %+v", list)
		}
		if n := len(tickets(i)); n != 1 {
			t.Errorf("%d tickets", n)
		}
		// A report that lost the returned mail is found by the signed address it came to.
		bounce(i, "postfix.eml", ours, ours.MessageID, "gone@x.example", "{{ID}}", "gone@x.example", "10:00:00", "11:00:00")
		if list := suppressions(i); len(list) != 1 {
			t.Errorf("by the signed address alone: suppressed %+v", list)
		}
	})
}

func TestARefusalAtOnceSuppressesLikeABounce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ada)
		id := tickets(i)[0].ID
		i.Peer.Fail(&mail.Result{Outcome: mail.Permanent, Code: 550, Message: "5.1.1 unknown",
			Recipients: []mail.RecipientResult{{Email: ada.from, Outcome: mail.Permanent, Code: 550, Status: "5.1.1", Message: "unknown"}}})
		reply(i, agent, id, "Hello", "")
		if list := suppressions(i); len(list) != 1 || list[0].MailID != 0 || event(i, id, mail.MailFailed) == nil {
			t.Errorf("suppressed %+v", list)
		}
	})
}

func TestARelayThatIsSetUpWrongHoldsTheMail(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ada)
		id := tickets(i)[0].ID
		i.Peer.Fail(&mail.Result{Outcome: mail.Blocked, Message: "the relay refused the user name or password"})
		reply(i, agent, id, "Hello", "")
		for _, e := range timeline(i, i.Root(), id) {
			if e.Delivery != nil && (e.Delivery.State != mail.Held || !strings.Contains(e.Delivery.Error, "password")) {
				t.Errorf("the reply shows %+v", e.Delivery)
			}
		}
		i.Peer.Fail(nil)
		i.Write(func(ctx context.Context, tx db.Tx) error { _, err := i.App.Mail.Release(ctx, tx, i.Root()); return err })
		i.Settle()
		if n := len(i.Peer.All()); n != 1 {
			t.Errorf("%d mails left after release", n)
		}
	})
}

func TestAnAbsenceNoticeIsRecordedAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		server := i.Serve()
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ada)
		id := tickets(i)[0].ID
		i.Clock.Advance(time.Minute)
		reply(i, agent, id, "Hello", desk.StatusPending)
		ours := i.Peer.All()[0].Message()
		before := clocks(i, id)
		notice := letter{from: ada.from, subject: "Automatic reply: Printer", id: "away@acme.example", answers: &ours, text: "I am away.", headers: map[string]string{"Auto-Submitted": "auto-replied"}}
		i.Clock.Advance(time.Minute)
		send(i, notice)
		if now := ticket(i, id); now.Status != desk.StatusPending {
			t.Errorf("it became %s", now.Status)
		}
		if after := clocks(i, id); len(after) != len(before) {
			t.Errorf("a clock started: %+v", after)
		}
		if n := len(i.Peer.All()); n != 1 {
			t.Error("it was answered")
		}
		items := shownTicket(i, server.URL, id)
		last := items[len(items)-1]
		if !last.Automatic || last.Text == nil || !strings.Contains(*last.Text, "I am away") || last.Mail == nil || last.Mail.From != ada.from {
			t.Errorf("the ticket shows %+v", last)
		}
		// One that belongs to no ticket waits for a person.
		notice.answers, notice.id = nil, "away2@acme.example"
		send(i, notice)
		if r := lastReceived(i); r.State != mail.Suspended || len(tickets(i)) != 1 {
			t.Errorf("an absence notice out of the blue is %+v", r)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.App.Mail.Process(ctx, tx, i.Root(), lastReceived(i).ID)
		})
		i.Settle()
		if r := lastReceived(i); r.State != mail.Ticketed || len(tickets(i)) != 2 {
			t.Errorf("let through, it is %+v", r)
		}
	})
}

const second = "kind: mailbox\nname: sales\ntitle: Sales\naddress: sales@company.example\noutgoing: { host: mail.company.example }\n"

func TestOneMailToTwoMailboxesOpensOneTicket(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		server := i.Serve()
		i.Apply(second)
		raw := ada.raw(t, i.Clock.Now())
		i.Mail(ada.from, apptest.Mailbox+",sales@company.example", raw)
		i.Settle()
		// The same mail by another way: other trace fields, other line ends.
		b := ada
		b.id, b.subject = "two@acme.example", "Twice"
		raw = b.raw(t, i.Clock.Now())
		i.Mail(ada.from, apptest.Mailbox, raw)
		i.Mail(ada.from, "sales@company.example", append([]byte("X-Scanned: yes\r\n"), raw...))
		i.Settle()
		all := tickets(i)
		if len(all) != 2 || len(received(i)) != 4 {
			t.Fatalf("%d tickets of %d mails", len(all), len(received(i)))
		}
		for _, tk := range all {
			items := shownTicket(i, server.URL, tk.ID)
			if m := items[0].Mail; m == nil || len(m.To) != 2 {
				t.Errorf("ticket %d shows %+v", tk.ID, m)
			}
			if event(i, tk.ID, mail.MailCopied) == nil {
				t.Errorf("ticket %d does not tell of the second mailbox", tk.ID)
			}
		}
		// Other words under the same Message-ID are another mail.
		b.text = "Something else."
		send(i, b)
		if n := len(tickets(i)); n != 3 {
			t.Errorf("%d tickets", n)
		}
	})
}

func TestTwoNodesThatGetOneMailOpenOneTicket(t *testing.T) {
	a, b := twoNodes(t)
	apply(t, a, second)
	until(t, "both nodes know the mailbox", func() bool {
		return b.Mail.Known(t.Context(), "sales@company.example") == nil
	})
	for n := range 10 {
		l := ada
		l.id = fmt.Sprintf("race%d@acme.example", n)
		raw := l.raw(t, time.Now())
		var both sync.WaitGroup
		both.Go(func() { must(t, a.Mail.Receive(t.Context(), l.from, []string{"support@company.example"}, "a", raw)) })
		both.Go(func() {
			must(t, b.Mail.Receive(t.Context(), l.from, []string{"sales@company.example"}, "b", append([]byte("X: y\r\n"), raw...)))
		})
		both.Wait()
	}
	count := func(query string) (n int) {
		must(t, a.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, query).Scan(&n) }))
		return n
	}
	until(t, "all of it is worked on", func() bool { return count(`SELECT count(*) FROM mail_in WHERE state = 'ticketed'`) == 20 })
	if n := count(`SELECT count(*) FROM ticket`); n != 10 {
		t.Errorf("%d tickets of 10 mails to two mailboxes each", n)
	}
}

func TestASenderWhoseDomainDisownsThemIsMarkedAndReachesNobodysTicket(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		server := i.Serve()
		i.Apply("kind: mailbox\nname: support\ntitle: Support\naddress: support@company.example\nteam: support\nbrand: main\nauthserv_id: mx.company.example\noutgoing: { host: mail.company.example }\n")
		const by = "Authentication-Results"
		good := ada
		good.headers = map[string]string{by: "mx.company.example; dmarc=pass header.from=acme.example"}
		send(i, good)
		id := tickets(i)[0].ID
		forged := ada
		forged.id, forged.text, forged.answers = "forged@evil.example", "Send me the password.", &mail.Message{MessageID: ada.id}
		forged.headers = map[string]string{by: "mx.company.example; spf=pass smtp.mailfrom=evil.example; dmarc=fail header.from=acme.example"}
		send(i, forged)
		all := tickets(i)
		if len(all) != 2 || len(comments(i, id)) != 1 {
			t.Fatalf("a forged mail is on the ticket: %d tickets", len(all))
		}
		items := shownTicket(i, server.URL, all[1].ID)
		if m := items[0].Mail; m == nil || m.Authentication != "unverified" || !strings.Contains(m.Warning, "could not be verified") || !strings.Contains(m.Findings, "mx.company.example") {
			t.Errorf("it shows %+v", m)
		}
		if m := shownTicket(i, server.URL, id)[0].Mail; m.Authentication != "verified" || m.Warning != "" {
			t.Errorf("the honest one shows %+v", m)
		}
		// Results of another server are the sender's own words.
		own := ada
		own.id, own.headers = "own@evil.example", map[string]string{by: "mx.evil.example; dmarc=pass header.from=acme.example"}
		send(i, own)
		if r := lastReceived(i); r.Auth.Verdict != "" {
			t.Errorf("believed: %+v", r.Auth)
		}
	})
}

func TestMailIsTracedByAddressAndMessageID(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ada)
		id := tickets(i)[0].ID
		i.Clock.Advance(time.Minute)
		reply(i, agent, id, "Hello", "")
		ours := i.Peer.All()[0].Message()
		i.Clock.Advance(time.Minute)
		bounce(i, "postfix.eml", ours)
		i.Clock.Advance(time.Minute)
		i.App.Mail.Refused(t.Context(), mail.Envelope{From: "Ada@acme.example", To: []string{apptest.Mailbox}}, 99<<20, "It is larger than the limit of 50 MB.")
		trace := func(by act.Actor, q string, page db.Page) (out []mail.Trace, next string, err error) {
			err = i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				out, next, err = i.App.Mail.Trace(ctx, tx, by, q, page)
				return err
			})
			return out, next, err
		}
		kinds := func(list []mail.Trace) (out []string) {
			for _, x := range list {
				out = append(out, x.Summary())
			}
			return out
		}
		whole, next, err := trace(i.Root(), "ADA@acme.example", db.Page{})
		must(t, err)
		want := "not taken: It is larger than the limit of 50 MB.|on the suppression list: mailbox unknown (5.1.1)|came back: mailbox unknown (5.1.1)|sent|received, on ticket 1"
		if got := strings.Join(kinds(whole), "|"); got != want || next != "" {
			t.Errorf("traced\n%s\nwant\n%s", got, want)
		}
		// Page by page it is the same.
		var pieces []mail.Trace
		for cursor, n := "", 0; n < 10; n++ {
			list, more, err := trace(i.Root(), ada.from, db.Page{Limit: 1, Cursor: cursor})
			must(t, err)
			pieces = append(pieces, list...)
			if cursor = more; more == "" {
				break
			}
		}
		if got := strings.Join(kinds(pieces), "|"); got != want {
			t.Errorf("page by page\n%s", got)
		}
		for q, n := range map[string]int{ours.MessageID: 3, "<" + ada.id + ">": 1, ada.id: 1, "<nothing@x.example>": 0, "nobody@x.example": 0} {
			if list, _, err := trace(i.Root(), q, db.Page{}); err != nil || len(list) != n {
				t.Errorf("%s: %v, %v", q, kinds(list), err)
			}
		}
		if _, _, err := trace(i.Root(), "what", db.Page{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("no address: %v", err)
		}
		if _, _, err := trace(i.Person("eve@acme.example", "Eve"), ada.from, db.Page{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a customer traced mail: %v", err)
		}
	})
}

func TestErasingAddressesLeavesNothingInMail(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		raw := send(i, ada)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Hello", "")
		bounce(i, "postfix.eml", i.Peer.All()[0].Message())
		reply(i, agent, id, "Withheld", "")
		bob := letter{from: "bob@acme.example", subject: "Mine", id: "bob@acme.example", text: "stays"}
		send(i, bob)
		requester := tickets(i)[0].RequesterID
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Erase(ctx, tx, i.Root(), requester, requester, "They asked for it.")
			return err
		})
		i.Settle()
		for _, q := range []string{
			`SELECT count(*) FROM mail_in WHERE from_addr LIKE '%ada@%' OR envelope_from LIKE '%ada@%' OR message_id LIKE '%ada1@%' OR subject = 'Printer'`,
			`SELECT count(*) FROM mail_raw r JOIN mail_in m ON m.id = r.mail_id WHERE m.from_addr <> 'bob@acme.example'`,
			`SELECT count(*) FROM outbox WHERE recipients LIKE '%ada@%' OR length(raw) > 0 OR state IN ('queued', 'withheld', 'held')`,
			`SELECT count(*) FROM outbox_recipient WHERE address LIKE '%ada@%'`,
			`SELECT (SELECT count(*) FROM mail_bounce) + (SELECT count(*) FROM mail_suppression)`,
		} {
			if n := i.Count(q); n != 0 {
				t.Errorf("%d left by %s", n, q)
			}
		}
		if n := i.Count(`SELECT count(*) FROM mail_in WHERE from_addr = 'bob@acme.example' AND state = 'ticketed'`); n != 1 {
			t.Error("somebody else's mail went, too")
		}
		// The same bytes do not come back; a new mail does.
		i.Mail(ada.from, apptest.Mailbox, raw)
		i.Settle()
		if n := len(tickets(i)); n != 2 {
			t.Errorf("%d tickets after the erased mail came again", n)
		}
		again := ada
		again.id, again.text = "again@acme.example", "It is me again."
		send(i, again)
		if n := len(tickets(i)); n != 3 {
			t.Errorf("%d tickets after they wrote again", n)
		}
		i.Verify()
	})
}

func TestSuspendedMailIsReadAcceptedAndDiscarded(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		server := i.Serve()
		send(i, letter{from: apptest.Mailbox, subject: "<b>x</b>", id: "s@x.example", html: "<p onclick=evil()>Hi<script>evil()</script><img src=http://evil.example/x></p>"})
		id := lastReceived(i).ID
		var m map[string]any
		if code := call(t, i.Token, "GET", fmt.Sprintf("%s/api/v1/mail/received/%d", server.URL, id), nil, &m); code != 200 || strings.Contains(m["html"].(string), "evil") || m["state"] != "suspended" {
			t.Errorf("%d: %v", code, m)
		}
		agent := i.TokenFor(i.Person("maria@company.example", "Maria", "agent"), "*")
		if code := call(t, agent, "POST", fmt.Sprintf("%s/api/v1/mail/received/%d/discard", server.URL, id), struct{}{}, nil); code != 403 {
			t.Errorf("an agent discarded it: %d", code)
		}
		if code := call(t, i.Token, "POST", fmt.Sprintf("%s/api/v1/mail/received/%d/discard", server.URL, id), struct{}{}, nil); code != 200 || lastReceived(i).State != mail.Discarded {
			t.Errorf("discarding: %d, %+v", code, lastReceived(i))
		}
		if code := call(t, i.Token, "POST", fmt.Sprintf("%s/api/v1/mail/received/%d/process", server.URL, id), struct{}{}, nil); code != 422 {
			t.Errorf("a discarded mail was let through: %d", code)
		}
	})
}
