package playbook

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// DryInput is what DryRun takes.
type DryInput struct {
	Playbook string // in force, unless Text is given
	Text     string // a version that is not in force
	Subject  ledger.Ref
	Ask      map[string]any
	People   map[string]Part
	At       time.Time                 // when it starts; zero: now
	Answers  map[string]map[string]any // to forms and quizzes, by step; what is missing is made up
	Outcomes map[string]string         // by step, one of its turns: declined for an approval, the option of a choice, failed for an action
	Comes    map[string]time.Time      // by wait: when what it waits for comes, whatever its condition says
	Needed   map[string]bool           // by step with a condition: whether it is done, whatever its condition says
}

// DryLine is one thing that would happen.
type DryLine struct {
	At      time.Time
	Verb    string
	Step    string // "" for the run
	Title   string
	Outcome string
	Due     time.Time
	Kind    string         // of the step
	Who     []string       // roles whose step it is, or who hears of it
	Parts   []Part         // who fills them
	Does    string         // what Steward does, "" for nothing
	Values  []AnswerView   // with what
	Options []OptionView   // how the step could turn out otherwise: Outcomes takes their names
	Waits   bool           // for what may come on a day: Comes takes it
	May     bool           // be needed or not: Needed takes the step
	Fields  []FieldView    // what is answered: Answers takes them
	Read    map[string]any // what a condition read that decided
}

// maxDryLines bounds a dry run.
const maxDryLines = 1000

// DryRun tells step by step what a run would do that is started now, or then: everybody does their steps
// on the day they are due, or a day after their turn came, and nothing is stored or sent. Whoever may write runs
// and read the subject may.
func (s *Service) DryRun(ctx context.Context, tx db.Tx, by act.Actor, in DryInput) ([]DryLine, State, error) {
	if err := by.Require("write", Kind); err != nil {
		return nil, State{}, err
	}
	if !in.At.IsZero() {
		at := in.At.UTC()
		by.Clock = func() time.Time { return at }
	}
	if in.Playbook == "" && in.Text == "" {
		return nil, State{}, fault.Field("playbook", "", "the name of a playbook", "Name a playbook.")
	}
	start := StartInput{Playbook: in.Playbook, Subject: in.Subject, Ask: in.Ask, People: in.People}
	var err error
	if in.Text != "" {
		start.definition, err = s.ofText(in.Text)
	} else {
		start.definition, err = s.current(ctx, tx, in.Playbook, 0)
	}
	if err != nil {
		return nil, State{}, err
	}
	start.Ask = meant(start.definition.Spec.Ask, start.Ask)
	if err := in.check(start.definition); err != nil {
		return nil, State{}, err
	}
	d, r, _, err := s.prepare(ctx, tx, by.Still(), start)
	if err != nil {
		return nil, State{}, err
	}
	titles, err := s.titles(ctx, tx, []*Run{r})
	if err != nil {
		return nil, State{}, err
	}
	sim := &dry{d: d, st: r.State, in: in, subject: s.about(ctx, tx, r), now: by.Now(), actions: s.actions, title: titles[r.ID], returned: map[string]bool{}}
	err = sim.run()
	return sim.lines, sim.st, err
}

type dry struct {
	d       *Definition
	st      State
	in      DryInput
	subject func() any
	now     time.Time
	actions *Actions
	title   string // of the subject
	lines   []DryLine

	returned map[string]bool // deliverables that were sent back, as it was told
}

func (s *dry) run() error {
	if err := s.feed(Input{Do: DoBegin, PersonID: s.st.StarterID}); err != nil {
		return err
	}
	for !s.st.Status.Over() && len(s.lines) < maxDryLines {
		at, in, ok := s.next()
		if !ok {
			return nil // it waits for something that a dry run does not know
		}
		if at.After(s.now) {
			s.now = at
		}
		if err := s.feed(in); err != nil {
			return err
		}
	}
	return nil
}

// feed lets an input happen and notes what it led to.
func (s *dry) feed(in Input) error {
	after, effects, err := Advance(s.d, s.st, in, World{Now: s.now, Subject: s.subject, Told: s.told, Comes: s.comes})
	if err != nil {
		return err
	}
	s.st = after
	for _, e := range effects {
		l := DryLine{At: e.At, Verb: e.Verb, Title: s.d.Called(), Read: e.Read}
		l.Outcome, _ = e.Data["outcome"].(string)
		if e.Step >= 0 {
			def := s.d.Steps[e.Step]
			l.Step, l.Title = def.Name, def.Title
			var roles []string
			switch e.Verb {
			case StepPassed, StepScheduled:
				l.May = def.When != ""
			case StepReady:
				l.Kind, l.Due, l.Options, l.May = def.kind(), after.Steps[e.Step].Due, def.turns(), def.When != ""
				l.Waits = def.waits()
				if l.Fields = fieldViews(def.Form); def.Quiz != nil {
					l.Fields = def.Quiz.fields()
				}
				roles = def.roles(after.Steps[e.Step])
				l.Does, l.Values = s.deed(def, e.At)
			case StepReminded:
				roles = def.roles(after.Steps[e.Step])
			case StepLate:
				roles = []string{def.Escalate.To}
			}
			for _, role := range roles {
				l.Who, l.Parts = append(l.Who, s.d.RoleTitle(role)), append(l.Parts, after.Parts[role])
			}
		}
		s.lines = append(s.lines, l)
	}
	return nil
}

