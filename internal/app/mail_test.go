package app_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/mail"
)

func TestAReplyToAClosedTicketOpensAFollowUp(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Done.", desk.StatusSolved)
		setStatus(i, agent, id, desk.StatusClosed)
		answered := i.Peer.All()[0].Message()
		send(i, letter{from: ann.from, subject: "Re: x", id: "later@acme.example", answers: &answered, text: "It is back."})
		all := tickets(i)
		if len(all) != 2 || all[0].Status != desk.StatusClosed || all[1].FollowupOf != id || all[1].Status != desk.StatusNew || all[1].Subject != ann.subject {
			t.Fatalf("%d tickets; the last is %+v", len(all), all[len(all)-1])
		}
		if c := comments(i, all[1].ID); len(c) != 1 || !strings.Contains(c[0].Text, "It is back") {
			t.Errorf("the follow-up holds %+v", c)
		}
		if event(i, id, desk.TicketFollowed) == nil || all[1].DueMetric != desk.FirstReply {
			t.Errorf("no link, or no clock: %+v", all[1])
		}
	})
}

func TestOnlySignedIdsAndThoseOfPeopleInvolvedThread(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Hello", "")
		ours := i.Peer.All()[0].Message()
		foreign := mail.Message{MessageID: ann.id}
		forged := mail.Message{MessageID: strings.Replace(ours.MessageID, ".", ".9", 1)}
		for n, c := range []struct {
			why string
			l   letter
			new bool
		}{
			{"the subject alone", letter{from: ann.from, subject: fmt.Sprintf("Re: [#%d] %s", id, ann.subject)}, true},
			{"a stranger who knows the customer's Message-ID", letter{from: "eve@evil.example", subject: "Re: x", answers: &foreign}, true},
			{"a signed id with another number", letter{from: ann.from, subject: "Re: x", answers: &forged}, true},
			{"the customer's own Message-ID by the customer", letter{from: ann.from, subject: "Re: x", answers: &foreign}, false},
			{"our Message-ID, in capitals, by somebody it was forwarded to", letter{from: "bob@acme.example", subject: "Fwd: x", answers: &mail.Message{MessageID: strings.ToUpper(ours.MessageID)}}, false},
			{"an id of ours that is not whole", letter{from: ann.from, subject: "Re: x", answers: &mail.Message{MessageID: ours.MessageID[3:]}}, true},
		} {
			before := len(tickets(i))
			c.l.id, c.l.text, c.l.to = fmt.Sprintf("n%d@customer.example", n), "text", apptest.Mailbox
			send(i, c.l)
			if got := len(tickets(i)) > before; got != c.new {
				t.Errorf("%s: a new ticket: %v, want %v (%+v)", c.why, got, c.new, lastReceived(i))
			}
		}
		// An address with a wrong signature is nobody's: it is refused at the door.
		if err := i.App.Mail.Known(t.Context(), fmt.Sprintf("support+%d.aaaaaaaaaaaaaaaaaaaa@company.example", id)); err == nil {
			t.Error("a reply address with a wrong signature was taken")
		}
	})
}

func TestAColleaguesForgedMailBecomesANote(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Hello", "")
		ours := i.Peer.All()[0].Message()
		mails := len(i.Peer.All())
		send(i, letter{from: "maria@company.example", subject: "Re: x", id: "f@x.example", answers: &ours, text: "Send your password to evil.example"})
		c := comments(i, id)
		if last := c[len(c)-1]; last.Public || !last.Agent {
			t.Errorf("a mail in a colleague's name is %+v", last)
		}
		if n := len(i.Peer.All()); n != mails {
			t.Error("it was sent to the customer")
		}
	})
}

