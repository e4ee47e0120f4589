package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// sendOne is the job: claim, send, note the outcome.
func (s *Service) sendOne(ctx context.Context, j job.Job) (job.Finish, error) {
	var args sendArgs
	if err := j.Decode(&args); err != nil {
		return nil, err
	}
	if args.MailboxID != 0 && !s.sends(args.MailboxID) { // known before the mail is read
		return func(ctx context.Context, tx db.Tx) error { return s.holdUnsent(ctx, tx, j.Subject.ID) }, nil
	}
	c, err := s.claim(ctx, j.Subject.ID)
	if err != nil || c.State != Sending {
		return nil, err
	}
	o := c.Out
	res := s.dispatch(ctx, c.box, o, c.raw)
	by := act.Root()
	by.Clock = s.clock
	switch res.Outcome {
	case Delivered:
		return func(ctx context.Context, tx db.Tx) error { return s.noteSent(ctx, tx, by, o, c.remark) }, nil
	case Permanent:
		return func(ctx context.Context, tx db.Tx) error {
			if err := s.refusedNow(ctx, tx, by, o, res); err != nil {
				return err
			}
			return s.noteFailed(ctx, tx, by, o, res.Message)
		}, nil
	case Blocked:
		return func(ctx context.Context, tx db.Tx) error { return s.hold(ctx, tx, o.ID, res.Message) }, nil
	case Partial:
		if o.Recipients = waiting(res); len(o.Recipients) == 0 {
			return func(ctx context.Context, tx db.Tx) error {
				if err := s.refusedNow(ctx, tx, by, c.Out, res); err != nil {
					return err
				}
				return s.noteSent(ctx, tx, by, o, res.Message)
			}, nil
		}
	}
	if j.Attempts >= maxTries {
		return func(ctx context.Context, tx db.Tx) error {
			return s.noteFailed(ctx, tx, by, o, fmt.Sprintf("Given up after %d tries. The last one: %s", j.Attempts, res.Message))
		}, nil
	}
	if err := s.noteRetry(context.WithoutCancel(ctx), o, res); err != nil {
		slog.Warn("a failed try to send could not be noted", "outbox", o.ID, "error", err)
	}
	return nil, errors.New(res.Message)
}

// claimed is an outgoing mail that this run may send.
type claimed struct {
	Out
	raw    []byte
	box    Box
	remark string // what is left out, in words
}

const noServer = "No outgoing server is configured for this mailbox. Add one, then release the mail."

// claim commits "sending" before the first byte leaves, so that a crash in between shows.
// A mail that is to be signed becomes final here: the signed bytes commit with the claim,
// and every later try sends the same.
func (s *Service) claim(ctx context.Context, id int64) (c claimed, err error) {
	signature, signErr := s.signature(ctx, id)
	if signErr != nil && fault.As(signErr) == nil {
		return c, signErr
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		c = claimed{}
		var signed string
		var held bool
		if c.Out, err = scanOut(tx.QueryRow(ctx, `SELECT `+outFields+`, signed, raw, EXISTS (SELECT 1 FROM instance WHERE name = '`+HoldKey+`') FROM outbox WHERE id = $1`, id), &signed, &c.raw, &held); err != nil {
			return err
		}
		if c.State != Queued && c.State != Sending {
			return nil
		}
		if held && !s.sandbox {
			c.Uncertain = c.Uncertain || c.State == Sending
			c.State = Held
			return tx.Later(ctx, nil, `UPDATE outbox SET state = 'held', uncertain = $1, error = $2 WHERE id = $3`, c.Uncertain, HeldBecause, id)
		}
		if c.box, _ = s.boxes().Box(c.MailboxID); !s.sends(c.MailboxID) {
			c.State = Held
			return s.hold(ctx, tx, id, noServer)
		}
		if signErr != nil && signed == "" {
			c.State = Held
			return s.hold(ctx, tx, id, "The mail cannot be signed. "+signErr.Error())
		}
		if done, err := s.withhold(ctx, tx, &c); err != nil || done {
			return err
		}
		if signed == "" && signature != "" {
			c.raw = append([]byte(signature), c.raw...)
			if err := tx.Later(ctx, nil, `UPDATE outbox SET raw = $1, signed = $2 WHERE id = $3`, c.raw, "dkim", id); err != nil {
				return err
			}
		}
		c.Uncertain = c.Uncertain || c.State == Sending // an earlier try never told how it ended
		c.State = Sending
		return tx.Later(ctx, nil, `UPDATE outbox SET state = 'sending', attempts = attempts + 1, uncertain = $1 WHERE id = $2`, c.Uncertain, id)
	})
	return c, err
}

