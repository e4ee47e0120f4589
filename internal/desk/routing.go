package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/availability"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/rule"
)

// RoutingSpec is the spec of kind routing: a queue of waiting tickets by weight, and how they
// come to people.
type RoutingSpec struct {
	Order   int                `yaml:"order" doc:"Place among the queues: a ticket is in the first whose condition holds."`
	Match   string             `yaml:"match" doc:"Which tickets; every ticket when empty." format:"cel:ticket"`
	Teams   []string           `yaml:"teams" doc:"Whose members take the queue's tickets that have no team; whoever may change tickets when empty. A ticket with a team is its members'." ref:"team"`
	Weights RoutingWeights     `yaml:"weights" doc:"What a ticket weighs."`
	Regions *RoutingRegions    `yaml:"regions" doc:"Which tickets are left to a region for a while."`
	Skills  []RoutingSkill     `yaml:"skills" doc:"What tickets need somebody to know: all that hold, five at most." max:"50"`
	RelaxIn string             `yaml:"relax_calendar" doc:"In whose working time skills relax; around the clock when empty." ref:"calendar"`
	SkillOf string             `yaml:"skill_attribute" doc:"The field of people that holds what they know; skills when empty."`
	Load    RoutingLoad        `yaml:"load" doc:"What open tickets weigh on whoever has them, and how much one person carries."`
	Assign  string             `yaml:"assign" doc:"on_request: colleagues ask for the next ticket. round_robin: tickets are given to whoever carries least. on_request when empty." enum:"on_request,round_robin"`
	Every   blueprint.Duration `yaml:"every" doc:"How often round robin looks at what was left over; each ticket is looked at when it comes, too. 10m when empty." min:"1m" max:"24h"`
	Hours   string             `yaml:"hours" doc:"When round robin gives tickets out; always when empty. Hours of regions and time off count besides." ref:"calendar"`
}

// RoutingWeights are points. The promise of a ticket is its nought: it weighs nothing when it is
// due, less before and more after, one point for each stretch of time.
type RoutingWeights struct {
	Point        blueprint.Duration `yaml:"point" doc:"How much waiting is one point; 1h when empty." min:"1m" max:"168h"`
	WithoutClock blueprint.Duration `yaml:"without_clock" doc:"A ticket without a running promise is weighed as if it were due this long after it began to wait; 24h when empty." min:"1m" max:"8760h"`
	Priority     PriorityPoints     `yaml:"priority" doc:"Points by priority."`
	Bounce       int                `yaml:"bounce" doc:"Points for each time the ticket was taken from an assignee or a team." min:"-1000" max:"1000"`
	When         []RoutingPoints    `yaml:"when" doc:"Points for tickets of which a condition holds, such as their customer's plan." max:"100"`
}

// PriorityPoints are points by priority.
type PriorityPoints struct {
	Low    int `yaml:"low" doc:"At low priority." min:"-100000" max:"100000"`
	Normal int `yaml:"normal" doc:"At normal priority." min:"-100000" max:"100000"`
	High   int `yaml:"high" doc:"At high priority." min:"-100000" max:"100000"`
	Urgent int `yaml:"urgent" doc:"At urgent priority." min:"-100000" max:"100000"`
}

func (p PriorityPoints) of(pr Priority) int {
	switch pr {
	case "low":
		return p.Low
	case "normal":
		return p.Normal
	case "high":
		return p.High
	default:
		return p.Urgent
	}
}

// RoutingPoints are points for tickets of which something holds.
type RoutingPoints struct {
	Title  string `yaml:"title" doc:"What the explanation calls it." required:"true"`
	When   string `yaml:"when" doc:"What must hold of the ticket." format:"cel:ticket" required:"true"`
	Points int    `yaml:"points" doc:"How many; less than nought makes it lighter." required:"true" min:"-100000" max:"100000"`
}

