package insight_test

import (
	"context"
	"math"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/insight"
)

// TestWhatIsMultipliedAgreesWithItsRecords opens ratios that are divided by different people, by days and by
// several things at once: what each is made of comes to the figure, and its records are as many as it says.
func TestWhatIsMultipliedAgreesWithItsRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 23)
		w.steps(200)
		from, to := midnight(start.AddDate(0, 0, -3), ""), midnight(w.now, "")
		behind := func(ask insight.Ask, part string) (out insight.Behind, err error) {
			w.read(func(ctx context.Context, tx db.Tx) error {
				out, err = w.s.Records(ctx, tx, act.Root(), ask, part, db.Page{Limit: 1000})
				return nil
			})
			return out, err
		}
		for name, below := range map[string]int{"each": 3, "daily": 1, "cost": 1, "ratio": 1} {
			ask := insight.Ask{Name: name, From: from, To: to}
			total := w.series(ask).Total
			for _, side := range []struct {
				part    string
				value   float64
				factors int
			}{{"numerator", total.Numerator, 1}, {"denominator", total.Denominator, below}} {
				got, err := behind(ask, side.part)
				if err != nil {
					t.Fatal(err)
				}
				product := 1.0
				for _, f := range got.Made {
					product *= f.Value
					if (f.Part == "") != (f.Records == 0) {
						t.Errorf("%s: %+v has records that nothing lists, or none that something does", name, f)
					}
					if f.Part == "" {
						continue
					}
					listed, err := behind(ask, f.Part)
					if err != nil || int64(len(listed.Items)) != f.Records || listed.Count != f.Records {
						t.Errorf("%s: %d records listed as %s, %d counted, %d said (%v)", name, len(listed.Items), f.Part, listed.Count, f.Records, err)
					}
					switch f.Measure {
					case "count":
						if f.Value != float64(len(listed.Items)) {
							t.Errorf("%s: %v of %d records", name, f.Value, len(listed.Items))
						}
					case "distinct":
						if f.Of.Name == "machine.owner" {
							owners := map[int64]bool{}
							for _, it := range listed.Items {
								owners[w.seen[it.ID].Owner] = true
							}
							if f.Value != float64(len(owners)) || f.Value < 2 {
								t.Errorf("%s: %v owners of %d records that have %d", name, f.Value, len(listed.Items), len(owners))
							}
						}
					}
				}
				if len(got.Made) != side.factors || math.Abs(product-side.value) > 1e-6 || got.Result != side.value {
					t.Errorf("%s: its %s is made of %+v, which come to %v and %v; the figure says %v", name, side.part, got.Made, product, got.Result, side.value)
				}
			}
		}
		if got, err := behind(insight.Ask{Name: "daily", From: from, To: to}, "denominator"); err != nil || len(got.Items) != 0 || got.Made[0].Measure != "working_days" {
			t.Errorf("days have %d records: %+v, %v", len(got.Items), got.Made, err)
		}
		for name, part := range map[string]string{"cost": "misses", "ratio": "denominator-2", "share": "denominator-3", "count": "half"} {
			if _, err := behind(insight.Ask{Name: name, From: from, To: to}, part); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s of %s: %v", part, name, err)
			}
		}
	})
}
