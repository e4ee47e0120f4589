package board

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/insight/draw"
)

// accountFigure is a report of accounts in a letter, with the accounts that its reader may see. What keeps it from being worked out
// is said in its place: the rest of the page is mailed all the same.
func (s *Service) accountFigure(ctx context.Context, tx db.Tx, by act.Actor, title, chart string, a Accounts) (figure, error) {
	table, err := s.AccountFigures(ctx, tx, by, a)
	switch {
	case fault.Is(err, fault.Forbidden):
		return figure{title: cmp.Or(title, "Accounts"), barred: "You may not read accounts."}, nil
	case fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Invalid):
		return figure{title: cmp.Or(title, "Accounts"), barred: err.Error()}, nil
	}
	if err != nil {
		return figure{}, fmt.Errorf("%s: %w", title, err)
	}
	f := figure{title: title, chart: chart, accounts: &table}
	if f.title == "" {
		f.title = table.name()
	}
	return f, nil
}

// name is what the figure is called.
func (t AccountTable) name() string {
	name := "Accounts"
	if t.Value != "" {
		name = strings.ToUpper(t.Figure[:1]) + t.Figure[1:] + " of " + t.Value
	}
	if t.By != "" {
		name += " by " + t.By
	}
	return name
}

// say is a figure as people read it.
func (t AccountTable) say(g AccountGroup) string {
	if g.Value == nil {
		return "no data"
	}
	switch v := *g.Value; t.Kind {
	case "share":
		return spoken(v*100, 1) + "%"
	case "money":
		return strings.TrimSpace(spoken(v, 0) + " " + g.Currency)
	case "days":
		return spoken(v, 1) + " days"
	default:
		return plain(v)
	}
}

// accountWords are the figures over all groups.
func (f figure) accountWords() string {
	if f.barred != "" {
		return f.barred
	}
	var parts []string
	for _, g := range f.accounts.Total {
		said := f.accounts.say(g)
		if f.accounts.Value != "" {
			said += " of " + accountsSaid(g.Accounts)
		}
		parts = append(parts, said)
	}
	return cmp.Or(strings.Join(parts, "; "), "No account matches.")
}

// accountsSaid says how many accounts there are.
func accountsSaid(n int64) string {
	if n == 1 {
		return "1 account"
	}
	return spoken(float64(n), 0) + " accounts"
}

func (f figure) accountFace() string {
	if f.barred != "" || len(f.accounts.Total) == 0 {
		return fmt.Sprintf(`<p style="margin:0 0 4px;color:#68635b">%s</p>`, html.EscapeString(f.accountWords()))
	}
	return fmt.Sprintf(`<p style="margin:0 0 4px"><b style="font-size:24px">%s</b></p>`, html.EscapeString(f.accountWords()))
}

// accountPicture draws groups as bars; amounts of several currencies are told by the table alone.
func (f figure) accountPicture() (png []byte, height int, err error) {
	if f.barred != "" || f.chart != "bar" || len(f.accounts.Groups) < 2 || len(f.accounts.Total) > 1 {
		return nil, 0, nil
	}
	groups := f.accounts.Groups[:min(len(f.accounts.Groups), 2*mostGroups)]
	currency := groups[0].Currency
	c := draw.Chart{Width: pictureWidth, Kind: draw.Ranks, Height: 40 + 28*len(groups), Share: f.accounts.Kind == "share",
		Say: func(v float64) string {
			if f.accounts.Kind == "share" {
				v /= 100
			}
			return f.accounts.say(AccountGroup{Value: &v, Currency: currency})
		}}
	var line draw.Line
	for _, g := range slices.Backward(groups) { // the first one on top
		v := g.Value
		if v != nil && f.accounts.Kind == "share" {
			percent := *v * 100
			v = &percent
		}
		c.Labels, line.Values = append(c.Labels, g.Title), append(line.Values, v)
	}
	c.Lines = []draw.Line{line}
	png, err = draw.PNG(c)
	return png, c.Height, err
}

// accountRows are the groups, a name and a figure each.
func (f figure) accountRows() (out [][2]string) {
	if f.barred != "" {
		return nil
	}
	for _, g := range f.accounts.Groups {
		title := g.Title
		if len(f.accounts.Total) > 1 && g.Currency != "" {
			title += ", " + g.Currency
		}
		out = append(out, [2]string{title, f.accounts.say(g)})
	}
	return out
}

// accountTable is the list of accounts under the figures, in HTML.
func (f figure) accountTable() string {
	if f.accounts == nil || len(f.accounts.List) < 2 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<table style="border-collapse:collapse;margin:12px 0 8px;font-size:13px">`)
	for i, row := range f.accounts.List {
		b.WriteString("<tr>")
		tag, colour := "td", "#211f1c"
		if i == 0 {
			tag, colour = "th", "#68635b"
		}
		for _, cell := range row {
			fmt.Fprintf(&b, `<%[1]s style="padding:2px 16px 2px 0;border-top:1px solid #e6e3de;text-align:left;font-weight:normal;color:%[2]s">%[3]s</%[1]s>`, tag, colour, html.EscapeString(cell))
		}
		b.WriteString("</tr>")
	}
	b.WriteString(`</table>`)
	if f.accounts.More {
		b.WriteString(`<p style="margin:0;color:#68635b">More accounts are on the page.</p>`)
	}
	return b.String()
}

// accountLines are the same as plain text.
func (f figure) accountLines() string {
	if f.accounts == nil || len(f.accounts.List) < 2 {
		return ""
	}
	var b strings.Builder
	for _, row := range f.accounts.List[1:] {
		b.WriteString("  " + row[0])
		for i, cell := range row[1:] {
			fmt.Fprintf(&b, ", %s %s", strings.ToLower(f.accounts.List[0][i+1]), cell)
		}
		b.WriteString("\n")
	}
	if f.accounts.More {
		b.WriteString("  More accounts are on the page.\n")
	}
	return b.String()
}
