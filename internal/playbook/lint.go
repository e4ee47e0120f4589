package playbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// maxSteps bounds a playbook.
const maxSteps = 200

var nameText = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)

// linter finds what the struct's tags cannot say.
type linter struct {
	c        *blueprint.Context
	spec     Playbook
	actions  *Actions
	subjects []string
	d        *Definition
	roles    []string
}

func (l *linter) lint() {
	if !slices.Contains(l.subjects, l.spec.Subject) {
		l.c.Error("subject", "Runs cannot be about a %s.%s They can be about %s.", l.spec.Subject, suggest.DidYouMean(l.spec.Subject, l.subjects), strings.Join(l.subjects, ", "))
	}
	if len(l.spec.Steps) == 0 || len(l.spec.Steps) > maxSteps {
		l.c.Error("steps", "A playbook has 1 to %d steps; this one has %d.", maxSteps, len(l.spec.Steps))
		return
	}
	l.d = Define(l.spec, nil, nil)
	l.names()
	l.participants()
	l.questions("ask", l.spec.Ask)
	if g := l.spec.Gates; g != nil && g.Approval != nil {
		l.approval("gates.approval", *g.Approval)
	}
	if l.circles() {
		return // what follows asks what comes before what
	}
	for i := range l.d.Steps {
		if def := l.d.Steps[i]; def.path != "gates" {
			l.step(i, def)
			l.dates(i, def)
			l.conditions(i, def)
		}
	}
	l.gates()
	for i, q := range l.spec.Ask {
		_ = q
		l.reads(fmt.Sprintf("ask[%d].when", i), -1, false)
	}
}

// once reports names that are no names, or there twice.
func (l *linter) once(path string, names []string) {
	for i, n := range names {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !nameText.MatchString(n) {
			l.c.Error(at, "%q is no name here: it has small letters, digits and _, and begins with a letter.", n)
		}
		if slices.Index(names, n) < i {
			l.c.Error(at, "The name %s is there already.", n)
		}
	}
}

func (l *linter) names() {
	var steps, stages []string
	for _, s := range l.spec.Steps {
		steps = append(steps, s.Name)
	}
	for _, s := range l.spec.Stages {
		stages = append(stages, s.Name)
	}
	for _, p := range l.spec.Participants {
		l.roles = append(l.roles, p.Role)
	}
	l.once("steps", steps)
	l.once("stages", stages)
	l.once("participants", l.roles)
	for i, s := range l.spec.Steps {
		at := fmt.Sprintf("steps[%d]", i)
		if slices.Contains([]string{afterStart, "ready", Gate, "ask", "answers", "subject"}, s.Name) {
			l.c.Error(at+".name", "%s means something already. Choose another name.", s.Name)
		}
		if s.Stage != "" && !slices.Contains(stages, s.Stage) {
			l.c.Error(at+".stage", "There is no stage %q.%s", s.Stage, suggest.DidYouMean(s.Stage, stages))
		}
		for n, name := range s.After {
			if name != afterStart && !slices.Contains(steps, name) {
				l.c.Error(fmt.Sprintf("%s.after[%d]", at, n), "There is no step %q.%s", name, suggest.DidYouMean(name, steps))
			}
		}
		if s.InsteadOf != "" {
			switch n := slices.Index(steps, s.InsteadOf); {
			case n < 0:
				l.c.Error(at+".instead_of", "There is no step %q.%s", s.InsteadOf, suggest.DidYouMean(s.InsteadOf, steps))
			case l.spec.Steps[n].When == "" && l.spec.Steps[n].InsteadOf == "":
				l.c.Error(at+".instead_of", "%s is never reached: %s has no condition, so it is never passed over.", s.Name, s.InsteadOf)
			}
		}
	}
}

func (l *linter) role(path, name string) {
	if !slices.Contains(l.roles, name) {
		l.c.Error(path, "There is no role %q among the participants.%s", name, suggest.DidYouMean(name, l.roles))
	}
}

func (l *linter) participants() {
	for i, p := range l.spec.Participants {
		at := fmt.Sprintf("participants[%d]", i)
		l.from(at+".from", p.From)
		ways := 0
		for _, w := range []string{p.From, p.Email, p.Team} {
			if w != "" {
				ways++
			}
		}
		if ways > 1 {
			l.c.Error(at, "A role is filled in one way: from, email or team.")
		}
		if ways == 0 && len(p.Rules) == 0 && !p.Ask {
			l.c.Error(at, "Nothing says who the %s is. Name a team or an address, say from where it is taken, or ask for it.", p.Role)
		}
		for n, r := range p.Rules {
			l.from(fmt.Sprintf("%s.rules[%d].from", at, n), r.From)
			if r.From == "" && r.Email == "" && r.Team == "" {
				l.c.Error(fmt.Sprintf("%s.rules[%d]", at, n), "This rule names nobody.")
			}
			l.reads(fmt.Sprintf("%s.rules[%d].when", at, n), -1, false)
		}
	}
}

