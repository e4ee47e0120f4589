package app

import (
	"context"
	"strings"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/insight"
	"steward/internal/insight/board"
	"steward/internal/measure"
	"steward/internal/population"
	"steward/internal/success"
)

// aboutIndicators tells the lint of dashboards and reports what it must know of indicators.
func aboutIndicators(counted *population.Registry, measures *measure.Registry) board.About {
	return board.About{
		Dimensions: func(set *blueprint.Set, name string) (out []string, ok bool) {
			h, ok := insight.HeadIn(set, counted, name)
			for _, d := range h.Dimensions {
				out = append(out, d.Name)
			}
			return out, ok
		},
		Filter: func(set *blueprint.Set, name, filter string) error {
			h, _ := insight.HeadIn(set, counted, name)
			return h.CheckFilter(filter)
		},
		Adds: func(set *blueprint.Set, name string) bool {
			h, _ := insight.HeadIn(set, counted, name)
			return h.AddsUp()
		},
		Accounts: func(c *blueprint.Context, path string, a board.Accounts) {
			success.LintReport(c, measures, path, accountReport(a))
		},
	}
}

// accountReport is a report of accounts as those who keep accounts read it.
func accountReport(a board.Accounts) success.AccountReport {
	return success.AccountReport{Filter: a.Filter, CSM: a.CSM, By: a.By, Edges: a.Edges, Figure: a.Figure, Value: a.Value, Columns: a.Columns, Sort: a.Sort, On: a.On}
}

// mailedAccounts is how many accounts of a report's list are written down.
const mailedAccounts = 20

// accountFigures works a report of accounts out as mails have it.
func (a *App) accountFigures(ctx context.Context, tx db.Tx, by act.Actor, of board.Accounts) (board.AccountTable, error) {
	in := accountReport(of)
	found, err := a.Success.ReportFigures(ctx, tx, by, in)
	if err != nil {
		return board.AccountTable{}, err
	}
	out := board.AccountTable{Figure: found.Figure, Kind: "count"}
	if found.By != nil {
		out.By = strings.ToLower(found.By.Title)
	}
	if found.Value != nil {
		out.Value, out.Kind = strings.ToLower(found.Value.Title), found.Value.Kind
	}
	switch found.Figure {
	case "count":
		out.Kind = "count"
	case "share":
		out.Kind = "share"
	}
	for n, list := range [][]success.ReportGroup{found.Groups, found.Total} {
		for _, g := range list {
			one := board.AccountGroup{Title: g.Name(), Currency: g.Currency, Accounts: g.Accounts, Value: g.Value}
			if n == 0 {
				out.Groups = append(out.Groups, one)
			} else {
				out.Total = append(out.Total, one)
			}
		}
	}
	if len(in.Columns) == 0 {
		return out, nil
	}
	columns, rows, next, err := a.Success.ReportAccounts(ctx, tx, by, in, success.ReportPart{}, db.Page{Limit: mailedAccounts})
	head := []string{"Account"}
	for _, c := range columns {
		head = append(head, c.Title)
	}
	out.List, out.More = append(out.List, head), next != ""
	for _, r := range rows {
		row := []string{r.Account.Name}
		for i, c := range columns {
			row = append(row, c.Said(r.Cells[i], r.Currency))
		}
		out.List = append(out.List, row)
	}
	return out, err
}

// newBoards returns what shows and mails dashboards and reports.
func (a *App) newBoards() *board.Service {
	return board.New(board.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Figures: a.Insight, Directory: a.Directory, Auth: a.Auth, Mail: a.Mail, Clock: a.clock,
		CheckAccounts:  func(of board.Accounts) error { return a.Success.CheckReport(accountReport(of)) },
		AccountFigures: a.accountFigures,
		BaseURL:        func() string { return a.base },
		Boards: func() []board.InForce {
			if a.Sandbox != nil { // a copy mails nobody
				return withoutSchedules(a.config.Load().boards)
			}
			return a.config.Load().boards
		},
		Team: func(name string) (int64, bool) {
			team := a.config.Load().desk.TeamNamed(name)
			if team == nil {
				return 0, false
			}
			return team.ID, true
		},
		Sender: func() (board.Sender, bool) {
			box := a.config.Load().desk.DefaultMailbox()
			if box == nil {
				return board.Sender{}, false
			}
			return board.Sender{MailboxID: box.ID, Name: box.Title, Address: box.Spec.Address}, true
		}})
}

func withoutSchedules(all []board.InForce) []board.InForce {
	out := make([]board.InForce, len(all))
	for i, b := range all {
		b.Page.Schedule = nil
		out[i] = b
	}
	return out
}
