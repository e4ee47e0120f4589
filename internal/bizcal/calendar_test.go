package bizcal_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"steward/internal/bizcal"
	"steward/internal/fault"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustNew(t testing.TB, zone string, hours map[string][][]string, holidays ...string) *bizcal.Calendar {
	t.Helper()
	c, err := bizcal.Schedule{TimeZone: zone, Hours: hours, Holidays: holidays}.Calendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type hours = map[string][][]string

var (
	office = hours{"mon": {{"09:00", "17:00"}}, "tue": {{"09:00", "17:00"}}, "wed": {{"09:00", "17:00"}}, "thu": {{"09:00", "17:00"}}, "fri": {{"09:00", "17:00"}}}
	always = hours{"mon": {{"00:00", "24:00"}}, "tue": {{"00:00", "24:00"}}, "wed": {{"00:00", "24:00"}}, "thu": {{"00:00", "24:00"}}, "fri": {{"00:00", "24:00"}}, "sat": {{"00:00", "24:00"}}, "sun": {{"00:00", "24:00"}}}
	nights = hours{"mon": {{"00:30", "02:30"}, {"12:00", "13:00"}, {"13:00", "13:37"}}, "sun": {{"01:30", "02:15"}, {"02:15", "02:45"}, {"22:00", "24:00"}}, "fri": {{"00:00", "24:00"}}, "sat": {{"23:00", "24:00"}}}
)

func TestBetweenCountsWorkingTimeAcrossClockChanges(t *testing.T) {
	for _, tc := range []struct {
		why, zone string
		hours     hours
		from, to  string
		want      time.Duration
	}{
		{"a day of office hours", "Europe/Amsterdam", office, "2026-03-09T00:00:00+01:00", "2026-03-10T00:00:00+01:00", 8 * time.Hour},
		{"a weekend is closed", "Europe/Amsterdam", office, "2026-03-06T16:00:00+01:00", "2026-03-09T10:00:00+01:00", 2 * time.Hour},
		{"the spring day has 23 hours", "Europe/Amsterdam", always, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23 * time.Hour},
		{"the autumn day has 25 hours", "Europe/Amsterdam", always, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25 * time.Hour},
		{"a gap swallows hours", "Europe/Amsterdam", hours{"sun": {{"02:00", "03:00"}}}, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", 0},
		{"opening in the gap begins after it", "America/New_York", hours{"sun": {{"02:30", "04:00"}}}, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z", time.Hour},
		{"opening twice takes the first, closing the second", "America/New_York", hours{"sun": {{"01:15", "01:45"}}}, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", 90 * time.Minute},
		{"Lord Howe shifts by half an hour", "Australia/Lord_Howe", always, "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", 24*time.Hour + 30*time.Minute},
		{"Samoa skipped a Friday", "Pacific/Apia", hours{"fri": {{"09:00", "17:00"}}}, "2011-12-28T00:00:00Z", "2012-01-04T00:00:00Z", 0},
		{"Havana repeats midnight's hour, Saturday ends at its first", "America/Havana", hours{"sat": {{"23:00", "24:00"}}}, "2025-11-01T00:00:00Z", "2025-11-03T00:00:00Z", time.Hour},
		{"backwards is nothing", "UTC", always, "2026-03-10T00:00:00Z", "2026-03-09T00:00:00Z", 0},
		{"a microsecond counts", "UTC", always, "2026-03-10T00:00:00.000001Z", "2026-03-10T00:00:00.000002Z", time.Microsecond},
	} {
		c := mustNew(t, tc.zone, tc.hours)
		if got := c.Between(at(t, tc.from), at(t, tc.to)); got != tc.want {
			t.Errorf("%s: %s from %s to %s is %v, want %v", tc.why, tc.zone, tc.from, tc.to, got, tc.want)
		}
	}
}

func TestAfterAnswersTheClosingNotTheNextOpening(t *testing.T) {
	c := mustNew(t, "Europe/Amsterdam", office, "2026-12-25")
	for _, tc := range []struct {
		why, from string
		d         time.Duration
		want      string
	}{
		{"within a day", "2026-03-09T10:00:00+01:00", 4 * time.Hour, "2026-03-09T13:00:00Z"},
		{"ends at closing", "2026-03-09T10:00:00+01:00", 7 * time.Hour, "2026-03-09T16:00:00Z"},
		{"a microsecond later is the next morning", "2026-03-09T10:00:00+01:00", 7*time.Hour + time.Microsecond, "2026-03-10T08:00:00.000001Z"},
		{"over a weekend into summer time", "2026-03-27T16:00:00+01:00", 2 * time.Hour, "2026-03-30T08:00:00Z"},
		{"over a holiday", "2026-12-24T16:30:00+01:00", time.Hour, "2026-12-28T08:30:00Z"},
		{"no time while open", "2026-03-09T10:00:00+01:00", 0, "2026-03-09T09:00:00Z"},
		{"no time at closing", "2026-03-09T17:00:00+01:00", 0, "2026-03-09T16:00:00Z"},
		{"no time at night is the next opening", "2026-03-09T17:00:00.000001+01:00", 0, "2026-03-10T08:00:00Z"},
	} {
		got, ok := c.After(at(t, tc.from), tc.d)
		if !ok || !got.Equal(at(t, tc.want)) {
			t.Errorf("%s: %v after %s is %v (%v), want %s", tc.why, tc.d, tc.from, got, ok, tc.want)
		}
	}
}

func TestAfterAtTheYearsLastMidnightStaysThere(t *testing.T) {
	c := mustNew(t, "UTC", hours{"thu": {{"12:00", "24:00"}}}) // 31 December 2026 is a Thursday
	got, _ := c.After(at(t, "2026-12-31T12:00:00Z"), 12*time.Hour)
	again, _ := c.After(got, 0)
	if want := at(t, "2027-01-01T00:00:00Z"); !got.Equal(want) || !again.Equal(want) {
		t.Errorf("got %v and then %v, want %v both times: it is a closing", got, again, want)
	}
}

func TestCalendarWithoutHoursEndsItsSearch(t *testing.T) {
	c := mustNew(t, "UTC", nil)
	for _, d := range []time.Duration{0, time.Minute} {
		if got, ok := c.After(at(t, "2026-03-09T10:00:00Z"), d); ok {
			t.Errorf("After(%v) answered %v in a calendar that is never open", d, got)
		}
	}
}

func TestTimesOutsideTheYearsAreClosed(t *testing.T) {
	c := mustNew(t, "Pacific/Kiritimati", always)
	far := time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
	old := time.Date(-300, 1, 1, 0, 0, 0, 0, time.UTC)
	if c.Active(far) || c.Active(old) {
		t.Error("years far away must be closed")
	}
	if _, ok := c.After(far, time.Hour); ok {
		t.Error("nothing comes after the last year")
	}
	if got := c.Between(old, far); got < 249*365*24*time.Hour {
		t.Errorf("all time is %v, want about 250 years and no overflow", got)
	}
	if _, ok := c.After(at(t, "2199-12-30T00:00:00Z"), 100*time.Hour); ok {
		t.Error("After must not run past the last year")
	}
}

func TestIntervalsHaveNoSeams(t *testing.T) {
	c := mustNew(t, "America/New_York", always)
	from, to := at(t, "2025-10-01T12:00:00Z"), at(t, "2027-01-09T12:00:00Z")
	if diff := cmp.Diff([]bizcal.Interval{{From: from, To: to}}, c.Intervals(from, to)); diff != "" {
		t.Errorf("around the clock is one interval (-want +got):\n%s", diff)
	}
	c = mustNew(t, "UTC", hours{"mon": {{"09:00", "12:00"}, {"12:00", "17:00"}}, "tue": {{"09:00", "10:00"}}})
	want := []bizcal.Interval{{From: at(t, "2026-03-09T10:00:00Z"), To: at(t, "2026-03-09T17:00:00Z")}, {From: at(t, "2026-03-10T09:00:00Z"), To: at(t, "2026-03-10T09:30:00Z")}}
	if diff := cmp.Diff(want, c.Intervals(at(t, "2026-03-09T10:00:00Z"), at(t, "2026-03-10T09:30:00Z"))); diff != "" {
		t.Errorf("spans that touch join, edges are cut (-want +got):\n%s", diff)
	}
}

// Behind the tables of a zone a leap year's last day has no bounds of its own; the first such year is 2040.
func TestYearsBehindTheTablesOfAZoneAreCounted(t *testing.T) {
	for _, zone := range []string{"Europe/Amsterdam", "America/New_York", "Australia/Sydney", "Asia/Tokyo", "Etc/UTC"} {
		c, days := mustNew(t, zone, always), mustNew(t, zone, office)
		from, to := at(t, "2036-01-01T00:00:00Z"), at(t, "2065-01-01T00:00:00Z")
		if got := c.Between(from, to); got != to.Sub(from) {
			t.Errorf("%s: %s are counted of %s", zone, got, to.Sub(from))
		}
		from = time.Date(2040, 12, 31, 12, 0, 0, 0, time.UTC).Add(-48 * time.Hour) // a Saturday
		if due, ok := days.After(from, 16*time.Hour); !ok || due.Sub(from) > 96*time.Hour {
			t.Errorf("%s: two working days end at %s, %v", zone, due, ok)
		}
	}
}

func TestHolidayHasAName(t *testing.T) {
	c, err := bizcal.New(bizcal.Definition{Zone: "Asia/Tokyo", Holidays: []bizcal.Holiday{{Date: bizcal.Date{Year: 2026, Month: 5, Day: 5}, Name: "Children's Day"}}})
	if err != nil {
		t.Fatal(err)
	}
	if name, ok := c.Holiday(at(t, "2026-05-04T15:30:00Z")); !ok || name != "Children's Day" {
		t.Errorf("got %q %v; it is 00:30 on 5 May in Tokyo", name, ok)
	}
}

func TestNewRefusesHoursThatCannotBe(t *testing.T) {
	for field, s := range map[string]bizcal.Schedule{
		"time_zone":       {TimeZone: "Local"},
		"hours.mon[0]":    {TimeZone: "UTC", Hours: hours{"mon": {{"22:00", "06:00"}}}},
		"hours.tue":       {TimeZone: "UTC", Hours: hours{"tue": {{"09:00", "12:00"}, {"11:59", "13:00"}}}},
		"hours.wed[0][1]": {TimeZone: "UTC", Hours: hours{"wed": {{"09:00", "24:01"}}}},
		"hours.thu[0]":    {TimeZone: "UTC", Hours: hours{"thu": {{"09:00", "10:00", "11:00"}}}},
		"hours.freitag":   {TimeZone: "UTC", Hours: hours{"freitag": nil}},
		"holidays[1]":     {TimeZone: "UTC", Holidays: []string{"2026-01-01", "2026-02-30"}},
	} {
		_, err := s.Calendar()
		f := fault.As(err)
		if f == nil || f.Code != fault.Invalid || len(f.Details) != 1 || f.Details[0].Field != field || f.Details[0].Accepted == "" {
			t.Errorf("%s: got %+v, want one detail about that field with what is accepted", field, f)
		}
	}
}
