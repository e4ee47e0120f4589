package mail

import (
	"context"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// Refusal is a mail that was not taken.
type Refusal struct {
	ID         int64
	At         time.Time
	MailboxID  int64
	Sender     string // of the envelope, or the From of a mail left in its folder; lower case
	Recipients string
	Remote     string // who wanted to hand it over; "imap HOST" for a mail left in its folder
	Subject    string
	MessageID  string
	Size       int64 // bytes; the least it has when the sender did not say
	Reason     string

	uidValidity, uid uint32 // of a mail left in its folder
}

const refusalFields = `id, at, mailbox_id, sender, recipients, remote, subject, message_id, size, reason`

func scanRefusal(row db.Scanner) (Refusal, error) {
	var r Refusal
	var at int64
	err := row.Scan(&r.ID, &at, &r.MailboxID, &r.Sender, &r.Recipients, &r.Remote, &r.Subject, &r.MessageID, &r.Size, &r.Reason)
	r.At = db.Time(at)
	return r, err
}

// keepRefusals is how long notes of refused mail are kept.
const keepRefusals = 90 * 24 * time.Hour

// noteRefused stores the note; one about the same mail in a folder stays as it is.
func (s *Service) noteRefused(ctx context.Context, r Refusal) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := s.clock()
		if _, err := tx.Exec(ctx, `DELETE FROM mail_refused WHERE id IN (SELECT id FROM mail_refused WHERE at < $1 AND uid = 0 ORDER BY at LIMIT 100)`, db.Micros(now.Add(-keepRefusals))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO mail_refused (at, mailbox_id, sender, recipients, remote, subject, message_id, size, reason, uid_validity, uid)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
			db.Micros(now), r.MailboxID, clip(strings.ToLower(r.Sender), 320), clip(r.Recipients, 2000), clip(r.Remote, 200), clip(r.Subject, 500), clip(r.MessageID, 500), r.Size, clip(r.Reason, 500),
			int64(r.uidValidity), int64(r.uid))
		return err
	})
}

// Refusals lists mail that was not taken, newest first. Whoever may read mail may.
func (s *Service) Refusals(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) ([]Refusal, string, error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, refusalFields+` FROM mail_refused`, "id", &db.Where{}, page, scanRefusal, func(r Refusal) int64 { return r.ID })
}
