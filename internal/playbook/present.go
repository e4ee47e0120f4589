package playbook

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// Views of the API.
type (
	// PlaybookView is a playbook that runs can be started of.
	PlaybookView struct {
		ID       int64       `json:"id"`
		Version  int         `json:"version"`
		Name     string      `json:"name"`
		Title    string      `json:"title"`
		Called   string      `json:"called" doc:"What a run is called."`
		Subject  string      `json:"subject" doc:"Kind of record its runs are about."`
		About    string      `json:"about" doc:"That kind in words."`
		Sides    []string    `json:"sides" nullable:"false" doc:"That kind and those that are other sides of the same records, with the same ids."`
		Findable bool        `json:"findable" doc:"Whether such records are found at /run-subjects."`
		Ask      []FieldView `json:"ask" nullable:"false"`
		Roles    []RoleView  `json:"roles" nullable:"false"`
		Stages   []StageView `json:"stages" nullable:"false"`
		Steps    int         `json:"steps"`
		MayStart bool        `json:"may_start"`
	}
	// FieldView is a question.
	FieldView struct {
		Name     string   `json:"name"`
		Title    string   `json:"title"`
		Help     string   `json:"help"`
		Type     string   `json:"type"`
		Options  []string `json:"options" nullable:"false"`
		Required bool     `json:"required"`
		Types    []string `json:"types,omitempty" doc:"Of a file: what is taken, found from the bytes."`
		MaxMB    int      `json:"max_mb,omitempty" doc:"Of a file: the most one may have, in MB (2^20 bytes)."`
		Files    int      `json:"files,omitempty" doc:"Of a file: how many may be given."`
		Many     bool     `json:"many" doc:"Of a quiz: several may be right."`
	}
	// RoleView is a role of a run and who fills it.
	RoleView struct {
		Role  string   `json:"role"`
		Title string   `json:"title"`
		Ask   bool     `json:"ask" doc:"Who starts a run says who it is."`
		Who   *WhoView `json:"who"`
		May   bool     `json:"may_give" doc:"Whether you may hand it over."`
	}
	// WhoView is a person or a team.
	WhoView struct {
		Kind  string `json:"kind" enum:"person,team"`
		ID    int64  `json:"id"`
		Title string `json:"title"`
	}
	// StageView is a part of a run.
	StageView struct {
		Name  string `json:"name"`
		Title string `json:"title"`
	}
	// RunSheet is a run.
	RunSheet struct {
		ID           int64        `json:"id"`
		Title        string       `json:"title" doc:"What it is about, or its own title."`
		Called       string       `json:"called"`
		Playbook     PlaybookRef  `json:"playbook"`
		Subject      ledger.Ref   `json:"subject"`
		SubjectTitle string       `json:"subject_title"`
		About        string       `json:"about" doc:"Kind of record it is about, in words."`
		State        Status       `json:"state" enum:"queued,active,paused,done,cancelled"`
		Outcome      string       `json:"outcome"`
		Stage        *StageView   `json:"stage"`
		Stages       []StageView  `json:"stages" nullable:"false"`
		Owner        *WhoView     `json:"owner"`
		Starter      *WhoView     `json:"starter"`
		Roles        []RoleView   `json:"roles" nullable:"false"`
		Asked        []AnswerView `json:"asked" nullable:"false"`
		Created      time.Time    `json:"created"`
		Started      *time.Time   `json:"started"`
		Ended        *time.Time   `json:"ended"`
		PausedAt     *time.Time   `json:"paused_at"`
		Due          *time.Time   `json:"due" doc:"The earliest due date of what is under way."`
		ParentID     *int64       `json:"parent_id"`
		Done         int          `json:"done" doc:"Steps that are settled."`
		Total        int          `json:"total"`
		Steps        []StepView   `json:"steps" nullable:"false"`
		Newer        bool         `json:"newer" doc:"Its playbook has a newer version."`
		MayEdit      bool         `json:"may_edit"`
		MayGive      bool         `json:"may_give" doc:"Whether you may hand over who looks after it."`
		Version      int64        `json:"version"`
		EventID      *int64       `json:"event_id" doc:"The event that began it; null in lists."`
	}
	// PlaybookRef names a version of a playbook.
	PlaybookRef struct {
		Name    string `json:"name"`
		Title   string `json:"title"`
		Version int    `json:"version"`
	}
	// StepView is a step of a run.
	StepView struct {
		Name        string       `json:"name"`
		Title       string       `json:"title"`
		Description string       `json:"description" doc:"Markdown."`
		Kind        string       `json:"kind"`
		Stage       string       `json:"stage"`
		State       StepState    `json:"state" enum:"ahead,scheduled,active,done,skipped,passed,failed,dropped"`
		Round       int          `json:"round"`
		Review      bool         `json:"review" doc:"It has been handed in and waits for its review."`
		Late        bool         `json:"late"`
		Who         []WhoView    `json:"who" nullable:"false"`
		Roles       []string     `json:"roles" nullable:"false" doc:"Titles of the roles whose step it is."`
		RoleNames   []string     `json:"role_names" nullable:"false" doc:"Their names."`
		After       []string     `json:"after" nullable:"false" doc:"Steps that come before it."`
		Begins      *time.Time   `json:"begins"`
		Ready       *time.Time   `json:"ready"`
		Due         *time.Time   `json:"due" doc:"Of a step ahead: as far as it is known."`
		Wakes       *time.Time   `json:"wakes" doc:"Of a wait: when it is over at the latest."`
		Ended       *time.Time   `json:"ended"`
		EndedBy     *WhoView     `json:"ended_by"`
		Outcome     string       `json:"outcome"`
		Reason      string       `json:"reason"`
		Score       *int         `json:"score"`
		Fields      []FieldView  `json:"fields" nullable:"false" doc:"Questions of a form or quiz."`
		Evidence    []FieldView  `json:"evidence" nullable:"false"`
		Options     []OptionView `json:"options" nullable:"false"`
		Answers     []AnswerView `json:"answers" nullable:"false"`
		Given       []AnswerView `json:"given" nullable:"false" doc:"The evidence."`
		Votes       []VoteView   `json:"votes" nullable:"false"`
		Child       *int64       `json:"child_id"`
		EventID     *int64       `json:"event_id" doc:"What last happened to it; opens at /events/{id}/why."`
		MayComplete bool         `json:"may_complete"`
		MayDecide   bool         `json:"may_decide"`
		MaySkip     bool         `json:"may_skip"`
		MayRetry    bool         `json:"may_retry"`
		MayGive     bool         `json:"may_give" doc:"Whether you may hand it over: an approval with its role."`
	}
	// OptionView is an option of a choice.
	OptionView struct {
		Name  string `json:"name"`
		Title string `json:"title"`
	}
	// AnswerView is an answer with its question.
	AnswerView struct {
		Title string     `json:"title"`
		Value string     `json:"value" doc:"Of files, their names."`
		Files []FileView `json:"files,omitempty" doc:"Of files: those that are still there."`
	}
	// VoteView is what somebody said.
	VoteView struct {
		Who  WhoView   `json:"who"`
		Role string    `json:"role"`
		Yes  bool      `json:"yes"`
		Note string    `json:"note"`
		At   time.Time `json:"at"`
	}
)

