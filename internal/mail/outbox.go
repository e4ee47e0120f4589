package mail

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// sendJob is the kind of job that sends one outbox row.
const sendJob = "mail.send"

// OutState says where an outgoing mail stands.
type OutState string

// The states of an outgoing mail.
const (
	Queued    OutState = "queued"  // waits for its time or another try
	Sending   OutState = "sending" // claimed; its outcome is not known yet
	Sent      OutState = "sent"
	Failed    OutState = "failed"    // refused for good, or given up
	Held      OutState = "held"      // no outgoing server, or held after a restore
	Cancelled OutState = "cancelled" // taken back before it left
	Withheld  OutState = "withheld"  // not sent: its addresses are on the suppression list
)

// Out is an outgoing mail as the queue shows it.
type Out struct {
	ID         int64
	MessageID  string
	MailboxID  int64
	Sender     string
	Recipients []string
	Subject    string
	State      OutState
	NotBefore  time.Time
	Attempts   int
	SentAt     time.Time
	Error      string
	Uncertain  bool // may have been delivered twice: a try ended without an answer
	TicketID   int64
	CommentID  int64
	Created    time.Time
}

// NewOut is a mail to queue. Raw holds the final bytes: every try sends the same.
type NewOut struct {
	MessageID  string // without angle brackets; queueing the same twice does it once
	MailboxID  int64
	Sender     string // envelope sender
	Recipients []string
	Subject    string
	Raw        []byte
	NotBefore  time.Time // zero: now
	TicketID   int64
	CommentID  int64
}

// Queue puts a mail into the outbox in the caller's transaction.
func (s *Service) Queue(ctx context.Context, tx db.Tx, by act.Actor, in NewOut) (id int64, err error) {
	if len(in.Recipients) == 0 || len(in.Recipients) > 100 {
		return 0, fault.Field("to", len(in.Recipients), "1 to 100 addresses", "A mail needs 1 to 100 recipients.")
	}
	to, err := json.Marshal(in.Recipients)
	if err != nil {
		return 0, err
	}
	now := by.Now()
	if in.NotBefore.IsZero() {
		in.NotBefore = now
	}
	err = tx.QueryRow(ctx, `INSERT INTO outbox (message_id, mailbox_id, sender, recipients, subject, raw, state, not_before, attempts, error, uncertain, ticket_id, comment_id, created)
		VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, 0, '', FALSE, $8, $9, $10) ON CONFLICT (message_id) DO NOTHING RETURNING id`,
		in.MessageID, in.MailboxID, in.Sender, string(to), clip(in.Subject, 500), in.Raw, db.Micros(in.NotBefore),
		db.NullID(in.TicketID), db.NullID(in.CommentID), db.Micros(now)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil // queued before
	}
	if err != nil {
		return 0, err
	}
	for _, a := range in.Recipients {
		err = tx.Later(ctx, nil, `INSERT INTO outbox_recipient (address, at, outbox_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, strings.ToLower(a), db.Micros(now), id)
		if err != nil {
			return id, err
		}
	}
	if _, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailQueued, Subject: outSubject(in.TicketID, id),
		Data: map[string]any{"outbox": id, "mailbox_id": in.MailboxID, "comment": in.CommentID}}); err != nil {
		return id, err
	}
	return id, s.enqueue(ctx, tx, now, id, in.MailboxID, in.NotBefore)
}

// sendArgs are what the job knows about its mail without reading it.
type sendArgs struct {
	MailboxID int64 `json:"mailbox,omitempty"` // 0: to be read from the mail
}

func (s *Service) enqueue(ctx context.Context, tx db.Tx, now time.Time, id, mailboxID int64, due time.Time) error {
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: sendJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "outbox", ID: id}, Due: due, Args: sendArgs{mailboxID}})
}

func outSubject(ticketID, id int64) ledger.Ref {
	if ticketID != 0 {
		return ledger.Ref{Kind: "ticket", ID: ticketID}
	}
	return ledger.Ref{Kind: "outbox", ID: id}
}

const outFields = `id, message_id, mailbox_id, sender, recipients, subject, state, not_before, attempts, sent_at, error, uncertain, ticket_id, comment_id, created`

func scanOut(row interface{ Scan(...any) error }, more ...any) (Out, error) {
	var o Out
	var to string
	var notBefore, created int64
	var sent, ticket, comment sql.NullInt64
	err := row.Scan(append([]any{&o.ID, &o.MessageID, &o.MailboxID, &o.Sender, &to, &o.Subject, &o.State, &notBefore, &o.Attempts, &sent, &o.Error, &o.Uncertain, &ticket, &comment, &created}, more...)...)
	if err != nil {
		return o, err
	}
	o.NotBefore, o.Created, o.SentAt, o.TicketID, o.CommentID = db.Time(notBefore), db.Time(created), db.NullTime(sent), ticket.Int64, comment.Int64
	return o, json.Unmarshal([]byte(to), &o.Recipients)
}

// anOut scans a row that holds nothing but the mail.
func anOut(row db.Scanner) (Out, error) { return scanOut(row) }

// Outbox lists outgoing mail, newest first; state "" lists all. Whoever may read mail may.
func (s *Service) Outbox(ctx context.Context, tx db.Tx, by act.Actor, state OutState, page db.Page) (list []Out, next string, err error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, "", err
	}
	w := &db.Where{}
	if state != "" {
		w.And("state = ?", string(state))
	}
	return db.Newest(ctx, tx, outFields+` FROM outbox`, "id", w, page, anOut, func(o Out) int64 { return o.ID })
}

// ForComments returns the mails that carry these comments out, by comment id.
func (s *Service) ForComments(ctx context.Context, tx db.Tx, commentIDs []any) (map[int64]Out, error) {
	found := map[int64]Out{}
	if len(commentIDs) == 0 {
		return found, nil
	}
	w := (&db.Where{}).In("comment_id", commentIDs)
	rows, err := tx.Query(ctx, `SELECT `+outFields+` FROM outbox WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	list, err := db.Collect(rows, err, anOut)
	for _, o := range list {
		found[o.CommentID] = o
	}
	return found, err
}

// Retry puts a failed, held or withheld mail back into the queue. Whoever may write mail may.
func (s *Service) Retry(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE outbox SET state = 'queued', error = '' WHERE id = $1 AND state IN ('failed', 'held', 'queued', 'withheld')`, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Invalid, "Mail %d is not waiting, held, withheld or failed, so it cannot be tried again.", id)
	}
	now := by.Now()
	return s.jobs.Set(ctx, tx, now, job.Spec{Kind: sendJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "outbox", ID: id}, Due: now})
}

// Cancel takes back a mail that has not left. Whoever may write mail may.
func (s *Service) Cancel(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	return s.TakeBack(ctx, tx, by, id)
}

// TakeBack is Cancel for what queued the mail. It checks no permission.
func (s *Service) TakeBack(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	n, err := tx.Exec(ctx, `UPDATE outbox SET state = 'cancelled' WHERE id = $1 AND state IN ('queued', 'held', 'failed', 'withheld')`, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Invalid, "Mail %d has left already or is leaving now, so it cannot be taken back.", id)
	}
	if err := s.jobs.Cancel(ctx, tx, sendJob, fmt.Sprint(id)); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailCancelled, Subject: ledger.Ref{Kind: "outbox", ID: id}})
	return err
}

// HoldKey names the row of instance that holds all outgoing mail: this is a restored or moved
// copy, and another instance may still send the same mail.
const HoldKey = "mail_hold"

// HeldBecause is what a held mail of such a copy says.
const HeldBecause = "Held because this instance was restored or moved. Release it when nothing else sends the same mail."

// OnHold says why all outgoing mail is held; "" when it is not.
func OnHold(ctx context.Context, tx db.Tx) (why string, err error) {
	err = tx.QueryRow(ctx, `SELECT value FROM instance WHERE name = '`+HoldKey+`'`).Scan(&why)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return why, err
}

// Release lets held mail go, oldest first and at most 1,000 at a time; it returns how many.
// Mail of a restored or moved copy is held no longer from then on.
func (s *Service) Release(ctx context.Context, tx db.Tx, by act.Actor) (int, error) {
	if err := by.Require("write", "mail"); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM instance WHERE name = '`+HoldKey+`'`); err != nil {
		return 0, err
	}
	rows, err := tx.Query(ctx, `UPDATE outbox SET state = 'queued', error = '' WHERE id IN (SELECT id FROM outbox WHERE state = 'held' ORDER BY id LIMIT 1000) RETURNING id`)
	if err != nil {
		return 0, err
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			rows.Close()
			return 0, err
		}
		ids = append(ids, id)
	}
	rows.Close()
	for _, id := range ids {
		if err := s.enqueue(ctx, tx, by.Now(), id, 0, by.Now()); err != nil {
			return 0, err
		}
	}
	return len(ids), rows.Err()
}

