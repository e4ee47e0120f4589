package desk

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// perSender is how many mails of one sender become tickets or comments within an hour on a
// node; more are suspended: a loop that hides all its marks looks like this.
const perSender = 100

// intakeTries is how often a received mail is worked on before it is set aside for a person;
// fewer than the queue's own limit, beyond which nobody would hear of it.
const intakeTries = 8

// intake is the job that turns a received mail into a ticket or a comment. Reading the mail
// and storing its files happens outside any transaction; the outcome commits in one.
func (s *Service) intake(ctx context.Context, j job.Job) (job.Finish, error) {
	var args mail.ReceivedArgs
	if err := j.Decode(&args); err != nil {
		return nil, err
	}
	var in mail.Received
	var raw []byte
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		in, raw, err = s.mail.Raw(ctx, tx, args.MailID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if in.State != mail.Accepted {
		return nil, nil // worked on before
	}
	if j.Attempts > intakeTries {
		return func(ctx context.Context, tx db.Tx) error {
			return s.mail.Settle(ctx, tx, in.ID, nil, mail.Unparsed, fmt.Sprintf("It was tried %d times and could not be worked on. The last time: %s", intakeTries, clipRunes(j.Error, 500)), 0, 0)
		}, nil
	}
	m := mail.Parse(raw)
	settle := func(state mail.ReceivedState, reason string) (job.Finish, error) {
		return func(ctx context.Context, tx db.Tx) error {
			return s.mail.Settle(ctx, tx, in.ID, &m, state, reason, 0, 0)
		}, nil
	}
	// A delivered message may carry no trace of its envelope, which says whether anybody wants an answer.
	m.NullSender = m.NullSender || in.EnvelopeFrom == ""
	if m.Unparsable {
		return settle(mail.Unparsed, m.Reason)
	}
	var spec mail.Mailbox
	if box := s.config().Mailbox(in.MailboxID); box != nil {
		spec = box.Spec
	}
	m.Auth = s.mail.Authenticate(ctx, &m, raw, spec.Authserv)
	suspend := func(cause mail.Cause, reason string) (job.Finish, error) {
		return func(ctx context.Context, tx db.Tx) error { return s.mail.Suspend(ctx, tx, in.ID, &m, cause, reason) }, nil
	}
	v := mail.Judge(&m, s.mail.Own, s.mail.Keys())
	switch {
	case v.Action == mail.Ignore:
		return settle(mail.Ignored, v.Reason)
	case v.Bounce:
		b := mail.ParseBounce(&m)
		return func(ctx context.Context, tx db.Tx) error { return s.returned(ctx, tx, in, &m, b) }, nil
	case args.Release: // somebody looked and let it through
	case v.Action == mail.Suspend:
		return suspend(v.Cause, v.Reason)
	default:
		cause, reason, err := s.unwanted(ctx, &m, in, spec)
		if err != nil {
			return nil, err
		}
		if cause != "" {
			return suspend(cause, reason)
		}
		if !s.rate.Allow(m.From.Email) {
			return suspend(mail.CauseMany, fmt.Sprintf("Its sender sent more than %d mails within an hour.", perSender))
		}
	}
	if _, err := directory.CleanEmail("from", m.From.Email); err != nil {
		return suspend(mail.CauseSender, "Its sender's address cannot be answered.")
	}
	if !spec.Answers() {
		return s.noting(ctx, in, &m, v, args.Release)
	}
	msg, err := s.message(ctx, &m, v.Auto)
	if err != nil {
		return nil, err
	}
	a := arrival{Received: in, mail: &m, content: mail.Content(&m, raw), verdict: v, released: args.Release}
	return func(ctx context.Context, tx db.Tx) error { return s.admit(ctx, tx, a, msg) }, nil
}

// unwanted says why a mail is to be set aside: it looks like spam, or its sender is blocked.
func (s *Service) unwanted(ctx context.Context, m *mail.Message, in mail.Received, box mail.Mailbox) (cause mail.Cause, reason string, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		cause, reason, err = s.mail.Unwanted(ctx, tx, m, in.EnvelopeFrom, box)
		return err
	})
	return cause, reason, err
}

// arrival is a received mail that may go on a ticket.
type arrival struct {
	mail.Received
	mail     *mail.Message
	content  []byte // what the same mail has in common, whichever way it came
	verdict  mail.Verdict
	released bool // somebody let it through
}