// RoutingRegions leave tickets to a region for a while.
type RoutingRegions struct {
	Hold     blueprint.Duration `yaml:"hold" doc:"Working time for which colleagues of other regions leave the ticket; 8h when empty." min:"1m" max:"168h"`
	Calendar string             `yaml:"calendar" doc:"In which that time is counted." ref:"calendar" required:"true"`
	Prefer   []RoutingPrefer    `yaml:"prefer" doc:"Which tickets prefer which region; the first that holds counts." required:"true" max:"50"`
}

// RoutingPrefer says which tickets prefer a region.
type RoutingPrefer struct {
	Region string `yaml:"region" doc:"The region." ref:"region" required:"true"`
	When   string `yaml:"when" doc:"What must hold of the ticket." format:"cel:ticket" required:"true"`
	Points int    `yaml:"points" doc:"Points for such tickets." min:"-100000" max:"100000"`
}

// RoutingSkill is something a ticket may need somebody to know.
type RoutingSkill struct {
	Skill string             `yaml:"skill" doc:"As it stands in the field of people." required:"true" max:"100"`
	When  string             `yaml:"when" doc:"Which tickets need it." format:"cel:ticket" required:"true"`
	Relax blueprint.Duration `yaml:"relax" doc:"Once a ticket has waited so long it goes to colleagues without this skill too; never when empty." min:"1m" max:"8760h"`
}

// RoutingLoad is what tickets weigh on people.
type RoutingLoad struct {
	Cap     int `yaml:"cap" doc:"How much one person carries at most; any amount when empty." min:"0" max:"10000"`
	Ticket  int `yaml:"ticket" doc:"What an open ticket weighs; 1 when empty." min:"0" max:"1000"`
	Urgent  int `yaml:"urgent" doc:"What an urgent one weighs until a colleague has answered it; 5 when empty. Then it weighs what others do." min:"0" max:"1000"`
	Pending int `yaml:"pending" doc:"What a ticket weighs that waits for somebody else; nothing when empty." min:"0" max:"1000"`
}

// Queue is a routing blueprint in force.
type Queue struct {
	Named
	Spec      RoutingSpec
	Match     *rule.Program // nil: every ticket
	TeamIDs   []int64
	Hours     *bizcal.Calendar // nil: always
	hold      *bizcal.Calendar
	points    []*rule.Program // of Spec.Weights.When
	prefers   []*rule.Program // of Spec.Regions.Prefer
	preferred []*availability.Region
	skills    []*rule.Program  // of Spec.Skills
	relaxes   *bizcal.Calendar // nil: around the clock
}

// point is how much waiting is one point.
func (q *Queue) point() time.Duration { return cmp.Or(q.Spec.Weights.Point.Std(), time.Hour) }

func (q *Queue) every() time.Duration { return cmp.Or(q.Spec.Every.Std(), 10*time.Minute) }

func (q *Queue) roundRobin() bool { return q.Spec.Assign == "round_robin" }