// CountSuspended counts the mail that was set aside, up to the cap. Whoever may read mail may.
func (s *Service) CountSuspended(ctx context.Context, tx db.Tx, by act.Actor) (db.Count, error) {
	if err := by.Require("read", "mail"); err != nil {
		return db.Count{}, err
	}
	return countIn(ctx, tx, "mail_in", string(Suspended))
}

func countIn(ctx context.Context, tx db.Tx, table, state string) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+table+` WHERE state = $1 LIMIT $2) AS bounded`, state, db.Cap+1).Scan(&n)
	return db.Capped(n), err
}

// Counts tells how much mail stands in the states somebody should look at, each up to the cap.
func (s *Service) Counts(ctx context.Context, tx db.Tx, by act.Actor) (map[string]map[string]db.Count, error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, err
	}
	out := map[string]map[string]db.Count{"outbox": {}, "received": {}}
	for _, c := range []struct{ group, table, state string }{
		{"outbox", "outbox", "queued"}, {"outbox", "outbox", "sending"}, {"outbox", "outbox", "failed"}, {"outbox", "outbox", "held"},
		{"received", "mail_in", "unparsed"}, {"received", "mail_in", "suspended"},
	} {
		n, err := countIn(ctx, tx, c.table, c.state)
		if err != nil {
			return nil, err
		}
		out[c.group][c.state] = n
	}
	var soon int64 // suspended mail that goes within two days
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM mail_in WHERE state = 'suspended' AND received < $1 LIMIT $2) AS bounded`,
		db.Micros(by.Now().Add(expiring-SuspendedFor)), db.Cap+1).Scan(&soon)
	out["received"]["expiring"] = db.Capped(soon)
	return out, err
}
