package desk

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/file"
	"steward/internal/mail"
)

// maxMailed is how many bytes of files leave with one mail; larger ones are listed by name
// and stay on the ticket.
const maxMailed = 20 << 20

// send queues an agent's public message as one mail to the requester, with copies to the people
// given, in the ticket's thread. A ticket without a mailbox, or people without an address, get none.
// automatic says that no person wrote it.
func (s *Service) send(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, c *Comment, copies []int64, automatic bool) error {
	people, err := s.directory.Names(ctx, tx, append([]int64{t.RequesterID, c.AuthorID}, copies...))
	if err != nil {
		return err
	}
	cc, err := s.copyAddresses(ctx, tx, t, copies, people)
	if err != nil {
		return err
	}
	out := mail.Outgoing{Cc: cc, HTML: c.HTML, Text: c.Text, Date: by.Now(), Automatic: automatic}
	if err := s.enclose(ctx, tx, &out, c.Files, "your request"); err != nil {
		return err
	}
	return s.mailOut(ctx, tx, by, t, []mail.Address{{Name: people[t.RequesterID].Name, Email: people[t.RequesterID].Email}}, people[c.AuthorID].Name, out,
		mail.MessageRef{TicketID: t.ID, CommentID: c.ID})
}

// enclose adds files to a mail, up to the size that one may have. What does not fit is named, and where it is kept.
func (s *Service) enclose(ctx context.Context, tx db.Tx, out *mail.Outgoing, files []CommentFile, with string) error {
	left := 0
	for _, f := range files {
		if left += int(f.Size); left > maxMailed {
			note := fmt.Sprintf("[%s, %s, is too large for mail and is kept with %s.]", f.Filename, file.Bytes(f.Size), with)
			out.Text += "\n\n" + note
			if out.HTML != "" { // most programs show this part alone
				out.HTML += "<p>" + html.EscapeString(note) + "</p>"
			}
			continue
		}
		var data bytes.Buffer
		if err := s.files.CopyIn(ctx, tx, &data, f.Hash); err != nil {
			return err
		}
		out.Attachments = append(out.Attachments, mail.Attachment{Filename: f.Filename, ContentType: f.ContentType, Data: data.Bytes()})
	}
	return nil
}

// mailOut completes a mail about a ticket and puts it into the outbox. People without an
// address are left out. Its subject is the ticket's, unless it has one of its own.
func (s *Service) mailOut(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, to []mail.Address, sender string, out mail.Outgoing, ref mail.MessageRef) error {
	box := s.config().Mailbox(t.MailboxID)
	to = slices.DeleteFunc(to, func(a mail.Address) bool { return a.Email == "" })
	if len(to) == 0 {
		to, out.Cc = out.Cc, nil // the requester has no address
	}
	if box == nil || len(to) == 0 {
		return nil
	}
	reply, err := mail.ReplyAddress(box.Spec.Address, t.ID, s.mail.Keys())
	if err != nil {
		return err
	}
	thread, err := s.thread(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	_, domain := splitAddress(box.Spec.Address)
	if out.Subject == "" {
		out.Subject = replySubject(t.Subject)
	}
	id, err := s.post(ctx, tx, by, t, box, to, sender, out, letterhead{reply: reply, id: mail.MessageID(ref, domain, s.mail.Keys()), thread: thread, comment: ref.CommentID})
	if err == nil && id != 0 && ref.CommentID != 0 {
		known(tx, t.ID).sent = &mail.Out{ID: id, State: mail.Queued, NotBefore: by.Now(), TicketID: t.ID, CommentID: ref.CommentID}
	}
	return err
}

// letterhead is what leads answers to a mail back to where it belongs.
type letterhead struct {
	reply   string   // address
	id      string   // of the mail
	thread  []string // ids of those before, oldest first
	comment int64    // the message it carries out; 0 for none of the ticket's own
	after   time.Time
}

// post composes a mail from a mailbox and puts it into the outbox; 0 when it was there before.
func (s *Service) post(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, box *Mailbox, to []mail.Address, sender string, out mail.Outgoing, head letterhead) (int64, error) {
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	if sender != "" && !out.Automatic {
		from = sender + " (" + from + ")"
	}
	_, domain := splitAddress(box.Spec.Address)
	out.From = mail.Address{Name: from, Email: box.Spec.Address}
	out.ReplyTo = []mail.Address{{Name: from, Email: head.reply}}
	out.To = to
	out.MessageID, out.References = head.id, head.thread
	if len(head.thread) > 0 {
		out.InReplyTo = head.thread[len(head.thread)-1]
	}
	out.LoopDomain = domain
	raw, err := mail.Compose(out)
	if err != nil {
		return 0, err
	}
	recipients := make([]string, 0, len(to)+len(out.Cc))
	for _, a := range slices.Concat(to, out.Cc) {
		recipients = append(recipients, a.Email)
	}
	return s.mail.Queue(ctx, tx, by, mail.NewOut{MessageID: out.MessageID, MailboxID: box.ID, Sender: head.reply, Recipients: recipients, Subject: out.Subject,
		Raw: raw, NotBefore: head.after, TicketID: t.ID, CommentID: head.comment})
}

// thread lists the Message-IDs of a ticket's mail, oldest first: the customer's own and ours.
func (s *Service) thread(ctx context.Context, tx db.Tx, ticketID int64) ([]string, error) {
	// + 0: a comment without mail makes PostgreSQL walk the whole outbox otherwise, in the order that is asked for
	rows, err := tx.Query(ctx, `SELECT id, message_id FROM (SELECT c.id, COALESCE((SELECT o.message_id FROM outbox o WHERE o.comment_id = c.id ORDER BY o.id + 0 LIMIT 1), c.message_id) AS message_id
		FROM comment c WHERE c.ticket_id = $1 AND c.public = TRUE ORDER BY c.id DESC LIMIT 60) AS newest ORDER BY id`, ticketID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var comment int64
		var id string
		if err := rows.Scan(&comment, &id); err != nil {
			return nil, err
		}
		if id != "" && printable(id) {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}

// printable reports whether a foreign Message-ID may stand in a header of ours.
func printable(id string) bool {
	if len(id) > 250 {
		return false
	}
	for i := 0; i < len(id); i++ {
		if id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>' {
			return false
		}
	}
	return true
}
