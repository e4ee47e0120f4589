package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/rest"
)

// TicketReportView is a report of tickets with its last run.
type TicketReportView struct {
	Report Named      `json:"report"`
	NextAt *time.Time `json:"next_at"`
	To     []string   `json:"to" nullable:"false" doc:"Addresses it is mailed to now."`
	Team   *TeamRef   `json:"team" doc:"The team it is meant for; null for none. Without an address of its own its members stand under to."`
	Last   *RunView   `json:"last"`
}

// RunView is one run of a report.
type RunView struct {
	ID      int64      `json:"id"`
	At      time.Time  `json:"at"`
	Version int        `json:"version"`
	Found   int        `json:"found"`
	More    bool       `json:"more" doc:"More tickets than it names."`
	Mailed  int        `json:"mailed" doc:"Addresses it was mailed to."`
	Tickets []LateView `json:"tickets" nullable:"false"`
}

// LateView is a ticket in a report.
type LateView struct {
	ID          int64     `json:"id"`
	Subject     string    `json:"subject" doc:"As it is now; empty when you may not see it."`
	Metric      Metric    `json:"metric"`
	BreachedAt  time.Time `json:"breached_at"`
	OverMinutes int64     `json:"over_minutes" doc:"Working time past due, when the report was made."`
	Times       float64   `json:"times" doc:"Working time used, as a multiple of what was promised."`
}

func (s *Service) getReports(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[TicketReportView], error) {
	return s.TicketReports(ctx, tx, by)
}

// TicketReports are the reports in force with whom they reach and their last run. Whoever may read every ticket may.
func (s *Service) TicketReports(ctx context.Context, tx db.Tx, by act.Actor) (rest.List[TicketReportView], error) {
	items := []TicketReportView{}
	if !auth.Scope(by, "edit", "ticket").All() {
		return rest.NewList(items, ""), by.Denied("edit", "ticket")
	}
	for _, r := range s.config().Reports { // a handful
		to, err := s.reportedTo(ctx, tx, r)
		if err != nil {
			return rest.NewList(items, ""), err
		}
		v := TicketReportView{Report: r.Named, NextAt: rest.Time(r.next(by.Now())), To: append([]string{}, to...)}
		if team := s.config().TeamNamed(r.Spec.Team); team != nil {
			v.Team = &TeamRef{Name: team.Name, Title: team.Title}
		}
		runs, _, _, err := s.Runs(ctx, tx, by, r.Name, db.Page{Limit: 1})
		if err != nil {
			return rest.NewList(items, ""), err
		}
		if len(runs) > 0 {
			shown, err := s.showRuns(ctx, tx, by, runs)
			if err != nil {
				return rest.NewList(items, ""), err
			}
			v.Last = &shown[0]
		}
		items = append(items, v)
	}
	return rest.NewList(items, ""), nil
}

// showRuns looks the subjects of all tickets up at once.
func (s *Service) showRuns(ctx context.Context, tx db.Tx, by act.Actor, runs []ReportRun) ([]RunView, error) {
	ids := []int64{0}
	for _, r := range runs {
		for _, t := range r.Tickets {
			if len(ids) < 1000 {
				ids = append(ids, t.TicketID)
			}
		}
	}
	tickets, err := s.some(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	out := []RunView{}
	for _, r := range runs {
		v := RunView{ID: r.ID, At: r.Ran, Version: r.Version, Found: r.Found, More: r.More, Mailed: r.Mailed, Tickets: []LateView{}}
		for _, l := range r.Tickets {
			one := LateView{ID: l.TicketID, Metric: l.Metric, BreachedAt: db.Time(l.Breached), OverMinutes: l.Over}
			if l.Target > 0 {
				one.Times = hundredths(float64(l.Over+l.Target) / float64(l.Target))
			}
			if t := tickets[l.TicketID]; t != nil {
				one.Subject = t.Subject
			}
			v.Tickets = append(v.Tickets, one)
		}
		out = append(out, v)
	}
	return out, nil
}

// ReportPath names a report.
type ReportPath struct {
	Name string `path:"name" maxLength:"100"`
}

type reportInput struct {
	rest.Paging
	ReportPath
}

func (s *Service) getReport(ctx context.Context, tx db.Tx, by act.Actor, in *reportInput) (rest.List[RunView], error) {
	runs, next, _, err := s.Runs(ctx, tx, by, in.Name, in.Page())
	if err != nil {
		return rest.List[RunView]{}, err
	}
	shown, err := s.showRuns(ctx, tx, by, runs)
	return rest.NewList(shown, next), err
}

func (s *Service) postReport(_ context.Context, by act.Actor, in *ReportPath) (rest.Change[RunView], error) {
	return func(ctx context.Context, tx db.Tx) (RunView, error) {
		r, err := s.reportNamed(by, in.Name)
		if err != nil {
			return RunView{}, err
		}
		run, err := s.runReport(ctx, tx, by.Still(), r)
		if err != nil {
			return RunView{}, err
		}
		shown, err := s.showRuns(ctx, tx, by, []ReportRun{run})
		if err != nil {
			return RunView{}, err
		}
		return shown[0], nil
	}, nil
}
