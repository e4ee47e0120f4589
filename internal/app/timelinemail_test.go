package app_test

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
	"steward/internal/measure"
	"steward/internal/success"
)

const timelineBox = "kind: mailbox\nname: timeline\ntitle: Timeline\naddress: timeline@company.example\nmakes: timeline\n"

func text(n int64) string { return strconv.FormatInt(n, 10) }

func (c *customers) lines(by act.Actor, id int64, source string) (list []success.Line) {
	c.t.Helper()
	page := db.Page{Limit: 2} // so that places between sources are tried
	for {
		var some []success.Line
		c.Read(func(ctx context.Context, tx db.Tx) (err error) {
			some, page.Cursor, err = c.Success.Timeline(ctx, tx, by, id, source, page)
			return err
		})
		list = append(list, some...)
		if page.Cursor == "" {
			return list
		}
	}
}

func (c *customers) waitingMails(by act.Actor) (list []success.WaitingMail) {
	c.t.Helper()
	c.Read(func(ctx context.Context, tx db.Tx) (err error) {
		list, _, err = c.Success.WaitingMails(ctx, tx, by, db.Page{})
		return err
	})
	return list
}

func TestColleaguesPutMailOnTimelines(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(timelineBox)
		const box = "timeline@company.example"
		note := func(l letter, to string) {
			l.to = cmp.Or(l.to, to)
			c.Mail(l.from, to, l.raw(t, c.Clock.Now()))
			c.Settle()
		}
		// A Bcc: the address stands in the envelope alone, the customer in To. What was quoted is left out.
		note(letter{from: "bea@company.example", to: "cam@acme.example", subject: "AW: Re: Your renewal", id: "one@company.example", text: "Here is the offer.\n\nOn Mon, Cam wrote:\n> What would it cost?\n"}, box)
		got := c.lines(c.csm, c.acme, "entry")
		if len(got) != 1 || got[0].Kind != "email" || got[0].Title != "Your renewal" || strings.Contains(got[0].Body, "What would") || got[0].By.ID != c.csm.PersonID || len(got[0].People) != 1 || got[0].People[0].ID != c.out.PersonID {
			t.Fatalf("a Bcc: %+v", got)
		}
		if n := c.Count(`SELECT count(*) FROM ticket`); n != 0 {
			t.Errorf("%d tickets of a mail for a timeline", n)
		}
		// The same again, as a second delivery, and from another colleague's client with the same id.
		note(letter{from: "bea@company.example", to: "cam@acme.example", subject: "Your renewal", id: "one@company.example", text: "Here is the offer again."}, box)
		// A forward: only colleagues among the recipients, the customer in what was forwarded.
		note(letter{from: "bea@company.example", subject: "Fwd: We are thinking about it", id: "two@company.example", text: "FYI\n\n---------- Forwarded message ---------\nFrom: Cam <cam@acme.example>\nDate: Mon, Mar 9, 2026 at 9:00\nSubject: We are thinking about it\nTo: Bea <bea@company.example>\n\nWe will know on Friday.\n"}, box)
		got = c.lines(c.csm, c.acme, "entry")
		if len(got) != 2 || got[0].Title != "We are thinking about it" || !strings.Contains(got[0].Body, "We will know on Friday") {
			t.Fatalf("a forward: %+v", got)
		}
		// The account's own address; an absence notice; mail of ours that comes back.
		note(letter{from: "ola@company.example", subject: "About Globex", id: "three@company.example", text: "They moved."}, "timeline+"+text(c.globex)+"@company.example")
		note(letter{from: "bea@company.example", to: "cam@acme.example", subject: "Out of office", id: "four@company.example", text: "Away", headers: map[string]string{"Auto-Submitted": "auto-replied"}}, box)
		note(letter{from: "bea@company.example", to: "cam@acme.example", subject: "Loop", id: "five@company.example", text: "x", headers: map[string]string{mail.LoopHeader: "company.example"}}, box)
		if a, g := len(c.lines(c.ops, c.acme, "entry")), len(c.lines(c.ops, c.globex, "entry")); a != 2 || g != 1 {
			t.Errorf("%d entries at Acme, %d at Globex", a, g)
		}
		if len(c.waitingMails(c.ops)) != 0 {
			t.Errorf("they wait: %+v", c.waitingMails(c.ops))
		}
		// Customers and strangers are refused, whoever they write about.
		note(letter{from: "cam@acme.example", subject: "Hello", id: "six@acme.example", text: "x"}, "timeline+"+text(c.acme)+"@company.example")
		if n := c.Count(`SELECT count(*) FROM mail_in WHERE state = 'suspended' AND cause = 'stranger'`); n != 1 {
			t.Errorf("%d mails of strangers are set aside", n)
		}
		// What has no account, what the sender may not write and what may be forged waits.
		note(letter{from: "bea@company.example", to: "new@nowhere.example", subject: "Who is this", id: "seven@company.example", text: "x"}, box)
		note(letter{from: "bea@company.example", subject: "Not mine", id: "eight@company.example", text: "x"}, "timeline+"+text(c.globex)+"@company.example")
		if err := c.App.Mail.Known(t.Context(), "support+"+text(c.globex)+"@company.example"); err == nil {
			t.Error("a number behind the address of a mailbox for tickets was taken")
		}
		mine, all := c.waitingMails(c.csm), c.waitingMails(c.ops)
		if len(mine) != 2 || len(all) != 2 || !strings.Contains(mine[0].Reason, "may not") || mine[1].Reason != "None of the people it names belongs to an account." || !slices.Equal(mine[1].People, []string{"new@nowhere.example"}) {
			t.Fatalf("what waits: %+v", mine)
		}
	})
}

