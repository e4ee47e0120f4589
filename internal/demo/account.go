package demo

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/success"
)

// accountOf makes an organization an account with the plan and the worth that the organization has; the rest follows
// from its place in the list, so that the same seed gives the same book.
func accountOf(ctx context.Context, tx db.Tx, a *app.App, by act.Actor, now time.Time, o organization, i int, csm int64) error {
	now = now.UTC()
	pick := func(of ...string) *string { return &of[(i*7+i/3)%len(of)] }
	revenue, currency := int64(o.attributes["arr"].(float64))*100, "EUR"
	since, renewal := now.AddDate(0, -(6+i%40), -i%28), now.AddDate(0, 0, 20+(i*37)%340)
	_, err := a.Success.Create(ctx, tx, by, o.made.ID, success.AccountInput{Plan: &o.plan, Segment: pick("Enterprise", "Mid-market", "Mid-market", "Small business"),
		Coverage: pick("P1", "P2", "pooled", "P2", "P4"), Stage: pick("adoption", "growth", "onboarding", "implementation", "adoption"), Revenue: &revenue, Currency: &currency, Since: &since, Renewal: &renewal, CSMID: &csm})
	return err
}

// usageOf are thirteen weeks of what the product of an account reports: how many use it, and what for.
func usageOf(o directory.Organization, i int, now time.Time) (points []success.Point) {
	licensed := float64(40 + (i*53)%900)
	share := 0.35 + float64((i*29)%60)/100
	for week := range 13 {
		at := now.Truncate(24*time.Hour).AddDate(0, 0, -7*week)
		billable := float64(int(licensed * min(1, share*(1-float64((i%5-2)*week)/100))))
		for _, m := range slices.Concat([]reported{{"licensed_users", licensed}, {"billable_users", billable}, {"active_users_28d", float64(int(billable * (0.55 + float64((i*17+week)%40)/100)))}}, usesOf(i, week, billable)) {
			points = append(points, success.Point{Organization: o.ID, Instance: "production", Purpose: "production", Metric: m.metric, At: at, Value: m.value})
		}
	}
	return points
}

// reported is a value of a metric.
type reported struct {
	metric string
	value  float64
}

// usesOf is what a product is used for in a week: every use case is at home with some accounts, begun with others, and
// grows or fades a little from week to week; who has come far with one has with the others. What counts up has its week.
func usesOf(i, week int, billable float64) []reported {
	drift := 1 + float64((i%7-3)*week)/150
	far := []float64{0.2, 1, 2.6}[(i*5+i/4)%3] // how far they have come with all of it
	of := func(percent int) float64 { return float64(int(billable * drift * far * float64(percent) / 100)) }
	users := func(percent int) float64 { return min(of(percent), float64(int(billable*0.95))) }
	pipelines, deployments := of((i*23)%700), of((i*19)%260)
	return []reported{
		{"git_users", users(4 + (i*13)%70)}, {"builds", of((i * 31) % 1600)},
		{"pipelines", pipelines}, {"scans", float64(int(pipelines * float64((i*11)%90) / 100))}, {"scanner_users", users((i * 3) % 34)}, {"scanners", float64(i * 5 % 6)},
		{"deploy_users", users((i * 7) % 22)}, {"deployments", deployments}, {"deployments_done", float64(int(deployments * float64(20+(i*37)%80) / 100))},
	}
}
