package playbook

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Get returns a run. Whoever may read it, or takes part in it, may.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Run, error) {
	return s.reading(ctx, tx, by, id, false)
}

func (s *Service) reading(ctx context.Context, tx db.Tx, by act.Actor, id int64, lock bool) (*Run, error) {
	r, err := s.load(ctx, tx, id, lock)
	if err != nil {
		return nil, err
	}
	if !s.mayRead(by, r) {
		return nil, fault.Missing("run", id)
	}
	return r, nil
}

// Of lists the newest runs about a record, at most a hundred. It checks no permission: the record does.
func (s *Service) Of(ctx context.Context, tx db.Tx, subject ledger.Ref) ([]*Run, error) {
	runs, err := s.some(ctx, tx, `r.subject_kind = $1 AND r.subject_id = $2 ORDER BY r.id DESC LIMIT 100`, subject.Kind, subject.ID)
	if err != nil {
		return nil, err
	}
	return runs, s.fill(ctx, tx, runs)
}

// UnderWay reports whether a run about a record has not ended. It checks no permission.
func (s *Service) UnderWay(ctx context.Context, tx db.Tx, subject ledger.Ref) (there bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM playbook_run WHERE subject_kind = $1 AND subject_id = $2 AND state IN ('active', 'paused', 'queued'))`, subject.Kind, subject.ID).Scan(&there)
	return there, err
}

// holds reports whether a step is the actor's to do as it stands: given to them, their role's, or of
// nobody and the run theirs.
func (r *Run) holds(d *Definition, i int, by act.Actor) bool {
	st, def := r.Steps[i], d.Steps[i]
	if !st.Review && (st.PersonID != 0 || st.TeamID != 0) {
		return Part{st.PersonID, st.TeamID}.has(by)
	}
	named := false
	for _, role := range def.roles(st) {
		p := r.Parts[role]
		if named = named || p != (Part{}); p.has(by) {
			return true
		}
	}
	return !named && (Part{r.OwnerID, r.TeamID}).has(by)
}

// step loads a run for a change of one of its steps.
func (s *Service) step(ctx context.Context, tx db.Tx, by act.Actor, id int64, name string) (*Run, *Definition, int, error) {
	return s.stepOf(ctx, tx, by, id, name, true)
}

func (s *Service) stepOf(ctx context.Context, tx db.Tx, by act.Actor, id int64, name string, lock bool) (*Run, *Definition, int, error) {
	r, err := s.reading(ctx, tx, by, id, lock)
	if err != nil {
		return nil, nil, 0, err
	}
	d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return nil, nil, 0, err
	}
	i := d.Step(name)
	if i < 0 {
		return nil, nil, 0, fault.Missing("step", name)
	}
	return r, d, i, nil
}

// notYours says that a step belongs to somebody else.
func notYours(title string) error {
	return fault.New(fault.Forbidden, "%s is not yours to do: it belongs to somebody else. Who may edit runs can give it to you.", title)
}

// CompleteInput is what Complete takes.
type CompleteInput struct {
	Answers  map[string]any // of a form or quiz
	Evidence map[string]any
	Outcome  string // of a choice: the option
	Note     string
}

// Complete does a step that is somebody's work: a task, form, call, quiz or choice, or hands a
// deliverable in. Whoever's step it is may, and whoever may edit the run.
func (s *Service) Complete(ctx context.Context, tx db.Tx, by act.Actor, id int64, step string, in CompleteInput) (*Run, error) {
	r, d, i, err := s.step(ctx, tx, by, id, step)
	if err != nil {
		return nil, err
	}
	if !r.holds(d, i, by) && !mayEdit(by, r) {
		return nil, notYours(d.Steps[i].Title)
	}
	answers, asked, err := uploaded(ctx, tx, id, step, d.Steps[i].Form, in.Answers)
	if err != nil {
		return nil, err
	}
	evidence, files, err := uploaded(ctx, tx, id, step, d.Steps[i].Evidence, in.Evidence)
	if err != nil {
		return nil, err
	}
	if err := s.change(ctx, tx, by, r, Input{Do: DoComplete, Step: step, PersonID: by.PersonID, Answers: answers, Evidence: evidence, Outcome: in.Outcome, Note: in.Note}); err != nil {
		return r, err
	}
	for _, id := range append(asked, files...) {
		if err := s.keepFile(ctx, tx, id); err != nil {
			return r, err
		}
	}
	return r, nil
}

// Decide says yes or no to an approval, or to what was handed in. Only who fills one of the deciding roles
// may: no right stands in for it.
func (s *Service) Decide(ctx context.Context, tx db.Tx, by act.Actor, id int64, step string, yes bool, note string) (*Run, error) {
	r, d, i, err := s.step(ctx, tx, by, id, step)
	if err != nil {
		return nil, err
	}
	var roles []string
	named := false
	for _, role := range d.Steps[i].roles(r.Steps[i]) {
		p := r.Parts[role]
		if named = named || p != (Part{}); p.has(by) {
			roles = append(roles, role)
		}
	}
	if len(roles) == 0 && !named && (Part{r.OwnerID, r.TeamID}).has(by) {
		roles = d.Steps[i].roles(r.Steps[i]) // nobody fills them, so it is on the owner's list
	}
	return r, s.change(ctx, tx, by, r, Input{Do: DoVote, Step: step, PersonID: by.PersonID, Yes: yes, Note: note, Roles: roles})
}

// Skip settles a step without doing it, with a reason. Whoever fills a role that the step names for it
// may, and whoever may edit the run.
func (s *Service) Skip(ctx context.Context, tx db.Tx, by act.Actor, id int64, step, reason string) (*Run, error) {
	r, d, i, err := s.step(ctx, tx, by, id, step)
	if err != nil {
		return nil, err
	}
	if !r.maySkip(d, i, by) {
		return nil, notYours("Skipping " + d.Steps[i].Title)
	}
	return r, s.change(ctx, tx, by, r, Input{Do: DoSkip, Step: step, PersonID: by.PersonID, Note: reason})
}

func (r *Run) maySkip(d *Definition, i int, by act.Actor) bool {
	for _, role := range d.Steps[i].Skip {
		if r.Parts[role].has(by) {
			return true
		}
	}
	return mayEdit(by, r)
}

// Retry lets an action that failed be done again. Whoever may edit the run may, and who looks after it.
func (s *Service) Retry(ctx context.Context, tx db.Tx, by act.Actor, id int64, step string) (*Run, error) {
	r, _, _, err := s.step(ctx, tx, by, id, step)
	if err != nil {
		return nil, err
	}
	if !mayEdit(by, r) && !(Part{r.OwnerID, r.TeamID}).has(by) {
		return nil, by.Denied("edit", Kind)
	}
	return r, s.change(ctx, tx, by, r, Input{Do: DoRetry, Step: step, PersonID: by.PersonID})
}

// steer loads a run for a change by who may edit it, and makes the change.
func (s *Service) steer(ctx context.Context, tx db.Tx, by act.Actor, id int64, in Input) (*Run, error) {
	r, err := s.reading(ctx, tx, by, id, true)
	if err != nil {
		return nil, err
	}
	if !mayEdit(by, r) {
		return nil, by.Denied("edit", Kind)
	}
	in.PersonID = by.PersonID
	return r, s.change(ctx, tx, by, r, in)
}

// Pause lets nothing more happen until Resume. Whoever may edit the run may.
func (s *Service) Pause(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Run, error) {
	return s.steer(ctx, tx, by, id, Input{Do: DoPause})
}

// Resume goes on; the dates of what is under way move by the length of the pause. Whoever may edit
// the run may.
func (s *Service) Resume(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Run, error) {
	return s.steer(ctx, tx, by, id, Input{Do: DoResume})
}

// Cancel ends a run, and those it started, before its end. Whoever may edit the run may.
func (s *Service) Cancel(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Run, error) {
	return s.steer(ctx, tx, by, id, Input{Do: DoCancel})
}

// AssignInput is what Assign takes: a step, a role or the run itself, and who gets it.
type AssignInput struct {
	Step, Role string
	Owner      bool // the run: who looks after it
	To         Part
}

// Assign hands a step, everything of a role, or the run over to somebody. Whoever may edit the run may, and whose it is.
// An approval is handed over with its role: whoever has had their say keeps it.
func (s *Service) Assign(ctx context.Context, tx db.Tx, by act.Actor, id int64, in AssignInput) (*Run, error) {
	named := 0
	for _, there := range []bool{in.Step != "", in.Role != "", in.Owner} {
		if there {
			named++
		}
	}
	if in.To.PersonID != 0 && in.To.TeamID != 0 || named != 1 {
		return nil, fault.New(fault.Invalid, "Name a step, a role or the run itself, and a person or a team.")
	}
	if err := s.known(ctx, tx, "to", in.To); err != nil {
		return nil, err
	}
	r, err := s.reading(ctx, tx, by, id, true)
	if err != nil {
		return nil, err
	}
	if !mayEdit(by, r) && !r.theirs(in, by) {
		return nil, by.Denied("edit", Kind)
	}
	if in.Owner {
		return r, s.giveRun(ctx, tx, by, r, in.To)
	}
	return r, s.change(ctx, tx, by, r, Input{Do: DoAssign, Step: in.Step, Role: in.Role, To: in.To, PersonID: by.PersonID})
}

// theirs reports whether what is to be handed over is the actor's.
func (r *Run) theirs(in AssignInput, by act.Actor) bool {
	switch {
	case in.Owner:
		return (Part{r.OwnerID, r.TeamID}).has(by)
	case in.Role != "":
		return r.Parts[in.Role].has(by)
	}
	st := r.Step(in.Step)
	return st != nil && (Part{st.PersonID, st.TeamID}).has(by)
}

// giveRun lets somebody else look after a run.
func (s *Service) giveRun(ctx context.Context, tx db.Tx, by act.Actor, r *Run, to Part) error {
	if r.Status.Over() {
		return invalid("This run has ended, so nothing about it can be changed any more.")
	}
	d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return err
	}
	by = by.Still()
	before := *r
	r.OwnerID, r.TeamID = to.PersonID, to.TeamID
	return s.keep(ctx, tx, by, d, &before, r, []Effect{{Verb: RunAssigned, Step: -1, At: by.Now(), Because: -1,
		Data: map[string]any{"owner": true, "person_id": to.PersonID, "team_id": to.TeamID}}})
}

// Resolve ends an action that answered Pending; for a step that has gone on since it does nothing. It
// checks no permission: the module whose action it is calls it.
func (s *Service) Resolve(ctx context.Context, tx db.Tx, by act.Actor, id int64, step string, round int, res Result) error {
	r, err := s.load(ctx, tx, id, true)
	if err != nil || r.Status.Over() {
		return err
	}
	return s.change(ctx, tx, by, r, Input{Do: DoResult, Step: step, Round: round, Outcome: res.Outcome, Answers: res.Values})
}

// Look lets runs about a record look again at the conditions and dates they wait for: it has changed.
// It checks no permission.
func (s *Service) Look(ctx context.Context, tx db.Tx, by act.Actor, subject ledger.Ref) error {
	runs, err := s.some(ctx, tx, `r.subject_kind = $1 AND r.subject_id = $2 AND r.watching = TRUE ORDER BY r.id LIMIT 200`, subject.Kind, subject.ID)
	if err != nil {
		return err
	}
	for _, one := range runs {
		r, err := s.load(ctx, tx, one.ID, true)
		if err != nil {
			return err
		}
		if r.Status != Active || !r.watching {
			continue
		}
		if err := s.change(ctx, tx, by, r, Input{Do: DoLook}); err != nil {
			return err
		}
	}
	return nil
}
