package playbook

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/rule"
	"steward/internal/suggest"
)

// dates finds offsets that count from what is not known yet, and dates that contradict each other.
func (l *linter) dates(i int, def StepDef) {
	l.offset(i, def.path+".begin", def.Begin, def.Begin == nil)
	l.offset(i, def.path+".due", def.Due, def.Due == nil)
	if def.Wait != nil {
		l.offset(i, def.path+".wait.until", def.Wait.Until, def.Wait.Until == nil)
	}
	b, d := def.Begin, def.Due
	if b != nil && d != nil && sameAnchor(b, d) && l.before(*d, *b) {
		l.c.Error(def.path+".due", "%s is due before it may begin.", def.Name)
	}
	if def.Wait != nil && d != nil {
		l.outlasts(def, *def.Wait, *d)
	}
	if d == nil || d.From == "" || d.From == "ready" {
		return
	}
	for n := range l.d.ancestors(i) {
		other := l.d.Steps[n]
		if other.Due != nil && sameAnchor(other.Due, d) && l.before(*d, *other.Due) {
			l.c.Warn(def.path+".due", "%s is due before %s, which comes before it.", def.Name, other.Name)
		}
		if other.Begin != nil && sameAnchor(other.Begin, d) && l.before(*d, *other.Begin) {
			l.c.Error(def.path+".due", "%s is due before %s may begin, which comes before it.", def.Name, other.Name)
		}
	}
}

// outlasts finds a wait that is still going on when its step is due.
func (l *linter) outlasts(def StepDef, w WaitSpec, due OffsetSpec) {
	ends, path := OffsetSpec{Days: w.Days, Hours: w.For}, def.path+".wait"
	switch {
	case w.Until != nil:
		ends, path = *w.Until, path+".until"
	case w.That != "" && l.spec.Calendar == "": // it is in plain hours, which are not those of a calendar
		ends, path = OffsetSpec{Hours: w.Longest}, path+".longest"
	case w.That != "":
		return
	}
	if sameAnchor(&ends, &due) && l.before(due, ends) {
		l.c.Error(path, "%s is due before its wait ends, so it is always late.", def.Name)
	}
}

func sameAnchor(a, b *OffsetSpec) bool {
	name := func(o *OffsetSpec) string {
		if o.From == "" {
			return "ready"
		}
		return o.From
	}
	return name(a) == name(b)
}

// before reports whether one offset from the same time is certainly earlier than another.
func (l *linter) before(a, b OffsetSpec) bool {
	if l.spec.Calendar == "" { // a day is 24 hours
		return time.Duration(a.Days)*24*time.Hour+a.Hours.Std() < time.Duration(b.Days)*24*time.Hour+b.Hours.Std()
	}
	return a.Days < b.Days && a.Hours <= b.Hours || a.Days == b.Days && a.Hours < b.Hours
}

func (l *linter) offset(i int, path string, o *OffsetSpec, none bool) {
	if none {
		return
	}
	root, rest, dotted := strings.Cut(o.From, ".")
	switch {
	case o.From == "" || o.From == "ready":
		if o.Days < 0 {
			l.c.Error(path+".days", "That lies before the step's turn comes.")
		}
	case o.From == afterStart:
	case root == "subject" && dotted:
	case root == "ask" && dotted:
		n := slices.IndexFunc(l.spec.Ask, func(q FieldSpec) bool { return q.Name == rest })
		if n < 0 || l.spec.Ask[n].Type != "date" {
			l.c.Error(path+".from", "No date %q is asked at the start.", rest)
		}
	case root == "answers" && dotted:
		step, question, _ := strings.Cut(rest, ".")
		n := l.d.Step(step)
		if n < 0 || !slices.ContainsFunc(l.d.Steps[n].Form, func(q FieldSpec) bool { return q.Name == question && q.Type == "date" }) {
			l.c.Error(path+".from", "No form %q asks for a date %q.", step, question)
		} else if !l.d.ancestors(i)[n] {
			l.c.Error(path+".from", "%s is asked in a step that does not come before this one.", o.From)
		}
	default:
		n := l.d.Step(o.From)
		if n < 0 {
			l.c.Error(path+".from", "%q is none of start, ready, a step, and a date such as ask.NAME or subject.PATH.", o.From)
		} else if !l.d.ancestors(i)[n] {
			l.c.Error(path+".from", "%s does not come before this step, so nobody knows when it ended.", o.From)
		}
	}
}

