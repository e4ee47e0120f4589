package program

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rule"
)

// ruled is what the rules say about an application. It is pure apart from what vars look up.
type ruled struct {
	action  Action   // Approve, Reject or Refer
	reasons []Reason // rules that did not hold, and proofs that did not pass
	failed  []string // names of the rules that did not hold
	read    map[string]any
	private map[string]any
}

// ruling decides by the rules of a version: each that does not hold gives its reason; one that says so rejects.
// What holds and is verified is approved where the version allows; everything else is for a colleague.
func (p *Program) ruling(vars rule.Vars, verified bool, runs []CheckRun) ruled {
	out := ruled{action: Refer, read: map[string]any{}, private: map[string]any{}}
	eval := func(path string) bool {
		r := p.rules(path)
		if r == nil {
			return false
		}
		read, private := r.Read(vars)
		maps.Copy(out.read, read)
		maps.Copy(out.private, private)
		holds, err := r.Eval(vars)
		return err == nil && holds
	}
	for i, e := range p.Spec.Eligibility {
		if eval(fmt.Sprintf("eligibility[%d].when", i)) {
			continue
		}
		out.failed = append(out.failed, e.Name)
		out.reasons = append(out.reasons, Reason{Rule: e.Name, Say: e.Say})
		if e.Otherwise == "reject" {
			out.action = Reject
		}
	}
	if !verified {
		for _, c := range p.applicable(vars) {
			if run := newest(runs)[c.Name]; run.State == Failed {
				out.reasons = append(out.reasons, Reason{Rule: c.Name, Say: c.Title + ": " + run.Say})
			}
		}
	}
	if len(out.failed) == 0 && verified && p.Spec.Decision.Approve != "" && eval("decision.approve_when") {
		out.action = Approve
	}
	return out
}

// rule decides an application under verification by the rules, or gives it to a colleague.
func (s *Service) rule(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, runs []CheckRun, vars rule.Vars) error {
	r := p.ruling(vars, s.verified(p, a, runs, vars), runs)
	if a.Life.AddOn && r.action == Approve {
		r.action, r.reasons = Refer, append(r.reasons, Reason{Rule: "add-on", Say: "An add-on was bought, so this renewal is a quote that we send you."})
	}
	if a.Held && r.action != Refer {
		r.action = Refer // nothing is decided before somebody who may has looked
	}
	if p.Spec.Decision.Seconds > 1 && r.action == Approve {
		r.action = Refer
	}
	by = by.Because(act.Cause{Event: by.Cause.Event, Blueprint: p.ID, Version: p.Version})
	switch r.action {
	case Refer:
		return s.refer(ctx, tx, by, p, a, r)
	case Reject:
		return s.decide(ctx, tx, by, p, a, Reject, r.reasons, "", r)
	default:
		return s.decide(ctx, tx, by, p, a, Approve, nil, "", r)
	}
}

// refer gives an application to the program's team.
func (s *Service) refer(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, r ruled) error {
	now := by.Now()
	before := *a
	before.State = Review
	before.turn(p, now) // the letter says by when
	before.TicketID = a.TicketID
	if err := s.letter(ctx, tx, by, p, &before, LetterReceived, ""); err != nil {
		return err
	}
	a.TicketID = before.TicketID
	_, err := s.step(ctx, tx, by, p, a, Refer, map[string]any{"rules": r.failed, "read": r.read}, func() { a.Reasons = r.reasons })
	return err
}

// decide approves or rejects an application and writes the letter. The reasons are what the applicant reads.
func (s *Service) decide(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, action Action, reasons []Reason, words string, r ruled) error {
	now := by.Now()
	automatic := by.Kind == act.Rule
	data := map[string]any{"automatic": automatic, "untouched": automatic && !a.Touched, "worked_us": a.used(p, now).Microseconds(), "late": a.Life.Late,
		"waited_us": max(now.Sub(a.Confirmed)-a.used(p, now), 0).Microseconds(), "rules": r.failed}
	if automatic {
		data["read"] = r.read
	}
	text := words
	for _, reason := range reasons {
		text = strings.TrimSpace(text + "\n\n" + reason.Say)
	}
	after := *a
	after.State, _ = Next(a.State, action)
	after.Due = after.nextDue(p, now)
	if after.State != a.State {
		l := LetterApproved
		if action == Reject {
			l = LetterRejected
		}
		if err := s.letter(ctx, tx, by, p, &after, l, text); err != nil {
			return err
		}
		a.TicketID = after.TicketID
	}
	_, err := s.step(ctx, tx, by, p, a, action, data, func() {
		a.Decided, a.DecidedBy, a.Reasons, a.Reason, a.Life.Seconds = now, 0, reasons, words, nil
		if !automatic {
			a.DecidedBy = by.PersonID
		}
	})
	if err != nil {
		return err
	}
	return s.schedulePurge(ctx, tx, p, a, now)
}