func TestMailThatWaitsIsClaimedByWhoMay(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(timelineBox)
		other := c.Person("nia@company.example", "Nia", "csm")
		for n, who := range []string{"bea", "bea", "ola"} {
			l := letter{from: who + "@company.example", to: "new@nowhere.example", subject: "Fw: A question", id: text(int64(n)) + "@company.example", text: "What does it cost?"}
			c.Mail(l.from, "timeline@company.example", l.raw(t, c.Clock.Now()))
		}
		c.Settle()
		mine := c.waitingMails(c.csm)
		if len(mine) != 2 || len(c.waitingMails(other)) != 0 || len(c.waitingMails(c.ops)) != 3 {
			t.Fatalf("%d of three are hers", len(mine))
		}
		claim := func(by act.Actor, id, account int64) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.ClaimMail(ctx, tx, by, id, account, 15)
				return err
			}
		}
		c.refused(fault.Forbidden, claim(c.out, mine[0].ID, c.acme))
		c.refused(fault.NotFound, claim(other, mine[0].ID, c.acme))
		c.refused(fault.Forbidden, claim(c.csm, mine[0].ID, c.globex)) // not hers to write
		c.refused(fault.NotFound, claim(c.ops, mine[0].ID, 999_999))
		c.do(claim(c.ops, mine[0].ID, c.acme))
		e := c.lines(c.csm, c.acme, "entry")
		if len(e) != 1 || e[0].By.ID != c.csm.PersonID || e[0].Effort != 15 || e[0].Title != "A question" {
			t.Fatalf("claimed: %+v", e)
		}
		edit := func(by act.Actor, in success.EntryEdit) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.Edit(ctx, tx, by, c.acme, e[0].ID, in)
				return err
			}
		}
		c.refused(fault.NotFound, edit(c.out, success.EntryEdit{Effort: ptr(int64(5))}))
		c.refused(fault.Forbidden, edit(other, success.EntryEdit{Effort: ptr(int64(5))}))
		c.refused(fault.Invalid, edit(c.csm, success.EntryEdit{Effort: ptr(int64(-5))}))
		c.refused(fault.Invalid, edit(c.csm, success.EntryEdit{Title: ptr(""), Body: ptr("")}))
		c.do(edit(c.csm, success.EntryEdit{Effort: ptr(int64(40)), Title: ptr("A question about the price")}))
		c.Settle()
		if e := c.lines(c.csm, c.acme, "entry"); e[0].Effort != 40 || e[0].Title != "A question about the price" {
			t.Errorf("edited: %+v", e)
		}
		if got := c.observed("success.effort_90d", c.acme, measure.Asked{}).Plain; got != int64(40) && got != 40.0 {
			t.Errorf("the effort of 90 days is %v", got)
		}
		c.refused(fault.NotFound, func(ctx context.Context, tx db.Tx) error { return c.Success.DismissMail(ctx, tx, other, mine[1].ID) })
		c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.DismissMail(ctx, tx, c.csm, mine[1].ID) })
		c.Clock.Advance(success.MailKept + time.Hour)
		c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.SweepMail(ctx, tx, c.Clock.Now()) })
		if left := c.waitingMails(c.ops); len(left) != 0 {
			t.Errorf("left after 90 days: %+v", left)
		}
	})
}

