package report

import (
	"strconv"

	"steward/toolbox/strace"
)

// count writes a number with a thin space between thousands.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// span writes a length of time with three digits: "3.21 s", "45.1 ms", "12 µs", "2 h 5 min".
func span(n strace.Nanos) string {
	if !n.Known() {
		return "?"
	}
	d := float64(n)
	switch {
	case n < 0:
		return "-" + span(-n)
	case n >= 3600e9:
		return count(int64(n)/3600e9) + " h " + strconv.FormatInt(int64(n)%3600e9/60e9, 10) + " min"
	case n >= 60e9:
		return strconv.FormatInt(int64(n)/60e9, 10) + " min " + strconv.FormatInt(int64(n)%60e9/1e9, 10) + " s"
	case n >= 1e9:
		return digits(d/1e9) + " s"
	case n >= 1e6:
		return digits(d/1e6) + " ms"
	case n >= 1e3 && n%1e3 == 0:
		return count(int64(n)/1e3) + " µs"
	case n >= 1e3:
		return digits(d/1e3) + " µs"
	case n == 0:
		return "0"
	}
	return strconv.FormatInt(int64(n), 10) + " ns"
}

// digits writes a number of 1 or more with three digits.
func digits(f float64) string {
	switch {
	case f >= 99.95:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case f >= 9.995:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

func share(part, whole int64) string {
	if whole <= 0 {
		return "0 %"
	}
	p := float64(part) * 100 / float64(whole)
	switch {
	case p > 0 && p < 0.1:
		return "< 0.1 %"
	case p < 10:
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

func size(n int64) string {
	switch {
	case n >= 1e9:
		return digits(float64(n)/1e9) + " GB"
	case n >= 1e6:
		return digits(float64(n)/1e6) + " MB"
	case n >= 1e3:
		return digits(float64(n)/1e3) + " kB"
	}
	return plural(n, "byte", "bytes")
}
