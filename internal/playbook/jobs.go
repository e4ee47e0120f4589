package playbook

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// onTicks are the timers of some runs: everything due happens, in order, dated with its due time.
func (s *Service) onTicks(ctx context.Context, tx db.Tx, jobs []job.Job) error {
	ids := make([]int64, len(jobs))
	for i, j := range jobs {
		ids[i] = j.Subject.ID
	}
	runs, err := s.loadSome(ctx, tx, ids, true)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.Status != Active {
			continue
		}
		r.timer = r.Created // the job is gone: whatever comes next sets it anew
		if err := s.change(ctx, tx, s.system(), r, Input{Do: DoTick}); err != nil {
			return err
		}
	}
	return nil
}

// maxAttempts is how often an action is tried before somebody has to look.
const maxAttempts = 8

// onAct does a step's action. The step's state says whether it is still to be done, so a crash at
// any point leads to it being done once: inside actions commit with it, outside ones carry a key.
func (s *Service) onAct(ctx context.Context, j job.Job) (job.Finish, error) {
	var args actArgs
	if err := j.Decode(&args); err != nil {
		return nil, err
	}
	if strings.HasPrefix(j.Key, "ended/") {
		return func(ctx context.Context, tx db.Tx) error { return s.childEnded(ctx, tx, args.Run) }, nil
	}
	var call Call
	var name string
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.load(ctx, tx, args.Run, false)
		if err == nil {
			name, call, err = s.call(ctx, tx, r, args, j)
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil || name == "" {
		return nil, err
	}
	if do, ok := s.outside[name]; ok {
		res, err := do(ctx, call)
		return s.outcome(args, j, res, err)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.act(ctx, tx, args, j) })
	if err != nil {
		return s.outcome(args, j, Result{}, err)
	}
	return nil, nil
}

// outcome ends an attempt that did not end its step: it was outside, or it failed.
func (s *Service) outcome(args actArgs, j job.Job, res Result, err error) (job.Finish, error) {
	in := Input{Do: DoResult, Step: args.Step, Round: args.Round, Outcome: res.Outcome, Answers: res.Values}
	if err != nil {
		f := fault.As(err)
		if final := f != nil && (f.Code == fault.Invalid || f.Code == fault.Forbidden || f.Code == fault.NotFound); !final && j.Attempts < maxAttempts {
			return nil, err
		}
		in = Input{Do: DoFail, Step: args.Step, Round: args.Round, Note: why(err)}
	} else if res.Pending {
		in.Do = DoPending
	}
	return func(ctx context.Context, tx db.Tx) error {
		r, err := s.load(ctx, tx, args.Run, true)
		if err != nil || r.Status.Over() {
			return err
		}
		return s.change(ctx, tx, s.system(), r, in)
	}, nil
}

// why is a failure in words for people, bounded.
func why(err error) string {
	text := "It could not be done. " + err.Error()
	if f := fault.As(err); f != nil {
		text = f.Error()
	}
	if len(text) > 1000 {
		text = strings.ToValidUTF8(text[:1000], "")
	}
	return text
}

// call prepares a step's action; name is "" when there is nothing to do any more, or not now.
func (s *Service) call(ctx context.Context, tx db.Tx, r *Run, args actArgs, j job.Job) (name string, c Call, err error) {
	d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return "", c, err
	}
	i := d.Step(args.Step)
	if i < 0 || r.Status != Active {
		return "", c, nil // a run that resumes sets the job anew
	}
	if st := r.Steps[i]; st.State != Open || st.Round != args.Round || st.ChildID != 0 || st.Pending {
		return "", c, nil
	}
	name, with := d.Steps[i].action()
	if d.Steps[i].prim == subRun {
		name = kindPlaybook
	}
	titles, err := s.titles(ctx, tx, []*Run{r})
	if err != nil {
		return "", c, err
	}
	value := d.valued(r.State, s.clock().UTC(), titles[r.ID], s.about(ctx, tx, r))
	values, _ := fill(with, value).(map[string]any)
	by := s.system().Because(act.Cause{Event: r.Steps[i].EventID, Blueprint: d.ID, Version: d.Version})
	return name, Call{Key: stepKey(r.ID, args.Step, args.Round), RunID: r.ID, Step: args.Step, Round: args.Round, Attempt: j.Attempts, PlaybookID: d.ID, Title: titles[r.ID],
		Subject: r.Subject, AboutID: r.AboutID, OrganizationID: r.OrganizationID, StarterID: r.StarterID, Parts: r.Parts, At: by.Now(), By: by,
		With: values, value: value}, nil
}

