package success

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"steward/internal/blueprint"
	"steward/internal/measure"
	"steward/internal/rule"
)

// Triage is the spec of kind triage: how often somebody says where an account stands.
type Triage struct {
	Order int                `yaml:"order" doc:"An account follows the first rhythm whose condition holds: by this number, then by name."`
	When  string             `yaml:"when" doc:"For which accounts, over account.… and measure.…: account.band == \"red\". For all when empty." max:"4000"`
	Every blueprint.Duration `yaml:"every" doc:"How long after a health update the next one is due." required:"true"`
	Ahead blueprint.Duration `yaml:"ahead" doc:"How long before it is due it stands in My work; two days when empty."`
}

// rhythm is one in force. when is nil where it is for every account.
type rhythm struct {
	ID      int64
	Version int
	Title   string
	Spec    Triage
	when    *rule.Program
}

// ahead is how long before it is due an update is asked for.
func (r rhythm) ahead() time.Duration { return orDays(r.Spec.Ahead, 2) }

// The shortest and the longest rhythm.
const (
	minRhythm = 24 * time.Hour
	maxRhythm = 400 * 24 * time.Hour
)

func registerRhythms(reg *blueprint.Registry, measures *measure.Registry) {
	blueprint.Register(reg, blueprint.Kind[Triage]{Name: "triage", Title: "Risk triage",
		Summary: "How often a health update is due: where the account stands, what to bear in mind, what to watch and what comes next. It stands in My work of whoever looks after the account.",
		Example: "kind: triage\nname: at-risk\ntitle: Weekly while at risk\norder: 10\nwhen: account.band == \"red\"\nevery: 168h\n",
		Lint: func(c *blueprint.Context, t Triage) {
			switch every, ahead := t.Every.Std(), orDays(t.Ahead, 2); {
			case every < minRhythm || every > maxRhythm:
				c.Error("every", "A rhythm lies between a day and 400 days (9600h).")
			case ahead < 0 || ahead >= every:
				c.Error("ahead", "An update would be asked for before the last one was written. Ask for it less than %s ahead.", every)
			}
			if t.When != "" {
				lintWhen(c, measures, t.When)
			}
		}})
}

// lintWhen tells what is wrong with a condition over accounts and measures.
func lintWhen(c *blueprint.Context, measures *measure.Registry, when string) {
	p, err := compileWhen(c.Set, measures, when)
	var bad *rule.Error
	switch {
	case errors.As(err, &bad):
		for _, problem := range bad.Problems {
			c.ErrorAt("when", problem)
		}
	case err != nil:
		c.Error("when", "%s", err.Error())
	default:
		for _, problem := range p.Never() {
			c.WarnAt("when", problem)
		}
	}
}

// rhythmsOf are the rhythms of a configuration that compile, in the order in which they are asked.
func rhythmsOf(set *blueprint.Set, measures *measure.Registry) (out []rhythm) {
	all := blueprint.All[Triage](set)
	slices.SortStableFunc(all, func(a, b blueprint.Named[Triage]) int {
		return cmp.Or(a.Spec.Order-b.Spec.Order, cmp.Compare(a.Name, b.Name))
	})
	for _, b := range all {
		r := rhythm{ID: b.ID, Version: b.Version, Title: b.Title, Spec: b.Spec}
		if b.Spec.When != "" {
			p, err := compileWhen(set, measures, b.Spec.When)
			if err != nil {
				continue // lint has said why
			}
			r.when = p
		}
		out = append(out, r)
	}
	return out
}

// next is what the next update of an account under a rhythm is counted from. last is when the last one was
// written, zero without one. Counting begins with that, or when the rhythm becomes the account's; but another
// rhythm never puts off what is due.
func (r rhythm) next(a Account, last, now time.Time) time.Time {
	from := a.RhythmFrom
	if a.RhythmID != r.ID {
		if from = now; a.RhythmID == 0 && !last.IsZero() {
			from = last
		}
		if was := a.UpdateDue.Add(-r.Spec.Every.Std()); !a.UpdateDue.IsZero() && was.Before(from) {
			from = was
		}
	}
	if last.After(from) {
		from = last
	}
	return from
}
