package outreach

import (
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/mail"
	"steward/internal/suggest"
)

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
		Example: "kind: survey\nname: effort\ntitle: Effort survey\nafter: 24h\nexpires: 336h\nquestion: It was easy to get my question answered.\nlow_label: Strongly disagree\nhigh_label: Strongly agree\ntemplate: how-did-it-go\n",
		Lint:    lintSurvey})
}

// values are what the mail of a survey can say.
var values = []string{"requester", "subject", "link", "survey"}

// lintSurvey finds surveys that nobody could answer.
func lintSurvey(c *blueprint.Context, s Survey) {
	if strings.EqualFold(strings.TrimSpace(s.LowLabel), strings.TrimSpace(s.HighLabel)) {
		c.Warn("high_label", "1 and 7 mean the same, so answers say nothing.")
	}
	t, ok := blueprint.Get[mail.Template](c.Set, s.Template)
	if !ok {
		return
	}
	used := t.Placeholders()
	if !slices.Contains(used, "link") {
		c.Warn("template", "The template %s has no {{link}}, so nobody could answer.", s.Template)
	}
	for _, name := range used {
		if strings.TrimSpace(name) != "" && !slices.Contains(values, name) {
			c.Warn("template", "The template %s uses {{%s}}, which a survey has no value for.%s It stays in the mail as it is.", s.Template, name, suggest.DidYouMean(name, values))
		}
	}
}
