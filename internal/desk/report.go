package desk

import (
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk/leak"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/tracker"
)

// ReportState says where the creation of an issue stands.
type ReportState string

// The states of a report.
const (
	ReportQueued  ReportState = "queued"  // on its way; it is tried again until the tracker takes it
	ReportCreated ReportState = "created" // the issue is there and linked
	ReportFailed  ReportState = "failed"  // the tracker does not take it; somebody must do something
)

// Report is an issue that an agent has asked to be created from a ticket.
type Report struct {
	ID           int64
	TicketID     int64
	TemplateID   int64 // blueprint id
	TrackerID    int64 // blueprint id
	Project      string
	Title        string
	Body         string // Markdown
	Labels       []string
	Confidential bool
	Waiting      bool // the ticket shall wait for it
	State        ReportState
	Attempts     int
	Error        string // what was wrong with the last attempt
	IssueID      int64  // 0 until it is there
	Created      time.Time
	CreatedBy    int64

	mark  string
	event int64
}

// Bounds of what is sent to a tracker.
const (
	maxReportTitle = 255 // characters, as GitLab and GitHub have it
	maxReportBody  = 60_000
	maxConfirmed   = 200
)

// Draft of a report: what would be sent, and what in it looks like the customer's.
type Preview struct {
	Title    string
	Body     string
	Findings []leak.Finding // Start counts in title, a line break and body
}

// NewReport is what an agent wants to be created.
type NewReport struct {
	Template     string
	Answers      map[string]string // to what the template asks
	Title        *string           // instead of the template's
	Body         *string
	Confirmed    []string // words that look like the customer's and may be sent
	Confidential *bool    // instead of the template's
	Waiting      *bool
}

func (in NewReport) check(tpl *IssueTemplate) error {
	if len(in.Confirmed) > maxConfirmed {
		return fault.Field("confirmed", len(in.Confirmed), "at most 200", "At most %d words can be confirmed.", maxConfirmed)
	}
	size := 0
	for name, text := range in.Answers {
		if size += len(text); !slices.ContainsFunc(tpl.Spec.Asks, func(a IssueAsk) bool { return a.Name == name }) {
			return fault.Field("answers."+name, nil, "what the template asks", "The template %s does not ask for %q.", tpl.Name, name)
		}
	}
	if size > maxReportBody {
		return fault.New(fault.TooLarge, "These answers have %d bytes; %d is the most.", size, maxReportBody)
	}
	return nil
}

// PreviewReport says what would be sent of a ticket, and what in it looks like customer data. Whoever
// works on the ticket may.
func (s *Service) PreviewReport(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in NewReport) (Preview, error) {
	t, err := s.working(ctx, tx, by, ticketID)
	if err != nil {
		return Preview{}, err
	}
	p, _, err := s.preview(ctx, tx, t, in)
	return p, err
}

func (s *Service) preview(ctx context.Context, tx db.Tx, t *Ticket, in NewReport) (p Preview, tpl *IssueTemplate, err error) {
	if tpl = s.config().IssueTemplate(in.Template); tpl == nil {
		return p, nil, fault.Missing("issue template", in.Template)
	}
	if err := in.check(tpl); err != nil {
		return p, tpl, err
	}
	p.Title, p.Body = tpl.fill(s.config(), t, in.Answers)
	if in.Title != nil {
		p.Title = strings.Join(strings.Fields(*in.Title), " ")
	}
	if in.Body != nil {
		p.Body = strings.TrimSpace(*in.Body)
	}
	known, err := s.customerOf(ctx, tx, t, tpl)
	if err != nil {
		return p, tpl, err
	}
	p.Findings = leak.Find(p.Title+"\n"+p.Body, known)
	return p, tpl, nil
}