// deed is what Steward does at a step, with its values filled in.
func (s *dry) deed(def StepDef, at time.Time) (title string, values []AnswerView) {
	if def.prim == subRun {
		return "Run another playbook", []AnswerView{{Title: "playbook", Value: def.Playbook}}
	}
	name, with := def.action()
	action, ok := s.actions.Get(name)
	if !ok {
		return "", nil
	}
	filled, _ := fill(with, s.d.valued(s.st, at, s.title, s.subject)).(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(filled)) {
		text := words(filled[key])
		if list, ok := filled[key].([]any); ok {
			texts := make([]string, len(list))
			for i, one := range list {
				if texts[i] = words(one); key == "to" {
					texts[i] = s.d.RoleTitle(texts[i])
				}
			}
			text = strings.Join(texts, ", ")
		}
		values = append(values, AnswerView{Title: key, Value: text})
	}
	return action.Title, values
}

// next is what happens next: a timer, or somebody doing what is theirs.
func (s *dry) next() (at time.Time, in Input, ok bool) {
	type coming struct {
		at time.Time
		in Input
	}
	var all []coming
	if t, due := Next(s.d, s.st); due {
		all = append(all, coming{t, Input{Do: DoTick}})
	}
	for i, st := range s.st.Steps {
		if st.State != Open {
			continue
		}
		def := s.d.Steps[i]
		switch def.prim {
		case waiting:
			if t, told := s.comes(st.Name); told {
				all = append(all, coming{t, Input{Do: DoLook}})
			}
		case workItem:
			t := st.Due
			if t.IsZero() {
				t = s.d.day(st.Ready, 1, false)
			}
			if t.Before(s.now) {
				t = s.now
			}
			all = append(all, coming{t, s.doing(i)})
		case acting:
			in := Input{Do: DoResult, Step: st.Name, Round: st.Round, Outcome: s.in.Outcomes[st.Name]}
			if in.Outcome == Completed {
				in.Outcome = ""
			}
			if in.Outcome == QuizFail {
				in.Do, in.Note = DoFail, asTold
			}
			all = append(all, coming{s.now, in})
		case subRun:
			all = append(all, coming{s.d.day(st.Ready, 1, false), Input{Do: DoChild, Step: st.Name, Outcome: cmp.Or(s.in.Outcomes[st.Name], Completed)}})
		}
	}
	if len(all) == 0 {
		return at, in, false
	}
	slices.SortStableFunc(all, func(a, b coming) int { return a.at.Compare(b.at) })
	return all[0].at, all[0].in, true
}

// doing is what somebody does with a step of theirs: what the dry run was told, else what lets it go on.
func (s *dry) doing(i int) Input {
	st, def := s.st.Steps[i], s.d.Steps[i]
	const somebody = -1 // neither the author nor anybody known
	if def.kind() == kindApproval || st.Review {
		in := Input{Do: DoVote, Step: st.Name, PersonID: int64(somebody - len(st.Votes)), Roles: s.unvoted(i), Yes: s.in.Outcomes[st.Name] != Declined || st.Review}
		if st.Review && s.in.Outcomes[st.Name] == sentBack && !s.returned[st.Name] {
			in.Yes, in.Note, s.returned[st.Name] = false, asTold, true
		}
		return in
	}
	in := Input{Do: DoComplete, Step: st.Name, PersonID: somebody - 1, Answers: meant(def.Form, s.in.Answers[st.Name]), Evidence: s.madeUp(def.Evidence, nil)}
	switch def.kind() {
	case kindForm:
		in.Answers = s.madeUp(def.Form, in.Answers)
	case kindChoice:
		in.Outcome = cmp.Or(s.in.Outcomes[st.Name], def.Choice[0].Name)
	case kindQuiz:
		in.Answers = def.Quiz.tried(s.in.Answers[st.Name], s.in.Outcomes[st.Name] != QuizFail)
	}
	return in
}

// unvoted are the roles that have not decided yet; one at a time, so that a quorum takes several people.
func (s *dry) unvoted(i int) []string {
	roles := s.d.Steps[i].roles(s.st.Steps[i])
	for _, role := range roles {
		if !slices.ContainsFunc(s.st.Steps[i].Votes, func(v approval.Vote) bool { return v.Role == role }) {
			return []string{role}
		}
	}
	return roles
}

// madeUp completes answers with the first that would be accepted.
func (s *dry) madeUp(questions []FieldSpec, given map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range given {
		out[k] = v
	}
	for _, q := range questions {
		if _, there := out[q.Name]; there || !q.Required {
			continue
		}
		switch q.Type {
		case "number":
			out[q.Name] = 1.0
		case "yes_no":
			out[q.Name] = true
		case "date":
			out[q.Name] = s.now.Format(time.DateOnly)
		case "choice":
			out[q.Name] = q.Options[0]
		case "email":
			out[q.Name] = "somebody@company.example"
		case "link":
			out[q.Name] = "https://company.example/"
		case typeFile:
			out[q.Name] = fileIDs{-1}
		default:
			out[q.Name] = fmt.Sprintf("(%s)", q.Title)
		}
	}
	return out
}
