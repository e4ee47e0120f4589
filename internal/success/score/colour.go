package score

import (
	"math/big"
	"strconv"
)

// order is the rank of a colour from the worst.
func order(colour string) int {
	switch colour {
	case Red:
		return 1
	case Yellow:
		return 2
	case Green:
		return 3
	}
	return 0
}

// exact is a number as its author wrote it: the shortest decimal text that names it.
func exact(f float64) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'f', -1, 64))
	return r
}

// Hundredths is a number of points in hundredths, rounded half away from zero.
func Hundredths(r *big.Rat) int64 {
	n := new(big.Int).Mul(r.Num(), big.NewInt(200))
	sign := n.Sign()
	n.Abs(n).Add(n, r.Denom())
	n.Quo(n, new(big.Int).Mul(r.Denom(), big.NewInt(2)))
	if sign < 0 {
		n.Neg(n)
	}
	return n.Int64()
}

// Apportion rounds parts to hundredths so that the rounded parts add up to total: what is left
// goes to the parts that lost or gained most by rounding, the first among equals.
func Apportion(parts []*big.Rat, total int64) []int64 {
	out := make([]int64, len(parts))
	if len(parts) == 0 {
		return out
	}
	left := make([]*big.Rat, len(parts)) // what rounding took away
	rest := total
	for i, p := range parts {
		out[i] = Hundredths(p)
		rest -= out[i]
		left[i] = new(big.Rat).Sub(new(big.Rat).Mul(p, big.NewRat(100, 1)), big.NewRat(out[i], 1))
	}
	step := int64(1)
	if rest < 0 {
		step = -1
	}
	for ; rest != 0; rest -= step {
		at := 0
		for i := range left {
			if left[i].Cmp(left[at]) == int(step) {
				at = i
			}
		}
		out[at] += step
		left[at].Sub(left[at], big.NewRat(step, 1))
	}
	return out
}

// sum adds numbers up.
func sum(all ...*big.Rat) *big.Rat {
	out := new(big.Rat)
	for _, r := range all {
		out.Add(out, r)
	}
	return out
}

func product(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }

func difference(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
