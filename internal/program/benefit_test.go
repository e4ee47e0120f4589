package program_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/program"
)

const staged = `kind: template
name: welcome
title: Welcome
subject: Welcome
body: You get {{benefits}}.
---
kind: pool
name: staged-year
title: A year
low: 30
renew: 50
---
kind: program
name: staged
title: Staged
team: programs
sections: [{ title: Use, questions: [{ field: application-seats, required: true }] }]
benefits:
  - { name: small, title: A small licence, kind: code, pool: staged-year, sku: SMALL, seats: application-seats, when: application.seats <= 5 }
  - { name: large, title: A large licence, kind: text, sku: LARGE, when: application.seats > 5, say: We call you. }
decision: { calendar: office-hours, approve_when: application.seats <= 20 }
letters: { approved: welcome }
life: { months: 12 }
`

// TestABenefitIsForThoseItIsFor: a benefit whose condition does not hold is neither promised, nor granted, nor booked,
// and what was approved and not claimed counts towards the stock.
func TestABenefitIsForThoseItIsFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(staged)
		a := w.send("staged", sentBy(1), map[string][]string{"seats": {"5"}})
		w.Settle()
		if page := w.get(w.link(a)); !strings.Contains(page, "You get A small licence.") || strings.Contains(page, "A large licence") {
			t.Error(page)
		}
		stock := func() (st program.Stock) {
			w.Write(func(ctx context.Context, tx db.Tx) error {
				all, err := w.Programs.Stocks(ctx, tx, w.Root())
				for _, one := range all {
					if one.Name == "staged-year" {
						st = one
					}
				}
				return err
			})
			return st
		}
		if st := stock(); st.Reserved.Count != 1 || st.Expected != 1 || !st.Low {
			t.Errorf("approved, not claimed: %+v", st)
		}
		w.codes("staged-year", "A-1", "A-2")
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.Programs.Claim(ctx, tx, a, 0) })
		w.Settle()
		if st := stock(); st.Reserved.Count != 0 || st.New != 1 || st.Expected != 1 || st.Low {
			t.Errorf("claimed: %+v", st)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			list, err := w.Programs.Bookings(ctx, tx, w.Root(), w.Clock.Now().Add(-time.Hour), w.Clock.Now().Add(time.Hour), program.Booking{})
			if err == nil && (len(list) != 1 || list[0].Benefit != "small" || list[0].SKU != "SMALL") {
				t.Errorf("booked: %+v", list)
			}
			return err
		})
	})
}
