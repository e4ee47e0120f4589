package playbook

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// Routes registers the routes of playbooks and their runs.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/playbooks", "List the playbooks that runs can be started of"), s.getPlaybooks)
	rest.Read(a, rest.POST("/playbooks/dry-run", "Say step by step what a run would do").Status(http.StatusOK), s.dryRun)
	rest.Read(a, rest.POST("/playbooks/{name}/moves", "Say where runs under way would be under another version").Status(http.StatusOK), s.previewMoves)
	rest.Read(a, rest.GET("/runs", "List runs"), s.getRuns)
	rest.Read(a, rest.GET("/runs/calendar", "List steps of runs by their due dates"), s.getCalendar)
	rest.Read(a, rest.GET("/run-subjects", "Find records that a run could be about"), s.getSubjects)
	rest.Write(a, rest.POST("/runs", "Start a run"), s.postRun)
	rest.Write(a, rest.POST("/bulk-runs", "Start runs about many records"), s.postBulk)
	rest.Read(a, rest.GET("/bulk-runs/{id}", "Say how far a start of many runs is"), s.getBulk)
	rest.Read(a, rest.GET("/runs/{id}", "Get a run with its steps"), s.getRun)
	rest.Read(a, rest.GET("/runs/{id}/history", "List what happened to a run, the newest first"), s.getHistory)
	rest.Write(a, rest.POST("/bulk-runs/move", "Let several runs go on under the newest version").Status(http.StatusOK), s.postMoveMany)
	rest.Read(a, rest.GET("/runs/{id}/move", "Say where a run would be under the newest version"), s.getMove)
	rest.Write(a, rest.POST("/runs/{id}/move", "Let a run go on under the newest version").Status(http.StatusOK), s.steered(s.Move))
	rest.Write(a, rest.POST("/runs/{id}/pause", "Pause a run").Status(http.StatusOK), s.steered(s.Pause))
	rest.Write(a, rest.POST("/runs/{id}/resume", "Go on with a paused run").Status(http.StatusOK), s.steered(s.Resume))
	rest.Write(a, rest.POST("/runs/{id}/cancel", "Cancel a run").Status(http.StatusOK), s.steered(s.Cancel))
	rest.Write(a, rest.POST("/runs/{id}/assign", "Give a step or a role of a run to somebody").Status(http.StatusOK), s.postAssign)
	rest.Write(a, rest.POST("/runs/{id}/steps/{step}/complete", "Do a step").Status(http.StatusOK), s.postComplete)
	rest.Write(a, rest.POST("/runs/{id}/steps/{step}/decide", "Agree or decline, or review what was handed in").Status(http.StatusOK), s.postDecide)
	rest.Write(a, rest.POST("/runs/{id}/steps/{step}/skip", "Skip a step").Status(http.StatusOK), s.postSkip)
	rest.Write(a, rest.POST("/runs/{id}/steps/{step}/retry", "Try a failed step again").Status(http.StatusOK), s.postRetry)
}

// RunPath is the id of a run in a path. It is exported so that requests see it where it is embedded.
type RunPath struct {
	ID int64 `path:"id" minimum:"1"`
}

// StepPath names a step in a path.
type StepPath struct {
	RunPath
	Step string `path:"step" maxLength:"60"`
}

type playbooksInput struct {
	Subject string `query:"subject" maxLength:"60" doc:"Only those about such records, or another side of them."`
	ID      int64  `query:"id" minimum:"0" doc:"With subject: only those that are for that record."`
}

func (s *Service) getPlaybooks(ctx context.Context, tx db.Tx, by act.Actor, in *playbooksInput) (rest.List[PlaybookView], error) {
	var list []*Definition
	var err error
	if in.Subject != "" && in.ID != 0 {
		list, err = s.PlaybooksFor(ctx, tx, by, ledger.Ref{Kind: in.Subject, ID: in.ID})
	} else {
		list, err = s.Playbooks(ctx, tx, by, in.Subject)
	}
	var out []PlaybookView
	for _, d := range list {
		out = append(out, s.view(d, by))
	}
	return rest.NewList(out, ""), err
}

