package desk

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
	"steward/internal/tracker"
)

// WantedView is an issue with what stands behind it.
type WantedView struct {
	IssueView
	Tickets       int64      `json:"tickets" doc:"Tickets linked to it, without deleted and merged ones."`
	Organizations int64      `json:"organizations" doc:"Whose tickets they are."`
	Revenue       *float64   `json:"revenue" doc:"Sum of these organizations' revenue; null when the tracker names no attribute."`
	Currency      string     `json:"currency"`
	CountedAt     *time.Time `json:"counted_at" doc:"When these figures were counted."`
	KnownIssues   []OrgRef   `json:"known_issues" nullable:"false" doc:"Known issues that name it."`
}

func (s *Service) wantedView(w WantedIssue) WantedView {
	v := WantedView{IssueView: s.newIssueView(w.Issue, true), Tickets: w.Tickets, Organizations: w.Organizations, CountedAt: rest.Time(w.Counted), KnownIssues: []OrgRef{}}
	if t, ok := s.trackers.Tracker(w.TrackerID); ok && t.Spec.Revenue != "" {
		amount := float64(w.Revenue) / 100
		v.Revenue, v.Currency = &amount, t.Spec.Currency
	}
	return v
}

// wantedViews presents issues with the known issues that name them.
func (s *Service) wantedViews(ctx context.Context, tx db.Tx, by act.Actor, list []WantedIssue) ([]WantedView, error) {
	views, ids := make([]WantedView, len(list)), make([]any, len(list))
	for i, w := range list {
		views[i], ids[i] = s.wantedView(w), w.ID
	}
	if len(list) == 0 || !by.May("read", "known_issue") {
		return views, nil
	}
	w := (&db.Where{}).In("l.issue_id", ids)
	rows, err := tx.Query(ctx, `SELECT l.issue_id, k.id, k.title FROM known_issue_link l JOIN known_issue k ON k.id = l.known_id WHERE `+w.SQL()+` ORDER BY l.issue_id, k.id LIMIT 500`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var issue int64
		var k OrgRef
		if err := rows.Scan(&issue, &k.ID, &k.Name); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(list, func(w WantedIssue) bool { return w.ID == issue })
		views[i].KnownIssues = append(views[i].KnownIssues, k)
	}
	return views, rows.Err()
}

type issuesInput struct {
	rest.Paging
	Sort    string `query:"sort" enum:"interest,revenue," doc:"interest (most tickets first) or revenue."`
	State   string `query:"state" enum:"open,done," doc:"open or done."`
	Tracker string `query:"tracker" doc:"A tracker by name."`
}

func (s *Service) getIssues(ctx context.Context, tx db.Tx, by act.Actor, in *issuesInput) (rest.List[WantedView], error) {
	f := IssueFilter{Sort: in.Sort, State: in.State}
	if in.Tracker != "" {
		f.TrackerID = -1 // none
		if w, ok := s.trackers.Named(in.Tracker); ok {
			f.TrackerID = w.ID
		}
	}
	list, next, err := s.WantedIssues(ctx, tx, by, f, in.Page())
	if err != nil {
		return rest.List[WantedView]{}, err
	}
	views, err := s.wantedViews(ctx, tx, by, list)
	return rest.NewList(views, next), err
}

func (s *Service) getIssue(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (WantedView, error) {
	w, err := s.Wanted(ctx, tx, by, in.ID)
	if err != nil {
		return WantedView{}, err
	}
	views, err := s.wantedViews(ctx, tx, by, []WantedIssue{w})
	if err != nil {
		return WantedView{}, err
	}
	return views[0], nil
}

// EvidenceView is a ticket behind an issue.
type EvidenceView struct {
	Row
	Revenue *float64 `json:"revenue" doc:"Of its organization; null without one."`
}

type issueTicketsInput struct {
	rest.Paging
	IDPath
}

func (s *Service) getIssueTickets(ctx context.Context, tx db.Tx, by act.Actor, in *issueTicketsInput) (rest.List[EvidenceView], error) {
	none := rest.List[EvidenceView]{}
	issue, err := s.Wanted(ctx, tx, by, in.ID)
	if err != nil {
		return none, err
	}
	tickets, next, err := s.Evidence(ctx, tx, by, in.ID, in.Page())
	if err != nil {
		return none, err
	}
	rows, err := s.Rows(ctx, tx, tickets)
	if err != nil {
		return none, err
	}
	revenue, err := s.revenues(ctx, tx, issue.Issue, tickets)
	items := make([]EvidenceView, len(rows))
	for i, r := range rows {
		items[i] = EvidenceView{Row: r}
		if amount, ok := revenue[tickets[i].OrganizationID]; ok {
			items[i].Revenue = &amount
		}
	}
	return rest.NewList(items, next), err
}

// revenues are those of the organizations of some tickets, by organization.
func (s *Service) revenues(ctx context.Context, tx db.Tx, issue tracker.Issue, tickets []*Ticket) (map[int64]float64, error) {
	t, ok := s.trackers.Tracker(issue.TrackerID)
	var ids []any
	for _, one := range tickets {
		if one.OrganizationID != 0 {
			ids = append(ids, one.OrganizationID)
		}
	}
	out := map[int64]float64{}
	if !ok || t.Spec.Revenue == "" || len(ids) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("id", ids)
	rows, err := tx.Query(ctx, `SELECT id, attributes FROM organization WHERE `+w.SQL(), w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var id int64
		var stored string
		if err := r.Scan(&id, &stored); err != nil {
			return struct{}{}, err
		}
		v, err := s.decodeRevenue(stored, t.Spec.Revenue)
		out[id] = float64(v) / 100
		return struct{}{}, err
	})
	return out, err
}
