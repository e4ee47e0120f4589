package desk

import (
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
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
	authserv := ""
	if box := s.config().Mailbox(in.MailboxID); box != nil {
		authserv = box.Spec.Authserv
	}
	m.Auth = s.mail.Authenticate(ctx, &m, raw, authserv)
	v := mail.Judge(&m, s.mail.Own, s.mail.Keys())
	switch {
	case v.Action == mail.Ignore:
		return settle(mail.Ignored, v.Reason)
	case v.Bounce:
		b := mail.ParseBounce(&m)
		return func(ctx context.Context, tx db.Tx) error { return s.returned(ctx, tx, in, &m, b) }, nil
	case args.Release: // somebody looked and let it through
	case v.Action == mail.Suspend:
		return settle(mail.Suspended, v.Reason)
	case !s.rate.Allow(m.From.Email):
		return settle(mail.Suspended, fmt.Sprintf("Its sender sent more than %d mails within an hour.", perSender))
	}
	if _, err := directory.CleanEmail("from", m.From.Email); err != nil {
		return settle(mail.Suspended, "Its sender's address cannot be answered.")
	}
	msg, err := s.message(ctx, &m, v.Auto)
	if err != nil {
		return nil, err
	}
	a := arrival{Received: in, mail: &m, content: mail.Content(&m, raw), verdict: v, released: args.Release}
	return func(ctx context.Context, tx db.Tx) error { return s.admit(ctx, tx, a, msg) }, nil
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
		if len(o.Recipients) < 2 {
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

// message makes of a mail what is stored on a ticket; its files are stored first.
func (s *Service) message(ctx context.Context, m *mail.Message, automatic bool) (Message, error) {
	out := Message{Public: true, Channel: "mail", MessageID: m.MessageID, Automatic: automatic}
	cids := map[string]string{}
	for _, a := range m.Attachments {
		if len(out.Files) == maxFiles {
			break
		}
		blob, err := s.files.PutBytes(ctx, a.Data, s.clock())
		if err != nil {
			return out, err
		}
		out.Files = append(out.Files, Attachment{Blob: blob, Filename: a.Filename, ContentID: a.ContentID, Inline: a.Inline && strings.HasPrefix(blob.ContentType, "image/")})
		if a.ContentID != "" {
			cids[a.ContentID] = cidURL(a.ContentID)
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
		return s.mail.Settle(ctx, tx, a.ID, m, mail.Suspended, fmt.Sprintf("Its sender, person %d, is suspended.", sender.ID), 0, 0)
	}
	by.PersonID, by.OrganizationID = sender.ID, sender.OrganizationID
	msg.AuthorID = sender.ID
	t, c, err := s.place(ctx, tx, by, a, &msg, sender)
	if errors.Is(err, errNowhere) {
		return s.mail.Settle(ctx, tx, a.ID, m, mail.Suspended, "It is an automatic answer that belongs to no ticket.", 0, 0)
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

// place finds the ticket a mail belongs to and adds to it; without one it opens a ticket.
// Only a signed address or id of ours leads to a ticket, or the id of an earlier mail of
// the same ticket when the sender is part of it, and their address is not found to be
// forged. The subject never does.
func (s *Service) place(ctx context.Context, tx db.Tx, by act.Actor, a arrival, msg *Message, sender directory.Person) (*Ticket, *Comment, error) {
	candidates := mail.Threading(a.mail, s.mail.Keys(), strings.Split(a.EnvelopeTo, ",")...)
	signed := len(candidates)
	if a.mail.Auth.Verdict != mail.Unverified {
		known, err := s.byMessageID(ctx, tx, a.mail)
		if err != nil {
			return nil, nil, err
		}
		candidates = append(candidates, known...)
	}
	for i, id := range candidates {
		t, err := s.load(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		involved, err := s.involved(ctx, tx, t, sender.ID)
		if err != nil {
			return nil, nil, err
		}
		if !involved && i >= signed {
			continue // anybody can write a foreign id into a mail
		}
		outsider := false
		if !sender.Agent {
			if outsider, err = s.outside(ctx, tx, t, sender.ID); err != nil {
				return nil, nil, err
			}
		}
		if outsider && t.Status == StatusClosed {
			continue // nobody would look at it there
		}
		if outsider {
			// The address or id was passed on to them. What they say is for colleagues to judge.
			msg.Public, msg.Outsider = false, true
		}
		if sender.Agent && t.RequesterID != sender.ID {
			// A sender's address can be forged, so mail never speaks to a customer in a
			// colleague's name: it becomes an internal note.
			msg.Agent, msg.Public = true, false
		}
		// Whoever holds a signed address was given it by somebody on the ticket.
		by.Grants = []act.Grant{{Action: "*", Kind: "ticket", Scope: act.All}}
		copies, colleagues, err := s.copied(ctx, tx, by, a, sender, msg)
		if err != nil {
			return nil, nil, err
		}
		t, c, err := s.Reply(ctx, tx, by, id, *msg, "")
		if err != nil || outsider {
			return t, c, err
		}
		return t, c, s.copy(ctx, tx, by, t, copies, colleagues)
	}
	if a.verdict.Answer && !a.released {
		return nil, nil, errNowhere
	}
	box := s.config().Mailbox(a.MailboxID)
	n := NewTicket{Subject: a.mail.Subject, Requester: sender, Channel: "mail", MailboxID: a.MailboxID}
	if box != nil {
		n.TeamID, n.BrandID = box.TeamID, box.BrandID
	}
	n.Subject = clipRunes(n.Subject, maxSubject)
	copies, colleagues, err := s.copied(ctx, tx, by, a, sender, msg)
	if err != nil {
		return nil, nil, err
	}
	n.Message, n.Copies = *msg, copies
	t, c, err := s.Create(ctx, tx, by, n)
	if err != nil {
		return nil, nil, err
	}
	return t, c, s.copy(ctx, tx, by, t, nil, colleagues)
}

// outside reports whether somebody who writes to a ticket is not on it: not its requester, not
// copied, and nobody who wrote to it publicly before.
func (s *Service) outside(ctx context.Context, tx db.Tx, t *Ticket, personID int64) (bool, error) {
	if personID == t.RequesterID || slices.Contains(t.People.Copies, personID) {
		return false, nil
	}
	wrote, err := s.wrote(ctx, tx, t.ID, personID, "public = TRUE")
	return !wrote, err
}

func clipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// byMessageID finds tickets by ids of earlier mails that the mail refers to.
func (s *Service) byMessageID(ctx context.Context, tx db.Tx, m *mail.Message) ([]int64, error) {
	var ids []any
	for _, id := range append([]string{m.InReplyTo}, m.References...) {
		if id != "" && len(ids) < 50 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	w := (&db.Where{}).In("message_id", ids)
	rows, err := tx.Query(ctx, `SELECT DISTINCT ticket_id FROM message_ref WHERE `+w.SQL()+` ORDER BY ticket_id DESC LIMIT 20`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// involved reports whether a person is part of a ticket: requester, assignee, copied, following or author.
func (s *Service) involved(ctx context.Context, tx db.Tx, t *Ticket, personID int64) (yes bool, err error) {
	if personID == t.RequesterID || personID == t.AssigneeID || slices.Contains(t.People.Copies, personID) || slices.Contains(t.People.Followers, personID) {
		return true, nil
	}
	return s.wrote(ctx, tx, t.ID, personID, "1 = 1")
}

// wrote reports whether a person wrote some of a ticket's messages.
func (s *Service) wrote(ctx context.Context, tx db.Tx, ticketID, personID int64, which string) (yes bool, err error) {
	all, err := s.directory.AliasesOf(ctx, tx, personID) // what they wrote under an earlier record is theirs
	if err != nil {
		return false, err
	}
	w := (&db.Where{}).And("ticket_id = ?", ticketID).And(which)
	authors := []any{personID}
	for _, id := range all {
		authors = append(authors, id)
	}
	w.In("author_id", authors)
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM comment WHERE `+w.SQL()+`)`, w.Args()...).Scan(&yes)
	return yes, err
}
