package draw

import (
	"fmt"
	"math"

	"github.com/go-analyze/charts"
)

// Chart is what to draw.
type Chart struct {
	Kind   Kind
	Labels []string // under the points or beside the bars
	Lines  []Line
	Target *float64             // a line across; nil for none
	Say    func(float64) string // a value on the axis
	Share  bool                 // percentages: the axis ends at 100 where the values do
	Width  int                  // pixels; pictures are drawn twice as fine as they are shown
	Height int
}

// Line is one course of values.
type Line struct {
	Title  string
	Values []*float64 // nil is a gap
}

// Kind is how a chart is drawn.
type Kind string

// The kinds of pictures.
const (
	Spark Kind = "spark" // a line without axes
	Lines Kind = "line"
	Area  Kind = "area" // stacked
	Bars  Kind = "bar"  // stacked
	Ranks Kind = "rank" // one horizontal bar a label
	Heat  Kind = "heat" // a row a line
)

func colour(rgb uint32) charts.Color {
	return charts.Color{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 255}
}

// palette is the workspace's on light ground (web/src/app/tokens.css).
var palette = []charts.Color{colour(0x0f766e), colour(0xd97706), colour(0x3b6fb6), colour(0xb4457f), colour(0x7a8b1f), colour(0x6b53b0), colour(0x5aa9c9), colour(0x8a6246)}

var (
	ink   = colour(0x57524b)
	grey  = colour(0xc6c2ba)
	light = colour(0xe6e3de)
)

func theme(series []charts.Color) charts.ColorPalette {
	return charts.MakeTheme(charts.ThemeOption{AxisStrokeColor: grey, AxisSplitLineColor: light, BackgroundColor: charts.ColorWhite, TextColor: ink, SeriesColors: series})
}

// PNG draws a chart. One without any value gives nil: there is nothing to draw.
func PNG(c Chart) ([]byte, error) {
	if !c.any() {
		return nil, nil
	}
	c = c.thin()
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: 2 * c.Width, Height: 2 * c.Height})
	var err error
	switch c.Kind {
	case Ranks:
		err = c.ranks(p)
	case Heat:
		err = c.heat(p)
	case Bars:
		err = c.bars(p)
	default:
		err = c.lines(p)
	}
	if err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	return p.Bytes()
}

func (c Chart) any() bool {
	for _, l := range c.Lines {
		for _, v := range l.Values {
			if v != nil {
				return true
			}
		}
	}
	return false
}

// font is the size of all text, as large as 11 pixels are on the page.
var font = charts.FontStyle{FontSize: 16, FontColor: ink}

func (c Chart) data(more ...[]float64) [][]float64 {
	var out [][]float64
	for _, l := range c.Lines {
		row := make([]float64, len(l.Values))
		for i, v := range l.Values {
			if row[i] = charts.GetNullValue(); v != nil {
				row[i] = *v
			}
		}
		out = append(out, row)
	}
	return append(out, more...)
}

// target is the line across, as one more course.
func (c Chart) target() [][]float64 {
	if c.Target == nil || len(c.Lines) != 1 {
		return nil
	}
	row := make([]float64, len(c.Lines[0].Values))
	for i := range row {
		row[i] = *c.Target
	}
	return [][]float64{row}
}

func (c Chart) legend(target bool) charts.LegendOption {
	names := make([]string, 0, len(c.Lines)+1)
	for _, l := range c.Lines {
		names = append(names, l.Title)
	}
	if target {
		names = append(names, "Target")
	}
	return charts.LegendOption{SeriesNames: names, Show: charts.Ptr(len(c.Lines) > 1), FontStyle: font, Symbol: charts.SymbolSquare}
}

// axis is the axis of values. Bars stand on zero; what is stacked reaches as high as the stacks.
func (c Chart) axis() charts.ValueAxisOption {
	a := charts.ValueAxisOption{LabelFontStyle: font, ValueFormatter: c.Say, LabelCount: 5}
	if c.Kind == Spark || c.Kind == Lines {
		if c.Share && c.most() <= 100 {
			a.Max = charts.Ptr(100.0)
		}
		return a
	}
	lo, hi := 0.0, 0.0
	for i := range c.Lines[0].Values {
		up, down := 0.0, 0.0
		for _, l := range c.Lines {
			if v := l.Values[i]; v != nil && *v > 0 {
				up += *v
			} else if v != nil {
				down += *v
			}
		}
		lo, hi = min(lo, down), max(hi, up)
	}
	if lo < 0 {
		lo = -round(-lo)
	}
	a.Min, a.Max = charts.Ptr(lo), charts.Ptr(round(max(hi, 0)))
	if lo == 0 && hi == 0 {
		a.Max = charts.Ptr(1.0)
	}
	return a
}

// most is the highest value of any course.
func (c Chart) most() float64 {
	high := math.Inf(-1)
	for _, l := range c.Lines {
		for _, v := range l.Values {
			if v != nil {
				high = max(high, *v)
			}
		}
	}
	return high
}

