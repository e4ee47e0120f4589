package board

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/insight"
	"steward/internal/rest"
)

// Routes registers what is asked about dashboards and reports.
func (s *Service) Routes(a *rest.API) {
	s.ownRoutes(a)
	rest.Read(a, rest.GET("/periods", "List the periods that have names, as they are now"), s.getPeriods)
	for _, k := range []struct{ kind, list, one string }{{KindDashboard, "List dashboards", "Get a dashboard"}, {KindReport, "List reports", "Get a report"}} {
		rest.Read(a, rest.GET("/"+k.kind+"s", k.list), func(_ context.Context, _ db.Tx, by act.Actor, _ *struct{}) (rest.List[BoardRow], error) {
			all, err := s.List(by, k.kind)
			out := []BoardRow{}
			for _, b := range all {
				out = append(out, rowOf(b))
			}
			return rest.NewList(out, ""), err
		})
		rest.Read(a, rest.GET("/"+k.kind+"s/{name}", k.one), func(ctx context.Context, tx db.Tx, by act.Actor, in *BoardName) (BoardView, error) {
			b, err := s.Get(by, k.kind, in.Name)
			if err != nil {
				return BoardView{}, err
			}
			return s.view(ctx, tx, b)
		})
		rest.Read(a, rest.GET("/"+k.kind+"s/{name}/mails", "List the mails of its schedule, newest first"), func(ctx context.Context, tx db.Tx, by act.Actor, in *namedPage) (rest.List[PageMail], error) {
			b, err := s.Get(by, k.kind, in.Name)
			if err != nil {
				return rest.List[PageMail]{}, err
			}
			items, next, err := s.Mails(ctx, tx, by, b, in.Page())
			return rest.NewList(items, next), err
		})
	}
}

// BoardName names a dashboard or a report.
type BoardName struct {
	Name string `path:"name" maxLength:"200"`
}

type namedPage struct {
	rest.Paging
	BoardName
}

type periodsInput struct {
	Zone string `query:"zone" maxLength:"60" doc:"Whose midnight begins a day; UTC when left out."`
	On   string `query:"on" maxLength:"10" doc:"As they were at the end of this day, such as 2026-01-31; now when left out."`
}

func (s *Service) getPeriods(_ context.Context, _ db.Tx, by act.Actor, in *periodsInput) (rest.List[Period], error) {
	if err := by.Require("read", "indicator"); err != nil {
		return rest.List[Period]{}, err
	}
	zone, err := bizcal.LoadZone(cmp.Or(in.Zone, "UTC"))
	if err != nil {
		return rest.List[Period]{}, fault.Field("zone", in.Zone, "a time zone such as Europe/Amsterdam", "There is no time zone %q.", in.Zone)
	}
	at := s.Clock()
	if in.On != "" {
		day, err := time.ParseInLocation(time.DateOnly, in.On, zone)
		if err != nil {
			return rest.List[Period]{}, fault.Field("on", in.On, "a day such as 2026-01-31", "%q is not a day.", in.On)
		}
		at = day.Add(12 * time.Hour)
	}
	return rest.NewList(Periods(at, zone), ""), nil
}

// BoardRow is a dashboard or a report in a list.
type BoardRow struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	Summary  string `json:"summary"`
	Pictures int    `json:"pictures"`
	Version  int    `json:"version"`
	Schedule string `json:"schedule" doc:"When it is mailed, in words; empty when it is not."`
}

// BoardView is a dashboard or a report with all that its page needs but the figures.
type BoardView struct {
	BoardRow
	Order   int          `json:"order"`
	Period  string       `json:"period"`
	Compare string       `json:"compare"`
	Zone    string       `json:"zone"`
	Filters []FilterView `json:"filters" nullable:"false"`
	Tiles   []TileView   `json:"tiles" nullable:"false"`
	Mail    *MailView    `json:"mail"`

	Accounts *Accounts `json:"accounts" doc:"Of a report of accounts: what it shows; ask /accounts/report with it. Null of others."`
	Chart    string    `json:"chart" doc:"How the figures of a report of accounts are drawn."`
}

// FilterView is a choice that the pictures of a page share.
type FilterView struct {
	Dimension string   `json:"dimension"`
	Title     string   `json:"title"`
	Values    []string `json:"values" nullable:"false"`
	Indicator string   `json:"indicator" doc:"Whose breakdown tells the values there are."`
}

