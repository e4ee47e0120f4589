package desk

import (
	"context"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/playbook"
	"steward/internal/rest"
	"steward/internal/tracker"
)

// IssueRunSubject lets runs of playbooks be about issues of trackers.
func (s *Service) IssueRunSubject() playbook.Subject {
	return playbook.Subject{Kind: "issue", Title: "Issue",
		Load: func(ctx context.Context, tx db.Tx, id int64) (playbook.About, error) {
			i, err := s.trackers.Get(ctx, tx, id)
			return playbook.About{Title: issueTitle(i), Vars: func() any { return s.issueVars(i) }}, err
		},
		MayRead: func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
			_, err := s.Wanted(ctx, tx, by, id)
			return err
		},
		Titles: func(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error) {
			list, err := s.trackers.Some(ctx, tx, ids)
			out := map[int64]string{}
			for id, i := range list {
				out[id] = issueTitle(i)
			}
			return out, err
		},
		Find: s.findIssues, Changed: s.issueRun}
}

// issueRun keeps an issue asked for as long as a run about it is under way, whether or not a ticket is linked to it.
func (s *Service) issueRun(ctx context.Context, tx db.Tx, by act.Actor, before, after *playbook.Run) error {
	switch over := after.Status.Over(); {
	case before == nil && !over:
		return s.trackers.Ask(ctx, tx, after.Subject.ID)
	case before != nil && over && !before.Status.Over():
		return s.countInterest(ctx, tx, by.Now(), after.Subject.ID) // which stops asking for what nobody wants
	}
	return nil
}

// notStarted is how long an issue that was taken up for a run waits for it.
const notStarted = time.Hour

// TakeUpIssue begins to know of an issue that a run is to be about; read is what was read of it just now, nil when it
// could not be. Whoever may read issues and start runs may. Without a run or a link nothing is asked of it after an hour.
func (s *Service) TakeUpIssue(ctx context.Context, tx db.Tx, by act.Actor, r tracker.Reference, read *tracker.Remote) (tracker.Issue, error) {
	if err := mayTakeUp(by); err != nil {
		return tracker.Issue{}, err
	}
	by = by.Still()
	issue, err := s.trackers.Track(ctx, tx, by, r, read)
	if err != nil {
		return issue, err
	}
	return issue, s.jobs.Enqueue(ctx, tx, by.Now(), job.Spec{Kind: interestJob, Key: "taken/" + strconv.FormatInt(issue.ID, 10), Subject: ledger.Ref{Kind: "issue", ID: issue.ID}, Due: by.Now().Add(notStarted)})
}

func mayTakeUp(by act.Actor) error {
	if err := by.Require("read", "issue"); err != nil {
		return err
	}
	return by.Require("write", playbook.Kind)
}

type postIssueInput struct {
	Body struct {
		Reference string `json:"reference" minLength:"1" maxLength:"500" doc:"An address or a short form, such as group/project#12."`
	}
}

func (s *Service) postIssue(ctx context.Context, by act.Actor, in *postIssueInput) (rest.Change[IssueView], error) {
	r, read, err := s.lookUp(ctx, in.Body.Reference, func(context.Context, db.Tx) error { return mayTakeUp(by) })
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) (IssueView, error) {
		issue, err := s.TakeUpIssue(ctx, tx, by, r, read)
		return s.newIssueView(issue, true), err
	}, nil
}

// issueTitle is what a run about an issue is called. What a confidential one says stays on its page.
func issueTitle(i tracker.Issue) string {
	if i.Confidential || i.Title == "" {
		return i.Short()
	}
	return i.Short() + " " + i.Title
}

// issueVars are what conditions of playbooks read of an issue.
func (s *Service) issueVars(i tracker.Issue) map[string]any {
	out := map[string]any{"reference": i.Short(), "project": i.Project, "title": i.Title, "state": string(i.State), "labels": i.Labels, "milestone": i.Milestone, "confidential": i.Confidential}
	if w, ok := s.trackers.Tracker(i.TrackerID); ok {
		out["tracker"] = w.Name
	}
	return out
}

// findIssues finds issues by their reference or address, or among the newest 5,000 by their number; without words those that most tickets are linked to.
func (s *Service) findIssues(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) (out []playbook.Found, err error) {
	if err := by.Require("read", "issue"); err != nil {
		return nil, err
	}
	w := &db.Where{}
	number, notNumber := strconv.ParseInt(strings.TrimLeft(words, "#!"), 10, 64)
	switch {
	case words == "":
		list, _, err := s.WantedIssues(ctx, tx, by, IssueFilter{}, db.Page{Limit: limit})
		for _, i := range list {
			out = append(out, foundIssue(i.Issue))
		}
		return out, err
	case notNumber == nil:
		w.And("i.number = ?", number).And("i.id > (SELECT COALESCE(max(id), 0) FROM tracker_issue) - 5000") // no index leads by number alone
	default:
		r, err := tracker.Parse(words, s.trackers.Active())
		if err != nil {
			return nil, nil // it names none
		}
		w.And("i.tracker_id = ? AND i.project = ? AND i.number = ?", r.TrackerID, r.Project, r.Number)
	}
	rows, err := tx.Query(ctx, `SELECT `+tracker.Fields+` FROM tracker_issue i WHERE `+w.SQL()+` ORDER BY i.id DESC LIMIT `+w.Arg(limit), w.Args()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (tracker.Issue, error) { return tracker.Scan(r) })
	for _, i := range list {
		out = append(out, foundIssue(i))
	}
	return out, err
}

func foundIssue(i tracker.Issue) playbook.Found {
	return playbook.Found{ID: i.ID, Title: i.Short(), Detail: i.Title}
}
