package desk

import (
	"math"
	"time"
)

// timed is something that acts on a ticket by itself at a due time: the promises of its clocks
// and time rules. Whatever else shall act so in a replay joins agenda.
type timed interface {
	// next says when it acts next on a line; ok is false when it does not. event is the one that
	// tells of it in history, which puts it in order with what else happened in that moment; 0
	// when it comes before.
	next(h *retold, l *line) (at time.Time, event int64, ok bool)
	// act lets it act at that time, after which next must not give that time again. It reports
	// whether the ticket may have changed.
	act(h *retold, l *line, at time.Time) (changed bool)
}

var agenda = []timed{promises{}, lapses{}}

// promises are missed at their due times.
type promises struct{}

func (promises) next(_ *retold, l *line) (first time.Time, event int64, ok bool) {
	for _, c := range l.clocks {
		if c.State == Running && !c.Due.IsZero() && (!ok || c.Due.Before(first)) {
			first, ok = c.Due, true
		}
	}
	return first, 0, ok
}

func (promises) act(h *retold, l *line, at time.Time) bool {
	l.react(h, moment{at: at})
	return false
}

// soonest is what acts next on a line: of what is due by then, the first, as long as no event
// from before on tells of it.
func (l *line) soonest(h *retold, then time.Time, before int64) (first timed, at time.Time) {
	for _, one := range agenda {
		t, event, ok := one.next(h, l)
		if ok && (t.Before(then) || t.Equal(then) && event <= before) && (first == nil || t.Before(at)) {
			first, at = one, t
		}
	}
	return first, at
}

// until lets everything act that soonest finds, each at its time.
func (l *line) until(h *retold, then time.Time, before int64) (changed bool) {
	for h.reason == "" {
		first, at := l.soonest(h, then, before)
		if first == nil {
			break
		}
		changed = first.act(h, l, at) || changed
	}
	return changed
}

// pass lets time pass on all lines until then. Lines that have parted go side by side, so that
// it shows when they begin to differ.
func (h *retold) pass(then time.Time, before int64) {
	if !h.parted() {
		for _, l := range h.lines {
			l.until(h, then, before)
		}
		return
	}
	for h.reason == "" {
		var next time.Time
		for _, l := range h.lines {
			if first, at := l.soonest(h, then, before); first != nil && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if next.IsZero() {
			return
		}
		limit, changed := before, false
		if next.Before(then) {
			limit = math.MaxInt64
		}
		for _, l := range h.lines {
			changed = l.until(h, next, limit) || changed
		}
		if changed {
			h.compare(next, 0)
		}
	}
}
