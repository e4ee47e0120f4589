package desk

import (
	"fmt"
	"slices"
	"sync"

	"steward/internal/blueprint"
	"steward/internal/rule"
)

// SLA is the spec of kind sla: promises about how fast customers are answered.
type SLA struct {
	Order   int         `yaml:"order" doc:"Place among the policies: the first whose condition holds wins."`
	Match   string      `yaml:"match" doc:"Which tickets; every ticket when empty." format:"cel:ticket"`
	Pause   []string    `yaml:"pause" doc:"States in which the clocks of replies stand still; pending when empty. The other metrics have their own states." enum:"pending,hold"`
	Targets []SLATarget `yaml:"targets" doc:"The promises." required:"true"`
}

// SLATarget is one promise: how fast, for which priority, in which working time.
type SLATarget struct {
	Metric   string             `yaml:"metric" doc:"What is measured." enum:"first_reply,next_reply,pausable_update,periodic_update,agent_work,requester_wait,total_resolution" required:"true"`
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

// Register adds the kinds sla, view, form, article, docs, review, pipeline, trigger, time_rule, guard and macro, and tickets and their changes as subjects of rules.
func Register(reg *blueprint.Registry) {
	reg.Subject(environment())
	env, err := rule.New("change", ChangeFields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	reg.Subject(env)
	if env, err = rule.New("submit", SubmitFields()...); err != nil {
		panic(err)
	}
	reg.Subject(env)
	registerIssueTemplate(reg)
	registerArticle(reg)
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
	blueprint.Register(reg, blueprint.Kind[ReviewSpec]{Name: "review", Title: "Reply review",
		Summary: "Whose replies somebody reads before they leave.",
		Example: "kind: review\nname: interns\ntitle: Interns' replies are read first\nroles: [intern]\nteam: mentors\nwithin: 4h\n",
		Lint:    lintReview})
	blueprint.Register(reg, blueprint.Kind[PortalSpec]{Name: "portal", Title: "Portal",
		Summary: "The public pages of a brand: the request form, how it is kept from spam, and links for large files.",
		Example: "kind: portal\nname: main\ntitle: Support\nwelcome: Tell us what happened. We answer by mail.\n",
		Lint:    lintPortal})
	blueprint.Register(reg, blueprint.Kind[HeadSpec]{Name: "tickethead", Title: "Head of tickets",
		Summary: "What is shown of the customer above a ticket: their time, and attributes of them, their organization or the ticket.",
		Example: "kind: tickethead\nname: head\ntitle: Head\nshow: [plan]\nhours: [\"08:00\", \"18:00\"]\n",
		Lint:    lintHead})
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
	blueprint.Register(reg, blueprint.Kind[TimeRuleSpec]{Name: "time_rule", Title: "Time rule",
		Summary: "What to do when something has lasted long enough, or a promise is nearly due.",
		Example: "kind: time_rule\nname: close-solved\ntitle: Close what is solved\nafter: 168h\nsince: solved\nwhen: '!(\"skip_autoclose\" in ticket.tags)'\ndo:\n  - { status: closed }\n",
		Lint:    lintTimeRule})
	blueprint.Register(reg, blueprint.Kind[GuardSpec]{Name: "guard", Title: "Guard",
		Summary: "What a colleague is asked, or kept from, before a change of a ticket is made.",
		Example: "kind: guard\nname: hold-without-assignee\ntitle: On hold without an assignee\nwhen: ticket.status == \"hold\" && !has(ticket.assignee)\nsay: Nobody would look after this ticket while it is on hold. Assign it first.\nmode: stop\n",
		Lint:    lintGuard})
	blueprint.Register(reg, blueprint.Kind[MacroSpec]{Name: "macro", Title: "Macro",
		Summary: "A prepared answer or change that a colleague applies to a ticket with one key.",
		Example: "kind: macro\nname: ask-version\ntitle: Ask for the version\nreply: |\n  Hello {{requester}}, which version do you use?\ndo:\n  - { status: pending }\n",
		Lint:    lintMacro})
	blueprint.Register(reg, blueprint.Kind[RoutingSpec]{Name: "routing", Title: "Routing",
		Summary: "A queue of waiting tickets by weight, and how they come to people: by asking for the next one, or round robin.",
		Example: routingExample, Lint: lintRouting})
	blueprint.Register(reg, blueprint.Kind[AttentionSpec]{Name: "attention", Title: "Attention requests",
		Summary: "How colleagues ask for attention on a ticket, and how soon somebody shall see to it.",
		Example: attentionExample, Lint: lintAttention})
	blueprint.Register(reg, blueprint.Kind[TicketReportSpec]{Name: "ticket-report", Title: "Ticket report",
		Summary: "A list of tickets whose promise was missed long ago, made and mailed at fixed times.",
		Example: ticketReportExample, Lint: lintTicketReport})
}

// environment is what conditions about tickets may read.
var environment = sync.OnceValue(func() *rule.Env {
	env, err := rule.New("ticket", Fields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	return env
})

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
