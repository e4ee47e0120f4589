package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// TicketReportSpec is the spec of kind ticket-report: tickets whose promise was missed long ago.
type TicketReportSpec struct {
	Order int              `yaml:"order" doc:"Place among the reports."`
	Late  []ReportLateness `yaml:"late" doc:"What is very late: any of these." required:"true" min:"1" max:"20"`
	At    []ReportTime     `yaml:"at" doc:"When it is made." required:"true" min:"1" max:"20"`
	To    []string         `yaml:"to" doc:"Addresses it is mailed to." format:"email" max:"50"`
	Team  string           `yaml:"team" doc:"A team whose address it is mailed to; without an address of its own, or with one that is a mailbox here, each of its members who gets mail." ref:"team"`
	Empty bool             `yaml:"mail_empty" doc:"Mailed also when nothing is late."`
}

// ReportLateness is one sort of lateness.
type ReportLateness struct {
	Metric   string             `yaml:"metric" doc:"Of which promise." enum:"first_reply,next_reply" required:"true"`
	Priority []string           `yaml:"priority" doc:"Of tickets of these priorities; all when empty." enum:"low,normal,high,urgent"`
	Over     blueprint.Duration `yaml:"over" doc:"How long past due, in the working time of the promise's calendar; two business days of a calendar that runs around the clock are 48h." required:"true" min:"1m" max:"8760h"`
}

// ReportTime is when a report is made.
type ReportTime struct {
	Days []string `yaml:"days" doc:"On which days; every day when empty." enum:"mon,tue,wed,thu,fri,sat,sun"`
	Time string   `yaml:"time" doc:"Local time, such as 07:00." required:"true"`
	Zone string   `yaml:"zone" doc:"IANA zone; UTC when empty." format:"time-zone"`
}

// TicketReport is a report in force.
type TicketReport struct {
	Named
	Spec TicketReportSpec
}

const ticketReportExample = `kind: ticket-report
name: very-breached
title: Very breached tickets
late:
  - { metric: first_reply, priority: [high, normal, low], over: 48h }
  - { metric: next_reply, priority: [urgent], over: 48h }
at:
  - { days: [mon, tue, wed, thu, fri], time: "07:00", zone: UTC }
to: [support-managers@company.example]
`

func lintTicketReport(c *blueprint.Context, s TicketReportSpec) {
	for i, at := range s.At {
		if _, err := bizcal.ParseClockTime(at.Time); err != nil {
			c.Error(fmt.Sprintf("at[%d].time", i), "%q is not a time of day, such as 07:00.", at.Time)
		}
	}
	if len(s.To) == 0 && s.Team == "" {
		c.Note("to", "It is mailed to nobody; the page of reports shows it.")
	}
	for i, to := range s.To {
		if isAddress(to) { // the format tells the others
			lintAddress(c, fmt.Sprintf("to[%d]", i), to, "")
		}
	}
	if team, ok := blueprint.Get[directory.Team](c.Set, s.Team); ok && team.Email == "" {
		c.Note("team", "The team %s has no address, so its members get the report, each who receives mail. Without such members it reaches nobody; the page of reports says so.", s.Team)
	}
}

