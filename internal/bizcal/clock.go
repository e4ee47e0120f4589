package bizcal

import (
	"fmt"

	"steward/internal/fault"
)

// ClockTime is a time of day in minutes since midnight, local to a calendar's zone: 0 to 1440,
// where 1440 is "24:00", the end of the day.
type ClockTime int16

// EndOfDay is 24:00: the same instant as 00:00 of the next day.
const EndOfDay ClockTime = 24 * 60

const acceptedClockTime = `a time from "00:00" to "24:00", such as "09:00"`

// ParseClockTime reads "HH:MM" (or "H:MM"). The error is an Invalid fault.
func ParseClockTime(s string) (ClockTime, error) {
	hour, minute, ok := 0, 0, false
	switch {
	case len(s) == 5 && s[2] == ':':
		hour, minute, ok = digits(s[:2]), digits(s[3:]), true
	case len(s) == 4 && s[1] == ':':
		hour, minute, ok = digits(s[:1]), digits(s[2:]), true
	}
	t := ClockTime(hour*60 + minute)
	if !ok || hour < 0 || minute < 0 || minute > 59 || t > EndOfDay {
		return 0, fault.Field("", s, acceptedClockTime, "%q is not a time of day.", s)
	}
	return t, nil
}

// String writes the time as "HH:MM".
func (t ClockTime) String() string { return fmt.Sprintf("%02d:%02d", t/60, t%60) }

// MarshalText writes the time as "HH:MM".
func (t ClockTime) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what ParseClockTime reads.
func (t *ClockTime) UnmarshalText(text []byte) (err error) {
	*t, err = ParseClockTime(string(text))
	return err
}

// digits is the number s writes in decimal digits, -1 when s holds anything else.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
