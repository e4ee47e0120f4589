package board

import (
	"math"
	"strconv"
	"strings"
	"time"

	"steward/internal/insight"
)

// spoken is a number with its thousands apart and no more digits than tell something.
func spoken(v float64, digits int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	whole, rest, dotted := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + rest
	}
	if v < 0 && strings.Trim(s, "0.") != "" {
		whole = "−" + whole
	}
	return whole
}

// plain is a number as it is said: whole from a thousand on, one digit below.
func plain(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1000 || a == math.Trunc(a):
		return spoken(v, 0)
	case a >= 0.1:
		return spoken(v, 1)
	default:
		return spoken(v, 3)
	}
}

// say is a value in its unit: 95.5%, 1 h 12 min, 148.
func say(v float64, h insight.Head) string {
	switch h.Unit {
	case "percent":
		return spoken(v, 1) + "%"
	case "minutes":
		return length(time.Duration(v * float64(time.Minute)))
	case "hours":
		return length(time.Duration(v * float64(time.Hour)))
	case "days":
		return length(time.Duration(v * 24 * float64(time.Hour)))
	case "money":
		return strings.TrimSpace(spoken(v, 2) + " " + h.Currency)
	case "points":
		return plain(v) + " points"
	}
	return plain(v)
}

// length is a time in two parts at most.
func length(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "−", -d
	}
	minutes := int(d.Round(time.Minute) / time.Minute)
	switch {
	case d < time.Minute:
		return sign + strconv.Itoa(int(d/time.Second)) + " s"
	case minutes < 60:
		return sign + strconv.Itoa(minutes) + " min"
	case minutes < 48*60 && minutes%60 == 0:
		return sign + strconv.Itoa(minutes/60) + " h"
	case minutes < 48*60:
		return sign + strconv.Itoa(minutes/60) + " h " + strconv.Itoa(minutes%60) + " min"
	}
	return sign + spoken(d.Hours()/24, 1) + " days"
}

// sayFigure is a figure in its unit, or why there is none.
func sayFigure(f insight.Figure, h insight.Head) string {
	switch {
	case f.Hidden:
		return "not shown"
	case f.Value == nil:
		return "no data"
	}
	return say(*f.Value, h)
}

// sayChange is how far a figure moved, with its sign; "" where there is nothing to compare.
func sayChange(now, before *float64, h insight.Head) string {
	if now == nil || before == nil {
		return ""
	}
	d := *now - *before
	h2 := h
	if h.Unit == "percent" {
		h2.Unit = "points"
		if d = math.Round(d*10) / 10; math.Abs(d) == 1 {
			return map[bool]string{true: "+", false: "−"}[d > 0] + "1 point"
		}
	}
	text := say(math.Abs(d), h2)
	switch {
	case !strings.ContainsAny(text, "123456789"):
		return "no change"
	case d < 0:
		return "−" + text
	}
	return "+" + text
}

// sayTarget is what a figure should reach.
func sayTarget(h insight.Head) string {
	switch {
	case h.Target == nil:
		return ""
	case h.Target.Op == "<=":
		return "target at most " + say(h.Target.Value, h)
	}
	return "target at least " + say(h.Target.Value, h)
}

// meets reports whether a value reaches the target; true without one.
func meets(v float64, h insight.Head) bool {
	return h.Target == nil || h.Target.Op == "<=" && v <= h.Target.Value || h.Target.Op == ">=" && v >= h.Target.Value
}

func ordinal(n int) string {
	switch {
	case n%100/10 == 1:
		return strconv.Itoa(n) + "th"
	case n%10 == 1:
		return strconv.Itoa(n) + "st"
	case n%10 == 2:
		return strconv.Itoa(n) + "nd"
	case n%10 == 3:
		return strconv.Itoa(n) + "rd"
	}
	return strconv.Itoa(n) + "th"
}

// pointName is a point of a series as it is written under a picture.
func pointName(t time.Time, every string) string {
	switch every {
	case "hour":
		return t.Format("Mon 15:04")
	case "month":
		return t.Format("Jan 06")
	case "quarter":
		return "Q" + strconv.Itoa((int(t.Month())+2)/3) + t.Format(" 06")
	case "year":
		return t.Format("2006")
	}
	return t.Format("2 Jan")
}
