package desk

import (
	"time"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/fault"
	"steward/internal/lang"
)

// AttentionSpec is the spec of kind attention: how colleagues ask for attention on a ticket.
type AttentionSpec struct {
	Order    int                `yaml:"order" doc:"The lowest of several is in force."`
	After    blueprint.Duration `yaml:"after" doc:"How old a ticket must be; 30m when empty." min:"1m" max:"168h"`
	Hours    string             `yaml:"hours" doc:"When attention can be asked for; times are counted in it." ref:"calendar" required:"true"`
	Urgent   blueprint.Duration `yaml:"urgent" doc:"How soon somebody sees to an urgent one; 30m when empty." min:"1m" max:"168h"`
	Timely   blueprint.Duration `yaml:"timely" doc:"The same of a timely one; 1h when empty." min:"1m" max:"168h"`
	NotSo    blueprint.Duration `yaml:"not_urgent" doc:"The same of one that is not urgent; 2h when empty." min:"1m" max:"168h"`
	Escalate []string           `yaml:"escalate" doc:"Addresses that are written to when one is overdue." format:"email" max:"20"`
}

// AttentionRule is the attention blueprint in force.
type AttentionRule struct {
	Named
	Spec  AttentionSpec
	Hours *bizcal.Calendar
}

const attentionExample = "kind: attention\nname: attention\ntitle: Attention requests\nafter: 30m\nhours: office-hours\nurgent: 30m\ntimely: 1h\nnot_urgent: 2h\nescalate: [support-managers@company.example]\n"

func lintAttention(c *blueprint.Context, s AttentionSpec) {
	if within(s.Urgent, 30*time.Minute) > within(s.Timely, time.Hour) || within(s.Timely, time.Hour) > within(s.NotSo, 2*time.Hour) {
		c.Warn("urgent", "What presses more is seen to later: urgent shall be the shortest and not_urgent the longest.")
	}
	if cal, ok := blueprint.Get[bizcal.Spec](c.Set, s.Hours); ok && !cal.Open() {
		c.Warn("hours", "The calendar %s is never open, so attention can never be asked for.", s.Hours)
	}
	for _, other := range blueprint.All[AttentionSpec](c.Set) {
		if other.Name != c.Entry.Name && (other.Spec.Order < s.Order || other.Spec.Order == s.Order && other.Name < c.Entry.Name) {
			c.Warn("order", "%s comes first, so this one is not in force.", other.Name)
		}
	}
}

func within(d blueprint.Duration, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d.Std()
}

// attentionOf is the attention blueprint in force; nil when there is none.
func attentionOf(set *blueprint.Set, calendars map[string]*Calendar) (first *AttentionRule) {
	for _, b := range blueprint.All[AttentionSpec](set) {
		c := calendars[b.Spec.Hours]
		if c == nil || first != nil && (first.Spec.Order < b.Spec.Order || first.Spec.Order == b.Spec.Order && first.Name < b.Name) {
			continue
		}
		first = &AttentionRule{named(b.Entry), b.Spec, c.Calendar}
	}
	return first
}

// within is how soon somebody shall see to it; source of the figures when empty: the attention
// requests of a large software company's support (2 h, 1 h, 30 min).
func (r *AttentionRule) within(urgency string) (time.Duration, bool) {
	switch urgency {
	case "urgent":
		return within(r.Spec.Urgent, 30*time.Minute), true
	case "timely":
		return within(r.Spec.Timely, time.Hour), true
	case "not_urgent":
		return within(r.Spec.NotSo, 2*time.Hour), true
	}
	return 0, false
}

// allows refuses young and closed tickets, and times outside the hours. from is when it can be asked for; zero when no time helps.
func (r *AttentionRule) allows(t *Ticket, now time.Time) (from time.Time, err error) {
	after := within(r.Spec.After, 30*time.Minute)
	switch {
	case t.Status.Done():
		return from, fault.New(fault.Invalid, "This ticket is %s: nothing on it waits for attention.", t.Status)
	case now.Sub(t.Created) < after:
		return r.open(t.Created.Add(after)), fault.New(fault.Invalid, "The ticket is younger than %s.", words(after))
	case !r.Hours.Active(now):
		return r.open(now), fault.New(fault.Invalid, "Nobody is there to see to it now.")
	}
	return from, nil
}

// open is the first moment of its hours from then on.
func (r *AttentionRule) open(from time.Time) time.Time {
	if r.Hours.Active(from) {
		return from
	}
	opens, _ := r.Hours.After(from, 0)
	return opens
}

// refusal is allows for who asked all the same: it says in the zone they read in when they can ask.
func (r *AttentionRule) refusal(t *Ticket, now time.Time, zone *time.Location) error {
	from, err := r.allows(t, now)
	if err == nil || from.IsZero() {
		return err
	}
	when := lang.At(from.In(zone), "Mon 15:04 MST")
	if from.Sub(now) < time.Hour {
		when = lang.At(from.In(zone), "15:04 MST")
	}
	return fault.New(fault.Invalid, "%s Attention can be asked for from %s on.", err, when)
}
