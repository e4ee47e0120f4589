package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/mail"
	"steward/internal/search"
)

func redact(i *apptest.Instance, by act.Actor, in desk.NewRedaction, dry bool) (out desk.Redaction, err error) {
	i.T.Helper()
	prepared, err := i.Desk.PrepareRedaction(i.T.Context(), in)
	if err != nil {
		return out, err
	}
	err = inTx(i, func(ctx context.Context, tx db.Tx) error {
		out, err = i.Desk.Redact(ctx, tx, by, prepared, dry)
		return err
	})
	return out, err
}

// everywhere lists the tables and columns of the whole database that hold a text.
func everywhere(i *apptest.Instance, text string) (found []string) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, table := range tables {
			for _, c := range table.Columns {
				if c.Type != db.Text && c.Type != db.JSON && c.Type != db.Bytes {
					continue
				}
				rows, err := tx.Query(ctx, `SELECT "`+c.Name+`" FROM "`+table.Name+`" WHERE "`+c.Name+`" IS NOT NULL`)
				values, err := db.Collect(rows, err, func(r db.Scanner) (v []byte, err error) { err = r.Scan(&v); return v, err })
				if err != nil {
					return err
				}
				for _, v := range values {
					if strings.Contains(strings.ToLower(string(v)), strings.ToLower(text)) {
						found = append(found, table.Name+"."+c.Name)
					}
				}
			}
		}
		return nil
	})
	return found
}

// besides puts the word wherever something stands on a ticket beside its messages: two replies wait, one of
// them held, attention is asked for, the ticket is handed over, and a report to a tracker has failed.
func besides(i *apptest.Instance, by act.Actor, id int64) {
	i.T.Helper()
	i.Clock.Advance(31 * time.Minute) // attention cannot be asked for earlier
	for n, text := range []string{`Change hunter2secret today, not "größe & co".`, "Later: hunter2secret."} {
		if _, err := plan(i, by, id, desk.Wait{Due: i.Clock.Now().Add(time.Duration(n+1) * time.Hour), IfChanged: "send", Said: desk.Submission{Text: text}}); err != nil {
			i.T.Fatal(err)
		}
	}
	doing(i, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE ticket_send SET state = 'held', why = 'It says hunter2secret' WHERE id = (SELECT max(id) FROM ticket_send)`); err != nil {
			return err
		}
		if _, err := i.Desk.AskAttention(ctx, tx, by, id, "timely", "Is hunter2secret in use?"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO issue_report (ticket_id, template_id, tracker_id, project, title, body, labels, confidential, waiting, mark, state, attempts, error, event_id, created, created_by)
			VALUES ($1, 1, 1, 'p', 'hunter2secret fails', 'See hunter2secret', '[]', FALSE, FALSE, 'm1', 'failed', 1, 'hunter2secret is refused', 1, 1, 1)`, id); err != nil {
			return err
		}
		_, err := i.Desk.HandToRegion(ctx, tx, by, id, desk.NewHandover{Kind: desk.HandOn, To: "west", Reason: "hunter2secret leaked", NextStep: "Change hunter2secret"})
		return err
	})
}

