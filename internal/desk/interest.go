package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/tracker"
)

// Interest is how much stands behind an issue. Figures are of when they were counted: after each link,
// and at least once a day.
type Interest struct {
	Tickets       int64 // linked, neither deleted nor merged into another
	Organizations int64 // whose tickets they are
	Revenue       int64 // of these organizations, in hundredths of the tracker's currency
	Counted       time.Time
}

// countInterest has an issue's interest counted by a job.
func (s *Service) countInterest(ctx context.Context, tx db.Tx, now time.Time, issueID int64) error {
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: interestJob, Key: fmt.Sprint(issueID), Subject: ledger.Ref{Kind: "issue", ID: issueID}, Due: now})
}

// behind are the tickets that count for an issue.
const behind = ` FROM ticket_link l JOIN ticket t ON t.id = l.ticket_id WHERE l.issue_id = $1 AND t.deleted_at IS NULL AND t.merged_into IS NULL`

func (s *Service) onInterest(ctx context.Context, tx db.Tx, j job.Job) error {
	issue, err := s.trackers.Get(ctx, tx, j.Subject.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.clock()
	w, asked := s.trackers.Tracker(issue.TrackerID)
	var n Interest
	if err := tx.QueryRow(ctx, `SELECT count(*), count(DISTINCT t.organization_id)`+behind, issue.ID).Scan(&n.Tickets, &n.Organizations); err != nil {
		return err
	}
	if asked && w.Spec.Revenue != "" {
		if n.Revenue, err = s.revenueBehind(ctx, tx, issue.ID, w.Spec.Revenue); err != nil {
			return err
		}
	}
	var labelled bool
	err = tx.QueryRow(ctx, `INSERT INTO issue_interest (issue_id, tickets, organizations, revenue, labelled, counted) VALUES ($1, $2, $3, $4, FALSE, $5)
		ON CONFLICT (issue_id) DO UPDATE SET tickets = excluded.tickets, organizations = excluded.organizations, revenue = excluded.revenue, counted = excluded.counted
		RETURNING labelled`, issue.ID, n.Tickets, n.Organizations, n.Revenue, db.Micros(now)).Scan(&labelled)
	if err != nil {
		return err
	}
	if n.Tickets == 0 {
		var known bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM known_issue_link WHERE issue_id = $1)`, issue.ID).Scan(&known); err != nil || known {
			return err
		}
		if under, err := s.playbooks.UnderWay(ctx, tx, ledger.Ref{Kind: "issue", ID: issue.ID}); err != nil || under {
			return err
		}
		return s.trackers.Forget(ctx, tx, issue.ID)
	}
	if labelled || !asked || w.Spec.InterestLabel == "" || issue.State.Done() {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: interestLabelJob, Key: fmt.Sprint(issue.ID), Subject: ledger.Ref{Kind: "issue", ID: issue.ID}, Due: now})
}

// revenueBehind adds up an attribute of the organizations behind an issue.
func (s *Service) revenueBehind(ctx context.Context, tx db.Tx, issueID int64, attribute string) (sum int64, err error) {
	const batch = 1000
	for after := int64(0); ; {
		type row struct{ id, amount int64 }
		rows, err := tx.Query(ctx, `SELECT o.id, o.attributes FROM organization o WHERE o.id > $2 AND o.id IN (SELECT t.organization_id`+behind+`) ORDER BY o.id LIMIT $3`, issueID, after, batch)
		list, err := db.Collect(rows, err, func(r db.Scanner) (one row, err error) {
			var stored string
			if err := r.Scan(&one.id, &stored); err != nil {
				return one, err
			}
			one.amount, err = s.decodeRevenue(stored, attribute)
			return one, err
		})
		if err != nil {
			return 0, err
		}
		for _, one := range list {
			sum += one.amount
			after = one.id
		}
		if len(list) < batch {
			return sum, nil
		}
	}
}

// decodeRevenue is an organization's of its stored attributes, in hundredths; 0 when it has none.
func (s *Service) decodeRevenue(stored, attribute string) (int64, error) {
	v, err := field.Decode(stored)
	if err != nil {
		return 0, err
	}
	amount, ok := s.config().Fields.Show("organization", v, true)[attribute].(float64)
	if !ok || math.IsNaN(amount) || math.Abs(amount) > 1e13 {
		return 0, nil
	}
	return int64(math.Round(amount * 100)), nil
}

// onInterestLabel gives an issue the label of its tracker.
func (s *Service) onInterestLabel(ctx context.Context, j job.Job) (job.Finish, error) {
	var issue tracker.Issue
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		issue, err = s.trackers.Get(ctx, tx, j.Subject.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	w, ok := s.trackers.Tracker(issue.TrackerID)
	if !ok || w.Spec.InterestLabel == "" {
		return nil, nil
	}
	if err := s.trackers.Label(ctx, issue.Reference, w.Spec.InterestLabel); err != nil {
		if t := tracker.AsTrouble(err); t != nil && t.Reason == tracker.Limited {
			return s.again(j, t.Until), nil
		}
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) error {
		return tx.Later(ctx, nil, `UPDATE issue_interest SET labelled = TRUE WHERE issue_id = $1`, issue.ID)
	}, nil
}

// again runs a job anew at a time its tracker named, without counting this run as a failure.
func (s *Service) again(j job.Job, at time.Time) job.Finish {
	return func(ctx context.Context, tx db.Tx) error {
		return s.jobs.Enqueue(ctx, tx, s.clock(), job.Spec{Kind: j.Kind, Key: j.Key, Subject: j.Subject, Due: at, Args: json.RawMessage(j.Args)})
	}
}

// recount bounds: figures are counted again after a day, some at each sweep.
const (
	recountAfter = 24 * time.Hour
	recountBatch = 1000
)

// SweepInterest has figures counted again that are a day old: organizations and their revenue change.
func (s *Service) SweepInterest(ctx context.Context, tx db.Tx, now time.Time) error {
	ids, err := ticketIDs(ctx, tx, `SELECT issue_id FROM issue_interest WHERE counted < $1 ORDER BY counted, issue_id LIMIT $2`, db.Micros(now.Add(-recountAfter)), recountBatch)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.countInterest(ctx, tx, now, id); err != nil {
			return err
		}
	}
	return nil
}

// IssueFilter narrows the list of issues.
type IssueFilter struct {
	Sort      string // interest (most tickets), revenue
	State     string // open, done; "" for all
	TrackerID int64
}

// WantedIssue is an issue with what stands behind it.
type WantedIssue struct {
	tracker.Issue
	Interest
}

const wantedFields = tracker.Fields + `, n.tickets, n.organizations, n.revenue, n.counted`

func scanWanted(row db.Scanner) (w WantedIssue, err error) {
	var counted sql.NullInt64
	var tickets, organizations, revenue sql.NullInt64
	w.Issue, err = tracker.Scan(tailScanner{row, []any{&tickets, &organizations, &revenue, &counted}})
	w.Interest = Interest{tickets.Int64, organizations.Int64, revenue.Int64, db.NullTime(counted)}
	return w, err
}

// WantedIssues lists the issues that tickets are linked to, those with the most behind them first.
// Whoever may read issues may.
func (s *Service) WantedIssues(ctx context.Context, tx db.Tx, by act.Actor, f IssueFilter, page db.Page) (list []WantedIssue, next string, err error) {
	if err := by.Require("read", "issue"); err != nil {
		return nil, "", err
	}
	column, key := "n.tickets", func(w WantedIssue) int64 { return w.Tickets }
	switch f.Sort {
	case "", "interest":
	case "revenue":
		column, key = "n.revenue", func(w WantedIssue) int64 { return w.Revenue }
	default:
		return nil, "", fault.Field("sort", f.Sort, "interest or revenue", "Issues cannot be sorted by %q.", f.Sort)
	}
	w := (&db.Where{}).And("n.tickets > 0")
	switch f.State {
	case "":
	case "open":
		w.And("i.state IN ('open', 'unknown')")
	case "done":
		w.And("i.state IN ('closed', 'merged')")
	default:
		return nil, "", fault.Field("state", f.State, "open or done", "There is no state %q.", f.State)
	}
	if f.TrackerID != 0 {
		w.And("i.tracker_id = ?", f.TrackerID)
	}
	last, id, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And("("+column+" < ? OR "+column+" = ? AND n.issue_id < ?)", last, last, id)
	}
	limit := w.Arg(page.Size() + 1)
	rows, err := tx.Query(ctx, `SELECT `+wantedFields+` FROM issue_interest n JOIN tracker_issue i ON i.id = n.issue_id WHERE `+w.SQL()+` ORDER BY `+column+` DESC, n.issue_id DESC LIMIT `+limit, w.Args()...)
	if list, err = db.Collect(rows, err, scanWanted); err != nil || len(list) <= page.Size() {
		return list, "", err
	}
	list = list[:page.Size()]
	end := list[len(list)-1]
	return list, db.Cursor(key(end), end.ID), nil
}

// Wanted returns an issue with what stands behind it. Whoever may read issues may.
func (s *Service) Wanted(ctx context.Context, tx db.Tx, by act.Actor, id int64) (WantedIssue, error) {
	if err := by.Require("read", "issue"); err != nil {
		return WantedIssue{}, err
	}
	w, err := scanWanted(tx.QueryRow(ctx, `SELECT `+wantedFields+` FROM tracker_issue i LEFT JOIN issue_interest n ON n.issue_id = i.id WHERE i.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("issue", id)
	}
	return w, err
}

// Evidence lists the tickets behind an issue that the actor may see, newest first.
func (s *Service) Evidence(ctx context.Context, tx db.Tx, by act.Actor, issueID int64, page db.Page) ([]*Ticket, string, error) {
	if _, err := s.Wanted(ctx, tx, by, issueID); err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("l.issue_id = ?", issueID).And("t.deleted_at IS NULL").And("t.merged_into IS NULL")
	if err := auth.Scope(by, "read", "ticket").Where(w, columns); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, ticketFields+` FROM ticket_link l JOIN ticket t ON t.id = l.ticket_id`, "l.ticket_id", w, page,
		func(r db.Scanner) (*Ticket, error) { return scanTicket(r) }, func(t *Ticket) int64 { return t.ID })
}
