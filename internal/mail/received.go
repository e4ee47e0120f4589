package mail

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// ReceivedJob is the kind of job that works on a received mail; its argument is ReceivedArgs.
const ReceivedJob = "mail.received"

// ReceivedArgs names the mail to work on.
type ReceivedArgs struct {
	MailID int64 `json:"mail_id"`
	// Release lets a suspended mail through: somebody looked at it.
	Release bool `json:"release,omitempty"`
}

// ReceivedState says what became of a received mail.
type ReceivedState string

// The states of a received mail.
const (
	Accepted  ReceivedState = "accepted"  // stored, not worked on yet
	Ticketed  ReceivedState = "ticketed"  // on a ticket
	Noted     ReceivedState = "noted"     // on the timeline of an account, or kept for one
	Unparsed  ReceivedState = "unparsed"  // kept whole; nothing useful could be read
	Suspended ReceivedState = "suspended" // waits for a person to look
	Ignored   ReceivedState = "ignored"   // our own mail that came back
	Bounced   ReceivedState = "bounced"   // a report about a mail of ours, recorded with it
	Discarded ReceivedState = "discarded" // somebody looked and does not want it
	Erased    ReceivedState = "erased"    // removed with a person; only its digest is left
)

// Received is a mail as it came in.
type Received struct {
	ID           int64
	At           time.Time
	MailboxID    int64
	EnvelopeFrom string
	EnvelopeTo   string
	From         string
	Subject      string
	MessageID    string
	Size         int64
	State        ReceivedState
	Reason       string
	TicketID     int64
	CommentID    int64
	Auth         Authentication
	Cause        Cause // why it was suspended; "" otherwise
}

// Receive stores a mail durably and hands it to the desk, once for each mailbox among the
// recipients. The same bytes for the same mailbox are stored once, so a sender that asks
// again after losing our answer makes no second ticket. It opens its own transaction.
func (s *Service) Receive(ctx context.Context, from string, to []string, remote string, raw []byte) error {
	var all []delivery
	for _, rcpt := range to {
		box, ok := s.boxes().BoxFor(PlainAddress(rcpt, s.keys))
		if !ok {
			return fault.New(fault.NotFound, "There is no mailbox %s here.", rcpt)
		}
		i := slices.IndexFunc(all, func(d delivery) bool { return d.boxID == box.ID })
		if i < 0 {
			all = append(all, delivery{boxID: box.ID})
			i = len(all) - 1
		}
		all[i].to = append(all[i].to, strings.ToLower(rcpt))
	}
	return s.store(ctx, from, all, remote, raw)
}

// delivery is a mail for one mailbox.
type delivery struct {
	boxID int64
	to    []string
}

// store keeps a mail for mailboxes and hands it to the desk; what is there already stays.
func (s *Service) store(ctx context.Context, from string, all []delivery, remote string, raw []byte) error {
	digest := sha256.Sum256(stable(raw))
	now := s.clock().UTC()
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, d := range all {
			var id int64
			err := tx.QueryRow(ctx, `INSERT INTO mail_in (received, mailbox_id, digest, envelope_from, envelope_to, remote, from_addr, subject, message_id, size, state, reason)
				VALUES ($1, $2, $3, $4, $5, $6, '', '', '', $7, 'accepted', '') ON CONFLICT (digest, mailbox_id) DO NOTHING RETURNING id`,
				db.Micros(now), d.boxID, digest[:], clip(strings.ToLower(from), 320), strings.Join(d.to, ","), remote, len(raw)).Scan(&id)
			if errors.Is(err, sql.ErrNoRows) {
				continue // we have it
			}
			if err != nil {
				return err
			}
			if err := tx.Later(ctx, nil, `INSERT INTO mail_raw (mail_id, raw) VALUES ($1, $2)`, id, raw); err != nil {
				return err
			}
			err = s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: ReceivedJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "mail", ID: id}, Due: now,
				Args: ReceivedArgs{MailID: id}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// stable is the mail without the trace headers that change with every attempt to deliver it.
func stable(raw []byte) []byte {
	for {
		line, rest, ok := firstField(raw)
		if !ok || !(hasPrefixFold(line, "received:") || hasPrefixFold(line, "return-path:") || hasPrefixFold(line, "delivered-to:")) {
			return raw
		}
		raw = rest
	}
}

// firstField takes the first header field off, with its continuation lines.
func firstField(raw []byte) (field, rest []byte, ok bool) {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\n' && i+1 < len(raw) && raw[i+1] != ' ' && raw[i+1] != '\t' {
			return raw[:i+1], raw[i+1:], true
		}
	}
	return nil, raw, false
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// Raw returns a received mail and its bytes.
func (s *Service) Raw(ctx context.Context, tx db.Tx, id int64) (Received, []byte, error) {
	var raw []byte
	r, err := scanReceived(tx.QueryRow(ctx, `SELECT `+receivedFields+`, raw FROM mail_in JOIN mail_raw ON mail_id = id WHERE id = $1`, id), &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil, fault.Missing("mail", id)
	}
	return r, raw, err
}

