package bizcal

import (
	"sync/atomic"
	"time"
)

// Definition is what a calendar is compiled from.
type Definition struct {
	Zone     string    // IANA name
	Week     Week      // opening hours by weekday
	Holidays []Holiday // dates on which it is closed
}

// Holiday is a date on which a calendar is closed, in the calendar's zone.
type Holiday struct {
	Date Date
	Name string // for people; may be empty
}

// Calendar answers questions about working time. It is immutable and safe for concurrent use.
type Calendar struct {
	zone     *time.Location
	week     Week
	holidays map[int64]string // name by day number
	// Years compile on first use and stay: a year is a few kilobytes and never changes.
	years [lastYear - firstYear + 1]atomic.Pointer[year]
}

// horizon is how many years After looks ahead before it gives up.
const horizon = 50

// New compiles a calendar. A calendar without any hours is legal: it is never open. Errors are
// Invalid faults that name the field ("time_zone", "hours.mon[1]").
func New(d Definition) (*Calendar, error) {
	zone, err := LoadZone(d.Zone)
	if err != nil {
		return nil, err
	}
	week, err := d.Week.normal()
	if err != nil {
		return nil, err
	}
	c := &Calendar{zone: zone, week: week, holidays: make(map[int64]string, len(d.Holidays))}
	for _, h := range d.Holidays {
		c.holidays[h.Date.day()] = h.Name
	}
	return c, nil
}

// Zone is the calendar's time zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Holiday reports whether t falls on a holiday of the calendar, and its name.
func (c *Calendar) Holiday(t time.Time) (name string, ok bool) {
	y, m, d := t.In(c.zone).Date()
	name, ok = c.holidays[Date{y, m, d}.day()]
	return name, ok
}

// Active reports whether t is working time.
func (c *Calendar) Active(t time.Time) bool {
	us := t.UnixMicro()
	y, _ := c.yearAt(us)
	if y == nil {
		return false
	}
	i := y.at(us)
	return i >= 0 && us < y.spans[i].close
}

// Between is the working time from one instant to another; 0 when to is not after from.
func (c *Calendar) Between(from, to time.Time) time.Duration {
	a, b := max(from.UnixMicro(), earliest), min(to.UnixMicro(), latest)
	if a >= b {
		return 0
	}
	y, n := c.yearAt(a)
	if y == nil {
		return 0
	}
	sum := -y.elapsed(a)
	for b >= y.end {
		sum += y.total
		if n++; n > lastYear {
			return time.Duration(sum) * time.Microsecond
		}
		y = c.year(n)
	}
	return time.Duration(sum+y.elapsed(b)) * time.Microsecond
}

// After is the instant by which d of working time has passed since from, in UTC. Time that ends
// exactly at a closing answers the closing, not the next opening. For d = 0 (or less) it answers
// from when that is working time or a closing, else the next opening: a deadline is never set
// to an hour when nobody is there. So Between(from, After(from, d)) == d, and
// After(After(from, a), b) == After(from, a+b).
//
// It answers false when the time does not pass within 50 years, as in a calendar without hours.
func (c *Calendar) After(from time.Time, d time.Duration) (time.Time, bool) {
	us, want := from.UnixMicro(), max(d.Microseconds(), 0)
	y, n := c.yearAt(us)
	if y == nil {
		return time.Time{}, false
	}
	if want == 0 {
		i := y.at(us)
		if i >= 0 && us <= y.spans[i].close || i < 0 && us == y.start && c.closesYear(n-1) {
			return time.UnixMicro(us).UTC(), true
		}
		return c.nextOpening(us, y, n)
	}
	want += y.elapsed(us)
	for end := min(n+horizon, lastYear); want > y.total; y = c.year(n) {
		want -= y.total
		if n++; n > end {
			return time.Time{}, false
		}
	}
	return time.UnixMicro(y.reached(want)).UTC(), true
}

// closesYear reports whether the hours of year n last to its very end.
func (c *Calendar) closesYear(n int) bool {
	if n < firstYear {
		return false
	}
	y := c.year(n)
	return len(y.spans) > 0 && y.spans[len(y.spans)-1].close == y.end
}

// nextOpening is the first opening after us, which lies in year n (compiled as y).
func (c *Calendar) nextOpening(us int64, y *year, n int) (time.Time, bool) {
	for end := min(n+horizon, lastYear); ; y = c.year(n) {
		if i := y.at(us) + 1; i < len(y.spans) {
			return time.UnixMicro(y.spans[i].open).UTC(), true
		}
		if n++; n > end {
			return time.Time{}, false
		}
	}
}

// Interval is a stretch of time: [From, To), both in UTC.
type Interval struct {
	From, To time.Time
}

// Intervals lists the working time within [from, to), in order, cut to that window; hours that
// touch are one interval.
func (c *Calendar) Intervals(from, to time.Time) []Interval {
	a, b := max(from.UnixMicro(), earliest), min(to.UnixMicro(), latest)
	out := []Interval{}
	if a >= b {
		return out
	}
	y, n := c.yearAt(a)
	for y != nil && y.start < b {
		for _, s := range y.spans[max(y.at(a), 0):] {
			open, close := max(s.open, a), min(s.close, b)
			if open >= close {
				continue
			}
			from, to := time.UnixMicro(open).UTC(), time.UnixMicro(close).UTC()
			if last := len(out) - 1; last >= 0 && out[last].To.Equal(from) {
				out[last].To = to // the year's edge
			} else {
				out = append(out, Interval{from, to})
			}
		}
		if n++; n > lastYear {
			break
		}
		y = c.year(n)
	}
	return out
}

// earliest and latest bound all answers, in microseconds since 1970.
var (
	earliest = time.Date(firstYear, 1, 2, 0, 0, 0, 0, time.UTC).UnixMicro()
	latest   = time.Date(lastYear, 12, 31, 0, 0, 0, 0, time.UTC).UnixMicro()
)

// yearAt returns the compiled local year that us lies in, nil outside the years that have hours.
func (c *Calendar) yearAt(us int64) (*year, int) {
	if us < earliest || us > latest {
		return nil, 0
	}
	n := time.UnixMicro(us).UTC().Year()
	y := c.year(n)
	if us < y.start {
		n--
		y = c.year(n)
	} else if us >= y.end {
		n++
		y = c.year(n)
	}
	return y, n
}

// year returns a compiled year. Two callers may compile it at once; both get equal values.
func (c *Calendar) year(n int) *year {
	slot := &c.years[n-firstYear]
	y := slot.Load()
	if y == nil {
		y = c.compile(n)
		slot.Store(y)
	}
	return y
}
