package board

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/insight"
	"steward/internal/sheet"
)

// maxRecords is how many records one file holds.
const maxRecords = 50_000

// Export writes what an indicator answers as a file: its series, a breakdown, or the records of a part.
// Whoever may ask the same on the page may.
func (s *Service) Export(ctx context.Context, tx db.Tx, by act.Actor, ask insight.Ask, what, part, format string) (title string, write func(w io.Writer) error, err error) {
	if err := by.Require("read", "indicator"); err != nil {
		return "", nil, err
	}
	switch what {
	case "series":
		return s.exportSeries(ctx, tx, by, ask, format)
	case "breakdown":
		return s.exportBreakdown(ctx, tx, by, ask, format)
	case "records":
		return s.exportRecords(ctx, tx, by, ask, part, format)
	}
	return "", nil, fault.Field("what", what, "series, breakdown or records", "There is no table %q.", what)
}

// rows gives a table's rows one after another.
func rows(all [][]any) func() ([]any, error) {
	i := 0
	return func() ([]any, error) {
		if i == len(all) {
			return nil, nil
		}
		i++
		return all[i-1], nil
	}
}

func writer(format, title string, columns []sheet.Column, all [][]any) func(io.Writer) error {
	return func(w io.Writer) error { return sheet.Write(w, format, title, columns, rows(all)) }
}

// value is a figure as a cell; empty without a value.
func value(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// counted are the numbers that a figure is made of; nothing of one that is hidden, for it is not zero.
func counted(f insight.Figure) []any {
	if f.Hidden {
		return []any{nil, nil, nil}
	}
	return []any{f.Numerator, f.Denominator, f.Count}
}

func kindOf(h insight.Head) sheet.Kind {
	if h.Unit == "percent" {
		return sheet.Percent
	}
	return sheet.Number
}

// named is a column of values with their unit.
func column(title string, h insight.Head) sheet.Column {
	if u := cmp.Or(h.Currency, h.Unit); u != "count" && u != "number" && u != "percent" && u != "" {
		title += " (" + u + ")"
	}
	return sheet.Column{Title: title, Kind: kindOf(h)}
}

func (s *Service) exportSeries(ctx context.Context, tx db.Tx, by act.Actor, ask insight.Ask, format string) (string, func(io.Writer) error, error) {
	a, err := s.Figures.Series(ctx, tx, by, ask)
	if err != nil {
		return "", nil, err
	}
	h := a.Indicator
	columns := []sheet.Column{{Title: "From", Kind: sheet.Time}, {Title: "To", Kind: sheet.Time}}
	if ask.Group != "" {
		columns = append(columns, sheet.Column{Title: dimensionTitle(h, ask.Group)})
	}
	columns = append(columns, column(h.Title, h), sheet.Column{Title: "Numerator", Kind: sheet.Number}, sheet.Column{Title: "Denominator", Kind: sheet.Number}, sheet.Column{Title: "Records", Kind: sheet.Number})
	zone := a.From.Location()
	var all [][]any
	for _, g := range a.Groups {
		for _, p := range g.Points {
			row := []any{p.From.In(zone), p.To.In(zone)}
			if ask.Group != "" {
				row = append(row, g.Label)
			}
			all = append(all, append(append(row, value(p.Value)), counted(p.Figure)...))
		}
	}
	return h.Title, writer(format, h.Title, columns, all), nil
}

func (s *Service) exportBreakdown(ctx context.Context, tx db.Tx, by act.Actor, ask insight.Ask, format string) (string, func(io.Writer) error, error) {
	a, err := s.Figures.Breakdown(ctx, tx, by, ask)
	if err != nil {
		return "", nil, err
	}
	h := a.Indicator
	columns := []sheet.Column{{Title: dimensionTitle(h, ask.Group)}, column(h.Title, h), {Title: "Numerator", Kind: sheet.Number}, {Title: "Denominator", Kind: sheet.Number}, {Title: "Records", Kind: sheet.Number}, column("Before", h), {Title: "Change", Kind: sheet.Number}, {Title: "Part of the whole change", Kind: sheet.Number}}
	var all [][]any
	did := map[string]float64{}
	if a.Change != nil {
		for _, p := range a.Change.Parts {
			did[p.Key] = p.Amount
		}
	}
	part := func(key string) any {
		amount, ok := did[key]
		if delete(did, key); !ok {
			return nil
		}
		return amount
	}
	for _, r := range a.Rows {
		all = append(all, append(append([]any{r.Label, value(r.Value)}, counted(r.Figure)...), value(r.Before.Value), value(r.Change), part(r.Key)))
	}
	if a.Change != nil {
		for _, p := range a.Change.Parts { // what no row tells, so that the column sums to the change
			if _, left := did[p.Key]; left {
				all = append(all, []any{p.Label, nil, nil, nil, nil, nil, nil, p.Amount})
			}
		}
	}
	return h.Title, writer(format, h.Title, columns, all), nil
}

func dimensionTitle(h insight.Head, name string) string {
	for _, d := range h.Dimensions {
		if d.Name == name {
			return d.Title
		}
	}
	return name
}

func (s *Service) exportRecords(ctx context.Context, tx db.Tx, by act.Actor, ask insight.Ask, part, format string) (string, func(io.Writer) error, error) {
	h := s.Figures.Heads(ask.Name)[ask.Name]
	page := db.Page{Limit: 100}
	var all [][]any
	for {
		some, err := s.Figures.Records(ctx, tx, by, ask, part, page)
		if err != nil {
			return "", nil, err
		}
		if some.Count > maxRecords {
			return "", nil, fault.New(fault.TooLarge, "These are %d records; one file holds %d. Choose a shorter period, or filter.", some.Count, maxRecords)
		}
		for _, r := range some.Items {
			all = append(all, []any{r.Kind, r.ID, r.Title, r.At, value(r.Value), yesNo(r.Good)})
		}
		if page.Cursor = some.Next; some.Next == "" {
			break
		}
	}
	title := fmt.Sprintf("%s, records", cmp.Or(h.Title, ask.Name))
	return title, writer(format, title, []sheet.Column{{Title: "Kind"}, {Title: "Id", Kind: sheet.Number}, {Title: "Title"}, {Title: "When", Kind: sheet.Time}, {Title: "Value", Kind: sheet.Number}, {Title: "Counted"}}, all), nil
}