func TestARedactedWordIsNowhere(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		agent.Clock = i.Clock.Now
		i.Apply(openAlways + "kind: field\nname: remark\ntitle: Remark\non: ticket\ntype: text\n---\nkind: attention\nname: first\ntitle: Attention\norder: -1\nhours: always\n" +
			"---\nkind: team\nname: west\ntitle: West\n---\nkind: region\nname: west\ntitle: West\norder: 2\ncalendar: always\nteams: [west]\n")
		l := ann
		l.subject = "My token hunter2secret fails"
		l.html = `<p>The token is <b>hunter2</b>secret, see <a href="https://x.example/?t=hunter2secret">here</a>.</p>`
		l.text = "The token is HUNTER2SECRET."
		send(i, l)
		id := tickets(i)[0].ID
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			tk, err := i.Desk.Get(ctx, tx, agent, id)
			if err != nil {
				return err
			}
			if _, err = i.Desk.Update(ctx, tx, agent, id, desk.Edit{Version: tk.Version, Attributes: map[string]any{"remark": "uses hunter2secret"}}); err != nil {
				return err
			}
			return i.Desk.KeepDraft(ctx, tx, agent, id, desk.Submission{Text: "Do not send hunter2secret around."})
		}); err != nil {
			t.Fatal(err)
		}
		reply(i, agent, id, "Please never mail hunter2secret again.", "")
		ours := i.Peer.All()[0].Message()
		send(i, letter{from: ann.from, subject: "Re: x", id: "q@acme.example", text: "Sorry.\n\nOn Monday, Maria wrote:\n> never mail\n> hunter2secret again", answers: &ours})
		besides(i, agent, id)
		for _, table := range []string{"comment.body_text", "outbox.subject", "mail_in.subject", "draft.body", "event_private.data", "ticket.subject", "ticket_send.message", "ticket_send.why",
			"attention.reason", "handover.reason", "handover.next_step", "issue_report.title", "issue_report.body", "issue_report.error"} {
			if !strings.Contains(fmt.Sprint(everywhere(i, "hunter2secret")), table) {
				t.Errorf("the test does not put the word into %s", table)
			}
		}
		in := desk.NewRedaction{TicketID: id, Words: []string{"hunter2secret", `"größe & co"`}}
		_, err := redact(i, agent, in, false)
		refusedAs(t, err, fault.Forbidden)
		plan, err := redact(i, i.Root(), in, true)
		if err != nil || plan.Messages != 4 || plan.Texts != 5 || plan.Originals != 2 || plan.Sent == 0 || plan.Drafts != 1 || !plan.Subject || plan.Attributes != 1 {
			t.Fatalf("it would redact %+v, %v", plan, err)
		}
		if len(everywhere(i, "hunter2secret")) == 0 {
			t.Fatal("a dry run redacted")
		}
		done, err := redact(i, i.Root(), in, false)
		if err != nil {
			t.Fatal(err)
		}
		if done.Messages != plan.Messages || done.Times != plan.Times || done.Values == 0 {
			t.Errorf("planned %+v, did %+v", plan, done)
		}
		var left []string
		for _, where := range append(everywhere(i, "hunter2secret"), everywhere(i, "größe")...) {
			if where != "mail_caught.raw" {
				left = append(left, where)
			}
		}
		if len(left) > 0 {
			t.Errorf("the word still stands in %v", left)
		}
		c := comments(i, id)
		if !strings.Contains(c[0].HTML, "█████████████") && !strings.Contains(c[0].HTML, "<b>███████</b>██████") || strings.Contains(c[0].HTML, "x.example/?t") {
			t.Errorf("the message is %q", c[0].HTML)
		}
		e := event(i, id, desk.TicketRedacted)
		if e == nil || strings.Contains(string(e.Data), "hunter") || !strings.Contains(string(e.Data), `"characters":`) || e.ActorID != i.Root().PersonID {
			t.Errorf("the event tells %s", e.Data)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			found, err := i.Search.Find(ctx, tx, i.Root(), search.Input{Text: "hunter2secret"})
			if err == nil && len(found.Groups) > 0 && len(found.Groups[0].Hits) > 0 {
				t.Errorf("the search finds %+v", found.Groups)
			}
			return err
		})
		_, err = redact(i, i.Root(), in, false)
		refusedAs(t, err, fault.Invalid, "nothing was redacted")
		_, err = redact(i, i.Root(), desk.NewRedaction{TicketID: id, Words: []string{"x"}}, false)
		refusedAs(t, err, fault.Invalid, "2 to 500")
		_, err = redact(i, i.Root(), desk.NewRedaction{TicketID: id}, false)
		refusedAs(t, err, fault.Invalid, "words or files")
		_, err = redact(i, i.Root(), desk.NewRedaction{TicketID: id, CommentID: 999999, Words: []string{"Sorry"}}, false)
		refusedAs(t, err, fault.NotFound)
		before := len(i.Peer.All())
		i.Clock.Advance(2 * time.Hour)
		i.Settle()
		var later string
		for _, m := range i.Peer.All()[before:] {
			later += m.Message().Text
		}
		if !strings.Contains(later, "Change █████████████ today") || strings.Contains(later, "hunter") || strings.Contains(later, "größe") {
			t.Errorf("what was planned left as %q", later)
		}
		i.Verify()
	})
}

