package playbook

import (
	"slices"
	"time"

	"steward/internal/approval"
	"steward/internal/fault"
)

// Verb says what an Input does.
type Verb string

// The inputs of Advance.
const (
	DoBegin    Verb = "begin"    // the run's first step
	DoTick     Verb = "tick"     // time has passed
	DoLook     Verb = "look"     // the subject may have changed
	DoComplete Verb = "complete" // somebody has done a step: Answers, Evidence, Outcome (of a choice)
	DoVote     Verb = "vote"     // somebody decides on an approval or reviews a deliverable: Yes, Note, Roles
	DoSkip     Verb = "skip"     // Note is the reason
	DoResult   Verb = "result"   // an action is done: Outcome, Answers are what it returned
	DoFail     Verb = "fail"     // an action could not be done: Note says why
	DoPending  Verb = "pending"  // an action is on its way: Resolve ends it
	DoRetry    Verb = "retry"
	DoChild    Verb = "child" // the run of another playbook has ended: Outcome
	DoPause    Verb = "pause"
	DoResume   Verb = "resume"
	DoCancel   Verb = "cancel"
	DoAssign   Verb = "assign" // Step or Role gets To
)

// Input is one thing that happens to a run.
type Input struct {
	Do       Verb
	Step     string
	Role     string
	PersonID int64    // who does it, 0 for Steward
	Roles    []string // of a vote: which of the deciding roles they hold
	Round    int      // of a result: the round it was begun in
	Yes      bool
	Note     string
	Outcome  string
	Answers  map[string]any
	Evidence map[string]any
	To       Part
}

// maxNote is how long a reason or note may be, in bytes.
const maxNote = 4000

func (a *advance) take(in Input) error {
	if len(in.Note) > maxNote {
		return fault.Field("note", len(in.Note), "at most 4000 bytes", "This text is too long.")
	}
	if a.st.Status.Over() && in.Do != DoTick && in.Do != DoLook {
		return invalid("This run has ended, so nothing about it can be changed any more.")
	}
	switch in.Do {
	case DoBegin:
		a.begin()
	case DoTick:
		a.tick()
	case DoLook:
		if a.st.Status == Active {
			a.watch()
		}
	case DoPause:
		if a.st.Status != Active {
			return invalid("Only a run that is under way can be paused.")
		}
		a.st.Status, a.st.PausedAt = Paused, a.at
		a.tell(RunPaused, -1, nil)
	case DoResume:
		if a.st.Status != Paused {
			return invalid("This run is not paused.")
		}
		a.resume()
	case DoCancel:
		a.st.Status = Active // also of one that is queued or paused
		a.end(string(Cancelled))
		a.st.Status = Cancelled
		a.effects[len(a.effects)-1].Verb = RunCancelled
	case DoAssign:
		return a.assign(in)
	default:
		return a.takeStep(in)
	}
	return nil
}

// takeStep is take for what happens to one step.
func (a *advance) takeStep(in Input) error {
	i := a.d.Step(in.Step)
	if i < 0 {
		return fault.Missing("step", in.Step)
	}
	s := &a.st.Steps[i]
	switch in.Do { // what Steward itself does goes on in a pause, and comes once
	case DoResult, DoFail, DoPending:
		if s.State != Open || s.Round != in.Round || a.d.Steps[i].prim != acting && (in.Do != DoFail || a.d.Steps[i].prim != subRun) {
			return nil
		}
		if in.Do == DoFail {
			s.State, s.Reason = Failed, in.Note
			a.tell(StepFailed, i, nil)
			return nil
		}
		if in.Do == DoPending {
			s.Pending = true
			return nil
		}
		s.Answers = in.Answers
		a.done(i, 0, in.Outcome)
		return nil
	case DoChild:
		if s.State == Open && a.d.Steps[i].prim == subRun {
			a.done(i, 0, in.Outcome)
		}
		return nil
	}
	if a.st.Status != Active {
		return invalid("This run is %s, so its steps wait.", a.st.Status)
	}
	switch in.Do {
	case DoComplete:
		return a.complete(i, in)
	case DoVote:
		return a.vote(i, in)
	case DoSkip:
		if s.State != Open && s.State != Scheduled && s.State != Failed || a.d.Steps[i].path == "gates" {
			return invalid("Only a step that is under way can be skipped.")
		}
		if in.Note == "" {
			return fault.Field("note", "", "why it is skipped", "Say why the step is skipped.")
		}
		s.State, s.Ended, s.ByID, s.Reason, s.Wake = Skipped, a.at, in.PersonID, in.Note, time.Time{}
		a.tell(StepSkipped, i, nil)
	case DoRetry:
		if s.State != Failed {
			return invalid("Only a step that failed can be tried again.")
		}
		s.State, s.Reason, s.Pending = Open, "", false
		s.Tries++
		a.tell(StepRetried, i, nil)
	}
	return nil
}

// begin starts the run: its first steps may begin, or it waits for the agreement first.
func (a *advance) begin() {
	if a.st.Status == Active && len(a.st.Steps) > 0 && a.st.Steps[0].State != Ahead {
		return
	}
	a.st.Status = Active
	if len(a.d.Steps) > 0 && a.d.Steps[0].path == "gates" {
		return
	}
	a.st.Started = a.at
	a.tell(RunStarted, -1, nil)
}

// resume moves the dates of what is under way by the length of the pause.
func (a *advance) resume() {
	paused := a.at.Sub(a.st.PausedAt)
	for i := range a.st.Steps {
		s := &a.st.Steps[i]
		if s.State != Open && s.State != Scheduled {
			continue
		}
		for _, t := range []*time.Time{&s.Begins, &s.Due, &s.Wake, &s.Told} {
			if !t.IsZero() {
				*t = t.Add(paused)
			}
		}
	}
	a.st.Status, a.st.PausedAt = Active, time.Time{}
	a.tell(RunResumed, -1, map[string]any{"paused": paused.Microseconds()})
}

