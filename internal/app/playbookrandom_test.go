package app_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// modelStep is a step of a random playbook, as the model knows it.
type modelStep struct {
	name, kind string // task, yes, no, crew, pass, fail, wait, day, inside, outside, later, part, choice, repeat
	deps       []int
	hours      int    // of a wait: working hours; of a day: working days after the one that was asked
	cond       int    // done only if the outcome of this step is want; -1 for always
	want       string // of the condition
	instead    int    // -1 for none
	most, back int    // of a repeat
}

// randomPlaybook makes up a playbook: its text and what the model goes by. Behind a repeat nothing
// depends on the part that it does again.
func randomPlaybook(r *rand.Rand) (string, []modelStep) {
	n := 5 + r.IntN(8)
	var steps []modelStep
	barrier := 0 // steps before it are closed off by a repeat
	for i := range n {
		s := modelStep{name: fmt.Sprintf("s%d", i), cond: -1, instead: -1}
		s.kind = []string{"task", "yes", "no", "wait", "inside", "outside", "choice", "task", "wait", "crew", "pass", "fail", "day", "later", "part"}[r.IntN(15)]
		s.hours = 1 + r.IntN(60)
		for d := barrier; d < i; d++ {
			if r.IntN(3) == 0 || d == i-1 && len(s.deps) == 0 {
				s.deps = append(s.deps, d)
			}
		}
		if i > barrier && r.IntN(3) == 0 {
			d := s.deps[r.IntN(len(s.deps))]
			if outcome := outcomes(steps[d].kind); len(outcome) > 0 {
				s.cond, s.want = d, outcome[r.IntN(len(outcome))]
			} else if steps[d].cond >= 0 {
				s.instead = d
			}
		}
		if i-barrier > 1 && i < n-1 && r.IntN(5) == 0 {
			s = modelStep{name: s.name, kind: "repeat", deps: nil, cond: -1, instead: -1, most: 1 + r.IntN(3), back: barrier + r.IntN(i-barrier)}
			for d := barrier; d < i; d++ {
				s.deps = append(s.deps, d)
			}
			barrier = i
		}
		steps = append(steps, s)
	}
	return modelText(steps), steps
}

func outcomes(kind string) []string {
	switch kind {
	case "yes", "no", "crew":
		return []string{"approved", "declined"}
	case "pass", "fail":
		return []string{"passed", "failed"}
	case "choice":
		return []string{"first", "second"}
	}
	return nil
}

func modelText(steps []modelStep) string {
	var b strings.Builder
	b.WriteString(`kind: calendar
name: model-hours
title: Model hours
time_zone: UTC
hours: { mon: [["08:00", "16:00"]], tue: [["08:00", "16:00"]], wed: [["08:00", "16:00"]], thu: [["08:00", "16:00"]], fri: [["08:00", "16:00"]] }
---
kind: playbook
name: random-part
title: Random part
subject: person
participants: [{ role: worker, from: starter }]
steps:
  - { name: rest, title: Rest, kind: wait, wait: { for: 2h } }
  - { name: part, title: Part, owner: worker }
---
kind: playbook
name: random
title: Random
subject: person
calendar: model-hours
ask: [{ name: day, title: Day, type: date, required: true }]
participants: [{ role: worker, from: starter }, { role: crew, team: support }]
steps:
`)
	for _, s := range steps {
		fmt.Fprintf(&b, "  - name: %s\n    title: Step %s\n", s.name, s.name)
		var after []string
		for _, d := range s.deps {
			if d != s.instead {
				after = append(after, steps[d].name)
			}
		}
		if len(s.deps) == 0 {
			after = []string{"start"}
		}
		if len(after) > 0 {
			fmt.Fprintf(&b, "    after: [%s]\n", strings.Join(after, ", "))
		}
		if s.cond >= 0 {
			fmt.Fprintf(&b, "    when: steps.%s.outcome == \"%s\"\n", steps[s.cond].name, s.want)
		}
		if s.instead >= 0 {
			fmt.Fprintf(&b, "    instead_of: %s\n", steps[s.instead].name)
		}
		switch s.kind {
		case "task":
			b.WriteString("    owner: worker\n")
		case "yes", "no":
			b.WriteString("    kind: approval\n    approval: { by: [worker], declined: go_on }\n")
		case "crew":
			b.WriteString("    kind: approval\n    approval: { by: [crew], declined: go_on }\n")
		case "pass", "fail":
			b.WriteString("    kind: quiz\n    owner: worker\n    quiz: { attempts: 2, questions: [{ name: q, title: Q, options: [x, y], right: [y] }] }\n")
		case "day":
			fmt.Fprintf(&b, "    kind: wait\n    wait: { until: { from: ask.day, days: %d } }\n", s.hours%9+1)
		case "part":
			b.WriteString("    kind: playbook\n    playbook: random-part\n")
		case "later":
			b.WriteString("    kind: action\n    action: { name: attribute, with: { set: { x: 2 } } }\n")
		case "wait":
			fmt.Fprintf(&b, "    kind: wait\n    wait: { for: %dh }\n", s.hours)
		case "inside":
			b.WriteString("    kind: action\n    action: { name: event, with: { name: inside } }\n")
		case "outside":
			b.WriteString("    kind: action\n    action: { name: attribute, with: { set: { x: 1 } } }\n")
		case "choice":
			fmt.Fprintf(&b, "    kind: choice\n    choice: [{ name: first, when: 'subject.name == \"%s\"' }, { name: second }]\n", map[bool]string{true: "Ada", false: "Eve"}[s.hours%2 == 0])
		case "repeat":
			fmt.Fprintf(&b, "    kind: repeat\n    repeat: { back_to: %s, most: %d }\n", steps[s.back].name, s.most)
		}
	}
	return b.String()
}

