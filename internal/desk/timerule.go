package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/lang"
)

// TimeRuleSpec is the spec of kind time_rule: what to do when something has lasted long enough,
// or a promise is nearly due. It has exactly one time term; the rest is checked when it is due.
type TimeRuleSpec struct {
	Order     int                 `yaml:"order" doc:"Place among the time rules; lower comes first, then by name."`
	After     blueprint.Duration  `yaml:"after" doc:"How long something must have lasted, such as 168h. With since."`
	Since     string              `yaml:"since" doc:"What is waited on: state (in its present state), created, updated, assigned, asked (the customer's last message), replied (an agent's last message) or solved." enum:"state,created,updated,assigned,asked,replied,solved"`
	In        []string            `yaml:"in" doc:"With since: state, the states that count; every one when empty." enum:"new,open,pending,hold,solved"`
	BeforeDue *blueprint.Duration `yaml:"before_due" doc:"How long before a promise is due, instead of after and since; 0m when it is due."`
	Metric    string              `yaml:"metric" doc:"With before_due, which promise; any when empty." enum:"first_reply,next_reply,pausable_update,periodic_update,agent_work,requester_wait,total_resolution"`
	Calendar  string              `yaml:"calendar" doc:"Whose working time counts; around the clock when empty." ref:"calendar"`
	When      string              `yaml:"when" doc:"What must hold besides; always when empty." format:"cel:ticket"`
	Do        []Action            `yaml:"do" doc:"What it does, in order." required:"true"`
	Stop      bool                `yaml:"stop" doc:"Later time rules that are due at the same moment are passed over when this one fired."`
	Once      bool                `yaml:"once" doc:"Fires once in a ticket's life; once in each stretch of time otherwise."`

	Disabled bool `yaml:"disabled" doc:"Not in force: it stays in the configuration and does nothing."`
}

// timeRuleKind is the kind of blueprint of time rules.
const timeRuleKind = "time_rule"

// word is what people call the rule: a trigger or a time rule.
func (tr *Trigger) word() string { return strings.ReplaceAll(tr.Kind, "_", " ") }

// What a time rule can wait on.
const (
	sinceState    = "state"
	sinceCreated  = "created"
	sinceUpdated  = "updated"
	sinceAssigned = "assigned"
	sinceAsked    = "asked"
	sinceReplied  = "replied"
	sinceSolved   = "solved"
)

// TimeRule is a time rule in force. As a trigger it says what it does.
type TimeRule struct {
	*Trigger
	Spec     TimeRuleSpec
	calendar *bizcal.Calendar // nil: around the clock
	plain    bool             // its condition reads the ticket's own row only
	still    bool             // its condition changes only with the ticket: while it does not hold, nothing is waited for
}

// stillFields are those that only a change of the ticket moves, which looks at its timer anew.
var stillFields = []string{"ticket.status", "ticket.priority", "ticket.type", "ticket.channel", "ticket.tags"}