// queues compiles the queues of a set, in order.
func queues(set *blueprint.Set, teams map[string]int64, calendars map[string]*Calendar, regions *availability.Config) (out []*Queue) {
	for _, b := range blueprint.All[RoutingSpec](set) {
		q := &Queue{Named: named(b.Entry), Spec: b.Spec, Match: set.Rule("routing", b.Name, "match")}
		for _, name := range b.Spec.Teams {
			q.TeamIDs = append(q.TeamIDs, teams[name])
		}
		if c := calendars[b.Spec.Hours]; c != nil {
			q.Hours = c.Calendar
		}
		if c := calendars[b.Spec.RelaxIn]; c != nil {
			q.relaxes = c.Calendar
		}
		for i := range b.Spec.Weights.When {
			q.points = append(q.points, set.Rule("routing", b.Name, fmt.Sprintf("weights.when[%d].when", i)))
		}
		for i := range b.Spec.Skills {
			q.skills = append(q.skills, set.Rule("routing", b.Name, fmt.Sprintf("skills[%d].when", i)))
		}
		if r := b.Spec.Regions; r != nil {
			q.hold = calendars[r.Calendar].Calendar
			for i, p := range r.Prefer {
				q.prefers = append(q.prefers, set.Rule("routing", b.Name, fmt.Sprintf("regions.prefer[%d].when", i)))
				q.preferred = append(q.preferred, regions.Named(p.Region))
			}
		}
		out = append(out, q)
	}
	slices.SortStableFunc(out, func(a, b *Queue) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// Queue returns a queue by its blueprint id; nil when there is none.
func (cfg *Config) Queue(id int64) *Queue {
	for _, q := range cfg.Queues {
		if q.ID == id {
			return q
		}
	}
	return nil
}

// QueueNamed returns a queue by name; nil when there is none.
func (cfg *Config) QueueNamed(name string) *Queue {
	for _, q := range cfg.Queues {
		if q.Name == name {
			return q
		}
	}
	return nil
}

// signature names all that the rows of the queue are worked out from beside the tickets.
func (cfg *Config) signature() string {
	var b strings.Builder
	for _, q := range cfg.Queues {
		fmt.Fprintf(&b, "%d.%d ", q.ID, q.Version)
	}
	for _, r := range cfg.Regions.Regions {
		fmt.Fprintf(&b, "r%d.%d ", r.ID, r.Version)
	}
	return b.String()
}

// lintRouting finds queues that stay empty, weights that move by themselves, and loads nobody can carry.
func lintRouting(c *blueprint.Context, s RoutingSpec) {
	still := func(path, when string) {
		p := c.Rule(path)
		if p == nil || when == "" {
			return
		}
		for _, f := range p.Fields() {
			if f == "now" || f == "ticket.updated" || f == "ticket.due" {
				c.Error(path, "A weight grows by itself at one speed for all tickets, so that the order never has to be worked out again; a condition here cannot read %s.", f)
			}
		}
	}
	still("match", s.Match)
	for i, w := range s.Weights.When {
		still(fmt.Sprintf("weights.when[%d].when", i), w.When)
	}
	for i, k := range s.Skills {
		still(fmt.Sprintf("skills[%d].when", i), k.When)
	}
	lintSkills(c, s)
	if r := s.Regions; r != nil {
		for i, p := range r.Prefer {
			still(fmt.Sprintf("regions.prefer[%d].when", i), p.When)
		}
		if cal, ok := blueprint.Get[bizcal.Spec](c.Set, r.Calendar); ok && !cal.Open() {
			c.Warn("regions.calendar", "The calendar %s is never open, so tickets are left to a region for ever.", r.Calendar)
		}
	}
	if s.Load.Cap > 0 && s.Load.Cap < cmp.Or(s.Load.Urgent, 5) {
		c.Warn("load.cap", "An urgent ticket weighs %d, more than anybody may carry: nobody could be given one.", cmp.Or(s.Load.Urgent, 5))
	}
	if (s.Every != 0 || s.Hours != "") && s.Assign != "round_robin" {
		c.Warn("assign", "every and hours are for round robin; colleagues ask for the tickets of this queue.")
	}
	for _, other := range blueprint.All[RoutingSpec](c.Set) {
		first := other.Spec.Order < s.Order || other.Spec.Order == s.Order && other.Name < c.Entry.Name
		if other.Name != c.Entry.Name && other.Spec.Match == "" && first {
			c.Warn("order", "The queue %s takes every ticket and comes first, so this one stays empty.", other.Name)
		}
	}
}

const routingExample = `kind: routing
name: support
title: Support
teams: [support]
weights:
  point: 1h
  priority: { urgent: 24, high: 8, low: -8 }
  bounce: 4
  when:
    - { title: Ultimate plan, when: 'ticket.organization.attributes.plan == "ultimate"', points: 6 }
load: { cap: 20, urgent: 5 }
`