func fieldViews(fields []FieldSpec) []FieldView {
	out := []FieldView{}
	for _, q := range fields {
		v := FieldView{Name: q.Name, Title: q.Title, Help: q.Help, Type: q.Type, Options: q.Options, Required: q.Required}
		if v.Type == "" {
			v.Type = "text"
		}
		if q.Type == typeFile {
			v.Types, v.MaxMB, v.Files = q.types(), q.maxMB(), q.files()
		}
		if v.Options == nil {
			v.Options = []string{}
		}
		out = append(out, v)
	}
	return out
}

func (d *Definition) stages() []StageView {
	out := []StageView{}
	for _, s := range d.Spec.Stages {
		out = append(out, StageView(s))
	}
	return out
}

func (s *Service) view(d *Definition, by act.Actor) PlaybookView {
	sub := s.subjects[d.Spec.Subject]
	v := PlaybookView{ID: d.ID, Version: d.Version, Name: d.Name, Title: d.Title, Called: d.Called(), Subject: d.Spec.Subject, About: sub.Title, Sides: s.sides(d.Spec.Subject),
		Findable: sub.Find != nil, Ask: fieldViews(d.Spec.Ask), Roles: []RoleView{},
		Stages: d.stages(), Steps: len(d.Spec.Steps), MayStart: by.May("write", Kind)}
	for _, p := range d.Spec.Participants {
		v.Roles = append(v.Roles, RoleView{Role: p.Role, Title: d.RoleTitle(p.Role), Ask: p.Ask})
	}
	return v
}

// presenter shows runs with the names they need, asked for once for all of them.
type presenter struct {
	s       *Service
	by      act.Actor
	people  map[int64]string
	titles  map[int64]string
	of      map[int64]string // titles of subjects by run
	set     *blueprint.Set
	subject map[int64]func() any
	files   map[int64]FileView
}

