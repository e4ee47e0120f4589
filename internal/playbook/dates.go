package playbook

import (
	"strings"
	"time"
)

// when is the time an offset of a step means; false when what it counts from is not known.
// ends says that it is a deadline: of a day its end is meant, not its beginning.
func (a *advance) when(o *OffsetSpec, i int, ends bool) (time.Time, bool) {
	if o == nil {
		return time.Time{}, false
	}
	from, ok := a.d.anchor(a.st, *o, i, a.at, a.w.Subject)
	if !ok {
		return time.Time{}, false
	}
	return a.d.shift(from, *o, ends), true
}

// anchor is the time an offset counts from.
func (d *Definition) anchor(st State, o OffsetSpec, i int, at time.Time, subject func() any) (time.Time, bool) {
	root, rest, dotted := strings.Cut(o.From, ".")
	switch {
	case o.From == "" || o.From == "ready":
		if s := st.Steps[i]; !s.Ready.IsZero() {
			return s.Ready, true
		}
		return at, true
	case o.From == afterStart:
		return st.Started, !st.Started.IsZero()
	case root == "ask" && dotted:
		return asTime(typed(d.Spec.Ask, st.Asked)[rest])
	case root == "subject" && dotted:
		if subject == nil {
			return time.Time{}, false
		}
		return asTime(within(subject(), rest))
	case root == "answers" && dotted:
		name, question, _ := strings.Cut(rest, ".")
		if n := d.Step(name); n >= 0 && st.Steps[n].State.Settled() {
			return asTime(typed(d.Steps[n].Form, st.Steps[n].Answers)[question])
		}
		return time.Time{}, false
	}
	if n := d.Step(o.From); n >= 0 && st.Steps[n].State.Settled() {
		return st.Steps[n].Ended, true
	}
	return time.Time{}, false
}

// anchored reports whether an offset counts from a date of the subject, which may move.
func anchored(o *OffsetSpec) bool { return o != nil && strings.HasPrefix(o.From, "subject.") }

// within finds a value by a path below nested values.
func within(v any, path string) any {
	for _, name := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
		if f, lazy := v.(func() any); lazy {
			v = f()
		}
	}
	return v
}

// asTime reads a time or a date written YYYY-MM-DD, which means its beginning in UTC.
func asTime(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return v.UTC(), !v.IsZero()
	case string:
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			return t, true
		}
		t, err := time.Parse(time.RFC3339, v)
		return t.UTC(), err == nil
	}
	return time.Time{}, false
}

// shift moves a time by an offset's working days and hours. Days end with the last hour of the day
// when it ends, and begin with its first otherwise.
func (d *Definition) shift(from time.Time, o OffsetSpec, ends bool) time.Time {
	at := from.UTC()
	if o.Days != 0 || ends && o.Hours == 0 && o.From != "" && o.From != "ready" {
		at = d.day(at, o.Days, ends)
	}
	if o.Hours > 0 {
		if d.Calendar == nil {
			return at.Add(o.Hours.Std())
		}
		if t, ok := d.Calendar.After(at, o.Hours.Std()); ok {
			return t
		}
	}
	return at
}

// day is the opening, or the closing, of the working day that lies so many working days from the one
// a time is in. Without a calendar every day is one, and the time of day stays.
func (d *Definition) day(from time.Time, days int, ends bool) time.Time {
	if d.Calendar == nil {
		return from.AddDate(0, 0, days)
	}
	l := from.In(d.Calendar.Zone())
	step, left := 1, days
	if days < 0 {
		step, left = -1, -days
	}
	for n := 0; n <= 5*(left+20) && n < 3000; n++ {
		midnight := time.Date(l.Year(), l.Month(), l.Day()+step*n, 0, 0, 0, 0, d.Calendar.Zone())
		next := time.Date(l.Year(), l.Month(), l.Day()+step*n+1, 0, 0, 0, 0, d.Calendar.Zone())
		hours := d.Calendar.Intervals(midnight, next)
		if len(hours) == 0 {
			continue
		}
		if n == 0 && left > 0 { // the day it is counted from
			continue
		}
		if left > 1 {
			left--
			continue
		}
		if ends {
			return hours[len(hours)-1].To
		}
		return hours[0].From
	}
	return from.AddDate(0, 0, days)
}

// cutSubject cuts the first word off a path of the subject.
func cutSubject(path string) (root, rest string, ok bool) {
	root, rest, ok = strings.Cut(path, ".")
	if root != "subject" {
		return "", path, false
	}
	return root, rest, ok
}
