package notify

import (
	"testing"
	"time"
)

func TestWhatIsMailedWaitsAsLongAsItsReaderChose(t *testing.T) {
	now := time.Date(2026, 3, 28, 22, 40, 0, 0, time.UTC) // 23:40 in Amsterdam, the evening before clocks go forward
	for _, c := range []struct{ mail, zone, want string }{
		{"now", "", "2026-03-28T22:41:00Z"},
		{"", "", "2026-03-28T23:00:00Z"},
		{"hourly", "", "2026-03-28T23:00:00Z"},
		{"daily", "Europe/Amsterdam", "2026-03-29T06:00:00Z"},
		{"daily", "America/New_York", "2026-03-29T12:00:00Z"},
		{"daily", "Nowhere", "2026-03-29T08:00:00Z"},
	} {
		got := chosen(map[string]string{"notify_mail": c.mail}).due(now, c.zone).Format(time.RFC3339)
		if got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.mail, c.zone, got, c.want)
		}
	}
}

func TestChoicesTakeThePlaceOfWhatIsUsual(t *testing.T) {
	c := chosen(map[string]string{"notify": "assigned:m,due:,nonsense:a"})
	if c.ways["assigned"] != (Way{Mail: true}) || c.ways["due"] != (Way{}) || c.ways["breached"] != (Way{App: true, Browser: true}) {
		t.Errorf("ways: %+v", c.ways)
	}
}
