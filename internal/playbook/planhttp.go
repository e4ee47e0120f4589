package playbook

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/rest"
)

type dryRunInput struct {
	Body struct {
		Playbook string                    `json:"playbook,omitempty" maxLength:"60"`
		Text     string                    `json:"text,omitempty" maxLength:"262144" doc:"A version that is not in force."`
		Subject  ledger.Ref                `json:"subject"`
		Ask      map[string]any            `json:"ask,omitempty"`
		People   map[string]PartInput      `json:"people,omitempty"`
		At       *time.Time                `json:"at,omitempty" doc:"When it starts; now when left out."`
		Answers  map[string]map[string]any `json:"answers,omitempty" doc:"Answers to forms and quizzes, by step; what is missing is made up."`
		Outcomes map[string]string         `json:"outcomes,omitempty" doc:"By step, one of its options: declined for an approval, the option of a choice, failed for an action, too_long for a wait whose condition never comes true."`
		Comes    map[string]time.Time      `json:"comes,omitempty" doc:"By wait: when what it waits for comes, whatever its condition says."`
		Needed   map[string]bool           `json:"needed,omitempty" doc:"By step with a condition: whether it is done, whatever its condition says."`
	}
}

// DryRunView is what a run would do.
type DryRunView struct {
	State   Status        `json:"state" doc:"How it stands at the end: active when it waits for something that is not known."`
	Outcome string        `json:"outcome"`
	Lines   []DryLineView `json:"lines" nullable:"false"`
}

// DryLineView is one thing that would happen.
type DryLineView struct {
	At      time.Time      `json:"at"`
	What    string         `json:"what"`
	Verb    string         `json:"verb"`
	Step    string         `json:"step"`
	Title   string         `json:"title"`
	Outcome string         `json:"outcome"`
	Due     *time.Time     `json:"due"`
	Kind    string         `json:"kind" doc:"Of the step whose turn comes."`
	Who     []string       `json:"who" nullable:"false" doc:"Roles whose step it is, or who hear of it."`
	People  []WhoView      `json:"people" nullable:"false" doc:"Who fills them."`
	Does    string         `json:"does" doc:"What Steward would do."`
	Values  []AnswerView   `json:"values" nullable:"false" doc:"With what."`
	Options []OptionView   `json:"options" nullable:"false" doc:"How the step could turn out: outcomes takes a name; the first is what it takes by itself."`
	Waits   bool           `json:"waits" doc:"For what may come on a day: comes takes it."`
	May     bool           `json:"may_be_needed" doc:"A condition says whether it is done: needed takes the step."`
	Fields  []FieldView    `json:"fields" nullable:"false" doc:"What is answered at the step: answers takes them."`
	Read    map[string]any `json:"read" doc:"What a condition read that decided." nullable:"true"`
}

// dryWords say what a verb means in a dry run.
//
//lang:texts
var dryWords = map[string]string{RunStarted: "Starts", RunEnded: "Ends", StepScheduled: "Begins later", StepReady: "Its turn comes", StepDone: "Done", StepPassed: "Not needed",
	StepFailed: "Could not be done", StepVoted: "Decided", StepSubmitted: "Handed in", StepReminded: "Reminder", StepLate: "Late: told to somebody else", StepRepeated: "Another round",
	StepMoved: "Due date moved", StepTried: "Tried, not passed", StepReturned: "Sent back", StepFiles: "Files given"}

func (s *Service) dryRun(ctx context.Context, tx db.Tx, by act.Actor, in *dryRunInput) (DryRunView, error) {
	b := in.Body
	dry := DryInput{Playbook: b.Playbook, Text: b.Text, Subject: b.Subject, Ask: b.Ask, People: parts(b.People), Answers: b.Answers, Outcomes: b.Outcomes, Comes: b.Comes, Needed: b.Needed}
	if b.At != nil {
		dry.At = *b.At
	}
	lines, st, err := s.DryRun(ctx, tx, by, dry)
	if err != nil {
		return DryRunView{}, err
	}
	p, err := s.presenting(ctx, tx, by, lines)
	if err != nil {
		return DryRunView{}, err
	}
	words := lang.In(ctx)
	out := DryRunView{State: st.Status, Outcome: st.Outcome, Lines: []DryLineView{}}
	for _, l := range lines {
		v := DryLineView{At: l.At, What: words.Word(l.Words()), Verb: l.Verb, Step: l.Step, Title: l.Title, Outcome: l.Outcome, Due: rest.Time(l.Due), Kind: l.Kind, Who: append([]string{}, l.Who...), People: []WhoView{},
			Does: l.Does, Values: append([]AnswerView{}, l.Values...), Options: append([]OptionView{}, l.Options...), Waits: l.Waits, May: l.May, Fields: append([]FieldView{}, l.Fields...), Read: l.Read}
		for _, part := range l.Parts {
			if w := p.who(part); w != nil {
				v.People = append(v.People, *w)
			}
		}
		for i, o := range v.Options {
			v.Options[i].Title = words.Word(o.Title)
		}
		out.Lines = append(out.Lines, v)
	}
	return out, nil
}