func TestFilesOfMailStandOnTheTimeline(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		c.Apply(timelineBox)
		mailed := func(id, to string) {
			raw := "From: bea@company.example\r\nTo: " + to + "\r\nMessage-ID: <" + id + "@company.example>\r\nSubject: The offer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
				"--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"offer.txt\"\r\n\r\n" + id + " costs ten\r\n--b--\r\n"
			c.Mail("bea@company.example", "timeline@company.example", []byte(raw))
			c.Settle()
		}
		file := func(by act.Actor, id int64) error {
			return c.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				f, err := c.Success.FileOf(ctx, tx, by, id)
				if err == nil && f.Filename != "offer.txt" {
					t.Errorf("it is %q", f.Filename)
				}
				return err
			})
		}
		files := func() int { return c.Count(`SELECT count(*) FROM file`) }
		mailed("one", "cam@acme.example")
		got := c.lines(c.csm, c.acme, "entry")
		if len(got) != 1 || len(got[0].Files) != 1 || got[0].Files[0].Filename != "offer.txt" || strings.Contains(got[0].Body, "offer.txt") {
			t.Fatalf("the entry: %+v", got)
		}
		id := got[0].Files[0].ID
		if err := file(c.csm, id); err != nil {
			t.Error(err)
		}
		if err := file(c.out, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("a customer: %v", err)
		}
		server := c.Serve()
		if h, body := download(t, c.TokenFor(c.ops, "*"), server.URL+"/api/v1/files/"+text(id)); h.Get("Content-Type") != "application/octet-stream" || !strings.Contains(string(body), "costs ten") {
			t.Errorf("it comes as %v: %s", h, body)
		}
		// What waits keeps its file until somebody claims it.
		mailed("two", "new@nowhere.example")
		waiting := c.waitingMails(c.csm)
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Success.ClaimMail(ctx, tx, c.csm, waiting[0].ID, c.acme, 0)
			return err
		})
		if got = c.lines(c.csm, c.acme, "entry"); len(got) != 2 || len(got[0].Files) != 1 || len(got[1].Files) != 1 {
			t.Fatalf("claimed: %+v", got)
		}
		// A file goes with its entry, with mail that is removed, and with the person whose words it holds.
		mailed("three", "other@nowhere.example")
		waiting = c.waitingMails(c.csm)
		c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.DismissMail(ctx, tx, c.csm, waiting[0].ID) })
		if n := files(); n != 2 {
			t.Errorf("%d files after a mail was removed", n)
		}
		c.do(func(ctx context.Context, tx db.Tx) error { return c.Success.Remove(ctx, tx, c.csm, c.acme, got[0].ID) })
		if n := files(); n != 1 {
			t.Errorf("%d files after an entry was taken off", n)
		}
		for _, e := range c.Success.Erasers() {
			c.do(func(ctx context.Context, tx db.Tx) error {
				_, err := e.Erase(ctx, tx, c.ops, directory.Erasing{IDs: []int64{c.csm.PersonID}, Addresses: []string{"bea@company.example"}}, 10)
				return err
			})
		}
		if n := files(); n != 0 {
			t.Errorf("%d files outlive their sender", n)
		}
	})
}

func TestAnswersToSurveysStandOnTheTimeline(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		agent := c.Person("maria@company.example", "Maria", "agent")
		send(c.Instance, letter{from: "cam@acme.example", subject: "It is slow", id: "slow@acme.example", text: "Very"})
		id := tickets(c.Instance)[0].ID
		reply(c.Instance, agent, id, "It is fast now.", desk.StatusSolved)
		c.Clock.Advance(72 * time.Hour)
		c.Settle()
		var offer int64
		c.Read(func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT id FROM survey_offer`).Scan(&offer)
		})
		c.do(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Outreach.Answer(ctx, tx, offer, 6, "Quick help")
			return err
		})
		c.Settle()
		got := c.lines(c.csm, c.acme, "survey")
		if len(got) != 1 || got[0].Kind != "6" || got[0].By.Name != "Cam" {
			t.Fatalf("the answer: %+v", got)
		}
		reads := c.csm.May("read", "ticket")
		if (got[0].Body == "Quick help") != reads {
			t.Errorf("its words are %q, may read tickets: %v", got[0].Body, reads)
		}
		seen := map[string]bool{}
		for _, l := range c.lines(c.ops, c.acme, "") {
			key := l.Source + text(l.ID)
			if seen[key] {
				t.Errorf("%s stands there twice", key)
			}
			seen[key] = true
		}
		if !seen["survey"+text(offer)] || !seen["ticket"+text(id)] {
			t.Errorf("lines: %v", seen)
		}
	})
}
