package insight

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
)

// OpenMetricsType is the content type of OpenMetrics.
const OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

// OpenMetrics tells every indicator's figure of its own period in the OpenMetrics format, with what
// it is made of and its target. Whoever may read indicators may, within their scope.
func (s *Service) OpenMetrics(ctx context.Context, tx db.Tx, by act.Actor) ([]byte, error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, err
	}
	families := []struct {
		name, help string
		of         func(sum Summary) *float64
	}{
		{"steward_indicator", "The indicator's figure of its own period, in its unit.", func(sum Summary) *float64 { return sum.Value }},
		{"steward_indicator_numerator", "What is above the line.", func(sum Summary) *float64 { return &sum.Numerator }},
		{"steward_indicator_denominator", "What is below the line.", func(sum Summary) *float64 { return &sum.Denominator }},
		{"steward_indicator_target", "What the indicator should reach.", func(sum Summary) *float64 {
			if sum.Target == nil {
				return nil
			}
			return &sum.Target.Value
		}},
	}
	var all []Summary
	for _, in := range s.Indicators() {
		sum, err := s.summary(ctx, tx, by, in.Name)
		if err != nil {
			return nil, err
		}
		if !sum.Hidden {
			all = append(all, sum)
		}
	}
	var b bytes.Buffer
	for _, f := range families {
		fmt.Fprintf(&b, "# TYPE %s gauge\n# HELP %s %s\n", f.name, f.name, f.help)
		for _, sum := range all {
			if v := f.of(sum); v != nil {
				fmt.Fprintf(&b, "%s{name=%s,unit=%s,version=\"%d\"} %s\n", f.name, quoted(sum.Name), quoted(sum.Unit), sum.Version, strconv.FormatFloat(*v, 'f', -1, 64))
			}
		}
	}
	b.WriteString("# EOF\n")
	return b.Bytes(), nil
}

// quoted is a label's value.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
