package app

import (
	"steward/internal/blueprint"
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
		Accounts: func(c *blueprint.Context, a board.Accounts) {
			success.LintReport(c, measures, "accounts", accountReport(a))
		},
	}
}

// accountReport is a report of accounts as those who keep accounts read it.
func accountReport(a board.Accounts) success.AccountReport {
	return success.AccountReport{Filter: a.Filter, CSM: a.CSM, By: a.By, Edges: a.Edges, Figure: a.Figure, Value: a.Value, Columns: a.Columns, Sort: a.Sort}
}

// newBoards returns what shows and mails dashboards and reports.
func (a *App) newBoards() *board.Service {
	return board.New(board.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Figures: a.Insight, Directory: a.Directory, Auth: a.Auth, Mail: a.Mail, Clock: a.clock,
		CheckAccounts: func(of board.Accounts) error { return a.Success.CheckReport(accountReport(of)) },
		BaseURL:       func() string { return a.base },
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
