package strace

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Nanos is a length of time in nanoseconds, or [Unknown]. In JSON it is a number of
// seconds, or null.
type Nanos int64

// Known reports whether the log tells the length.
func (n Nanos) Known() bool { return int64(n) != Unknown }

// Duration is n as Go's own type; 0 when unknown.
func (n Nanos) Duration() time.Duration {
	if !n.Known() {
		return 0
	}
	return time.Duration(n)
}

// Milliseconds is n with three decimals, "?" when unknown.
func (n Nanos) Milliseconds() string {
	if !n.Known() {
		return "?"
	}
	us := (int64(n) + 500) / 1000
	sign := ""
	if us < 0 {
		sign, us = "-", -us
	}
	return fmt.Sprintf("%s%d.%03d", sign, us/1000, us%1000)
}

// Seconds is n in seconds as precise as it is known, "?" when unknown.
func (n Nanos) Seconds() string {
	if !n.Known() {
		return "?"
	}
	v := int64(n)
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	s := fmt.Sprintf("%s%d.%09d", sign, v/1e9, v%1e9)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// MarshalJSON writes seconds or null.
func (n Nanos) MarshalJSON() ([]byte, error) {
	if !n.Known() {
		return []byte("null"), nil
	}
	return []byte(n.Seconds()), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Nanos) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Nanos(Unknown)
		return nil
	}
	f, err := strconv.ParseFloat(string(b), 64)
	*n = Nanos(f * 1e9)
	return err
}

// sum adds two lengths; unknown with anything is unknown.
func sum(a, b int64) int64 {
	if a == Unknown || b == Unknown {
		return Unknown
	}
	return a + b
}

// Stamp is a moment as the log's clock shows it: "12:00:01.000250", "+1 12:00:01.000250" on
// a later day, "2026-01-02T15:04:05.000250Z", "1.000250" since the first line, or "".
func (c Clock) Stamp(ns int64) string {
	if ns == Unknown {
		return ""
	}
	frac := func(ns int64) string {
		s := fmt.Sprintf("%09d", ns%1e9)
		if s[6:] == "000" {
			s = s[:6]
		}
		return s
	}
	switch c {
	case DayClock:
		s := ""
		if d := ns / day; d > 0 {
			s = fmt.Sprintf("+%d ", d)
		}
		t := ns % day / 1e9
		return s + fmt.Sprintf("%02d:%02d:%02d.%s", t/3600, t/60%60, t%60, frac(ns))
	case EpochTime:
		return time.Unix(ns/1e9, 0).UTC().Format("2006-01-02T15:04:05") + "." + frac(ns) + "Z"
	case Relative:
		return fmt.Sprintf("%d.%s", ns/1e9, frac(ns))
	}
	return ""
}
