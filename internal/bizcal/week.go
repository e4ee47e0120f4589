package bizcal

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"steward/internal/fault"
)

// Span is one stretch of opening hours of a day: [Open, Close) in local time.
type Span struct {
	Open, Close ClockTime
}

// String writes the span as "09:00–17:00".
func (s Span) String() string { return s.Open.String() + "–" + s.Close.String() }

// Week is the opening hours of each weekday, indexed by time.Weekday (Sunday is 0). A day
// without spans is closed.
type Week [7][]Span

const acceptedPair = `a pair such as ["09:00", "17:00"]`

// dayNames are the keys of a week in texts, in the order people write them.
var dayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// dayName is the key of a weekday: "mon" to "sun".
func dayName(d time.Weekday) string { return dayNames[(int(d)+6)%7] }

// normal returns the week with each day's spans in order and adjacent ones joined. A span that
// ends before it begins, or that overlaps another, is refused: in a contract it is a slip.
func (w Week) normal() (Week, error) {
	var out Week
	for day, spans := range w {
		key := "hours." + dayName(time.Weekday(day))
		for i, s := range spans {
			if s.Open < 0 || s.Close > EndOfDay || s.Open >= s.Close {
				return out, fault.Field(fmt.Sprintf("%s[%d]", key, i), s.String(),
					"an opening before its closing on the same day; write hours past midnight as two spans, one ending at 24:00 and one beginning at 00:00",
					"%s opens at %s and closes at %s.", dayName(time.Weekday(day)), s.Open, s.Close)
			}
		}
		sorted := slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return cmp.Compare(a.Open, b.Open) })
		for _, s := range sorted {
			last := len(out[day]) - 1
			switch {
			case last >= 0 && s.Open < out[day][last].Close:
				return out, fault.Field(key, s.String(), "spans of a day that do not overlap",
					"%s and %s overlap on %s.", out[day][last], s, dayName(time.Weekday(day)))
			case last >= 0 && s.Open == out[day][last].Close:
				out[day][last].Close = s.Close
			default:
				out[day] = append(out[day], s)
			}
		}
	}
	return out, nil
}
