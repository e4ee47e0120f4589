package score

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"steward/internal/measure"
	"steward/internal/rule"
)

// Bands are conditions. Those made of comparisons with constants change nowhere but at these
// constants, so trying them at each constant and between every two tries them everywhere: that
// is how gaps and overlaps are found.

// axis is a field that conditions read, with the values to try.
type axis struct {
	path   string
	values []any
	words  []string // of each value, for people: "5", "between 5 and 15"
}

// other is a text that no condition names.
const other = "any other"

// maxCells is how many combinations of values are tried for one measure.
const maxCells = 20_000

// axes are those of several conditions; ok is false when one of them is no plain comparison, or
// when there are too many combinations. kind is the type of the measure that value stands for.
func axes(programs []*rule.Program, kind measure.Type) (value axis, rest []axis, ok bool) {
	constants := map[string][]any{}
	for _, p := range programs {
		of, exact := p.Constants()
		if !exact {
			return value, nil, false
		}
		for path, list := range of {
			constants[path] = append(constants[path], list...)
		}
	}
	cells := 1
	value = newAxis("value", constants["value"], kind)
	for path, list := range constants {
		if path == "value" {
			continue
		}
		a := newAxis(path, list, "")
		cells *= len(a.values)
		rest = append(rest, a)
	}
	slices.SortFunc(rest, func(a, b axis) int { return strings.Compare(a.path, b.path) })
	return value, rest, cells*max(len(value.values), 1) <= maxCells
}

func newAxis(path string, constants []any, kind measure.Type) axis {
	a := axis{path: path}
	if len(constants) == 0 && path != "value" { // a field that stands alone
		return axis{path, []any{false, true}, []string{"no", "yes"}}
	}
	var numbers []*big.Rat
	for _, c := range constants {
		switch c := c.(type) {
		case string:
			if !slices.Contains(a.values, any(c)) {
				a.values, a.words = append(a.values, c), append(a.words, fmt.Sprintf("%q", c))
			}
		case bool:
			return axis{path, []any{false, true}, []string{"no", "yes"}}
		default:
			if n := number(c); n != nil {
				numbers = append(numbers, n)
			}
		}
	}
	if path != "value" && len(a.values) > 0 {
		a.values, a.words = append(a.values, other), append(a.words, other)
	}
	a.numbers(numbers, kind == measure.Count || path != "value")
	return a
}

// numbers adds the numbers at which and between which to try. Values below zero are tried only
// when a condition speaks of such.
func (a *axis) numbers(steps []*big.Rat, whole bool) {
	if len(steps) == 0 {
		return
	}
	slices.SortFunc(steps, (*big.Rat).Cmp)
	below := steps[0].Sign() < 0
	if !below {
		steps = append([]*big.Rat{nothing}, steps...)
	}
	steps = slices.CompactFunc(steps, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	if below {
		a.try(difference(steps[0], big.NewRat(1, 1)), "below "+short(steps[0]))
	}
	for i, s := range steps {
		if !whole || s.IsInt() {
			a.try(s, short(s))
		}
		if i+1 < len(steps) {
			if between := between(s, steps[i+1], whole); between != nil {
				a.try(between, fmt.Sprintf("between %s and %s", short(s), short(steps[i+1])))
			}
		}
	}
	last := steps[len(steps)-1]
	a.try(sum(last, big.NewRat(1, 1)), "above "+short(last))
}

// between is a number between two, nil when there is no whole one and it must be whole.
func between(a, b *big.Rat, whole bool) *big.Rat {
	if !whole {
		return middle(a, b)
	}
	n := new(big.Int).Quo(a.Num(), a.Denom())
	next := new(big.Rat).SetInt(n.Add(n, big.NewInt(1)))
	if next.Cmp(b) < 0 {
		return next
	}
	return nil
}

func (a *axis) try(n *big.Rat, words string) {
	f, _ := n.Float64()
	a.values, a.words = append(a.values, f), append(a.words, words)
}

// short writes a number without needless digits.
func short(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(6), "0")
}

// put sets the value at a path.
func put(vars rule.Vars, path string, v any) {
	names := strings.Split(path, ".")
	var at map[string]any = vars
	for _, name := range names[:len(names)-1] {
		next, ok := at[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[name] = next
		}
		at = next
	}
	at[names[len(names)-1]] = v
}

// each calls fn with every combination of the other axes' values, in words too.
func each(rest []axis, fn func(vars rule.Vars, words string)) {
	at := make([]int, len(rest))
	for {
		vars, words := rule.Vars{}, []string{}
		for i, a := range rest {
			put(vars, a.path, a.values[at[i]])
			words = append(words, a.path+" is "+a.words[at[i]])
		}
		fn(vars, strings.Join(words, ", "))
		i := len(rest) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(rest[i].values) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// stretch is a run of neighbouring values at which the same bands hold.
type stretch struct {
	words string // "" for the whole axis
	bands []int
}

// where is the stretch in words: "value 5", "any value".
func (s stretch) where(what string) string {
	if s.words == "" {
		return "any " + what
	}
	return what + " " + s.words
}

// stretches tries the bands along the axis and joins neighbours.
func stretches(a axis, bands []*rule.Program, vars rule.Vars) (out []stretch) {
	from := 0
	var hold []int
	flush := func(to int) {
		words := a.words[from]
		if from == 0 && to == len(a.values) && to > 1 {
			words = ""
		} else if to-1 > from {
			words += " to " + a.words[to-1]
		}
		out = append(out, stretch{words, hold})
	}
	for i, v := range a.values {
		vars["value"] = v
		var now []int
		for j, p := range bands {
			if holds(p, vars) {
				now = append(now, j)
			}
		}
		_, text := v.(string)
		if i > 0 && (text || !slices.Equal(now, hold)) {
			flush(i)
			from = i
		}
		hold = now
	}
	if len(a.values) > 0 {
		flush(len(a.values))
	}
	delete(vars, "value")
	return out
}
