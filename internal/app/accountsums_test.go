package app_test

import (
	"fmt"
	"testing"

	"steward/internal/success"
)

// TestTheDatabaseAddsUpWhatAWalkWould holds figures that the database works out against those of a condition that it cannot test.
func TestTheDatabaseAddsUpWhatAWalkWould(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		withBook(c)
		c.Apply(healthCard)
		c.Settle()
		const walked = `(has(measure.desk.open) || !has(measure.desk.open))`
		var all []success.AccountReport
		for _, by := range []string{"", "segment", "plan", "coverage", "stage", "band", "band_was", "csm", "parent", "currency"} {
			for _, f := range [][2]string{{"count", ""}, {"share", ""}, {"sum", "revenue"}, {"mean", "revenue"}, {"share", "revenue"}, {"mean", "score"}, {"sum", "age_days"}, {"mean", "renewal_days"}, {"count", "band_days"}, {"median", "revenue"}, {"median", "age_days"}} {
				all = append(all, success.AccountReport{By: by, Figure: f[0], Value: f[1]})
			}
		}
		for by, edges := range map[string][]float64{"revenue": {1.5, 100, 400}, "score": {50, 75}, "age_days": {40, 100, 365}, "renewal_days": {30, 90}} {
			all = append(all, success.AccountReport{By: by, Edges: edges}, success.AccountReport{By: by, Edges: edges, Figure: "sum", Value: "revenue", CSM: "me"}, success.AccountReport{By: by, Edges: edges, CSM: "none"})
		}
		for _, when := range []string{`account.yearly_value >= 200.0`, `account.revenue >= 5000`, `account.segment == "growth" || !has(account.segment)`, `account.renewal_days <= 90 && account.has_csm`, `account.age_days > 60 && !(account.currency == "JPY")`,
			`account.score >= 0.0 && account.band in ["red", "green"]`, `account.coverage == "P1" && !account.has_parent && account.contract_days > 5`} {
			all = append(all, success.AccountReport{By: "segment", Figure: "sum", Value: "revenue", Filter: when})
		}
		for _, r := range all {
			fast := fmt.Sprint(c.figures(c.csm, r))
			slow := r
			if slow.Filter = walked; r.Filter != "" {
				slow.Filter = "(" + r.Filter + ") && " + walked
			}
			if want := fmt.Sprint(c.figures(c.csm, slow)); fast != want {
				t.Errorf("%+v is\n%s, one by one it is\n%s", r, fast, want)
			}
		}
	})
}