func TestMailThatMachinesWriteSetsNothingInMotion(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Done.", desk.StatusSolved)
		ours := i.Peer.All()[0].Message()
		for n, c := range []struct {
			why     string
			headers map[string]string
			subject string
			from    string
			null    bool // no return address in the envelope
		}{
			{why: "out of office", headers: map[string]string{"Auto-Submitted": "auto-replied"}},
			{why: "out of office by its subject alone", subject: "Automatic reply: pipeline"},
			{why: "precedence", headers: map[string]string{"Precedence": "bulk"}},
			{why: "mailing list", headers: map[string]string{"List-Id": "<dev.acme.example>"}},
			{why: "no return address", null: true},
			{why: "bounce", from: "mailer-daemon@acme.example"},
		} {
			from := ann.from
			if c.from != "" {
				from = c.from
			}
			l := letter{from: from, subject: c.subject, id: fmt.Sprintf("auto%d@acme.example", n), answers: &ours, text: "I am away.", headers: c.headers}
			sender := from
			if c.null {
				sender = ""
			}
			i.Mail(sender, ours.ReplyTo[0].Email, l.raw(t, i.Clock.Now()))
			i.Settle()
			if got := ticket(i, id); got.Status != desk.StatusSolved {
				t.Errorf("%s: the ticket became %s", c.why, got.Status)
				setStatus(i, agent, id, desk.StatusSolved)
			}
			want := mail.Ticketed
			if c.why == "bounce" {
				want = mail.Bounced
			}
			if r := lastReceived(i); r.State != want || r.TicketID != id {
				t.Errorf("%s: the mail is %+v", c.why, r)
			}
		}
		if n := len(tickets(i)); n != 1 {
			t.Errorf("%d tickets", n)
		}
		// Our own mail, come back: with our Message-ID, and with our mark alone.
		for n, raw := range [][]byte{i.Peer.All()[0].Raw, letter{from: ann.from, subject: "x", id: "loop@x.example", text: "x", headers: map[string]string{"X-Steward-Loop": "company.example"}}.raw(t, i.Clock.Now())} {
			i.Mail("x@x.example", apptest.Mailbox, raw)
			i.Settle()
			if r := lastReceived(i); r.State != mail.Ignored || r.Reason == "" {
				t.Errorf("our own mail %d is %+v", n, r)
			}
		}
		// A mail that claims to come from our own mailbox waits for a person.
		send(i, letter{from: apptest.Mailbox, subject: "x", id: "own@x.example", text: "x"})
		if r := lastReceived(i); r.State != mail.Suspended {
			t.Errorf("a mail from our own mailbox is %+v", r)
		}
	})
}

func TestATicketThatAMachineOpenedIsNotSurveyed(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, letter{from: "monitor@acme.example", subject: "Alert", id: "alert@acme.example", text: "disk", headers: map[string]string{"Auto-Submitted": "auto-generated"}})
		setStatus(i, agent, tickets(i)[0].ID, desk.StatusSolved)
		i.Clock.Advance(25 * time.Hour)
		i.Settle()
		if got := i.Peer.All(); len(got) != 0 {
			t.Errorf("a machine was asked how it went: %s", got[0].Message().Subject)
		}
	})
}

func TestASenderWhoSendsTooMuchIsHeldBack(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		const most = 100
		for n := range most + 5 {
			l := ann
			l.id = fmt.Sprintf("many%d@acme.example", n)
			i.Mail(l.from, apptest.Mailbox, l.raw(t, i.Clock.Now()))
		}
		other := ann
		other.from, other.id = "bob@acme.example", "other@acme.example"
		send(i, other)
		states := map[mail.ReceivedState]int{}
		for _, r := range received(i) {
			states[r.State]++
		}
		if states[mail.Ticketed] != most+1 || states[mail.Suspended] != 5 {
			t.Errorf("states: %v", states)
		}
		var held mail.Received
		for _, r := range received(i) {
			if r.State == mail.Suspended {
				held = r
			}
		}
		i.Write(func(ctx context.Context, tx db.Tx) error { return i.App.Mail.Process(ctx, tx, i.Root(), held.ID) })
		i.Settle()
		if n := len(tickets(i)); n != 100 { // the page holds a hundred of 102
			t.Errorf("%d tickets", n)
		}
		if n := i.Count(`SELECT count(*) FROM ticket`); n != most+2 {
			t.Errorf("%d tickets after one was let through", n)
		}
	})
}

