package desk

import (
	"fmt"
	"slices"
	"sync"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/rule"
)

// SLA is the spec of kind sla: promises about how fast customers are answered.
type SLA struct {
	Order   int         `yaml:"order" doc:"Place among the policies: the first whose condition holds wins."`
	Match   string      `yaml:"match" doc:"Which tickets; every ticket when empty." format:"cel:ticket"`
	Pause   []string    `yaml:"pause" doc:"States in which the clocks stand still; pending when empty." enum:"pending,hold"`
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
		return []Status{StatusPending}
	}
	out := make([]Status, len(p.Pause))
	for i, s := range p.Pause {
		out[i] = Status(s)
	}
	return out
}

// Register adds the kinds sla, view, form, docs, pipeline, trigger and macro, and tickets and their changes as subjects of rules.
func Register(reg *blueprint.Registry) {
	reg.Subject(environment())
	env, err := rule.New("change", ChangeFields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	reg.Subject(env)
	registerIssueTemplate(reg)
	blueprint.Register(reg, blueprint.Kind[SLA]{Name: "sla", Title: "Service level",
		Summary: "Promises about how fast customers are answered, and for which tickets they hold.",
		Example: "kind: sla\nname: premium\ntitle: Premium support\norder: 10\nmatch: ticket.organization.attributes.plan in [\"premium\", \"ultimate\"]\ntargets:\n  - { metric: first_reply, priority: urgent, within: 30m, calendar: around-the-clock }\n  - { metric: first_reply, priority: high, within: 4h, calendar: office-hours }\n",
		Lint:    lintSLA})
	blueprint.Register(reg, blueprint.Kind[ViewSpec]{Name: "view", Title: "View",
		Summary: "A saved list of tickets.",
		Example: "kind: view\nname: my-open\ntitle: My open tickets\nstatus: [new, open]\nassignee: me\nsort: due\n",
		Lint:    lintView})
	blueprint.Register(reg, blueprint.Kind[FormSpec]{Name: "form", Title: "Form",
		Summary: "Which fields a ticket asks for, in which order, when each is asked and when it must be filled.",
		Example: "kind: form\nname: incident\ntitle: Incident\ncustomers: true\nfields:\n  - severity\n  - { field: build, when: 'ticket.attributes.severity in [\"s1\", \"s2\"]', required_in: [solved] }\n",
		Lint:    lintForm})
	blueprint.Register(reg, blueprint.Kind[DocsSpec]{Name: "docs", Title: "Documentation",
		Summary: "Where the documentation lives: a reply that links there is recorded as answered with it.",
		Example: "kind: docs\nname: product\ntitle: Product documentation\nurls: [\"https://docs.company.example/\"]\n",
		Lint:    lintDocs})
	blueprint.Register(reg, blueprint.Kind[PipelineSpec]{Name: "pipeline", Title: "Pipeline",
		Summary: "Stages that requests of one form go through, each with its objective, ordered by a score.",
		Example: "kind: pipeline\nname: operations\ntitle: Requests to support operations\nform: operations-request\nstages:\n  - { name: triage, title: Triage, within: 20h, calendar: office-hours, status: open }\n  - { name: done, title: Done, status: solved }\n",
		Lint:    lintPipeline})
	blueprint.Register(reg, blueprint.Kind[TriggerSpec]{Name: "trigger", Title: "Trigger",
		Summary: "What to do when a ticket changes: set fields, write a note, send a mail.",
		Example: "kind: trigger\nname: outage\ntitle: Reports of an outage are urgent\non: [created]\nwhen: ticket.priority != \"urgent\" && change.text.contains(\"outage\")\ndo:\n  - { priority: urgent, add_tags: [outage] }\n",
		Lint:    lintTrigger})
	blueprint.Register(reg, blueprint.Kind[MacroSpec]{Name: "macro", Title: "Macro",
		Summary: "A prepared answer or change that a colleague applies to a ticket with one key.",
		Example: "kind: macro\nname: ask-version\ntitle: Ask for the version\nreply: |\n  Hello {{requester}}, which version do you use?\ndo:\n  - { status: pending }\n",
		Lint:    lintMacro})
}

// environment is what conditions about tickets may read.
var environment = sync.OnceValue(func() *rule.Env {
	env, err := rule.New("ticket", Fields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	return env
})

// lintSLA finds promises given twice and priorities left out.
func lintSLA(c *blueprint.Context, p SLA) {
	given := map[[2]string]int{}
	for i, t := range p.Targets {
		key := [2]string{t.Metric, t.Priority}
		if first, twice := given[key]; twice {
			c.Error(fmt.Sprintf("targets[%d]", i), "%s at %s priority has a target already, as number %d of the list.", metricWords[Metric(t.Metric)], t.Priority, first+1)
			continue
		}
		given[key] = i
		if t.Within.Std() <= 0 {
			c.Error(fmt.Sprintf("targets[%d].within", i), "A promise needs some time: at least 1m.")
		}
	}
	for _, m := range []Metric{FirstReply, NextReply} {
		for _, pr := range Priorities {
			if _, ok := given[[2]string{string(m), string(pr)}]; !ok {
				c.Warn("targets", "%s has no target at %s priority, so such tickets run without that clock.", metricWords[m], pr)
			}
		}
	}
	lintOrder(c, p)
	lintSpeed(c, p)
}

// lintOrder finds policies that others leave nothing for.
func lintOrder(c *blueprint.Context, p SLA) {
	own := c.Set.Rule("sla", c.Entry.Name, "match")
	for _, other := range blueprint.All[SLA](c.Set) {
		if other.Name == c.Entry.Name {
			continue
		}
		if other.Spec.Order == p.Order {
			c.Warn("order", "The policy %s has the same order, so their names decide which comes first.", other.Name)
		}
		first := other.Spec.Order < p.Order || other.Spec.Order == p.Order && other.Name < c.Entry.Name
		theirs := c.Set.Rule("sla", other.Name, "match")
		switch {
		case !first:
		case other.Spec.Match == "":
			c.Warn("order", "The policy %s holds for every ticket and comes first, so this one is never used.", other.Name)
		case own != nil && theirs != nil && theirs.Covers(own):
			c.Warn("match", "The policy %s comes first and holds for all of these tickets, so this one is never used.", other.Name)
		}
	}
}

// lintSpeed finds promises that are slower for what presses more, and ones that no working
// time leads to.
func lintSpeed(c *blueprint.Context, p SLA) {
	for i, t := range p.Targets {
		for _, slower := range p.Targets {
			if slower.Metric == t.Metric && slower.Calendar == t.Calendar && slower.Within < t.Within && rank(slower.Priority) < rank(t.Priority) {
				c.Warn(fmt.Sprintf("targets[%d].within", i), "%s takes longer at %s priority than at %s (%s).", metricWords[Metric(t.Metric)], t.Priority, slower.Priority, slower.Within)
				break
			}
		}
		if cal, ok := blueprint.Get[bizcal.Spec](c.Set, t.Calendar); ok && !cal.Open() {
			c.Warn(fmt.Sprintf("targets[%d].calendar", i), "The calendar %s is never open, so this promise is never due.", t.Calendar)
		}
	}
}

func rank(priority string) int { return slices.Index(Priorities, Priority(priority)) }

// lintView finds views that show nothing, and two that both open first.
func lintView(c *blueprint.Context, v ViewSpec) {
	lintMatch(c, v)
	for i, s := range v.Status {
		if slices.Contains(v.Status[:i], s) {
			c.Warn(fmt.Sprintf("status[%d]", i), "%s is in the list already.", s)
		}
	}
	for i, p := range v.Priority {
		if slices.Contains(v.Priority[:i], p) {
			c.Warn(fmt.Sprintf("priority[%d]", i), "%s is in the list already.", p)
		}
	}
	if v.Tag != "" {
		if clean, err := cleanTags([]string{v.Tag}); err != nil || clean[0] != v.Tag {
			c.Warn("tag", "No ticket can have the tag %q: tags are lower case, without spaces, commas or quotes. This view shows nothing.", v.Tag)
		}
	}
	if v.Team != "" && v.MyTeams {
		c.Note("my_teams", "With a team named as well, only its members see anything here.")
	}
	for _, other := range blueprint.All[ViewSpec](c.Set) {
		if v.IsDefault && other.Spec.IsDefault && other.Name != c.Entry.Name {
			c.Warn("default", "The view %s opens first too; the order decides which does.", other.Name)
		}
	}
}
