package board

import (
	"time"

	"steward/internal/fault"
)

// Period is a stretch of time by a name that moves with the calendar, as it is now.
type Period struct {
	Name  string    `json:"name" doc:"Empty for dates somebody chose."`
	Title string    `json:"title"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to" doc:"Ends before this."`
	Every string    `json:"every" doc:"What a picture over it has a point for."`
	// Before it, in steps of its own length, a figure's short line begins.
	TrendFrom  time.Time `json:"trend_from" doc:"Where the short line beside a figure begins."`
	TrendEvery string    `json:"trend_every" doc:"What the short line has a point for."`
	Whole      bool      `json:"whole" doc:"The last point of the short line is the period itself."`
}

// DefaultPeriod is what a dashboard shows that names none.
const DefaultPeriod = "last-30-days"

// periods are the known names in the order of the menu. trend counts steps of the short line
// that end with the period; 0 draws the period itself.
var periods = []struct {
	name, title, every, unit string
	back, length             int // begins so many units before the one that runs, and lasts so many; length 0 ends with today
	trend                    int
}{
	{"today", "Today", "hour", "day", 0, 0, 0},
	{"yesterday", "Yesterday", "hour", "day", 1, 1, 14},
	{"last-7-days", "Last 7 days", "day", "day", 6, 0, 0},
	{"last-30-days", "Last 30 days", "day", "day", 29, 0, 0},
	{"last-90-days", "Last 90 days", "week", "day", 89, 0, 0},
	{"this-week", "This week", "day", "week", 0, 0, 12},
	{"last-week", "Last week", "day", "week", 1, 1, 12},
	{"this-month", "This month", "day", "month", 0, 0, 12},
	{"last-month", "Last month", "day", "month", 1, 1, 12},
	{"this-quarter", "This quarter", "week", "quarter", 0, 0, 8},
	{"last-quarter", "Last quarter", "week", "quarter", 1, 1, 8},
	{"this-year", "This year", "month", "year", 0, 0, 0},
	{"last-year", "Last year", "month", "year", 1, 1, 0},
	{"last-12-months", "Last 12 months", "month", "month", 11, 0, 0},
	{"last-18-months", "Last 18 months", "month", "month", 17, 0, 0},
}

// PeriodNames are the names blueprints and links may use.
func PeriodNames() []string {
	out := make([]string, len(periods))
	for i, p := range periods {
		out[i] = p.name
	}
	return out
}

// Periods returns every named period as it is at a moment in a zone.
func Periods(now time.Time, zone *time.Location) []Period {
	out := make([]Period, 0, len(periods))
	for _, p := range periods {
		one, _ := PeriodAt(p.name, now, zone) // they are all known
		out = append(out, one)
	}
	return out
}

// PeriodAt returns a named period as it is at a moment in a zone; "" is the default.
func PeriodAt(name string, now time.Time, zone *time.Location) (Period, error) {
	if name == "" {
		name = DefaultPeriod
	}
	for _, p := range periods {
		if p.name != name {
			continue
		}
		start := begin(now.In(zone), p.unit)
		out := Period{Name: p.name, Title: p.title, Every: p.every, From: step(start, p.unit, -p.back)}
		if p.length > 0 {
			out.To = step(out.From, p.unit, p.length)
		} else {
			out.To = step(begin(now.In(zone), "day"), "day", 1)
		}
		switch {
		case p.length == 1 && p.unit == "month":
			out.Title = out.From.Format("January 2006")
		case p.length == 1 && p.unit == "year":
			out.Title = out.From.Format("2006")
		}
		out.TrendFrom, out.TrendEvery = out.From, p.every
		if p.trend > 0 {
			out.TrendFrom, out.TrendEvery, out.Whole = step(out.From, p.unit, 1-p.trend), p.unit, true
		}
		return out, nil
	}
	return Period{}, fault.Field("period", name, "a name such as last-30-days, last-month or this-quarter", "There is no period %q.", name)
}

// begin is when the day, week (from Monday), month, quarter or year of a moment began where it is.
func begin(t time.Time, unit string) time.Time {
	y, m, d := t.Date()
	switch unit {
	case "week":
		d -= (int(t.Weekday()) + 6) % 7
	case "month":
		d = 1
	case "quarter":
		m, d = m-(m-1)%3, 1
	case "year":
		m, d = 1, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// step is the beginning of the unit n units after one that begins at t.
func step(t time.Time, unit string, n int) time.Time {
	y, m, d := t.Date()
	switch unit {
	case "day":
		d += n
	case "week":
		d += 7 * n
	case "month":
		m += time.Month(n)
	case "quarter":
		m += time.Month(3 * n)
	case "year":
		y += n
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
