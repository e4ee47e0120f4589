package insight

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/rule"
)

// Indicator is the spec of kind indicator: a share of records, worked out from events.
type Indicator struct {
	Verb     string  `yaml:"verb" doc:"Events that tell about the records, such as survey.answered." required:"true"`
	Counts   string  `yaml:"counts" doc:"Which of them count at all; every one when empty." format:"cel:event"`
	Good     string  `yaml:"good" doc:"Which of those that count are on the good side." format:"cel:event" required:"true"`
	Formula  string  `yaml:"formula" doc:"The same in plain words, shown beside the figure." required:"true"`
	Target   float64 `yaml:"target" doc:"Percent to reach." min:"0" max:"100"`
	Days     int     `yaml:"days" doc:"Days of the period; 30 when empty." min:"1" max:"366"`
	TimeZone string  `yaml:"time_zone" doc:"Zone whose midnight begins a day; UTC when empty." format:"time-zone"`
	Small    int     `yaml:"small_sample" doc:"Fewer records than this are called a small sample; 30 when empty." min:"0"`
}

// Rules are the compiled conditions of an indicator.
type Rules struct {
	Counts *rule.Program // nil counts every event of the verb
	Good   *rule.Program
}

// Fields are what an indicator's conditions may read.
func Fields() []rule.Field {
	return []rule.Field{
		{Path: "event.verb", Type: rule.Text, Doc: "What happened."},
		{Path: "event.data", Type: rule.Attributes, Doc: "Values of the event, such as score."},
	}
}

// Register adds the kind indicator.
func Register(reg *blueprint.Registry) {
	env, err := rule.New("event", Fields()...)
	if err != nil {
		panic(err) // the declarations above contradict each other
	}
	reg.Subject(env)
	blueprint.Register(reg, blueprint.Kind[Indicator]{Name: "indicator", Title: "Indicator",
		Summary: "A share of records, worked out from events, with a target.",
		Example: "kind: indicator\nname: satisfaction\ntitle: Satisfaction\nverb: survey.answered\ncounts: event.data.score != 4\ngood: event.data.score >= 5\nformula: Good answers out of good and bad ones\ntarget: 95\n",
		Lint:    lintIndicator,
		Compile: func(c *blueprint.Context, in Indicator) (any, error) {
			zone, err := time.LoadLocation(in.TimeZone) // "" is UTC
			if err != nil {
				return nil, fmt.Errorf("the time zone %q is not known", in.TimeZone)
			}
			return Compiled{Rules{Counts: c.Rule("counts"), Good: c.Rule("good")}, zone}, nil
		}})
}

var verbText = regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)

// lintIndicator finds indicators that stay empty, or that everything is good for.
func lintIndicator(c *blueprint.Context, in Indicator) {
	if !verbText.MatchString(in.Verb) {
		c.Warn("verb", "%q is not an event. Events are named like survey.answered or ticket.created.", in.Verb)
	}
	counts, good := c.Rule("counts"), c.Rule("good")
	if counts != nil && good != nil && good.Covers(counts) {
		c.Warn("good", "Everything that counts is good, so the figure is always 100 percent.")
	}
	if strings.TrimSpace(in.Counts) == "" && good != nil && good.Source() == "true" {
		c.Warn("good", "Every event is good, so the figure is always 100 percent.")
	}
}

// Compiled is what the kind's Compile makes of an indicator.
type Compiled struct {
	Rules Rules
	Zone  *time.Location
}

// FromSet returns the indicators of a configuration.
func FromSet(set *blueprint.Set) []InForce {
	var out []InForce
	for _, b := range blueprint.All[Indicator](set) {
		c, _ := blueprint.Artifact[Compiled](set, b.Kind, b.Name)
		out = append(out, InForce{ID: b.ID, Version: b.Version, Name: b.Name, Title: b.Title, Spec: b.Spec, Rules: c.Rules, Zone: c.Zone})
	}
	return out
}
