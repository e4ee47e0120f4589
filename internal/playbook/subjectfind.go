package playbook

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// maxFound is how many records a search for a subject lists; of one for a playbook that is not for all of them, so many
// times as many are looked at.
const (
	maxFound   = 20
	lookedOver = 5
)

// Search is what FindSubjects takes.
type Search struct {
	Kind     string // of record
	Words    string
	ID       int64  // the record itself, instead of words
	Playbook string // by name: records are held against what it is for; "" for none
}

// FindSubjects lists records of a kind that a run could be about: those that some words mean, or one by its id. Those
// that the playbook is for come first. Whoever may write runs may, and is told of records that they may see.
func (s *Service) FindSubjects(ctx context.Context, tx db.Tx, by act.Actor, in Search) ([]Found, error) {
	if err := by.Require("write", Kind); err != nil {
		return nil, err
	}
	sub, err := s.subject(in.Kind)
	if err != nil {
		return nil, err
	}
	var d *Definition
	if in.Playbook != "" {
		if d, err = s.current(ctx, tx, in.Playbook, 0); err != nil {
			return nil, err
		}
		if d.Spec.Subject != in.Kind {
			return nil, fault.Field("kind", in.Kind, "a "+d.Spec.Subject, "Runs of %s are about a %s.", d.Title, d.Spec.Subject)
		}
	}
	if in.ID != 0 {
		about, err := s.seen(ctx, tx, by, ledger.Ref{Kind: in.Kind, ID: in.ID})
		if err != nil {
			return nil, err
		}
		return s.fitting(ctx, tx, by, d, []Found{{ID: in.ID, Title: about.Title}})
	}
	if sub.Find == nil {
		return nil, nil
	}
	limit := maxFound
	if d != nil && d.Spec.For != "" {
		limit *= lookedOver
	}
	found, err := sub.Find(ctx, tx, by, strings.TrimSpace(in.Words), limit)
	if err != nil {
		return nil, err
	}
	found, err = s.fitting(ctx, tx, by, d, found)
	return found[:min(len(found), maxFound)], err
}

// fitting says of records which a playbook is not for, and puts those behind the others.
func (s *Service) fitting(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, found []Found) ([]Found, error) {
	if d == nil || d.Spec.For == "" || len(found) == 0 {
		return found, nil
	}
	sub, err := s.subject(d.Spec.Subject)
	if err != nil {
		return nil, err
	}
	known := map[int64]About{}
	if sub.Several != nil {
		ids := make([]int64, len(found))
		for i, f := range found {
			ids[i] = f.ID
		}
		if known, err = sub.Several(ctx, tx, by, ids); err != nil {
			return nil, err
		}
	}
	for i, f := range found {
		about, ok := known[f.ID]
		if !ok {
			if about, err = s.seen(ctx, tx, by, ledger.Ref{Kind: d.Spec.Subject, ID: f.ID}); err != nil {
				return nil, err
			}
		}
		vars := about.Vars
		if vars == nil {
			vars = func() any { return nil }
		}
		if !d.isFor(by.Now(), vars) {
			found[i].NotFor = s.asksFor(ctx, tx, d)
		}
	}
	slices.SortStableFunc(found, func(a, b Found) int { return cmp.Compare(min(len(a.NotFor), 1), min(len(b.NotFor), 1)) })
	return found, nil
}

// asksFor is what a playbook asks of the records that it is for, in words.
func (s *Service) asksFor(ctx context.Context, tx db.Tx, d *Definition) string {
	p := d.programs["for"]
	if p == nil {
		return d.Spec.For
	}
	return strings.Join(p.Says(s.directory.Voice(ctx, tx, s.blueprints.Set().Title)), ", ")
}