// round is the next round number that is not smaller.
func round(v float64) float64 {
	if v == 0 {
		return 0
	}
	ten := math.Pow(10, math.Floor(math.Log10(v)))
	for _, k := range []float64{1, 2, 3, 4, 6, 8} {
		if k*ten >= v {
			return k * ten
		}
	}
	return 10 * ten
}

// room is how many labels stand below a picture.
func (c Chart) room() int { return min(len(c.Labels), max(2, c.Width/72)) }

// most is how many points are drawn: more would only smear.
const most = 400

// thin leaves the lowest and the highest of each stretch of a course that has too many points.
func (c Chart) thin() Chart {
	n := len(c.Lines[0].Values)
	if n <= most || c.Kind == Heat || c.Kind == Ranks {
		return c
	}
	keep := func(from, to int) (first, second int) { // by the first line, so that all stay abreast
		lo, hi := from, from
		for i := from; i < to; i++ {
			v, l, h := c.Lines[0].Values[i], c.Lines[0].Values[lo], c.Lines[0].Values[hi]
			if v != nil && (l == nil || *v < *l) {
				lo = i
			}
			if v != nil && (h == nil || *v > *h) {
				hi = i
			}
		}
		return min(lo, hi), max(lo, hi)
	}
	out := c
	out.Labels, out.Lines = nil, make([]Line, len(c.Lines))
	for k := range most / 2 {
		i, j := keep(k*n*2/most, (k+1)*n*2/most)
		for _, x := range []int{i, j} {
			if len(c.Labels) == n {
				out.Labels = append(out.Labels, c.Labels[x])
			}
			for l := range c.Lines {
				out.Lines[l].Title = c.Lines[l].Title
				out.Lines[l].Values = append(out.Lines[l].Values, c.Lines[l].Values[x])
			}
		}
	}
	return out
}

func (c Chart) lines(p *charts.Painter) error {
	target := c.target()
	opt := charts.NewLineChartOptionWithData(c.data(target...))
	colours := palette
	if len(c.Lines) == 1 {
		colours = []charts.Color{palette[0], grey}
	}
	opt.Theme, opt.Legend, opt.LineStrokeWidth = theme(colours), c.legend(target != nil), 3.5
	opt.XAxis = charts.XAxisOption{Labels: c.Labels, LabelFontStyle: font, LabelCount: c.room(), BoundaryGap: charts.Ptr(len(c.Labels) == 1)}
	opt.YAxis = []charts.YAxisOption{c.axis()}
	opt.Symbol = charts.Symbol{Shape: charts.SymbolNone}
	if len(c.Lines[0].Values) == 1 {
		opt.Symbol = charts.Symbol{Shape: charts.SymbolDot, Size: 6}
	}
	opt.StackSeries = charts.Ptr(c.Kind == Area)
	if c.Kind == Spark {
		opt.XAxis.Show, opt.YAxis[0].Show = charts.Ptr(false), charts.Ptr(false)
		opt.YAxis[0].SplitLineShow = charts.Ptr(false)
		opt.Padding = charts.NewBoxEqual(8)
	}
	return p.LineChart(opt)
}

func (c Chart) bars(p *charts.Painter) error {
	opt := charts.NewBarChartOptionWithData(c.data())
	opt.Theme, opt.Legend = theme(palette), c.legend(false)
	opt.CategoryAxis = charts.CategoryAxisOption{Labels: c.Labels, LabelFontStyle: font, LabelCount: c.room()}
	opt.ValueAxis = []charts.ValueAxisOption{c.axis()}
	opt.StackSeries = charts.Ptr(len(c.Lines) > 1)
	return p.BarChart(opt)
}

func (c Chart) ranks(p *charts.Painter) error {
	opt := charts.NewBarChartOptionWithData(c.data())
	opt.Theme, opt.Legend, opt.Horizontal = theme(palette), charts.LegendOption{Show: charts.Ptr(false)}, true
	opt.CategoryAxis = charts.CategoryAxisOption{Labels: c.Labels, LabelFontStyle: font}
	opt.ValueAxis = []charts.ValueAxisOption{c.axis()}
	return p.BarChart(opt)
}

func (c Chart) heat(p *charts.Painter) error {
	opt := charts.NewHeatMapOptionWithData(c.data())
	opt.Theme = theme([]charts.Color{colour(0x4a7f7b)})
	rows := make([]string, len(c.Lines))
	for i, l := range c.Lines {
		rows[i] = l.Title
	}
	opt.XAxis = charts.HeatMapAxis{Labels: c.Labels, LabelFontStyle: font, LabelCount: c.room()}
	opt.YAxis = charts.HeatMapAxis{Labels: rows, LabelFontStyle: font}
	opt.ValuesLabel = charts.SeriesLabel{Show: charts.Ptr(false)}
	return p.HeatMapChart(opt)
}