type runsInput struct {
	rest.Paging
	Playbook  string `query:"playbook" maxLength:"60"`
	State     string `query:"state" enum:"open,queued,active,paused,done,cancelled,"`
	Stage     string `query:"stage" maxLength:"60"`
	Subject   string `query:"subject" maxLength:"60" doc:"Kind of record."`
	SubjectID int64  `query:"subject_id" minimum:"0" doc:"With subject: runs about that record, or another side of it, as an account is of its organization."`
	Owner     int64  `query:"owner" minimum:"0"`
	Mine      bool   `query:"mine" doc:"Those you look after or take part in."`
}

func (s *Service) getRuns(ctx context.Context, tx db.Tx, by act.Actor, in *runsInput) (rest.List[RunSheet], error) {
	list, next, err := s.List(ctx, tx, by, Filter{in.Playbook, in.State, in.Stage, in.Subject, in.SubjectID, in.Owner, in.Mine}, in.Page())
	if err != nil {
		return rest.List[RunSheet]{}, err
	}
	views, err := s.present(ctx, tx, by, list)
	return rest.NewList(views, next), err
}

type calendarInput struct {
	Playbook string    `query:"playbook" maxLength:"60"`
	From     time.Time `query:"from" required:"true"`
	To       time.Time `query:"to" required:"true"`
}

// DatedView is a step that is due.
type DatedView struct {
	RunID    int64     `json:"run_id"`
	Run      string    `json:"run"`
	Called   string    `json:"called"`
	Step     string    `json:"step"`
	Title    string    `json:"title"`
	Due      time.Time `json:"due"`
	Who      []WhoView `json:"who" nullable:"false"`
	Playbook string    `json:"playbook"`
}

func (s *Service) getCalendar(ctx context.Context, tx db.Tx, by act.Actor, in *calendarInput) (rest.List[DatedView], error) {
	list, err := s.Calendar(ctx, tx, by, in.Playbook, in.From, in.To)
	if err != nil {
		return rest.List[DatedView]{}, err
	}
	var runs []*Run
	place := map[int64]int{}
	for _, one := range list {
		if _, ok := place[one.Run.ID]; !ok {
			place[one.Run.ID] = len(runs)
			runs = append(runs, one.Run)
		}
	}
	views, err := s.present(ctx, tx, by, runs)
	if err != nil {
		return rest.List[DatedView]{}, err
	}
	out := []DatedView{}
	for _, one := range list {
		v := views[place[one.Run.ID]]
		st := v.Steps[one.Step]
		out = append(out, DatedView{v.ID, v.Title, v.Called, st.Name, st.Title, one.Run.Steps[one.Step].Due, st.Who, v.Playbook.Name})
	}
	return rest.NewList(out, ""), nil
}

// one shows a run after a change.
func (s *Service) one(ctx context.Context, tx db.Tx, by act.Actor, r *Run, err error) (RunSheet, error) {
	if err != nil {
		return RunSheet{}, err
	}
	views, err := s.present(ctx, tx, by, []*Run{r})
	if err != nil {
		return RunSheet{}, err
	}
	return views[0], nil
}

func (s *Service) getRun(ctx context.Context, tx db.Tx, by act.Actor, in *RunPath) (RunSheet, error) {
	r, err := s.Get(ctx, tx, by, in.ID)
	return s.one(ctx, tx, by, r, err)
}

// PartInput is a person or a team.
type PartInput struct {
	PersonID int64 `json:"person_id,omitempty" minimum:"0"`
	TeamID   int64 `json:"team_id,omitempty" minimum:"0"`
}

func parts(in map[string]PartInput) map[string]Part {
	out := map[string]Part{}
	for role, p := range in {
		out[role] = Part(p)
	}
	return out
}

type postRunInput struct {
	Body struct {
		Playbook string               `json:"playbook" maxLength:"60"`
		Subject  ledger.Ref           `json:"subject"`
		Title    string               `json:"title,omitempty" maxLength:"300"`
		Ask      map[string]any       `json:"ask,omitempty" doc:"Answers to what the playbook asks, by name."`
		People   map[string]PartInput `json:"people,omitempty" doc:"Who fills which role."`
		OwnerID  int64                `json:"owner_id,omitempty" minimum:"0" doc:"Who looks after it; you when left out."`
	}
}

func (s *Service) postRun(_ context.Context, by act.Actor, in *postRunInput) (rest.Change[RunSheet], error) {
	return func(ctx context.Context, tx db.Tx) (RunSheet, error) {
		b := in.Body
		r, err := s.Start(ctx, tx, by, StartInput{Playbook: b.Playbook, Subject: b.Subject, Title: b.Title, Ask: b.Ask, People: parts(b.People), OwnerID: b.OwnerID})
		return s.one(ctx, tx, by, r, err)
	}, nil
}

