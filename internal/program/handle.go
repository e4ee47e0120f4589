package program

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// maxWords is how long what a colleague or an applicant writes may be, in characters.
const maxWords = 10_000

// words checks what somebody wrote.
func words(field, text string, needed bool) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", ""))
	if text == "" && needed {
		return "", fault.Field(field, "", "some words", "Write a few words.")
	}
	if n := utf8.RuneCountInString(text); n > maxWords {
		return "", fault.Field(field, n, "at most 10,000 characters", "This has %d characters; 10,000 is the most.", n)
	}
	return text, nil
}

// Get returns an application. Whoever may read applications within their scope may; others are told it is not there.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Application, *Program, error) {
	a, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	if !auth.Scope(by, "read", "application").Covers(a.Record()) {
		return nil, nil, fault.Missing("application", id)
	}
	p, err := s.of(ctx, tx, a)
	return a, p, err
}

// Screens reports whether somebody learns of holds.
func Screens(by act.Actor, a *Application) bool {
	return auth.Scope(by, "screen", "application").Covers(a.Record())
}

// working is an application that somebody is about to change: they may take the action on it, nobody holds it back
// from them, and it is as they saw it.
func (s *Service) working(ctx context.Context, tx db.Tx, by act.Actor, action string, id, version int64) (*Application, *Program, error) {
	a, p, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, nil, err
	}
	if !auth.Scope(by, action, "application").Covers(a.Record()) {
		return nil, nil, by.Denied(action, "application")
	}
	if version != 0 && version != a.Version {
		return nil, nil, fault.Stale("application", nil)
	}
	if a.Held && !Screens(by, a) {
		return nil, nil, fault.New(fault.Forbidden, "Other colleagues look at this application first. Take the next one.")
	}
	return a, p, nil
}

// Take gives an application to a colleague, who works on it; 0 gives it back to the team. Whoever may edit
// applications may.
func (s *Service) Take(ctx context.Context, tx db.Tx, by act.Actor, id, version, assignee int64) (*Application, error) {
	a, p, err := s.working(ctx, tx, by, "edit", id, version)
	if err != nil || a.AssigneeID == assignee {
		return a, err
	}
	if assignee != 0 {
		people, err := s.Directory.Names(ctx, tx, []int64{assignee})
		if err != nil {
			return nil, err
		}
		if !people[assignee].Agent || !people[assignee].Suspended.IsZero() {
			return nil, fault.Field("assignee_id", assignee, "a colleague who is not suspended", "Applications can be given to colleagues only.")
		}
	}
	by = by.Still()
	was := a.AssigneeID
	a.AssigneeID, a.Updated = assignee, by.Now()
	if err := s.update(ctx, tx, a); err != nil {
		return nil, err
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Taken, Subject: a.Ref(), Data: map[string]any{"assignee_id": []int64{was, assignee}, "program_id": p.ID}})
	if err != nil {
		return nil, err
	}
	return a, s.settle(ctx, tx, by.Now(), a, event)
}

// AskApplicant asks the applicant something by mail; the clock stands still until they answer. Whoever may edit
// applications may.
func (s *Service) AskApplicant(ctx context.Context, tx db.Tx, by act.Actor, id, version int64, question string) (*Application, error) {
	question, err := words("question", question, true)
	if err != nil {
		return nil, err
	}
	a, p, err := s.working(ctx, tx, by, "edit", id, version)
	if err != nil {
		return nil, err
	}
	by = by.Still()
	if _, err := Next(a.State, Ask); err != nil {
		return nil, err
	}
	a.Question = question
	if err := s.write(ctx, tx, by, p, a, by.PersonID, question+"\n\n[Answer or upload a file]("+s.Link(a)+")", false); err != nil {
		return nil, err
	}
	_, err = s.step(ctx, tx, by, p, a, Ask, nil, func() { a.Touched = true })
	return a, err
}

// DecisionInput is what a colleague decides.
type DecisionInput struct {
	Version int64
	Approve bool
	Rules   []string // names of rules and proofs whose reasons the applicant reads
	Words   string   // what the applicant reads besides
}

