package api

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/insight"
	"steward/internal/rest"
)

func (s *Server) insightRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/indicators", "List indicators with their figures"), s.getIndicators)
	rest.Read(a, rest.GET("/indicators/{name}/records", "List the records behind an indicator"), s.getIndicatorRecords)
}

// Indicator is an indicator with its figure and what it is made of.
type Indicator struct {
	Name        string           `json:"name"`
	Title       string           `json:"title"`
	Unit        string           `json:"unit"`
	Value       *float64         `json:"value" doc:"Percent; null without records."`
	Numerator   int64            `json:"numerator"`
	Denominator int64            `json:"denominator"`
	Formula     string           `json:"formula"`
	Target      *IndicatorTarget `json:"target"`
	OnTarget    *bool            `json:"on_target"`
	Period      IndicatorPeriod  `json:"period"`
	SmallSample bool             `json:"small_sample"`
	Series      []IndicatorPoint `json:"series" nullable:"false"`
}

// IndicatorTarget is what an indicator should reach.
type IndicatorTarget struct {
	Op    string  `json:"op"`
	Value float64 `json:"value"`
}

// IndicatorPeriod is the time an indicator covers.
type IndicatorPeriod struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Title string    `json:"title"`
}

// IndicatorPoint is the indicator over a month.
type IndicatorPoint struct {
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Value       *float64  `json:"value"`
	Numerator   int64     `json:"numerator"`
	Denominator int64     `json:"denominator"`
}

func percent(num, den int64) *float64 {
	if den == 0 {
		return nil
	}
	v := 100 * float64(num) / float64(den)
	return &v
}

func indicatorView(v insight.Value) Indicator {
	spec := v.Indicator.Spec
	days := int(v.To.Sub(v.From).Hours()/24 + 0.5)
	out := Indicator{Name: v.Indicator.Name, Title: v.Indicator.Title, Unit: "percent", Value: percent(v.Numerator, v.Denominator), Numerator: v.Numerator,
		Denominator: v.Denominator, Formula: spec.Formula, Period: IndicatorPeriod{v.From, v.To, fmt.Sprintf("Last %d days", days)}, Series: []IndicatorPoint{}}
	small := int64(spec.Small)
	if small == 0 {
		small = 30
	}
	out.SmallSample = v.Denominator < small
	if spec.Target > 0 {
		out.Target = &IndicatorTarget{">=", spec.Target}
		if out.Value != nil {
			on := *out.Value >= spec.Target
			out.OnTarget = &on
		}
	}
	for _, p := range v.Series {
		out.Series = append(out.Series, IndicatorPoint{p.From, p.To, percent(p.Numerator, p.Denominator), p.Numerator, p.Denominator})
	}
	return out
}

func (s *Server) getIndicators(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[Indicator], error) {
	values, err := s.Insight.Values(ctx, tx, by)
	items := []Indicator{}
	for _, v := range values {
		items = append(items, indicatorView(v))
	}
	return rest.NewList(items, ""), err
}

type recordsInput struct {
	rest.Paging
	Name string `path:"name"`
	Part string `query:"part" enum:"numerator,denominator,misses," doc:"Which records: all that count when left out."`
}

// IndicatorRecord is a ticket behind an indicator, with the survey's answer.
type IndicatorRecord struct {
	desk.Row
	Score      *int       `json:"score"`
	Comment    *string    `json:"comment"`
	AnsweredAt *time.Time `json:"answered_at"`
	Good       bool       `json:"good"`
}

func (s *Server) getIndicatorRecords(ctx context.Context, tx db.Tx, by act.Actor, in *recordsInput) (rest.List[IndicatorRecord], error) {
	facts, next, err := s.Insight.Records(ctx, tx, by, in.Name, in.Part, in.Page())
	if err != nil {
		return rest.List[IndicatorRecord]{}, err
	}
	var ids []int64
	var anyIDs []any
	for _, f := range facts {
		if f.RecordKind == "ticket" {
			ids, anyIDs = append(ids, f.RecordID), append(anyIDs, f.RecordID)
		}
	}
	rows, err := s.Desk.RowsOf(ctx, tx, by, ids)
	if err != nil {
		return rest.List[IndicatorRecord]{}, err
	}
	offers, err := s.Outreach.OfTickets(ctx, tx, anyIDs)
	items := []IndicatorRecord{}
	for _, f := range facts {
		row, ok := rows[f.RecordID]
		if !ok {
			continue // not theirs to see
		}
		at := f.At
		item := IndicatorRecord{Row: row, AnsweredAt: &at, Good: f.Good}
		if o, ok := offers[f.RecordID]; ok && o.Score != 0 {
			item.Score, item.Comment = &o.Score, &o.Remark
		}
		items = append(items, item)
	}
	return rest.NewList(items, next), err
}