// steered is a route that steers a run.
func (s *Service) steered(change func(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Run, error)) func(context.Context, act.Actor, *RunPath) (rest.Change[RunSheet], error) {
	return func(_ context.Context, by act.Actor, in *RunPath) (rest.Change[RunSheet], error) {
		return func(ctx context.Context, tx db.Tx) (RunSheet, error) {
			r, err := change(ctx, tx, by, in.ID)
			return s.one(ctx, tx, by, r, err)
		}, nil
	}
}

type postAssignInput struct {
	RunPath
	Body struct {
		Step  string `json:"step,omitempty" maxLength:"60" doc:"A step that is somebody's to do."`
		Role  string `json:"role,omitempty" maxLength:"60" doc:"Or everything of a role, approvals as well."`
		Owner bool   `json:"owner,omitempty" doc:"Or the run: who looks after it."`
		To    struct {
			PartInput
			Team string `json:"team,omitempty" maxLength:"60" doc:"Or a team by its name."`
		} `json:"to" doc:"Neither a person nor a team takes it away."`
	}
}

func (s *Service) postAssign(_ context.Context, by act.Actor, in *postAssignInput) (rest.Change[RunSheet], error) {
	return func(ctx context.Context, tx db.Tx) (RunSheet, error) {
		to := Part(in.Body.To.PartInput)
		if name := in.Body.To.Team; name != "" {
			e, ok := s.blueprints.Set().Entry("team", name)
			if !ok || e.Retired || to != (Part{}) {
				return RunSheet{}, fault.Field("to.team", name, "the name of a team, and nothing else", "There is no team %q.", name)
			}
			to.TeamID = e.ID
		}
		r, err := s.Assign(ctx, tx, by, in.ID, AssignInput{in.Body.Step, in.Body.Role, in.Body.Owner, to})
		return s.one(ctx, tx, by, r, err)
	}, nil
}

type postCompleteInput struct {
	StepPath
	Body struct {
		Answers  map[string]any `json:"answers,omitempty" doc:"Of a form or quiz, by name."`
		Evidence map[string]any `json:"evidence,omitempty"`
		Outcome  string         `json:"outcome,omitempty" maxLength:"60" doc:"Of a choice: the option."`
		Note     string         `json:"note,omitempty" maxLength:"4000"`
	}
}

func (s *Service) postComplete(_ context.Context, by act.Actor, in *postCompleteInput) (rest.Change[RunSheet], error) {
	return func(ctx context.Context, tx db.Tx) (RunSheet, error) {
		r, err := s.Complete(ctx, tx, by, in.ID, in.Step, CompleteInput{in.Body.Answers, in.Body.Evidence, in.Body.Outcome, in.Body.Note})
		return s.one(ctx, tx, by, r, err)
	}, nil
}

type postDecideInput struct {
	StepPath
	Body struct {
		Yes  bool   `json:"yes"`
		Note string `json:"note,omitempty" maxLength:"4000"`
	}
}

func (s *Service) postDecide(_ context.Context, by act.Actor, in *postDecideInput) (rest.Change[RunSheet], error) {
	return func(ctx context.Context, tx db.Tx) (RunSheet, error) {
		r, err := s.Decide(ctx, tx, by, in.ID, in.Step, in.Body.Yes, in.Body.Note)
		return s.one(ctx, tx, by, r, err)
	}, nil
}

type postSkipInput struct {
	StepPath
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

func (s *Service) postSkip(_ context.Context, by act.Actor, in *postSkipInput) (rest.Change[RunSheet], error) {
	return func(ctx context.Context, tx db.Tx) (RunSheet, error) {
		r, err := s.Skip(ctx, tx, by, in.ID, in.Step, in.Body.Reason)
		return s.one(ctx, tx, by, r, err)
	}, nil
}

func (s *Service) postRetry(_ context.Context, by act.Actor, in *StepPath) (rest.Change[RunSheet], error) {
	return func(ctx context.Context, tx db.Tx) (RunSheet, error) {
		r, err := s.Retry(ctx, tx, by, in.ID, in.Step)
		return s.one(ctx, tx, by, r, err)
	}, nil
}
