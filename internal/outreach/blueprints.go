package outreach

import "steward/internal/blueprint"

// Survey is the spec of kind survey: one question about a solved ticket, answered on a
// scale from 1 to 7. Source of the scale: the effort survey that support organisations
// moved to in 2025 (1–3 bad, 4 neutral, 5–7 good).
type Survey struct {
	After     blueprint.Duration `yaml:"after" doc:"How long after solving the mail goes out, around the clock." required:"true"`
	Expires   blueprint.Duration `yaml:"expires" doc:"How long the link takes an answer." required:"true" min:"1h"`
	Question  string             `yaml:"question" doc:"What is asked, in the customer's words." required:"true"`
	LowLabel  string             `yaml:"low_label" doc:"What 1 means." required:"true"`
	HighLabel string             `yaml:"high_label" doc:"What 7 means." required:"true"`
	Remark    string             `yaml:"remark" doc:"Label of the optional text; empty asks for none."`
	Thanks    string             `yaml:"thanks" doc:"What is said after the answer."`
	Template  string             `yaml:"template" doc:"Words of the mail. Values: requester, subject, link, survey." ref:"template" required:"true"`
}

// Register adds the kind survey.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Survey]{Name: "survey", Title: "Survey",
		Summary: "One question about a solved ticket, answered from 1 to 7 on a page of its own.",
		Example: "kind: survey\nname: effort\ntitle: Effort survey\nafter: 24h\nexpires: 336h\nquestion: It was easy to get my question answered.\nlow_label: Strongly disagree\nhigh_label: Strongly agree\ntemplate: how-did-it-go\n"})
}
