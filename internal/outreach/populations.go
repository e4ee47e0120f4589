package outreach

import (
	"steward/internal/ledger"
	"steward/internal/population"
	"steward/internal/rule"
)

// asked are the surveys about one ticket, by offer. Times are microseconds.
type asked struct {
	Offers map[int64]*askedOnce `json:"offers,omitempty"`
}

type askedOnce struct {
	Survey   int64 `json:"survey_id"`
	Offered  int64 `json:"offered,omitempty"`
	Answered int64 `json:"answered,omitempty"`
	Score    int64 `json:"score,omitempty"`
	Remark   bool  `json:"has_remark,omitempty"`
	Agent    int64 `json:"agent_id,omitempty"`
}

func (a *asked) fold(e ledger.Event) error {
	var d struct {
		Offer  int64 `json:"offer"`
		Survey int64 `json:"survey_id"`
		Score  int64 `json:"score"`
		Remark bool  `json:"has_remark"`
		Agent  int64 `json:"agent_id"`
	}
	if err := e.Decode(&d); err != nil || d.Offer == 0 {
		return err
	}
	if a.Offers == nil {
		a.Offers = map[int64]*askedOnce{}
	}
	o := a.Offers[d.Offer]
	if o == nil {
		o = &askedOnce{}
		a.Offers[d.Offer] = o
	}
	o.Survey = d.Survey
	if e.Verb == SurveyOffered {
		o.Offered = e.At.UnixMicro()
		return nil
	}
	o.Answered, o.Score, o.Remark, o.Agent = e.At.UnixMicro(), d.Score, d.Remark, d.Agent
	return nil
}

// facts are the offers; a second answer takes the place of the first.
func (a *asked) facts() (out []population.Fact) {
	for id, o := range a.Offers {
		v := map[string]any{"survey": o.Survey, "responded": o.Answered != 0}
		if o.Offered != 0 {
			v["offered"] = population.Moment(o.Offered)
		}
		if o.Answered != 0 {
			v["answered"], v["score"], v["remark"] = population.Moment(o.Answered), o.Score, o.Remark
		}
		if o.Agent != 0 {
			v["agent"] = o.Agent
		}
		out = append(out, population.Fact{Key: id, Values: v})
	}
	return out
}

// Populations declares what of surveys can be counted.
func Populations(reg *population.Registry) {
	field := func(path string, t rule.Type, title, doc, kind string, splits bool) population.Field {
		return population.Field{Field: rule.Field{Path: path, Type: t, Title: title, Doc: doc}, Dimension: splits, Kind: kind}
	}
	records := population.Follow(reg, population.Module{Name: "outreach", Kind: "ticket", Version: 1, Verbs: []string{SurveyOffered, SurveyAnswered}}, (*asked).fold)
	records.Each(population.Population{Name: "surveys", Title: "Surveys", When: "survey.answered", Person: "survey.agent", Team: "ticket.team", Organization: "ticket.organization",
		Doc: "Each survey that was offered about a ticket once, with its last answer. They go with the ticket: by its team and priority as they are now.",
		Fields: []population.Field{
			field("survey.survey", rule.Int, "Survey", "The survey.", "survey", true),
			field("survey.agent", rule.Int, "Colleague", "Whom the answer is about: who had the ticket when it was asked.", "person", true),
			field("survey.score", rule.Int, "Score", "The answer, 1 to 7.", "", true),
			field("survey.remark", rule.Bool, "With remark", "Whether something was written.", "", false),
			field("survey.responded", rule.Bool, "Answered", "Whether it was answered.", "", false),
			field("survey.offered", rule.Time, "Offered", "When it was asked.", "", false),
			field("survey.answered", rule.Time, "Answered at", "When it was last answered.", "", false),
		}}, (*asked).facts)
}
