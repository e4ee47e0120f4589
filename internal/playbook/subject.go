package playbook

import (
	"context"
	"maps"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Subject is a kind of record that runs can be about, as its module tells of it.
type Subject struct {
	Kind  string // "ticket"
	Title string // "Ticket"
	// Side is the kind of record that this is another side of, whose ids it has: an account's organization. Runs
	// about either side are found from both, and look again when something about either happens. "" for most.
	Side string
	// Load tells what a run needs to know of a record. It checks no permission.
	Load func(ctx context.Context, tx db.Tx, id int64) (About, error)
	// Several tells of those of some records that the actor may see, in one question; of what it leaves out
	// Load and MayRead are asked. May be nil.
	Several func(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]About, error)
	// MayRead is nil when the actor may see the record.
	MayRead func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error
	// Titles names records for lists. It checks no permission: who may see a run may see what it is about, so it
	// says no more than that.
	Titles func(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error)
	// Find lists up to limit records that the actor may see and that some words mean: a number, the beginning of a name,
	// an address. Without words it lists those that one most likely means. May be nil.
	Find func(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) ([]Found, error)
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

// Found is a record that a run could be about.
type Found struct {
	ID     int64
	Title  string
	Detail string // what tells it from others of that name, "" for nothing
	NotFor string // what the playbook asks of a record that this one does not meet, in words; "" where it fits
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

// sides are the kinds that are the same records as those of a kind, itself first.
func (s *Service) sides(kind string) []string {
	out := []string{kind}
	for _, other := range slices.Sorted(maps.Keys(s.subjects)) {
		if other != kind && (s.subjects[other].Side == kind || s.subjects[kind].Side == other) {
			out = append(out, other)
		}
	}
	return out
}

// visible are the sides of a record that the actor may see; an error when they may not see the record as it was named.
func (s *Service) visible(ctx context.Context, tx db.Tx, by act.Actor, ref ledger.Ref) (kinds []string, err error) {
	for _, kind := range s.sides(ref.Kind) {
		sub, err := s.subject(kind)
		if err == nil && sub.MayRead != nil {
			err = sub.MayRead(ctx, tx, by, ref.ID)
		}
		switch {
		case err == nil:
			kinds = append(kinds, kind)
		case kind == ref.Kind:
			return nil, err
		case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden):
			return nil, err
		}
	}
	return kinds, nil
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
