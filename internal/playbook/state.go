package playbook

import (
	"maps"
	"slices"
	"time"

	"steward/internal/approval"
)

// Status is where a run stands.
type Status string

// The states of a run.
const (
	Queued    Status = "queued" // waits for a place: its playbook has a capacity
	Active    Status = "active"
	Paused    Status = "paused"
	Done      Status = "done"
	Cancelled Status = "cancelled"
)

// Over reports whether nothing more happens.
func (s Status) Over() bool { return s == Done || s == Cancelled }

// StepState is where a step stands.
type StepState string

// The states of a step.
const (
	Ahead     StepState = "ahead"     // steps before it are not done
	Scheduled StepState = "scheduled" // its turn has come, but not its time
	Open      StepState = "active"    // waits for somebody, a time, a condition, an action or a run
	Finished  StepState = "done"
	Skipped   StepState = "skipped" // by somebody, with a reason
	Passed    StepState = "passed"  // its condition did not hold: not needed
	Failed    StepState = "failed"  // an action could not be done; somebody tries again or skips it
	Dropped   StepState = "dropped" // the run ended before
)

// Settled reports whether steps behind it may go on.
func (s StepState) Settled() bool { return s == Finished || s == Skipped || s == Passed }

// Outcomes of runs and steps that conditions may ask for, beside the names of options.
const (
	Completed = "completed" // of a run: every step is settled
	Approved  = "approved"
	Declined  = "declined"
	TooLong   = "too_long" // a wait that took its longest
	Held      = "held"     // a condition that was waited for
	Enough    = "enough"   // a repeat that was done its most
	NoOption  = "none"     // a choice none of whose conditions held
	QuizPass  = "passed"
	QuizFail  = "failed"
)

// Part is who fills a role: a person, a team, or nobody.
type Part struct{ PersonID, TeamID int64 }

// Step is the state of a step. Zero times are not set.
type Step struct {
	Name     string
	State    StepState
	Round    int   // how often a repeat has begun it anew
	Review   bool  // a deliverable that has been handed in
	Pending  bool  // an action that is on its way
	PersonID int64 // given to somebody other than its role says
	TeamID   int64 // or to a team
	Begins   time.Time
	Ready    time.Time // when it became active
	Due      time.Time
	Wake     time.Time // when a wait looks again
	Told     time.Time // reminders and escalations up to then have been told
	Late     bool      // escalated
	Ended    time.Time
	ByID     int64 // who ended it, 0 for Steward
	Outcome  string
	Reason   string          // why it was skipped or sent back, or how its action failed
	Answers  map[string]any  // of a form; people's words
	Evidence map[string]any  // people's words
	Score    int             // of a quiz: right answers in a hundred
	Tries    int             // of a quiz or an action; how often a repeat has gone back
	Votes    []approval.Vote // of this round
	ChildID  int64           // the run it started
	EventID  int64           // what last happened to it
}

// State is a run's state: all that Advance reads and changes.
type State struct {
	Status    Status
	Outcome   string
	Stage     string
	StarterID int64
	AboutID   int64 // the person it is about, 0 for none
	Created   time.Time
	Started   time.Time // when its first step could begin
	PausedAt  time.Time
	Ended     time.Time
	Asked     map[string]any // answered at start
	Parts     map[string]Part
	Steps     []Step
	More      bool // it has more to do at once than one change takes
}

func (st State) clone() State {
	st.Parts = maps.Clone(st.Parts)
	st.Steps = slices.Clone(st.Steps)
	for i := range st.Steps {
		st.Steps[i].Votes = slices.Clone(st.Steps[i].Votes)
	}
	return st
}

// reset brings a step back to its beginning for another round.
func (s *Step) reset() {
	*s = Step{Name: s.Name, State: Ahead, Round: s.Round + 1, PersonID: s.PersonID, TeamID: s.TeamID, EventID: s.EventID}
}

// Effect is one thing that happened in an Advance, in order: an event of the ledger, and for a
// ready action or playbook what is to be begun.
type Effect struct {
	Verb    string
	Step    int // index, -1 for the run itself
	Round   int
	At      time.Time
	Because int // step whose last event led to it, -1: the input
	Data    map[string]any
	// What a condition read that decided, and where it stands.
	Condition     string
	Read, Private map[string]any
}

// The verbs of runs. Steps are named in data as step and round.
const (
	RunCreated    = "run.created"   // playbook, about, parent
	RunStarted    = "run.started"   // its first steps may begin
	RunQueued     = "run.queued"    // no place is free
	RunPaused     = "run.paused"    //
	RunResumed    = "run.resumed"   //
	RunEnded      = "run.ended"     // outcome
	RunCancelled  = "run.cancelled" //
	RunMoved      = "run.moved"     // from, to (versions)
	RunAssigned   = "run.assigned"  // step or role, person_id, team_id
	StepScheduled = "run.step_scheduled"
	StepReady     = "run.step_ready"  // due
	StepDone      = "run.step_done"   // outcome
	StepPassed    = "run.step_passed" // read
	StepSkipped   = "run.step_skipped"
	StepFailed    = "run.step_failed"
	StepRetried   = "run.step_retried"
	StepVoted     = "run.step_voted" // role, yes
	StepFiles     = "run.step_files" // files: their ids
	StepSubmitted = "run.step_submitted"
	StepReturned  = "run.step_returned"
	StepTried     = "run.step_tried" // score, of a quiz that was not passed
	StepReminded  = "run.step_reminded"
	StepLate      = "run.step_late" // to, of an escalation
	StepMoved     = "run.step_due_changed"
	StepRepeated  = "run.step_repeated" // back_to
)