func TestTheSameMailTwiceIsOneTicket(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		raw := send(i, ann)
		i.Mail(ann.from, apptest.Mailbox, raw)
		i.Mail(ann.from, apptest.Mailbox, append([]byte("Received: from relay2.acme.example\r\n\tby mx; Mon, 9 Mar 2026 09:00:05 +0000\r\n"), raw...))
		i.Settle()
		if n := len(tickets(i)); n != 1 || len(received(i)) != 1 {
			t.Errorf("%d tickets of %d mails", n, len(received(i)))
		}
	})
}

func TestOneMailToTwoAddressesOfATicketIsOneComment(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply("kind: mailbox\nname: sales\ntitle: Sales\naddress: sales@company.example\noutgoing: { host: mail.company.example }\n")
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Hello", "")
		ours := i.Peer.All()[0].Message()
		l := letter{from: ann.from, subject: "Re: x", id: "both@acme.example", answers: &ours, text: "to both"}
		i.Mail(ann.from, ours.ReplyTo[0].Email+",sales@company.example", l.raw(t, i.Clock.Now()))
		i.Settle()
		if c := comments(i, id); len(c) != 3 || len(tickets(i)) != 1 {
			t.Errorf("%d comments on %d tickets", len(c), len(tickets(i)))
		}
	})
}

func TestWhatCannotBeReadIsKeptAndBlocksNobody(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Mail("x@x.example", apptest.Mailbox, []byte("\r\n\r\n"))
		i.Mail("x@x.example", apptest.Mailbox, []byte("\x00\x01\x02\x03"))
		send(i, ann)
		all := received(i)
		if len(all) != 3 || all[2].State != mail.Ticketed {
			t.Fatalf("received: %+v", all)
		}
		var counts map[string]map[string]db.Count
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			counts, err = i.App.Mail.Counts(ctx, tx, i.Root())
			return err
		})
		if r := all[0]; r.State != mail.Unparsed || r.Reason == "" || counts["received"]["unparsed"] == (db.Count{}) {
			t.Errorf("the mail is %+v; counts %+v", r, counts)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			_, raw, err := i.App.Mail.ReadRaw(ctx, tx, i.Root(), all[0].ID)
			if string(raw) != "\r\n\r\n" {
				t.Errorf("kept as %q", raw)
			}
			return err
		})
	})
}

// hostile are mails that try to break what reads and stores them.
func hostile() map[string][]byte {
	head := "From: Ann <ann@acme.example>\r\nTo: support@company.example\r\nMessage-ID: <h@acme.example>\r\n"
	parts := func(n int) string {
		return "Subject: parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: text/plain; name=\"a.txt\"\r\nContent-Disposition: attachment\r\n\r\nx\r\n", n) + "--b--\r\n"
	}
	pdf := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("%PDF-1.4 ", 1000)))
	return map[string][]byte{
		"NUL in the body":              []byte(head + "Subject: a\r\n\r\nhel\x00lo"),
		"NUL in the subject":           []byte(head + "Subject: a\x00b\r\n\r\nx"),
		"NUL in an encoded word":       []byte(head + "Subject: =?utf-8?q?a=00b?=\r\n\r\nx"),
		"NUL in a name":                []byte("From: =?utf-8?q?A=00nn?= <ann@acme.example>\r\nTo: support@company.example\r\n\r\nx"),
		"bell in a name":               []byte("From: =?utf-8?q?A=07nn?= <ann@acme.example>\r\nTo: support@company.example\r\n\r\nx"),
		"NUL in HTML":                  []byte(head + "Content-Type: text/html\r\n\r\n<p>a\x00b<img src=\"cid:\x00\"></p>"),
		"bytes that are no text":       []byte(head + "Subject: \xff\xfe\r\nX-\xff: y\r\n\r\n\xff\xfe\x80"),
		"NUL in a file name":           []byte(head + "Content-Type: application/pdf; name=\"a\x00b.pdf\"\r\nContent-Disposition: attachment; filename*=utf-8''a%00%0d%0a..%2f..%2fetc%2fpasswd\r\nContent-ID: <\x00\xff>\r\n\r\nx"),
		"NUL in a message id":          []byte("From: ann@acme.example\r\nMessage-ID: <a\x00b\xff@acme.example>\r\nReferences: <c\x00d\xff@x.example>\r\nIn-Reply-To: <\xff@x>\r\n\r\nx"),
		"a header line in another":     []byte(head + "Subject: =?utf-8?q?a=0d=0aBcc:_eve@evil.example?=\r\n\r\nx"),
		"ten thousand parts":           []byte(head + parts(10_000)),
		"a header of a megabyte":       []byte(head + "X-Long: " + strings.Repeat("x", 1<<20) + "\r\nSubject: long\r\n\r\nbody"),
		"a subject of a megabyte":      []byte(head + "Subject: " + strings.Repeat("ü", 1<<19) + "\r\n\r\nbody"),
		"an id of two kilobytes":       []byte("From: ann@acme.example\r\nMessage-ID: <" + strings.Repeat("x", 2000) + "@acme.example>\r\n\r\nx"),
		"many references":              []byte(head + "References: " + strings.Repeat("<r@x.example>\r\n ", 5000) + "\r\n\r\nx"),
		"truncated in a part":          []byte(head + "Subject: cut\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/pdf; name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + pdf[:333]),
		"truncated in the header":      []byte("From: ann@acme.example\r\nSubj"),
		"an address nobody can answer": []byte("From: \"a(b) c\\\\\"@acme.example\r\nSubject: x\r\n\r\nx"),
		"a name of 100 kB":             []byte("From: \"" + strings.Repeat("n", 100_000) + "\" <ann@acme.example>\r\n\r\nx"),
		"nested 200 deep":              []byte(head + nested(200)),
		"no sender":                    []byte("Subject: who\r\n\r\nx"),
		"many senders":                 []byte("From: a@x.example, b@x.example\r\n\r\nx"),
		"HTML of 3 MB":                 []byte(head + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div><b>x</b>", 240_000)),
		"one line of 5 MB":             []byte(head + "\r\n" + strings.Repeat("y", 5<<20)),
	}
}

func nested(n int) string {
	var b strings.Builder
	for k := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", k, k)
	}
	return b.String() + "Content-Type: text/plain\r\n\r\ndeep\r\n"
}

func TestHostileMailIsKeptAndAnswered(t *testing.T) {
	mails := hostile()
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		for name, raw := range mails {
			i.Mail("ann@acme.example", apptest.Mailbox, raw)
			begun := time.Now()
			i.Settle()
			if d := time.Since(begun); d > 10*time.Second {
				t.Errorf("%s took %v", name, d)
			}
			r := lastReceived(i)
			switch r.State {
			case mail.Ticketed:
				got := ticket(i, r.TicketID)
				if strings.ContainsAny(got.Subject, "\r\n\x00\x07") {
					t.Errorf("%s: subject %q", name, got.Subject)
				}
				mails := len(i.Peer.All())
				reply(i, agent, r.TicketID, "Hello", "")
				if n := len(i.Peer.All()); n != mails+1 && name != "an address nobody can answer" {
					t.Errorf("%s: the answer did not leave", name)
				}
			case mail.Suspended, mail.Unparsed:
				if r.Reason == "" {
					t.Errorf("%s: no reason in %+v", name, r)
				}
			default:
				t.Errorf("%s: is %+v; job: %s", name, r, lastJobError(i))
			}
		}
		for _, d := range i.Peer.All() {
			head, _, _ := strings.Cut(string(d.Raw), "\r\n\r\n")
			if strings.Contains(head, "\nBcc:") {
				t.Errorf("a header of the sender's was smuggled in:\n%s", head)
			}
		}
		i.Verify()
	})
}