// signature makes the signature that a mail's mailbox asks for, "" for none or one that is there.
func (s *Service) signature(ctx context.Context, id int64) (field string, err error) {
	var boxID int64
	var signed string
	var raw []byte
	if !s.signing() {
		return "", nil
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT mailbox_id, signed, raw FROM outbox WHERE id = $1`, id).Scan(&boxID, &signed, &raw)
	})
	box, ok := s.boxes().Box(boxID)
	if err != nil || !ok || signed != "" || box.Spec.DKIM == nil {
		return "", err
	}
	return box.Spec.DKIM.Signature(raw, box.Spec.Address)
}

// signing reports whether any mailbox signs, so that the others pay nothing for it.
func (s *Service) signing() bool {
	for _, box := range s.boxes().All() {
		if box.Spec.DKIM != nil {
			return true
		}
	}
	return false
}

// withhold takes suppressed addresses off a mail's recipients; true when none is left and
// the mail does not leave.
func (s *Service) withhold(ctx context.Context, tx db.Tx, c *claimed) (bool, error) {
	list, err := s.suppressed(ctx, tx, c.Recipients)
	if err != nil || len(list) == 0 {
		return false, err
	}
	c.remark = withheld(list)
	left := slices.DeleteFunc(slices.Clone(c.Recipients), func(a string) bool {
		return slices.ContainsFunc(list, func(p Suppression) bool { return strings.EqualFold(p.Address, a) })
	})
	if len(left) > 0 {
		c.Recipients = left
		return false, nil
	}
	c.State = Withheld
	if err := tx.Later(ctx, nil, `UPDATE outbox SET state = 'withheld', error = $1 WHERE id = $2`, clip(c.remark, 2000), c.ID); err != nil {
		return true, err
	}
	by := act.Root()
	by.Clock = s.clock
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailWithheld, Subject: outSubject(c.TicketID, c.ID), Data: map[string]any{"outbox": c.ID, "comment": c.CommentID}})
	return true, err
}

// sends reports whether mail of a mailbox can leave at all: it has an outgoing server, or the
// catcher takes it.
func (s *Service) sends(mailboxID int64) bool {
	box, known := s.boxes().Box(mailboxID)
	return known && (box.Spec.Outgoing != nil || s.catch)
}

// holdUnsent is what claim does with a mail whose mailbox has no outgoing server, in one statement.
func (s *Service) holdUnsent(ctx context.Context, tx db.Tx, id int64) error {
	moved := noServer // a sandbox is not told to wait for the other instance
	if !s.sandbox {
		moved = HeldBecause
	}
	return tx.Later(ctx, nil, `UPDATE outbox SET error = CASE WHEN EXISTS (SELECT 1 FROM instance WHERE name = '`+HoldKey+`') THEN CAST($1 AS TEXT) ELSE $2 END,
		uncertain = (uncertain = TRUE OR state = 'sending' AND EXISTS (SELECT 1 FROM instance WHERE name = '`+HoldKey+`')), state = 'held'
		WHERE id = $3 AND state IN ('queued', 'sending')`, moved, noServer, id)
}

// hold keeps a mail back until somebody releases it.
func (s *Service) hold(ctx context.Context, tx db.Tx, id int64, why string) error {
	return tx.Later(ctx, nil, `UPDATE outbox SET state = 'held', error = $1 WHERE id = $2`, clip(why, 2000), id)
}

// refusedNow records addresses that the relay refused for good, as a bounce would.
func (s *Service) refusedNow(ctx context.Context, tx db.Tx, by act.Actor, o Out, res Result) error {
	for _, r := range res.Recipients {
		if r.Outcome != Permanent || !hardStatus[r.Status] {
			continue
		}
		ret := Returned{OutboxID: o.ID, TicketID: o.TicketID, CommentID: o.CommentID, Address: strings.ToLower(r.Email), Kind: Hard, Status: r.Status,
			Diagnostic: clip(fmt.Sprintf("%d %s", r.Code, r.Message), 500)}
		if _, err := s.noteReturned(ctx, tx, by, ret); err != nil {
			return err
		}
		if err := s.consequences(ctx, tx, by, ret); err != nil {
			return err
		}
	}
	return nil
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

// dispatch sends over SMTP, or to the catcher for a mailbox without a server.
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
