package insight_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/insight"
)

// TestTheSmallestSampleFollowsThePercentile: what nobody set is as large as the percentile takes, and what
// somebody set too small is said.
func TestTheSmallestSampleFollowsThePercentile(t *testing.T) {
	one := func(more string) string {
		return "kind: indicator\nname: one\ntitle: One\nformula: One\npopulation: machines\nwhen: machine.ended\nvalue: [machine.ran]\n" + more
	}
	for _, c := range []struct {
		spec   string
		bound  int64
		warned bool
	}{
		{"measure: median\n", 30, false},
		{"measure: percentile\npercentile: 90\n", 30, false},
		{"measure: percentile\npercentile: 95\n", 60, false},
		{"measure: percentile\npercentile: 5\n", 60, false},
		{"measure: percentile\npercentile: 99\n", 300, false},
		{"measure: mean\nper: [{ population: machines, when: machine.ended, measure: percentile, percentile: 99, value: [machine.ran] }]\n", 300, false},
		{"measure: percentile\npercentile: 95\nsmall_sample: 30\n", 30, true},
		{"measure: percentile\npercentile: 95\nsmall_sample: 60\n", 60, false},
		{"measure: percentile\npercentile: 99.9\nsmall_sample: 100\n", 100, true},
		{"measure: mean\nsmall_sample: 3\n", 3, false},
	} {
		reg := blueprint.NewRegistry()
		bizcal.Register(reg)
		insight.Register(reg, counted())
		docs, findings := blueprint.ParseFile("one.yaml", one(c.spec))
		set, more := blueprint.Compile(reg, docs)
		warned := false
		for _, f := range append(findings, more...) {
			if f.Severity == blueprint.Error {
				t.Fatalf("%s: %+v", c.spec, f)
			}
			warned = warned || strings.Contains(f.Message, "small_sample")
		}
		if warned != c.warned {
			t.Errorf("%s is warned of: %v", c.spec, warned)
		}
		if got := insight.FromSet(set.Numbered())[0].Smallest(); got != c.bound {
			t.Errorf("%s: the smallest sample is %d, want %d", c.spec, got, c.bound)
		}
	}
}

// TestTheSmallestSampleIsTold: whoever shows a figure gets its own bound with it.
func TestTheSmallestSampleIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 29)
		w.apply(strings.Replace(shipped, "measure: median\n", "measure: percentile\npercentile: 99\n", 1))
		w.happen(60)
		w.follow()
		if got := w.series(insight.Ask{Name: "median"}).Indicator.Smallest; got != 300 {
			t.Errorf("the bound of the 99th percentile is %d", got)
		}
		w.read(func(ctx context.Context, tx db.Tx) error {
			all, err := w.s.Summaries(ctx, tx, act.Root(), "median", "mean")
			if err == nil && (all[0].Smallest != 300 || !all[0].SmallSample || all[1].Smallest != 30) {
				t.Errorf("summaries say %d and %v, %d", all[0].Smallest, all[0].SmallSample, all[1].Smallest)
			}
			return err
		})
	})
}
