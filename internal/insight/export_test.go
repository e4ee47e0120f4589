package insight

import (
	"context"
	"sync"
	"time"

	"steward/internal/db"
)

// Synthetic is a fact that no ledger tells.
type Synthetic struct {
	At, Until  time.Time
	Good       bool
	Owner      int64
	Dimensions []string
	Amount     int64
}

// SmallParts lets few facts make many parts, in every test of this process.
var SmallParts = sync.OnceFunc(func() { leastPart = 100 })

// Whole packs the parts of a day together.
func Whole(parts ...[]byte) ([]byte, error) {
	var lists [][]ref
	for _, data := range parts {
		refs, err := openRefs(data)
		if err != nil {
			return nil, err
		}
		lists = append(lists, refs)
	}
	return packBlock(together(lists)), nil
}

// Room puts a part of a size among those there are, by number, and returns how much is written.
func Room(sizes map[int]int, size int) (written int) {
	size += sizes[0]
	sizes[0] = 0
	var there []kept
	for number, n := range sizes {
		there = append(there, kept{number: number, size: n})
	}
	number, with := room(there, size)
	for _, p := range with {
		size += p.size
		sizes[p.number] = 0
	}
	if sizes[number] != 0 {
		panic("there is a part already")
	}
	sizes[number] = size
	return size
}

// FillDays puts facts into the days of every sheet, as if they counted for all of its columns.
func (s *Service) FillDays(ctx context.Context, n int, fact func(i int) Synthetic) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := streams(ctx, tx, &db.Where{})
		if err != nil {
			return err
		}
		for _, src := range s.sources() {
			list, _ := s.followed(all, src)
			of := sheets(list, nil)
			for from := 0; from < n; from += 50_000 {
				w := newWriter(of)
				for _, sh := range of {
					sh.from, sh.to = 0, 0
				}
				for i := from; i < min(n, from+50_000); i++ {
					f := fact(i)
					e := entry{at: f.At.UnixMicro(), counts: 1<<maxColumns - 1, person: f.Owner}
					copy(e.dims[:], f.Dimensions)
					if f.Good {
						e.good = e.counts
					}
					for c := range e.amounts[:4] {
						e.amounts[c] = f.Amount
					}
					for _, sh := range of {
						if e.until = 0; sh.lasting() {
							e.until = f.Until.UnixMicro()
						}
						w.move(sh, e, 1)
					}
				}
				if err := w.write(ctx, tx, 0, nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Smallest is how many records make no small sample.
func (in *InForce) Smallest() int64 { return in.plan.Smallest }