// act does an inside action and settles its step in one transaction.
func (s *Service) act(ctx context.Context, tx db.Tx, args actArgs, j job.Job) error {
	r, err := s.load(ctx, tx, args.Run, true) // others who would do the same wait here
	if err != nil {
		return err
	}
	name, c, err := s.call(ctx, tx, r, args, j)
	if err != nil || name == "" {
		return err
	}
	if name == kindPlaybook {
		return s.startChild(ctx, tx, r, c)
	}
	do, ok := s.inside[name]
	if !ok {
		return fault.New(fault.Invalid, "There is no action %q in this installation.", name)
	}
	res, err := do(ctx, tx, c)
	if err != nil {
		return err
	}
	in := Input{Do: DoResult, Step: args.Step, Round: args.Round, Outcome: res.Outcome, Answers: res.Values}
	if res.Pending {
		in.Do = DoPending
	}
	return s.change(ctx, tx, s.system(), r, in)
}

// startChild starts the run of another playbook that a step is.
func (s *Service) startChild(ctx context.Context, tx db.Tx, r *Run, c Call) error {
	d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return err
	}
	i := d.Step(c.Step)
	people := map[string]Part{}
	other, err := s.current(ctx, tx, d.Steps[i].Playbook, 0)
	if err != nil {
		return err
	}
	for role, p := range r.Parts { // roles of the same name are filled alike
		if _, ok := other.role(role); ok {
			people[role] = p
		}
	}
	child, err := s.Start(ctx, tx, c.By, StartInput{Playbook: d.Steps[i].Playbook, Subject: r.Subject, Title: r.Title, People: people, OwnerID: r.OwnerID, parent: r.ID, step: c.Step})
	if err != nil {
		return err
	}
	before := *r
	r.State = before.State.clone()
	r.Steps[i].ChildID = child.ID // its end, which may have come already, has set a job that finds it
	return s.update(ctx, tx, r, before.State)
}

// childEnded goes on with the run whose step a run was.
func (s *Service) childEnded(ctx context.Context, tx db.Tx, id int64) error {
	child, err := s.load(ctx, tx, id, false)
	if err != nil {
		return err
	}
	r, err := s.load(ctx, tx, child.ParentID, true)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || r.Status.Over() {
		return err
	}
	if st := r.Step(child.ParentStep); st == nil || st.ChildID != child.ID {
		return nil
	}
	return s.change(ctx, tx, s.system(), r, Input{Do: DoChild, Step: child.ParentStep, Outcome: child.Outcome})
}

// onPlace gives the place of a run that ended to the one that has waited longest.
func (s *Service) onPlace(ctx context.Context, tx db.Tx, j job.Job) error {
	var args actArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	waiting, err := s.some(ctx, tx, `r.playbook_id = $1 AND r.state = 'queued' ORDER BY r.id LIMIT 1`, args.Run)
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		return tx.Later(ctx, nil, `UPDATE playbook_capacity SET taken = taken - 1 WHERE playbook_id = $1 AND taken > 0`, args.Run)
	}
	r, err := s.load(ctx, tx, waiting[0].ID, true)
	if err != nil {
		return err
	}
	if r.Status != Queued {
		return errors.New("the run that waited longest has gone meanwhile; the next is tried")
	}
	return s.change(ctx, tx, s.system(), r, Input{Do: DoBegin})
}

// Follower looks at runs that wait for a change of their subject after every event about it.
func (s *Service) Follower() ledger.Follower {
	return ledger.Follower{Name: "playbook.subject", Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
		if _, ok := s.subjects[e.Subject.Kind]; !ok {
			return nil
		}
		changed := tx.Value(changedKey{}, func() any { return changed{} }).(changed)
		if len(changed) == 0 {
			tx.BeforeCommit(func(ctx context.Context) error { return s.lookAtChanged(ctx, tx, changed) })
		}
		changed[e.Subject] = e
		return nil
	}}
}

type changedKey struct{}

// changed are the subjects of a batch of events, each with its last event.
type changed map[ledger.Ref]ledger.Event

// lookAtChanged looks at the runs about subjects, found together: nearly no record has one.
func (s *Service) lookAtChanged(ctx context.Context, tx db.Tx, all changed) error {
	ids := map[string][]int64{}
	events := map[ledger.Ref]ledger.Event{}
	for ref, e := range all {
		for _, kind := range s.sides(ref.Kind) {
			if _, own := all[ledger.Ref{Kind: kind, ID: ref.ID}]; kind == ref.Kind || !own {
				ids[kind] = append(ids[kind], ref.ID)
				events[ledger.Ref{Kind: kind, ID: ref.ID}] = e
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(ids)) {
		w := (&db.Where{}).And("subject_kind = ? AND watching = TRUE", kind).Among(tx.Engine(), "subject_id", ids[kind])
		rows, err := tx.Query(ctx, `SELECT DISTINCT subject_id FROM playbook_run WHERE `+w.SQL()+` ORDER BY subject_id`, w.Args()...)
		watched, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		for _, id := range watched {
			about := ledger.Ref{Kind: kind, ID: id}
			e := events[about]
			by := s.system()
			if e.Cause.Depth < ledger.MaxDepth-2 {
				by = by.Because(act.Cause{Event: e.ID, Depth: 0})
			}
			if err := s.Look(ctx, tx, by, about); err != nil {
				return err
			}
		}
	}
	return nil
}