// timeRules compiles the time rules of a set, in order.
func timeRules(set *blueprint.Set, calendars map[string]*Calendar) (out []*TimeRule) {
	for _, b := range blueprint.All[TimeRuleSpec](set) {
		if b.Spec.Disabled {
			continue
		}
		r := &TimeRule{Spec: b.Spec, Trigger: &Trigger{Named: named(b.Entry), When: set.Rule("time_rule", b.Name, "when"),
			Spec: TriggerSpec{Order: b.Spec.Order, Do: b.Spec.Do, Stop: b.Spec.Stop}}}
		if c := calendars[b.Spec.Calendar]; c != nil {
			r.calendar = c.Calendar
		}
		r.plain = r.When == nil || !slices.ContainsFunc(r.When.Fields(), func(f string) bool {
			return strings.HasPrefix(f, "ticket.requester") || strings.HasPrefix(f, "ticket.assignee") || strings.HasPrefix(f, "ticket.organization")
		})
		r.still = r.When != nil && !slices.ContainsFunc(r.When.Fields(), func(f string) bool { return !slices.Contains(stillFields, f) })
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b *TimeRule) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// timeRule is a time rule by its blueprint id; nil when it is retired.
func (cfg *Config) timeRule(id int64) *TimeRule {
	for _, r := range cfg.TimeRules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// spell is a stretch of time that a time rule waits out on a ticket.
type spell struct {
	rule   int64
	metric Metric    // of the promise it waits for; "" when it waits for none
	since  time.Time // when it began, which names it
	due    time.Time // when it has lasted long enough
	event  int64     // what began it, when that is known
}

// spells are the stretches of time under way on a ticket: none when the rule waits for
// something that is not so.
func (r *TimeRule) spells(t *Ticket, clocks []*Clock) (out []spell) {
	if t.Status == StatusClosed || t.Hidden != "" {
		return nil // nothing about it changes
	}
	if r.Spec.BeforeDue != nil {
		for _, c := range clocks {
			if !c.Ended.IsZero() || c.Due.IsZero() || r.Spec.Metric != "" && Metric(r.Spec.Metric) != c.Metric {
				continue
			}
			out = append(out, spell{r.ID, c.Metric, c.Started, r.before(c.Due), c.EventID})
		}
		return out
	}
	since := r.since(t)
	if since.IsZero() {
		return nil
	}
	due := since.Add(r.Spec.After.Std())
	if r.calendar != nil {
		var ok bool
		if due, ok = r.calendar.After(since, r.Spec.After.Std()); !ok {
			return nil // its calendar never opens again
		}
	}
	return []spell{{rule: r.ID, since: since, due: due}}
}

// since is when what the rule waits on began; zero when it has not.
func (r *TimeRule) since(t *Ticket) time.Time {
	switch r.Spec.Since {
	case sinceState:
		if len(r.Spec.In) > 0 && !slices.Contains(r.Spec.In, string(t.Status)) {
			return timeZero
		}
		return t.StateSince
	case sinceCreated:
		return t.Created
	case sinceUpdated:
		return t.Updated
	case sinceAssigned:
		return t.AssignedAt
	case sinceAsked:
		return t.AskedAt
	case sinceReplied:
		return t.RepliedAt
	default:
		return t.SolvedAt
	}
}

// longestNotice is how long before a promise is due a rule may act.
const longestNotice = 60 * 24 * time.Hour

// before is the moment from which on the rest of the time until due is what the rule says.
func (r *TimeRule) before(due time.Time) time.Time {
	rest := r.Spec.BeforeDue.Std()
	if r.calendar == nil || rest == 0 {
		return due.Add(-rest)
	}
	// Working time cannot be counted backwards; it never grows towards the end, though.
	early, late := due.Add(-longestNotice), due
	for late.Sub(early) > time.Second {
		middle := early.Add(late.Sub(early) / 2)
		if r.calendar.Between(middle, due) > rest {
			early = middle
		} else {
			late = middle
		}
	}
	return late.Truncate(time.Second)
}

// term says the rule's time term in words, for a ticket as it is.
func (r *TimeRule) term(l *lang.Language) string {
	switch {
	case r.Spec.BeforeDue == nil:
		return r.long(l, r.Spec.After.Std()) + " " + r.waited(l)
	case *r.Spec.BeforeDue == 0:
		return l.Say("%s is due", r.promise(l))
	default:
		return l.Say("%s or less until %s is due", r.long(l, r.Spec.BeforeDue.Std()), l.Within(r.promise(l)))
	}
}

// long says a duration, around the clock in days where it is of whole ones.
func (r *TimeRule) long(l *lang.Language, d time.Duration) string {
	const day = 24 * time.Hour
	if r.calendar == nil && d >= 2*day && d%day == 0 {
		return l.Say("%d days", d/day)
	}
	if r.calendar != nil {
		return l.Say("%s of working time", words(d))
	}
	return words(d).Speak(l)
}

func (r *TimeRule) promise(l *lang.Language) string {
	if r.Spec.Metric == "" {
		return l.Word("A promise")
	}
	if name := metricWords[Metric(r.Spec.Metric)]; name != "" {
		return l.Say("The %s", l.Within(l.Word(name)))
	}
	return l.Word("The promise")
}

// waited says what a rule waits on.
func (r *TimeRule) waited(l *lang.Language) string {
	switch r.Spec.Since {
	case sinceState:
		states := make([]string, len(r.Spec.In))
		for i, s := range r.Spec.In {
			states[i] = l.Word(statusWords[Status(s)])
		}
		if len(states) == 0 {
			return l.Word("in the same state")
		}
		return l.Say("in %s", strings.Join(states, l.Word(" or ")))
	case sinceCreated:
		return l.Word("since it was opened")
	case sinceUpdated:
		return l.Word("since the last change")
	case sinceAssigned:
		return l.Word("with the same assignee")
	case sinceAsked:
		return l.Word("since the customer's last message")
	case sinceReplied:
		return l.Word("since an agent's last message")
	default:
		return l.Word("since it was solved")
	}
}

// lintTimeRule finds time rules without a time, with two, and ones that cannot fire.
func lintTimeRule(c *blueprint.Context, spec TimeRuleSpec) {
	waits, counts := spec.After != 0 || spec.Since != "", spec.BeforeDue != nil
	switch {
	case waits && counts:
		c.Error("before_due", "A time rule has one time: either after and since, or before_due.")
	case counts:
		if spec.BeforeDue.Std() > longestNotice {
			c.Error("before_due", "%s is too long; 1440h is the most.", spec.BeforeDue)
		}
	case !waits:
		c.Error("", "A time rule needs a time: after and since, or before_due.")
	case spec.Since == "":
		c.Error("since", "Say what must have lasted %s: state, created, updated, assigned, asked, replied or solved.", spec.After)
	case spec.After.Std() < time.Minute:
		c.Error("after", "Say how long it must last: 1m at least.")
	}
	if len(spec.In) > 0 && spec.Since != sinceState {
		c.Error("in", "States count with since: state only.")
	}
	if spec.Metric != "" && !counts {
		c.Error("metric", "A metric goes with before_due.")
	}
	if spec.Calendar != "" {
		if cal, ok := blueprint.Get[bizcal.Spec](c.Set, spec.Calendar); ok && !cal.Open() {
			c.Warn("calendar", "The calendar %s is never open, so this rule never fires.", spec.Calendar)
		}
	}
	if len(spec.Do) == 0 {
		c.Error("do", "A time rule needs something to do.")
	}
	lintActions(c, "do", spec.Do)
	for i, a := range spec.Do {
		if a.Assignee == actorWord {
			c.Error(fmt.Sprintf("do[%d].assignee", i), "Nobody acts when a time rule fires. Give an address, or nobody.")
		}
	}
}
