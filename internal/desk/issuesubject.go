package desk

import (
	"context"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/playbook"
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
		Find: s.findIssues}
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
