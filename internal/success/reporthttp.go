package success

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// reportRoutes registers the routes of reports of accounts.
func (s *Service) reportRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/accounts/report", "Work out a report of accounts: figures by group"), s.getReport)
	rest.Read(a, rest.GET("/accounts/report/accounts", "List the accounts of a report, or those behind one of its figures"), s.getReportAccounts)
	rest.Read(a, rest.GET("/accounts/report/fields", "List what reports of accounts can show and group by"), s.getReportFields)
}

// ReportQuery are the query parameters that say what a report is about.
type ReportQuery struct {
	Filter string    `query:"filter" maxLength:"2000" doc:"A condition over account.… and measure.…; every account when left out."`
	CSM    string    `query:"csm" enum:"me,none," doc:"Only accounts that you look after, or that nobody does."`
	By     string    `query:"by" maxLength:"200" doc:"The field that groups them, see /accounts/report/fields."`
	Edges  []float64 `query:"edges" maxItems:"20" doc:"Of a number: where one group ends and the next begins, smallest first."`
	Figure string    `query:"figure" enum:"count,sum,mean,median,share," doc:"count when left out."`
	Value  string    `query:"value" maxLength:"200" doc:"The field that the figure is of."`
	On     string    `query:"on" maxLength:"10" doc:"A day that has passed, such as 2026-01-31: accounts, scores and measures as they were known at its end, UTC. As they are now when left out."`
}

func (q ReportQuery) report() AccountReport {
	return AccountReport{Filter: q.Filter, CSM: q.CSM, By: q.By, Edges: q.Edges, Figure: q.Figure, Value: q.Value, On: q.On}
}

func (s *Service) getReport(ctx context.Context, tx db.Tx, by act.Actor, in *ReportQuery) (ReportAnswer, error) {
	return s.ReportFigures(ctx, tx, by, in.report())
}

type reportAccountsInput struct {
	rest.Paging
	ReportQuery
	Columns  []string `query:"columns" maxItems:"20" doc:"What stands beside each account's name."`
	Sort     string   `query:"sort" enum:"revenue,renewal,score,changed,update," doc:"Largest revenue when left out."`
	Key      string   `query:"key" maxLength:"2000" doc:"Of a group: only its accounts."`
	Currency string   `query:"currency" maxLength:"3" doc:"Only accounts whose yearly value is in this currency."`
}

// ReportAccountsView is a page of a report's accounts.
type ReportAccountsView struct {
	Columns []*ReportField `json:"columns" nullable:"false"`
	rest.List[ReportRow]
}

func (s *Service) getReportAccounts(ctx context.Context, tx db.Tx, by act.Actor, in *reportAccountsInput) (ReportAccountsView, error) {
	r := in.report()
	r.Columns, r.Sort = in.Columns, in.Sort
	columns, rows, next, err := s.ReportAccounts(ctx, tx, by, r, ReportPart{in.Key, in.Currency}, in.Page())
	return ReportAccountsView{append([]*ReportField{}, columns...), rest.NewList(rows, next)}, err
}

func (s *Service) getReportFields(_ context.Context, _ db.Tx, by act.Actor, _ *struct{}) (rest.List[*ReportField], error) {
	all, err := s.ReportFields(by)
	return rest.NewList(all, ""), err
}

// newReport reads a report from the parameters of an export.
func newReport(get func(name string) string) (r AccountReport, part ReportPart, err error) {
	r = AccountReport{Filter: get("filter"), CSM: get("csm"), By: get("by"), Figure: get("figure"), Value: get("value"), Columns: strings.FieldsFunc(get("columns"), func(c rune) bool { return c == ',' }), Sort: get("sort"), On: get("on")}
	for _, text := range strings.FieldsFunc(get("edges"), func(c rune) bool { return c == ',' }) {
		edge, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return r, part, fault.Field("edges", text, "numbers with commas between them", "%q is not a number.", text)
		}
		r.Edges = append(r.Edges, edge)
	}
	return r, ReportPart{get("key"), get("currency")}, nil
}

// Name is what the group is called.
func (g ReportGroup) Name() string {
	switch {
	case g.Key == "":
		return "All"
	case g.Key == noGroup:
		return "None"
	case g.Label == "":
		return g.rangeText()
	}
	return g.Label
}

// rangeText says a range of numbers.
func (g ReportGroup) rangeText() string {
	switch {
	case g.From == nil && g.To == nil:
		return ""
	case g.From == nil:
		return fmt.Sprintf("under %g", *g.To)
	case g.To == nil:
		return fmt.Sprintf("%g and more", *g.From)
	}
	return fmt.Sprintf("%g to under %g", *g.From, *g.To)
}
