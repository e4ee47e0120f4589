package mail

import (
	"context"
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

// Cause says why a received mail was set aside; Received.Reason says the same in words.
type Cause string

// The causes of suspension.
const (
	CauseOurs     Cause = "ours"       // it claims to come from one of our own mailboxes
	CauseSender   Cause = "sender"     // it has no sender who could be answered
	CausePerson   Cause = "person"     // its sender is suspended
	CauseMany     Cause = "too_many"   // its sender sent too many within an hour
	CauseNowhere  Cause = "nowhere"    // an automatic answer that belongs to no ticket
	CauseBlocked  Cause = "blocked"    // its sender is blocked
	CauseSpam     Cause = "spam_flag"  // the server before ours marked it as spam
	CauseForged   Cause = "dmarc_fail" // its sender's domain says that it is not theirs
	CauseStranger Cause = "stranger"   // only colleagues may write to that mailbox
	CauseRefused  Cause = "refused"    // its sender may not ask for help; it is let through when they may
)

// SuspendedFor is how long a suspended mail waits for somebody to look; then its bytes are
// removed. A discarded one keeps them as long.
const SuspendedFor = 14 * 24 * time.Hour

// expiring is how long before the end people are warned.
const expiring = 48 * time.Hour

// forgetJob removes the bytes of a discarded mail.
const forgetJob = "mail.forget"

// Expires is when a suspended mail will be removed unless somebody looks; zero for others.
func (r Received) Expires() time.Time {
	if r.State != Suspended {
		return time.Time{}
	}
	return r.At.Add(SuspendedFor)
}

// Suspend sets a mail aside for a person to look at, in the transaction that decided so.
func (s *Service) Suspend(ctx context.Context, tx db.Tx, id int64, m *Message, cause Cause, reason string) error {
	by := act.Root()
	by.Clock = s.clock
	if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailSuspended, Subject: ledger.Ref{Kind: "mail", ID: id}, Data: map[string]any{"cause": cause}}); err != nil {
		return err
	}
	return s.settle(ctx, tx, id, m, Suspended, cause, reason, 0, 0)
}

// unwantedByDefault is what sets mail aside in a mailbox that says nothing about it. A failed
// DMARC check is left out: forwarding breaks it for mail that people really wrote.
var unwantedByDefault = []string{string(CauseSpam), string(CauseBlocked)}

// Unwanted says why a mail for a mailbox is to be set aside; "" when it is not. Its
// Authentication is settled already.
func (s *Service) Unwanted(ctx context.Context, tx db.Tx, m *Message, envelopeFrom string, box Mailbox) (cause Cause, reason string, err error) {
	looks := box.Suspend
	if len(looks) == 0 {
		looks = unwantedByDefault
	}
	if slices.Contains(looks, string(CauseBlocked)) {
		b, err := s.blocked(ctx, tx, m.From.Email, envelopeFrom)
		if err != nil {
			return "", "", err
		}
		if b.ID != 0 {
			return CauseBlocked, fmt.Sprintf("Its sender is blocked: %s, since %s.", b.Sender, b.At.UTC().Format("2 January 2006")), nil
		}
	}
	if slices.Contains(looks, string(CauseSpam)) && m.flaggedAsSpam() {
		return CauseSpam, "The server before this one marked it as spam.", nil
	}
	if slices.Contains(looks, string(CauseForged)) && m.Auth.Failed {
		return CauseForged, "Its sender's domain does not stand behind it: " + m.Auth.Detail + ".", nil
	}
	return "", "", nil
}

// flaggedAsSpam reports what a filter before us wrote into the mail. Nobody gains by forging it.
func (m *Message) flaggedAsSpam() bool {
	return strings.EqualFold(strings.TrimSpace(m.Header.Get("X-Spam-Flag")), "yes") ||
		strings.HasPrefix(strings.ToLower(strings.TrimSpace(m.Header.Get("X-Spam-Status"))), "yes")
}

// Decision is what somebody makes of suspended mail.
type Decision string

// The decisions.
const (
	Recover Decision = "recover" // let it through
	Unblock Decision = "unblock" // let it through, and its sender from now on
	Drop    Decision = "discard"
)

// maxReviewed is how many mails one review decides about.
const maxReviewed = 100

// Unreviewed is a mail that a review could do nothing about.
type Unreviewed struct {
	ID     int64  `json:"id"`
	Reason string `json:"reason"`
}

// Review decides about suspended or unparsed mails, at most 100 at once; those that stand
// otherwise meanwhile are returned. Whoever may write mail may.
func (s *Service) Review(ctx context.Context, tx db.Tx, by act.Actor, ids []int64, d Decision) (done int, left []Unreviewed, err error) {
	if err := by.Require("write", "mail"); err != nil {
		return 0, nil, err
	}
	if len(ids) == 0 || len(ids) > maxReviewed {
		return 0, nil, fault.Field("ids", len(ids), "1 to 100 mails", "A review decides about 1 to 100 mails; these are %d.", len(ids))
	}
	for _, id := range ids {
		switch d {
		case Recover:
			err = s.Process(ctx, tx, by, id)
		case Unblock:
			if err = s.unblockSender(ctx, tx, by, id); err == nil {
				err = s.Process(ctx, tx, by, id)
			}
		case Drop:
			err = s.Discard(ctx, tx, by, id)
		default:
			return 0, nil, fault.Field("action", d, "recover, unblock or discard", "A review cannot %q.", d)
		}
		var f *fault.Error
		switch {
		case errors.As(err, &f) && (f.Code == fault.Invalid || f.Code == fault.NotFound):
			left = append(left, Unreviewed{id, f.Message})
		case err != nil:
			return done, left, err
		default:
			done++
		}
	}
	return done, left, nil
}

// forgetLater sets when the bytes of a discarded mail go.
func (s *Service) forgetLater(ctx context.Context, tx db.Tx, now time.Time, id int64) error {
	return s.jobs.Set(ctx, tx, now, job.Spec{Kind: forgetJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "mail", ID: id}, Due: now.Add(SuspendedFor)})
}

// onForget removes the bytes of a mail that is still discarded.
func (s *Service) onForget(ctx context.Context, tx db.Tx, j job.Job) error {
	_, err := tx.Exec(ctx, `DELETE FROM mail_raw WHERE mail_id = $1 AND EXISTS (SELECT 1 FROM mail_in WHERE id = $1 AND state = 'discarded')`, j.Subject.ID)
	return err
}

// Sweep discards suspended mail that nobody looked at in time, some at a time.
func (s *Service) Sweep(ctx context.Context, tx db.Tx, by act.Actor) error {
	rows, err := tx.Query(ctx, `SELECT id FROM mail_in WHERE state = 'suspended' AND received < $1 ORDER BY id LIMIT 500`, db.Micros(by.Now().Add(-SuspendedFor)))
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE mail_in SET state = 'discarded', reason = reason || ' Nobody looked at it within 14 days.' WHERE id = $1`, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM mail_raw WHERE mail_id = $1`, id); err != nil {
			return err
		}
		if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailDiscarded, Subject: ledger.Ref{Kind: "mail", ID: id}, Data: map[string]any{"expired": true}}); err != nil {
			return err
		}
	}
	return nil
}
