package demo

import (
	"math"
	"math/rand/v2"
	"sort"
	"time"
)

// region is a part of the world with its working hours.
type region struct {
	name  string
	zone  string
	hours int     // from UTC; a rhythm needs no exactness
	share float64 // of the customers
}

var regions = []region{
	{"amer", "America/Chicago", -6, 0.40},
	{"emea", "Europe/Amsterdam", 1, 0.42},
	{"apac", "Asia/Singapore", 8, 0.18},
}

// day is how busy each hour of a working day is.
var day = [24]float64{.03, .02, .02, .02, .03, .05, .12, .35, .8, 1, 1, .95, .7, .85, 1, .95, .85, .6, .35, .2, .14, .1, .07, .05}

// busy is how much a region writes at a time.
func (r region) busy(t time.Time) float64 {
	local := t.Add(time.Duration(r.hours) * time.Hour)
	b := r.share * day[local.Hour()]
	switch local.Weekday() {
	case time.Saturday:
		b *= .07
	case time.Sunday:
		b *= .09
	case time.Monday:
		b *= 1.15
	case time.Friday:
		b *= .85
	}
	return b
}

// rhythm spreads moments over a stretch of time as customers write: in working hours, and
// more of them as the company grows.
type rhythm struct {
	start time.Time
	end   time.Time
	sums  []float64 // of the hours since start
}

func newRhythm(end time.Time) *rhythm {
	r := &rhythm{start: end.Add(-span), end: end}
	sum := 0.0
	for t := r.start; t.Before(end); t = t.Add(time.Hour) {
		all := 0.0
		for _, reg := range regions {
			all += reg.busy(t)
		}
		sum += all * (1 + .6*float64(t.Sub(r.start))/float64(span))
		r.sums = append(r.sums, sum)
	}
	return r
}

// at is the moment by which the share u of everything has happened.
func (r *rhythm) at(u float64) time.Time {
	want := u * r.sums[len(r.sums)-1]
	i := min(sort.SearchFloat64s(r.sums, want), len(r.sums)-1)
	before := 0.0
	if i > 0 {
		before = r.sums[i-1]
	}
	part := (want - before) / (r.sums[i] - before)
	at := r.start.Add(time.Duration(i)*time.Hour + time.Duration(part*float64(time.Hour)))
	if !at.Before(r.end) {
		at = r.end.Add(-time.Minute)
	}
	return at.Truncate(time.Second)
}

// regionAt draws who writes at a time.
func regionAt(rng *rand.Rand, t time.Time) int {
	sum := 0.0
	for _, r := range regions {
		sum += r.busy(t)
	}
	x := rng.Float64() * sum
	for i, r := range regions {
		if x -= r.busy(t); x < 0 {
			return i
		}
	}
	return 0
}

// about is a length of time around a median, sometimes much longer.
func about(rng *rand.Rand, median time.Duration, spread float64) time.Duration {
	return time.Duration(float64(median) * math.Exp(spread*rng.NormFloat64())).Truncate(time.Second)
}

// awake moves a time at night or on a weekend to the next morning of a region.
func (r region) awake(rng *rand.Rand, t time.Time) time.Time {
	local := t.Add(time.Duration(r.hours) * time.Hour)
	if h := local.Hour(); h >= 7 && h < 20 && local.Weekday() != time.Saturday && local.Weekday() != time.Sunday {
		return t
	}
	morning := time.Date(local.Year(), local.Month(), local.Day(), 7, 0, 0, 0, time.UTC)
	for !morning.After(local) || morning.Weekday() == time.Saturday || morning.Weekday() == time.Sunday {
		morning = morning.AddDate(0, 0, 1)
	}
	return morning.Add(-time.Duration(r.hours)*time.Hour + time.Duration(rng.IntN(3*3600))*time.Second)
}
