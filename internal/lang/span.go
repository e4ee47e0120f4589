package lang

import (
	"fmt"
	"strings"
	"time"
)

// Span is a length of time among the values of a message, in hours, minutes and seconds as a language shortens them.
type Span time.Duration

// String is the length in English: "1 h 30 min".
func (s Span) String() string { return s.Speak(English) }

// Speak is the length in a language.
func (s Span) Speak(l *Language) string {
	if s < 0 {
		return l.Say("minus %s", Span(-s).Speak(l))
	}
	units := English.units
	if l != nil {
		units = l.units
	}
	var out []string
	for i, size := range []time.Duration{time.Hour, time.Minute, time.Second} {
		if n := time.Duration(s) / size; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, units[i]))
			s -= Span(n * size)
		}
	}
	if len(out) == 0 {
		return "0 " + units[1]
	}
	return strings.Join(out, " ")
}
