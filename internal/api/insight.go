package api

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/insight"
	"steward/internal/rest"
)

func (s *Server) insightRoutes(a *rest.API, mux *http.ServeMux) {
	rest.Read(a, rest.GET("/indicators", "List indicators with their figures"), s.getIndicators)
	rest.Read(a, rest.GET("/indicators/populations", "List what can be counted"), s.getPopulations)
	rest.Read(a, rest.GET("/indicators/{name}/series", "See how an indicator went, by groups and beside an earlier period"), s.getIndicatorSeries)
	rest.Read(a, rest.GET("/indicators/{name}/breakdown", "Split an indicator, and what changed about it"), s.getIndicatorBreakdown)
	rest.Read(a, rest.GET("/indicators/{name}/records", "List the records behind an indicator"), s.getIndicatorRecords)
	rest.Write(a, rest.POST("/indicators/{name}/rebuild", "Work an indicator out anew, beside the figures there are").Status(202), s.postIndicatorRebuild)
	a.Document(rest.GET("/indicators/openmetrics", "Read every indicator in the OpenMetrics format"), insight.OpenMetricsType)
	mux.HandleFunc("GET "+rest.Prefix+"/indicators/openmetrics", s.getOpenMetrics)
}

type indicatorsInput struct {
	Names []string `query:"name,explode" maxItems:"50" doc:"Only these; all when left out."`
}

func (s *Server) getIndicators(ctx context.Context, tx db.Tx, by act.Actor, in *indicatorsInput) (rest.List[insight.Summary], error) {
	items, err := s.Insight.Summaries(ctx, tx, by, in.Names...)
	return rest.NewList(items, ""), err
}

func (s *Server) getPopulations(_ context.Context, _ db.Tx, by act.Actor, _ *struct{}) (rest.List[insight.Population], error) {
	items, err := s.Insight.Populations(by)
	return rest.NewList(items, ""), err
}

// Period is the part of a question that says which period is asked about, and how.
type Period struct {
	Name   string `path:"name" maxLength:"200"`
	From   string `query:"from" maxLength:"40" doc:"Where the period begins: a time, or a day such as 2026-01-31; the indicator's own period when left out."`
	To     string `query:"to" maxLength:"40" doc:"Where it ends, which is no part of it."`
	Filter string `query:"filter" maxLength:"2000" doc:"Only records for which this condition over the dimensions holds."`
	Zone   string `query:"zone" maxLength:"60" doc:"Whose midnight begins a day; the indicator's when left out."`
	AsOf   string `query:"as_of" maxLength:"40" doc:"Ask as of another moment: periods end with its day."`
	Known  string `query:"known" maxLength:"40" doc:"Ask what was known at a moment."`
}

func (in Period) ask() (a insight.Ask, err error) {
	a = insight.Ask{Name: in.Name, Filter: in.Filter, Zone: in.Zone}
	for _, t := range []struct {
		name, text string
		to         *time.Time
	}{{"from", in.From, &a.From}, {"to", in.To, &a.To}, {"as_of", in.AsOf, &a.AsOf}, {"known", in.Known, &a.Known}} {
		if *t.to, err = moment(t.name, t.text, in.Zone); err != nil {
			return a, err
		}
	}
	return a, nil
}

type seriesInput struct {
	Period
	Every   string `query:"every" enum:"hour,day,week,month,quarter,year," doc:"How long a point is; as fits the period when left out."`
	Group   string `query:"group" maxLength:"200" doc:"A dimension to split by."`
	Compare string `query:"compare" enum:"previous,year," doc:"Another period beside it."`
}

func (s *Server) getIndicatorSeries(ctx context.Context, tx db.Tx, by act.Actor, in *seriesInput) (insight.Series, error) {
	ask, err := in.ask()
	if err != nil {
		return insight.Series{}, err
	}
	ask.Every, ask.Group, ask.Compare = in.Every, in.Group, in.Compare
	return s.Insight.Series(ctx, tx, by, ask)
}

