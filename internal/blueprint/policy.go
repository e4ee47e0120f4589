package blueprint

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Policy is the spec of kind policy: which changes of the configuration need approval before
// they are applied, whose, and when none may be applied.
type Policy struct {
	Covers      []PolicyCover  `yaml:"covers" doc:"Which blueprints; a policy always covers itself." required:"true" min:"1" max:"100"`
	Criticality string         `yaml:"criticality" doc:"How much a mistake costs: C1 stops customers' work, C4 is cosmetic." enum:"C1,C2,C3,C4" required:"true"`
	Approvals   int            `yaml:"approvals" doc:"How many people must approve, none of them an author; 1 when empty." min:"1" max:"10"`
	Roles       []string       `yaml:"roles" doc:"Who may approve: whoever has one of these roles." ref:"role"`
	Teams       []string       `yaml:"teams" doc:"Who may approve: whoever is in one of these teams. Without roles and teams, whoever has the right to approve." ref:"team"`
	Notice      Duration       `yaml:"notice" doc:"Time between the last edit of a request and applying it."`
	Freeze      []PolicyFreeze `yaml:"freeze" doc:"Days on which nothing is applied." max:"200"`
	TimeZone    string         `yaml:"time_zone" doc:"Zone of the days; UTC when empty." format:"time-zone"`
	Apply       string         `yaml:"apply" doc:"Once approved: automatic applies it as soon as it may be, author waits for an author or approver to do so; automatic when empty." enum:"automatic,author"`
}

// PolicyCover names blueprints.
type PolicyCover struct {
	Kind  string   `yaml:"kind" doc:"A kind, or * for any." required:"true" short:"true"`
	Names []string `yaml:"names" doc:"Their names, with * for any characters; every one when empty."`
}

// PolicyFreeze is a stretch of days.
type PolicyFreeze struct {
	From   string `yaml:"from" doc:"First day." format:"date" required:"true"`
	Until  string `yaml:"until" doc:"Last day." format:"date" required:"true"`
	Reason string `yaml:"reason" doc:"Why, for people who are held up."`
}

// KindPolicy is the name of the kind whose documents are policies.
const KindPolicy = "policy"

// RegisterPolicy adds the kind policy.
func RegisterPolicy(r *Registry) {
	Register(r, Kind[Policy]{Name: KindPolicy, Title: "Change policy",
		Summary: "Which changes of the configuration need somebody else's approval, and when none are applied.",
		Example: "kind: policy\nname: service-levels\ntitle: Service levels need a second pair of eyes\ncovers:\n  - sla\n  - { kind: mailbox, names: [\"support-*\"] }\ncriticality: C2\napprovals: 1\nroles: [admin]\nnotice: 1h\nfreeze:\n  - { from: 2026-12-21, until: 2027-01-02, reason: Holidays }\n",
		Lint:    lintPolicy})
}

func lintPolicy(c *Context, p Policy) {
	roles := false
	for i, cover := range p.Covers {
		roles = roles || cover.Kind == "role" || cover.Kind == "*"
		at := fmt.Sprintf("covers[%d]", i)
		if cover.Kind != "*" && c.Set.reg.kinds[cover.Kind] == nil {
			c.Error(at+".kind", "%s", c.Set.reg.unknownKind(cover.Kind))
		}
		for j, name := range cover.Names {
			if _, err := path.Match(name, ""); err != nil || strings.ContainsAny(name, "[]\\?/") {
				c.Error(fmt.Sprintf("%s.names[%d]", at, j), "%q is not a name: letters, digits and hyphens, and * for any of them.", name)
			} else if !slices.ContainsFunc(c.Set.items, func(it *item) bool { return !it.Retired && cover.matches(it.Key()) }) {
				c.Note(fmt.Sprintf("%s.names[%d]", at, j), "No %s has such a name now.", cover.Kind)
			}
		}
	}
	for i, f := range p.Freeze {
		if f.From > f.Until {
			c.Error(fmt.Sprintf("freeze[%d].until", i), "It ends before it begins (%s).", f.From)
		}
	}
	if len(p.Roles) > 0 && !roles {
		c.Warn("roles", "Roles can be changed without approval: whoever may apply them can change who approves. Cover the kind role too.")
	}
}

