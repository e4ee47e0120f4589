package doctor

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// tail is how many events are verified when the whole ledger is not asked for.
const tail = 20_000

func (e *examination) ledger(ctx context.Context) error {
	var r ledger.Report
	var err error
	which := "The newest part of the ledger"
	if e.Full {
		which = "The whole ledger"
		r, err = e.Ledger.Verify(ctx, nil)
	} else {
		r, err = e.Ledger.VerifyTail(ctx, tail)
	}
	switch {
	case err != nil:
		return err
	case r.Tampered != 0:
		e.fail("ledger", "Keep a copy of the database as it is, and compare it with a backup: somebody or something changed what was recorded.", "Event %d is not as it was written: %s.", r.Tampered, r.Reason)
	default:
		e.ok("ledger", "%s verifies: %d events.", which, r.Events)
	}
	return nil
}

func (e *examination) followers(ctx context.Context) error {
	lags, err := e.Ledger.Lags(ctx)
	if err != nil {
		return err
	}
	found := len(e.report.Checks)
	for _, l := range lags {
		if l.Parked > 0 {
			e.fail("followers", "Look into the log for \"an event cannot be handled\", mend the cause, then restart the server or replay them.", "%s could not handle %d events; their records wait.", l.Name, l.Parked)
		}
		if behind := e.now.Sub(l.Since); !l.Since.IsZero() && behind > time.Minute {
			e.warn("followers", "See whether a server runs, and whether it is overloaded.", "%s is %d events and %s behind.", l.Name, l.Events, behind.Round(time.Second))
		}
	}
	if len(e.report.Checks) == found {
		e.ok("followers", "%d followers are up to date.", len(lags))
	}
	return nil
}

func (e *examination) jobs(ctx context.Context) error {
	var all []job.Backlog
	var expired int64
	err := e.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if all, err = e.Jobs.Backlogs(ctx, tx); err != nil {
			return err
		}
		expired, err = e.Jobs.Expired(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	found := len(e.report.Checks)
	for _, b := range all {
		if b.Parked > 0 {
			e.warn("jobs", "Look at its error under Jobs, mend the cause, and try it again.", "%d jobs of kind %s were given up.", b.Parked, b.Kind)
		}
		if late := e.now.Sub(b.Oldest); !b.Oldest.IsZero() && late > 5*time.Minute {
			e.fail("jobs", "See whether a server runs, and whether the database is overloaded.", "%d jobs of kind %s are due, the oldest for %s.", b.Due, b.Kind, late.Round(time.Second))
		}
	}
	if expired > 0 {
		e.warn("jobs", "Nothing while a server runs: it takes them over. Otherwise start one.", "%d jobs were left behind by a server that is gone.", expired)
	}
	if len(e.report.Checks) == found {
		e.ok("jobs", "No job is late or was given up.")
	}
	return nil
}

func (e *examination) mail(ctx context.Context) error {
	counts := map[string]int64{}
	hold := ""
	err := e.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if hold, err = mail.OnHold(ctx, tx); err != nil {
			return err
		}
		for _, state := range []mail.OutState{mail.Held, mail.Failed, mail.Queued} {
			var n int64
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = $1 LIMIT $2) AS bounded`, string(state), db.Cap+1).Scan(&n); err != nil {
				return err
			}
			counts[string(state)] = n
		}
		return nil
	})
	if err != nil {
		return err
	}
	found := len(e.report.Checks)
	if hold != "" {
		e.warn("mail", "When nothing else sends the same mail, release it: Mail, Queue, Release.", "All outgoing mail is held. %s", hold)
	} else if n := counts[string(mail.Held)]; n > 0 {
		e.warn("mail", "Give the mailbox an outgoing server, then release them: Mail, Queue, Release.", "%d mails are held.", n)
	}
	if n := counts[string(mail.Failed)]; n > 0 {
		e.warn("mail", "Read why under Mail, Queue, Failed; try them again or take them back.", "%d mails could not be sent.", n)
	}
	if len(e.report.Checks) == found {
		e.ok("mail", "No mail is held or failed; %d wait for their time.", counts[string(mail.Queued)])
	}
	return nil
}