func (l *linter) from(path, from string) {
	if from != "" && from != "starter" && from != "subject" && !strings.HasPrefix(from, "subject.") {
		l.c.Error(path, "%q is none of starter, subject, and the path of a value of the subject such as subject.assignee.", from)
	}
}

// questions looks at the fields of a form.
func (l *linter) questions(path string, fields []FieldSpec) {
	names := make([]string, len(fields))
	for i, q := range fields {
		names[i] = q.Name
		at := fmt.Sprintf("%s[%d]", path, i)
		if (q.Type == "choice") != (len(q.Options) > 0) {
			l.c.Error(at+".options", "A choice has options, and nothing else has.")
		}
		switch {
		case q.Type == typeFile && path == "ask":
			l.c.Error(at+".type", "A file is given at a step: there is no run yet that could keep it when it is started.")
		case q.Type != typeFile && (len(q.Types) > 0 || q.MaxMB > 0 || q.Files > 0):
			l.c.Error(at, "Only a file has types, max_mb and files.")
		}
		if p := l.c.Rule(at + ".when"); p != nil {
			for _, r := range p.Reads() {
				if rest, ok := strings.CutPrefix(r.Path, "this."); ok && !slices.Contains(names[:i], rest) {
					l.c.ErrorAt(at+".when", rule.Problem{Line: r.Line, Column: r.Column, Message: fmt.Sprintf("%s is not asked before this question.", rest)})
				}
			}
		}
	}
	l.once(path, names)
}

func (l *linter) approval(path string, a ApprovalSpec) {
	for i, role := range a.By {
		l.role(fmt.Sprintf("%s.by[%d]", path, i), role)
	}
	if len(a.By) == 0 {
		l.c.Error(path+".by", "Nobody decides. Name the roles that do.")
	}
	if (a.Rule == "quorum") != (a.Quorum > 0) {
		l.c.Error(path+".quorum", "A quorum needs the number of people, and nothing else has one.")
	}
}

// circles reports steps that wait for each other.
func (l *linter) circles() (found bool) {
	for i := range l.d.Steps {
		if l.d.ancestors(i)[i] {
			l.c.Error(l.d.Steps[i].path, "%s comes before itself: steps that wait for each other never begin. To do a part again, use a step of kind repeat.", l.d.Steps[i].Name)
			found = true
		}
	}
	return found
}

// has says which parts of a spec belong to which kind.
func (s StepSpec) has() map[string]bool {
	return map[string]bool{kindApproval: s.Approval != nil, kindForm: len(s.Form) > 0, kindMessage: s.Message != nil, kindWait: s.Wait != nil, kindQuiz: s.Quiz != nil,
		kindDeliverable: s.Deliverable != nil, kindChoice: len(s.Choice) > 0, kindRepeat: s.Repeat != nil, kindPlaybook: s.Playbook != "", kindAction: s.Action != nil}
}

func (l *linter) step(i int, def StepDef) {
	at, s := def.path, def.StepSpec
	for part, there := range s.has() {
		if part == s.kind() && !there {
			l.c.Error(at, "A step of kind %s needs its %s.", part, part)
		} else if part != s.kind() && there {
			l.c.Error(at+"."+part, "A step of kind %s has no %s.", s.kind(), part)
		}
	}
	if s.Owner != "" {
		l.role(at+".owner", s.Owner)
	} else if def.prim == workItem && s.kind() != kindApproval {
		l.c.Warn(at, "%s has no owner: it falls to whoever looks after the run.", s.Name)
	}
	for n, role := range s.Skip {
		l.role(fmt.Sprintf("%s.skip[%d]", at, n), role)
	}
	if s.Escalate != nil {
		l.role(at+".escalate.to", s.Escalate.To)
	}
	if (s.Escalate != nil || len(s.Remind) > 0) && s.Due == nil {
		l.c.Error(at, "%s has reminders or an escalation but no due date.", s.Name)
	}
	l.questions(at+".evidence", s.Evidence)
	if len(s.Evidence) > 0 && (def.prim != workItem || s.kind() == kindApproval) {
		l.c.Error(at+".evidence", "Only what somebody does has evidence.")
	}
	l.parts(i, def)
}

// parts looks at what belongs to the step's kind.
func (l *linter) parts(i int, def StepDef) {
	at, s := def.path, def.StepSpec
	switch s.kind() {
	case kindApproval:
		if s.Approval != nil {
			l.approval(at+".approval", *s.Approval)
		}
	case kindForm:
		l.questions(at+".form", s.Form)
	case kindMessage:
		if s.Message == nil {
			return
		}
		for n, to := range s.Message.To {
			if to != "subject" {
				l.role(fmt.Sprintf("%s.message.to[%d]", at, n), to)
			}
		}
		l.action(at+".message", MessageAction, nil, false)
	case kindAction:
		if s.Action != nil {
			l.action(at+".action", s.Action.Name, s.Action.With, true)
		}
	case kindWait:
		if s.Wait != nil {
			l.wait(at+".wait", *s.Wait)
		}
	case kindQuiz:
		if s.Quiz != nil {
			l.quiz(at+".quiz", *s.Quiz)
		}
	case kindDeliverable:
		if s.Deliverable != nil {
			l.role(at+".deliverable.review", s.Deliverable.Review)
		}
	case kindChoice:
		l.choice(at, def)
	case kindRepeat:
		if s.Repeat != nil {
			l.repeat(i, def)
		}
	case kindPlaybook:
		l.sub(at, s.Playbook)
	}
}

