package explain

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// Rule is the blueprint version that an event names as its cause, with its conditions and
// what they read then; nil when no blueprint decided. The event carries the values: what the
// record says today does not matter. Values that were erased show as not set.
func (s *Service) Rule(ctx context.Context, tx db.Tx, e ledger.Event) (*Rule, error) {
	if e.Cause.Blueprint == 0 {
		return nil, nil
	}
	a, err := s.blueprints.Applied(ctx, tx, e.Cause.Blueprint, e.Cause.Version)
	if err != nil {
		return nil, err
	}
	title, programs := s.blueprints.Programs(a)
	r := &Rule{Blueprint: Blueprint{a.Kind, a.Name, title, e.Cause.Version}, AppliedAt: &a.At, Conditions: []Condition{}}
	if a.Change != 0 {
		r.Change = &a.Change
	}
	if a.ByID != 0 {
		people, err := s.directory.Names(ctx, tx, []int64{a.ByID})
		if err != nil {
			return nil, err
		}
		r.AppliedBy = &Person{a.ByID, people[a.ByID].Name}
	}
	read, only, recorded, err := s.read(ctx, tx, e)
	if err != nil || !recorded {
		return r, err
	}
	voice := s.Voice(ctx, tx)
	for _, path := range slices.Sorted(maps.Keys(programs)) {
		if only != "" && path != only {
			continue // another condition of the same blueprint
		}
		p := programs[path]
		for _, c := range p.Explain(p.Env().Recorded(read...), voice) {
			// It decided, so every part held: a value kept short must not say otherwise.
			r.Conditions = append(r.Conditions, Condition{c.Text, c.Value, true})
		}
	}
	return r, nil
}

// Voice is how conditions are told to whoever reads.
func (s *Service) Voice(ctx context.Context, tx db.Tx) rule.Voice {
	return s.directory.Voice(ctx, tx, s.blueprints.Set().Title)
}

// read is what the deciding condition read, public and private, and which of the blueprint's
// conditions it was, "" where there is one. recorded is false for events
// that do not carry it.
func (s *Service) read(ctx context.Context, tx db.Tx, e ledger.Event) (read []map[string]any, only string, recorded bool, err error) {
	type carried struct {
		Read      map[string]any `json:"read"`
		Condition string         `json:"condition"`
	}
	var public, private carried
	_ = e.Decode(&public) // an event of another shape carries none
	data, err := s.ledger.Private(ctx, tx, e.ID)
	if err != nil {
		return nil, "", false, err
	}
	if len(data) > 0 {
		_ = json.Unmarshal(data, &private)
	}
	return []map[string]any{public.Read, private.Read}, public.Condition, public.Read != nil || private.Read != nil, nil
}
