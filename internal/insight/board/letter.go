package board

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/insight"
	"steward/internal/mail"
)

// letter is a page as one person may see it, ready to be written.
type letter struct {
	board   InForce
	period  Period
	zone    *time.Location
	made    time.Time
	figures []figure
}

// figure is one tile of a letter.
type figure struct {
	title  string
	series insight.Series
	chart  string
	steps  []stage
	trend  *insight.Series // of a number: its short line

	accounts *AccountTable // of accounts
	barred   string        // why there is none
}

// stage is a step of a funnel.
type stage struct {
	title string
	total insight.Figure
	head  insight.Head
}

// collect reads every figure of a page with the rights of its reader, for the period as it was at the
// due time.
func (s *Service) collect(ctx context.Context, tx db.Tx, by act.Actor, b InForce, due time.Time) (*letter, error) {
	name := cmp.Or(b.Page.Zone, "UTC")
	zone, err := bizcal.LoadZone(name)
	if err != nil {
		return nil, err
	}
	l := &letter{board: b, zone: zone, made: due.In(zone)}
	if l.period, err = PeriodAt(b.Page.Period, due, zone); err != nil {
		return nil, err
	}
	heads := s.Figures.Heads(b.indicators()...)
	if b.Accounts != nil {
		f, err := s.accountFigure(ctx, tx, by, b.Title, b.chart, *b.Accounts)
		l.figures = append(l.figures, f)
		return l, err
	}
	for _, t := range b.Tiles {
		if t.Accounts != nil {
			f, err := s.accountFigure(ctx, tx, by, t.Title, t.accountChart(*t.Accounts), *t.Accounts)
			if err != nil {
				return nil, err
			}
			l.figures = append(l.figures, f)
			continue
		}
		p := l.period
		if t.Period != "" {
			if p, err = PeriodAt(t.Period, due, zone); err != nil {
				return nil, err
			}
		}
		f := figure{title: t.Title, chart: t.chart()}
		ask := insight.Ask{From: p.From, To: p.To, Zone: name, AsOf: due, Filter: joined(t.Filter, b.Page.Filters, heads[cmp.Or(t.Indicator, first(t.Steps))])}
		if b.Page.Compare != "none" {
			ask.Compare = cmp.Or(b.Page.Compare, "previous")
		}
		if f.chart == "funnel" && len(t.Steps) > 0 {
			for _, step := range t.Steps {
				ask.Name, ask.Every, ask.Compare = step, "year", ""
				one, err := s.Figures.Series(ctx, tx, by, ask)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", step, err)
				}
				f.steps = append(f.steps, stage{cmp.Or(heads[step].Title, step), one.Total, one.Indicator})
			}
			l.figures = append(l.figures, f)
			continue
		}
		ask.Name, ask.Group, ask.Every = t.Indicator, t.By, cmp.Or(t.Every, p.Every)
		if f.chart == "heat-map" {
			ask.Every, ask.Group = "hour", ""
		}
		if f.series, err = s.Figures.Series(ctx, tx, by, ask); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Indicator, err)
		}
		if f.chart == "number" && p.Whole {
			ask.From, ask.Every, ask.Group, ask.Compare = p.TrendFrom, p.TrendEvery, "", ""
			trend, err := s.Figures.Series(ctx, tx, by, ask)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.Indicator, err)
			}
			f.trend = &trend
		}
		f.title = cmp.Or(f.title, f.series.Indicator.Title)
		l.figures = append(l.figures, f)
	}
	return l, nil
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// joined is a tile's filter together with what the page chooses at first, as far as the indicator knows it.
func joined(filter string, choices []Filter, h insight.Head) string {
	var all []string
	if strings.TrimSpace(filter) != "" {
		all = append(all, "("+filter+")")
	}
	for _, f := range choices {
		i := slices.IndexFunc(h.Dimensions, func(d insight.Dimension) bool { return d.Name == f.Dimension })
		if i < 0 || len(f.Values) == 0 {
			continue
		}
		var any []string
		for _, v := range f.Values {
			switch {
			case v == "":
				any = append(any, "!has("+f.Dimension+")")
			case h.Dimensions[i].Type == "text":
				any = append(any, fmt.Sprintf("%s == %q", f.Dimension, v))
			default:
				any = append(any, f.Dimension+" == "+v)
			}
		}
		all = append(all, "("+strings.Join(any, " || ")+")")
	}
	return strings.Join(all, " && ")
}

// span is the period in words.
func (l *letter) span() string {
	if of := l.board.Accounts; of != nil {
		if day, err := time.Parse(time.DateOnly, of.On); err == nil {
			return day.Format("2 January 2006")
		}
		return l.made.Format("2 January 2006")
	}
	last := l.period.To.AddDate(0, 0, -1)
	from, to := l.period.From.Format("2 January 2006"), last.Format("2 January 2006")
	if from == to {
		return from
	}
	return from + " to " + to
}

