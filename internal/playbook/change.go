package playbook

import (
	"context"
	"fmt"
	"strconv"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// The kinds of jobs.
const (
	tickJob  = "playbook.tick"  // a run's timer; the key is its id
	actJob   = "playbook.act"   // a step's action, or its run of another playbook
	placeJob = "playbook.place" // a place is free: the oldest run that waits begins
	bulkJob  = "playbook.bulk"  // starts many runs
)

func itoa(n int) string { return strconv.Itoa(n) }

func runKey(id int64) string { return strconv.FormatInt(id, 10) }

func stepKey(run int64, step string, round int) string {
	return fmt.Sprintf("%d/%s/%d", run, step, round)
}

// change is the one path of every change of a run: the input takes effect, and what follows from it is
// stored in the caller's transaction. The run must have been loaded for a change.
func (s *Service) change(ctx context.Context, tx db.Tx, by act.Actor, r *Run, in Input) error {
	by = by.Still()
	d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return err
	}
	before := *r
	after, effects, err := Advance(d, r.State, in, World{Now: by.Now(), Subject: s.about(ctx, tx, r)})
	if err != nil {
		return err
	}
	r.State = after
	return s.keep(ctx, tx, by, d, &before, r, effects)
}

// keep stores a run that was there before as it is now, with its events and all that follows.
func (s *Service) keep(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, before, r *Run, effects []Effect) error {
	if err := s.tell(ctx, tx, by, d, r, effects); err != nil {
		return err
	}
	was := r.timer
	r.timer, _ = Next(d, r.State)
	r.watching = Watching(d, r.State)
	if err := s.update(ctx, tx, r, before.State); err != nil {
		return err
	}
	switch {
	case !r.timer.IsZero() && (r.More || !r.timer.Equal(was)):
		if err := s.jobs.Set(ctx, tx, by.Now(), r.tick()); err != nil {
			return err
		}
	case r.timer.IsZero() && !was.IsZero():
		if err := s.jobs.Cancel(ctx, tx, tickJob, runKey(r.ID)); err != nil {
			return err
		}
	}
	if err := putWork(ctx, tx, by.Now(), r, before.items(d), r.items(d)); err != nil {
		return err
	}
	if err := s.follow(ctx, tx, by, d, before.Status, r, effects); err != nil {
		return err
	}
	return s.tellSubject(ctx, tx, by, before, r)
}

// tellSubject lets the module of a run's subject hear of a change.
func (s *Service) tellSubject(ctx context.Context, tx db.Tx, by act.Actor, before, r *Run) error {
	if sub, ok := s.subjects[r.Subject.Kind]; ok && sub.Changed != nil {
		return sub.Changed(ctx, tx, by, before, r)
	}
	return nil
}

func (r *Run) ref() ledger.Ref { return ledger.Ref{Kind: Kind, ID: r.ID} }

// tell records the effects as events, each because of what led to it, and notes on steps what last
// happened to them.
func (s *Service) tell(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, r *Run, effects []Effect) error {
	var first int64
	for n, e := range effects {
		who, cause := by, act.Cause{Event: first, Blueprint: d.ID, Version: d.Version}
		if e.Because >= 0 && r.Steps[e.Because].EventID != 0 {
			cause.Event = r.Steps[e.Because].EventID
		}
		own := n == 0 || e.Because < 0 && e.Step >= 0 && e.Step == effects[0].Step // what the actor did themselves
		if cause.Event != 0 && (!own || by.Kind != act.Person) {
			who = by.Because(cause)
		}
		if !own {
			who.Kind, who.PersonID, who.TokenID, who.OnBehalfOf = act.Rule, 0, 0, 0
		}
		data := map[string]any{}
		for k, v := range e.Data {
			data[k] = v
		}
		if e.Step >= 0 {
			data["step"], data["round"] = r.Steps[e.Step].Name, e.Round+1
		}
		entry := ledger.Entry{Verb: e.Verb, Subject: r.ref(), At: e.At, Data: data}
		if e.Read != nil || e.Private != nil {
			data["read"], data["condition"] = e.Read, e.Condition
			if len(e.Private) > 0 {
				entry.Private, entry.PersonID = map[string]any{"read": e.Private}, r.AboutID
			}
		}
		id, err := s.ledger.Append(ctx, tx, who, entry)
		if err != nil {
			return err
		}
		if n == 0 {
			first = id
		}
		if e.Step >= 0 {
			r.Steps[e.Step].EventID = id
		}
	}
	return nil
}

// actArgs say which step's action a job does.
type actArgs struct {
	Run   int64  `json:"run"`
	Step  string `json:"step"`
	Round int    `json:"round"`
}

// follow begins what effects ask for beyond the run itself. was is its status before, "" of a new one.
func (s *Service) follow(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, was Status, r *Run, effects []Effect) error {
	for _, e := range effects {
		switch e.Verb {
		case StepReady, StepRetried:
			if r.Steps[e.Step].Round != e.Round {
				continue
			}
			if err := s.begin(ctx, tx, by, d, r, e.Step); err != nil {
				return err
			}
		case RunResumed:
			for i := range r.Steps {
				if err := s.begin(ctx, tx, by, d, r, i); err != nil {
					return err
				}
			}
		case StepReminded, StepLate:
			if err := s.notify(ctx, tx, by, d, r, e); err != nil {
				return err
			}
		case RunEnded, RunCancelled:
			if err := s.afterEnd(ctx, tx, by, d, was, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin sets the job of a step that Steward does by itself.
func (s *Service) begin(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, r *Run, i int) error {
	def, st := d.Steps[i], r.Steps[i]
	if def.prim != acting && def.prim != subRun || st.State != Open || st.ChildID != 0 || st.Pending {
		return nil
	}
	return s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: actJob, Key: stepKey(r.ID, st.Name, st.Round), Subject: r.ref(), Due: by.Now(), Args: actArgs{r.ID, st.Name, st.Round}})
}

// afterEnd frees the run's place, goes on with the run that started it, and cancels those it started
// when it was cancelled.
func (s *Service) afterEnd(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, was Status, r *Run) error {
	if g := d.Spec.Gates; g != nil && g.Capacity != nil && was != Queued {
		if err := s.jobs.Enqueue(ctx, tx, by.Now(), job.Spec{Kind: placeJob, Key: runKey(r.ID), Due: by.Now(), Args: actArgs{Run: r.PlaybookID}}); err != nil {
			return err
		}
	}
	if r.ParentID != 0 {
		if err := s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: actJob, Key: "ended/" + runKey(r.ID), Subject: r.ref(), Due: by.Now(), Args: actArgs{Run: r.ID}}); err != nil {
			return err
		}
	}
	for _, st := range r.Steps {
		if st.ChildID == 0 || r.Status != Cancelled {
			continue
		}
		child, err := s.load(ctx, tx, st.ChildID, true)
		if err != nil {
			return err
		}
		if child.Status.Over() {
			continue
		}
		if err := s.change(ctx, tx, by, child, Input{Do: DoCancel}); err != nil {
			return err
		}
	}
	return nil
}
