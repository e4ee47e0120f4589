package playbook

import (
	"time"

	"steward/internal/fault"
	"steward/internal/rule"
)

// World is what Advance reads beside definition, state and input.
type World struct {
	Now     time.Time
	Subject func() any // what conditions read of the subject; nil values are not there
	// A dry run may be told how conditions turn out. Told says so of the condition at a path of the playbook, and Comes
	// when what a wait waits for comes; nil for neither.
	Told  func(path string) (held, told bool)
	Comes func(step string) (at time.Time, told bool)
}

// Advance lets an input take effect and everything follow that follows at once. It is pure: the same
// values give the same answer, and neither the database nor the machine's clock is asked. An error is
// an Invalid fault and changes nothing.
func Advance(d *Definition, st State, in Input, w World) (State, []Effect, error) {
	a := &advance{d: d, st: st.clone(), w: w, at: w.Now, because: -1}
	a.st.More = false
	if err := a.take(in); err != nil {
		return st, nil, err
	}
	a.settle()
	a.place()
	return a.st, a.effects, nil
}

// maxEffects bounds what one Advance does; the rest follows in the next, at once.
const maxEffects = 400

type advance struct {
	d       *Definition
	st      State
	w       World
	at      time.Time // when what is being done happens: a timer's due time
	because int
	effects []Effect
	vars    rule.Vars // nil: state changed since they were made
}

func (a *advance) tell(verb string, step int, data map[string]any) *Effect {
	e := Effect{Verb: verb, Step: step, At: a.at, Because: a.because, Data: data}
	if step >= 0 {
		e.Round = a.st.Steps[step].Round
	}
	a.effects = append(a.effects, e)
	a.vars = nil
	return &a.effects[len(a.effects)-1]
}

// settle opens every step whose turn has come until nothing more follows.
func (a *advance) settle() {
	if a.st.Status != Active {
		return
	}
	for changed := true; changed; {
		changed = false
		for i := range a.st.Steps {
			if a.st.Steps[i].State != Ahead || !a.turn(i) {
				continue
			}
			if len(a.effects) >= maxEffects {
				a.st.More = true
				return
			}
			a.open(i)
			if changed = true; a.st.Status != Active {
				return
			}
		}
		if !changed {
			changed = a.lookAround()
		}
	}
	last := -1
	for i, s := range a.st.Steps {
		if !s.State.Settled() {
			return
		}
		if last < 0 || !s.Ended.Before(a.st.Steps[last].Ended) {
			last = i
		}
	}
	a.because = last
	a.end(Completed)
}

// lookAround looks at all conditions that are waited for: what has settled may have made them hold.
func (a *advance) lookAround() (changed bool) {
	for i := range a.st.Steps {
		if w := a.d.Steps[i].Wait; a.st.Steps[i].State == Open && a.d.Steps[i].kind() == kindWait && w != nil && w.That != "" {
			a.look(i)
			changed = changed || a.st.Steps[i].State != Open
		}
	}
	return changed
}

// turn reports whether all steps before a step are settled.
func (a *advance) turn(i int) bool {
	for _, n := range a.d.Steps[i].deps {
		if !a.st.Steps[n].State.Settled() {
			return false
		}
	}
	return true
}

// lastOf is the step before i that settled last: what led to its turn.
func (a *advance) lastOf(i int) int {
	last := a.because
	for _, n := range a.d.Steps[i].deps {
		if last < 0 || !a.st.Steps[n].Ended.Before(a.st.Steps[last].Ended) {
			last = n
		}
	}
	return last
}

// open begins a step whose turn has come, or passes it over.
func (a *advance) open(i int) {
	s, def := &a.st.Steps[i], a.d.Steps[i]
	defer func(was int) { a.because = was }(a.because)
	a.because = a.lastOf(i)
	if def.instead >= 0 && a.st.Steps[def.instead].State != Passed {
		a.pass(i)
		return
	}
	held, read, private := a.holds(def.path + ".when")
	if !held {
		a.pass(i)
		e := &a.effects[len(a.effects)-1]
		e.Condition, e.Read, e.Private = def.path+".when", read, private
		return
	}
	if begins, ok := a.when(def.Begin, i, false); ok && begins.After(a.at) {
		s.State, s.Begins = Scheduled, begins
		a.tell(StepScheduled, i, map[string]any{"begins": begins.UnixMicro()})
		return
	}
	a.activate(i)
}

func (a *advance) pass(i int) {
	s := &a.st.Steps[i]
	s.State, s.Ended = Passed, a.at
	a.tell(StepPassed, i, nil)
}

// activate makes a step wait for what it waits for. Branches are decided at once.
func (a *advance) activate(i int) {
	s, def := &a.st.Steps[i], a.d.Steps[i]
	s.State, s.Ready, s.Told = Open, a.at, a.at
	if due, ok := a.when(def.Due, i, true); ok {
		s.Due = due
	}
	data := map[string]any{"kind": def.kind()}
	if !s.Due.IsZero() {
		data["due"] = s.Due.UnixMicro()
	}
	a.tell(StepReady, i, data)
	a.because = i
	switch {
	case def.kind() == kindWait && def.Wait != nil:
		a.wait(i)
	case def.kind() == kindChoice && def.prim == branch:
		a.choose(i)
	case def.kind() == kindRepeat && def.Repeat != nil:
		a.repeat(i)
	}
}