func lastJobError(i *apptest.Instance) (text string) {
	i.Read(func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COALESCE(max(kind || ': ' || error), '') FROM job WHERE error <> ''`).Scan(&text)
	})
	return text
}

func TestAnAddressThatCannotBeAnsweredIsRefused(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		err := i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Resolve(ctx, tx, i.Root(), `"a(b"@acme.example`, "")
			return err
		})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("an address that no mail can leave for: %v", err)
		}
	})
}

// samples are the mails that other people's modules ship as test data.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, module := range []string{"github.com/jhillyerd/enmime/v2", "github.com/emersion/go-message", "github.com/wneessen/go-mail", "github.com/emersion/go-msgauth"} {
		dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		if err != nil {
			continue
		}
		root := strings.TrimSpace(string(dir))
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (strings.HasSuffix(path, ".raw") || strings.HasSuffix(path, ".eml")) {
				raw, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				out[strings.TrimPrefix(path, root)] = raw
			}
			return err
		})
	}
	if len(out) < 90 {
		t.Fatalf("only %d samples were found", len(out))
	}
	return out
}

func TestMailThatNobodyHereWroteIsNeverLost(t *testing.T) {
	all := samples(t)
	each(t, func(t *testing.T, i *apptest.Instance) {
		sent := map[string]bool{}
		for _, raw := range all {
			i.Mail("someone@customer.example", apptest.Mailbox, raw)
			sent[string(raw)] = true
		}
		i.Settle()
		states := map[mail.ReceivedState]int{}
		for _, r := range received(i) {
			states[r.State]++
			switch {
			case r.State == mail.Accepted:
				t.Errorf("not worked on: %+v; %s", r, lastJobError(i))
			case r.State == mail.Ticketed && (r.TicketID == 0 || r.CommentID == 0):
				t.Errorf("on no ticket: %+v", r)
			case r.State != mail.Ticketed && r.Reason == "":
				t.Errorf("no reason: %+v", r)
			}
		}
		total := 0
		for _, n := range states {
			total += n
		}
		if total > len(sent) || total < len(sent)-5 || states[mail.Ticketed] < len(sent)/2 {
			t.Errorf("%d mails, %d different, became %v", len(all), len(sent), states)
		}
		t.Logf("%d mails: %v", len(all), states)
		// Two of the samples differ from others in what servers write on top alone.
		again := i.Count(`SELECT count(*) FROM events WHERE verb = 'mail.copied'`)
		if n := i.Count(`SELECT count(*) FROM comment`); n+again != states[mail.Ticketed] || again > 2 {
			t.Errorf("%d comments of %d mails, %d of them repeated", n, states[mail.Ticketed], again)
		}
		if n := i.Count(`SELECT count(*) FROM job WHERE state = 'parked' OR error <> ''`); n != 0 {
			t.Errorf("%d jobs failed: %s", n, lastJobError(i))
		}
		for _, tk := range tickets(i) { // every one of them can be shown
			timeline(i, i.Root(), tk.ID)
		}
		i.Verify()
	})
}

// pixel is a picture of one pixel.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func TestPicturesShowAndFilesAreStoredOnce(t *testing.T) {
	mixed := func(id string) []byte {
		return []byte("From: ann@acme.example\r\nMessage-ID: <" + id + "@acme.example>\r\nSubject: pictures\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n" +
			"--o\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n<p>See <img src=\"cid:pic+one$1@x\"> <img src=\"cid:gone\"> <img src=\"http://track.example/p.png\"></p>\r\n" +
			"--r\r\nContent-Type: image/png\r\nContent-ID: <pic+one$1@x>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\n" + pixel + "\r\n--r--\r\n" +
			"--o\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"../../evil.html\"\r\n\r\n<script>alert(1)</script>\r\n--o--\r\n")
	}
	each(t, func(t *testing.T, i *apptest.Instance) {
		server := i.Serve()
		for _, id := range []string{"p1", "p2"} {
			i.Mail("ann@acme.example", apptest.Mailbox, mixed(id))
		}
		i.Settle()
		all := tickets(i)
		if len(all) != 2 {
			t.Fatalf("%d tickets: %+v", len(all), received(i))
		}
		if n := i.Count(`SELECT count(DISTINCT hash) FROM blob_piece`); n != 2 {
			t.Errorf("two files that came twice are stored %d times", n)
		}
		var view struct {
			Items []struct {
				HTML        string
				Attachments []desk.FileView
			}
		}
		call(t, i.Token, http.MethodGet, fmt.Sprintf("%s/api/v1/tickets/%d/timeline", server.URL, all[0].ID), nil, &view)
		c := view.Items[0]
		if len(c.Attachments) != 2 || strings.Contains(c.HTML, "cid:pic") || strings.Contains(c.HTML, ` src="http://track`) {
			t.Fatalf("the message: %+v", c)
		}
		for _, f := range c.Attachments {
			inline := fmt.Sprintf("/api/v1/files/%d/inline", f.ID)
			h, body := download(t, i.Token, server.URL+inline)
			if f.Inline != (f.ContentType == "image/png") || f.Inline != strings.Contains(c.HTML, inline) {
				t.Errorf("%+v in %s", f, c.HTML)
			}
			switch {
			case f.Inline && (h.Get("Content-Type") != "image/png" || !strings.HasPrefix(h.Get("Content-Disposition"), "inline")):
				t.Errorf("the picture comes as %v", h)
			case !f.Inline && (h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment")):
				t.Errorf("the page comes as %v", h)
			case h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox"):
				t.Errorf("unprotected: %v", h)
			}
			if !f.Inline && (f.Filename != "evil.html" || strings.Contains(h.Get("Content-Disposition"), "..") || !strings.Contains(string(body), "alert(1)")) {
				t.Errorf("the file %+v comes as %s: %s", f, h.Get("Content-Disposition"), body)
			}
		}
	})
}

