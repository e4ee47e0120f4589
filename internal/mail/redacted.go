package mail

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// Copies are stored mails by id: what came in and what went out.
type Copies struct{ Received, Sent []int64 }

// maxCopies is how many mails of one ticket are looked through.
const maxCopies = 2000

// CopiesHolding looks through the stored mails of a ticket for those that hold something,
// each read on its own. It opens its own transactions and checks no permission.
func (s *Service) CopiesHolding(ctx context.Context, ticketID int64, holds func(*Message) bool) (c Copies, err error) {
	look := func(list, raw string, into *[]int64) error {
		var ids []int64
		err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, list, ticketID, maxCopies)
			ids, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
			return err
		})
		for _, id := range ids {
			if err != nil {
				return err
			}
			var b []byte
			err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, raw, id).Scan(&b) })
			if err == nil && len(b) > 0 {
				if m := Parse(b); holds(&m) {
					*into = append(*into, id)
				}
			}
		}
		return err
	}
	if err := look(`SELECT id FROM mail_in JOIN mail_raw ON mail_id = id WHERE ticket_id = $1 ORDER BY id DESC LIMIT $2`, `SELECT raw FROM mail_raw WHERE mail_id = $1`, &c.Received); err != nil {
		return c, err
	}
	return c, look(`SELECT id FROM outbox WHERE ticket_id = $1 ORDER BY id DESC LIMIT $2`, `SELECT raw FROM outbox WHERE id = $1`, &c.Sent)
}

// CopiesOf are the stored mails that comments came in and went out with.
func (s *Service) CopiesOf(ctx context.Context, tx db.Tx, commentIDs []any) (c Copies, err error) {
	if len(commentIDs) == 0 {
		return c, nil
	}
	w := (&db.Where{}).In("comment_id", commentIDs)
	id := func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err }
	rows, err := tx.Query(ctx, `SELECT id FROM mail_in WHERE `+w.SQL(), w.Args()...)
	if c.Received, err = db.Collect(rows, err, id); err != nil {
		return c, err
	}
	rows, err = tx.Query(ctx, `SELECT id FROM outbox WHERE `+w.SQL(), w.Args()...)
	c.Sent, err = db.Collect(rows, err, id)
	return c, err
}

// Redacted is what RemoveCopies removed.
type Redacted struct {
	Received  int // stored originals
	Sent      int // stored copies of mail that left
	Withdrawn int // mails taken back before they left
}

// CountCopies says what RemoveCopies would remove.
func (s *Service) CountCopies(ctx context.Context, tx db.Tx, c Copies) (r Redacted, err error) {
	r.Received = len(c.Received)
	for _, id := range c.Sent {
		var state OutState
		if err := tx.QueryRow(ctx, `SELECT state FROM outbox WHERE id = $1`, id).Scan(&state); err != nil {
			return r, err
		}
		if state.waits() {
			r.Withdrawn++
		} else {
			r.Sent++
		}
	}
	return r, nil
}

// waits reports whether a mail has not left and will or may.
func (o OutState) waits() bool { return o == Queued || o == Held || o == Failed || o == Withheld }

// RemoveCopies removes the stored bytes of mails of which a part was redacted, and takes
// what r finds out of their subjects. A mail that has not left is taken back: what it says
// must not go out. A mail that came keeps the fields that say when and between whom. It
// checks no permission: whoever redacts the ticket may.
func (s *Service) RemoveCopies(ctx context.Context, tx db.Tx, by act.Actor, c Copies, r *Redactor) error {
	for _, id := range c.Received {
		got, err := aReceived(tx.QueryRow(ctx, `SELECT `+receivedFields+` FROM mail_in WHERE id = $1`, id))
		if err != nil {
			return err
		}
		subject, _ := r.Text(got.Subject)
		if _, err := tx.Exec(ctx, `UPDATE mail_in SET subject = $1 WHERE id = $2`, subject, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE mail_raw SET raw = $1 WHERE mail_id = $2`, redactedMail(got, subject, by.Now()), id); err != nil {
			return err
		}
	}
	for _, id := range c.Sent {
		o, err := anOut(tx.QueryRow(ctx, `SELECT `+outFields+` FROM outbox WHERE id = $1`, id))
		if err != nil {
			return err
		}
		subject, _ := r.Text(o.Subject)
		state := o.State
		if state.waits() {
			state = Cancelled
			if err := s.jobs.Cancel(ctx, tx, sendJob, fmt.Sprint(id)); err != nil {
				return err
			}
		}
		if err := removeCaught(ctx, tx, o); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE outbox SET raw = $1, subject = $2, state = $3 WHERE id = $4`, []byte{}, subject, string(state), id); err != nil {
			return err
		}
	}
	return nil
}

// removeCaught removes what the catcher kept of a mail.
func removeCaught(ctx context.Context, tx db.Tx, o Out) error {
	type caught struct {
		id  int64
		raw []byte
	}
	rows, err := tx.Query(ctx, `SELECT id, raw FROM mail_caught WHERE sender = $1 ORDER BY id DESC LIMIT 200`, o.Sender)
	all, err := db.Collect(rows, err, func(r db.Scanner) (c caught, err error) { err = r.Scan(&c.id, &c.raw); return c, err })
	if err != nil {
		return err
	}
	for _, c := range all {
		if m := Parse(c.raw); m.MessageID == o.MessageID {
			if _, err := tx.Exec(ctx, `DELETE FROM mail_caught WHERE id = $1`, c.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// redactedMail stands where the bytes of a received mail stood.
func redactedMail(r Received, subject string, now time.Time) []byte {
	return []byte(fmt.Sprintf("Date: %s\r\nFrom: <%s>\r\nMessage-ID: <%s>\r\nSubject: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nA part of this mail was redacted on %s, so the original is no longer kept.\r\n",
		r.At.UTC().Format(time.RFC1123Z), oneWord(r.From), oneWord(r.MessageID), encodeText(subject), now.UTC().Format("2 January 2006")))
}

// PurgeTicket removes what mail keeps of a ticket that goes for good: bytes, addresses and
// subjects. Numbers, times and digests stay, so that nothing is fetched or queued again. It
// checks no permission.
func (s *Service) PurgeTicket(ctx context.Context, tx db.Tx, ticketID int64) error {
	id := func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err }
	rows, err := tx.Query(ctx, `SELECT id FROM mail_in WHERE ticket_id = $1`, ticketID)
	received, err := db.Collect(rows, err, id)
	if err != nil {
		return err
	}
	for _, id := range received {
		for _, statement := range forgetReceived {
			if _, err := tx.Exec(ctx, statement, id); err != nil {
				return err
			}
		}
	}
	rows, err = tx.Query(ctx, `SELECT id FROM outbox WHERE ticket_id = $1`, ticketID)
	sent, err := db.Collect(rows, err, id)
	if err != nil {
		return err
	}
	for _, id := range sent {
		for _, statement := range []string{forgetSent, `DELETE FROM outbox_recipient WHERE outbox_id = $1`, `DELETE FROM mail_bounce WHERE outbox_id = $1`} {
			args := []any{id}
			if statement == forgetSent {
				args = append(args, []byte{})
			}
			if _, err := tx.Exec(ctx, statement, args...); err != nil {
				return err
			}
		}
		if err := s.jobs.Cancel(ctx, tx, sendJob, fmt.Sprint(id)); err != nil {
			return err
		}
	}
	return nil
}
