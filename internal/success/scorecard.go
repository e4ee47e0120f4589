package success

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/measure"
	"steward/internal/rule"
	"steward/internal/success/score"
)

// ruleFields are what conditions read of an account at a path.
func ruleFields(at string) []rule.Field {
	return []rule.Field{
		{Path: at + ".plan", Type: rule.Text, Doc: "What it bought."},
		{Path: at + ".segment", Type: rule.Text, Doc: "Segment, such as enterprise."},
		{Path: at + ".coverage", Type: rule.Enum(coverages...), Doc: "How closely it is looked after."},
		{Path: at + ".stage", Type: rule.Enum(stages...), Doc: "Stage of its life."},
		{Path: at + ".currency", Type: rule.Text, Doc: "Currency of its revenue."},
		{Path: at + ".revenue", Type: rule.Int, Doc: "Recurring revenue of a year, in minor units of its currency."},
		{Path: at + ".yearly_value", Type: rule.Number, Doc: "The same in whole units of its currency: 1200.5. Missing without a currency."},
		{Path: at + ".age_days", Type: rule.Int, Doc: "Whole days since it became a customer."},
		{Path: at + ".contract_days", Type: rule.Int, Doc: "Whole days since its contract began; missing without a date."},
		{Path: at + ".renewal_days", Type: rule.Int, Doc: "Whole days until its renewal, below zero afterwards; missing without a date."},
		{Path: at + ".has_csm", Type: rule.Bool, Doc: "Whether somebody looks after it."},
		{Path: at + ".has_parent", Type: rule.Bool, Doc: "Whether it belongs to another account."},
		{Path: at + ".attributes", Type: rule.Attributes, Doc: "Custom attributes of the organization, by name."},
	}
}

// RegisterScorecards adds the kind scorecard. It panics when what scorecards read is declared
// wrongly: a mistake in the program.
func RegisterScorecards(reg *blueprint.Registry, measures *measure.Registry) {
	err := score.Register(reg, ruleFields("account"), measures, func(set *blueprint.Set) map[string]measure.Type { return measuresIn(set, measures) })
	if err != nil {
		panic(err)
	}
}

// measuresIn are the measures of organizations that there are under a configuration.
func measuresIn(set *blueprint.Set, measures *measure.Registry) map[string]measure.Type {
	out := ConfiguredMeasures(set)
	for _, m := range measures.All() {
		if m.Subject == "organization" {
			out[m.Name] = m.Type
		}
	}
	return out
}

// cardsOf are the scorecards of a configuration in the order in which they are asked, and a mark
// that changes when they do, or what they measure does.
func cardsOf(set *blueprint.Set) (cards []*score.Card, mark string) {
	var parts []string
	for _, e := range set.Entries() {
		if slices.Contains([]string{score.Kind, "usage_measure", "manual_measure", "role_measure"}, e.Kind) && !e.Retired {
			parts = append(parts, fmt.Sprintf("%d.%d", e.ID, e.Version))
		}
	}
	return score.Sort(set), strings.Join(parts, ",")
}
