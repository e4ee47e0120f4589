package desk

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/rule"
)

// WeightPart is one part of a weight.
type WeightPart struct {
	Part   string  `json:"part" enum:"age,priority,bounces,condition,region,skill" doc:"What kind of part it is."`
	Title  string  `json:"title"`
	Detail string  `json:"detail"`
	Points float64 `json:"points"`
}

// place is where a waiting ticket stands in a queue.
type place struct {
	queue *Queue
	// anchor is when it would weigh nothing but for its points: when its promise is due.
	anchor   time.Time
	promised bool // anchor is a promise of a clock
	points   int
	region   *availability.Region // that others leave it to until; nil for none
	until    time.Time
	handed   bool // a hand-over names the region
	needs    []need
	parts    []WeightPart // without the age
}

// waits reports whether a ticket waits for somebody to take it.
func (t *Ticket) waits() bool {
	return t != nil && t.AssigneeID == 0 && t.Hidden == "" && t.Refused == "" && (t.Status == StatusNew || t.Status == StatusOpen)
}

// key orders a queue: all weights grow alike, so that the order of what they are measured from
// never changes. The smaller it is the heavier the ticket.
func (p place) key() int64 {
	return db.Micros(p.anchor) - int64(p.points)*p.queue.point().Microseconds()
}

// weightAt is what a key weighs at a moment: points, to the hundredth.
func (q *Queue) weightAt(key int64, now time.Time) float64 {
	return hundredths(float64(db.Micros(now)-key) / float64(q.point().Microseconds()))
}

func hundredths(x float64) float64 { return math.Round(x*100) / 100 }

// waitingSince is when a ticket began to wait for an answer: when it was opened, or when the
// customer wrote last to somebody who had answered.
func (t *Ticket) waitingSince() time.Time {
	if t.Replies > 0 && !t.AskedAt.IsZero() {
		return t.AskedAt
	}
	return t.Created
}

// place works out where a waiting ticket stands; nil when no queue takes it. handed is the region
// of a hand-over, 0 for none, and when that was made. vars are what conditions read.
func (cfg *Config) place(t *Ticket, vars func() map[string]any, handed int64, handedAt time.Time) *place {
	holds := func(p *rule.Program) bool {
		if p == nil {
			return true
		}
		ok, err := p.Eval(vars())
		return err == nil && ok
	}
	var q *Queue
	for _, one := range cfg.Queues {
		if holds(one.Match) {
			q = one
			break
		}
	}
	if q == nil {
		return nil
	}
	w := q.Spec.Weights
	p := &place{queue: q, anchor: t.Due, promised: true}
	if t.Due.IsZero() {
		p.anchor, p.promised = t.waitingSince().Add(cmp.Or(w.WithoutClock.Std(), 24*time.Hour)), false
	}
	add := func(kind, title, detail string, points int) {
		p.points += points
		p.parts = append(p.parts, WeightPart{kind, title, detail, float64(points)})
	}
	if n := w.Priority.of(t.Priority); n != 0 {
		add("priority", "Priority "+string(t.Priority), "", n)
	}
	for i, one := range w.When {
		if q.points[i] != nil && holds(q.points[i]) {
			add("condition", one.Title, q.points[i].Source(), one.Points)
		}
	}
	if n := int(t.Bounces); n > 0 && w.Bounce != 0 {
		add("bounces", "Passed on "+times(n), fmt.Sprintf("%d each time", w.Bounce), n*w.Bounce)
	}
	q.leave(t, p, holds, add)
	if r := cfg.Regions.Region(handed); r != nil && q.hold != nil {
		p.region, p.handed = r, true
		p.until, _ = q.hold.After(handedAt, q.holdFor())
	}
	p.needs = q.needs(t, holds)
	return p
}

func (q *Queue) holdFor() time.Duration { return cmp.Or(q.Spec.Regions.Hold.Std(), 8*time.Hour) }

// leave finds the region a ticket is left to.
func (q *Queue) leave(t *Ticket, p *place, holds func(*rule.Program) bool, add func(kind, title, detail string, points int)) {
	for i, r := range q.preferred {
		if r == nil || q.prefers[i] == nil || !holds(q.prefers[i]) {
			continue
		}
		until, ok := q.hold.After(t.waitingSince(), q.holdFor())
		if !ok {
			until = t.waitingSince()
		}
		p.region, p.until = r, until
		if n := q.Spec.Regions.Prefer[i].Points; n != 0 {
			add("region", "Prefers "+r.Title, q.prefers[i].Source(), n)
		}
		return
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// age is the part of a weight that grows, as it stands now. The parts sum exactly to the weight:
// this one takes what rounding leaves.
func (p place) age(t *Ticket, now time.Time) WeightPart {
	points := hundredths(p.queue.weightAt(p.key(), now) - float64(p.points))
	left := p.anchor.Sub(now)
	out := WeightPart{Part: "age", Points: points}
	name := "Promise"
	if p.promised {
		name = metricWords[t.DueMetric]
	}
	switch {
	case !p.promised && left > 0:
		out.Title, out.Detail = "No promise runs", "weighed as if due in "+spelled(left)
	case !p.promised:
		out.Title, out.Detail = "No promise runs", "weighed as if due "+spelled(-left)+" ago"
	case left > 0:
		out.Title, out.Detail = name+" due in "+spelled(left), ""
	default:
		out.Title, out.Detail = name+" past due for "+spelled(-left), ""
	}
	return out
}

// spelled says a duration with days: "3 d 4 h", "2 h 30 min".
func spelled(d time.Duration) string {
	if days := int(d / (24 * time.Hour)); days > 1 {
		if h := int(d % (24 * time.Hour) / time.Hour); h > 0 {
			return fmt.Sprintf("%d d %d h", days, h)
		}
		return fmt.Sprintf("%d d", days)
	}
	return words(d).String()
}
