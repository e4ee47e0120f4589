package blueprint

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Use says what uses a blueprint: another blueprint, or records.
type Use struct {
	Kind   string    `json:"kind"` // of the blueprint, or of the records: "ticket"
	Name   string    `json:"name"` // of the blueprint; "" for records
	Title  string    `json:"title"`
	Path   string    `json:"path"` // where the blueprint names it: "targets[0].calendar"
	Count  *db.Count `json:"count"`
	Detail string    `json:"detail"` // of records, in words: "tickets with this team"
}

// CountUses counts the records that use a blueprint, each count capped.
type CountUses func(ctx context.Context, tx db.Tx, e Entry) ([]Use, error)

// SetUses makes uses by records known, when the application is put together.
func (s *Store) SetUses(f CountUses) { s.uses = f }

// Uses lists what refers to a blueprint: others first, by kind and name, then records.
// Whoever may read blueprints may.
func (s *Store) Uses(ctx context.Context, tx db.Tx, by act.Actor, kind, name string) ([]Use, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	set := s.Set()
	e, ok := set.Entry(kind, name)
	if !ok {
		return nil, fault.Missing("blueprint", kind+"/"+name)
	}
	return s.usesOf(ctx, tx, set, e)
}

func (s *Store) usesOf(ctx context.Context, tx db.Tx, set *Set, e Entry) ([]Use, error) {
	out := []Use{}
	for _, k := range set.usedBy[e.Key()] {
		it := set.byKey[k]
		for _, r := range it.refs {
			if r.kind == e.Kind && r.name == e.Name {
				out = append(out, Use{Kind: k.Kind, Name: k.Name, Title: it.Title, Path: r.path})
			}
		}
	}
	if s.uses == nil || e.ID == 0 {
		return out, nil
	}
	records, err := s.uses(ctx, tx, e)
	return append(out, records...), err
}

// PlanWithUses is Plan that also says by what records the removed are used: they are
// retired, so that these keep them. Whoever may read blueprints may.
func (s *Store) PlanWithUses(ctx context.Context, tx db.Tx, by act.Actor, in ApplyInput) (Plan, error) {
	p, err := s.Plan(by, in)
	if err != nil {
		return p, err
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		e, ok := s.Set().ByID(c.ID)
		if c.Action != Remove || !ok || s.uses == nil {
			continue
		}
		uses, err := s.uses(ctx, tx, e)
		if err != nil {
			return p, err
		}
		for _, u := range uses {
			if u.Count == nil || u.Count.Count > 0 {
				c.UsedBy = append(c.UsedBy, u)
			}
		}
	}
	return p, nil
}

// Words say the use in a few words: "used by 12 tickets with this team".
func (u Use) Words() string {
	if u.Count == nil {
		return fmt.Sprintf("%s/%s names it in %s", u.Kind, u.Name, u.Path)
	}
	more := ""
	if u.Count.Capped {
		more = "more than "
	}
	return fmt.Sprintf("used by %s%d %s", more, u.Count.Count, u.Detail)
}