// presenter knows the names of some people.
func (s *Service) presenter(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (*presenter, error) {
	p := &presenter{s: s, by: by, people: map[int64]string{}, set: s.blueprints.Set(), subject: map[int64]func() any{}}
	named, err := s.directory.Names(ctx, tx, ids)
	for id, one := range named {
		p.people[id] = one.Name
	}
	return p, err
}

// present shows runs.
func (s *Service) present(ctx context.Context, tx db.Tx, by act.Actor, runs []*Run) ([]RunSheet, error) {
	var ids []int64
	bare := make([]*Run, len(runs))
	for i, r := range runs {
		ids = append(ids, r.OwnerID, r.StarterID)
		for _, part := range r.Parts {
			ids = append(ids, part.PersonID)
		}
		for _, st := range r.Steps {
			ids = append(ids, st.PersonID, st.ByID)
			for _, v := range st.Votes {
				ids = append(ids, v.PersonID)
			}
		}
		bare[i] = &Run{ID: r.ID, Subject: r.Subject}
	}
	p, err := s.presenter(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	if p.titles, err = s.titles(ctx, tx, runs); err != nil {
		return nil, err
	}
	if p.of, err = s.titles(ctx, tx, bare); err != nil {
		return nil, err
	}
	if p.files, err = filesOf(ctx, tx, runs); err != nil {
		return nil, err
	}
	out := make([]RunSheet, len(runs))
	for i, r := range runs {
		d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
		if err != nil {
			return nil, err
		}
		if len(runs) == 1 {
			p.subject[r.ID] = s.about(ctx, tx, r)
		}
		out[i] = p.run(d, r)
	}
	if len(out) == 1 {
		first, err := s.ledger.Of(ctx, tx, runs[0].ref(), 0, 1)
		if err != nil {
			return nil, err
		}
		if len(first) > 0 {
			out[0].EventID = rest.ID(first[0].ID)
		}
	}
	return out, nil
}

func (p *presenter) who(part Part) *WhoView {
	switch {
	case part.PersonID != 0:
		return &WhoView{"person", part.PersonID, p.people[part.PersonID]}
	case part.TeamID != 0:
		e, _ := p.set.ByID(part.TeamID)
		return &WhoView{"team", part.TeamID, e.Title}
	}
	return nil
}

func (p *presenter) run(d *Definition, r *Run) RunSheet {
	v := RunSheet{ID: r.ID, Title: p.titles[r.ID], Called: d.Called(), Playbook: PlaybookRef{d.Name, d.Title, d.Version}, Subject: r.Subject, SubjectTitle: p.of[r.ID], About: p.s.subjects[r.Subject.Kind].Title,
		State: r.Status, Outcome: r.Outcome, Stages: d.stages(), Owner: p.who(Part{r.OwnerID, r.TeamID}), Starter: p.who(Part{PersonID: r.StarterID}), Roles: []RoleView{},
		Asked: p.answers(d.Spec.Ask, r.Asked), Created: r.Created, Started: rest.Time(r.Started), Ended: rest.Time(r.Ended), PausedAt: rest.Time(r.PausedAt), ParentID: rest.ID(r.ParentID),
		Total: len(r.Steps), Steps: []StepView{}, MayEdit: mayEdit(p.by, r) && !r.Status.Over(), MayGive: !r.Status.Over() && (mayEdit(p.by, r) || r.theirs(AssignInput{Owner: true}, p.by)), Version: r.Version}
	if r.Stage != "" {
		v.Stage = &StageView{r.Stage, d.stageTitle(r.Stage)}
	}
	if e, ok := p.set.ByID(r.PlaybookID); ok {
		v.Newer = e.Version > r.PlaybookVersion && !e.Retired && !r.Status.Over()
	}
	for _, spec := range d.Spec.Participants {
		v.Roles = append(v.Roles, RoleView{spec.Role, d.RoleTitle(spec.Role), spec.Ask, p.who(r.Parts[spec.Role]),
			!r.Status.Over() && (mayEdit(p.by, r) || r.theirs(AssignInput{Role: spec.Role}, p.by))})
	}
	for i, st := range r.Steps {
		one := p.step(d, r, i)
		v.Steps = append(v.Steps, one)
		if st.State.Settled() {
			v.Done++
		}
		if st.State == Open && one.Due != nil && (v.Due == nil || one.Due.Before(*v.Due)) {
			v.Due = one.Due
		}
	}
	return v
}

func (p *presenter) step(d *Definition, r *Run, i int) StepView {
	st, def := r.Steps[i], d.Steps[i]
	v := StepView{Name: st.Name, Title: def.Title, Description: def.Description, Kind: def.kind(), Stage: def.Stage, State: st.State, Round: st.Round + 1, Review: st.Review, Late: st.Late,
		Who: []WhoView{}, Roles: []string{}, RoleNames: []string{}, After: []string{}, Begins: rest.Time(st.Begins), Ready: rest.Time(st.Ready), Due: rest.Time(st.Due), Wakes: rest.Time(st.Wake),
		Ended: rest.Time(st.Ended), EndedBy: p.who(Part{PersonID: st.ByID}), Outcome: st.Outcome, Reason: st.Reason, Fields: fieldViews(def.Form), Evidence: fieldViews(def.Evidence),
		Options: []OptionView{}, Answers: p.answers(def.Form, st.Answers), Given: p.answers(def.Evidence, st.Evidence), Votes: []VoteView{}, Child: rest.ID(st.ChildID), EventID: rest.ID(st.EventID)}
	if !st.State.Settled() {
		v.EndedBy = nil
	}
	if v.Due == nil && st.State == Ahead && def.Due != nil && def.Due.From != "" && def.Due.From != "ready" {
		if from, ok := d.anchor(r.State, *def.Due, i, r.Created, p.subject[r.ID]); ok {
			due := d.shift(from, *def.Due, true)
			v.Due = &due
		}
	}
	for _, n := range def.deps {
		v.After = append(v.After, d.Steps[n].Name)
	}
	if def.Quiz != nil {
		v.Fields = def.Quiz.fields()
		if st.Tries > 0 {
			v.Score = &st.Score
		}
	}
	v.Options = append(v.Options, def.options()...)
	p.belongs(d, r, i, &v)
	return v
}

// options are those of a choice.
func (s StepDef) options() (out []OptionView) {
	for _, o := range s.Choice {
		title := o.Title
		if title == "" {
			title = o.Name
		}
		out = append(out, OptionView{o.Name, title})
	}
	return out
}

// belongs adds who a step belongs to, what they said, and what the actor may do.
func (p *presenter) belongs(d *Definition, r *Run, i int, v *StepView) {
	st, def := r.Steps[i], d.Steps[i]
	for _, role := range def.roles(st) {
		v.Roles, v.RoleNames = append(v.Roles, d.RoleTitle(role)), append(v.RoleNames, role)
		if w := p.who(r.Parts[role]); w != nil {
			v.Who = append(v.Who, *w)
		}
	}
	if given := p.who(Part{st.PersonID, st.TeamID}); given != nil && !st.Review {
		v.Who = []WhoView{*given}
	}
	for _, vote := range st.Votes {
		who := WhoView{Kind: "person", ID: vote.PersonID, Title: p.people[vote.PersonID]}
		v.Votes = append(v.Votes, VoteView{who, d.RoleTitle(vote.Role), vote.Yes, vote.Note, vote.At})
	}
	may := r.may(d, i, p.by)
	v.MayComplete, v.MayDecide, v.MaySkip, v.MayRetry, v.MayGive = may.complete, may.decide, may.skip, may.retry, may.give
}

// may is what an actor may do with a step.
type may struct{ complete, decide, skip, retry, give bool }

// may says what an actor may do with a step as it stands.
func (r *Run) may(d *Definition, i int, by act.Actor) (m may) {
	if r.Status != Active {
		return m
	}
	st, def := r.Steps[i], d.Steps[i]
	edit, holds := mayEdit(by, r), r.holds(d, i, by)
	open := st.State == Open && def.prim == workItem
	deciding := def.kind() == kindApproval || st.Review
	author := def.kind() == kindApproval && def.Approval.rule(&r.State).Bars(by.PersonID) || st.Review && by.PersonID == st.ByID
	m.complete = open && !deciding && (holds || edit)
	m.decide = open && deciding && holds && !author
	m.skip = (st.State == Open || st.State == Scheduled || st.State == Failed) && r.maySkip(d, i, by) && def.path != "gates"
	m.give = open && (edit || r.theirs(AssignInput{Step: st.Name}, by) || deciding && slices.ContainsFunc(def.roles(st), func(role string) bool { return r.Parts[role].has(by) }))
	m.retry = st.State == Failed && (edit || (Part{r.OwnerID, r.TeamID}).has(by))
	return m
}