// link opens the page as the letter shows it.
func (l *letter) link(base string) string {
	if l.board.Accounts != nil {
		return fmt.Sprintf("%s/insight/%ss/%s", base, l.board.Kind, l.board.Name)
	}
	return fmt.Sprintf("%s/insight/%ss/%s?from=%s&to=%s", base, l.board.Kind, l.board.Name, l.period.From.Format(time.DateOnly), l.period.To.AddDate(0, 0, -1).Format(time.DateOnly))
}

// Sizes of pictures in a mail, in pixels as they are shown.
const (
	pictureWidth  = 560
	pictureHeight = 200
	sparkHeight   = 64
)

// compose writes the mail: figures as text, pictures beside them, everything also without pictures.
func (l *letter) compose(base string, from Sender, to directory.Person, id string) (mail.Outgoing, error) {
	link := l.link(base)
	var page, text strings.Builder
	esc := html.EscapeString
	fmt.Fprintf(&page, `<div style="font:14px/1.5 Arial,sans-serif;color:#211f1c;max-width:%dpx"><h1 style="font-size:20px;margin:0">%s</h1><p style="margin:4px 0 16px;color:#68635b">%s%s</p>`, pictureWidth, esc(l.board.Title), esc(l.span()), esc(l.zoneWords()))
	fmt.Fprintf(&text, "%s\n%s%s\n\n", l.board.Title, l.span(), l.zoneWords())
	out := mail.Outgoing{From: mail.Address{Name: from.Name, Email: from.Address}, To: []mail.Address{{Name: to.Name, Email: to.Email}}, Subject: directory.OneLine(l.board.Title + ", " + l.span()), MessageID: id, Date: l.made, Automatic: true}
	_, out.LoopDomain, _ = strings.Cut(from.Address, "@")
	for i, f := range l.figures {
		fmt.Fprintf(&page, `<h2 style="font-size:14px;margin:20px 0 2px;font-weight:normal;color:#45413b">%s</h2>`, esc(f.title))
		fmt.Fprintf(&text, "%s: %s\n", f.title, f.words())
		page.WriteString(f.face())
		png, height, err := f.picture(l.zone)
		if err != nil {
			return out, err
		}
		if png != nil {
			cid := fmt.Sprintf("picture%d.%s", i+1, id)
			fmt.Fprintf(&page, `<img src="cid:%s" width="%d" height="%d" alt="%s" style="display:block;max-width:100%%;height:auto">`, esc(cid), pictureWidth, height, esc(f.title+": "+f.words()))
			out.Inline = append(out.Inline, mail.Attachment{Filename: fmt.Sprintf("picture-%d.png", i+1), ContentType: "image/png", ContentID: cid, Inline: true, Data: png})
		}
		page.WriteString(f.table() + f.accountTable())
		text.WriteString(f.lines() + f.accountLines())
	}
	fmt.Fprintf(&page, `<p style="margin:24px 0 0"><a href="%s" style="color:#0b6560">Open this page</a> to see the records behind each figure.</p></div>`, esc(link))
	fmt.Fprintf(&text, "\nOpen this page to see the records behind each figure:\n%s\n", link)
	out.HTML, out.Text = page.String(), text.String()
	return out, nil
}

func (l *letter) zoneWords() string { return ", " + l.zone.String() }

// total is the figure of the tile's period.
func (f figure) total() (insight.Figure, insight.Head) { return f.series.Total, f.series.Indicator }

// words are the figure with its target and how it moved.
func (f figure) words() string {
	if f.accounts != nil || f.barred != "" {
		return f.accountWords()
	}
	if f.steps != nil {
		parts := make([]string, len(f.steps))
		for i, s := range f.steps {
			parts[i] = s.title + " " + sayFigure(s.total, s.head)
		}
		return strings.Join(parts, ", ")
	}
	v, h := f.total()
	parts := []string{sayFigure(v, h)}
	if h.Unit == "percent" && v.Value != nil && v.Denominator > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s", plain(v.Numerator), plain(v.Denominator)))
	}
	if v.Value != nil && h.Target != nil {
		parts = append(parts, map[bool]string{true: "on target", false: "off target"}[meets(*v.Value, h)], sayTarget(h))
	}
	if c := f.series.Compare; c != nil {
		if change := sayChange(v.Value, c.Total.Value, h); change != "" {
			parts = append(parts, change+" on the period before")
		}
	}
	return strings.Join(parts, ", ")
}
