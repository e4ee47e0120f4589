package blueprint

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"steward/internal/fault"
)

// Duration is a length of time in a blueprint: hours and minutes, "30m", "4h", "1h30m". There are
// no days on purpose: whether a day is 24 hours or a working day differs, so people write "48h".
type Duration time.Duration

var durationText = regexp.MustCompile(`^(?:(\d{1,6})h)?(?:(\d{1,6})m)?$`)

// ParseDuration reads hours and minutes. The error is an Invalid fault that says what is accepted.
func ParseDuration(s string) (Duration, error) {
	m := durationText.FindStringSubmatch(s)
	if m == nil || s == "" {
		return 0, fault.Field("", s, Duration(0).Describe().Accepted, "%q is not a duration.", s)
	}
	hours, _ := strconv.Atoi(m[1]) // digits or empty; empty is 0
	minutes, _ := strconv.Atoi(m[2])
	return Duration(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute), nil
}

// Std is the duration of package time.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String writes the duration as it is read: "1h30m", "0m".
func (d Duration) String() string {
	h, m := time.Duration(d)/time.Hour, time.Duration(d)%time.Hour/time.Minute
	switch {
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return fmt.Sprintf("%dh", h)
	default:
		return fmt.Sprintf("%dh%dm", h, m)
	}
}

// MarshalText writes what ParseDuration reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// Describe implements Described.
func (Duration) Describe() Description {
	return Description{Accepted: "hours and minutes, such as 30m, 4h or 1h30m", Pattern: `^([0-9]{1,6}h)?([0-9]{1,6}m)?$`,
		Examples: []string{"30m", "4h", "1h30m"}, Guess: guessDuration}
}

var nearlyDuration = regexp.MustCompile(`^\s*(\d{1,5})\s*([a-zA-Z]+)`)

// guessDuration finds the duration in "30 minuts", "2 hours" or "3d".
func guessDuration(s string) string {
	m := nearlyDuration.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	n, _ := strconv.Atoi(m[1])
	switch m[2][0] | 0x20 {
	case 'm':
		return Duration(time.Duration(n) * time.Minute).String()
	case 'h':
		return Duration(time.Duration(n) * time.Hour).String()
	case 'd':
		return Duration(time.Duration(n) * 24 * time.Hour).String()
	}
	return ""
}
