package measure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// Service answers what measures hold. Its methods run in the caller's transaction.
type Service struct {
	registry *Registry
	clock    func() time.Time
	watchers []Watcher
}

// New returns the service; clock may be nil.
func New(reg *Registry, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	return &Service{registry: reg, clock: clock}
}

// Registry is what measures are declared in.
func (s *Service) Registry() *Registry { return s.registry }

// Asked is the moment a value is asked for.
type Asked struct {
	At    time.Time // as of; zero: now
	Known time.Time // as known at; zero: everything known now
}

// moment is Asked in microseconds.
type moment struct{ at, known int64 }

const always = int64(1)<<53 - 1

func (s *Service) moment(a Asked) moment {
	m := moment{at: a.At.UnixMicro(), known: always}
	if a.At.IsZero() {
		m.at = s.clock().UnixMicro()
	}
	if !a.Known.IsZero() {
		m.known = a.Known.UnixMicro()
	}
	return m
}

// Catalogue lists the measures. Whoever may read organizations or people may.
func (s *Service) Catalogue(by act.Actor) ([]*Measure, error) {
	if !by.May("read", "organization") {
		if err := by.Require("read", "person"); err != nil {
			return nil, err
		}
	}
	return s.registry.All(), nil
}

// MaxSubjects is how many subjects one question may be about.
const MaxSubjects = 100

// Values answers several measures of several subjects at once, by subject and name. Whoever
// may read a subject may; those that are not there for the actor are left out.
func (s *Service) Values(ctx context.Context, tx db.Tx, by act.Actor, names []string, subjects []ledger.Ref, asked Asked) (map[ledger.Ref]map[string]Value, error) {
	if len(subjects) > MaxSubjects || len(names) > MaxSubjects {
		return nil, fault.Field("subject", len(subjects), "at most 100 subjects and 100 measures", "One question is about at most 100 subjects and 100 measures.")
	}
	out := map[ledger.Ref]map[string]Value{}
	for kind, ids := range byKind(subjects) {
		ids, err := s.readable(ctx, tx, by, kind, ids)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			m, err := s.registry.Get(name)
			if err != nil {
				return nil, err
			}
			if m.Subject != kind {
				continue
			}
			values, err := s.values(ctx, tx, m, ids, s.moment(asked))
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				ref := ledger.Ref{Kind: kind, ID: id}
				if out[ref] == nil {
					out[ref] = map[string]Value{}
				}
				out[ref][name] = values[id]
			}
		}
	}
	return out, nil
}

func byKind(subjects []ledger.Ref) map[string][]int64 {
	out := map[string][]int64{}
	for _, r := range subjects {
		out[r.Kind] = append(out[r.Kind], r.ID)
	}
	return out
}

// tables are the subjects' tables with what permission checks look at.
var tables = map[string]struct {
	from    string
	columns auth.Columns
}{
	"organization": {"organization o", auth.Columns{Organization: "o.id"}},
	"person":       {"person o", auth.Columns{Owners: []string{"o.id"}, Organization: "o.organization_id"}},
}

// readable are those of the subjects that are there and that the actor may read.
func (s *Service) readable(ctx context.Context, tx db.Tx, by act.Actor, kind string, ids []int64) ([]int64, error) {
	t, ok := tables[kind]
	if !ok {
		return nil, fault.Field("subject", kind, "organization/ID or person/ID", "Measures are about organizations and people, not about a %s.", kind)
	}
	w := (&db.Where{}).And("o.deleted_at IS NULL").Among(tx.Engine(), "o.id", ids)
	if err := auth.Scope(by, "read", kind).Where(w, t.columns); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT o.id FROM `+t.from+` WHERE `+w.SQL(), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
}

// one checks a question about one subject.
func (s *Service) one(ctx context.Context, tx db.Tx, by act.Actor, name string, subject ledger.Ref) (*Measure, error) {
	if _, err := s.Catalogue(by); err != nil {
		return nil, err
	}
	m, err := s.registry.Get(name)
	if err != nil {
		return nil, err
	}
	if m.Subject != subject.Kind {
		return nil, fault.Field("subject", subject.Kind, m.Subject+"/ID", "%s is about a %s, not about a %s.", name, m.Subject, subject.Kind)
	}
	ids, err := s.readable(ctx, tx, by, subject.Kind, []int64{subject.ID})
	if err == nil && len(ids) == 0 {
		err = fault.Missing(subject.Kind, subject.ID)
	}
	return m, err
}

// Answer is a value with where it comes from.
type Answer struct {
	Measure  *Measure
	Value    Value
	At       time.Time
	Anchor   time.Time // what a Since or Until measure counts from; zero for none
	Evidence []Row     // the rows behind it, newest first, at most 20
}

// Explain answers one measure of one subject with the events it comes from. Whoever may read
// the subject may.
func (s *Service) Explain(ctx context.Context, tx db.Tx, by act.Actor, name string, subject ledger.Ref, asked Asked) (Answer, error) {
	m, err := s.one(ctx, tx, by, name, subject)
	if err != nil {
		return Answer{}, err
	}
	at := s.moment(asked)
	values, err := s.values(ctx, tx, m, []int64{subject.ID}, at)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Measure: m, Value: values[subject.ID], At: db.Time(at.at)}
	if m.Ticks() && a.Value.Set {
		a.Anchor = db.Time(m.anchored(a.Value.Amount, at.at))
	}
	a.Evidence, err = s.evidence(ctx, tx, m, subject.ID, at)
	return a, err
}

// History lists the changes of a measure of one subject, newest first, as known now. Whoever
// may read the subject may. A measure worked out when read has the history of its anchor, kept.
func (s *Service) History(ctx context.Context, tx db.Tx, by act.Actor, name string, subject ledger.Ref, page db.Page) (kept *Measure, rows []Row, next string, err error) {
	m, err := s.one(ctx, tx, by, name, subject)
	if err != nil {
		return nil, nil, "", err
	}
	kept = s.Stored(m)
	rows, next, err = s.history(ctx, tx, kept, subject.ID, page)
	return kept, rows, next, err
}

// Stored is the measure whose changes m is worked out from: m itself, or its anchor.
func (s *Service) Stored(m *Measure) *Measure { return s.registry.stored(m) }

// Vars loads what the programs read of the measures of several subjects, at once: the variable
// measure for rule.Vars, by subject. It checks no permission: rules are asked by the system.
func (s *Service) Vars(ctx context.Context, tx db.Tx, subject string, ids []int64, asked Asked, programs ...*rule.Program) (map[int64]map[string]any, error) {
	out := map[int64]map[string]any{}
	for _, id := range ids {
		out[id] = map[string]any{}
	}
	done := map[string]bool{}
	for _, p := range programs {
		for _, path := range p.Fields() {
			name, ok := strings.CutPrefix(path, "measure.")
			if !ok || done[name] {
				continue
			}
			done[name] = true
			m, err := s.registry.Get(name)
			if err != nil || m.Subject != subject {
				return nil, fmt.Errorf("measure: the program reads %s, which is no measure of a %s", path, subject)
			}
			values, err := s.values(ctx, tx, m, ids, s.moment(asked))
			if err != nil {
				return nil, err
			}
			module, short, _ := strings.Cut(name, ".")
			for _, id := range ids {
				of, _ := out[id][module].(map[string]any)
				if of == nil {
					of = map[string]any{}
					out[id][module] = of
				}
				of[short] = m.Plain(values[id])
			}
		}
	}
	return out, nil
}