func (l *linter) action(path, name string, with map[string]any, values bool) {
	a, ok := l.actions.Get(name)
	if !ok {
		l.c.Error(path+".name", "There is no action %q.%s There are %s.", name, suggest.DidYouMean(name, l.actions.Names()), strings.Join(l.actions.Names(), ", "))
		return
	}
	if a.About != nil && !slices.Contains(a.About, l.spec.Subject) {
		l.c.Error(path+".name", "The action %s is for runs about %s, not about %s.", name, strings.Join(a.About, ", "), l.spec.Subject)
	}
	if values {
		a.lint(l.c, path+".with", with)
	}
}

func (l *linter) wait(path string, w WaitSpec) {
	ways := 0
	for _, there := range []bool{w.For > 0 || w.Days > 0, w.Until != nil, w.That != ""} {
		if there {
			ways++
		}
	}
	if ways != 1 {
		l.c.Error(path, "A wait is for a time (for, days), until a time, or for a condition (that): one of them.")
	}
	if w.That != "" && w.Longest == 0 {
		l.c.Error(path+".longest", "A wait for a condition needs its longest time, or it could wait for ever.")
	}
	if p := l.c.Rule(path + ".that"); p != nil && slices.Contains(p.Fields(), "now") {
		l.c.Error(path+".that", "A condition that is waited for cannot read now: nothing looks at it when time passes. Use until.")
	}
}

func (l *linter) quiz(path string, q QuizSpec) {
	var names []string
	for i, one := range q.Questions {
		names = append(names, one.Name)
		for _, r := range one.Right {
			if !slices.Contains(one.Options, r) {
				l.c.Error(fmt.Sprintf("%s.questions[%d].right", path, i), "%q is none of the options.", r)
			}
		}
	}
	l.once(path+".questions", names)
}

func (l *linter) choice(at string, def StepDef) {
	var names []string
	for n, o := range def.Choice {
		names = append(names, o.Name)
		path := fmt.Sprintf("%s.choice[%d]", at, n)
		switch {
		case def.prim == workItem && o.When != "":
			l.c.Error(path+".when", "Somebody chooses here, so options have no conditions.")
		case def.prim == branch && o.When == "" && n < len(def.Choice)-1:
			l.c.Error(path+".when", "Only the last option does without a condition: those behind it are never taken.")
		}
	}
	l.once(at+".choice", names)
}

func (l *linter) repeat(i int, def StepDef) {
	to := l.d.Step(def.Repeat.BackTo)
	at := def.path + ".repeat"
	switch {
	case to < 0:
		l.c.Error(at+".back_to", "There is no step %q.", def.Repeat.BackTo)
		return
	case !l.d.ancestors(i)[to]:
		l.c.Error(at+".back_to", "%s does not come before %s, so there is no way back to it.", def.Repeat.BackTo, def.Name)
		return
	}
	if def.Repeat.Until == "" {
		l.c.Warn(at, "Nothing ends this but the count: the part is always done %d times.", def.Repeat.Most)
	}
	for _, n := range def.span {
		if p := l.d.Steps[n].prim; p == workItem || p == waiting || p == subRun {
			return
		}
	}
	l.c.Warn(at, "Nothing in this part waits for anybody or for time: it is done over and over at once.")
}

// sub looks at a playbook that a step runs: about the same kind of record, and not itself again.
func (l *linter) sub(at, name string) {
	other, ok := blueprint.Get[Playbook](l.c.Set, name)
	if !ok {
		return // the reference is reported already
	}
	if other.Subject != l.spec.Subject {
		l.c.Error(at+".playbook", "Runs of %s are about a %s, not a %s.", name, other.Subject, l.spec.Subject)
	}
	for i, p := range other.Participants {
		if p.Ask && p.From == "" && p.Email == "" && p.Team == "" && len(p.Rules) == 0 && !slices.Contains(l.roles, p.Role) {
			l.c.Error(at+".playbook", "%s asks who the %s is (participants[%d]), and nobody is there to say so. Give this playbook a role of that name.", name, p.Role, i)
		}
	}
	for _, q := range other.Ask {
		if q.Required {
			l.c.Error(at+".playbook", "%s asks for %s at its start, and nobody is there to answer.", name, q.Name)
		}
	}
	seen := map[string]bool{}
	var visit func(name string) bool
	visit = func(name string) bool {
		if name == l.c.Entry.Name {
			return true
		}
		if seen[name] {
			return false
		}
		seen[name] = true
		p, _ := blueprint.Get[Playbook](l.c.Set, name)
		return slices.ContainsFunc(p.Steps, func(s StepSpec) bool { return s.Playbook != "" && visit(s.Playbook) })
	}
	if visit(name) {
		l.c.Error(at+".playbook", "%s leads back to this playbook, so it would never end.", name)
	}
}