// customerOf is whose data must not leave: everybody on the ticket who is no colleague, their organization,
// and the hosts of their addresses.
func (s *Service) customerOf(ctx context.Context, tx db.Tx, t *Ticket, tpl *IssueTemplate) (leak.Known, error) {
	var k leak.Known
	authors, err := ticketIDs(ctx, tx, `SELECT author_id FROM comment WHERE ticket_id = $1 AND agent = FALSE AND author_id > 0 GROUP BY author_id ORDER BY author_id LIMIT 100`, t.ID)
	if err != nil {
		return k, err
	}
	people, err := s.directory.Names(ctx, tx, append(authors, t.RequesterID))
	if err != nil {
		return k, err
	}
	for _, p := range people {
		k.People = append(k.People, p.Name)
		if _, domain := splitAddress(p.Email); domain != "" {
			k.Domains = append(k.Domains, domain)
		}
	}
	slices.Sort(k.People)
	slices.Sort(k.Domains)
	if t.OrganizationID != 0 {
		names, err := s.directory.OrganizationNames(ctx, tx, []int64{t.OrganizationID})
		if err != nil {
			return k, err
		}
		k.Organizations = append(k.Organizations, names[t.OrganizationID])
		rows, err := tx.Query(ctx, `SELECT domain FROM organization_domain WHERE organization_id = $1 ORDER BY domain LIMIT 200`, t.OrganizationID)
		domains, err := db.Collect(rows, err, func(r db.Scanner) (d string, err error) { err = r.Scan(&d); return d, err })
		if err != nil {
			return k, err
		}
		k.Domains = append(k.Domains, domains...)
	}
	if w, ok := s.trackers.Named(tpl.Spec.Tracker); ok {
		if u, err := url.Parse(w.Spec.URL); err == nil {
			k.Allowed = append(k.Allowed, u.Hostname())
		}
	}
	return k, nil
}

// ReportIssue has an issue created from a ticket, by a job that tries until its tracker takes it. Words that
// look like customer data must be confirmed, each as it stands there. Whoever works on the ticket may.
func (s *Service) ReportIssue(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in NewReport) (Report, error) {
	t, err := s.engaged(ctx, tx, by, ticketID)
	if err != nil {
		return Report{}, err
	}
	p, tpl, err := s.preview(ctx, tx, t, in)
	if err != nil {
		return Report{}, err
	}
	for _, a := range tpl.Spec.Asks {
		if a.Required && in.Body == nil && strings.TrimSpace(in.Answers[a.Name]) == "" {
			return Report{}, fault.Field("answers."+a.Name, "", "some text", "%s must be filled.", a.Title)
		}
	}
	switch n := utf8.RuneCountInString(p.Title); {
	case n == 0:
		return Report{}, fault.Field("title", "", "1 to 255 characters", "An issue needs a title.")
	case n > maxReportTitle:
		return Report{}, fault.Field("title", n, "1 to 255 characters", "The title has %d characters; %d is the most.", n, maxReportTitle)
	case len(p.Body) > maxReportBody:
		return Report{}, fault.New(fault.TooLarge, "The text has %d bytes; %d is the most.", len(p.Body), maxReportBody)
	}
	if left := leak.Unconfirmed(p.Findings, in.Confirmed); len(left) > 0 {
		f := fault.New(fault.Invalid, "This may tell who the customer is. Take the words out or confirm each of them.")
		for _, one := range left {
			f.Details = append(f.Details, fault.Detail{Field: "confirmed", Message: fmt.Sprintf("%q looks like customer data (%s).", one.Text, one.Kind), Received: one.Text, Accepted: "the same words in confirmed, or a text without them"})
		}
		return Report{}, f
	}
	w, ok := s.trackers.Named(tpl.Spec.Tracker)
	if !ok {
		return Report{}, fault.New(fault.Invalid, "The tracker %s is disabled, so nothing can be created there.", tpl.Spec.Tracker)
	}
	by = by.Still()
	r := Report{TicketID: t.ID, TemplateID: tpl.ID, TrackerID: w.ID, Project: tpl.Spec.Project, Title: p.Title, Body: p.Body, Labels: tpl.Spec.Labels,
		Confidential: tpl.Spec.Confidential, Waiting: tpl.Spec.Waiting, State: ReportQueued, Created: by.Now(), CreatedBy: by.PersonID}
	if in.Confidential != nil {
		if r.Confidential = *in.Confidential; r.Confidential && w.Spec.Software == tracker.GitHub {
			return Report{}, fault.Field("confidential", true, "false", "GitHub has no confidential issues.")
		}
	}
	if in.Waiting != nil {
		r.Waiting = *in.Waiting
	}
	return s.queueReport(ctx, tx, by, tpl, r)
}

