package strace

import (
	"math/bits"
)

// Bucket is one step of a distribution: durations from From to below To.
type Bucket struct {
	From  Nanos `json:"from_seconds"`
	To    Nanos `json:"to_seconds"`
	Count int64 `json:"count"`
}

// bucketOf numbers the powers of two of microseconds: 0 is below one, 1 is one, 2 is two
// and three, 3 is four to seven.
func bucketOf(ns int64) int {
	return min(bits.Len64(uint64(max(ns, 0)/1000)), 63)
}

// Histogram distributes the durations of one system call over powers of two of
// microseconds, from the first to the last that has any. It needs [NeedHistograms]; with
// [Options.Quantize] it knows that call only, and processes may be picked.
func (t *Trace) Histogram(syscall string, c Choice) []Bucket {
	t.names.mu.Lock()
	id, ok := t.names.ids[syscall]
	t.names.mu.Unlock()
	if !ok {
		return nil
	}
	var total [64]int64
	add := func(h *[64]uint32) {
		if h != nil {
			for i, n := range h {
				total[i] += int64(n)
			}
		}
	}
	if t.opt.Quantize == "" {
		add(t.hist[uint64(id)])
	} else {
		in := t.set(c)
		for k, h := range t.hist {
			if uint16(k) == id && in(int(k>>16)) {
				add(h)
			}
		}
	}
	first, last := -1, -1
	for i, n := range total {
		if n > 0 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	var out []Bucket
	for i := first; first >= 0 && i <= last; i++ {
		b := Bucket{Count: total[i], To: Nanos(1000 << i)}
		if i > 0 {
			b.From = Nanos(1000 << (i - 1))
		}
		out = append(out, b)
	}
	return out
}