// presenting knows the names of those in a dry run.
func (s *Service) presenting(ctx context.Context, tx db.Tx, by act.Actor, lines []DryLine) (*presenter, error) {
	var ids []int64
	for _, l := range lines {
		for _, part := range l.Parts {
			ids = append(ids, part.PersonID)
		}
	}
	return s.presenter(ctx, tx, by, ids)
}

// Words say what happens in a line.
func (l DryLine) Words() string {
	what := dryWords[l.Verb]
	if what == "" {
		what = l.Verb
	}
	return what
}

// LandingView is where a run would be after a move.
type LandingView struct {
	RunID   int64    `json:"run_id"`
	Title   string   `json:"title"`
	From    int      `json:"from" doc:"Version it has."`
	Now     []string `json:"now" nullable:"false" doc:"Steps under way."`
	Then    []string `json:"then" nullable:"false" doc:"Steps under way after the move."`
	Added   []string `json:"added" nullable:"false" doc:"New steps that lie ahead."`
	Dropped []string `json:"dropped" nullable:"false" doc:"Steps under way that are gone."`
	Over    bool     `json:"over" doc:"Nothing would be left to do."`
}

// LandingsView is where runs would be.
type LandingsView struct {
	Total db.Count      `json:"total"`
	Runs  []LandingView `json:"runs" nullable:"false" doc:"The oldest 200."`
}

func (l Landing) view() LandingView {
	return LandingView{l.Run.ID, l.Title, l.From, l.Now, l.Then, l.Added, l.Dropped, l.Over}
}

type movesInput struct {
	Name string `path:"name" maxLength:"60"`
	Body struct {
		Text string `json:"text,omitempty" maxLength:"262144" doc:"A version that is not in force; the one in force when left out."`
	}
}

func (s *Service) previewMoves(ctx context.Context, tx db.Tx, by act.Actor, in *movesInput) (LandingsView, error) {
	list, total, err := s.PreviewMoves(ctx, tx, by, in.Name, in.Body.Text)
	out := LandingsView{Total: total, Runs: []LandingView{}}
	for _, l := range list {
		out.Runs = append(out.Runs, l.view())
	}
	return out, err
}

type moveManyInput struct {
	Body struct {
		IDs []int64 `json:"ids" minItems:"1" maxItems:"200"`
	}
}

// MovedView is what came of moving runs.
type MovedView struct {
	Moved    int       `json:"moved"`
	Problems []Problem `json:"problems" nullable:"false" doc:"Those that stay where they are, with the reason."`
}

func (s *Service) postMoveMany(_ context.Context, by act.Actor, in *moveManyInput) (rest.Change[MovedView], error) {
	return func(ctx context.Context, tx db.Tx) (MovedView, error) {
		n, problems, err := s.MoveMany(ctx, tx, by, in.Body.IDs)
		if problems == nil {
			problems = []Problem{}
		}
		return MovedView{n, problems}, err
	}, nil
}

func (s *Service) getMove(ctx context.Context, tx db.Tx, by act.Actor, in *RunPath) (LandingView, error) {
	l, err := s.PreviewMove(ctx, tx, by, in.ID)
	if err != nil {
		return LandingView{}, err
	}
	return l.view(), nil
}

type postBulkInput struct {
	Body struct {
		Playbook string               `json:"playbook" maxLength:"60"`
		IDs      []int64              `json:"ids,omitempty" maxItems:"10000"`
		Where    string               `json:"where,omitempty" maxLength:"4000" doc:"A condition about subject, such as subject.attributes.plan == \"premium\"."`
		Segment  string               `json:"segment,omitempty" maxLength:"200" doc:"Or a segment of accounts: a run about each organization in it."`
		Ask      map[string]any       `json:"ask,omitempty"`
		People   map[string]PartInput `json:"people,omitempty"`
		OwnerID  int64                `json:"owner_id,omitempty" minimum:"0"`
	}
}

// BulkView is how far a start of many runs is.
type BulkView struct {
	ID       int64     `json:"id"`
	State    string    `json:"state" enum:"running,done"`
	Looked   int       `json:"looked" doc:"Records looked at so far."`
	Started  int       `json:"started"`
	Refused  int       `json:"refused"`
	Problems []Problem `json:"problems" nullable:"false" doc:"The first hundred that were refused, with the reason."`
}

func (b *Bulk) view() BulkView {
	return BulkView{b.ID, b.State, b.Total, b.Started, b.Refused, b.Problems}
}

func (s *Service) postBulk(_ context.Context, by act.Actor, in *postBulkInput) (rest.Change[BulkView], error) {
	return func(ctx context.Context, tx db.Tx) (BulkView, error) {
		b := in.Body
		bulk, err := s.StartMany(ctx, tx, by, BulkInput{Playbook: b.Playbook, IDs: b.IDs, Where: b.Where, Segment: b.Segment, Ask: b.Ask, People: parts(b.People), OwnerID: b.OwnerID})
		if err != nil {
			return BulkView{}, err
		}
		return bulk.view(), nil
	}, nil
}

func (s *Service) getBulk(ctx context.Context, tx db.Tx, by act.Actor, in *RunPath) (BulkView, error) {
	b, err := s.BulkOf(ctx, tx, by, in.ID)
	if err != nil {
		return BulkView{}, err
	}
	return b.view(), nil
}
