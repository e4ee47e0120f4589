package score

import (
	"cmp"
	"math"
	"slices"
)

// MinEach is how many renewals and how many losses a rank quality needs at least: with fewer of
// either the interval is too wide to say anything.
const MinEach = 10

// Sample is one account of a backtest: what it scored, and what became of it.
type Sample struct {
	Score float64
	Lost  bool
}

// Quality says how well scores tell accounts that were lost from those that stayed.
type Quality struct {
	Stayed, Lost int
	// AUC is the chance that of one account that stayed and one that was lost the first had the
	// better score, ties counted half: 0.5 is chance, 1 is perfect. Low and High are its 95%
	// interval after DeLong, DeLong and Clarke-Pearson (1988).
	AUC, Low, High float64
	TooSmall       bool // fewer than MinEach of either: AUC says little
}

// Rank works out the rank quality of a sample. Without an account of either sort AUC is NaN.
func Rank(samples []Sample) Quality {
	q := Quality{AUC: math.NaN(), Low: math.NaN(), High: math.NaN()}
	sorted := slices.SortedFunc(slices.Values(samples), func(a, b Sample) int { return cmp.Compare(a.Score, b.Score) })
	for _, s := range sorted {
		if s.Lost {
			q.Lost++
		} else {
			q.Stayed++
		}
	}
	q.TooSmall = q.Lost < MinEach || q.Stayed < MinEach
	if q.Lost == 0 || q.Stayed == 0 {
		return q
	}
	// Of every account the share of the other sort that it is ranked rightly against: its mean is
	// the AUC, its variance over each sort gives the variance of the AUC.
	stayed, lost := make([]float64, 0, q.Stayed), make([]float64, 0, q.Lost)
	lostBelow, stayedBelow := 0, 0
	for from := 0; from < len(sorted); {
		to, l := from, 0
		for ; to < len(sorted) && sorted[to].Score == sorted[from].Score; to++ {
			if sorted[to].Lost {
				l++
			}
		}
		s := to - from - l
		for range s {
			stayed = append(stayed, (float64(lostBelow)+float64(l)/2)/float64(q.Lost))
		}
		for range l {
			lost = append(lost, (float64(q.Stayed-stayedBelow-s)+float64(s)/2)/float64(q.Stayed))
		}
		lostBelow, stayedBelow, from = lostBelow+l, stayedBelow+s, to
	}
	q.AUC = mean(stayed)
	spread := math.Sqrt(variance(stayed)/float64(q.Stayed) + variance(lost)/float64(q.Lost))
	q.Low, q.High = max(0, q.AUC-1.959964*spread), min(1, q.AUC+1.959964*spread)
	return q
}

func mean(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total / float64(len(x))
}

// variance is the sample variance, 0 for one value.
func variance(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	m, total := mean(x), 0.0
	for _, v := range x {
		total += (v - m) * (v - m)
	}
	return total / float64(len(x)-1)
}
