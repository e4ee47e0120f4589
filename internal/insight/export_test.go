package insight

import (
	"context"
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
				if err := w.write(ctx, tx); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
