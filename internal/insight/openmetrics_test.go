package insight_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
)

// The grammar of OpenMetrics 1.0 for what is told here: gauges without timestamps.
var (
	metaLine   = regexp.MustCompile(`^# (TYPE|HELP|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*\} -?[0-9]+(?:\.[0-9]+)?$`)
)

func TestMetricsAreOpenMetrics(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, 9)
		w.apply(strings.Replace(shipped, "title: Share", "title: Share\ntarget: 95", 1))
		w.happen(150)
		w.follow()
		var text []byte
		w.read(func(ctx context.Context, tx db.Tx) (err error) {
			text, err = w.s.OpenMetrics(ctx, tx, act.Root())
			return err
		})
		body, ok := strings.CutSuffix(string(text), "# EOF\n")
		if !ok || strings.Contains(body, "# EOF") || !strings.HasSuffix(body, "\n") {
			t.Fatalf("it does not end as it should:\n%s", text)
		}
		family, said, seen := "", map[string]bool{}, map[string]bool{}
		for _, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
			if m := metaLine.FindStringSubmatch(line); m != nil {
				if m[2] != family && seen["TYPE "+m[2]] || seen[m[1]+" "+m[2]] {
					t.Errorf("the family %s is told twice or in pieces", m[2])
				}
				family = m[2]
				seen[m[1]+" "+m[2]] = true
				continue
			}
			m := sampleLine.FindStringSubmatch(line)
			if m == nil || m[1] != family {
				t.Errorf("%q is no sample of %s", line, family)
				continue
			}
			labels := line[:strings.LastIndexByte(line, ' ')]
			if said[labels] {
				t.Errorf("%s is told twice", labels)
			}
			said[labels] = true
		}
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("Prometheus cannot read it: %v\n%s", err, text)
		}
		if n := len(families["steward_indicator_numerator"].GetMetric()); n != strings.Count(shipped, "kind: indicator") {
			t.Errorf("%d indicators are told, want all", n)
		}
		if families["steward_indicator_target"].GetMetric()[0].GetGauge().GetValue() != 95 {
			t.Errorf("the target is told as %v", families["steward_indicator_target"])
		}
	})
}