type breakdownInput struct {
	Period
	By      string `query:"by" maxLength:"200" doc:"The dimension to split by."`
	Compare string `query:"compare" enum:"previous,year," doc:"The period compared with; the one before when left out."`
}

func (s *Server) getIndicatorBreakdown(ctx context.Context, tx db.Tx, by act.Actor, in *breakdownInput) (insight.Breakdown, error) {
	ask, err := in.ask()
	if err != nil {
		return insight.Breakdown{}, err
	}
	ask.Group, ask.Compare = in.By, in.Compare
	return s.Insight.Breakdown(ctx, tx, by, ask)
}

type recordsInput struct {
	rest.Paging
	Period
	Part string `query:"part" enum:"numerator,denominator,denominator-2,denominator-3,misses," doc:"Which records: all that count when left out. Where several things with records are multiplied below the line, denominator-2 and denominator-3 are those of the others."`
	By   string `query:"by" maxLength:"200" doc:"Only one group: the dimension."`
	Key  string `query:"key" maxLength:"500" doc:"Only one group: its key; empty for the records without one."`
}

// IndicatorRecords are the records behind a figure.
type IndicatorRecords struct {
	rest.List[insight.Item]
	Count  int64 `json:"count" doc:"How many there are in all."`
	Capped bool  `json:"capped" doc:"Whether there are more than count says; never, for now."`

	Made   []insight.Factor `json:"made" nullable:"false" doc:"Of a ratio, what this part of it is made of; they are multiplied. Empty where the records themselves are the figure."`
	Result float64          `json:"result" doc:"What made comes to: the figure's numerator or denominator."`
}

func (s *Server) getIndicatorRecords(ctx context.Context, tx db.Tx, by act.Actor, in *recordsInput) (IndicatorRecords, error) {
	ask, err := in.ask()
	if err != nil {
		return IndicatorRecords{}, err
	}
	if ask.Group = in.By; in.By != "" {
		ask.Key = &in.Key
	}
	b, err := s.Insight.Records(ctx, tx, by, ask, in.Part, in.Page())
	return IndicatorRecords{List: rest.NewList(b.Items, b.Next), Count: b.Count, Made: b.Made, Result: b.Result}, err
}

func (s *Server) postIndicatorRebuild(_ context.Context, by act.Actor, in *struct {
	Name string `path:"name" maxLength:"200"`
}) (rest.Change[insight.Progress], error) {
	return func(ctx context.Context, tx db.Tx) (insight.Progress, error) {
		return insight.Progress{}, s.Insight.Rebuild(ctx, tx, by, in.Name)
	}, nil
}

func (s *Server) getOpenMetrics(w http.ResponseWriter, r *http.Request) {
	by := rest.From(r.Context()).Actor
	if by.PersonID == 0 {
		rest.Fail(w, fault.New(fault.SignedOut, "Sign in, or send a token: Authorization: Bearer TOKEN."))
		return
	}
	var text []byte
	err := s.DB.Snapshot(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		text, err = s.Insight.OpenMetrics(ctx, tx, by)
		return err
	})
	if err != nil {
		rest.Fail(w, err)
		return
	}
	w.Header().Set("Content-Type", insight.OpenMetricsType)
	_, _ = w.Write(text)
}

// moment reads a time, or a day in a zone; zero for "".
func moment(name, text, zone string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	loc := time.UTC
	if zone != "" {
		var err error
		if loc, err = bizcal.LoadZone(zone); err != nil {
			return time.Time{}, fault.Field("zone", zone, "a time zone such as Europe/Amsterdam", "There is no time zone %q.", zone)
		}
	}
	t, err := time.ParseInLocation(time.DateOnly, text, loc)
	if err != nil {
		return t, fault.Field(name, text, "a time such as 2026-01-31T09:00:00Z or a day such as 2026-01-31", "%q is not a time.", text)
	}
	return t, nil
}
