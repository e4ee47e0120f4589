package desk

import (
	"context"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/mail"
)

// MailNote is a mail that came to a mailbox which is a timeline.
type MailNote struct {
	From       string           // address of the sender
	Believed   mail.AuthVerdict // whether that can be believed
	Recipients []string         // all addresses it names or was delivered to
	Subject    string
	Text       string       // all of it
	Fresh      string       // without what was quoted
	Files      []Attachment // without pictures inside the text
	MessageID  string
	Sent       time.Time // as the mail says; zero when it does not
	Received   time.Time
	Released   bool // somebody looked at it and let it through
}

// NoteMail takes such a mail in and says what became of it. ok is false when its sender may not write there.
type NoteMail func(ctx context.Context, tx db.Tx, n MailNote) (outcome string, ok bool, err error)

// noting finishes a mail for a timeline. What machines write there is not noted: an absence notice of a
// colleague says nothing about a customer.
func (s *Service) noting(ctx context.Context, in mail.Received, m *mail.Message, v mail.Verdict, released bool) (job.Finish, error) {
	note := MailNote{From: m.From.Email, Believed: m.Auth.Verdict, Recipients: strings.Split(in.EnvelopeTo, ","), Subject: m.Subject,
		MessageID: m.MessageID, Sent: m.Date, Received: in.At, Released: released}
	for _, list := range [][]mail.Address{m.To, m.Cc, m.DeliveredTo} {
		for _, a := range list {
			note.Recipients = append(note.Recipients, a.Email)
		}
	}
	body := m.Text
	if body == "" {
		body = mail.HTMLToText(m.HTML)
	}
	note.Text = body
	note.Fresh, _ = mail.SplitQuoted(body)
	files, err := s.storeFiles(ctx, m)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !f.Inline {
			note.Files = append(note.Files, f)
		}
	}
	return func(ctx context.Context, tx db.Tx) error {
		if v.Auto && !released {
			return s.mail.Settle(ctx, tx, in.ID, m, mail.Ignored, "A machine wrote it: it is not noted.", 0, 0)
		}
		if s.note == nil {
			return s.mail.Suspend(ctx, tx, in.ID, m, mail.CauseNowhere, "Nothing here keeps timelines.")
		}
		outcome, ok, err := s.note(ctx, tx, note)
		if err != nil {
			return err
		}
		if !ok {
			return s.mail.Suspend(ctx, tx, in.ID, m, mail.CauseStranger, outcome)
		}
		return s.mail.Settle(ctx, tx, in.ID, m, mail.Noted, outcome, 0, 0)
	}, nil
}
