package board

import (
	"slices"
	"strings"

	"steward/internal/blueprint"
)

// Picture is what a tile of a dashboard and a report show: an indicator, how it is split and
// drawn, and which records count.
type Picture struct {
	Indicator string   `yaml:"indicator" doc:"Whose figures are shown." ref:"indicator"`
	Steps     []string `yaml:"steps" doc:"Of a funnel: the indicators whose figures are its steps, from first to last." ref:"indicator" max:"12"`
	Chart     string   `yaml:"chart" doc:"How it is drawn; a number when empty." enum:"number,line,area,bar,histogram,heat-map,table,funnel"`
	By        string   `yaml:"by" doc:"The dimension that splits it, such as ticket.priority."`
	Filter    string   `yaml:"filter" doc:"Which records count beside what the page filters, such as ticket.priority == \"urgent\"."`
	Every     string   `yaml:"every" doc:"What there is a point for; what suits the period when empty." enum:"hour,day,week,month,quarter,year"`
}

// Tile is one picture on a dashboard.
type Tile struct {
	Picture `yaml:",inline"`
	Title   string `yaml:"title" doc:"What stands above it; the indicator's title when empty."`
	Period  string `yaml:"period" doc:"A period of its own instead of the page's."`
	Size    string `yaml:"size" doc:"How much room it takes: one column, two, or the whole width; what suits the chart when empty." enum:"small,wide,full"`

	Accounts *Accounts `yaml:"accounts" doc:"In place of an indicator: figures of accounts and their measures. The page's period and filters leave them as they are."`
}

// Filter is a choice of values that all tiles of a page share.
type Filter struct {
	Dimension string   `yaml:"dimension" doc:"What is chosen by, such as ticket.team." required:"true" short:"true"`
	Title     string   `yaml:"title" doc:"What the choice is called; the dimension's title when empty."`
	Values    []string `yaml:"values" doc:"Chosen at first; everything when empty." max:"50"`
}

// Page is what dashboards and reports have in common.
type Page struct {
	Summary  string    `yaml:"summary" doc:"What it is for, in a sentence."`
	Order    int       `yaml:"order" doc:"Place in the list; smaller ones come first."`
	Period   string    `yaml:"period" doc:"The period shown at first, such as last-30-days, last-month or this-quarter."`
	Compare  string    `yaml:"compare" doc:"What figures are compared with at first." enum:"previous,year,none"`
	Zone     string    `yaml:"zone" doc:"Zone whose midnight begins a day; the reader's when empty, UTC in mails." format:"time-zone"`
	Filters  []Filter  `yaml:"filters" doc:"Choices that all pictures share." max:"12"`
	Schedule *Schedule `yaml:"schedule" doc:"Mails it with its pictures."`
}

// Dashboard is the spec of kind dashboard.
type Dashboard struct {
	Page  `yaml:",inline"`
	Tiles []Tile `yaml:"tiles" doc:"What is on it, from left to right and from top to bottom." required:"true" min:"1" max:"40"`
}

// Report is the spec of kind report: one picture with its table.
type Report struct {
	Page     `yaml:",inline"`
	Picture  `yaml:",inline"`
	Accounts *Accounts `yaml:"accounts" doc:"In place of an indicator: a report of accounts and their measures."`
}

const dashboardExample = `kind: dashboard
name: team-lead
title: Team lead
summary: What a team sees to each morning.
period: last-30-days
compare: previous
filters: [ticket.team, ticket.priority]
tiles:
  - indicator: satisfaction
  - indicator: satisfaction
    chart: bar
    by: ticket.priority
`

const reportExample = `kind: report
name: satisfaction-by-team
title: Satisfaction by team
indicator: satisfaction
chart: line
by: ticket.team
period: last-12-months
schedule: { every: month, time: "08:00", zone: Europe/Berlin, to: [head.of.support@company.example] }
`

// Register adds the kinds dashboard and report. about answers what lint must know of an
// indicator.
func Register(reg *blueprint.Registry, about About) {
	blueprint.Register(reg, blueprint.Kind[Dashboard]{Name: "dashboard", Title: "Dashboard",
		Summary: "Figures of indicators and of accounts on one page, with shared filters; it can be mailed by a schedule.", Example: dashboardExample,
		Lint: func(c *blueprint.Context, d Dashboard) {
			l := linter{c, about}
			l.page(d.Page)
			for i, t := range d.Tiles {
				l.tile(at("tiles", i)+".", t, d.Filters)
			}
			for i, f := range d.Filters {
				l.filter(at("filters", i)+".dimension", f.Dimension, d.Tiles)
			}
		}})
	blueprint.Register(reg, blueprint.Kind[Report]{Name: "report", Title: "Report",
		Summary: "One figure, split and drawn as somebody wants to see it; it can be mailed by a schedule. Or accounts with their measures, grouped and listed.", Example: reportExample,
		Lint: func(c *blueprint.Context, r Report) {
			l := linter{c, about}
			l.page(r.Page)
			if r.Accounts != nil {
				l.reportOfAccounts(r)
				return
			}
			l.picture("", r.Picture, r.Filters)
			for i, f := range r.Filters {
				l.filter(at("filters", i)+".dimension", f.Dimension, []Tile{{Picture: r.Picture}})
			}
		}})
}

// indicators are whose figures the picture shows.
func (p Picture) indicators() []string {
	if p.Indicator == "" {
		return p.Steps
	}
	return append([]string{p.Indicator}, slices.DeleteFunc(slices.Clone(p.Steps), func(s string) bool { return s == p.Indicator })...)
}

// chart is how the picture is drawn.
func (p Picture) chart() string {
	switch {
	case p.Chart != "":
		return p.Chart
	case len(p.Steps) > 0:
		return "funnel"
	case p.By != "":
		return "bar"
	}
	return "number"
}

func titled(title, name string) string {
	if strings.TrimSpace(title) != "" {
		return title
	}
	return name
}
