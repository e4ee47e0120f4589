package board

import (
	"context"
	"io"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/insight"
	"steward/internal/sheet"
)

// maxSteps is how many indicators one table of steps holds, as many as a funnel has.
const maxSteps = 12

// ExportSteps writes the figures of several indicators for one question, in their order, as a file: the steps of a
// funnel. Whoever may ask the same on the page may.
func (s *Service) ExportSteps(ctx context.Context, tx db.Tx, by act.Actor, names []string, ask insight.Ask, format string) (title string, write func(w io.Writer) error, err error) {
	if err := by.Require("read", "indicator"); err != nil {
		return "", nil, err
	}
	if len(names) == 0 || len(names) > maxSteps {
		return "", nil, fault.Field("names", nil, "names of indicators with commas between them, 12 at most", "A table of steps holds between one and %d indicators.", maxSteps)
	}
	ask.Every = "year" // only the whole is written
	columns := []sheet.Column{{Title: "Step"}, {Title: "Figure", Kind: sheet.Number}, {Title: "Unit"}, {Title: "Of the step before", Kind: sheet.Percent}, {Title: "Of the first step", Kind: sheet.Percent},
		{Title: "Numerator", Kind: sheet.Number}, {Title: "Denominator", Kind: sheet.Number}, {Title: "Records", Kind: sheet.Number}, {Title: "Formula"}}
	var all [][]any
	var first, before *float64
	for i, name := range names {
		ask.Name = name
		a, err := s.Figures.Series(ctx, tx, by, ask)
		if err != nil {
			return "", nil, err
		}
		h, v := a.Indicator, a.Total.Value
		if i == 0 {
			first = v
		}
		row := append([]any{h.Title, value(v), unitOf(h), value(share(v, before)), value(share(v, first))}, counted(a.Total)...)
		all, before = append(all, append(row, h.Formula)), v
	}
	return all[0][0].(string) + ", steps", writer(format, "Steps", columns, all), nil
}

// share is one value in percent of another; nil without both, or of nothing.
func share(v, of *float64) *float64 {
	if v == nil || of == nil || *of == 0 {
		return nil
	}
	p := 100 * *v / *of
	return &p
}

// unitOf is what an indicator's values are in: a currency where it is money.
func unitOf(h insight.Head) string {
	if h.Unit == "money" && h.Currency != "" {
		return h.Currency
	}
	return h.Unit
}

// ExportSummaries writes every indicator with the figure of its own period as a file. Whoever may read indicators
// may, within their scope.
func (s *Service) ExportSummaries(ctx context.Context, tx db.Tx, by act.Actor, format string) (title string, write func(w io.Writer) error, err error) {
	sums, err := s.Figures.Summaries(ctx, tx, by)
	if err != nil {
		return "", nil, err
	}
	columns := []sheet.Column{{Title: "Indicator"}, {Title: "Name"}, {Title: "From", Kind: sheet.Time}, {Title: "To", Kind: sheet.Time}, {Title: "Figure", Kind: sheet.Number}, {Title: "Unit"}, {Title: "Target"}, {Title: "On target"}, {Title: "Small sample"},
		{Title: "Numerator", Kind: sheet.Number}, {Title: "Denominator", Kind: sheet.Number}, {Title: "Records", Kind: sheet.Number}, {Title: "Formula"}, {Title: "Version", Kind: sheet.Number}}
	var all [][]any
	for _, one := range sums {
		target, on, small := "", "", ""
		if one.Target != nil {
			target = one.Target.Op + " " + say(one.Target.Value, one.Head)
		}
		if one.OnTarget != nil {
			on = yesNo(*one.OnTarget)
		}
		if one.Count > 0 && !one.Hidden {
			small = yesNo(one.SmallSample)
		}
		row := append([]any{one.Title, one.Name, one.Period.From, one.Period.To, value(one.Value), unitOf(one.Head), target, on, small},
			counted(insight.Figure{Numerator: one.Numerator, Denominator: one.Denominator, Count: one.Count, Hidden: one.Hidden})...)
		all = append(all, append(row, one.Formula, int64(one.Version)))
	}
	return "Indicators", writer(format, "Indicators", columns, all), nil
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
