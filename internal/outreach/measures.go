package outreach

import (
	"time"

	"steward/internal/ledger"
	"steward/internal/measure"
)

// Scores go from 1 to 7; up to this one a customer is not content.
const discontent = 3

// answerFacts are what measures need of the answers about one ticket.
type answerFacts struct {
	Organization int64           `json:"organization_id,omitempty"`
	Scores       map[int64]int64 `json:"scores,omitempty"` // by offer
	Was          int64           `json:"was,omitempty"`    // the score that the event's takes the place of
	Score        int64           `json:"score,omitempty"`  // of the event
}

func (f *answerFacts) fold(e ledger.Event) error {
	var d struct {
		Organization int64 `json:"organization_id"`
		Changes      struct {
			Organization []int64 `json:"organization_id"`
		} `json:"changes"`
		Offer int64 `json:"offer"`
		Score int64 `json:"score"`
	}
	if err := e.Decode(&d); err != nil {
		return err
	}
	f.Was, f.Score = 0, 0
	switch e.Verb {
	case "ticket.created":
		f.Organization = d.Organization
	case "ticket.changed":
		if v := d.Changes.Organization; len(v) == 2 {
			f.Organization = v[1]
		}
	case SurveyAnswered:
		if f.Scores == nil {
			f.Scores = map[int64]int64{}
		}
		f.Was, f.Score = f.Scores[d.Offer], d.Score
		f.Scores[d.Offer] = d.Score
	}
	return nil
}

// Measures declares what answers to surveys say about organizations.
func Measures(reg *measure.Registry) {
	answers := measure.Follow(reg, measure.Source{Name: "outreach.answer", Kind: "ticket", Verbs: []string{"ticket.created", "ticket.changed", SurveyAnswered}}, (*answerFacts).fold)
	answers.Latest(measure.Measure{Name: "outreach.last_score", Title: "Latest answer to a survey", Unit: "of 7", Subject: "organization", Type: measure.Number, Direction: measure.MoreIsBetter,
		Doc: "Score of the newest answer about one of its tickets, from 1 to 7."}, func(f answerFacts, e ledger.Event) (int64, measure.Value) {
		if e.Verb != SurveyAnswered {
			return 0, measure.Value{}
		}
		return f.Organization, measure.Fraction(float64(f.Score))
	})
	counted := func(counts func(score int64) bool) func(f answerFacts, e ledger.Event) (int64, int64) {
		one := func(score int64) int64 {
			if score != 0 && counts(score) {
				return 1
			}
			return 0
		}
		return func(f answerFacts, _ ledger.Event) (int64, int64) { return f.Organization, one(f.Score) - one(f.Was) }
	}
	answers.Within(measure.Measure{Name: "outreach.answers_90d", Title: "Answers to surveys in 90 days", Unit: "answers", Subject: "organization", Type: measure.Count, Direction: measure.MoreIsBetter,
		Doc: "Surveys about its tickets that were answered in the last 90 days."}, 90*24*time.Hour, counted(func(int64) bool { return true }))
	answers.Within(measure.Measure{Name: "outreach.discontent_90d", Title: "Discontent answers in 90 days", Unit: "answers", Subject: "organization", Type: measure.Count, Direction: measure.LessIsBetter,
		Doc: "Answers of the last 90 days with a score of 3 or less, of 7."}, 90*24*time.Hour, counted(func(score int64) bool { return score <= discontent }))
}
