package score

import (
	"math/big"
	"strings"
	"testing"
)

func TestStretchesAreSaidInWords(t *testing.T) {
	n := func(list ...float64) (out []*big.Rat) {
		for _, f := range list {
			out = append(out, new(big.Rat).SetFloat64(f))
		}
		return out
	}
	for _, c := range []struct {
		want  string
		steps []*big.Rat
		has   func(v float64) bool
	}{
		{"more than 0.75", n(0.75, 0.75), func(v float64) bool { return v > 0.75 }},
		{"at least 0.5 and less than 0.75", n(0.75, 0.5), func(v float64) bool { return v >= 0.5 && v < 0.75 }},
		{"at most 5", n(5), func(v float64) bool { return v <= 5 }},
		{"0", n(0), func(v float64) bool { return v == 0 }},
		{"less than 2 or more than 2 and at most 4", n(2, 4), func(v float64) bool { return v != 2 && v <= 4 }},
		{"any number", n(1), func(v float64) bool { return true }},
		{"", n(1), func(v float64) bool { return false }},
	} {
		if got := strings.Join(spans(nil, c.steps, func(v any) bool { return c.has(v.(float64)) }, figures(nil, false)), " or "); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	above := func(v any) bool { return v.(float64) > 0.75 }
	if got := spans(nil, n(0.75), above, figures(nil, true)); len(got) != 1 || got[0] != "more than 75%" {
		t.Errorf("a share is told as %q", got)
	}
}
