package mail

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
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
	if _, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailQueued, Subject: outSubject(in.TicketID, id),
		Data: map[string]any{"outbox": id, "mailbox_id": in.MailboxID, "comment": in.CommentID}}); err != nil {
		return id, err
	}
	return id, s.enqueue(ctx, tx, now, id, in.NotBefore)
}

func (s *Service) enqueue(ctx context.Context, tx db.Tx, now time.Time, id int64, due time.Time) error {
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: sendJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "outbox", ID: id}, Due: due})
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

// sendOne is the job: claim, send, note the outcome.
func (s *Service) sendOne(ctx context.Context, j job.Job) (job.Finish, error) {
	id := j.Subject.ID
	var o Out
	var raw []byte
	var box Box
	known, hold := false, false
	// Claiming commits "sending" before the first byte leaves, so that a crash in between shows.
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		o, err = scanOut(tx.QueryRow(ctx, `SELECT `+outFields+`, raw, EXISTS (SELECT 1 FROM instance WHERE name = '`+HoldKey+`') FROM outbox WHERE id = $1`, id), &raw, &hold)
		if err != nil {
			return err
		}
		if o.State == Sent || o.State == Cancelled || o.State == Failed || o.State == Held {
			return nil
		}
		uncertain := o.Uncertain || o.State == Sending // an earlier try never told how it ended
		if box, known = s.boxes().Box(o.MailboxID); !known || (box.Spec.Outgoing == nil && !s.catch) {
			err := tx.Later(ctx, nil, `UPDATE outbox SET state = 'held', error = $1 WHERE id = $2`,
				"No outgoing server is configured for this mailbox. Add one, then release the mail.", id)
			o.State = Held
			return err
		}
		if hold && !s.sandbox {
			err := tx.Later(ctx, nil, `UPDATE outbox SET state = 'held', uncertain = $1, error = $2 WHERE id = $3`, uncertain, HeldBecause, id)
			o.State = Held
			return err
		}
		o.State, o.Uncertain = Sending, uncertain
		err = tx.Later(ctx, nil, `UPDATE outbox SET state = 'sending', attempts = attempts + 1, uncertain = $1 WHERE id = $2`, uncertain, id)
		return err
	})
	if err != nil || o.State != Sending {
		return nil, err
	}
	res := s.dispatch(ctx, box, o, raw)
	by := act.Root()
	by.Clock = s.clock
	switch res.Outcome {
	case Delivered:
		return func(ctx context.Context, tx db.Tx) error { return s.noteSent(ctx, tx, by, o, "") }, nil
	case Permanent:
		return func(ctx context.Context, tx db.Tx) error { return s.noteFailed(ctx, tx, by, o, res.Message) }, nil
	case Partial:
		if o.Recipients = waiting(res); len(o.Recipients) == 0 {
			return func(ctx context.Context, tx db.Tx) error { return s.noteSent(ctx, tx, by, o, res.Message) }, nil
		}
	}
	if j.Attempts >= maxTries {
		return func(ctx context.Context, tx db.Tx) error {
			return s.noteFailed(ctx, tx, by, o, fmt.Sprintf("Given up after %d tries. The last one: %s", j.Attempts, res.Message))
		}, nil
	}
	if err := s.noteRetry(context.WithoutCancel(ctx), o, res); err != nil {
		slog.Warn("a failed try to send could not be noted", "outbox", id, "error", err)
	}
	return nil, errors.New(res.Message)
}

// maxTries is how often a mail is tried before it is given up: about half a day.
const maxTries = 20

// waiting are the recipients a relay did not take yet but may take later.
func waiting(res Result) (out []string) {
	for _, r := range res.Recipients {
		if r.Outcome == Temporary || r.Outcome == Unknown {
			out = append(out, r.Email)
		}
	}
	return out
}

// dispatch sends over SMTP, or to the catcher: in a sandbox, and for a mailbox without a server.
func (s *Service) dispatch(ctx context.Context, box Box, o Out, raw []byte) Result {
	if s.sandbox || box.Spec.Outgoing == nil {
		if err := s.caught(ctx, o, raw); err != nil {
			return failed(Temporary, 0, err.Error(), o.Recipients)
		}
		return Result{Outcome: Delivered}
	}
	return s.deliver(ctx, box, o.Sender, o.Recipients, raw)
}

// sendBackoff waits 5 s, 10 s, 20 s … up to an hour: a server that was away for a moment
// costs little, one that is away for a day is not hammered.
func sendBackoff(attempt int) time.Duration {
	return min(5*time.Second<<min(attempt-1, 10), time.Hour)
}

func (s *Service) noteSent(ctx context.Context, tx db.Tx, by act.Actor, o Out, remark string) error {
	if err := tx.Later(ctx, nil, `UPDATE outbox SET state = 'sent', sent_at = $1, error = $2 WHERE id = $3`, db.Micros(by.Now()), clip(remark, 2000), o.ID); err != nil {
		return err
	}
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailSent, Subject: outSubject(o.TicketID, o.ID), Data: map[string]any{"outbox": o.ID, "comment": o.CommentID}})
	return err
}

func (s *Service) noteFailed(ctx context.Context, tx db.Tx, by act.Actor, o Out, why string) error {
	if err := tx.Later(ctx, nil, `UPDATE outbox SET state = 'failed', error = $1 WHERE id = $2`, clip(why, 2000), o.ID); err != nil {
		return err
	}
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailFailed, Subject: outSubject(o.TicketID, o.ID), Data: map[string]any{"outbox": o.ID, "comment": o.CommentID}})
	return err
}

func (s *Service) noteRetry(ctx context.Context, o Out, res Result) error {
	to, err := json.Marshal(o.Recipients)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'queued', error = $1, uncertain = $2, recipients = $3 WHERE id = $4 AND state = 'sending'`,
			clip(res.Message, 2000), o.Uncertain || res.Outcome == Unknown, string(to), o.ID)
		return err
	})
}

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

// Retry puts a failed or held mail back into the queue. Whoever may write mail may.
func (s *Service) Retry(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE outbox SET state = 'queued', error = '' WHERE id = $1 AND state IN ('failed', 'held', 'queued')`, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Invalid, "Mail %d is not waiting, held or failed, so it cannot be tried again.", id)
	}
	now := by.Now()
	return s.jobs.Set(ctx, tx, now, job.Spec{Kind: sendJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "outbox", ID: id}, Due: now})
}

// Cancel takes back a mail that has not left. Whoever may write mail may.
func (s *Service) Cancel(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE outbox SET state = 'cancelled' WHERE id = $1 AND state IN ('queued', 'held', 'failed')`, id)
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
		if err := s.enqueue(ctx, tx, by.Now(), id, by.Now()); err != nil {
			return 0, err
		}
	}
	return len(ids), rows.Err()
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
		var n int64
		err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+c.table+` WHERE state = $1 LIMIT $2) AS bounded`, c.state, db.Cap+1).Scan(&n)
		if err != nil {
			return nil, err
		}
		out[c.group][c.state] = db.Capped(n)
	}
	return out, nil
}