// Decide approves or rejects an application; the applicant reads the reasons. Whoever may decide applications may.
// Where the program asks for several colleagues, an approval waits until enough agree, each once.
func (s *Service) Decide(ctx context.Context, tx db.Tx, by act.Actor, id int64, in DecisionInput) (*Application, error) {
	text, err := words("words", in.Words, false)
	if err != nil {
		return nil, err
	}
	a, p, err := s.working(ctx, tx, by, "decide", id, in.Version)
	if err != nil {
		return nil, err
	}
	action := Approve
	if !in.Approve {
		action = Reject
	}
	if a.State == Verifying {
		return nil, fault.New(fault.Conflict, "This application is still being verified. Proofs come first.")
	}
	if _, err := Next(a.State, action); err != nil {
		return nil, err
	}
	if a.Held {
		return nil, fault.New(fault.Conflict, "This application is on hold. End the hold first.")
	}
	var reasons []Reason
	for _, name := range in.Rules {
		r, ok := s.reasonOf(ctx, tx, p, a, name)
		if !ok {
			return nil, fault.Field("rules", name, "names of rules and proofs of the program", "The program has no rule or proof %q.", name)
		}
		reasons = append(reasons, r)
	}
	if !in.Approve && text == "" && len(reasons) == 0 {
		return nil, fault.Field("words", "", "a reason in words, or rules that do not hold", "Say why: the applicant reads it.")
	}
	by = by.Still()
	a.Touched = true
	if p.agree(a).Bars(by.PersonID) {
		return nil, fault.New(fault.Forbidden, "This application is your own. Another colleague decides.")
	}
	if in.Approve {
		if a.agrees(by.PersonID) {
			return nil, fault.New(fault.Conflict, "You agreed already. Another colleague has to.")
		}
		a.Life.Seconds = append(a.Life.Seconds, by.PersonID)
		if p.agree(a).Outcome(approval.Agreed(a.Life.Seconds...)) == approval.Open {
			return a, s.seconded(ctx, tx, by, p, a)
		}
	}
	return a, s.decide(ctx, tx, by, p, a, action, reasons, text, ruled{})
}

// agree is who must agree to an approval: so many colleagues, never the applicant.
func (p *Program) agree(a *Application) approval.Rule {
	return approval.People(p.Spec.Decision.Seconds, a.PersonID)
}

// agrees reports whether a colleague agreed to an approval already.
func (a *Application) agrees(person int64) bool {
	return approval.Said(approval.Agreed(a.Life.Seconds...), person)
}

// seconded notes that one more colleague agrees, and gives the application back to the team for the next.
func (s *Service) seconded(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	a.AssigneeID, a.Updated = 0, by.Now()
	if err := s.update(ctx, tx, a); err != nil {
		return err
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Seconded, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID, "still": p.agree(a).Still(approval.Agreed(a.Life.Seconds...)), "wanted": p.Spec.Decision.Seconds}})
	if err != nil {
		return err
	}
	return s.settle(ctx, tx, by.Now(), a, event)
}

// reasonOf is the reason that a rule or proof gives.
func (s *Service) reasonOf(ctx context.Context, tx db.Tx, p *Program, a *Application, name string) (Reason, bool) {
	for _, e := range p.Spec.Eligibility {
		if e.Name == name {
			return Reason{Rule: name, Say: e.Say}, true
		}
	}
	c, ok := p.check(name)
	if !ok {
		return Reason{}, false
	}
	runs, err := s.checks(ctx, tx, a.ID)
	if run := newest(runs)[name]; err == nil && run.Say != "" {
		return Reason{Rule: name, Say: c.Title + ": " + run.Say}, true
	}
	return Reason{Rule: name, Say: c.Title}, true
}

// Reconsider opens a closed application again, or takes a decision back that was wrong; the reason is kept. Whoever
// may decide applications may.
func (s *Service) Reconsider(ctx context.Context, tx db.Tx, by act.Actor, id, version int64, reason string) (*Application, error) {
	reason, err := words("reason", reason, true)
	if err != nil {
		return nil, err
	}
	a, p, err := s.working(ctx, tx, by, "decide", id, version)
	if err != nil {
		return nil, err
	}
	action := Reopen
	if a.State == Approved || a.State == Rejected {
		action = Correct
	}
	if other, err := s.same(ctx, tx, a); err != nil || other != nil {
		if err == nil {
			err = fault.New(fault.Conflict, "The applicant has another application open: number %d. Work on that one.", other.ID)
		}
		return nil, err
	}
	by = by.Still()
	_, err = s.step(ctx, tx, by, p, a, action, map[string]any{"corrects": action == Correct}, func() {
		a.Touched, a.Reason, a.Decided, a.DecidedBy = true, reason, time.Time{}, 0
	})
	return a, err
}

// Settle says what a colleague made of a proof that is unclear, such as a document. Whoever may edit applications may.
func (s *Service) Settle(ctx context.Context, tx db.Tx, by act.Actor, id int64, name string, passed bool, say string) (*Application, error) {
	say, err := words("say", say, !passed)
	if err != nil {
		return nil, err
	}
	a, p, err := s.working(ctx, tx, by, "edit", id, 0)
	if err != nil {
		return nil, err
	}
	c, ok := p.check(name)
	if !ok {
		return nil, fault.Missing("proof", name)
	}
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	run := newest(runs)[name]
	if a.State != Review && a.State != Asked || run.State == Passed || run.State == Running {
		return nil, fault.New(fault.Conflict, "This proof is not for a colleague to settle now.")
	}
	by = by.Still()
	f := Finding{State: Failed, Say: say, Evidence: run.Evidence}
	if passed {
		f.State = Passed
		if f.Say = say; say == "" {
			f.Say = c.Title + ": a colleague has looked at it."
		}
	}
	if run.ID == 0 { // it was not tried: a colleague knows it otherwise
		if run, err = s.record(ctx, tx, by, a, c); err != nil {
			return nil, err
		}
	}
	a.Touched = true
	if err := s.update(ctx, tx, a); err != nil {
		return nil, err
	}
	return a, s.found(ctx, tx, by, a, run, f, by.PersonID)
}
