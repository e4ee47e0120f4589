package success

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/fault"
)

// lineSources are where the lines of a timeline come from.
var lineSources = []string{"entry", "change", "ticket", "survey"}

// NewExportAsk reads what is asked for from parameters, which are those of the lists that the tables are of.
func NewExportAsk(get func(name string) string) (in ExportAsk, err error) {
	in = ExportAsk{Table: get("table"), Sort: get("sort"), Source: get("source"), Metric: get("metric"), Scorecard: backtestInput{Name: get("scorecard"), Days: get("days")}}
	in.Filter = FilterQuery{Query: get("q"), Segment: get("segment"), Coverage: get("coverage"), Stage: get("stage"), Plan: get("plan"), Band: get("band"), CSM: get("csm"),
		Before: get("renewal_before"), Since: get("changed_since"), Changed: get("changed"), Update: get("update")}
	if strings.HasPrefix(in.Table, "report") || in.Table == "counters" {
		in.Report, in.Part, err = newReport(get)
		return in, err
	}
	in.Calls = callsInput{Owner: get("owner"), Rule: get("rule"), State: get("state")}
	if in.Scorecard.Days == "" {
		in.Scorecard.Days = "60,90"
	}
	var renews int64
	for name, to := range map[string]*int64{"account": &in.Account, "team": &in.Filter.Team, "parent": &in.Filter.Parent, "renews": &renews} {
		text := get(name)
		if text == "" {
			continue
		}
		if *to, err = strconv.ParseInt(text, 10, 64); err != nil || *to < 1 {
			return in, fault.Field(name, text, "a number from 1", "%q is not one.", text)
		}
	}
	in.Filter.Renews, in.Calls.Account = int(min(renews, 1000)), in.Account
	if names := get("measures"); names != "" {
		if in.Measures = strings.Fields(names); len(in.Measures) > maxHeat {
			return in, fault.Field("measures", len(in.Measures), "at most 8", "These are too many measures for one table.")
		}
	}
	if text := get("from"); text != "" {
		if in.From, err = time.Parse(time.RFC3339, text); err != nil {
			return in, fault.Field("from", text, "a time such as 2026-03-31T12:00:00Z", "%q is not a time.", text)
		}
	}
	for _, c := range []struct {
		name, value string
		of          []string
	}{{"coverage", in.Filter.Coverage, coverages}, {"stage", in.Filter.Stage, stages}, {"changed", in.Filter.Changed, []string{"week", "look"}}, {"update", in.Filter.Update, []string{"overdue", "soon"}}, {"state", in.Calls.State, []string{"open", "awake", "closed"}}} {
		if c.value != "" && !slices.Contains(c.of, c.value) {
			return in, fault.Field(c.name, c.value, strings.Join(c.of, ", "), "There is no %s %q.", c.name, c.value)
		}
	}
	return in, nil
}