// conditions looks at everything that a step's conditions read.
func (l *linter) conditions(i int, def StepDef) {
	l.reads(def.path+".when", i, false)
	l.reads(def.path+".wait.that", i, true)
	l.reads(def.path+".repeat.until", i, false)
	for n := range def.Choice {
		l.reads(def.path+optionPath(n), i, false)
	}
	for n := range def.Form {
		l.reads(fmt.Sprintf("%s.form[%d].when", def.path, n), i, false)
	}
	for n := range def.Evidence {
		l.reads(fmt.Sprintf("%s.evidence[%d].when", def.path, n), i, false)
	}
}

// gates looks at the conditions before a run. Whom a playbook is for is asked before anything else is known.
func (l *linter) gates() {
	l.reads("gates.when", -1, false)
	p := l.c.Rule("for")
	if p == nil {
		return
	}
	for _, r := range p.Reads() {
		if r.Path != "subject" && !strings.HasPrefix(r.Path, "subject.") {
			l.c.ErrorAt("for", rule.Problem{Line: r.Line, Column: r.Column, Message: fmt.Sprintf("%s is not known before a run is started: this may read subject alone.", r.Path)})
		}
	}
}

// reads finds answers that are used before they are asked, steps that are not there, and outcomes that a step
// never has. anytime says that the condition is looked at again and again.
func (l *linter) reads(path string, i int, anytime bool) {
	p := l.c.Rule(path)
	if p == nil {
		return
	}
	before := map[int]bool{}
	if i >= 0 {
		before = l.d.ancestors(i)
	}
	for _, r := range p.Reads() {
		words := strings.Split(r.Path, ".")
		report := func(format string, args ...any) {
			l.c.ErrorAt(path, rule.Problem{Line: r.Line, Column: r.Column, Message: fmt.Sprintf(format, args...)})
		}
		if words[0] == "ask" && len(words) > 1 {
			names := names(l.spec.Ask)
			if !slices.Contains(names, words[1]) {
				report("%s is not asked at the start.%s", words[1], suggest.DidYouMean(words[1], names))
			}
			continue
		}
		if words[0] != "answers" && words[0] != "steps" || len(words) < 2 {
			continue
		}
		n := l.d.Step(words[1])
		switch {
		case n < 0:
			report("There is no step %q.%s", words[1], suggest.DidYouMean(words[1], l.stepNames()))
			continue
		case !anytime && !before[n]:
			if words[0] == "answers" {
				report("%s is used before it is asked: %s does not come before this step.", r.Path, words[1])
			} else if n != i {
				l.c.WarnAt(path, rule.Problem{Line: r.Line, Column: r.Column, Message: fmt.Sprintf("%s does not come before this step, so how it went is not known yet.", words[1])})
			}
			continue
		}
		other := l.d.Steps[n]
		if words[0] == "answers" && len(words) > 2 && other.kind() == kindForm {
			if asked := names(other.Form); !slices.Contains(asked, words[2]) {
				report("%s does not ask for %s.%s", words[1], words[2], suggest.DidYouMean(words[2], asked))
			}
		}
		if words[0] == "answers" && other.kind() != kindForm && other.kind() != kindAction {
			report("%s is no form and no action, so it has no answers.", words[1])
		}
		if words[0] == "steps" && len(words) == 3 && words[2] == "outcome" {
			l.outcome(path, other, r)
		}
	}
}

// outcome finds comparisons with what a step never comes to: what depends on them is not reached.
func (l *linter) outcome(path string, def StepDef, r rule.Read) {
	var can []string
	switch def.kind() {
	case kindApproval:
		can = []string{Approved}
		if def.Approval != nil && def.Approval.Declined == "go_on" {
			can = append(can, Declined)
		}
	case kindChoice:
		for _, o := range def.Choice {
			can = append(can, o.Name)
		}
		if def.prim == branch {
			can = append(can, NoOption)
		}
	case kindQuiz:
		can = []string{QuizPass, QuizFail}
	case kindWait:
		can = []string{Held, TooLong}
	case kindRepeat:
		can = []string{Held, Enough}
	case kindDeliverable:
		can = []string{Approved}
	default:
		return
	}
	for _, t := range r.Texts {
		if !slices.Contains(can, t.Value) {
			l.c.ErrorAt(path, rule.Problem{Line: t.Line, Column: t.Column, Suggestion: suggest.Nearest(t.Value, can),
				Message: fmt.Sprintf("%s never comes to %q, so this is never reached. It comes to %s.", def.Name, t.Value, strings.Join(can, ", "))})
		}
	}
}

func (l *linter) stepNames() (out []string) {
	for _, s := range l.d.Steps {
		out = append(out, s.Name)
	}
	return out
}

func names(fields []FieldSpec) (out []string) {
	for _, q := range fields {
		out = append(out, q.Name)
	}
	return out
}