func ticketReports(set *blueprint.Set) (out []*TicketReport) {
	for _, b := range blueprint.All[TicketReportSpec](set) {
		out = append(out, &TicketReport{named(b.Entry), b.Spec})
	}
	slices.SortStableFunc(out, func(a, b *TicketReport) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return out
}

var reportDays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// next is when a report is made next after a moment.
func (r *TicketReport) next(after time.Time) (first time.Time) {
	for _, at := range r.Spec.At {
		zone, err := bizcal.LoadZone(cmp.Or(at.Zone, "UTC"))
		clock, cerr := bizcal.ParseClockTime(at.Time)
		if err != nil || cerr != nil {
			continue // refused when it was applied
		}
		l := after.In(zone)
		for day := range 9 {
			t := time.Date(l.Year(), l.Month(), l.Day()+day, int(clock)/60, int(clock)%60, 0, 0, zone).UTC()
			if t.After(after) && (len(at.Days) == 0 || slices.Contains(at.Days, reportDays[t.In(zone).Weekday()])) {
				if first.IsZero() || t.Before(first) {
					first = t
				}
				break
			}
		}
	}
	return first
}

const reportJob = "desk.ticket_report"

func (r *TicketReport) job(due time.Time) job.Spec {
	return job.Spec{Kind: reportJob, Key: fmt.Sprint(r.ID), Subject: ledger.Ref{Kind: "blueprint", ID: r.ID}, Due: due, Args: map[string]int{"version": r.Version}}
}

// scheduleReports sets each report's next run, where none of its version is set.
func (s *Service) scheduleReports(ctx context.Context, tx db.Tx, now time.Time) error {
	for _, r := range s.config().Reports {
		due := r.next(now)
		if due.IsZero() {
			continue
		}
		var args string
		err := tx.QueryRow(ctx, `SELECT args FROM job WHERE kind = $1 AND key = $2`, reportJob, fmt.Sprint(r.ID)).Scan(&args)
		if err == nil && args == fmt.Sprintf(`{"version":%d}`, r.Version) {
			continue
		}
		if err := s.jobs.Set(ctx, tx, now, r.job(due)); err != nil {
			return err
		}
	}
	return nil
}

// LateTicket is a ticket in a report.
type LateTicket struct {
	TicketID int64  `json:"ticket"`
	Metric   Metric `json:"metric"`
	Breached int64  `json:"breached"` // UTC microseconds
	Over     int64  `json:"over"`     // working time past due, in minutes
	Target   int64  `json:"target"`   // what was promised, in minutes
}

// Bounds of a report.
const (
	mostLate   = 200  // tickets of one report
	lateLooked = 5000 // missed promises looked at, the oldest first
)

// late finds the tickets of a report: living clocks whose promise was missed so long ago. An
// index over exactly those gives them, oldest first.
func (s *Service) late(ctx context.Context, tx db.Tx, r *TicketReport, now time.Time) (out []LateTicket, more bool, err error) {
	cfg := s.config()
	for _, l := range r.Spec.Late {
		w := (&db.Where{}).And("c.metric = ?", l.Metric).And("c.ended IS NULL AND c.breached_at IS NOT NULL").And("c.breached_at <= ?", db.Micros(now.Add(-l.Over.Std())))
		w.And("t.done = FALSE AND t.deleted_at IS NULL AND t.status IN ('new', 'open')")
		if len(l.Priority) > 0 {
			list := make([]any, len(l.Priority))
			for i, p := range l.Priority {
				list[i] = p
			}
			w.In("t.priority", list)
		}
		rows, err := tx.Query(ctx, `SELECT c.ticket_id, c.breached_at, c.calendar_id, c.target FROM clock c JOIN ticket t ON t.id = c.ticket_id WHERE `+w.SQL()+
			` ORDER BY c.breached_at, c.id LIMIT `+w.Arg(lateLooked), w.Args()...)
		found, err := db.Collect(rows, err, func(r db.Scanner) (f [4]int64, err error) { err = r.Scan(&f[0], &f[1], &f[2], &f[3]); return f, err })
		if err != nil {
			return nil, false, err
		}
		more = more || len(found) == lateLooked
		for _, f := range found {
			cal := cfg.calendar(f[2])
			if cal == nil {
				continue
			}
			over := cal.Between(db.Time(f[1]), now)
			if over >= l.Over.Std() && !slices.ContainsFunc(out, func(o LateTicket) bool { return o.TicketID == f[0] }) {
				out = append(out, LateTicket{f[0], Metric(l.Metric), f[1], int64(over / time.Minute), f[3] / int64(time.Minute/time.Microsecond)})
			}
		}
	}
	slices.SortFunc(out, func(a, b LateTicket) int {
		return cmp.Or(cmp.Compare(b.Over, a.Over), cmp.Compare(a.TicketID, b.TicketID))
	})
	if len(out) > mostLate {
		out, more = out[:mostLate], true
	}
	return out, more, nil
}

// onReport makes a report, mails it and sets its next run.
func (s *Service) onReport(ctx context.Context, tx db.Tx, j job.Job) error {
	i := slices.IndexFunc(s.config().Reports, func(r *TicketReport) bool { return r.ID == j.Subject.ID })
	if i < 0 {
		return nil // retired
	}
	r, by := s.config().Reports[i], s.system().Still()
	by.Kind = act.Clock
	if _, err := s.runReport(ctx, tx, by, r); err != nil {
		return err
	}
	if due := r.next(by.Now()); !due.IsZero() {
		return s.jobs.Enqueue(ctx, tx, by.Now(), r.job(due))
	}
	return nil
}

// ReportRun is one making of a report.
type ReportRun struct {
	ID      int64
	Report  int64
	Version int
	Ran     time.Time
	Found   int
	More    bool // more than it names
	Tickets []LateTicket
	Mailed  int // addresses
}

func (s *Service) runReport(ctx context.Context, tx db.Tx, by act.Actor, r *TicketReport) (run ReportRun, err error) {
	run = ReportRun{Report: r.ID, Version: r.Version, Ran: by.Now()}
	if run.Tickets, run.More, err = s.late(ctx, tx, r, run.Ran); err != nil {
		return run, err
	}
	run.Found = len(run.Tickets)
	to, err := s.reportedTo(ctx, tx, r)
	if err != nil {
		return run, err
	}
	box := s.config().DefaultMailbox()
	if len(to) > 0 && box != nil && (run.Found > 0 || r.Spec.Empty) {
		run.Mailed = len(to)
	}
	if run.Tickets == nil {
		run.Tickets = []LateTicket{}
	}
	tickets, err := json.Marshal(run.Tickets)
	if err != nil {
		return run, err
	}
	if err := tx.QueryRow(ctx, `INSERT INTO ticket_report_run (report_id, report_version, ran, found, more, tickets, mailed) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		r.ID, r.Version, db.Micros(run.Ran), run.Found, run.More, string(tickets), run.Mailed).Scan(&run.ID); err != nil || run.Mailed == 0 {
		return run, err
	}
	return run, s.mailReport(ctx, tx, by.Because(act.Cause{Blueprint: r.ID, Version: r.Version}), r, run, box, to)
}

// reportedTo are the addresses that a report is mailed to: those it names, and its team's. A team without an address, or
// with one that would open a ticket here, is its members.
func (s *Service) reportedTo(ctx context.Context, tx db.Tx, r *TicketReport) (out []string, err error) {
	out = slices.Clone(r.Spec.To)
	team := s.config().TeamNamed(r.Spec.Team)
	if team == nil {
		return out, nil
	}
	whole := []string{team.Spec.Email}
	if team.Spec.Email == "" || s.mail.Own(team.Spec.Email) {
		members, err := s.reached(ctx, tx, []int64{team.ID})
		if err != nil {
			return nil, err
		}
		whole = nil
		for _, p := range members {
			whole = append(whole, p.Email)
		}
	}
	for _, address := range whole {
		if !slices.Contains(out, address) && len(out) < maxRecipients {
			out = append(out, address)
		}
	}
	return out, nil
}

// mailReport queues the mail of a run. It names tickets by number and lateness: whoever reads it
// opens them to see whose they are.
func (s *Service) mailReport(ctx context.Context, tx db.Tx, by act.Actor, r *TicketReport, run ReportRun, box *Mailbox, to []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**, %s\n\n", mail.EscapeMarkdown(r.Title), run.Ran.Format("Mon 2 Jan 2006 15:04 MST"))
	if run.Found == 0 {
		b.WriteString("No ticket is that late.\n")
	}
	for _, t := range run.Tickets {
		fmt.Fprintf(&b, "- Ticket %d: %s past due for %s of working time", t.TicketID, lowerFirst(metricWords[t.Metric]), spelled(time.Duration(t.Over)*time.Minute))
		if t.Target > 0 {
			fmt.Fprintf(&b, " (%.1f times the promise)", float64(t.Over+t.Target)/float64(t.Target))
		}
		b.WriteString("\n")
	}
	if run.More {
		b.WriteString("\nThere are more.\n")
	}
	return s.letter(ctx, tx, by, box, to, fmt.Sprintf("%s: %d", r.Title, run.Found), b.String(), fmt.Sprintf("report.%d.%d", r.ID, run.ID), 0)
}

// letter queues a mail that belongs to no conversation. id tells such mails apart:
// the same one leaves once. ticketID is what it is about, 0 for none.
func (s *Service) letter(ctx context.Context, tx db.Tx, by act.Actor, box *Mailbox, to []string, subject, markdown, id string, ticketID int64) error {
	if box == nil || len(to) == 0 {
		return nil
	}
	html, text := mail.FromMarkdown(markdown)
	_, domain := splitAddress(box.Spec.Address)
	out := mail.Outgoing{HTML: html, Text: text, Date: by.Now(), Automatic: true, Subject: directory.OneLine(subject),
		From: mail.Address{Name: box.Title, Email: box.Spec.Address}, MessageID: id + "@" + domain, LoopDomain: domain}
	for _, address := range to {
		out.To = append(out.To, mail.Address{Email: address})
	}
	raw, err := mail.Compose(out)
	if err != nil {
		return err
	}
	_, err = s.mail.Queue(ctx, tx, by, mail.NewOut{MessageID: out.MessageID, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: to, Subject: out.Subject, Raw: raw, TicketID: ticketID})
	return err
}

// runsKept is how long runs of reports stay.
const runsKept = 400 * 24 * time.Hour

// SweepReports forgets runs of reports of more than 400 days ago, some at a time.
func SweepReports(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM ticket_report_run WHERE id IN (SELECT id FROM ticket_report_run WHERE ran < $1 ORDER BY ran, id LIMIT 5000)`, db.Micros(now.Add(-runsKept)))
	return err
}

// Runs returns the last runs of a report, newest first. Whoever may read every ticket may.
func (s *Service) Runs(ctx context.Context, tx db.Tx, by act.Actor, name string, page db.Page) (list []ReportRun, next string, r *TicketReport, err error) {
	if r, err = s.reportNamed(by, name); err != nil {
		return nil, "", nil, err
	}
	w := (&db.Where{}).And("report_id = ?", r.ID)
	list, next, err = db.Newest(ctx, tx, `id, report_id, report_version, ran, found, more, tickets, mailed FROM ticket_report_run`, "id", w, page,
		func(r db.Scanner) (run ReportRun, err error) {
			var ran int64
			var tickets string
			if err = r.Scan(&run.ID, &run.Report, &run.Version, &ran, &run.Found, &run.More, &tickets, &run.Mailed); err != nil {
				return run, err
			}
			run.Ran = db.Time(ran)
			return run, json.Unmarshal([]byte(tickets), &run.Tickets)
		}, func(run ReportRun) int64 { return run.ID })
	return list, next, r, err
}

func (s *Service) reportNamed(by act.Actor, name string) (*TicketReport, error) {
	if !auth.Scope(by, "edit", "ticket").All() {
		return nil, by.Denied("edit", "ticket")
	}
	for _, r := range s.config().Reports {
		if r.Name == name {
			return r, nil
		}
	}
	return nil, fault.Missing("ticket_report", name)
}