// ReadRaw is Raw for people: whoever may read mail may.
func (s *Service) ReadRaw(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Received, []byte, error) {
	if err := by.Require("read", "mail"); err != nil {
		return Received{}, nil, err
	}
	return s.Raw(ctx, tx, id)
}

// Settle notes what became of a mail, in the transaction that made it so. m may be nil.
func (s *Service) Settle(ctx context.Context, tx db.Tx, id int64, m *Message, state ReceivedState, reason string, ticketID, commentID int64) error {
	return s.settle(ctx, tx, id, m, state, "", reason, ticketID, commentID)
}

func (s *Service) settle(ctx context.Context, tx db.Tx, id int64, m *Message, state ReceivedState, cause Cause, reason string, ticketID, commentID int64) error {
	if m == nil {
		m = &Message{}
	}
	return tx.Later(ctx, nil, `UPDATE mail_in SET from_addr = $1, subject = $2, message_id = $3, state = $4, reason = $5, ticket_id = $6, comment_id = $7, auth = $8, auth_detail = $9, cause = $10 WHERE id = $11`,
		clip(m.From.Email, 320), clip(m.Subject, 500), clip(m.MessageID, 500), string(state), reason, db.NullID(ticketID), db.NullID(commentID),
		string(m.Auth.Verdict), clip(m.Auth.Detail, 500), string(cause), id)
}

const receivedFields = `id, received, mailbox_id, envelope_from, envelope_to, from_addr, subject, message_id, size, state, reason, ticket_id, comment_id, auth, auth_detail, cause`

func scanReceived(row interface{ Scan(...any) error }, more ...any) (Received, error) {
	var r Received
	var at int64
	var ticket, comment sql.NullInt64
	err := row.Scan(append([]any{&r.ID, &at, &r.MailboxID, &r.EnvelopeFrom, &r.EnvelopeTo, &r.From, &r.Subject, &r.MessageID, &r.Size, &r.State, &r.Reason, &ticket, &comment, &r.Auth.Verdict, &r.Auth.Detail, &r.Cause}, more...)...)
	r.At, r.TicketID, r.CommentID = db.Time(at), ticket.Int64, comment.Int64
	return r, err
}

// aReceived scans a row that holds nothing but the mail.
func aReceived(row db.Scanner) (Received, error) { return scanReceived(row) }

// Received lists received mail, newest first; state "" lists all. Whoever may read mail may.
func (s *Service) Received(ctx context.Context, tx db.Tx, by act.Actor, state ReceivedState, page db.Page) (list []Received, next string, err error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, "", err
	}
	w := &db.Where{}
	if state != "" {
		w.And("state = ?", string(state))
	}
	return db.Newest(ctx, tx, receivedFields+` FROM mail_in`, "id", w, page, aReceived, func(r Received) int64 { return r.ID })
}

// Process works on an unparsed or suspended mail again; a suspended one is let through.
// Whoever may write mail may.
func (s *Service) Process(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	return s.again(ctx, tx, by, id, true)
}

// Again works on a suspended mail as if it had just come: what set it aside is looked at anew. Only the program does.
func (s *Service) Again(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	return s.again(ctx, tx, by, id, false)
}

func (s *Service) again(ctx context.Context, tx db.Tx, by act.Actor, id int64, release bool) error {
	n, err := tx.Exec(ctx, `UPDATE mail_in SET state = 'accepted' WHERE id = $1 AND state IN ('unparsed', 'suspended')`, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Invalid, "Mail %d is neither unparsed nor suspended, so there is nothing to do again.", id)
	}
	if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailReleased, Subject: ledger.Ref{Kind: "mail", ID: id}}); err != nil {
		return err
	}
	now := by.Now()
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: ReceivedJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "mail", ID: id}, Due: now,
		Args: ReceivedArgs{MailID: id, Release: release}})
}

// Discard sets an unparsed or suspended mail aside for good; its bytes go after 14 days.
// Whoever may write mail may.
func (s *Service) Discard(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE mail_in SET state = 'discarded' WHERE id = $1 AND state IN ('unparsed', 'suspended')`, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Invalid, "Mail %d is neither unparsed nor suspended, so there is nothing to discard.", id)
	}
	if err := s.forgetLater(ctx, tx, by.Now(), id); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailDiscarded, Subject: ledger.Ref{Kind: "mail", ID: id}})
	return err
}

// ForMessages returns the received mails that became these comments, by comment id, oldest
// first and at most 1,000: several when one mail came to several mailboxes.
func (s *Service) ForMessages(ctx context.Context, tx db.Tx, commentIDs []any) (map[int64][]Received, error) {
	return byComment(ctx, tx, `SELECT `+receivedFields+` FROM mail_in`, commentIDs, aReceived, func(r Received) int64 { return r.CommentID })
}
