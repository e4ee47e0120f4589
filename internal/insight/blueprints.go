package insight

import (
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/population"
	"steward/internal/rule"
)

// Indicator is the spec of kind indicator: a figure worked out from what happened.
type Indicator struct {
	Sentence string `yaml:"sentence" doc:"What the figure says, in a plain sentence."`
	Formula  string `yaml:"formula" doc:"The formula in plain words, shown beside the figure. Write numerator ÷ denominator for a fraction." required:"true"`
	Measured `yaml:",inline"`
	Per      []Measured `yaml:"per" doc:"What it is divided by; several are multiplied first." max:"3"`

	Unit       string   `yaml:"unit" doc:"What it is counted in; percent for shares, hours for times, else count when empty." enum:"percent,count,hours,days,minutes,money,points,number"`
	Currency   string   `yaml:"currency" doc:"Of money, as three letters, such as EUR." max:"3"`
	Direction  string   `yaml:"direction" doc:"Which way is better; up when empty." enum:"up,down,neutral"`
	Target     *float64 `yaml:"target" doc:"The value to reach: at least it when up is better, at most it when down is."`
	Bands      []Band   `yaml:"bands" doc:"Names for ranges of values, lowest first." max:"10"`
	Dimensions []string `yaml:"dimensions" doc:"What it can be split and filtered by, such as ticket.team; the usual ones when empty." max:"8"`
	Excluded   string   `yaml:"excluded" doc:"Which records do not count, and why."`
	Source     string   `yaml:"source" doc:"Where formula and target come from, shown beside the formula: who published them, or that they are a default of your own."`
	Owner      string   `yaml:"owner" doc:"The team that answers for it." ref:"team"`
	Days       int      `yaml:"days" doc:"Days of its own period; 30 when empty." min:"1" max:"366"`
	TimeZone   string   `yaml:"time_zone" doc:"Zone whose midnight begins a day; UTC when empty." format:"time-zone"`
	Small      int      `yaml:"small_sample" doc:"Fewer records than this are called a small sample. When empty 30, and of a percentile as many as it takes for three to lie beyond it: 60 of the 95th, 300 of the 99th." min:"0"`
	Group      int      `yaml:"smallest_group" doc:"Figures of fewer people than this are shown only to those who may see figures of single people; 5 when empty." min:"1" max:"1000"`
}

// Measured is something counted, added up or measured.
type Measured struct {
	Population string             `yaml:"population" doc:"What is counted: tickets, replies, promises, surveys, mails and what else modules tell."`
	Verb       string             `yaml:"verb" doc:"In place of a population: events of one verb, such as survey.answered; the newest stands for its record."`
	Measure    string             `yaml:"measure" doc:"What is worked out: the share on the good side, how many, a sum, a mean, the middle value (median), a percentile, how many different values, the latest value, how many there are at the end (standing) and their mean age. Without records: working_days of a calendar and a fixed amount. Share when empty." enum:"share,count,sum,mean,median,percentile,distinct,latest,standing,age,working_days,amount"`
	Counts     string             `yaml:"counts" doc:"Which of them count at all; every one when empty." format:"cel:figure"`
	Good       string             `yaml:"good" doc:"Which of those that count are on the good side, for a share." format:"cel:figure"`
	When       string             `yaml:"when" doc:"The time that places one in a day, such as ticket.solved; the population's own when empty."`
	Until      string             `yaml:"until" doc:"The time that ends it, for standing and age; the population's own when empty."`
	Delay      blueprint.Duration `yaml:"delay" doc:"How long after that time it begins to count, in working time of the calendar."`
	Value      []string           `yaml:"value" doc:"The fields that are added up, averaged or told apart, such as ticket.in_new."`
	Between    *Between           `yaml:"between" doc:"In place of a value: the time between two events."`
	Percentile float64            `yaml:"percentile" doc:"Which percentile, such as 90." min:"0" max:"100"`
	Calendar   string             `yaml:"calendar" doc:"Working time that delays and working days are counted in; around the clock when empty." ref:"calendar"`
	Amount     float64            `yaml:"amount" doc:"A fixed amount, such as a cost."`
	Every      string             `yaml:"every" doc:"How often the amount comes." enum:"day,week,month,year"`
}

