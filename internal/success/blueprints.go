package success

import (
	"errors"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/directory"
	"steward/internal/measure"
	"steward/internal/rule"
	"steward/internal/success/score"
)

// Register adds the kinds of this module and what their conditions may read.
func Register(reg *blueprint.Registry, measures *measure.Registry) {
	registerUsage(reg)
	registerCalls(reg, measures)
	registerNotices(reg, measures)
	registerRhythms(reg, measures)
	registerRoles(reg)
	registerViews(reg, measures)
	registerCounters(reg, measures)
}

// Config is the module's part of a configuration, compiled once when it comes into force.
type Config struct {
	Cards     []*score.Card // in the order in which they are asked
	cardsMark string

	teams       map[int64]string // titles, by id
	named       map[string]int64 // teams by name
	metrics     map[string]metricInForce
	metricNames []string // sorted
	sizes       string   // the metric that says how large an installation is, "" for none
	usage       map[string]usageInForce
	manual      map[string]manualInForce
	rules       []callRule
	notices     []notice
	rhythms     []rhythm
	roles       map[string]rolesInForce
	views       []View
	counters    []counter
	report      *reportable // what reports of accounts read
}

// Compile reads the module's blueprints out of a configuration.
func Compile(set *blueprint.Set, measures *measure.Registry) *Config {
	c := &Config{teams: map[int64]string{}, named: map[string]int64{}, metrics: map[string]metricInForce{}, usage: map[string]usageInForce{}, manual: map[string]manualInForce{}, roles: map[string]rolesInForce{}}
	for _, b := range blueprint.All[directory.Team](set) {
		c.teams[b.ID], c.named[b.Name] = b.Title, b.ID
	}
	for _, b := range blueprint.All[Metric](set) {
		c.metrics[key(b.Name)] = metricInForce{key(b.Name), b.Title, b.Spec}
		c.metricNames = append(c.metricNames, key(b.Name))
	}
	slices.Sort(c.metricNames)
	for _, name := range c.metricNames {
		if c.metrics[name].Spec.Sizes {
			c.sizes = name
			break
		}
	}
	for _, b := range blueprint.All[UsageMeasure](set) {
		p, err := compileFormula(set, b.Spec.Formula)
		if err != nil {
			continue // a metric it reads was taken away; lint says so
		}
		u := usageInForce{Name: key(b.Name), Title: b.Title, Doc: b.Description, Spec: b.Spec, formula: p}
		for _, path := range p.Fields() {
			u.reads = append(u.reads, strings.TrimPrefix(path, "usage."))
		}
		c.usage[u.Name] = u
	}
	for _, b := range blueprint.All[ManualMeasure](set) {
		c.manual[key(b.Name)] = manualInForce{b.ID, key(b.Name), b.Title, b.Description, b.Spec}
	}
	for _, b := range blueprint.All[RoleMeasure](set) {
		c.roles[key(b.Name)] = rolesInForce{key(b.Name), b.Title, b.Description, b.Spec}
	}
	c.rhythms, c.views = rhythmsOf(set, measures), viewsOf(set)
	c.rules, c.notices = rulesOf(set, measures, c.named), noticesOf(set, measures, c.named)
	c.Cards, c.cardsMark = cardsOf(set)
	c.report = newReportable(set, measures, c.measured(measures))
	c.counters = countersOf(set, c.report.env)
	return c
}

// asRule finds what is wrong with an expression.
func asRule(err error, bad **rule.Error) bool { return errors.As(err, bad) }

// key is a blueprint's name as products send it and formulas read it: billable-users is
// billable_users.
func key(name string) string { return strings.NewReplacer("-", "_", ".", "_").Replace(name) }
