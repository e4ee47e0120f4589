package playbook

import (
	"fmt"
	"slices"
	"strings"

	"steward/internal/bizcal"
	"steward/internal/rule"
)

// Gate is the name of the step that a playbook with an approval to start begins with.
const Gate = "agreement"

// afterStart in a step's after says that nothing comes before it.
const afterStart = "start"

// Definition is a version of a playbook made ready for Advance. It is immutable.
type Definition struct {
	ID       int64
	Version  int
	Name     string
	Title    string
	Spec     Playbook
	Steps    []StepDef
	Calendar *bizcal.Calendar // nil: plain days and hours

	byName   map[string]int
	programs map[string]*rule.Program
}

// StepDef is a step with what follows from its place.
type StepDef struct {
	StepSpec
	path    string // of its conditions: "steps[2]"
	prim    primitive
	deps    []int
	instead int   // the step it stands in for, -1 for none
	span    []int // of a repeat: the steps it begins anew
}

// Define makes a definition of a spec and its compiled conditions by path. What is wrong with the
// spec the lint says; here a name that is not there is left out.
func Define(spec Playbook, programs map[string]*rule.Program, calendar *bizcal.Calendar) *Definition {
	d := &Definition{Spec: spec, Calendar: calendar, byName: map[string]int{}, programs: programs}
	if g := spec.Gates; g != nil && g.Approval != nil {
		d.Steps = append(d.Steps, StepDef{StepSpec: StepSpec{Name: Gate, Title: "Agree to the start", Kind: kindApproval, Approval: g.Approval}, path: "gates", prim: workItem, instead: -1})
	}
	gates := len(d.Steps)
	stage := ""
	if len(spec.Stages) > 0 {
		stage = spec.Stages[0].Name
	}
	for i, s := range spec.Steps {
		if s.Stage == "" {
			s.Stage = stage
		}
		stage = s.Stage
		d.Steps = append(d.Steps, StepDef{StepSpec: s, path: fmt.Sprintf("steps[%d]", i), prim: s.primitive(), instead: -1})
	}
	for i := range d.Steps {
		if _, twice := d.byName[d.Steps[i].Name]; !twice {
			d.byName[d.Steps[i].Name] = i
		}
	}
	for i := gates; i < len(d.Steps); i++ {
		d.Steps[i].deps, d.Steps[i].instead = d.before(i, gates)
	}
	for i := range d.Steps {
		if r := d.Steps[i].Repeat; r != nil && d.Steps[i].kind() == kindRepeat {
			if to, ok := d.byName[r.BackTo]; ok {
				d.Steps[i].span = d.between(to, i)
			}
		}
	}
	return d
}

// before are the steps a step waits for and the one it stands in for.
func (d *Definition) before(i, gates int) (deps []int, instead int) {
	s, instead := d.Steps[i], -1
	if n, ok := d.byName[s.InsteadOf]; ok && s.InsteadOf != "" {
		instead = n
		deps = append(deps, n)
	}
	switch {
	case len(s.After) == 0 && instead < 0 && i > gates:
		deps = append(deps, i-1)
	default:
		for _, name := range s.After {
			if n, ok := d.byName[name]; ok && !slices.Contains(deps, n) {
				deps = append(deps, n)
			}
		}
	}
	if gates > 0 && len(deps) == 0 {
		deps = append(deps, 0)
	}
	return deps, instead
}

// between are the steps on any way from one to another, both included.
func (d *Definition) between(from, to int) []int {
	behind := map[int]bool{from: true}
	for grown := true; grown; {
		grown = false
		for i := range d.Steps {
			if !behind[i] && slices.ContainsFunc(d.Steps[i].deps, func(n int) bool { return behind[n] }) {
				behind[i], grown = true, true
			}
		}
	}
	before := d.ancestors(to)
	before[to] = true
	var out []int
	for i := range d.Steps {
		if behind[i] && before[i] {
			out = append(out, i)
		}
	}
	return out
}

// ancestors are all steps that come before a step.
func (d *Definition) ancestors(i int) map[int]bool {
	out := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		for _, n := range d.Steps[i].deps {
			if !out[n] {
				out[n] = true
				visit(n)
			}
		}
	}
	visit(i)
	return out
}

// Step finds a step by name, -1 when there is none.
func (d *Definition) Step(name string) int {
	if i, ok := d.byName[name]; ok {
		return i
	}
	return -1
}

// Called is what a run is called.
func (d *Definition) Called() string {
	if d.Spec.Called != "" {
		return d.Spec.Called
	}
	return d.Title
}

// role finds a participant.
func (d *Definition) role(name string) (ParticipantSpec, bool) {
	for _, p := range d.Spec.Participants {
		if p.Role == name {
			return p, true
		}
	}
	return ParticipantSpec{}, false
}

// RoleTitle is what people call a role.
func (d *Definition) RoleTitle(name string) string {
	if p, _ := d.role(name); p.Title != "" {
		return p.Title
	}
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
}

// stageTitle is what people call a stage.
func (d *Definition) stageTitle(name string) string {
	for _, s := range d.Spec.Stages {
		if s.Name == name {
			return s.Title
		}
	}
	return name
}

// Roles are those who work on a step as it stands: its approvers, its reviewer, or its owner.
func (s StepDef) roles(st Step) []string {
	switch {
	case s.kind() == kindApproval && s.Approval != nil:
		return s.Approval.By
	case st.Review && s.Deliverable != nil:
		return []string{s.Deliverable.Review}
	case s.Owner != "":
		return []string{s.Owner}
	}
	return nil
}
