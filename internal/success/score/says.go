package score

import (
	"math/big"
	"slices"
	"strings"

	"steward/internal/lang"
	"steward/internal/rule"
)

// Says is what a value must be to have the band, for an account as it is: "more than 0.75", "growth or
// adoption". What the condition asks of the account itself is worked out and left out. A condition that is no
// comparison is told in the words of its parts. A share is told in percent.
func (b *Band) Says(l *lang.Language, f Facts, share bool) string {
	of, exact := b.When.Constants()
	if !exact || len(of["value"]) == 0 {
		return strings.Join(b.When.Says(rule.Voice{In: l}), " ")
	}
	vars := f.vars()
	has := func(v any) bool {
		vars["value"] = v
		return holds(b.When, vars)
	}
	var said []string
	var steps []*big.Rat
	for _, c := range of["value"] {
		switch c := c.(type) {
		case string:
			if has(c) && !slices.Contains(said, c) {
				said = append(said, c)
			}
		case bool:
			if has(c) && !slices.Contains(said, l.Word(yesNo(c))) {
				said = append(said, l.Word(yesNo(c)))
			}
		default:
			if n := number(c); n != nil {
				steps = append(steps, n)
			}
		}
	}
	said = append(said, spans(l, steps, has, figures(l, share))...)
	if len(said) == 0 {
		return l.Word("no value, for an account like this")
	}
	out := said[0]
	for _, more := range said[1:] {
		out = l.Say("%s or %s", out, more)
	}
	return out
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// spans says in which stretches of numbers something holds that changes at some steps alone: it is tried below
// the first, at each, between every two and above the last.
func spans(l *lang.Language, steps []*big.Rat, has func(v any) bool, told func(*big.Rat) string) (said []string) {
	if len(steps) == 0 {
		return nil
	}
	slices.SortFunc(steps, (*big.Rat).Cmp)
	steps = slices.CompactFunc(steps, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	tries := []*big.Rat{difference(steps[0], big.NewRat(1, 1))}
	if steps[0].Sign() > 0 {
		tries[0] = middle(nothing, steps[0])
	}
	for i, s := range steps {
		tries = append(tries, s)
		if i+1 < len(steps) {
			tries = append(tries, middle(s, steps[i+1]))
		}
	}
	tries = append(tries, sum(steps[len(steps)-1], big.NewRat(1, 1)))
	for i := 0; i < len(tries); i++ {
		if !has(float(tries[i])) {
			continue
		}
		from := i
		for i+1 < len(tries) && has(float(tries[i+1])) {
			i++
		}
		said = append(said, span(l, steps, from, i, told))
	}
	return said
}

// span says a stretch by the places of its ends among the tries: those with an odd number are steps, the others
// lie beside them.
func span(l *lang.Language, steps []*big.Rat, from, to int, told func(*big.Rat) string) string {
	if from == to && from%2 == 1 {
		return told(steps[from/2])
	}
	var parts []string
	switch {
	case from%2 == 1:
		parts = append(parts, l.Say("at least %s", told(steps[from/2])))
	case from > 0:
		parts = append(parts, l.Say("more than %s", told(steps[from/2-1])))
	}
	switch {
	case to%2 == 1:
		parts = append(parts, l.Say("at most %s", told(steps[to/2])))
	case to < 2*len(steps):
		parts = append(parts, l.Say("less than %s", told(steps[to/2])))
	}
	if len(parts) == 0 {
		return l.Word("any number")
	}
	if len(parts) == 2 {
		return l.Say("%s and %s", parts[0], parts[1])
	}
	return parts[0]
}

// figures are numbers as they are told: shares in percent.
func figures(l *lang.Language, share bool) func(*big.Rat) string {
	if !share {
		return func(r *big.Rat) string { return l.Decimal(short(r)) }
	}
	return func(r *big.Rat) string { return l.Decimal(short(product(r, big.NewRat(100, 1)))) + "%" }
}

func float(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}
