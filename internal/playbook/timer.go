package playbook

import (
	"slices"
	"time"
)

// Next is when the run is to be ticked again, false when only somebody or something else moves it.
func Next(d *Definition, st State) (at time.Time, ok bool) {
	if st.Status != Active {
		return at, false
	}
	if st.More {
		return st.Created, true
	}
	at, _, _ = earliest(d, st)
	return at, !at.IsZero()
}

// earliest finds what is due next: the time, the step, and which of its timers.
func earliest(d *Definition, st State) (at time.Time, step int, what string) {
	consider := func(t time.Time, i int, name string) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at, step, what = t, i, name
		}
	}
	for i, s := range st.Steps {
		switch s.State {
		case Scheduled:
			consider(s.Begins, i, "begin")
		case Open:
			consider(s.Wake, i, "wake")
			for _, n := range d.notices(i, s) {
				if n.at.After(s.Told) {
					consider(n.at, i, n.what)
					break
				}
			}
		}
	}
	return at, step, what
}

// notice is a reminder or an escalation of a step.
type notice struct {
	at   time.Time
	what string
}

func (d *Definition) notices(i int, s Step) (out []notice) {
	if s.Due.IsZero() {
		return nil
	}
	for _, r := range d.Steps[i].Remind {
		out = append(out, notice{s.Due.Add(-r.Before.Std()), "remind"})
	}
	if e := d.Steps[i].Escalate; e != nil {
		out = append(out, notice{s.Due.Add(e.After.Std()), "late"})
	}
	slices.SortStableFunc(out, func(a, b notice) int { return a.at.Compare(b.at) })
	return out
}

// tick lets everything happen that is due, in the order of due times, each dated with its own.
func (a *advance) tick() {
	for a.st.Status == Active {
		at, i, what := earliest(a.d, a.st)
		if at.IsZero() || at.After(a.w.Now) {
			break
		}
		if len(a.effects) >= maxEffects {
			a.st.More = true
			return
		}
		s := &a.st.Steps[i]
		a.at, a.because, a.vars = at, i, nil
		switch what {
		case "begin":
			a.activate(i)
		case "wake":
			w := a.d.Steps[i].Wait
			if w != nil && w.That != "" {
				if a.look(i); s.State == Open {
					a.done(i, 0, TooLong)
				}
			} else if w != nil && w.Until != nil {
				if _, known := a.when(w.Until, i, false); known {
					a.done(i, 0, Held)
				} else {
					a.done(i, 0, TooLong)
				}
			} else {
				a.done(i, 0, Held)
			}
		case "remind":
			s.Told = at
			a.tell(StepReminded, i, nil)
		case "late":
			s.Told, s.Late = at, true
			a.tell(StepLate, i, map[string]any{"to": a.d.Steps[i].Escalate.To})
		}
		a.settle()
		if a.st.More {
			return
		}
	}
	a.at, a.because = a.w.Now, -1
}

// watch looks at everything that a change of the subject may have moved.
func (a *advance) watch() {
	for i := range a.st.Steps {
		s, def := &a.st.Steps[i], a.d.Steps[i]
		if s.State == Scheduled && def.Begin != nil && anchored(def.Begin) {
			if begins, ok := a.when(def.Begin, i, false); !ok || !begins.After(a.at) {
				a.activate(i)
			} else {
				s.Begins = begins
			}
			continue
		}
		if s.State != Open {
			continue
		}
		if def.kind() == kindWait && def.Wait != nil {
			a.look(i)
		}
		if s.State == Open && def.Due != nil && anchored(def.Due) {
			if due, ok := a.when(def.Due, i, true); ok && !due.Equal(s.Due) {
				s.Due = due
				a.tell(StepMoved, i, map[string]any{"due": due.UnixMicro()})
			}
		}
	}
}

// Watching reports whether changes of the subject can move a run.
func Watching(d *Definition, st State) bool {
	if st.Status != Active {
		return false
	}
	for i, s := range st.Steps {
		def := d.Steps[i]
		switch {
		case s.State == Scheduled && anchored(def.Begin), s.State == Open && anchored(def.Due):
			return true
		case s.State == Open && def.kind() == kindWait && def.Wait != nil && (def.Wait.That != "" || anchored(def.Wait.Until)):
			return true
		}
	}
	return false
}
