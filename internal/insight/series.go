package insight

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// most is how many groups are told of one question.
const most = 50

// Series answers how an indicator went, a point for each stretch of time, by groups if asked for.
// Whoever may read indicators may, within their scope.
func (s *Service) Series(ctx context.Context, tx db.Tx, by act.Actor, ask Ask) (Series, error) {
	q, err := s.understand(ctx, tx, by, ask)
	if err != nil {
		return Series{}, err
	}
	out := Series{Indicator: q.plan.Head, Every: q.ask.Every, Zone: q.zone.String(), Building: q.building}
	periods := []span{{q.from, q.to}}
	from, to, err := q.before()
	if err != nil {
		return out, err
	}
	if ask.Compare != "" {
		periods = append(periods, span{from, to})
	}
	if err := s.hide(ctx, tx, q, periods...); err != nil {
		return out, err
	}
	if out.Line, out.More, err = s.line(ctx, tx, q, q.from, q.to); err != nil || ask.Compare == "" {
		return out, err
	}
	before, _, err := s.line(ctx, tx, q, from, to)
	out.Compare = &before
	return out, err
}

// line is a period of a question.
func (s *Service) line(ctx context.Context, tx db.Tx, q *question, from, to time.Time) (Line, int, error) {
	out := Line{From: from, To: to, Groups: []Group{}}
	bounds := q.bounds(from, to)
	a, err := s.answer(ctx, tx, q, bounds)
	if err != nil {
		return out, 0, err
	}
	out.Total = q.show(all, a.figure(a.cellsOf(all, 0, len(bounds)-1), from, to))
	keys := []string{""}
	if q.group >= 0 {
		keys = a.keys()
	}
	more := max(0, len(keys)-most)
	keys = keys[:len(keys)-more]
	labels, err := s.labels(ctx, tx, q, keys)
	if err != nil {
		return out, 0, err
	}
	for _, key := range keys {
		g := Group{Label: labels[key], Points: make([]Point, len(bounds)-1)}
		if q.group >= 0 {
			g.Key = q.in.shown(q.plan.Dimensions[q.group], key)
		}
		for i := range g.Points {
			g.Points[i] = Point{bounds[i], bounds[i+1], q.show(key, a.figure(a.cellsOf(key, i, i+1), bounds[i], bounds[i+1]))}
		}
		g.Total = q.show(key, a.figure(a.cellsOf(key, 0, len(bounds)-1), from, to))
		out.Groups = append(out.Groups, g)
	}
	return out, more, nil
}

// Summaries returns indicators with the figure of their own period and the last twelve months; all
// of them when none is named. Whoever may read indicators may, within their scope.
func (s *Service) Summaries(ctx context.Context, tx db.Tx, by act.Actor, names ...string) ([]Summary, error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		for _, in := range s.Indicators() {
			names = append(names, in.Name)
		}
	}
	var out []Summary
	for _, name := range names {
		one, err := s.summary(ctx, tx, by, name)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// months is how many points the line of a summary has.
const months = 12

func (s *Service) summary(ctx context.Context, tx db.Tx, by act.Actor, name string) (Summary, error) {
	q, err := s.understand(ctx, tx, by, Ask{Name: name})
	if err != nil {
		return Summary{}, err
	}
	last := q.to.AddDate(0, 0, -1)
	q.ask.Every = "month"
	begin, end := time.Date(last.Year(), last.Month()-months+1, 1, 0, 0, 0, 0, q.zone), time.Date(last.Year(), last.Month()+1, 1, 0, 0, 0, 0, q.zone)
	if err := s.hide(ctx, tx, q, span{q.from, q.to}, span{begin, end}); err != nil {
		return Summary{}, err
	}
	year, err := s.answer(ctx, tx, q, q.bounds(begin, end))
	if err != nil {
		return Summary{}, err
	}
	own, err := s.answer(ctx, tx, q, []time.Time{q.from, q.to})
	if err != nil {
		return Summary{}, err
	}
	f := q.show(all, own.figure(own.cellsOf(all, 0, 1), q.from, q.to))
	out := Summary{Head: q.plan.Head, Hidden: f.Hidden, Value: f.Value, Numerator: f.Numerator, Denominator: f.Denominator, Count: f.Count, Building: q.building,
		Period: Period{q.from, q.to, fmt.Sprintf("Last %d days", q.plan.Days)}, SmallSample: f.Count < q.plan.Smallest, Series: []Point{}}
	out.OnTarget, out.Band = q.plan.judge(f.Value)
	for i := range len(year.bounds) - 1 {
		out.Series = append(out.Series, Point{year.bounds[i], year.bounds[i+1], q.show(all, year.figure(year.cellsOf(all, i, i+1), year.bounds[i], year.bounds[i+1]))})
	}
	return out, nil
}

// judge says whether a value meets the target, and in which band it is.
func (h Head) judge(v *float64) (on *bool, band string) {
	if v == nil {
		return nil, ""
	}
	if t := h.Target; t != nil {
		yes := t.Op == ">=" && *v >= t.Value || t.Op == "<=" && *v <= t.Value
		on = &yes
	}
	for _, b := range h.Bands {
		if *v >= b.From {
			band = b.Title
		}
	}
	return on, band
}