// matches reports whether a cover names a blueprint.
func (c PolicyCover) matches(k Key) bool {
	if c.Kind != "*" && c.Kind != k.Kind {
		return false
	}
	return len(c.Names) == 0 || slices.ContainsFunc(c.Names, func(n string) bool { ok, _ := path.Match(n, k.Name); return ok })
}

// Requirement is what a policy asks of a change.
type Requirement struct {
	Policy      string        `json:"policy"`
	Title       string        `json:"title"`
	Criticality string        `json:"criticality"`
	Approvals   int           `json:"approvals"`
	Roles       []string      `json:"roles" nullable:"false"`
	Teams       []string      `json:"teams" nullable:"false"`
	Covers      []string      `json:"covers" nullable:"false"` // the changed blueprints it covers, "kind/name"
	spec        Policy        // the rest of it
	teamIDs     []int64       // of Teams
	notice      time.Duration // before it may be applied
}

// Words say who must approve: "1 approval by the role admin".
func (r Requirement) Words() string {
	var who []string
	for _, n := range r.Roles {
		who = append(who, "the role "+n)
	}
	for _, n := range r.Teams {
		who = append(who, "the team "+n)
	}
	if who == nil {
		who = []string{"somebody who may approve"}
	}
	if r.Approvals == 1 {
		return "approval by " + strings.Join(who, " or ")
	}
	return fmt.Sprintf("%d approvals by %s", r.Approvals, strings.Join(who, " or "))
}

// requirements are what the set's policies ask of changes to it.
func (s *Set) requirements(changes []BlueprintChange) []Requirement {
	var out []Requirement
	for _, p := range All[Policy](s) {
		r := Requirement{Policy: p.Name, Title: p.Title, Criticality: p.Spec.Criticality, Approvals: max(p.Spec.Approvals, 1), Roles: orEmpty(p.Spec.Roles),
			Teams: orEmpty(p.Spec.Teams), Covers: []string{}, spec: p.Spec, notice: p.Spec.Notice.Std()}
		for _, c := range changes {
			if c.Action == Unchanged {
				continue
			}
			keys := []Key{c.key()}
			if old, ok := s.ByID(c.ID); ok && c.ID != 0 {
				keys = append(keys, old.Key())
			}
			if slices.ContainsFunc(keys, func(k Key) bool {
				return k == p.Key() || slices.ContainsFunc(p.Spec.Covers, func(cover PolicyCover) bool { return cover.matches(k) })
			}) {
				r.Covers = append(r.Covers, c.key().String())
			}
		}
		if len(r.Covers) == 0 {
			continue
		}
		for _, name := range p.Spec.Teams {
			if e, ok := s.Entry("team", name); ok {
				r.teamIDs = append(r.teamIDs, e.ID)
			}
		}
		out = append(out, r)
	}
	return out
}

func orEmpty(names []string) []string { return append([]string{}, names...) }

// earliest is when a change last edited at edited may be applied, from now on, and the reason
// of a freeze that holds it up, "" for none.
func (r Requirement) earliest(edited, now time.Time) (at time.Time, why string) {
	at = now
	if notice := edited.Add(r.notice); notice.After(at) {
		at, why = notice, fmt.Sprintf("the policy %s asks for %s notice", r.Policy, r.spec.Notice)
	}
	zone, err := time.LoadLocation(r.spec.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	freezes := slices.Clone(r.spec.Freeze)
	slices.SortFunc(freezes, func(a, b PolicyFreeze) int { return strings.Compare(a.From, b.From) })
	for _, f := range freezes {
		if day := at.In(zone).Format(time.DateOnly); day < f.From || day > f.Until {
			continue
		}
		last, _ := time.ParseInLocation(time.DateOnly, f.Until, zone) // checked when decoded
		at = last.AddDate(0, 0, 1).UTC()
		why = fmt.Sprintf("the policy %s freezes changes from %s to %s", r.Policy, f.From, f.Until)
		if f.Reason != "" {
			why += " (" + f.Reason + ")"
		}
	}
	return at, why
}

// earliest is when a change that all of these are asked of may be applied.
func earliest(all []Requirement, edited, now time.Time) (at time.Time, why string) {
	at = now
	for moved := true; moved; {
		moved = false
		for _, r := range all {
			if next, because := r.earliest(edited, at); next.After(at) {
				at, why, moved = next, because, true
			}
		}
	}
	return at, why
}
