package bizcal

import (
	"sort"
	"time"
)

// The years that have hours. Between over all of them still fits a time.Duration.
const (
	firstYear = 1950
	lastYear  = 2199
)

// year is the compiled working time of one local year, in microseconds since 1970. It covers
// [start, end) exactly: what runs past a year's end continues in the next.
type year struct {
	start, end int64
	spans      []stretch // in order, apart from each other
	total      int64     // working time of the year
}

// stretch is one uninterrupted piece of working time: [open, close).
type stretch struct {
	open, close int64
	before      int64 // working time of the year before open
}

// compile resolves every day of a local year. One day more on each side, because clock changes
// at midnight can push hours over the year's edge.
func (c *Calendar) compile(y int) *year {
	first, next := Date{y, time.January, 1}.day(), Date{y + 1, time.January, 1}.day()
	ps := periods(c.zone, (first-4)*daySeconds, (next+4)*daySeconds)
	begin, _ := occurrences(ps, first*daySeconds)
	end, _ := occurrences(ps, next*daySeconds)
	out := &year{start: begin * 1e6, end: end * 1e6}
	for day := first - 1; day <= next; day++ {
		if _, holiday := c.holidays[day]; holiday {
			continue
		}
		for _, s := range c.week[weekday(day)] {
			from, _ := occurrences(ps, day*daySeconds+int64(s.Open)*60)
			toFirst, to := occurrences(ps, day*daySeconds+int64(s.Close)*60)
			if s.Close == EndOfDay {
				to = toFirst // the instant at which the next day opens
			}
			out.add(from*1e6, to*1e6)
		}
	}
	for i := range out.spans {
		out.spans[i].before = out.total
		out.total += out.spans[i].close - out.spans[i].open
	}
	return out
}

// add appends a stretch, cut to the year and joined to the last one where they touch or overlap.
func (y *year) add(open, close int64) {
	open, close = max(open, y.start), min(close, y.end)
	if last := len(y.spans) - 1; last >= 0 && open <= y.spans[last].close {
		y.spans[last].close = max(y.spans[last].close, close)
	} else if open < close {
		y.spans = append(y.spans, stretch{open: open, close: close})
	}
}

// at returns the index of the last stretch that has opened by t, -1 before the first.
func (y *year) at(t int64) int {
	return sort.Search(len(y.spans), func(i int) bool { return y.spans[i].open > t }) - 1
}

// elapsed is the working time of the year before t.
func (y *year) elapsed(t int64) int64 {
	i := y.at(t)
	if i < 0 {
		return 0
	}
	s := y.spans[i]
	return s.before + min(t, s.close) - s.open
}

// reached is the instant at which the year's working time amounts to want: 0 < want <= total.
func (y *year) reached(want int64) int64 {
	i := sort.Search(len(y.spans), func(i int) bool { return y.spans[i].before >= want }) - 1
	return y.spans[i].open + want - y.spans[i].before
}

// weekday of a day number; 1 January 1970 was a Thursday.
func weekday(day int64) time.Weekday { return time.Weekday(((day+4)%7 + 7) % 7) }
