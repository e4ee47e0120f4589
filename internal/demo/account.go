package demo

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/success"
)

// accountOf makes an organization an account: its plan and worth follow from its place in the list,
// so that the same seed gives the same book.
func accountOf(ctx context.Context, tx db.Tx, a *app.App, by act.Actor, now time.Time, o directory.Organization, i int, csm int64) error {
	now = now.UTC()
	pick := func(of ...string) *string { return &of[(i*7+i/3)%len(of)] }
	revenue, currency := int64(12_000_00+(i*i*7919)%280_000_00), "EUR"
	since, renewal := now.AddDate(0, -(6+i%40), -i%28), now.AddDate(0, 0, 20+(i*37)%340)
	_, err := a.Success.Create(ctx, tx, by, o.ID, success.AccountInput{Plan: pick("premium", "ultimate", "premium"), Segment: pick("Enterprise", "Mid-market", "Mid-market", "Small business"),
		Coverage: pick("P1", "P2", "pooled", "P2", "P4"), Stage: pick("adoption", "growth", "onboarding", "implementation", "adoption"), Revenue: &revenue, Currency: &currency, Since: &since, Renewal: &renewal, CSMID: &csm})
	return err
}

// usageOf are thirteen weeks of what the product of an account reports.
func usageOf(o directory.Organization, i int, now time.Time) (points []success.Point) {
	licensed := float64(40 + (i*53)%900)
	share := 0.35 + float64((i*29)%60)/100
	for week := range 13 {
		at := now.Truncate(24*time.Hour).AddDate(0, 0, -7*week)
		billable := licensed * min(1, share*(1-float64((i%5-2)*week)/100))
		for metric, value := range map[string]float64{"licensed_users": licensed, "billable_users": float64(int(billable)), "active_users_28d": float64(int(billable * (0.55 + float64((i*17+week)%40)/100)))} {
			points = append(points, success.Point{Organization: o.ID, Instance: "production", Purpose: "production", Metric: metric, At: at, Value: value})
		}
	}
	return points
}
