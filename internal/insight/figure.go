package insight

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
	"time"

	"steward/internal/bizcal"
	"steward/internal/db"
)

// answer is a question with its cells: a grid for each part, of one period.
type answer struct {
	*question
	bounds []time.Time
	grids  []*grid
}

// answer reads every part of a question between bounds.
func (s *Service) answer(ctx context.Context, tx db.Tx, q *question, bounds []time.Time) (*answer, error) {
	a := &answer{question: q, bounds: bounds}
	for i := range q.plan.Parts {
		g, err := s.grid(ctx, tx, q, i, bounds)
		if err != nil {
			return nil, err
		}
		a.grids = append(a.grids, g)
	}
	return a, nil
}

// keys are the groups that have records, those with most first.
func (a *answer) keys() []string {
	size := map[string]int64{}
	for _, g := range a.grids {
		for key, cells := range g.groups {
			for _, c := range cells {
				if c != nil && c.total != 0 {
					size[key] += c.total
				}
			}
		}
	}
	out := make([]string, 0, len(size))
	for key := range size {
		out = append(out, key)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(a, b)) })
	return out
}

// all is the group of every key.
const all = "\x00all"

// cellsOf are the cells of the parts from one stretch to another, of a group or of all.
func (a *answer) cellsOf(key string, from, to int) []*cell {
	out := make([]*cell, len(a.grids))
	for i, g := range a.grids {
		sum := &cell{}
		first := from
		if lasts(a.plan.Parts[i].Measure) {
			first = to - 1 // what there is at the end
		}
		for k, cells := range g.groups {
			if key != all && k != key {
				continue
			}
			for _, c := range cells[first:to] {
				if c != nil {
					sum.add(c)
				}
			}
		}
		out[i] = sum
	}
	return out
}

// figure is what cells amount to over a stretch of time.
func (a *answer) figure(cells []*cell, from, to time.Time) Figure {
	f := Figure{Denominator: 1}
	if i := slices.IndexFunc(a.plan.Parts, func(p planPart) bool { return p.Stream }); i >= 0 {
		f.Count = cells[i].total
	}
	first := a.plan.Parts[0]
	if len(a.plan.Parts) == 1 {
		switch first.Measure {
		case "share":
			f.Numerator, f.Denominator = float64(cells[0].good), float64(cells[0].total)
		case "mean":
			f.Numerator, f.Denominator = a.unit(first, float64(cells[0].amount)), float64(cells[0].total)
		default:
			n, ok := a.number(first, cells[0], from, to)
			if !ok {
				return Figure{Count: f.Count}
			}
			f.Numerator = n
		}
	} else {
		n, ok := a.number(first, cells[0], from, to)
		f.Numerator = n
		for i, p := range a.plan.Parts[1:] {
			d, has := a.number(p, cells[i+1], from, to)
			ok = ok && has
			f.Denominator *= d
		}
		if !ok {
			f.Denominator = 0
		}
	}
	f.Numerator, f.Denominator = round(f.Numerator), round(f.Denominator)
	if f.Denominator != 0 {
		v := f.Numerator / f.Denominator
		if a.plan.Unit == "percent" {
			v *= 100
		}
		v = round(v)
		f.Value = &v
	}
	return f
}

// round is to six digits behind the point: sums of figures agree to the last digit.
func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// unit is an amount as stored, in the unit of the figure.
func (a *answer) unit(p planPart, amount float64) float64 {
	if !p.Duration {
		return amount / millionth
	}
	seconds := amount / millis
	switch a.plan.Unit {
	case "minutes":
		return seconds / 60
	case "days":
		return seconds / 86400
	default:
		return seconds / 3600
	}
}

// number is what one part amounts to; false when there is no such number.
func (a *answer) number(p planPart, c *cell, from, to time.Time) (float64, bool) {
	switch p.Measure {
	case "count", "standing":
		return float64(c.total), true
	case "sum":
		return a.unit(p, float64(c.amount)), true
	case "share":
		return float64(c.good), true
	case "mean":
		return a.unit(p, float64(c.amount)) / max(1, float64(c.total)), c.total > 0
	case "distinct":
		n := 0
		for key, facts := range c.keys {
			if facts > 0 && key != "" {
				n++
			}
		}
		return float64(n), true
	case "latest":
		return a.unit(p, float64(c.latest)), c.latestAt != 0
	case "percentile":
		v, ok := percentile(c.values, p.Percentile)
		return a.unit(p, v), ok
	case "age":
		return a.age(p, c, to)
	case "working_days":
		return a.workingDays(p, from, to), true
	case "amount":
		return p.sum(from.In(a.zone), a.until(to).In(a.zone)), true
	}
	return 0, false
}

// until is the end of a stretch, or now when that comes first.
func (a *answer) until(to time.Time) time.Time {
	if a.now.Before(to) {
		return a.now
	}
	return to
}

// age is the mean age of what there is at the end.
func (a *answer) age(p planPart, c *cell, to time.Time) (float64, bool) {
	if c.total <= 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(c.total), uint64(a.until(to).UnixMilli()))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return a.unit(p, float64(int64(lo)-c.amount)/float64(c.total)), true
}

// percentile is the value at a percentile, between two of them in proportion: as the function
// percentile_cont of databases works it out.
func percentile(values []int64, p float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	at := p / 100 * float64(len(values)-1)
	low := int(math.Floor(at))
	some := slices.Clone(values)
	first := nth(some, low)
	if low == len(some)-1 {
		return float64(first), true
	}
	return float64(first) + (at-float64(low))*float64(slices.Min(some[low+1:])-first), true
}

// nth is the value with n smaller ones or equal before it. It moves the values so that it stands at
// its place with no larger one before it and no smaller one behind.
func nth(values []int64, n int) int64 {
	for low, high := 0, len(values)-1; low < high; {
		middle := low + (high-low)/2
		pivot := max(min(values[low], values[middle]), min(max(values[low], values[middle]), values[high]))
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return values[n]
		}
	}
	return values[n]
}

// workingDays is how many days of a stretch have working time, today included.
func (a *answer) workingDays(p planPart, from, to time.Time) float64 {
	var cal *bizcal.Calendar
	zone := a.zone
	if p.Calendar != "" {
		if cal, _ = a.in.calendar(p.Calendar); cal != nil {
			zone = cal.Zone()
		}
	}
	n := 0
	end := a.until(to)
	for day, _ := step("day", from.In(zone), 0); day.Before(end); day, _ = step("day", day, 1) {
		next, _ := step("day", day, 1)
		if next.After(from) && (cal == nil || cal.Between(latest(day, from), next) > 0) {
			n++
		}
	}
	return float64(n)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// sum is what a fixed amount comes to over whole days, the day under way included.
func (p planPart) sum(from, to time.Time) (sum float64) {
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		switch p.Every {
		case "week":
			sum += p.Amount / 7
		case "month":
			sum += p.Amount / float64(time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())
		case "year":
			sum += p.Amount / float64(time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay())
		default:
			sum += p.Amount
		}
	}
	return sum
}
