package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	msgmail "github.com/emersion/go-message/mail"
	"github.com/jhillyerd/enmime/v2"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// each runs a test on a fresh instance on each engine.
func each(t *testing.T, test func(t *testing.T, i *apptest.Instance)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { test(t, apptest.New(t, apptest.Options(t, e))) })
	}
}

// letter is a mail as a customer's program writes it.
type letter struct {
	from, name, to, subject, id, text, html string
	answers                                 *mail.Message // what it answers
	headers                                 map[string]string
}

// raw writes the letter with go-message, a mail library that knows nothing of us.
func (l letter) raw(t testing.TB, at time.Time) []byte {
	t.Helper()
	var h msgmail.Header
	h.SetDate(at)
	h.SetAddressList("From", []*msgmail.Address{{Name: l.name, Address: l.from}})
	to := l.to
	if to == "" {
		to = apptest.Mailbox
	}
	if l.answers != nil {
		if len(l.answers.ReplyTo) > 0 && l.to == "" {
			to = l.answers.ReplyTo[0].Email
		}
		h.SetMsgIDList("In-Reply-To", []string{l.answers.MessageID})
		h.SetMsgIDList("References", append(slices.Clone(l.answers.References), l.answers.MessageID))
	}
	h.SetAddressList("To", []*msgmail.Address{{Address: to}})
	h.SetSubject(l.subject)
	if l.id != "" {
		h.SetMessageID(l.id)
	}
	for k, v := range l.headers {
		h.Set(k, v)
	}
	var b bytes.Buffer
	w, err := msgmail.CreateInlineWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ kind, body string }{{"text/plain", l.text}, {"text/html", l.html}} {
		if p.body == "" {
			continue
		}
		var ph msgmail.InlineHeader
		ph.SetContentType(p.kind, map[string]string{"charset": "utf-8"})
		pw, err := w.CreatePart(ph)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(pw, p.body); err != nil {
			t.Fatal(err)
		}
		pw.Close()
	}
	w.Close()
	return b.Bytes()
}

// send hands a letter in and works on it.
func send(i *apptest.Instance, l letter) []byte {
	i.T.Helper()
	raw := l.raw(i.T, i.Clock.Now())
	to := l.to
	if to == "" {
		to = apptest.Mailbox
		if l.answers != nil && len(l.answers.ReplyTo) > 0 {
			to = l.answers.ReplyTo[0].Email
		}
	}
	i.Mail(l.from, to, raw)
	i.Settle()
	return raw
}

// tickets are all tickets, oldest first.
func tickets(i *apptest.Instance) (out []*desk.Ticket) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, _, err = i.Desk.List(ctx, tx, i.Root(), desk.Filter{Sort: "created"}, db.Page{Limit: 100})
		return err
	})
	slices.SortFunc(out, func(a, b *desk.Ticket) int { return int(a.ID - b.ID) })
	return out
}

func ticket(i *apptest.Instance, id int64) (t *desk.Ticket) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		t, err = i.Desk.Get(ctx, tx, i.Root(), id)
		return err
	})
	return t
}

// timeline are a ticket's entries as somebody sees them.
func timeline(i *apptest.Instance, by act.Actor, id int64) (out []desk.Entry) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, _, err = i.Desk.Timeline(ctx, tx, by, id, 0)
		return err
	})
	return out
}

func comments(i *apptest.Instance, id int64) (out []*desk.Comment) {
	i.T.Helper()
	for _, e := range timeline(i, i.Root(), id) {
		if e.Comment != nil {
			out = append(out, e.Comment)
		}
	}
	return out
}

// verbs are what happened to a ticket, in order.
func events(i *apptest.Instance, id int64) (out []ledger.Event) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = i.Ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: id}, 0, 500)
		return err
	})
	return out
}

func event(i *apptest.Instance, id int64, verb string) *ledger.Event {
	for _, e := range events(i, id) {
		if e.Verb == verb {
			return &e
		}
	}
	return nil
}

