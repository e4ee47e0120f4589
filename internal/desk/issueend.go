package desk

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/tracker"
)

// Kinds of the jobs around issues.
const (
	issueEndedJob    = "desk.issue_ended"    // tickets that waited for an issue go on
	interestJob      = "desk.interest"       // how many stand behind an issue
	interestLabelJob = "desk.interest_label" // the issue gets its label
	issueReportJob   = "desk.issue_report"   // an issue is written to its tracker
)

// endedBatch is how many tickets go on in one transaction.
const endedBatch = 50

func (s *Service) handleEngineering() {
	s.jobs.Handle(issueEndedJob, job.Options{Parallel: 2}, s.onIssueEnded)
	s.jobs.Handle(incidentsJob, job.Options{Parallel: 2}, s.onIncidents)
	s.jobs.Handle(interestJob, job.Options{Parallel: 1}, s.onInterest)
	s.jobs.HandleIO(interestLabelJob, job.Options{Parallel: 1}, s.onInterestLabel)
	s.jobs.HandleIO(issueReportJob, job.Options{Parallel: 2, Backoff: reportBackoff}, s.onIssueReport)
}

// issueEnd is what the job of an ended issue knows.
type issueEnd struct {
	Event int64         `json:"event"`
	State tracker.State `json:"state"`
	Depth int           `json:"depth"`
}

// onIssue hears of changes of issues. One that ended lets the tickets that wait for it go on, by a job,
// as there may be many.
func (s *Service) onIssue(ctx context.Context, tx db.Tx, by act.Actor, before, after tracker.Issue, event int64) error {
	if before.State.Done() || !after.State.Done() {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, by.Now(), issueEnd{event, after.State, by.Cause.Depth}.job(by, after.ID))
}

func (e issueEnd) job(by act.Actor, issueID int64) job.Spec {
	return job.Spec{Kind: issueEndedJob, Key: fmt.Sprintf("%d:%d", issueID, e.Event), Subject: ledger.Ref{Kind: "issue", ID: issueID}, Due: by.Now(), Args: e}
}

func (s *Service) onIssueEnded(ctx context.Context, tx db.Tx, j job.Job) error {
	var end issueEnd
	if err := j.Decode(&end); err != nil {
		return err
	}
	by := s.system().Because(act.Cause{Event: end.Event})
	by.Cause.Depth = end.Depth
	by = by.Still()
	issue, err := s.trackers.Get(ctx, tx, j.Subject.ID)
	if err != nil {
		return err
	}
	ids, err := ticketIDs(ctx, tx, `SELECT ticket_id FROM ticket_link WHERE issue_id = $1 AND waiting = TRUE ORDER BY ticket_id LIMIT $2`, issue.ID, endedBatch)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.goOn(ctx, tx, by, id, issue, end.State); err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
	}
	if len(ids) == endedBatch {
		return s.jobs.Enqueue(ctx, tx, by.Now(), end.job(by, issue.ID))
	}
	return nil
}

// goOn lets a ticket go on that waited for an issue: once, as the mark of waiting goes with it. It is told
// by a note; the ticket is open again when it waits for nothing else, and a question is a task then.
func (s *Service) goOn(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, issue tracker.Issue, state tracker.State) error {
	n, err := tx.Exec(ctx, `UPDATE ticket_link SET waiting = FALSE WHERE ticket_id = $1 AND issue_id = $2 AND waiting = TRUE`, ticketID, issue.ID)
	if err != nil || n == 0 {
		return err
	}
	t, err := s.lock(ctx, tx, ticketID)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted
	}
	if err != nil {
		return err
	}
	left, err := s.waits(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	if t.Status == StatusClosed {
		if t.MergedInto == 0 || left > 0 {
			return nil
		}
		_, err := tx.Exec(ctx, `UPDATE ticket_merge_loser SET status = 'open' WHERE ticket_id = $1 AND status = 'hold'`, t.ID) // undone, it waits for nothing
		return err
	}
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketIssueEnded, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Data: map[string]any{"issue": issue.ID, "state": state, "left": left}})
	if err != nil {
		return err
	}
	text := fmt.Sprintf("[%s](%s) is %s: %s.", mail.EscapeMarkdown(issue.Short()), issue.URL, state, mail.EscapeMarkdown(issue.Title))
	if left > 0 {
		text += fmt.Sprintf(" The ticket still waits for %d more.", left)
	}
	html, plain := mail.FromMarkdown(text)
	msg := Message{Agent: true, Channel: "rule", HTML: html, Text: plain}
	because := by.Because(act.Cause{Event: event})
	note, err := s.ledger.Append(ctx, tx, because, msg.written(t.ID))
	if err != nil {
		return err
	}
	if _, err := s.insertComment(ctx, tx, because, t, msg, note); err != nil {
		return err
	}
	before := *t
	if left == 0 && t.Status == StatusHold {
		t.Status = StatusOpen
		if t.Type == TypeQuestion { // an incident belongs to its problem, and a problem has incidents
			t.Type = TypeTask
		}
	}
	return s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: event})
}
