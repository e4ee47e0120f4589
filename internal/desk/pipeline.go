package desk

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"steward/internal/blueprint"
	"steward/internal/field"
)

// PipelineSpec is the spec of kind pipeline: the stages that requests of one form go through.
type PipelineSpec struct {
	Form   string          `yaml:"form" doc:"Tickets of this form go through the stages." ref:"form" required:"true"`
	Stages []PipelineStage `yaml:"stages" doc:"The stages in their order. The last one is the end." required:"true" max:"20"`
	Score  *PipelineScore  `yaml:"score" doc:"What orders the tickets of a stage, the highest first."`
}

// PipelineStage is one stage and its objective.
type PipelineStage struct {
	Name     string             `yaml:"name" doc:"Its name, in small letters." required:"true" json:"name"`
	Title    string             `yaml:"title" doc:"What people read." required:"true" json:"title"`
	Within   blueprint.Duration `yaml:"within" doc:"How long a ticket should stay at most, in working time." json:"-"`
	Calendar string             `yaml:"calendar" doc:"Whose working time." ref:"calendar" json:"calendar,omitempty"`
	Status   string             `yaml:"status" doc:"State that a ticket gets when it comes here; as it is when empty." enum:"open,pending,hold,solved" json:"status,omitempty"`
	Team     string             `yaml:"team" doc:"Team that a ticket gets when it comes here; as it is when empty." ref:"team" json:"team,omitempty"`
}

// PipelineScore is a product of fields over a product of others, such as reach × impact ×
// confidence ÷ effort.
type PipelineScore struct {
	Multiply []string `yaml:"multiply" doc:"Fields that are multiplied: numbers, or choices whose values are numbers." ref:"field" required:"true"`
	Divide   []string `yaml:"divide" doc:"Fields that the product is divided by." ref:"field"`
}

// Pipeline is a pipeline in force.
type Pipeline struct {
	Named
	Description string
	Spec        PipelineSpec
	FormID      int64

	stages  []pipelineStage
	factors []scoreFactor
}

type pipelineStage struct {
	PipelineStage
	calendar *Calendar
	teamID   int64
}

type scoreFactor struct {
	field  *field.Field
	divide bool
}

// lintPipeline finds stages named twice, objectives without working time, and scores of what is
// no number.
func lintPipeline(c *blueprint.Context, p PipelineSpec) {
	if len(p.Stages) < 2 {
		c.Error("stages", "A pipeline needs at least two stages: where requests begin and where they end.")
	}
	seen := map[string]bool{}
	for i, s := range p.Stages {
		path := fmt.Sprintf("stages[%d]", i)
		if seen[s.Name] {
			c.Error(path+".name", "The stage %s is in the list already.", s.Name)
		}
		seen[s.Name] = true
		if s.Within > 0 && s.Calendar == "" {
			c.Error(path+".calendar", "An objective counts working time; say of which calendar.")
		}
		if s.Within > 0 && i == len(p.Stages)-1 {
			c.Warn(path+".within", "Requests stay in the last stage, so its objective is not watched.")
		}
	}
	if n := len(p.Stages); n > 0 && p.Stages[n-1].Status != string(StatusSolved) {
		c.Warn(fmt.Sprintf("stages[%d].status", n-1), "Requests that reach the end stay unsolved; say status: solved.")
	}
	if p.Score != nil {
		for list, names := range map[string][]string{"multiply": p.Score.Multiply, "divide": p.Score.Divide} {
			for i, name := range names {
				lintFactor(c, fmt.Sprintf("score.%s[%d]", list, i), name)
			}
		}
	}
	for _, other := range blueprint.All[PipelineSpec](c.Set) {
		if other.Spec.Form == p.Form && other.Name < c.Entry.Name {
			c.Error("form", "Tickets of the form %s go through the pipeline %s already.", p.Form, other.Name)
		}
	}
}