// modelEnd is how a step ends, as the model works it out.
type modelEnd struct {
	state, outcome string
	at             time.Time
	rounds         int
}

// opens is when the model's calendar opens on the day of a time; false when it does not.
func opens(t time.Time) (time.Time, bool) {
	day := t.Truncate(24 * time.Hour)
	return day.Add(8 * time.Hour), day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// workingHours is when so many hours of work are over.
func workingHours(at time.Time, hours int) time.Time {
	for left := time.Duration(hours) * time.Hour; ; {
		open, works := opens(at)
		if end := open.Add(8 * time.Hour); works && at.Before(end) {
			if at.Before(open) {
				at = open
			}
			if have := end.Sub(at); left <= have {
				return at.Add(left)
			} else {
				left -= have
			}
		}
		at = at.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
}

// workingDay is the opening of the working day so many days after one.
func workingDay(day time.Time, days int) time.Time {
	for days > 0 {
		if day = day.Add(24 * time.Hour); day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
			days--
		}
	}
	open, _ := opens(day)
	return open
}

// askedDay is the day that a run of the model is asked for at its start.
func askedDay(start time.Time) time.Time { return start.Truncate(24*time.Hour).AddDate(0, 0, 3) }

// model works out how a run ends, by looking at each step once in order: a step's turn comes when the last
// before it has ended; a wait lasts as long as it says; people and actions act at the first of the looks
// that is not before.
func model(steps []modelStep, start time.Time, looks []time.Time) (ends []modelEnd, actions []string) {
	ends = make([]modelEnd, len(steps))
	look := func(t time.Time) time.Time {
		i, _ := slices.BinarySearchFunc(looks, t, time.Time.Compare)
		return looks[min(i, len(looks)-1)]
	}
	work := func(i int, begin time.Time, round int) {
		s, at := steps[i], begin
		for _, d := range s.deps {
			if ends[d].at.After(at) {
				at = ends[d].at
			}
		}
		e := modelEnd{state: "done", at: at, rounds: round}
		switch {
		case s.instead >= 0 && ends[s.instead].state != "passed", s.cond >= 0 && ends[s.cond].outcome != s.want:
			e.state = "passed"
		case s.kind == "task":
			e.at = look(at)
		case s.kind == "yes" || s.kind == "crew":
			e.at, e.outcome = look(at), "approved"
		case s.kind == "pass" || s.kind == "fail":
			e.at, e.outcome = look(at), s.kind+"ed"
		case s.kind == "day":
			e.outcome = "held"
			if until := workingDay(askedDay(start), s.hours%9+1); until.After(at) {
				e.at = until
			}
		case s.kind == "part":
			e.at, e.outcome = look(look(at).Add(2*time.Hour)), "completed"
		case s.kind == "later":
			e.at, e.outcome = look(at), "came"
			actions = append(actions, fmt.Sprintf("%s %s/%d", s.kind, s.name, round))
		case s.kind == "no":
			e.at, e.outcome = look(at), "declined"
		case s.kind == "wait":
			e.at, e.outcome = workingHours(at, s.hours), "held"
		case s.kind == "choice":
			e.outcome = map[bool]string{true: "first", false: "second"}[s.hours%2 == 0]
		case s.kind == "inside" || s.kind == "outside":
			e.at = look(at)
			actions = append(actions, fmt.Sprintf("%s %s/%d", s.kind, s.name, round))
		case s.kind == "repeat":
			e.outcome = "enough"
		}
		ends[i] = e
	}
	rounds := make([]int, len(steps))
	var loop func(i int, begin time.Time)
	loop = func(i int, begin time.Time) {
		work(i, begin, rounds[i])
		if steps[i].kind != "repeat" {
			return
		}
		span := modelSpan(steps, steps[i].back, i)
		for range steps[i].most - 1 {
			again := ends[i].at
			for _, n := range span {
				rounds[n]++
			}
			for _, n := range span[:len(span)-1] {
				loop(n, again)
			}
			work(i, again, rounds[i])
		}
	}
	for i := range steps {
		loop(i, start)
	}
	return ends, actions
}

// modelSpan are the steps on a way from one to another.
func modelSpan(steps []modelStep, from, to int) (out []int) {
	reaches := map[int]bool{from: true}
	for i := from; i <= to; i++ {
		for _, d := range steps[i].deps {
			reaches[i] = reaches[i] || reaches[d]
		}
		if reaches[i] {
			out = append(out, i)
		}
	}
	return out
}
