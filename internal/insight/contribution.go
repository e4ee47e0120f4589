package insight

import (
	"fmt"
	"strconv"
	"time"

	"steward/internal/population"
	"steward/internal/rule"
)

// contribution is what a fact adds to a stream.
type contribution struct {
	at     int64 // microseconds
	until  int64 // 0: it lasts
	good   bool
	amount int64 // milliseconds or millionths
	person int64
	team   int64
	org    int64
	dims   [maxDimensions]string
}

// of is what a fact adds to a part; ok is false when it does not count.
func (in *InForce) of(p *part, t population.Told, vars map[string]any) (c contribution, ok bool, err error) {
	if t.Gone {
		return c, false, nil
	}
	at, ok := t.Value(p.when).(time.Time)
	if !ok {
		return c, false, nil
	}
	if p.counts != nil {
		if ok, err := p.counts.Eval(rule.Vars(vars)); err != nil || !ok {
			return c, false, err
		}
	}
	if p.good != nil {
		if c.good, err = p.good.Eval(rule.Vars(vars)); err != nil {
			return c, false, err
		}
	}
	if d := time.Duration(p.spec.Delay); d != 0 {
		if at, ok = later(p, at, d); !ok {
			return c, false, nil
		}
	}
	c.at = at.UnixMicro()
	if lasts(p.spec.Measure) {
		if end, ok := t.Value(p.until).(time.Time); ok {
			if c.until = end.UnixMicro(); c.until <= c.at {
				return c, false, nil
			}
		}
	}
	if c.amount, ok = p.amount(t); !ok {
		return c, false, nil
	}
	c.person, _ = t.Value(p.population.Person).(int64)
	c.team, _ = t.Value(p.population.Team).(int64)
	c.org, _ = t.Value(p.population.Organization).(int64)
	for i, d := range in.plan.Dimensions {
		c.dims[i] = key(t.Value(d.Name))
	}
	return c, true, nil
}

// lasts reports whether a measure counts what there is at a moment.
func lasts(measure string) bool { return measure == "standing" || measure == "age" }

// later is a time after a time, in working time when the part has a calendar.
func later(p *part, at time.Time, d time.Duration) (time.Time, bool) {
	if p.hours == nil {
		return at.Add(d), true
	}
	return p.hours.After(at, d)
}

// amount is what is added up; false when the fact has no such value.
func (p *part) amount(t population.Told) (int64, bool) {
	if b := p.spec.Between; b != nil {
		from, ok := t.Value(b.From).(time.Time)
		to, also := t.Value(b.To).(time.Time)
		if !ok || !also {
			return 0, false
		}
		if p.between != nil {
			return p.between.Between(from, to).Milliseconds(), true
		}
		return max(0, to.Sub(from).Milliseconds()), true
	}
	if p.spec.Measure == "distinct" {
		return 0, key(t.Value(p.spec.Value[0])) != ""
	}
	var sum int64
	for _, path := range p.spec.Value {
		switch v := t.Value(path).(type) {
		case time.Duration:
			sum += v.Milliseconds()
		case time.Time: // of age
			sum += v.UnixMilli()
		case int64:
			sum += v * millionth
		case float64:
			sum += micro(v)
		case bool:
			if v {
				sum += millionth
			}
		default:
			return 0, false
		}
	}
	return sum, true
}

// micro is a number in millionths.
func micro(v float64) int64 {
	if v < 0 {
		return int64(v*millionth - 0.5)
	}
	return int64(v*millionth + 0.5)
}

// key is a dimension's value as it is kept: blueprints by their id, so that renaming moves nothing.
func key(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	default:
		return fmt.Sprint(v)
	}
}

// name is what a blueprint is called; "" when it is retired.
func (in *InForce) name(kind string, id int64) string { return in.names[kind][id] }
