package bizcal_test

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"steward/internal/bizcal"
)

// stepper is the slow truth: it walks every minute of a window, reads the wall clock of each
// from package time, and marks the minutes that are working time. It shares no code with bizcal.
type stepper struct {
	start time.Time
	open  []bool // by minute since start
}

func newStepper(t *testing.T, zone string, week hours, holidays map[string]bool, start time.Time, days int) stepper {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	const margin = 3 * 24 * 60
	n := days * 24 * 60
	first, last, walls := map[string]int{}, map[string]int{}, make([]string, 0, n+2*margin)
	for i := -margin; i < n+margin; i++ {
		wall := start.Add(time.Duration(i) * time.Minute).In(loc).Format("2006-01-02 15:04")
		if _, seen := first[wall]; !seen {
			first[wall] = i
		}
		last[wall] = i
		walls = append(walls, wall)
	}
	// resolve finds the minute at which clocks show wall; where they never do, the first after.
	resolve := func(wall string, of map[string]int) int {
		if i, ok := of[wall]; ok {
			return i
		}
		for i, w := range walls {
			if w > wall {
				return i - margin
			}
		}
		return n + margin
	}
	s := stepper{start: start, open: make([]bool, n)}
	for day := start.Add(-48 * time.Hour); day.Before(start.Add(time.Duration(days+2) * 24 * time.Hour)); day = day.Add(24 * time.Hour) {
		date := day.Format("2006-01-02")
		if holidays[date] {
			continue
		}
		for _, span := range week[map[time.Weekday]string{0: "sun", 1: "mon", 2: "tue", 3: "wed", 4: "thu", 5: "fri", 6: "sat"}[day.Weekday()]] {
			from, to := resolve(date+" "+span[0], first), 0
			if span[1] == "24:00" {
				to = resolve(day.Add(24*time.Hour).Format("2006-01-02")+" 00:00", first)
			} else {
				to = resolve(date+" "+span[1], last)
			}
			for i := max(from, 0); i < min(to, n); i++ {
				s.open[i] = true
			}
		}
	}
	return s
}

func (s stepper) active(t time.Time) bool { return s.open[int(t.Sub(s.start)/time.Minute)] }

func (s stepper) between(from, to time.Time) (sum time.Duration) {
	for at := from; at.Before(to); {
		next := s.start.Add((at.Sub(s.start)/time.Minute + 1) * time.Minute)
		if next.After(to) {
			next = to
		}
		if s.active(at) {
			sum += next.Sub(at)
		}
		at = next
	}
	return sum
}

func TestCalendarAgreesWithAMinuteStepper(t *testing.T) {
	const days = 21
	weeks := map[string]hours{"office": office, "always": always, "nights": nights}
	for zone, starts := range map[string][]string{
		"UTC":                 {"2025-12-20"},
		"America/New_York":    {"2026-03-01", "2026-10-25", "2025-12-22"},
		"Europe/Amsterdam":    {"2026-03-20", "2026-10-18"},
		"Australia/Lord_Howe": {"2026-04-01", "2026-09-25", "2025-12-22"},
		"Pacific/Apia":        {"2011-12-20", "2011-09-15"},
		"Asia/Kolkata":        {"2026-03-20", "2025-12-24"},
		"America/St_Johns":    {"2026-03-01", "2026-10-25", "2010-11-01", "2010-03-05"},
		"Africa/Casablanca":   {"2026-02-10", "2026-03-15"},
		"America/Havana":      {"2025-10-25", "2026-03-01"},
		"America/Sao_Paulo":   {"2018-10-28", "2019-02-10"},
		"Asia/Kathmandu":      {"2026-01-01"},
		"Pacific/Chatham":     {"2026-04-01", "2026-09-20"},
		"Pacific/Kiritimati":  {"1994-12-22"},
		"Europe/Dublin":       {"2026-10-20"},
		"America/Caracas":     {"2016-04-20", "2007-12-01"},
	} {
		for _, day := range starts {
			start := at(t, day+"T00:00:00Z")
			holiday := start.Add(9 * 24 * time.Hour).Format("2006-01-02")
			for name, week := range weeks {
				c := mustNew(t, zone, week, holiday)
				slow := newStepper(t, zone, week, map[string]bool{holiday: true}, start, days)
				check(t, zone+" "+day+" "+name, c, slow, days)
			}
		}
	}
}

