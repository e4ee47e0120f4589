package board

import (
	"testing"
	"time"
)

func TestPeriodsBeginWhereTheirZoneHasMidnight(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 29, 22, 30, 0, 0, time.UTC) // Monday 00:30 in Berlin, the day after clocks went forward
	for _, c := range []struct{ name, from, to, trend, every string }{
		{"today", "2026-03-30T00:00:00+02:00", "2026-03-31T00:00:00+02:00", "2026-03-30T00:00:00+02:00", "hour"},
		{"yesterday", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "2026-03-16T00:00:00+01:00", "day"},
		{"this-week", "2026-03-30T00:00:00+02:00", "2026-03-31T00:00:00+02:00", "2026-01-12T00:00:00+01:00", "week"},
		{"last-week", "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "2026-01-05T00:00:00+01:00", "week"},
		{"last-month", "2026-02-01T00:00:00+01:00", "2026-03-01T00:00:00+01:00", "2025-03-01T00:00:00+01:00", "month"},
		{"last-quarter", "2025-10-01T00:00:00+02:00", "2026-01-01T00:00:00+01:00", "2024-01-01T00:00:00+01:00", "quarter"},
		{"last-12-months", "2025-04-01T00:00:00+02:00", "2026-03-31T00:00:00+02:00", "2025-04-01T00:00:00+02:00", "month"},
		{"", "2026-03-01T00:00:00+01:00", "2026-03-31T00:00:00+02:00", "2026-03-01T00:00:00+01:00", "day"},
	} {
		p, err := PeriodAt(c.name, now, berlin)
		if err != nil {
			t.Fatal(err)
		}
		got := [4]string{p.From.Format(time.RFC3339), p.To.Format(time.RFC3339), p.TrendFrom.Format(time.RFC3339), p.TrendEvery}
		if got != [4]string{c.from, c.to, c.trend, c.every} {
			t.Errorf("%s: %v, want %v", c.name, got, c)
		}
	}
	if _, err := PeriodAt("last-blue-moon", now, berlin); err == nil {
		t.Error("an unknown period is taken")
	}
	if p, _ := PeriodAt("last-month", now, berlin); p.Title != "February 2026" || !p.Whole {
		t.Errorf("last month: %+v", p)
	}
	if len(Periods(now, berlin)) != len(PeriodNames()) {
		t.Error("a period is missing")
	}
}
