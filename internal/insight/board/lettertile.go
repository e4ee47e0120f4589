package board

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"steward/internal/insight"
	"steward/internal/insight/draw"
)

// face is the figure in large, with its verdict in words: a colour alone says nothing.
func (f figure) face() string {
	if f.steps != nil {
		return ""
	}
	if f.accounts != nil || f.barred != "" {
		return f.accountFace()
	}
	v, h := f.total()
	value, rest, _ := strings.Cut(f.words(), ", ")
	colour := "#68635b"
	if v.Value != nil && !meets(*v.Value, h) {
		colour = "#b02a1f"
	}
	return fmt.Sprintf(`<p style="margin:0 0 4px"><b style="font-size:24px">%s</b> <span style="color:%s">%s</span></p>`, html.EscapeString(value), colour, html.EscapeString(rest))
}

// mostGroups is how many groups one picture in a mail tells apart.
const mostGroups = 8

// picture draws the tile; nil where its table says it all, or nothing counted.
func (f figure) picture(zone *time.Location) (png []byte, height int, err error) {
	if f.accounts != nil || f.barred != "" {
		return f.accountPicture()
	}
	h := f.series.Indicator
	c := draw.Chart{Width: pictureWidth, Height: pictureHeight, Say: func(v float64) string { return say(v, h) }, Share: h.Unit == "percent"}
	groups := f.series.Groups[:min(len(f.series.Groups), mostGroups)]
	if len(groups) == 0 {
		return nil, 0, nil
	}
	switch f.chart {
	case "table", "funnel":
		return nil, 0, nil
	case "number":
		line := f.series
		if f.trend != nil {
			line = *f.trend
		}
		if len(line.Groups) == 0 || len(line.Groups[0].Points) < 2 {
			return nil, 0, nil
		}
		c.Kind, c.Height, groups = draw.Spark, sparkHeight, line.Groups[:1]
	case "area":
		c.Kind = draw.Area
		if !h.AddsUp() {
			c.Kind = draw.Lines
		}
	case "bar", "histogram":
		c.Kind = draw.Bars
	case "heat-map":
		return heat(c, groups[0].Points, zone)
	default:
		c.Kind = draw.Lines
	}
	if h.Target != nil {
		c.Target = &h.Target.Value
	}
	if len(groups[0].Points) == 1 && len(groups) > 1 { // one period: a bar a group
		return ranks(c, groups)
	}
	for _, p := range groups[0].Points {
		c.Labels = append(c.Labels, pointName(p.From.In(zone), f.series.Every))
	}
	for _, g := range groups {
		c.Lines = append(c.Lines, draw.Line{Title: cmp.Or(g.Label, "none"), Values: values(g.Points)})
	}
	png, err = draw.PNG(c)
	return png, c.Height, err
}

func values(points []insight.Point) []*float64 {
	out := make([]*float64, len(points))
	for i, p := range points {
		out[i] = p.Value
	}
	return out
}

func ranks(c draw.Chart, groups []insight.Group) ([]byte, int, error) {
	c.Kind, c.Height, c.Target = draw.Ranks, 40+28*len(groups), nil
	var line draw.Line
	for _, g := range slices.Backward(groups) { // the first one on top
		c.Labels = append(c.Labels, cmp.Or(g.Label, "none"))
		line.Values = append(line.Values, g.Total.Value)
	}
	c.Lines = []draw.Line{line}
	png, err := draw.PNG(c)
	return png, c.Height, err
}

// heat puts hours into the week: the sum of what counted, or the mean of shares and times.
func heat(c draw.Chart, points []insight.Point, zone *time.Location) ([]byte, int, error) {
	var sum, n [7][24]float64
	for _, p := range points {
		if p.Value != nil {
			t := p.From.In(zone)
			day := (int(t.Weekday()) + 6) % 7
			sum[day][t.Hour()] += *p.Value
			n[day][t.Hour()]++
		}
	}
	c.Kind = draw.Heat
	for hour := range 24 {
		c.Labels = append(c.Labels, fmt.Sprintf("%02d", hour))
	}
	for day, name := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		line := draw.Line{Title: name, Values: make([]*float64, 24)}
		for hour := range 24 {
			if n[day][hour] > 0 {
				v := sum[day][hour] / n[day][hour]
				line.Values[hour] = &v
			}
		}
		c.Lines = append(c.Lines, line)
	}
	png, err := draw.PNG(c)
	return png, c.Height, err
}

// mostLines is how many rows a table in a mail has.
const mostLines = 20

// rows are the table under a picture that is split, or a funnel's steps: a name and a figure.
func (f figure) rows() (out [][2]string) {
	if f.accounts != nil || f.barred != "" {
		return f.accountRows()
	}
	for _, s := range f.steps {
		out = append(out, [2]string{s.title, sayFigure(s.total, s.head)})
	}
	h := f.series.Indicator
	switch {
	case f.chart == "table" && len(f.series.Groups) == 1:
		for _, p := range slices.Backward(f.series.Groups[0].Points) {
			out = append(out, [2]string{pointName(p.From, f.series.Every), sayFigure(p.Figure, h)})
		}
	case len(f.series.Groups) > 1:
		for _, g := range f.series.Groups {
			out = append(out, [2]string{cmp.Or(g.Label, "None"), sayFigure(g.Total, h)})
		}
	}
	return out
}

func (f figure) table() string {
	rows := f.rows()
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<table style="border-collapse:collapse;margin:8px 0;font-size:13px">`)
	for _, r := range rows[:min(len(rows), mostLines)] {
		fmt.Fprintf(&b, `<tr><td style="padding:2px 24px 2px 0;border-top:1px solid #e6e3de">%s</td><td style="padding:2px 0;border-top:1px solid #e6e3de;text-align:right">%s</td></tr>`, html.EscapeString(r[0]), html.EscapeString(r[1]))
	}
	b.WriteString(`</table>`)
	if more := len(rows) - mostLines; more > 0 {
		fmt.Fprintf(&b, `<p style="margin:0;color:#68635b">%d more on the page.</p>`, more)
	}
	return b.String()
}

func (f figure) lines() string {
	var b strings.Builder
	for _, r := range f.rows()[:min(len(f.rows()), mostLines)] {
		fmt.Fprintf(&b, "  %s: %s\n", r[0], r[1])
	}
	return b.String()
}