func (s *Service) queueReport(ctx context.Context, tx db.Tx, by act.Actor, tpl *IssueTemplate, r Report) (Report, error) {
	random := make([]byte, 10)
	if _, err := io.ReadFull(by.Rand(), random); err != nil {
		return r, err
	}
	r.mark = "steward-" + strings.ToLower(base32.StdEncoding.EncodeToString(random))
	if r.Labels == nil {
		r.Labels = []string{}
	}
	labels, err := json.Marshal(r.Labels)
	if err != nil {
		return r, err
	}
	// The id is needed for the event, and the event for the row: the row gets its event after.
	err = tx.QueryRow(ctx, `INSERT INTO issue_report (ticket_id, template_id, tracker_id, project, title, body, labels, confidential, waiting, mark, state, attempts, error, event_id, created, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', 0, $12, $13) RETURNING id`, r.TicketID, r.TemplateID, r.TrackerID, r.Project, r.Title, r.Body, string(labels),
		r.Confidential, r.Waiting, r.mark, string(r.State), db.Micros(r.Created), r.CreatedBy).Scan(&r.ID)
	if err != nil {
		return r, err
	}
	r.event, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketReported, Subject: ledger.Ref{Kind: "ticket", ID: r.TicketID},
		Data: map[string]any{"report": r.ID, "template_id": tpl.ID, "template_version": tpl.Version}})
	if err != nil {
		return r, err
	}
	if err := tx.Later(ctx, nil, `UPDATE issue_report SET event_id = $1 WHERE id = $2`, r.event, r.ID); err != nil {
		return r, err
	}
	return r, s.jobs.Enqueue(ctx, tx, by.Now(), r.job(by.Now()))
}

func (r Report) job(due time.Time) job.Spec {
	return job.Spec{Kind: issueReportJob, Key: fmt.Sprint(r.ID), Subject: ledger.Ref{Kind: "issue_report", ID: r.ID}, Due: due}
}

const reportFields = `r.id, r.ticket_id, r.template_id, r.tracker_id, r.project, r.title, r.body, r.labels, r.confidential, r.waiting, r.mark, r.state, r.attempts, r.error,
	r.issue_id, r.event_id, r.created, r.created_by`

func scanReport(row db.Scanner) (r Report, err error) {
	var labels string
	var issue sql.NullInt64
	var created int64
	err = row.Scan(&r.ID, &r.TicketID, &r.TemplateID, &r.TrackerID, &r.Project, &r.Title, &r.Body, &labels, &r.Confidential, &r.Waiting, &r.mark, &r.State, &r.Attempts, &r.Error,
		&issue, &r.event, &created, &r.CreatedBy)
	if err != nil {
		return r, err
	}
	r.IssueID, r.Created = issue.Int64, db.Time(created)
	return r, json.Unmarshal([]byte(labels), &r.Labels)
}

func (s *Service) report(ctx context.Context, tx db.Tx, id int64) (Report, error) {
	r, err := scanReport(tx.QueryRow(ctx, `SELECT `+reportFields+` FROM issue_report r WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("report", id)
	}
	return r, err
}

// reports are those of a ticket, the newest first. The caller has checked who may.
func (s *Service) reports(ctx context.Context, tx db.Tx, ticketID int64) ([]Report, error) {
	rows, err := tx.Query(ctx, `SELECT `+reportFields+` FROM issue_report r WHERE r.ticket_id = $1 ORDER BY r.id DESC LIMIT 20`, ticketID)
	return db.Collect(rows, err, scanReport)
}

// RetryReport tries again to create an issue that its tracker did not take. Whoever works on the ticket may.
func (s *Service) RetryReport(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (Report, error) {
	r, err := s.reportOf(ctx, tx, by, ticketID, id)
	if err != nil || r.State == ReportCreated {
		return r, err
	}
	r.State, r.Error = ReportQueued, ""
	if err := tx.Later(ctx, nil, `UPDATE issue_report SET state = $1, error = '' WHERE id = $2`, string(r.State), r.ID); err != nil {
		return r, err
	}
	return r, s.jobs.Set(ctx, tx, by.Now(), r.job(by.Now()))
}

// DropReport takes back an issue that its tracker did not take. Whoever works on the ticket may.
func (s *Service) DropReport(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) error {
	r, err := s.reportOf(ctx, tx, by, ticketID, id)
	if err != nil {
		return err
	}
	if r.State != ReportFailed {
		return fault.New(fault.Invalid, "Only an issue that failed can be dropped; this one is %s.", r.State)
	}
	return tx.Later(ctx, nil, `DELETE FROM issue_report WHERE id = $1`, r.ID)
}

func (s *Service) reportOf(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (Report, error) {
	if _, err := s.engaged(ctx, tx, by, ticketID); err != nil {
		return Report{}, err
	}
	r, err := s.report(ctx, tx, id)
	if err == nil && r.TicketID != ticketID {
		err = fault.Missing("report", id)
	}
	return r, err
}
