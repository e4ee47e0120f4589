package success

import (
	"slices"
	"time"

	"steward/internal/blueprint"
	"steward/internal/rule"
)

// Metric is the spec of kind usage_metric: something that products report about their use.
type Metric struct {
	Type     string             `yaml:"type" doc:"gauge: how it is at a moment. counter: how many there were since the point before; points of a stretch of time add up." enum:"gauge,counter" required:"true"`
	Unit     string             `yaml:"unit" doc:"What is counted: users, builds." max:"60"`
	Window   blueprint.Duration `yaml:"window" doc:"The stretch of time that a counter is added up over; 28 days when empty."`
	Stale    blueprint.Duration `yaml:"stale_after" doc:"How long a point says something; 60 days when empty. Without a newer one the metric is not known."`
	Negative bool               `yaml:"negative" doc:"Whether it may be negative."`
	Sizes    bool               `yaml:"sizes" doc:"It says how large an installation is. Of several at one customer, the largest in production is the primary one. One metric does."`
}

// UsageMeasure is the spec of kind usage_measure: a value worked out from metrics.
type UsageMeasure struct {
	Formula string `yaml:"formula" doc:"How it is worked out, over usage.METRIC: usage.billable_users / usage.licensed_users. Without a point that counts for every metric it reads there is no value." required:"true" max:"2000"`
	Over    string `yaml:"over" doc:"Which installations count. primary (the default): the primary one. all: the sum over all of them." enum:"primary,all"`
	Type    string `yaml:"type" doc:"What the value is. share is from 0 to 1." enum:"number,share" required:"true"`
	Unit    string `yaml:"unit" doc:"What the value counts." max:"60"`
	Better  string `yaml:"better" doc:"Which way is better; neither when empty." enum:"more,less,neither"`
}

// ManualMeasure is the spec of kind manual_measure: a value that somebody judges.
type ManualMeasure struct {
	Words   []string           `yaml:"words" doc:"The words to choose from, best first: green, yellow, red. Without words it is a number." max:"20"`
	From    float64            `yaml:"from" doc:"The least a number may be." `
	To      float64            `yaml:"to" doc:"The most a number may be; both 0 for any."`
	Unit    string             `yaml:"unit" doc:"What a number counts." max:"60"`
	Expires blueprint.Duration `yaml:"expires" doc:"How long a judgement holds; after that there is none. For ever when empty."`
	Better  string             `yaml:"better" doc:"Which way is better, of numbers; neither when empty." enum:"more,less,neither"`
}

const day24 = 24 * time.Hour

func (m Metric) window() time.Duration { return orDays(m.Window, 28) }
func (m Metric) stale() time.Duration  { return orDays(m.Stale, 60) }

func orDays(d blueprint.Duration, days int) time.Duration {
	if d == 0 {
		return time.Duration(days) * day24
	}
	return d.Std()
}

// registerUsage adds the kinds about what is measured.
func registerUsage(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Metric]{Name: "usage_metric", Title: "Usage metric",
		Summary: "Something that the product reports about its use at a customer. Points of metrics that are not declared are refused. Products send billable-users as billable_users, and formulas read it so.",
		Example: "kind: usage_metric\nname: billable-users\ntitle: Billable users\ntype: gauge\nunit: users\nsizes: true\n",
		Lint:    lintMetric})
	blueprint.Register(reg, blueprint.Kind[UsageMeasure]{Name: "usage_measure", Title: "Usage measure",
		Summary: "A value about an account, worked out from what its product reports. Scorecards and rules read it as usage.NAME.",
		Example: "kind: usage_metric\nname: licensed-users\ntitle: Licensed users\ntype: gauge\n---\nkind: usage_measure\nname: licences\ntitle: Licences\nformula: usage.licensed_users\ntype: number\n",
		Lint:    lintUsageMeasure})
	blueprint.Register(reg, blueprint.Kind[ManualMeasure]{Name: "manual_measure", Title: "Manual measure",
		Summary: "A value about an account that somebody judges, with a reason, for a time. Scorecards and rules read it as manual.NAME.",
		Example: "kind: manual_measure\nname: sentiment\ntitle: Sentiment of the manager\nwords: [green, yellow, red]\nexpires: 2880h\n",
		Lint:    lintManual})
}

func lintMetric(c *blueprint.Context, m Metric) {
	if m.Window != 0 && m.Type != "counter" {
		c.Warn("window", "A gauge is not added up, so the window does nothing.")
	}
	if !m.Sizes {
		return
	}
	for _, other := range blueprint.All[Metric](c.Set) {
		if other.Name != c.Entry.Name && other.Spec.Sizes {
			c.Warn("sizes", "%s says how large an installation is too. Of several, the first by name counts.", other.Name)
		}
	}
}

func lintUsageMeasure(c *blueprint.Context, m UsageMeasure) {
	p, err := compileFormula(c.Set, m.Formula)
	if err != nil {
		var bad *rule.Error
		if asRule(err, &bad) {
			for _, problem := range bad.Problems {
				c.ErrorAt("formula", problem)
			}
			return
		}
		c.Error("formula", "%s", err.Error())
		return
	}
	if len(p.Fields()) == 0 {
		c.Warn("formula", "It reads no metric, so it is the same for every account.")
	}
}

func lintManual(c *blueprint.Context, m ManualMeasure) {
	if len(m.Words) > 0 && (m.From != 0 || m.To != 0) {
		c.Warn("from", "It has words, so numbers do nothing.")
	}
	if m.To < m.From {
		c.Error("to", "No number lies between %v and %v.", m.From, m.To)
	}
	for i, w := range m.Words {
		if slices.Contains(m.Words[:i], w) {
			c.Error("words", "%s is in the list twice.", w)
		}
	}
}

// compileFormula compiles a formula over the metrics of a configuration.
func compileFormula(set *blueprint.Set, text string) (*rule.Program, error) {
	var fields []rule.Field
	for _, m := range blueprint.All[Metric](set) {
		fields = append(fields, rule.Field{Path: "usage." + key(m.Name), Type: rule.Number, Title: m.Title})
	}
	env, err := rule.New("usage", fields...)
	if err != nil {
		return nil, err
	}
	return rule.CompileAs(env, text, rule.Number)
}

// metricInForce is a metric of the configuration.
type metricInForce struct {
	Name, Title string
	Spec        Metric
}

// usageInForce is a usage measure of the configuration.
type usageInForce struct {
	Name, Title, Doc string
	Spec             UsageMeasure
	formula          *rule.Program
	reads            []string // names of metrics
}

// manualInForce is a manual measure of the configuration.
type manualInForce struct {
	ID               int64
	Name, Title, Doc string
	Spec             ManualMeasure
}