// assign gives a step, or a role, to somebody.
func (a *advance) assign(in Input) error {
	data := map[string]any{"person_id": in.To.PersonID, "team_id": in.To.TeamID}
	if in.Step == "" {
		if _, ok := a.d.role(in.Role); !ok {
			return fault.Field("role", in.Role, "a role of the playbook", "This playbook has no role %q.", in.Role)
		}
		parts := map[string]Part{}
		for role, p := range a.st.Parts {
			parts[role] = p
		}
		parts[in.Role] = in.To
		a.st.Parts = parts
		data["role"] = in.Role
		a.tell(RunAssigned, -1, data)
		return nil
	}
	i := a.d.Step(in.Step)
	if i < 0 {
		return fault.Missing("step", in.Step)
	}
	s := &a.st.Steps[i]
	if s.State.Settled() || a.d.Steps[i].prim != workItem || a.d.Steps[i].kind() == kindApproval {
		return invalid("This step cannot be given to somebody: it is done, or nobody's work, or an approval, which goes by roles.")
	}
	s.PersonID, s.TeamID = in.To.PersonID, in.To.TeamID
	a.tell(RunAssigned, i, data)
	return nil
}

// complete is somebody doing a step that is their work.
func (a *advance) complete(i int, in Input) error {
	s, def := &a.st.Steps[i], a.d.Steps[i]
	switch {
	case def.prim != workItem:
		return invalid("%s is done by Steward itself.", def.Title)
	case def.kind() == kindApproval:
		return invalid("%s is an approval: agree or decline.", def.Title)
	case s.State != Open:
		return invalid("%s is not under way, so it cannot be done now.", def.Title)
	case s.Review:
		return invalid("%s has been handed in and waits for its review.", def.Title)
	}
	evidence, err := a.check("evidence", def.path+".evidence", def.Evidence, in.Evidence)
	if err != nil {
		return err
	}
	outcome := ""
	switch def.kind() {
	case kindForm:
		if s.Answers, err = a.check("answers", def.path+".form", def.Form, in.Answers); err != nil {
			return err
		}
	case kindChoice:
		if !slices.ContainsFunc(def.Choice, func(o OptionSpec) bool { return o.Name == in.Outcome }) {
			return fault.Field("outcome", in.Outcome, "one of the options", "%q is not an option of %s.", in.Outcome, def.Title)
		}
		outcome = in.Outcome
	case kindQuiz:
		right, err := def.Quiz.score(in.Answers)
		if err != nil {
			return err
		}
		s.Score, s.Answers, s.ByID = right, in.Answers, in.PersonID
		s.Tries++
		if outcome = QuizPass; right < def.Quiz.pass() {
			if outcome = QuizFail; s.Tries < def.Quiz.attempts() {
				a.tell(StepTried, i, map[string]any{"score": right})
				return nil
			}
		}
	}
	a.given(i, evidence)
	if def.kind() == kindDeliverable {
		s.Review, s.Evidence, s.ByID, s.Votes, s.Reason = true, evidence, in.PersonID, nil, ""
		a.tell(StepSubmitted, i, nil)
		return nil
	}
	s.Evidence, s.Reason = evidence, in.Note
	a.done(i, in.PersonID, outcome)
	return nil
}

// given tells which files came with a step that is done, or handed in.
func (a *advance) given(i int, evidence map[string]any) {
	var all fileIDs
	def := a.d.Steps[i]
	for _, q := range def.Evidence {
		all = append(all, q.given(evidence)...)
	}
	for _, q := range def.Form {
		all = append(all, q.given(a.st.Steps[i].Answers)...)
	}
	if len(all) > 0 {
		a.tell(StepFiles, i, map[string]any{"files": all})
	}
}

// vote is somebody's say to an approval, or to what was handed in.
func (a *advance) vote(i int, in Input) error {
	s, def := &a.st.Steps[i], a.d.Steps[i]
	review := def.kind() == kindDeliverable && s.Review
	switch {
	case s.State != Open || def.kind() != kindApproval && !review:
		return invalid("%s does not wait for a decision.", def.Title)
	case review && in.PersonID == s.ByID && in.PersonID != 0:
		return fault.New(fault.Forbidden, "Whoever hands something in does not review it.")
	case !review && def.Approval.rule(&a.st).Bars(in.PersonID):
		return fault.New(fault.Forbidden, "Whoever started a run, or whom it is about, has no say in this approval.")
	case len(in.Roles) == 0:
		return fault.New(fault.Forbidden, "This decision is not yours: it belongs to somebody else's role.")
	}
	s.Votes = slices.DeleteFunc(s.Votes, func(v approval.Vote) bool { return v.PersonID == in.PersonID })
	for _, role := range in.Roles {
		s.Votes = append(s.Votes, approval.Vote{PersonID: in.PersonID, Role: role, Yes: in.Yes, Note: in.Note, At: a.at})
		a.tell(StepVoted, i, map[string]any{"role": role, "yes": in.Yes})
	}
	if review {
		if in.Yes {
			by := s.ByID
			a.done(i, by, Approved)
			return nil
		}
		s.Review, s.Reason = false, in.Note
		a.tell(StepReturned, i, nil)
		return nil
	}
	switch def.Approval.rule(&a.st).Outcome(s.Votes) {
	case approval.Approved:
		a.done(i, in.PersonID, Approved)
	case approval.Declined:
		a.done(i, in.PersonID, Declined)
		if def.Approval.Declined != "go_on" {
			a.because = i
			a.end(Declined)
		}
	}
	return nil
}