func lintFactor(c *blueprint.Context, path, name string) {
	spec, ok := blueprint.Get[field.Spec](c.Set, name)
	switch {
	case !ok:
	case spec.On != "ticket":
		c.Error(path, "%s is a field of a %s; a score reads fields of tickets.", name, spec.On)
	case spec.Type == "integer" || spec.Type == "decimal":
	case spec.Type != "dropdown":
		c.Error(path, "%s holds no number.", name)
	default:
		for _, o := range spec.Options {
			if _, err := strconv.ParseFloat(o.Value, 64); err != nil {
				c.Error(path, "The choice %q of %s is no number.", o.Value, name)
				return
			}
		}
	}
}

// pipelines takes the pipelines from a set, by title.
func (cfg *Config) pipelinesOf(set *blueprint.Set, teams map[string]int64, calendars map[string]*Calendar) (out []*Pipeline) {
	byID := map[string]*field.Field{}
	for _, f := range cfg.Fields.All() {
		if e, ok := set.ByID(f.ID); ok {
			byID[e.Name] = f
		}
	}
	for _, b := range blueprint.All[PipelineSpec](set) {
		p := &Pipeline{Named: named(b.Entry), Description: b.Description, Spec: b.Spec}
		if f := cfg.FormNamed(b.Spec.Form); f != nil {
			p.FormID = f.ID
		}
		for _, s := range b.Spec.Stages {
			p.stages = append(p.stages, pipelineStage{s, calendars[s.Calendar], teams[s.Team]})
		}
		if b.Spec.Score != nil {
			for _, name := range b.Spec.Score.Multiply {
				p.factors = append(p.factors, scoreFactor{byID[name], false})
			}
			for _, name := range b.Spec.Score.Divide {
				p.factors = append(p.factors, scoreFactor{byID[name], true})
			}
			p.factors = slices.DeleteFunc(p.factors, func(f scoreFactor) bool { return f.field == nil })
		}
		out = append(out, p)
	}
	return out
}

// pipelineOf is the pipeline of a form; nil when there is none.
func (cfg *Config) pipelineOf(formID int64) *Pipeline {
	if len(cfg.Pipelines) == 0 {
		return nil
	}
	if f := cfg.form(formID); f != nil {
		formID = f.ID
	}
	for _, p := range cfg.Pipelines {
		if p.FormID == formID {
			return p
		}
	}
	return nil
}

// PipelineNamed returns a pipeline by name; nil when there is none.
func (cfg *Config) PipelineNamed(name string) *Pipeline {
	for _, p := range cfg.Pipelines {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// stage is a stage by name; nil when the pipeline no longer has it.
func (p *Pipeline) stage(name string) *pipelineStage {
	for i := range p.stages {
		if p.stages[i].Name == name {
			return &p.stages[i]
		}
	}
	return nil
}

func (p *Pipeline) first() *pipelineStage { return &p.stages[0] }
func (p *Pipeline) last() *pipelineStage  { return &p.stages[len(p.stages)-1] }

// due is when a ticket that came to the stage then should have left it; zero for no objective.
func (p *Pipeline) due(s *pipelineStage, since time.Time) time.Time {
	if s.Within == 0 || s.calendar == nil || s == p.last() {
		return time.Time{}
	}
	due, _ := s.calendar.After(since, s.Within.Std())
	return due
}

// ScorePart is one factor of a score.
type ScorePart struct {
	Field  string   `json:"field"`
	Title  string   `json:"title"`
	Value  *float64 `json:"value" doc:"null while it is not filled."`
	Divide bool     `json:"divide"`
}

// score multiplies and divides what the ticket's fields say. It is 0 while a part is missing, or
// the divisor is 0.
func (p *Pipeline) score(cfg *Config, t *Ticket) (score float64, parts []ScorePart) {
	if len(p.factors) == 0 {
		return 0, nil
	}
	values := cfg.Fields.Show("ticket", t.Attributes, true)
	score = 1
	for _, f := range p.factors {
		part := ScorePart{Field: f.field.Name, Title: f.field.Title, Divide: f.divide}
		v, ok := number(values[f.field.Name])
		switch {
		case !ok:
			score = 0
		case f.divide && v == 0:
			part.Value, score = &v, 0
		case f.divide:
			part.Value = &v
			score /= v
		default:
			part.Value = &v
			score *= v
		}
		parts = append(parts, part)
	}
	return score, parts
}

// number reads a number, or a choice whose value is one.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	default:
		return 0, false
	}
}
