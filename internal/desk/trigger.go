package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/rule"
)

// TriggerSpec is the spec of kind trigger: what to do when a ticket changes.
type TriggerSpec struct {
	Order int      `yaml:"order" doc:"Place among the triggers; lower comes first, then by name."`
	On    []string `yaml:"on" doc:"What it listens to: created, changed (a field), commented (the customer wrote), replied (a colleague answered), noted, side_answered (somebody answered in a side conversation); everything but the last when empty." enum:"created,changed,commented,replied,noted,side_answered"`
	When  string   `yaml:"when" doc:"What must hold; always when empty. change tells what happened, before how the ticket was." format:"cel:change"`
	Do    []Action `yaml:"do" doc:"What it does, in order." required:"true"`
	Stop  bool     `yaml:"stop" doc:"Later triggers do not look at the change when this one fired."`
	Once  bool     `yaml:"once" doc:"Fires once in a ticket's life."`

	Disabled bool `yaml:"disabled" doc:"Not in force: it stays in the configuration and does nothing."`
}

// Trigger is a trigger in force.
type Trigger struct {
	Named
	Spec TriggerSpec
	When *rule.Program // nil: always
}

// The happenings that triggers listen to.
const (
	onCreated   = "created"
	onChanged   = "changed"
	onCommented = "commented"
	onReplied   = "replied"
	onNoted     = "noted"

	onSideAnswered = "side_answered" // only for those who ask for it: nothing happened with the customer
)

// triggers compiles the triggers of a set, in order.
func triggers(set *blueprint.Set) (out []*Trigger) {
	for _, b := range blueprint.All[TriggerSpec](set) {
		if b.Spec.Disabled {
			continue
		}
		out = append(out, &Trigger{named(b.Entry), b.Spec, set.Rule("trigger", b.Name, "when")})
	}
	slices.SortStableFunc(out, func(a, b *Trigger) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// hears reports whether the trigger listens to what happened.
func (tr *Trigger) hears(happened []string) bool {
	if len(tr.Spec.On) == 0 {
		return !slices.Equal(happened, []string{onSideAnswered})
	}
	return slices.ContainsFunc(tr.Spec.On, func(on string) bool { return slices.Contains(happened, on) })
}

// reads reports whether the trigger's condition looks at a changed field, which makes the
// change a cause of its firing.
func (tr *Trigger) reads(changed map[string]any) bool {
	if tr.When == nil {
		return false
	}
	for _, path := range tr.When.Fields() {
		if path == "change.fields" {
			return true
		}
		if _, ok := changed[columnOf[path]]; ok {
			return true
		}
		if _, ok := changed[strings.TrimPrefix(path, "ticket.")]; ok { // an attribute
			return true
		}
	}
	return false
}

// columnOf maps what conditions read to the names fields have in events.
var columnOf = map[string]string{"ticket.status": "status", "ticket.priority": "priority", "ticket.team": "team_id", "ticket.tags": "tags",
	"ticket.subject": "subject", "ticket.type": "type", "ticket.task_due": "task_due", "ticket.problem": "problem_id", "ticket.entitlement": "entitlement_id", "ticket.entitled": "refused", "ticket.refused": "refused", "ticket.assignee": "assignee_id"}

// ChangeFields are what triggers may read: the ticket, how it was before, and what happened.
func ChangeFields() []rule.Field {
	statuses, priorities := enumOf(Statuses), enumOf(Priorities)
	return append(Fields(),
		rule.Field{Path: "before.status", Type: statuses, Title: "Status before", Doc: "State before the change; missing for a new ticket."},
		rule.Field{Path: "before.priority", Type: priorities, Title: "Priority before", Doc: "Priority before the change."},
		rule.Field{Path: "before.team", Type: rule.Text, Names: "team", Title: "Team before", Doc: "Name of the team before the change."},
		rule.Field{Path: "before.assigned", Type: rule.Bool, Title: "Assigned before", Doc: "Whether somebody had it before the change."},
		rule.Field{Path: "before.tags", Type: rule.Texts, Title: "Tags before", Doc: "Tags before the change."},
		rule.Field{Path: "before.attributes", Type: rule.Attributes, Title: "Attributes before", Doc: "Custom attributes before the change.", Private: true},
		rule.Field{Path: "change.fields", Type: rule.Texts, Title: "Changed fields", Doc: "Names of the fields that have changed: status, priority, assignee, team, tags, subject, form, attributes.NAME."},
		rule.Field{Path: "change.by", Type: rule.Enum("agent", "customer", "system", "other"), Title: "Changed by", Doc: "Who made the change; other is somebody who answered in a side conversation."},
		rule.Field{Path: "change.text", Type: rule.Text, Title: "Message", Doc: "Text of the message, when somebody wrote.", Private: true},
		rule.Field{Path: "change.automatic", Type: rule.Bool, Title: "Automatic message", Doc: "Whether a machine wrote, such as an absence notice."},
		rule.Field{Path: "change.docs", Type: rule.Bool, Title: "Answered with documentation", Doc: "Whether an agent's reply links to the documentation."},
		rule.Field{Path: "change.channel", Type: rule.Text, Title: "Channel of the change", Doc: "How the message came: mail, api or web."},
	)
}

func enumOf[T ~string](values []T) rule.Type {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return rule.Enum(out...)
}

// lintTrigger finds triggers that cannot fire or fire again and again.
func lintTrigger(c *blueprint.Context, spec TriggerSpec) {
	if len(spec.Do) == 0 {
		c.Error("do", "A trigger needs something to do.")
	}
	lintActions(c, "do", spec.Do)
	every := len(spec.On) == 0 || slices.Contains(spec.On, onReplied) || slices.Contains(spec.On, onCommented) || slices.Contains(spec.On, onNoted) || slices.Contains(spec.On, onChanged)
	for i, a := range spec.Do {
		if a.Notify != nil && spec.When == "" && every && !spec.Once {
			c.Warn(fmt.Sprintf("do[%d].notify", i), "Without a condition this mail leaves at every change of every ticket.")
		}
	}
	for _, other := range blueprint.All[TriggerSpec](c.Set) {
		if other.Name < c.Entry.Name && other.Spec.Order == spec.Order && spec.Order != 0 {
			c.Note("order", "The trigger %s has the same order, so their names decide which comes first.", other.Name)
		}
		if other.Spec.Stop && other.Spec.When == "" && len(other.Spec.On) == 0 && !other.Spec.Once && other.Spec.Order < spec.Order {
			c.Warn("order", "The trigger %s always fires and stops the later ones, so this one is never looked at.", other.Name)
		}
	}
}
