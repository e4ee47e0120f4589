package setup

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

// testMail is what is kept of the last test mail.
type testMail struct {
	MessageID string    `json:"message_id"`
	Mailbox   string    `json:"mailbox"`
	To        string    `json:"to"`
	At        time.Time `json:"at"`
}

// TestMail is the last test mail and how far it came.
type TestMail struct {
	Mailbox   string     `json:"mailbox" doc:"The mailbox's name."`
	To        string     `json:"to"`
	QueuedAt  time.Time  `json:"queued_at"`
	State     string     `json:"state" doc:"Of the outgoing mail: queued, sending, sent, failed or held."`
	Error     string     `json:"error"`
	Caught    bool       `json:"caught" doc:"Kept by the catcher: no mail leaves this instance."`
	SentAt    *time.Time `json:"sent_at"`
	ArrivedAt *time.Time `json:"arrived_at" doc:"When the mailbox received it; null: not seen yet."`
	Fetches   bool       `json:"fetches" doc:"Whether the mailbox fetches its mail by IMAP."`
}

// SendTest sends a mail from a mailbox to its own address, so that both ways are tried with one mail. It becomes no
// ticket. Whoever may apply blueprints may.
func (s *Service) SendTest(ctx context.Context, tx db.Tx, by act.Actor, mailbox string) (Progress, error) {
	if err := mayRun(by); err != nil {
		return Progress{}, err
	}
	box, ok := s.boxNamed(mailbox)
	if !ok {
		return Progress{}, fault.Missing("mailbox", mailbox)
	}
	id, err := s.letter(ctx, tx, by, box, mail.Address{Name: box.Title, Email: box.Spec.Address}, "Test mail of "+s.Title,
		"This mail tries the way out of "+s.Title+" and back in. When it arrives, the first run shows it; it becomes no ticket.")
	if err != nil {
		return Progress{}, err
	}
	k, err := read(ctx, tx)
	if err != nil {
		return Progress{}, err
	}
	k.Test = &testMail{id, mailbox, box.Spec.Address, by.Now()}
	delete(k.Steps, "test")
	if err := write(ctx, tx, k); err != nil {
		return Progress{}, err
	}
	return s.Progress(ctx, tx, by)
}

func (s *Service) boxNamed(name string) (mail.Box, bool) {
	for _, b := range s.Boxes().All() {
		if b.Name == name {
			return b, true
		}
	}
	return mail.Box{}, false
}

// follow says how far a test mail came.
func (s *Service) follow(ctx context.Context, tx db.Tx, t *testMail) (*TestMail, error) {
	if t == nil {
		return nil, nil
	}
	w, err := s.Mail.WayOf(ctx, tx, t.MessageID)
	if err != nil {
		return nil, err
	}
	out := &TestMail{Mailbox: t.Mailbox, To: t.To, QueuedAt: t.At, State: string(w.State), Error: w.Error, Caught: w.Caught}
	if box, ok := s.boxNamed(t.Mailbox); ok {
		out.Fetches = box.Spec.IMAP != nil
	}
	if !w.Sent.IsZero() {
		out.SentAt = &w.Sent
	}
	if !w.Arrived.IsZero() {
		out.ArrivedAt = &w.Arrived
	}
	return out, nil
}

// letter mails Markdown that belongs to no ticket and returns its Message-ID.
func (s *Service) letter(ctx context.Context, tx db.Tx, by act.Actor, box mail.Box, to mail.Address, subject, words string) (string, error) {
	html, text := mail.FromMarkdown(words)
	domain := directory.Domain(box.Spec.Address)
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	id, err := mail.NewMessageID(by.Rand(), by.Now(), domain)
	if err != nil {
		return "", err
	}
	raw, err := mail.Compose(mail.Outgoing{From: mail.Address{Name: from, Email: box.Spec.Address}, To: []mail.Address{to}, Subject: subject, HTML: html, Text: text,
		Date: by.Now(), MessageID: id, LoopDomain: domain, Automatic: true})
	if err != nil {
		return "", err
	}
	_, err = s.Mail.Queue(ctx, tx, by, mail.NewOut{MessageID: id, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: []string{to.Email}, Subject: subject, Raw: raw})
	return id, err
}
