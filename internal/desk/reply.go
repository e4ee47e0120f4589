package desk

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"slices"

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
func (s *Service) send(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, c *Comment, copies []int64) error {
	people, err := s.directory.Names(ctx, tx, append([]int64{t.RequesterID, c.AuthorID}, copies...))
	if err != nil {
		return err
	}
	cc, err := s.copyAddresses(ctx, tx, t, copies, people)
	if err != nil {
		return err
	}
	out := mail.Outgoing{Cc: cc, HTML: c.HTML, Text: c.Text, Date: by.Now()}
	left := 0
	for _, f := range c.Files {
		if left += int(f.Size); left > maxMailed {
			note := fmt.Sprintf("[%s, %s, is too large for mail and is kept with your request.]", f.Filename, file.Bytes(f.Size))
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
	return s.mailOut(ctx, tx, by, t, []mail.Address{{Name: people[t.RequesterID].Name, Email: people[t.RequesterID].Email}}, people[c.AuthorID].Name, out,
		mail.MessageRef{TicketID: t.ID, CommentID: c.ID})
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
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	if sender != "" && !out.Automatic {
		from = sender + " (" + from + ")"
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
	out.From = mail.Address{Name: from, Email: box.Spec.Address}
	out.ReplyTo = []mail.Address{{Name: from, Email: reply}}
	out.To = to
	if out.Subject == "" {
		out.Subject = replySubject(t.Subject)
	}
	out.MessageID = mail.MessageID(ref, domain, s.mail.Keys())
	out.References = thread
	if len(thread) > 0 {
		out.InReplyTo = thread[len(thread)-1]
	}
	out.LoopDomain = domain
	raw, err := mail.Compose(out)
	if err != nil {
		return err
	}
	recipients := make([]string, 0, len(to)+len(out.Cc))
	for _, a := range slices.Concat(to, out.Cc) {
		recipients = append(recipients, a.Email)
	}
	id, err := s.mail.Queue(ctx, tx, by, mail.NewOut{MessageID: out.MessageID, MailboxID: box.ID, Sender: reply, Recipients: recipients, Subject: out.Subject,
		Raw: raw, TicketID: t.ID, CommentID: ref.CommentID})
	if err == nil && id != 0 && ref.CommentID != 0 {
		known(tx, t.ID).sent = &mail.Out{ID: id, State: mail.Queued, NotBefore: by.Now(), TicketID: t.ID, CommentID: ref.CommentID}
	}
	return err
}

// thread lists the Message-IDs of a ticket's mail, oldest first: the customer's own and ours.
func (s *Service) thread(ctx context.Context, tx db.Tx, ticketID int64) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT id, message_id FROM (SELECT c.id, COALESCE((SELECT o.message_id FROM outbox o WHERE o.comment_id = c.id ORDER BY o.id LIMIT 1), c.message_id) AS message_id
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