// clocks are a ticket's clocks, oldest first.
func clocks(i *apptest.Instance, id int64) (out []*desk.Clock) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) { out, err = i.Desk.Clocks(ctx, tx, id); return err })
	return out
}

// reply answers a ticket as an agent does and lets the mail leave.
func reply(i *apptest.Instance, by act.Actor, id int64, text string, status desk.Status) *desk.Ticket {
	i.T.Helper()
	var t *desk.Ticket
	html, plain := mail.FromMarkdown(text)
	i.Write(func(ctx context.Context, tx db.Tx) (err error) {
		t, _, err = i.Desk.Reply(ctx, tx, by, id, desk.Message{Agent: true, Public: true, Channel: "web", Text: plain, HTML: html}, status)
		return err
	})
	i.Settle()
	return t
}

func setStatus(i *apptest.Instance, by act.Actor, id int64, to desk.Status) {
	i.T.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) error {
		t, err := i.Desk.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		_, err = i.Desk.Update(ctx, tx, by, id, desk.Edit{Version: t.Version, Status: &to})
		return err
	})
	i.Settle()
}

// received are the states of all mail that came in, oldest first.
func received(i *apptest.Instance) (out []mail.Received) {
	i.T.Helper()
	for cursor := ""; ; {
		i.Read(func(ctx context.Context, tx db.Tx) error {
			list, next, err := i.App.Mail.Received(ctx, tx, i.Root(), "", db.Page{Limit: 100, Cursor: cursor})
			out, cursor = append(out, list...), next
			return err
		})
		if cursor == "" {
			slices.Reverse(out)
			return out
		}
	}
}

func lastReceived(i *apptest.Instance) mail.Received {
	i.T.Helper()
	all := received(i)
	return all[len(all)-1]
}

var ann = letter{from: "ann@acme.example", name: "Ann Ames", subject: "The pipeline is stuck", id: "first@acme.example", text: "Hello,\n\nit hangs since this morning.\n"}

