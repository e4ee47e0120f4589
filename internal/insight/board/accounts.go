package board

import (
	"context"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// Accounts is what a report of accounts shows: figures of groups of accounts, and the accounts themselves.
type Accounts struct {
	Filter  string    `yaml:"filter" json:"filter,omitempty" maxLength:"2000" doc:"Which accounts count, over account.… and measure.…: account.segment == \"enterprise\" && measure.desk.open > 3. Every account when empty." max:"2000"`
	CSM     string    `yaml:"csm" json:"csm,omitempty" doc:"me: those that the reader looks after. none: those that nobody looks after." enum:"me,none"`
	By      string    `yaml:"by" json:"by,omitempty" maxLength:"200" doc:"What they are grouped by: segment, plan, coverage, stage, band (the colour), csm, team, parent, currency, attributes.NAME or a measure. Of a measure that a scorecard scores the colour that it gave, unless there are edges."`
	Edges   []float64 `yaml:"edges" json:"edges,omitempty" maxItems:"20" doc:"Of a number that they are grouped by: where one group ends and the next begins, smallest first. Shares are from 0 to 1, times in days." max:"20"`
	Figure  string    `yaml:"figure" json:"figure,omitempty" doc:"What is worked out of each group; how many accounts it has when empty. A share is the part of the whole." enum:"count,sum,mean,median,share"`
	Value   string    `yaml:"value" json:"value,omitempty" maxLength:"200" doc:"What the figure is of: revenue, score, or a measure such as desk.open. Amounts of different currencies are kept apart."`
	Columns []string  `yaml:"columns" json:"columns,omitempty" maxItems:"20" doc:"What stands beside each account in the list: account fields such as segment, csm or renewal, attributes.NAME, measures." max:"20"`
	Sort    string    `yaml:"sort" json:"sort,omitempty" doc:"Largest revenue, next renewal, lowest score, latest change of colour or next health update first; revenue when empty." enum:"revenue,renewal,score,changed,update"`
	On      string    `yaml:"on" json:"on,omitempty" maxLength:"10" doc:"A day that has passed, such as 2026-01-31: accounts, scores and measures as they were known at its end (UTC), attributes as they are now. As they are when it is read when empty."`
}

// accountCharts are how figures of accounts are drawn.
var accountCharts = map[string]bool{"": true, "bar": true, "table": true, "number": true}

// reportOfAccounts finds what a report of accounts cannot show.
func (l linter) reportOfAccounts(r Report) {
	for _, of := range []struct {
		path string
		said bool
	}{{"filters", len(r.Filters) > 0}, {"period", r.Page.Period != ""}, {"compare", r.Compare != ""}} {
		if of.said {
			l.c.Error(of.path, "A report of accounts has no %s of its own: say what it shows below accounts.", of.path)
		}
	}
	l.accounts("", r.Picture, *r.Accounts)
}

// accounts finds what a picture of accounts cannot show; path is where it stands.
func (l linter) accounts(path string, p Picture, a Accounts) {
	for _, of := range []struct {
		path string
		said bool
	}{{"indicator", p.Indicator != ""}, {"steps", len(p.Steps) > 0}, {"by", p.By != ""}, {"filter", p.Filter != ""}, {"every", p.Every != ""}} {
		if of.said {
			l.c.Error(path+of.path, "A report of accounts has no %s of its own: say what it shows below accounts.", of.path)
		}
	}
	if !accountCharts[p.Chart] {
		l.c.Error(path+"chart", "Figures of accounts are drawn as bar, table or number.")
	}
	l.about.Accounts(l.c, path+"accounts", a)
}

// accountChart is how figures of accounts are drawn.
func (p Picture) accountChart(a Accounts) string {
	switch {
	case p.Chart != "":
		return p.Chart
	case a.By != "":
		return "bar"
	}
	return "number"
}

// About the accounts of reports, who keeps accounts answers.
type (
	// LintAccounts finds what is wrong with a report of accounts under a configuration that is looked at.
	LintAccounts func(c *blueprint.Context, path string, a Accounts)
	// CheckAccounts refuses a report of accounts that could not be worked out under the configuration in force.
	CheckAccounts func(a Accounts) error
	// AccountFigures works a report of accounts out with the rights of whoever reads, with the first accounts of its list.
	AccountFigures func(ctx context.Context, tx db.Tx, by act.Actor, a Accounts) (AccountTable, error)
)

// AccountTable is a report of accounts as it is written down.
type AccountTable struct {
	By     string // what they are grouped by, "" for nothing
	Value  string // what the figure is of, "" for how many they are
	Figure string
	Kind   string // of the figure: count, share, money, days or number
	Groups []AccountGroup
	Total  []AccountGroup // one for each currency
	List   [][]string     // accounts with the columns of the report, the first row their titles; none without columns
	More   bool           // whether there are more of them
}

// AccountGroup is a group of accounts with its figure.
type AccountGroup struct {
	Title    string
	Currency string
	Accounts int64
	Value    *float64
}

// checkOwnAccounts refuses a report of somebody's own that could not be worked out.
func (s *Service) checkOwnAccounts(spec OwnSpec) error {
	switch {
	case !accountCharts[spec.Chart]:
		return fault.Field("chart", spec.Chart, "bar, table or number", "Figures of accounts are not drawn so.")
	case spec.Indicator != "" || len(spec.Steps) > 0 || spec.By != "" || spec.Filter != "" || len(spec.Filters) > 0:
		return fault.Field("accounts", nil, "nothing beside accounts, chart and summary", "A report shows either an indicator or accounts.")
	}
	return s.CheckAccounts(*spec.Accounts)
}
