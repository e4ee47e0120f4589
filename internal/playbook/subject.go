package playbook

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Subject is a kind of record that runs can be about, as its module tells of it.
type Subject struct {
	Kind  string // "ticket"
	Title string // "Ticket"
	// Load tells what a run needs to know of a record. It checks no permission.
	Load func(ctx context.Context, tx db.Tx, id int64) (About, error)
	// Several tells of those of some records that the actor may see, in one question; of what it leaves out
	// Load and MayRead are asked. May be nil.
	Several func(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]About, error)
	// MayRead is nil when the actor may see the record.
	MayRead func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error
	// Titles names records for lists. It checks no permission: who may see a run may see what it is about.
	Titles func(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error)
	// Page lists ids behind one, in order, for starting runs about all that meet a condition. May be nil.
	Page func(ctx context.Context, tx db.Tx, after int64, limit int) ([]int64, error)
	// Segment lists ids behind one, in order, of the records of a segment that the actor may see. May be nil.
	Segment func(ctx context.Context, tx db.Tx, by act.Actor, name string, after int64, limit int) ([]int64, error)
	// Changed hears of every change of a run about such a record, in its transaction, after it was
	// stored. before is nil for a new one. May be nil.
	Changed func(ctx context.Context, tx db.Tx, by act.Actor, before, after *Run) error
}

// About is what a run needs to know of its subject.
type About struct {
	Title          string
	PersonID       int64 // the person it is about, 0 for none
	OrganizationID int64
	// Vars are what conditions read as subject: nested maps of plain values; functions of no
	// arguments are asked when they are read. Ids of people among them can fill roles.
	Vars func() any
}

// Register adds a kind of subject. Call it while the application is put together.
func (s *Service) Register(subject Subject) { s.subjects[subject.Kind] = subject }

func (s *Service) subject(kind string) (Subject, error) {
	sub, ok := s.subjects[kind]
	if !ok {
		return sub, fault.Field("subject", kind, "a kind of record that runs can be about", "Runs cannot be about a %s.", kind)
	}
	return sub, nil
}

// about loads the subject once for a transaction's conditions; a subject that is gone has no values.
func (s *Service) about(ctx context.Context, tx db.Tx, r *Run) func() any {
	var values any
	asked := false
	return func() any {
		if asked {
			return values
		}
		asked = true
		sub, err := s.subject(r.Subject.Kind)
		if err != nil {
			return nil
		}
		if a, err := sub.Load(ctx, tx, r.Subject.ID); err == nil && a.Vars != nil {
			values = a.Vars()
		}
		return values
	}
}

// Hear makes a module hear of every change of runs about a kind of record, in its transaction, in place of
// what the subject itself hears. Call it while the application is put together.
func (s *Service) Hear(kind string, changed func(ctx context.Context, tx db.Tx, by act.Actor, before, after *Run) error) {
	sub := s.subjects[kind]
	sub.Changed = changed
	s.subjects[kind] = sub
}