// TileView is a picture as its page draws it.
type TileView struct {
	Title      string              `json:"title"`
	Indicator  string              `json:"indicator"`
	Steps      []string            `json:"steps" nullable:"false"`
	Titles     []string            `json:"titles" nullable:"false" doc:"Of the steps."`
	Chart      string              `json:"chart"`
	By         string              `json:"by"`
	Filter     string              `json:"filter"`
	Every      string              `json:"every"`
	Period     string              `json:"period"`
	Size       string              `json:"size"`
	Dimensions []insight.Dimension `json:"dimensions" nullable:"false" doc:"What its figures can be filtered by."`
	Accounts   *Accounts           `json:"accounts" doc:"Of figures of accounts: what they are; ask /accounts/report with it. Null of others."`
}

// MailView says when a page is mailed, and to whom.
type MailView struct {
	Words      string     `json:"words"`
	Zone       string     `json:"zone"`
	Next       *time.Time `json:"next_at"`
	Recipients []string   `json:"recipients" nullable:"false"`
	Every      string     `json:"every"`
	On         string     `json:"on"`
	Day        int        `json:"day"`
	Time       string     `json:"time"`
	To         []string   `json:"to" nullable:"false"`
	Teams      []string   `json:"teams" nullable:"false"`
}

func rowOf(b InForce) BoardRow {
	r := BoardRow{Kind: b.Kind, Name: b.Name, Title: b.Title, Summary: b.Page.Summary, Pictures: max(1, len(b.Tiles)), Version: b.Version}
	if b.Page.Schedule != nil {
		r.Schedule = b.Page.Schedule.words()
	}
	return r
}

func (s *Service) view(ctx context.Context, tx db.Tx, b InForce) (BoardView, error) {
	heads := s.Figures.Heads(b.indicators()...)
	v := BoardView{BoardRow: rowOf(b), Order: b.Page.Order, Period: cmp.Or(b.Page.Period, DefaultPeriod), Compare: cmp.Or(b.Page.Compare, "previous"), Zone: b.Page.Zone, Filters: []FilterView{}, Tiles: []TileView{}, Accounts: b.Accounts, Chart: b.chart}
	for _, t := range b.Tiles {
		one := TileView{Title: t.Title, Indicator: t.Indicator, Steps: list(t.Steps), Titles: []string{}, Chart: t.chart(), By: t.By, Filter: t.Filter, Every: t.Every, Period: t.Period, Size: t.Size, Dimensions: []insight.Dimension{}, Accounts: t.Accounts}
		if t.Accounts != nil {
			one.Chart = t.accountChart(*t.Accounts)
		}
		for _, name := range t.Steps {
			one.Titles = append(one.Titles, cmp.Or(heads[name].Title, name))
		}
		if names := t.indicators(); len(names) > 0 {
			h := heads[names[0]]
			one.Title, one.Dimensions = cmp.Or(one.Title, h.Title, names[0]), append(one.Dimensions, h.Dimensions...)
		}
		v.Tiles = append(v.Tiles, one)
	}
	for _, f := range b.Page.Filters {
		v.Filters = append(v.Filters, filterView(f, v.Tiles))
	}
	if p := b.Page.Schedule; p != nil {
		due, err := s.nextDue(ctx, tx, b)
		if err != nil {
			return v, err
		}
		v.Mail = &MailView{Words: p.words(), Zone: cmp.Or(p.Zone, b.Page.Zone, "UTC"), Recipients: append(list(p.To), p.Teams...), Every: p.Every, On: p.On, Day: p.Day, Time: p.Time, To: list(p.To), Teams: list(p.Teams)}
		if !due.IsZero() {
			v.Mail.Next = &due
		}
	}
	return v, nil
}

// filterView finds the first picture that knows what is chosen by.
func filterView(f Filter, tiles []TileView) FilterView {
	out := FilterView{Dimension: f.Dimension, Title: cmp.Or(f.Title, f.Dimension), Values: list(f.Values)}
	for _, t := range tiles {
		i := slices.IndexFunc(t.Dimensions, func(d insight.Dimension) bool { return d.Name == f.Dimension })
		if i >= 0 {
			out.Indicator = t.Indicator
			if t.Indicator == "" {
				out.Indicator = t.Steps[0]
			}
			out.Title = cmp.Or(f.Title, t.Dimensions[i].Title)
			break
		}
	}
	return out
}

func list(s []string) []string { return append([]string{}, s...) }
