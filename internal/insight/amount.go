package insight

import (
	"fmt"
	"strconv"
	"time"

	"steward/internal/population"
)

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
