package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/tracker"
)

// onIssueReport creates an issue in its tracker. An attempt is counted before it is made: after one whose end is
// not known the newest issues are looked through for this one, so that it is created once.
func (s *Service) onIssueReport(ctx context.Context, j job.Job) (job.Finish, error) {
	var r Report
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if r, err = s.report(ctx, tx, j.Subject.ID); err != nil || r.State != ReportQueued {
			return err
		}
		return tx.Later(ctx, nil, `UPDATE issue_report SET attempts = attempts + 1 WHERE id = $1`, r.ID)
	})
	if fault.Is(err, fault.NotFound) || err == nil && r.State != ReportQueued {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// The mark is a comment in Markdown: nobody sees it, and it says nothing of the customer.
	n := tracker.NewIssue{Project: r.Project, Title: r.Title, Body: r.Body + "\n\n<!-- " + r.mark + " -->", Labels: r.Labels, Confidential: r.Confidential, Mark: r.mark}
	made, err := s.trackers.Create(ctx, r.TrackerID, n, r.Attempts > 0)
	if err == nil {
		return func(ctx context.Context, tx db.Tx) error { return s.reported(ctx, tx, r, made) }, nil
	}
	trouble, f := tracker.AsTrouble(err), fault.As(err)
	switch {
	case trouble == nil && f == nil:
		return nil, err // a stop is nobody's failure
	case trouble != nil && trouble.Reason == tracker.Limited:
		return func(ctx context.Context, tx db.Tx) error {
			if err := s.noteReport(ctx, tx, r, ReportQueued, trouble.Error()); err != nil {
				return err
			}
			return s.again(j, trouble.Until)(ctx, tx)
		}, nil
	case trouble != nil && trouble.Temporary():
		if werr := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			return s.noteReport(ctx, tx, r, ReportQueued, trouble.Error())
		}); werr != nil {
			return nil, werr
		}
		if j.Attempts < reportTries {
			return nil, err // the queue waits longer each time
		}
	}
	return func(ctx context.Context, tx db.Tx) error {
		if err := s.noteReport(ctx, tx, r, ReportFailed, err.Error()); err != nil {
			return err
		}
		_, err := s.ledger.Append(ctx, tx, s.system().Because(act.Cause{Event: r.event}), ledger.Entry{Verb: TicketReportFailed,
			Subject: ledger.Ref{Kind: "ticket", ID: r.TicketID}, Data: map[string]any{"report": r.ID}})
		return err
	}, nil
}

// reportTries is how often a tracker that cannot be reached is tried: for about five hours.
const reportTries = 12

func reportBackoff(attempt int) time.Duration {
	return min(30*time.Second<<min(attempt-1, 10), time.Hour)
}

func (s *Service) noteReport(ctx context.Context, tx db.Tx, r Report, state ReportState, text string) error {
	return tx.Later(ctx, nil, `UPDATE issue_report SET state = $1, error = $2 WHERE id = $3`, string(state), text, r.ID)
}

// reported links the issue that was created.
func (s *Service) reported(ctx context.Context, tx db.Tx, r Report, made tracker.Remote) error {
	by := s.system().Because(act.Cause{Event: r.event}).Still()
	issue, err := s.trackers.Track(ctx, tx, by, made.Reference, &made)
	if err != nil {
		return err
	}
	if err := tx.Later(ctx, nil, `UPDATE issue_report SET state = $1, error = '', issue_id = $2 WHERE id = $3`, string(ReportCreated), issue.ID, r.ID); err != nil {
		return err
	}
	t, err := s.lock(ctx, tx, r.TicketID)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted meanwhile; the issue is there
	}
	if err != nil {
		return err
	}
	l, _, err := s.addLink(ctx, tx, by, t, issue)
	if fault.Is(err, fault.Invalid) { // a hundred links are enough
		return nil
	}
	if err != nil || !r.Waiting || l.Waiting || t.Status == StatusClosed || issue.State.Done() {
		return err
	}
	_, err = s.waitOn(ctx, tx, by.Because(act.Cause{Event: l.EventID}), t, l, true)
	return err
}
