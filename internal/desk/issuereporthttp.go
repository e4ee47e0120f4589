package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk/leak"
	"steward/internal/rest"
)

// ReportView is a report as clients see it.
type ReportView struct {
	ID        int64     `json:"id"`
	Tracker   string    `json:"tracker" doc:"Title of its tracker."`
	Project   string    `json:"project"`
	Title     string    `json:"title"`
	State     string    `json:"state" enum:"queued,created,failed"`
	Attempts  int       `json:"attempts"`
	Error     string    `json:"error" doc:"What was wrong with the last attempt."`
	Waiting   bool      `json:"waiting"`
	CreatedAt time.Time `json:"created_at"`
}

func (s *Service) reportView(r Report) ReportView {
	v := ReportView{ID: r.ID, Project: r.Project, Title: r.Title, State: string(r.State), Attempts: r.Attempts, Error: r.Error, Waiting: r.Waiting, CreatedAt: r.Created}
	if w, ok := s.trackers.Tracker(r.TrackerID); ok {
		v.Tracker = w.Title
	}
	return v
}

// PreviewView is what would be sent.
type PreviewView struct {
	Title    string         `json:"title"`
	Body     string         `json:"body"`
	Findings []leak.Finding `json:"findings" nullable:"false" doc:"What looks like customer data; start counts in the title, a line break and the body."`
}

type reportBody struct {
	Template     string            `json:"template" maxLength:"200" doc:"An issue template by name."`
	Answers      map[string]string `json:"answers,omitempty" doc:"To what the template asks, by name."`
	Title        *string           `json:"title,omitempty" maxLength:"2000" doc:"Instead of the template's."`
	Body         *string           `json:"body,omitempty" maxLength:"100000" doc:"Instead of the template's."`
	Confirmed    []string          `json:"confirmed,omitempty" doc:"Words that look like customer data and may be sent, as they stand there."`
	Confidential *bool             `json:"confidential,omitempty" doc:"Instead of the template's."`
	Waiting      *bool             `json:"waiting,omitempty" doc:"Whether the ticket waits for it, instead of the template's."`
}

type postReportInput struct {
	IDPath
	Body reportBody
}

func (b reportBody) report() NewReport {
	return NewReport{Template: b.Template, Answers: b.Answers, Title: b.Title, Body: b.Body, Confirmed: b.Confirmed, Confidential: b.Confidential, Waiting: b.Waiting}
}

func (s *Service) postReportPreview(ctx context.Context, tx db.Tx, by act.Actor, in *postReportInput) (PreviewView, error) {
	p, err := s.PreviewReport(ctx, tx, by, in.ID, in.Body.report())
	if p.Findings == nil {
		p.Findings = []leak.Finding{}
	}
	return PreviewView(p), err
}

func (s *Service) postIssueReport(_ context.Context, by act.Actor, in *postReportInput) (rest.Change[ReportView], error) {
	return func(ctx context.Context, tx db.Tx) (ReportView, error) {
		r, err := s.ReportIssue(ctx, tx, by, in.ID, in.Body.report())
		return s.reportView(r), err
	}, nil
}

type reportPath struct {
	IDPath
	Report int64 `path:"report" minimum:"1"`
}

func (s *Service) postReportRetry(_ context.Context, by act.Actor, in *reportPath) (rest.Change[ReportView], error) {
	return func(ctx context.Context, tx db.Tx) (ReportView, error) {
		r, err := s.RetryReport(ctx, tx, by, in.ID, in.Report)
		return s.reportView(r), err
	}, nil
}

func (s *Service) deleteReport(_ context.Context, by act.Actor, in *reportPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.DropReport(ctx, tx, by, in.ID, in.Report)
	}, nil
}
