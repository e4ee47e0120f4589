package board

import (
	"cmp"
	"slices"
	"time"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
)

// Schedule says when a dashboard or report is mailed, and to whom.
type Schedule struct {
	Every string   `yaml:"every" doc:"How often: each day, each working day from Monday to Friday, once a week, once a month." enum:"day,workday,week,month" required:"true"`
	On    string   `yaml:"on" doc:"The day of a weekly mail; Monday when empty." enum:"mon,tue,wed,thu,fri,sat,sun"`
	Day   int      `yaml:"day" doc:"The day of a monthly mail; the first when empty." min:"1" max:"28"`
	Time  string   `yaml:"time" doc:"Local time, such as 08:00." required:"true"`
	Zone  string   `yaml:"zone" doc:"IANA zone of the time; the page's zone when empty." format:"time-zone"`
	To    []string `yaml:"to" doc:"Addresses of people of the directory. Who may not read indicators gets nothing, and the page says so." format:"email" max:"50"`
	Teams []string `yaml:"teams" doc:"Teams whose members get it." ref:"team" max:"20"`
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// next is when the mail is due next after a moment; zero when the schedule makes no sense.
func (s Schedule) next(after time.Time, zone string) time.Time {
	where, err := bizcal.LoadZone(cmp.Or(s.Zone, zone, "UTC"))
	clock, cerr := bizcal.ParseClockTime(s.Time)
	if err != nil || cerr != nil {
		return time.Time{} // refused when it was applied
	}
	local := after.In(where)
	for day := range 40 {
		t := time.Date(local.Year(), local.Month(), local.Day()+day, int(clock)/60, int(clock)%60, 0, 0, where)
		if t.After(after) && s.falls(t) {
			return t.UTC()
		}
	}
	return time.Time{}
}

// falls reports whether a mail is due on the day of t.
func (s Schedule) falls(t time.Time) bool {
	switch s.Every {
	case "workday":
		return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
	case "week":
		return weekdays[t.Weekday()] == cmp.Or(s.On, "mon")
	case "month":
		return t.Day() == max(s.Day, 1)
	}
	return true
}

// lintSchedule finds schedules that mail nobody, or at no time.
func lintSchedule(c *blueprint.Context, s *Schedule) {
	if s == nil {
		return
	}
	if _, err := bizcal.ParseClockTime(s.Time); err != nil {
		c.Error("schedule.time", "%q is not a time of day, such as 08:00.", s.Time)
	}
	if len(s.To) == 0 && len(s.Teams) == 0 {
		c.Error("schedule.to", "The mail goes to nobody. Name addresses in to, or teams.")
	}
	if s.On != "" && s.Every != "week" {
		c.Warn("schedule.on", "A day of the week is for weekly mails; this one leaves every %s.", s.Every)
	}
	if s.Day != 0 && s.Every != "month" {
		c.Warn("schedule.day", "A day of the month is for monthly mails; this one leaves every %s.", s.Every)
	}
	for i, to := range s.To {
		if slices.Contains(s.To[:i], to) {
			c.Warn("schedule.to", "%s is named twice.", to)
		}
	}
}
