package playbook

import (
	"context"
	"maps"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/db"
)

// deciding reports whether some step of the playbook waits for somebody's say.
func (d *Definition) deciding() bool {
	return slices.ContainsFunc(d.Steps, func(s StepDef) bool { return s.kind() == kindApproval || s.kind() == kindDeliverable })
}

// Wanted are the decisions that a run waits for: approvals, and what was handed in. A run that is gone waits for none.
func (s *Service) Wanted(ctx context.Context, tx db.Tx, id int64) (out []approval.Wanted, err error) {
	runs, err := s.some(ctx, tx, `r.id = $1`, id)
	if err != nil || len(runs) == 0 || runs[0].Status != Active {
		return nil, err
	}
	r := runs[0]
	d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil || !d.deciding() {
		return nil, err
	}
	if err := s.fill(ctx, tx, runs); err != nil {
		return nil, err
	}
	items := r.items(d)
	for _, key := range slices.Sorted(maps.Keys(items)) {
		name := strings.Split(key, "/")
		i := d.Step(name[1])
		if len(name) > 2 && name[2] == lateItem || d.Steps[i].kind() != kindApproval && !r.Steps[i].Review {
			continue
		}
		out = append(out, approval.Wanted{Part: name[1], People: []int64{items[key].PersonID}, Teams: []int64{items[key].TeamID},
			May: func(by act.Actor) bool { return r.may(d, i, by).decide }})
	}
	return out, nil
}

// Called are what some runs are called, with what they are about, of those that the actor may read.
func (s *Service) Called(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]string, error) {
	runs, titles, err := s.readable(ctx, tx, by, ids)
	out := map[int64]string{}
	for id, r := range runs {
		d, derr := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
		if derr != nil {
			return nil, derr
		}
		out[id] = d.Called() + ": " + titles[id]
	}
	return out, err
}

// readable are those of some runs that the actor may read, with what they are about in words.
func (s *Service) readable(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]*Run, map[int64]string, error) {
	w := (&db.Where{}).In("r.id", anys(ids))
	runs, err := s.some(ctx, tx, w.SQL(), w.Args()...)
	if err != nil {
		return nil, nil, err
	}
	if err := s.fill(ctx, tx, runs); err != nil {
		return nil, nil, err
	}
	byID := map[int64]*Run{}
	for _, r := range runs {
		if s.mayRead(by, r) {
			byID[r.ID] = r
		}
	}
	titles, err := s.titles(ctx, tx, slices.Collect(maps.Values(byID)))
	return byID, titles, err
}