// returned records a report about a mail of ours. It opens no ticket and reopens none,
// whatever it says.
func (s *Service) returned(ctx context.Context, tx db.Tx, in mail.Received, m *mail.Message, b mail.Bounce) error {
	o, ok, err := s.mail.Outgoing(ctx, tx, b, mail.Threading(m, s.mail.Keys(), strings.Split(in.EnvelopeTo, ",")...))
	if err != nil {
		return err
	}
	aside := false
	if ok && o.CommentID == 0 {
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM side_mail WHERE outbox_id = $1)`, o.ID).Scan(&aside); err != nil {
			return err
		}
	}
	if !ok {
		return s.mail.Settle(ctx, tx, in.ID, m, mail.Bounced, "It reports a mail that did not arrive, but not one that is known here.", 0, 0)
	}
	var requester int64
	if o.TicketID != 0 {
		t, err := s.load(ctx, tx, o.TicketID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil {
			requester = t.RequesterID
		}
	}
	by := act.Actor{Kind: act.Mail, Clock: s.clock, Generation: s.config().Generation}
	who := func(address string) (int64, error) {
		if len(o.Recipients) < 2 && !aside {
			return requester, nil
		}
		p, _, err := s.directory.ByEmail(ctx, tx, address) // one of the copies, perhaps
		return p.ID, err
	}
	if err := s.mail.Bounced(ctx, tx, by, in.ID, o, b, who); err != nil {
		return err
	}
	return s.mail.Settle(ctx, tx, in.ID, m, mail.Bounced, "It reports on a mail of this ticket.", o.TicketID, 0)
}

// storeFiles stores the content of a mail's files, of the first maxFiles.
func (s *Service) storeFiles(ctx context.Context, m *mail.Message) (out []Attachment, err error) {
	for _, a := range m.Attachments[:min(len(m.Attachments), maxFiles)] {
		blob, err := s.files.PutBytes(ctx, a.Data, s.clock())
		if err != nil {
			return nil, err
		}
		out = append(out, Attachment{Blob: blob, Filename: a.Filename, ContentID: a.ContentID, Inline: a.Inline && strings.HasPrefix(blob.ContentType, "image/")})
	}
	return out, nil
}

// message makes of a mail what is stored on a ticket; its files are stored first.
func (s *Service) message(ctx context.Context, m *mail.Message, automatic bool) (Message, error) {
	out := Message{Public: true, Channel: "mail", MessageID: m.MessageID, Automatic: automatic}
	var err error
	if out.Files, err = s.storeFiles(ctx, m); err != nil {
		return out, err
	}
	cids := map[string]string{}
	for _, f := range out.Files {
		if f.ContentID != "" {
			cids[f.ContentID] = cidURL(f.ContentID)
		}
	}
	if m.HTML != "" {
		fresh, quoted := mail.SplitQuotedHTML(m.HTML)
		clean := mail.SanitiseOptions{KeepRemote: true, CID: func(id string) (string, bool) { u, ok := cids[id]; return u, ok }}
		out.HTML, out.QuotedHTML = mail.SanitiseWith(fresh, clean).HTML, mail.SanitiseWith(quoted, clean).HTML
		out.Text = m.Text
		if out.Text == "" {
			out.Text = mail.HTMLToText(fresh)
		}
	} else {
		fresh, quoted := mail.SplitQuoted(m.Text)
		out.HTML, out.QuotedHTML, out.Text = plainHTML(fresh), plainHTML(quoted), strings.TrimSpace(strings.ReplaceAll(fresh, "\r\n", "\n"))
	}
	if len(m.Problems) > 0 {
		out.Problems = m.Problems
	}
	return out, nil
}

// PlainMessage is a message of plain text.
func PlainMessage(text string) Message {
	return Message{Text: strings.TrimSpace(text), HTML: plainHTML(text)}
}

// plainHTML shows plain text as it was written.
func plainHTML(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	var b strings.Builder
	for _, para := range strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n "), "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(para), "\n", "<br>") + "</p>")
	}
	return b.String()
}

// admit puts a read mail on its ticket, or opens one. A mail that came for several mailboxes
// is there once; the others are noted.
func (s *Service) admit(ctx context.Context, tx db.Tx, a arrival, msg Message) error {
	by := act.Actor{Kind: act.Mail, Clock: s.clock, Generation: s.config().Generation,
		Grants: []act.Grant{{Action: "*", Kind: "ticket", Scope: act.Own}}}
	first, ticket, comment, err := s.mail.Once(ctx, tx, a.ID, a.content)
	if err != nil {
		return err
	}
	if !first {
		return s.repeated(ctx, tx, by, a, ticket, comment)
	}
	m := a.mail
	sender, err := s.directory.Resolve(ctx, tx, by, m.From.Email, m.From.Name)
	if err != nil {
		return err
	}
	if !sender.Suspended.IsZero() && !a.released {
		return s.mail.Suspend(ctx, tx, a.ID, m, mail.CausePerson, fmt.Sprintf("Its sender, person %d, is suspended.", sender.ID))
	}
	by.PersonID, by.OrganizationID = sender.ID, sender.OrganizationID
	msg.AuthorID = sender.ID
	if t, side, err := s.sideOf(ctx, tx, a, sender); err != nil || side != nil {
		if err == nil {
			err = s.answerSide(ctx, tx, by, a, t, side, msg, sender)
		}
		if err == nil {
			err = s.mail.Placed(ctx, tx, a.content, t.ID, 0)
		}
		if err != nil {
			return err
		}
		return s.mail.Settle(ctx, tx, a.ID, m, mail.Ticketed, strings.Join(msg.Problems, " "), t.ID, 0)
	}
	t, c, err := s.place(ctx, tx, by, a, &msg, sender)
	if d := refusedBy(err); d != nil {
		return s.turnAway(ctx, tx, by, a, sender, *d)
	}
	if errors.Is(err, errNowhere) {
		return s.mail.Suspend(ctx, tx, a.ID, m, mail.CauseNowhere, "It is an automatic answer that belongs to no ticket.")
	}
	if err != nil {
		return err
	}
	if err := s.mail.Placed(ctx, tx, a.content, t.ID, c.ID); err != nil {
		return err
	}
	return s.mail.Settle(ctx, tx, a.ID, m, mail.Ticketed, strings.Join(msg.Problems, " "), t.ID, c.ID)
}

// errNowhere says that a mail is on no ticket and opens none.
var errNowhere = errors.New("the mail belongs to no ticket")

// repeated notes that a mail came to another mailbox, too.
func (s *Service) repeated(ctx context.Context, tx db.Tx, by act.Actor, a arrival, ticket, comment int64) error {
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: mail.MailCopied, Subject: ledger.Ref{Kind: "ticket", ID: ticket},
		Data: map[string]any{"mail": a.ID, "mailbox_id": a.MailboxID, "comment": comment}})
	if err != nil {
		return err
	}
	return s.mail.Settle(ctx, tx, a.ID, a.mail, mail.Ticketed, "It came for several addresses and is on this ticket once.", ticket, comment)
}

func clipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