func download(t testing.TB, token, address string) (http.Header, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != 200 {
		t.Fatalf("%s: %d %s", address, res.StatusCode, b)
	}
	return res.Header, b
}

func TestAMailWhoseFateIsUnknownGoesOutWithTheSameBytes(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		i.Peer.Fail(&mail.Result{Outcome: mail.Unknown, Message: "the line went dead"})
		reply(i, agent, id, "Hello", "")
		i.Peer.Fail(nil)
		i.Clock.Advance(time.Minute)
		i.Settle()
		got := i.Peer.All()
		if len(got) != 2 || string(got[0].Raw) != string(got[1].Raw) {
			t.Fatalf("%d mails came, the same: %v", len(got), len(got) == 2 && string(got[0].Raw) == string(got[1].Raw))
		}
		for _, e := range timeline(i, agent, id) {
			if e.Delivery != nil && (!e.Delivery.Uncertain || e.Delivery.State != mail.Sent) {
				t.Errorf("shown as %+v", e.Delivery)
			}
		}
		// One that is refused for good is shown, and can be tried again.
		i.Peer.Fail(&mail.Result{Outcome: mail.Permanent, Code: 550, Message: "no such user"})
		reply(i, agent, id, "Again", "")
		var failed []mail.Out
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			failed, _, err = i.App.Mail.Outbox(ctx, tx, i.Root(), mail.Failed, db.Page{Limit: 10})
			return err
		})
		if len(failed) != 1 || !strings.Contains(failed[0].Error, "no such user") {
			t.Fatalf("refused: %+v", failed)
		}
		i.Peer.Fail(nil)
		i.Write(func(ctx context.Context, tx db.Tx) error { return i.App.Mail.Retry(ctx, tx, i.Root(), failed[0].ID) })
		i.Settle()
		if n := len(i.Peer.All()); n != 3 {
			t.Errorf("%d mails after trying again", n)
		}
	})
}