// check compares answers at random instants, on whole minutes and between them.
func check(t *testing.T, what string, c *bizcal.Calendar, slow stepper, days int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, uint64(len(what))))
	span := time.Duration(days) * 24 * time.Hour
	pick := func(from, to time.Duration) time.Time {
		at := time.Duration(rng.Int64N(int64(to-from))) + from
		if rng.IntN(3) == 0 {
			return slow.start.Add(at.Truncate(15 * time.Minute))
		}
		return slow.start.Add(at.Truncate(time.Microsecond))
	}
	for minute := range slow.open {
		at := slow.start.Add(time.Duration(minute) * time.Minute)
		if got := c.Active(at); got != slow.open[minute] {
			t.Fatalf("%s: Active(%v) = %v, the stepper says %v", what, at, got, slow.open[minute])
		}
	}
	for range 60 {
		a := pick(0, span)
		b := pick(0, span)
		if got, want := c.Between(a, b), slow.between(a, b); got != want {
			t.Fatalf("%s: Between(%v, %v) = %v, the stepper says %v", what, a, b, got, want)
		}
		mid := pick(0, span)
		if a.Before(mid) && mid.Before(b) && c.Between(a, mid)+c.Between(mid, b) != c.Between(a, b) {
			t.Fatalf("%s: Between is not additive over %v, %v, %v", what, a, mid, b)
		}
		var sum time.Duration
		for _, in := range c.Intervals(a, b) {
			sum += in.To.Sub(in.From)
		}
		if want := c.Between(a, b); sum != want {
			t.Fatalf("%s: Intervals(%v, %v) add up to %v, Between says %v", what, a, b, sum, want)
		}
		d := time.Duration(rng.Int64N(int64(5 * 24 * time.Hour))).Truncate(time.Microsecond)
		end, ok := c.After(a, d)
		if !ok || end.Before(a) || c.Between(a, end) != d {
			t.Fatalf("%s: After(%v, %v) = %v (%v), which holds %v of working time", what, a, d, end, ok, c.Between(a, end))
		}
		if d > 0 && !c.Active(end.Add(-time.Microsecond)) {
			t.Fatalf("%s: After(%v, %v) = %v is not the first such instant", what, a, d, end)
		}
		longer, _ := c.After(a, d+time.Microsecond)
		later, _ := c.After(a.Add(time.Second), d)
		if !longer.After(end) || later.Before(end) {
			t.Fatalf("%s: After is not monotonic at %v, %v", what, a, d)
		}
		part := time.Duration(rng.Int64N(int64(d) + 1)).Truncate(time.Microsecond)
		if half, _ := c.After(a, part); true {
			if whole, _ := c.After(half, d-part); !whole.Equal(end) {
				t.Fatalf("%s: %v in steps of %v is %v, at once %v", what, d, part, whole, end)
			}
		}
	}
}

func BenchmarkAfterTenYears(b *testing.B) {
	var days []string
	for y := 2020; y < 2042; y++ {
		for _, d := range []string{"01-01", "04-27", "05-01", "12-25", "12-26"} {
			days = append(days, strconv.Itoa(y)+"-"+d)
		}
	}
	c := mustNew(b, "America/New_York", office, days...)
	from := at(b, "2026-03-09T15:00:00Z")
	for _, bc := range []struct {
		name string
		d    time.Duration
	}{{"4h", 4 * time.Hour}, {"10y", 10 * 250 * 8 * time.Hour}} {
		b.Run(bc.name, func(b *testing.B) {
			for b.Loop() {
				if _, ok := c.After(from, bc.d); !ok {
					b.Fatal("no answer")
				}
			}
		})
	}
}

func BenchmarkCompileYear(b *testing.B) {
	from := at(b, "2026-03-09T15:00:00Z")
	for b.Loop() {
		c := mustNew(b, "America/New_York", office)
		c.Active(from)
	}
}