// wait sets when a wait is over, or finds that it is.
func (a *advance) wait(i int) {
	s, w := &a.st.Steps[i], a.d.Steps[i].Wait
	switch {
	case w.That != "":
		if w.Longest > 0 {
			s.Wake = a.at.Add(w.Longest.Std())
		}
		a.look(i)
	case w.Until != nil:
		a.look(i)
		if s.State == Open && s.Wake.IsZero() && w.Longest > 0 {
			s.Wake = a.at.Add(w.Longest.Std()) // the date is not known
		}
	default:
		s.Wake = a.d.shift(a.at, OffsetSpec{Days: w.Days, Hours: w.For}, false)
		if !s.Wake.After(a.at) {
			a.done(i, 0, Held)
		}
	}
}

// look decides a wait by its condition, or moves it with its date.
func (a *advance) look(i int) {
	s, w := &a.st.Steps[i], a.d.Steps[i].Wait
	if a.w.Comes != nil {
		if at, told := a.w.Comes(s.Name); told {
			if !at.After(a.at) {
				a.done(i, 0, Held)
			}
			return
		}
	}
	if w.That != "" {
		path := a.d.Steps[i].path + ".wait.that"
		if held, read, private := a.holds(path); held {
			a.done(i, 0, Held)
			e := &a.effects[len(a.effects)-1]
			e.Condition, e.Read, e.Private = path, read, private
		}
		return
	}
	if w.Until == nil {
		return
	}
	if until, ok := a.when(w.Until, i, false); ok {
		if s.Wake = until; !until.After(a.at) {
			a.done(i, 0, Held)
		}
	}
}

func (a *advance) choose(i int) {
	def := a.d.Steps[i]
	for n, o := range def.Choice {
		path := def.path + optionPath(n)
		if held, read, private := a.holds(path); held {
			a.done(i, 0, o.Name)
			e := &a.effects[len(a.effects)-1]
			e.Condition, e.Read, e.Private = path, read, private
			return
		}
	}
	a.done(i, 0, NoOption)
}

// repeat ends a loop or begins its part anew.
func (a *advance) repeat(i int) {
	def := a.d.Steps[i]
	path := def.path + ".repeat.until"
	if def.Repeat.Until != "" {
		if held, read, private := a.holds(path); held {
			a.done(i, 0, Held)
			e := &a.effects[len(a.effects)-1]
			e.Condition, e.Read, e.Private = path, read, private
			return
		}
	}
	back := a.st.Steps[i].Tries + 1 // how often the part was done since another repeat began this one anew
	if back >= def.Repeat.Most || len(def.span) == 0 {
		a.done(i, 0, Enough)
		return
	}
	a.tell(StepRepeated, i, map[string]any{"back_to": def.Repeat.BackTo})
	for _, n := range def.span {
		a.st.Steps[n].reset()
	}
	a.st.Steps[i].Tries = back
}

// done settles a step.
func (a *advance) done(i int, by int64, outcome string) {
	s := &a.st.Steps[i]
	s.State, s.Ended, s.ByID, s.Outcome, s.Wake = Finished, a.at, by, outcome, time.Time{}
	var data map[string]any
	if outcome != "" {
		data = map[string]any{"outcome": outcome}
	}
	a.tell(StepDone, i, data)
	if a.d.Steps[i].Name == Gate && a.d.Steps[i].path == "gates" {
		a.st.Started = a.at
		a.tell(RunStarted, -1, nil)
	}
}

// end ends the run; what is not settled is dropped.
func (a *advance) end(outcome string) {
	a.st.Status, a.st.Outcome, a.st.Ended = Done, outcome, a.at
	for i := range a.st.Steps {
		if s := &a.st.Steps[i]; !s.State.Settled() {
			s.State, s.Ended, s.Wake, s.Begins = Dropped, a.at, time.Time{}, time.Time{}
		}
	}
	a.tell(RunEnded, -1, map[string]any{"outcome": outcome})
}

// place is the stage of the first step that is under way, else of the last that is settled.
func (a *advance) place() {
	for i, s := range a.st.Steps {
		if s.State == Open || s.State == Scheduled || s.State == Failed {
			if a.d.Steps[i].Stage != "" {
				a.st.Stage = a.d.Steps[i].Stage
			} else if len(a.d.Spec.Stages) > 0 {
				a.st.Stage = a.d.Spec.Stages[0].Name
			}
			return
		}
	}
}

// holds evaluates a condition; one that is not there holds, one that costs too much does not.
func (a *advance) holds(path string) (held bool, read, private map[string]any) {
	p := a.d.programs[path]
	if p == nil {
		return true, nil, nil
	}
	if a.w.Told != nil {
		if held, told := a.w.Told(path); told {
			return held, nil, nil
		}
	}
	if a.vars == nil {
		a.vars = a.d.Vars(a.st, a.at, a.w.Subject)
	}
	held, err := p.Eval(a.vars)
	read, private = p.Read(a.vars)
	return held && err == nil, read, private
}

// invalid says that an input cannot be taken.
func invalid(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }
