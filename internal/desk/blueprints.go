package desk

import (
	"steward/internal/blueprint"
	"steward/internal/rule"
)

// SLA is the spec of kind sla: promises about how fast customers are answered.
type SLA struct {
	Order   int         `yaml:"order,omitempty" doc:"Place among the policies: the first whose condition holds wins."`
	Match   string      `yaml:"match,omitempty" doc:"Which tickets; every ticket when empty." format:"cel:ticket"`
	Pause   []string    `yaml:"pause,omitempty" doc:"States in which the clocks stand still; pending when empty." enum:"pending,hold"`
	Targets []SLATarget `yaml:"targets" doc:"The promises." required:"true"`
}

// SLATarget is one promise: how fast, for which priority, in which working time.
type SLATarget struct {
	Metric   string             `yaml:"metric" doc:"What is measured." enum:"first_reply,next_reply" required:"true"`
	Priority string             `yaml:"priority" doc:"For which priority." enum:"low,normal,high,urgent" required:"true"`
	Within   blueprint.Duration `yaml:"within" doc:"Working time, such as 30m, 4h or 1h30m." required:"true"`
	Calendar string             `yaml:"calendar" doc:"Whose working time." ref:"calendar" required:"true"`
}

func (p SLA) pause() []Status {
	if len(p.Pause) == 0 {
		return []Status{Pending}
	}
	out := make([]Status, len(p.Pause))
	for i, s := range p.Pause {
		out[i] = Status(s)
	}
	return out
}

var _ = rule.Bool
