package score_test

import (
	"os"
	"sync"
	"testing"
	"time"

	"steward/internal/blueprint"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/rule"
	"steward/internal/success/score"
)

// account are the fields of accounts that the tests' scorecards read.
var account = []rule.Field{
	{Path: "account.age_days", Type: rule.Int, Doc: "Days since it became a customer."},
	{Path: "account.segment", Type: rule.Text, Doc: "Segment."},
	{Path: "account.coverage", Type: rule.Text, Doc: "Coverage."},
	{Path: "account.plan", Type: rule.Text, Doc: "Plan."},
	{Path: "account.hosting", Type: rule.Text, Doc: "Hosting."},
}

// measures are those of the tests: shares, counts, durations and words.
func measures() *measure.Registry {
	reg := measure.NewRegistry()
	r := measure.Follow(reg, measure.Source{Name: "test", Kind: "ticket"}, func(*struct{}, ledger.Event) error { return nil })
	of := func(struct{}, ledger.Event) (int64, measure.Value) { return 0, measure.Value{} }
	add := func(name string, t measure.Type) {
		r.Latest(measure.Measure{Name: name, Title: name, Subject: "organization", Type: t, Direction: measure.MoreIsBetter, Doc: "For tests."}, of)
	}
	for _, n := range []string{"utilisation", "engagement", "git_users", "ci_builds", "scanner_users", "scans", "deploy_users", "deployments", "deploy_success"} {
		add("usage."+n, measure.Share)
	}
	for _, n := range []string{"billable", "licences", "scanners", "version"} {
		add("usage."+n, measure.Number)
	}
	add("desk.tickets_30d", measure.Count)
	add("desk.emergency_open", measure.Count)
	add("success.sentiment", measure.Text)
	add("success.plan_state", measure.Text)
	add("success.leads_met", measure.Count)
	add("success.met_at", measure.Time)
	r.Since(measure.Measure{Name: "success.since_meeting", Title: "since", Subject: "organization", Type: measure.Duration, Direction: measure.LessIsBetter, Doc: "For tests."}, "success.met_at")
	return reg
}

func catalogue(*blueprint.Set) map[string]measure.Type {
	out := map[string]measure.Type{}
	for _, m := range measures().All() {
		out[m.Name] = m.Type
	}
	return out
}

var registry = sync.OnceValue(func() *blueprint.Registry {
	reg := blueprint.NewRegistry()
	if err := score.Register(reg, account, measures(), catalogue); err != nil {
		panic(err)
	}
	return reg
})

// compiled compiles scorecards and returns the first, with what lint found.
func compiled(t testing.TB, text string) (*score.Card, []blueprint.Finding) {
	t.Helper()
	docs, parsed := blueprint.ParseFile("card.yaml", text)
	set, findings := blueprint.Compile(registry(), docs)
	cards := score.Sort(set)
	findings = append(parsed, findings...)
	if len(cards) == 0 {
		return nil, findings
	}
	return cards[0], findings
}

// card compiles a scorecard that must have no errors.
func card(t testing.TB, text string) *score.Card {
	t.Helper()
	c, findings := compiled(t, text)
	if blueprint.HasErrors(findings) {
		t.Fatalf("findings: %v", findings)
	}
	return c
}

func file(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
