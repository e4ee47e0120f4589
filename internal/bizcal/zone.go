package bizcal

import (
	"strings"
	"time"

	"steward/internal/fault"
)

const acceptedZone = `an IANA time zone, such as "Europe/Amsterdam" or "UTC"`

// LoadZone finds a time zone by its IANA name. The machine's own zone ("Local", "") is refused:
// the same text must mean the same everywhere. The error is an Invalid fault.
func LoadZone(name string) (*time.Location, error) {
	if name != "" && !strings.EqualFold(name, "local") {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc, nil
		}
	}
	return nil, fault.Field("time_zone", name, acceptedZone, "There is no time zone %q.", name)
}

// period is a stretch of time with one offset from UTC: [from, to) in Unix seconds.
type period struct {
	from, to, offset int64
}

// periods lists the stretches that cover [from, to) (Unix seconds) in loc, in order.
func periods(loc *time.Location, from, to int64) []period {
	var out []period
	for at := from; at < to; {
		t := time.Unix(at, 0).In(loc)
		_, offset := t.Zone()
		end := to
		if _, e := t.ZoneBounds(); !e.IsZero() && e.Unix() < to {
			end = e.Unix()
		}
		if end <= at { // of years behind the tables of a zone, Go takes each for 365 days: a leap year's last day has no bounds
			end = min(at+daySeconds, to)
		}
		out = append(out, period{at, end, int64(offset)})
		at = end
	}
	return out
}

// occurrences returns the first and the last instant (Unix seconds) at which clocks show wall,
// a local time in seconds as if it were UTC. Where clocks skip it, both are the instant after
// the gap. The periods must reach well past wall on both sides.
func occurrences(ps []period, wall int64) (first, last int64) {
	found := false
	for _, p := range ps {
		if at := wall - p.offset; p.from <= at && at < p.to {
			if !found {
				first = at
			}
			last, found = at, true
		}
	}
	if found {
		return first, last
	}
	for _, p := range ps {
		if wall-p.offset < p.from {
			return p.from, p.from
		}
	}
	end := ps[len(ps)-1].to
	return end, end
}
