package insight

import (
	"context"
	"math"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Breakdown splits an indicator by a dimension, and what changed since another period so that the
// parts sum to the whole. Whoever may read indicators may, within their scope.
func (s *Service) Breakdown(ctx context.Context, tx db.Tx, by act.Actor, ask Ask) (Breakdown, error) {
	q, err := s.understand(ctx, tx, by, ask)
	if err != nil {
		return Breakdown{}, err
	}
	if ask.Group == "" {
		return Breakdown{}, fault.Field("by", nil, "a dimension of the indicator", "Say what to split by.")
	}
	from, to, err := q.before()
	if err != nil {
		return Breakdown{}, err
	}
	if err := s.hide(ctx, tx, q, span{q.from, q.to}, span{from, to}); err != nil {
		return Breakdown{}, err
	}
	now, err := s.answer(ctx, tx, q, []time.Time{q.from, q.to})
	if err != nil {
		return Breakdown{}, err
	}
	then, err := s.answer(ctx, tx, q, []time.Time{from, to})
	if err != nil {
		return Breakdown{}, err
	}
	out := Breakdown{Indicator: q.plan.Head, By: ask.Group, Period: Period{From: q.from, To: q.to}, Compared: Period{From: from, To: to}, Rows: []Row{},
		Total: q.show(all, now.whole(all)), Before: q.show(all, then.whole(all))}
	keys := now.keys()
	for _, k := range then.keys() {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	shown := keys[:min(len(keys), most)]
	labels, err := s.labels(ctx, tx, q, shown)
	if err != nil {
		return out, err
	}
	d := q.plan.Dimensions[q.group]
	for _, k := range shown {
		r := Row{Key: q.in.shown(d, k), Label: labels[k], Figure: q.show(k, now.whole(k)), Before: q.show(k, then.whole(k))}
		if r.Value != nil && r.Before.Value != nil {
			change := round(*r.Value - *r.Before.Value)
			r.Change = &change
		}
		out.Rows = append(out.Rows, r)
	}
	if out.Total.Value == nil || out.Before.Value == nil {
		return out, nil
	}
	out.Change = &Change{Total: round(*out.Total.Value - *out.Before.Value), Parts: []Part{}}
	amounts := s.amounts(now, then, keys)
	balance(amounts, out.Change.Total)
	rest := Part{Key: "…", Label: "Everything else"}
	for i, k := range keys {
		if q.covers(k) || !slices.Contains(shown, k) {
			rest.Amount = round(rest.Amount + amounts[i])
			continue
		}
		out.Change.Parts = append(out.Change.Parts, Part{q.in.shown(d, k), labels[k], amounts[i]})
	}
	if rest.Amount != 0 {
		out.Change.Parts = append(out.Change.Parts, rest)
	}
	return out, nil
}

// whole is the figure of a group over the period.
func (a *answer) whole(key string) Figure {
	n := len(a.bounds) - 1
	return a.figure(a.cellsOf(key, 0, n), a.bounds[0], a.bounds[n])
}

// additive reports whether the figure's numerator and denominator are sums over groups.
func (p plan) additive() bool {
	sums := func(m string) bool { return m == "count" || m == "sum" || m == "share" || m == "standing" }
	if len(p.Parts) == 1 {
		return sums(p.Parts[0].Measure) || p.Parts[0].Measure == "mean"
	}
	return len(p.Parts) == 2 && sums(p.Parts[0].Measure) && sums(p.Parts[1].Measure)
}

// amounts are what each group did to the change. For a fraction it is what the group adds to the
// numerator beyond what its share of the denominator would at the whole's earlier level, now and
// then; for what cannot be added up, groups are put in place one after another.
func (s *Service) amounts(now, then *answer, keys []string) []float64 {
	out := make([]float64, len(keys))
	if !now.plan.additive() {
		return s.walked(now, then, keys)
	}
	is, was := now.whole(all), then.whole(all)
	scale := 1.0
	if now.plan.Unit == "percent" {
		scale = 100
	}
	if len(now.plan.Parts) == 1 && now.plan.Parts[0].Measure != "share" && now.plan.Parts[0].Measure != "mean" {
		for i, k := range keys {
			out[i] = scale * (now.whole(k).Numerator - then.whole(k).Numerator)
		}
		return out
	}
	level := was.Numerator / was.Denominator
	for i, k := range keys {
		a, b := now.parts(k), then.parts(k)
		out[i] = scale * ((a[0]-level*a[1])/is.Denominator - (b[0]-level*b[1])/was.Denominator)
	}
	return out
}

// parts are the numerator and denominator of a group, also where there is no value.
func (a *answer) parts(key string) [2]float64 {
	n := len(a.bounds) - 1
	cells := a.cellsOf(key, 0, n)
	from, to := a.bounds[0], a.bounds[n]
	switch first := a.plan.Parts[0]; {
	case len(a.plan.Parts) == 2:
		num, _ := a.number(first, cells[0], from, to)
		den, _ := a.number(a.plan.Parts[1], cells[1], from, to)
		return [2]float64{num, den}
	case first.Measure == "mean":
		return [2]float64{a.unit(first, float64(cells[0].amount)), float64(cells[0].total)}
	default:
		return [2]float64{float64(cells[0].good), float64(cells[0].total)}
	}
}

// walked replaces the groups of then by those of now, one after another, and notes each step.
func (s *Service) walked(now, then *answer, keys []string) []float64 {
	out := make([]float64, len(keys))
	value := func(cells []*cell, a *answer) float64 {
		if f := a.figure(cells, a.bounds[0], a.bounds[len(a.bounds)-1]); f.Value != nil {
			return *f.Value
		}
		return 0
	}
	mixed := func(n int) []*cell { // the first n groups as they are now
		out := make([]*cell, len(now.grids))
		for i := range out {
			out[i] = &cell{}
		}
		for i, k := range keys {
			from := then
			if i < n {
				from = now
			}
			for j, c := range from.cellsOf(k, 0, len(from.bounds)-1) {
				out[j].add(c)
			}
		}
		return out
	}
	last := value(mixed(0), then)
	for i := range keys {
		next := value(mixed(i+1), now)
		if i < len(keys)-1 && next == 0 && last != 0 && len(keys) > 1 {
			next = last // nobody left for a moment: the step counts with the next group
		}
		out[i], last = next-last, next
	}
	return out
}

// balance rounds amounts and puts what rounding leaves into the largest, so that they sum to the total.
func balance(amounts []float64, total float64) {
	left, largest := math.Round(total*1e6), 0
	for i := range amounts {
		left -= math.Round(amounts[i] * 1e6)
		amounts[i] = round(amounts[i])
		if math.Abs(amounts[i]) > math.Abs(amounts[largest]) {
			largest = i
		}
	}
	if len(amounts) > 0 {
		amounts[largest] = round(amounts[largest] + left/1e6)
	}
}
