package bizcal

import (
	"fmt"
	"time"

	"steward/internal/blueprint"
	"steward/internal/fault"
)

// KindCalendar is the name of the kind whose documents are calendars.
const KindCalendar = "calendar"

// Spec is a calendar blueprint.
type Spec struct {
	TimeZone string        `yaml:"time_zone" required:"true" format:"time-zone" doc:"IANA zone whose clocks the hours follow."`
	Hours    HoursSpec     `yaml:"hours" required:"true" doc:"Opening hours by weekday; a day that is missing is closed."`
	Holidays []HolidaySpec `yaml:"holidays" doc:"Dates on which it is closed."`
}

// HoursSpec are the opening hours of a week.
type HoursSpec struct {
	Mon [][]ClockTime `yaml:"mon" doc:"Monday: pairs of opening and closing, such as [[\"09:00\", \"17:00\"]]."`
	Tue [][]ClockTime `yaml:"tue" doc:"Tuesday."`
	Wed [][]ClockTime `yaml:"wed" doc:"Wednesday."`
	Thu [][]ClockTime `yaml:"thu" doc:"Thursday."`
	Fri [][]ClockTime `yaml:"fri" doc:"Friday."`
	Sat [][]ClockTime `yaml:"sat" doc:"Saturday."`
	Sun [][]ClockTime `yaml:"sun" doc:"Sunday."`
}

// HolidaySpec is a holiday: a date, or a date with its name.
type HolidaySpec struct {
	Date Date   `yaml:"date" required:"true" short:"true" doc:"The date, in the calendar's zone."`
	Name string `yaml:"name" doc:"What people call it."`
}

const example = `kind: calendar
name: office-hours
title: Office hours
time_zone: Europe/Amsterdam
hours:
  mon: [["09:00", "17:00"]]
  tue: [["09:00", "17:00"]]
  wed: [["09:00", "17:00"]]
  thu: [["09:00", "17:00"]]
  fri: [["09:00", "12:30"], ["13:00", "17:00"]]
holidays:
  - { date: 2026-12-25, name: Christmas Day }
  - 2027-01-01
`

// Register adds the kind "calendar".
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Spec]{
		Name: KindCalendar, Title: "Business calendar", Example: example,
		Summary: "When somebody is there: a zone, opening hours for each weekday, and holidays. Clocks, playbooks and schedules count working time in it.",
		Lint:    lint,
		Compile: func(_ *blueprint.Context, s Spec) (any, error) { return s.Calendar() },
	})
}

// FromSet returns the compiled calendar of that name.
func FromSet(s *blueprint.Set, name string) (*Calendar, bool) {
	return blueprint.Artifact[*Calendar](s, KindCalendar, name)
}

// Calendar compiles the spec. Errors are Invalid faults that name the field.
func (s Spec) Calendar() (*Calendar, error) {
	d := Definition{Zone: s.TimeZone}
	for day, pairs := range s.days() {
		for i, pair := range pairs {
			if len(pair) != 2 {
				return nil, fault.Field(fmt.Sprintf("hours.%s[%d]", dayName(time.Weekday(day)), i), pair, acceptedPair,
					"A stretch of hours has an opening and a closing, not %d times.", len(pair))
			}
			d.Week[day] = append(d.Week[day], Span{pair[0], pair[1]})
		}
	}
	for _, h := range s.Holidays {
		d.Holidays = append(d.Holidays, Holiday{h.Date, h.Name})
	}
	return New(d)
}

// days are the hours indexed by time.Weekday.
func (s Spec) days() [7][][]ClockTime {
	h := s.Hours
	return [7][][]ClockTime{h.Sun, h.Mon, h.Tue, h.Wed, h.Thu, h.Fri, h.Sat}
}

// Open reports whether there is any working time at all in a week without holidays.
func (s Spec) Open() bool {
	for _, pairs := range s.days() {
		if len(pairs) > 0 {
			return true
		}
	}
	return false
}

func lint(c *blueprint.Context, s Spec) {
	if !s.Open() {
		c.Warn("hours", "The calendar is never open: clocks that count in it stand still.")
	}
	seen := map[Date]int{}
	for i, h := range s.Holidays {
		if first, twice := seen[h.Date]; twice {
			c.Warn(fmt.Sprintf("holidays[%d]", i), "%s is a holiday already, as number %d of the list.", h.Date, first+1)
		} else {
			seen[h.Date] = i
		}
	}
}

// Describe implements blueprint.Described.
func (ClockTime) Describe() blueprint.Description {
	return blueprint.Description{Accepted: acceptedClockTime, Pattern: `^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$`, Examples: []string{"09:00", "24:00"}}
}

// Describe implements blueprint.Described.
func (Date) Describe() blueprint.Description {
	return blueprint.Description{Accepted: acceptedDate, Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, Examples: []string{"2026-12-25"}}
}
