package success

import (
	"fmt"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/measure"
	"steward/internal/rule"
)

// callRuleKind is the name of the kind of rules.
const callRuleKind = "cta_rule"

// CallRule is the spec of kind cta_rule: when something is to be done about an account.
type CallRule struct {
	When     string             `yaml:"when" doc:"When it is to be done, over account.… and measure.…: account.coverage == \"P1\" && measure.success.since_contact > duration(\"720h\")." required:"true" max:"4000"`
	Type     string             `yaml:"type" doc:"What sort of call to action it is." enum:"risk,expansion,lifecycle,activity,renewal,digital,objective" required:"true"`
	Reason   string             `yaml:"reason" doc:"Why, in a word or two." max:"300"`
	Priority string             `yaml:"priority" doc:"medium when empty." enum:"low,medium,high"`
	Owner    string             `yaml:"owner" doc:"Whose it is. csm (the default): who looks after the account, else its team. team: the account's team." enum:"csm,team"`
	Team     string             `yaml:"team" doc:"Whose it is where the account names nobody." ref:"team"`
	Due      blueprint.Duration `yaml:"due" doc:"How long there is for it; no date when empty."`
	Calendar string             `yaml:"calendar" doc:"Calendar that the time is counted in; around the clock when empty." ref:"calendar"`
	Quiet    blueprint.Duration `yaml:"quiet" doc:"How long the rule does not ask again after somebody closed its call; 90 days when empty."`
	Ends     bool               `yaml:"ends" doc:"The call is closed by itself when the condition holds no more."`
	Note     string             `yaml:"note" doc:"What whoever has it should know." max:"10000"`
}

// callRule is a rule in force.
type callRule struct {
	ID       int64
	Version  int
	Name     string
	Title    string
	Spec     CallRule
	when     *rule.Program
	calendar *bizcal.Calendar // nil: around the clock
	team     int64
}

func registerCalls(reg *blueprint.Registry, measures *measure.Registry) {
	blueprint.Register(reg, blueprint.Kind[CallRule]{Name: callRuleKind, Title: "Call-to-action rule",
		Summary: "Something that is to be done about every account for which its condition holds. One call of a rule is open at an account at a time; a snoozed one keeps the rule quiet.",
		Example: "kind: cta_rule\nname: renewal\ntitle: Prepare the renewal\nwhen: account.renewal_days >= 0 && account.renewal_days <= 120\ntype: renewal\ndue: 720h\n",
		Lint: func(c *blueprint.Context, r CallRule) {
			lintWhen(c, measures, r.When)
			if r.Calendar != "" && r.Due == 0 {
				c.Warn("calendar", "Without due there is no time to count.")
			}
		}})
}

// callEnv is what conditions of calls may read under a configuration.
func callEnv(set *blueprint.Set, measures *measure.Registry) (*rule.Env, error) {
	fields := append(ruleFields("account"),
		rule.Field{Path: "account.band", Type: rule.Text, Doc: "Colour of its score; missing without one."},
		rule.Field{Path: "account.band_was", Type: rule.Text, Doc: "The colour before the last change."},
		rule.Field{Path: "account.score", Type: rule.Number, Doc: "0 to 100; missing without one."},
		rule.Field{Path: "account.band_days", Type: rule.Int, Doc: "Whole days that it has this colour."})
	fields = append(fields, measures.Fields("organization")...)
	for name, kind := range ConfiguredMeasures(set) {
		t := rule.Number
		switch kind {
		case measure.Text:
			t = rule.Text
		case measure.Duration:
			t = rule.Duration
		}
		fields = append(fields, rule.Field{Path: "measure." + name, Type: t})
	}
	return rule.New(callRuleKind, fields...)
}

func compileWhen(set *blueprint.Set, measures *measure.Registry, text string) (*rule.Program, error) {
	env, err := callEnv(set, measures)
	if err != nil {
		return nil, fmt.Errorf("what rules read is declared wrongly: %w", err)
	}
	return rule.Compile(env, text)
}

// rulesOf are the rules of a configuration that compile.
func rulesOf(set *blueprint.Set, measures *measure.Registry, teams map[string]int64) (out []callRule) {
	for _, b := range blueprint.All[CallRule](set) {
		p, err := compileWhen(set, measures, b.Spec.When)
		if err != nil {
			continue // lint has said why
		}
		r := callRule{ID: b.ID, Version: b.Version, Name: b.Name, Title: b.Title, Spec: b.Spec, when: p, team: teams[b.Spec.Team]}
		r.calendar, _ = bizcal.FromSet(set, b.Spec.Calendar)
		out = append(out, r)
	}
	return out
}
