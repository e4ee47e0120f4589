package board

import (
	"testing"
	"time"
)

func TestMailsAreDueAtLocalTime(t *testing.T) {
	after := time.Date(2026, 3, 27, 8, 0, 0, 0, time.UTC) // a Friday; clocks go forward on Sunday
	for _, c := range []struct {
		s    Schedule
		want string
	}{
		{Schedule{Every: "day", Time: "08:00", Zone: "UTC"}, "2026-03-28T08:00:00Z"},
		{Schedule{Every: "day", Time: "08:01", Zone: "UTC"}, "2026-03-27T08:01:00Z"},
		{Schedule{Every: "workday", Time: "07:30"}, "2026-03-30T05:30:00Z"}, // in the page's zone, already summer
		{Schedule{Every: "week", Time: "09:00", Zone: "UTC"}, "2026-03-30T09:00:00Z"},
		{Schedule{Every: "week", On: "thu", Time: "09:00", Zone: "UTC"}, "2026-04-02T09:00:00Z"},
		{Schedule{Every: "month", Time: "08:00", Zone: "Europe/Berlin"}, "2026-04-01T06:00:00Z"},
		{Schedule{Every: "month", Day: 28, Time: "08:00", Zone: "Europe/Berlin"}, "2026-03-28T07:00:00Z"},
	} {
		if got := c.s.next(after, "Europe/Berlin").Format(time.RFC3339); got != c.want {
			t.Errorf("%+v: %s, want %s", c.s, got, c.want)
		}
	}
	if !(Schedule{Every: "day", Time: "25:00"}).next(after, "").IsZero() {
		t.Error("a time that does not exist is due")
	}
}
