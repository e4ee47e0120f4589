package blueprint

import (
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// bound reads a min or max tag as a number to compare with what measure returns.
func (f *field) bound(text string) (float64, error) {
	if f.shape.typ == reflect.TypeFor[Duration]() {
		d, err := ParseDuration(text)
		return float64(d), err
	}
	switch f.shape.form {
	case formInt, formNumber, formList, formMap, formText:
		return strconv.ParseFloat(text, 64)
	}
	return 0, fmt.Errorf("values of type %s have no size", f.shape.typ)
}

// measure is the size of a value that bounds apply to, and how a message names it.
func (f *field) measure(v reflect.Value) (size float64, what string) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch f.shape.form {
	case formInt, formTextual:
		return float64(v.Int()), ""
	case formNumber:
		return v.Float(), ""
	case formText:
		return float64(utf8.RuneCountInString(v.String())), " characters"
	default:
		return float64(v.Len()), " entries"
	}
}

// outside says how a value breaks its field's bounds, "" when it does not.
func (f *field) outside(v reflect.Value) string {
	if f.min == "" && f.max == "" {
		return ""
	}
	size, what := f.measure(v)
	if f.min != "" {
		if low, _ := f.bound(f.min); size < low {
			return "at least " + f.min + one(f.min, what)
		}
	}
	if f.max != "" {
		if high, _ := f.bound(f.max); size > high {
			return "at most " + f.max + one(f.max, what)
		}
	}
	return ""
}

// one is the unit in the number of the bound.
func one(bound, unit string) string {
	if bound != "1" {
		return unit
	}
	return map[string]string{" characters": " character", " entries": " entry"}[unit]
}
