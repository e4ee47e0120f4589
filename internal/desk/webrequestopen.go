package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/file"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// openRequest makes a ticket of a request and tells its sender.
func (s *Service) openRequest(ctx context.Context, tx db.Tx, r *WebRequest) error {
	sender, known, err := s.knownSender(ctx, tx, *r)
	if err != nil {
		return err
	}
	if !known {
		if sender, err = s.directory.Resolve(ctx, tx, s.system(), r.Email, r.Name); err != nil {
			return err
		}
	}
	by := s.visitor(sender).Still()
	p := s.config().portal(r.PortalID)
	n, err := s.ticketOf(ctx, tx, *r, p, sender)
	if err != nil {
		return err
	}
	t, _, err := s.Create(ctx, tx, by, n)
	if err != nil {
		return err
	}
	r.State, r.TicketID, r.Expires = RequestOpened, t.ID, by.Now().Add(decidedFor)
	// The words are on the ticket now, where they can be redacted.
	_, err = tx.Exec(ctx, `UPDATE web_request SET state = $1, ticket_id = $2, expires = $3, content = '{}', subject = '' WHERE id = $4`, r.State, t.ID, db.Micros(r.Expires), r.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM web_request_file WHERE request_id = $1`, r.ID); err != nil {
		return err
	}
	return s.acknowledge(ctx, tx, by, p, t, sender)
}

// ticketOf is the ticket that a request opens. What no longer fits its field goes under the
// message: nothing is lost.
func (s *Service) ticketOf(ctx context.Context, tx db.Tx, r WebRequest, p *Portal, sender directory.Person) (NewTicket, error) {
	cfg := s.config()
	n := NewTicket{Subject: r.Subject, Requester: sender, Channel: "web", FormID: r.FormID, BrandID: p.BrandID, MailboxID: p.MailboxID, taken: true, Attributes: map[string]any{}}
	if box := cfg.Mailbox(p.MailboxID); box != nil {
		n.TeamID = box.TeamID
	}
	left := slices.Clone(r.Content.Left)
	form, signed := cfg.form(r.FormID), r.PersonID != 0 && sender.Agent
	for _, name := range slices.Sorted(maps.Keys(r.Content.Lookups)) {
		f, text := cfg.Fields.Named("ticket", name), r.Content.Lookups[name]
		if f == nil {
			left = append(left, LeftAnswer{name, text})
			continue
		}
		id, err := s.point(ctx, tx, f, text, sender)
		if err != nil {
			return n, err
		}
		if id == 0 {
			left = append(left, LeftAnswer{f.Title, text})
			continue
		}
		n.Attributes[name] = id
	}
	for _, name := range slices.Sorted(maps.Keys(r.Content.Values)) {
		f, value := cfg.Fields.Named("ticket", name), r.Content.Values[name]
		if _, err := cfg.Fields.Set("ticket", nil, name, value); f == nil || err != nil || f.Edit != "everyone" && !(signed && form.takes(name, toColleagues)) {
			left = append(left, LeftAnswer{name, fmt.Sprint(value)})
			continue
		}
		n.Attributes[name] = value
	}
	text := r.Content.Text
	for _, a := range left {
		text += "\n\n" + a.Title + ": " + a.Text
	}
	n.Message = PlainMessage(text)
	n.Message.Public, n.Message.Channel, n.Message.AuthorID = true, "web", sender.ID
	for _, f := range r.Files {
		n.Message.Files = append(n.Message.Files, Attachment{Blob: file.Blob{Hash: f.Hash, Size: f.Size, ContentType: f.ContentType}, Filename: f.Filename})
	}
	return n, nil
}

// acknowledge mails the sender the number of their ticket and a link to its page.
func (s *Service) acknowledge(ctx context.Context, tx db.Tx, by act.Actor, p *Portal, t *Ticket, sender directory.Person) error {
	words := "Hello " + mail.EscapeMarkdown(sender.Name) + ",\n\nwe have your request. It is number " + fmt.Sprint(t.ID) + ".\n\n" +
		s.Promise(nil, tx, p, t, sender).Sentence + "\n\n[See and answer your request](" + s.TicketLink(t) + ")\n\nYou can also answer this mail."
	html, text := mail.FromMarkdown(words)
	events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, 0, 1)
	if err != nil {
		return err
	}
	copyOf := 0
	if len(events) > 0 {
		copyOf = -int(events[0].ID) // as triggers count: by an event that no other mail is about
	}
	return s.mailOut(ctx, tx, by, t, []mail.Address{{Name: sender.Name, Email: sender.Email}}, "", mail.Outgoing{HTML: html, Text: text, Date: by.Now(), Automatic: true},
		mail.MessageRef{TicketID: t.ID, Copy: copyOf})
}

// askToConfirm mails the link that opens the ticket.
func (s *Service) askToConfirm(ctx context.Context, tx db.Tx, by act.Actor, p *Portal, r WebRequest) error {
	box := s.config().Mailbox(p.MailboxID)
	var sent int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM web_request WHERE email = $1 AND created > $2 AND state = 'waiting' LIMIT 100) AS bounded`, r.Email, db.Micros(by.Now().Add(-24*time.Hour))).Scan(&sent)
	if err != nil {
		return err
	}
	if box == nil || sent > confirmationsPerDay {
		reason := "There is no mailbox to send the confirmation from."
		if box != nil {
			reason = fmt.Sprintf("More than %d requests were sent for this address within a day without being confirmed.", confirmationsPerDay)
		}
		_, err := tx.Exec(ctx, `UPDATE web_request SET state = $1, reason = $2, expires = $3 WHERE id = $4`, RequestReview, reason, db.Micros(r.Created.Add(reviewFor)), r.ID)
		return err
	}
	html, text := mail.FromMarkdown("Hello " + mail.EscapeMarkdown(directory.CleanName(r.Name, r.Email)) + ",\n\nplease confirm that you sent us the request “" + mail.EscapeMarkdown(r.Subject) +
		"”. Then we begin to work on it.\n\n[Confirm and send](" + s.ConfirmLink(r.ID) + ")\n\nThe link works for 7 days. If it was not you, do nothing: the request is deleted then.")
	_, domain := splitAddress(box.Spec.Address)
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	id := fmt.Sprintf("confirm-%d-%s@%s", r.ID, r.Nonce, domain)
	raw, err := mail.Compose(mail.Outgoing{From: mail.Address{Name: from, Email: box.Spec.Address}, To: []mail.Address{{Name: directory.CleanName(r.Name, r.Email), Email: r.Email}},
		Subject: "Please confirm your request", HTML: html, Text: text, Date: by.Now(), MessageID: id, LoopDomain: domain, Automatic: true})
	if err != nil {
		return err
	}
	_, err = s.mail.Queue(ctx, tx, by, mail.NewOut{MessageID: id, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: []string{r.Email}, Subject: "Please confirm your request", Raw: raw})
	return err
}
