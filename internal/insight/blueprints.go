package insight

import (
	"steward/internal/rule"
)

// Indicator is the spec of kind indicator: a share of records, worked out from events.
type Indicator struct {
	Verb     string  `yaml:"verb" doc:"Events that tell about the records, such as survey.answered." required:"true"`
	Counts   string  `yaml:"counts,omitempty" doc:"Which of them count at all; every one when empty." format:"cel:event"`
	Good     string  `yaml:"good" doc:"Which of those that count are on the good side." format:"cel:event" required:"true"`
	Formula  string  `yaml:"formula" doc:"The same in plain words, shown beside the figure." required:"true"`
	Target   float64 `yaml:"target,omitempty" doc:"Percent to reach." min:"0" max:"100"`
	Days     int     `yaml:"days,omitempty" doc:"Days of the period; 30 when empty." min:"1" max:"366"`
	TimeZone string  `yaml:"time_zone,omitempty" doc:"Zone whose midnight begins a day; UTC when empty." format:"time-zone"`
	Small    int     `yaml:"small_sample,omitempty" doc:"Fewer records than this are called a small sample; 30 when empty." min:"0"`
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
