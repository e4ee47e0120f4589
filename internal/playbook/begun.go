package playbook

import (
	"context"
	"maps"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/work"
)

// begun is a run that has begun in memory: it is stored as it is after all that follows at once.
type begun struct {
	definition *Definition
	run        *Run
	effects    []Effect
}

// begun lets a run begin without storing it. Whoever may write runs and read the subject may.
func (s *Service) begun(ctx context.Context, tx db.Tx, by act.Actor, in StartInput) (b begun, err error) {
	if err := by.Require("write", Kind); err != nil {
		return b, err
	}
	d, r, vars, err := s.prepare(ctx, tx, by, in)
	if err != nil {
		return b, err
	}
	effects := []Effect{{Verb: RunCreated, Step: -1, At: by.Now(), Because: -1, Data: map[string]any{"playbook_id": d.ID, "version": d.Version, "about": in.Subject, "parent_id": in.parent}}}
	free, err := s.place(ctx, tx, d)
	switch {
	case err != nil:
		return b, err
	case !free && d.Spec.Gates.Capacity.Full == "refuse":
		return b, fault.New(fault.Invalid, "There are %d runs of %s under way, which is the most there may be. Try again when one has ended.", d.Spec.Gates.Capacity.Most, d.Title)
	case !free:
		r.Status = Queued
		return begun{d, r, append(effects, Effect{Verb: RunQueued, Step: -1, At: by.Now(), Because: -1})}, nil
	}
	after, more, err := Advance(d, r.State, Input{Do: DoBegin, PersonID: by.PersonID}, World{Now: by.Now(), Subject: vars})
	if err != nil {
		return b, err
	}
	r.State = after
	return begun{d, r, append(effects, more...)}, nil
}

// put stores new runs with their events and what follows: each row once, many in a statement.
func (s *Service) put(ctx context.Context, tx db.Tx, by act.Actor, all []begun) error {
	ids, err := db.NewIDs(ctx, tx, "playbook_run", len(all))
	if err != nil {
		return err
	}
	rows := &db.Bulk{}
	for i, b := range all {
		d, r := b.definition, b.run
		r.ID = ids[i]
		if err := s.tell(ctx, tx, by, d, r, b.effects); err != nil {
			return err
		}
		r.timer, _ = Next(d, r.State)
		r.watching = Watching(d, r.State)
		if err := r.add(rows); err != nil {
			return err
		}
		if !r.timer.IsZero() {
			if err := s.jobs.Add(rows, tx, by.Now(), r.tick()); err != nil {
				return err
			}
		}
		items := r.items(d)
		for _, key := range slices.Sorted(maps.Keys(items)) {
			work.Bulk(rows, by.Now(), items[key])
		}
	}
	if err := rows.Later(ctx, tx); err != nil {
		return err
	}
	for _, b := range all {
		if err := s.follow(ctx, tx, by, b.definition, "", b.run, b.effects); err != nil {
			return err
		}
		if err := s.tellSubject(ctx, tx, by, nil, b.run); err != nil {
			return err
		}
	}
	return nil
}

// add adds a new run to rows, with its steps and parts.
func (r *Run) add(rows *db.Bulk) error {
	row, err := r.row()
	if err != nil {
		return err
	}
	rows.Add("playbook_run", "id, "+runColumns, append([]any{r.ID}, row...)...)
	for _, role := range slices.Sorted(maps.Keys(r.Parts)) {
		p := r.Parts[role]
		rows.Add("playbook_part", "run_id, role, person_id, team_id", r.ID, role, db.NullID(p.PersonID), db.NullID(p.TeamID))
	}
	return r.addSteps(rows)
}

// addSteps adds a run's steps, none of which is stored, to rows.
func (r *Run) addSteps(rows *db.Bulk) error {
	for n, st := range r.Steps {
		row, err := st.row()
		if err != nil {
			return err
		}
		rows.Add("playbook_step", "run_id, n, "+stepFields, append([]any{r.ID, n}, row...)...)
	}
	return nil
}

// tick is the run's timer.
func (r *Run) tick() job.Spec {
	return job.Spec{Kind: tickJob, Key: runKey(r.ID), Subject: r.ref(), Due: r.timer}
}
