package score

import (
	"strings"
	"time"

	"steward/internal/rule"
)

// Next is the next moment after the facts' own at which time alone may change the result: a value
// grows too old or expires, days reach a bound of a band, an account reaches an age. Zero when
// time changes nothing. It may come early, never late.
func (c *Card) Next(f Facts) time.Time {
	n := &next{at: f.At}
	for _, l := range c.Leaves {
		for _, name := range l.Reads {
			n.reading(f.Readings[name], l)
		}
	}
	for _, p := range c.programs {
		of, exact := p.Constants()
		for _, path := range p.Fields() {
			if name, ok := strings.CutPrefix(path, "account."); ok {
				n.days(f.Anchors[name], of[path], exact)
			}
			if name, ok := strings.CutPrefix(path, "measure."); ok {
				n.add(f.Readings[name].Until)
				n.elapsed(f.Readings[name], of[path], exact)
			}
		}
	}
	return n.found
}

type next struct{ at, found time.Time }

func (n *next) add(t time.Time) {
	if t.After(n.at) && (n.found.IsZero() || t.Before(n.found)) {
		n.found = t
	}
}

const day = 24 * time.Hour

// bound is the moment at which the time gone by since an anchor has reached a length: one
// microsecond later it is more. Below zero it is the time left until it.
func (n *next) bound(anchor time.Time, length time.Duration) {
	n.add(anchor.Add(length))
	n.add(anchor.Add(length + time.Microsecond))
}

func (n *next) reading(r Reading, l *Leaf) {
	n.add(r.Until)
	if !r.At.IsZero() {
		for _, after := range []time.Duration{l.FlagAfter, l.StaleAfter} {
			if after > 0 {
				n.add(r.At.Add(after + time.Microsecond))
			}
		}
	}
	if r.Anchor.IsZero() {
		return
	}
	if l.formula != nil { // how it turns time into a value is its own affair
		n.add(n.at.Add(day))
		return
	}
	programs := []*rule.Program{l.reached}
	for _, b := range l.Bands {
		programs = append(programs, b.When)
	}
	for _, p := range programs {
		if p == nil {
			continue
		}
		of, exact := p.Constants()
		if !exact {
			n.add(n.at.Add(day))
		}
		for _, v := range of["value"] {
			if days := number(v); days != nil {
				f, _ := days.Float64()
				n.bound(r.Anchor, r.ahead(time.Duration(f*float64(day))))
			}
		}
	}
}

// ahead is how far behind its anchor a value of time is a length.
func (r Reading) ahead(length time.Duration) time.Duration {
	if r.Ahead {
		return -length
	}
	return length
}

// elapsed is for conditions that read a duration measure itself.
func (n *next) elapsed(r Reading, constants []any, exact bool) {
	if r.Anchor.IsZero() {
		return
	}
	if !exact {
		n.add(n.at.Add(day))
	}
	for _, v := range constants {
		if d, ok := v.(time.Duration); ok {
			n.bound(r.Anchor, r.ahead(d))
		}
	}
}

// days is for whole days since or until an anchor: they change when one more has gone by.
func (n *next) days(a Anchor, constants []any, exact bool) {
	if a.Time.IsZero() {
		return
	}
	if !exact || len(constants) == 0 {
		n.add(n.at.Add(day))
		return
	}
	for _, v := range constants {
		count := number(v)
		if count == nil {
			continue
		}
		f, _ := count.Float64()
		for _, whole := range []float64{f, f + 1} {
			length := time.Duration(whole * float64(day))
			if a.Until {
				length = -length
			}
			n.bound(a.Time, length)
		}
	}
}