func TestTheWholeJob(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria Silva", "agent")
		server := i.Serve()

		// A mail becomes a ticket with a clock.
		send(i, ann)
		all := tickets(i)
		if len(all) != 1 {
			t.Fatalf("%d tickets; the mail is %+v", len(all), lastReceived(i))
		}
		tk := all[0]
		if tk.Subject != ann.subject || tk.Status != desk.StatusNew || tk.Channel != "mail" || tk.TeamID == 0 || tk.BrandID == 0 || tk.MailboxID == 0 {
			t.Errorf("the ticket: %+v", tk)
		}
		// Twenty hours of office hours (8 to 18, Amsterdam) from Monday 10:00: Wednesday 10:00.
		due := time.Date(2026, 3, 11, 9, 0, 0, 0, time.UTC)
		if tk.DueMetric != desk.FirstReply || !tk.Due.Equal(due) {
			t.Errorf("due %v %s, want %v", tk.Due, tk.DueMetric, due)
		}

		// An agent answers; the customer gets it in their own thread.
		i.Clock.Advance(time.Hour)
		reply(i, agent, tk.ID, "We are **looking** into it.", "")
		sent := i.Peer.All()
		if len(sent) != 1 {
			t.Fatalf("%d mails reached the customer", len(sent))
		}
		first := sent[0].Message()
		if first.InReplyTo != ann.id || !slices.Equal(first.References, []string{ann.id}) {
			t.Errorf("In-Reply-To %q, References %q", first.InReplyTo, first.References)
		}
		if first.From.Email != apptest.Mailbox || !strings.Contains(first.From.Name, "Maria Silva") || first.Subject != "Re: "+ann.subject {
			t.Errorf("From %v, Subject %q", first.From, first.Subject)
		}
		if len(first.ReplyTo) != 1 || len(sent[0].To) != 1 || sent[0].To[0] != ann.from || sent[0].From != first.ReplyTo[0].Email {
			t.Fatalf("Reply-To %v, envelope %s → %v", first.ReplyTo, sent[0].From, sent[0].To)
		}
		if id, ok := mail.ParseReplyAddress(first.ReplyTo[0].Email, i.App.Mail.Keys()); !ok || id != tk.ID {
			t.Errorf("Reply-To %s leads to ticket %d", first.ReplyTo[0].Email, id)
		}
		if ref, ok := mail.ParseMessageID(first.MessageID, i.App.Mail.Keys()); !ok || ref.TicketID != tk.ID {
			t.Errorf("Message-ID %s leads to %+v", first.MessageID, ref)
		}
		if !strings.Contains(first.HTML, "<strong>looking</strong>") || !strings.Contains(first.Text, "looking") {
			t.Errorf("text %q, HTML %q", first.Text, first.HTML)
		}
		if got := ticket(i, tk.ID); got.Status != desk.StatusOpen || !got.Due.IsZero() {
			t.Errorf("after the reply: %+v", got)
		}
		if c := clocks(i, tk.ID); len(c) != 1 || c[0].State != desk.Met || c[0].Used != time.Hour {
			t.Errorf("clocks after the reply: %+v", c[0])
		}

		// The customer answers twice: once by the address, once by References alone.
		reply(i, agent, tk.ID, "Solved?", desk.StatusSolved)
		i.Clock.Advance(time.Hour)
		send(i, letter{from: ann.from, name: ann.name, subject: "Re: " + ann.subject, id: "second@acme.example", answers: &first,
			text: "No, it still hangs.\n\nOn Monday, Maria wrote:\n> We are looking into it.\n"})
		got := ticket(i, tk.ID)
		if len(tickets(i)) != 1 || got.Status != desk.StatusOpen || got.DueMetric != desk.NextReply {
			t.Fatalf("after the answer there are %d tickets, and this one is %+v; the mail is %+v", len(tickets(i)), got, lastReceived(i))
		}
		c := comments(i, tk.ID)
		if last := c[len(c)-1]; last.Text != "No, it still hangs." && !strings.HasPrefix(last.Text, "No, it still hangs.") || !strings.Contains(last.QuotedHTML, "looking into it") || strings.Contains(last.HTML, "looking into it") {
			t.Errorf("the answer is %+v", last)
		}
		part, err := enmime.Builder().From(ann.name, ann.from).To("", apptest.Mailbox).Subject("something else entirely").
			Header("Message-ID", "<third@acme.example>").Header("In-Reply-To", "<"+first.MessageID+">").Header("References", "<"+first.MessageID+">").
			Text([]byte("And now it is slow.")).Build()
		must(t, err)
		var b bytes.Buffer
		must(t, part.Encode(&b))
		i.Mail(ann.from, apptest.Mailbox, b.Bytes())
		i.Settle()
		if n := len(tickets(i)); n != 1 {
			t.Fatalf("an answer by References alone opened another: %d tickets", n)
		}

		// Nobody answers: the breach is told at the very moment the promise was due.
		nextDue := got.Due
		if want := time.Date(2026, 3, 11, 11, 0, 0, 0, time.UTC); !nextDue.Equal(want) { // 20 office hours from Monday 12:00
			t.Errorf("the next reply is due %v, want %v", nextDue, want)
		}
		i.Clock.Set(nextDue.Add(-time.Microsecond))
		i.Settle()
		if event(i, tk.ID, desk.ClockBreached) != nil {
			t.Error("breached a microsecond early")
		}
		i.Clock.Set(nextDue.Add(7 * time.Minute)) // whoever looks late
		i.Settle()
		if e := event(i, tk.ID, desk.ClockBreached); e == nil || !e.At.Equal(nextDue) {
			t.Errorf("the breach is %+v, want it at %v", e, nextDue)
		}
		if got := ticket(i, tk.ID); got.DueState != desk.Breached {
			t.Errorf("the ticket does not show the breach: %+v", got)
		}

		// Solved; a day later the customer is asked.
		reply(i, agent, tk.ID, "Fixed for good.", desk.StatusSolved)
		mails := len(i.Peer.All())
		i.Clock.Advance(24*time.Hour - time.Second)
		i.Settle()
		if n := len(i.Peer.All()); n != mails {
			t.Fatal("asked too early")
		}
		i.Clock.Advance(time.Second)
		i.Settle()
		if n := len(i.Peer.All()); n != mails+1 {
			t.Fatalf("%d mails after a day, want one more than %d", n, mails)
		}
		survey := i.Peer.All()[mails].Message()
		if survey.AutoSubmitted == "" || survey.AutoSubmitted == "no" {
			t.Errorf("the survey does not say that a machine sent it: Auto-Submitted %q", survey.AutoSubmitted)
		}
		link := regexp.MustCompile(`https://desk\.company\.example(/portal/survey/[A-Za-z0-9._-]+)`).FindStringSubmatch(survey.HTML)
		if link == nil {
			t.Fatalf("no link in the survey: %s", survey.HTML)
		}

		// Opening the link records nothing; sending the form does, and the indicator moves.
		for _, q := range []string{"", "?score=2"} {
			status, _, body := page(t, http.MethodGet, server.URL+link[1]+q, nil)
			if status != 200 || !strings.Contains(body, ann.subject) {
				t.Fatalf("the survey's page: %d %s", status, body)
			}
		}
		i.Settle()
		if event(i, tk.ID, "survey.answered") != nil {
			t.Fatal("opening the link recorded an answer")
		}
		if v := indicator(t, i, server.URL); v.Denominator != 0 {
			t.Fatalf("the indicator moved by opening the link: %+v", v)
		}
		for _, a := range []struct{ score, numerator int }{{2, 0}, {7, 1}} { // the second corrects the first
			status, _, body := page(t, http.MethodPost, server.URL+link[1], url.Values{"score": {fmt.Sprint(a.score)}, "remark": {"Quick & <b>kind</b>"}})
			if status != 200 || !strings.Contains(body, "Thank you") {
				t.Fatalf("answering: %d %s", status, body)
			}
			i.Settle()
			if v := indicator(t, i, server.URL); v.Denominator != 1 || int(v.Numerator) != a.numerator {
				t.Fatalf("the indicator after %d: %+v", a.score, v)
			}
		}
		var records struct {
			Items []struct {
				ID    int64
				Title string
				Good  bool
			}
			Count int
		}
		call(t, i.Token, http.MethodGet, server.URL+"/api/v1/indicators/satisfaction/records?part=numerator", nil, &records)
		if len(records.Items) != 1 || records.Items[0].ID != tk.ID || records.Items[0].Title != ann.subject || !records.Items[0].Good || records.Count != 1 {
			t.Errorf("the records behind the indicator: %+v", records)
		}
		i.Verify()
	})
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// page opens or posts a public page.
func page(t testing.TB, method, address string, form url.Values) (status int, h http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	must(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, res.Header, string(b)
}

// call calls the API with a token.
func call(t testing.TB, token, method, address string, in, out any) int {
	t.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		must(t, err)
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatalf("%s %s: %d %s: %v", method, address, res.StatusCode, b, err)
		}
	}
	return res.StatusCode
}

type figure struct {
	Name                   string
	Numerator, Denominator float64
}

func indicator(t testing.TB, i *apptest.Instance, base string) figure {
	t.Helper()
	var list struct{ Items []figure }
	call(t, i.Token, http.MethodGet, base+"/api/v1/indicators", nil, &list)
	for _, f := range list.Items {
		if f.Name == "satisfaction" {
			return f
		}
	}
	t.Fatalf("no indicator: %+v", list)
	return figure{}
}