// Between is the time between two events.
type Between struct {
	From     string `yaml:"from" doc:"A time of the population, such as ticket.opened." required:"true"`
	To       string `yaml:"to" doc:"A later one, such as ticket.first_reply." required:"true"`
	Calendar string `yaml:"calendar" doc:"Only working time of this calendar; all time when empty." ref:"calendar"`
}

// subject is the name of the environment of indicators' conditions.
const subject = "figure"

const example = `kind: indicator
name: satisfaction
title: Satisfaction
sentence: Of the customers who took a side, how many found it easy to get help.
population: surveys
when: survey.answered
counts: survey.score != 4
good: survey.score >= 5
formula: Good answers ÷ good and bad ones
target: 95
excluded: Neutral answers, because they take no side.
`

// Register adds the kind indicator over what can be counted.
func Register(reg *blueprint.Registry, counted *population.Registry) {
	env, err := rule.New(subject, counted.Fields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	reg.Subject(env)
	blueprint.Register(reg, blueprint.Kind[Indicator]{Name: "indicator", Title: "Indicator",
		Summary: "A figure worked out from what happened, with its formula, target and the records behind it.",
		Example: example,
		Lint:    func(c *blueprint.Context, in Indicator) { (&linter{c, counted, in}).lint() },
		Compile: func(c *blueprint.Context, in Indicator) (any, error) {
			all := &InForce{ID: c.Entry.ID, Version: c.Entry.Version, Name: c.Entry.Name, Title: c.Entry.Title, Spec: in}
			for i, m := range in.parts() {
				all.parts = append(all.parts, newPart(m, i, c, counted))
			}
			return all, nil
		}})
}

// parts are what is measured, the numerator first.
func (in Indicator) parts() []Measured { return append([]Measured{in.Measured}, in.Per...) }

// path is where a field of a part stands in the document.
func partPath(i int, field string) string {
	if i == 0 {
		return field
	}
	return "per[" + string(rune('0'+i-1)) + "]." + field
}

func newPart(m Measured, i int, c *blueprint.Context, counted *population.Registry) *part {
	p := &part{number: i, spec: m, counts: c.Rule(partPath(i, "counts")), good: c.Rule(partPath(i, "good"))}
	if p.spec.Measure == "" {
		p.spec.Measure = "share"
	}
	if m.Verb != "" {
		p.population = population.Event(m.Verb)
	} else {
		p.population = counted.Population(m.Population)
	}
	if p.population != nil {
		p.when, p.until = m.When, m.Until
		if p.when == "" {
			p.when = p.population.When
		}
		if p.until == "" {
			p.until = p.population.Until
		}
	}
	return p
}

// FromSet returns the indicators of a configuration, ready to work.
func FromSet(set *blueprint.Set) []*InForce {
	names := map[string]map[int64]string{}
	for _, e := range set.Entries() {
		if names[e.Kind] == nil {
			names[e.Kind] = map[int64]string{}
		}
		if !e.Retired {
			names[e.Kind][e.ID] = e.Name
		}
	}
	var out []*InForce
	for _, b := range blueprint.All[Indicator](set) {
		made, ok := blueprint.Artifact[*InForce](set, b.Kind, b.Name)
		if !ok {
			continue
		}
		in := *made
		in.ID, in.Version, in.names, in.generation = b.ID, b.Version, names, set.Generation()
		in.calendar = func(name string) (*bizcal.Calendar, string) {
			e, _ := set.Entry(bizcal.KindCalendar, name)
			cal, _ := bizcal.FromSet(set, name)
			return cal, e.Digest
		}
		in.settle()
		if team, ok := set.Entry("team", in.Spec.Owner); ok {
			in.plan.OwnerTitle = team.Title
		}
		out = append(out, &in)
	}
	return out
}