func TestARedactedFileIsGoneWithItsCopies(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		raw := "From: Ann <ann@acme.example>\r\nMessage-ID: <f@acme.example>\r\nSubject: A file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere.\r\n" +
			"--b\r\nContent-Type: text/plain; name=secret.txt\r\nContent-Disposition: attachment; filename=secret.txt\r\n\r\nthe private key\r\n--b--\r\n"
		i.Mail("ann@acme.example", apptest.Mailbox, []byte(raw))
		i.Settle()
		id := tickets(i)[0].ID
		c := comments(i, id)[0]
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Split(ctx, tx, i.Root(), id, []int64{c.ID}, "")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(2 * 60 * 60e9) // the bytes are no longer young
		in := desk.NewRedaction{TicketID: id, CommentID: c.ID, Files: []int64{c.Files[0].ID}}
		done, err := redact(i, i.Root(), in, false)
		if err != nil || done.Files != 2 || done.Originals != 1 || len(done.Others) != 1 {
			t.Fatalf("%+v %v", done, err)
		}
		if found := everywhere(i, "the private key"); len(found) > 0 || i.Count(`SELECT count(*) FROM file`) != 0 {
			t.Errorf("the file still stands in %v", found)
		}
		if r := lastReceived(i); r.State != mail.Ticketed {
			t.Errorf("the mail is %+v", r)
		}
		_, err = redact(i, i.Root(), in, false)
		refusedAs(t, err, fault.NotFound)
		i.Verify()
	})
}

func TestAllIncidentsAreAnswered(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		send(i, another)
		send(i, bob)
		all := tickets(i)
		problem := desk.TypeProblem
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error {
			if _, err := i.Desk.Update(ctx, tx, agent, all[0].ID, desk.Edit{Version: all[0].Version, Type: &problem}); err != nil {
				return err
			}
			for _, x := range all[1:] {
				if _, err := i.Desk.LinkProblem(ctx, tx, agent, x.ID, all[0].ID); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		answer := func(by act.Actor, change desk.BatchChange) (b *desk.Batch, err error) {
			err = inTx(i, func(ctx context.Context, tx db.Tx) error {
				b, err = i.Desk.AnswerIncidents(ctx, tx, by, all[0].ID, change, false)
				return err
			})
			return b, err
		}
		watcher := i.Person("olga@company.example", "Olga", "observer")
		_, err := answer(watcher, desk.BatchChange{Status: desk.StatusSolved})
		refusedAs(t, err, fault.Forbidden)
		b, err := answer(agent, desk.BatchChange{Comment: &desk.BatchComment{Text: "Fixed in 2.1, {{requester}}.", Public: true}, Status: desk.StatusPending})
		if err != nil || b.Total != 2 {
			t.Fatalf("%+v %v", b, err)
		}
		for _, x := range all[1:] {
			c := comments(i, x.ID)
			if last := c[len(c)-1]; !last.Public || last.AuthorID != agent.PersonID || !strings.Contains(last.Text, "Fixed in 2.1") || ticket(i, x.ID).Status != desk.StatusPending {
				t.Errorf("incident %d: %+v, %s", x.ID, last, ticket(i, x.ID).Status)
			}
		}
		if n := len(i.Peer.All()); n != 2 {
			t.Errorf("%d mails left", n)
		}
		if _, err := answer(agent, desk.BatchChange{Status: desk.StatusSolved}); err != nil {
			t.Fatal(err)
		}
		if ticket(i, all[2].ID).Status != desk.StatusSolved {
			t.Error("an incident is not solved")
		}
		_, err = answer(agent, desk.BatchChange{Status: desk.StatusSolved})
		refusedAs(t, err, fault.Invalid, "no incident")
	})
}
