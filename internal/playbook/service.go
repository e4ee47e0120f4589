package playbook

import (
	"context"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Kind is the kind of record that runs are, in events and rights.
const Kind = "run"

// Service starts runs and keeps them going.
type Service struct {
	db         *db.DB
	ledger     *ledger.Ledger
	jobs       *job.Queue
	blueprints *blueprint.Store
	directory  *directory.Service
	actions    *Actions
	files      *file.Service
	clock      func() time.Time

	subjects map[string]Subject
	actors   Actors
	inside   map[string]Do
	outside  map[string]DoOutside
	keepFile func(ctx context.Context, tx db.Tx, id int64) error
	remind   func(ctx context.Context, tx db.Tx, by act.Actor, n Notice) error

	mu          sync.Mutex
	definitions map[[2]int64]*Definition
	generation  int64 // of the configuration that definitions were made with
}

// Parts are what the service stands on.
type Parts struct {
	DB         *db.DB
	Ledger     *ledger.Ledger
	Jobs       *job.Queue
	Blueprints *blueprint.Store
	Directory  *directory.Service
	Actions    *Actions
	Files      *file.Service
	Clock      func() time.Time // nil: the machine's
}

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{db: p.DB, ledger: p.Ledger, jobs: p.Jobs, blueprints: p.Blueprints, directory: p.Directory, actions: p.Actions, files: p.Files, clock: p.Clock,
		subjects: map[string]Subject{}, inside: map[string]Do{}, outside: map[string]DoOutside{}, definitions: map[[2]int64]*Definition{}}
	p.Jobs.HandleSome(tickJob, job.Options{}, s.onTicks)
	p.Jobs.HandleIO(actJob, job.Options{}, s.onAct)
	p.Jobs.Handle(placeJob, job.Options{Parallel: 1}, s.onPlace)
	p.Jobs.HandleIO(bulkJob, job.Options{Parallel: 1}, s.onBulk)
	return s
}

// Perform gives an action what does it, in the step's transaction. Call it while the application is
// put together.
func (s *Service) Perform(name string, do Do) { s.inside[name] = do }

// KeepFiles says what keeps an uploaded file for good once a step was done with it. Call it while the
// application is put together.
func (s *Service) KeepFiles(keep func(ctx context.Context, tx db.Tx, id int64) error) {
	s.keepFile = keep
}

// PerformOutside gives an action what does it outside of any transaction.
func (s *Service) PerformOutside(name string, do DoOutside) { s.outside[name] = do }

// system is the service acting by itself.
func (s *Service) system() act.Actor {
	by := act.Root()
	by.Kind, by.Clock, by.Generation = act.Clock, s.clock, s.blueprints.Set().Generation()
	return by
}

// Run is a run of a playbook about a record.
type Run struct {
	ID              int64
	PlaybookID      int64
	PlaybookVersion int // the version it keeps to
	Subject         ledger.Ref
	OrganizationID  int64
	Title           string // its own, "" for that of its subject
	OwnerID         int64  // who looks after it
	TeamID          int64
	ParentID        int64 // the run that started it, 0 for none
	ParentStep      string
	Version         int64
	State

	timer    time.Time // when it is ticked, zero for never
	watching bool
}

// Step finds a step's state, nil when there is none of that name.
func (r *Run) Step(name string) *Step {
	for i := range r.Steps {
		if r.Steps[i].Name == name {
			return &r.Steps[i]
		}
	}
	return nil
}

// Record is what permission checks look at.
func (r *Run) Record() auth.Record {
	rec := auth.Record{Owners: []int64{r.OwnerID, r.StarterID}, Team: r.TeamID, Organization: r.OrganizationID}
	for _, p := range r.Parts {
		if p.PersonID != 0 {
			rec.Involved = append(rec.Involved, p.PersonID)
		}
	}
	return rec
}

// takesPart reports whether somebody fills a role of the run, or was given a step of it.
func (r *Run) takesPart(by act.Actor) bool {
	for _, p := range r.Parts {
		if p.has(by) {
			return true
		}
	}
	for _, s := range r.Steps {
		if (Part{s.PersonID, s.TeamID}).has(by) {
			return true
		}
	}
	return by.PersonID != 0 && (by.PersonID == r.OwnerID || by.PersonID == r.StarterID)
}

// has reports whether the part is filled by the actor, or by one of their teams.
func (p Part) has(by act.Actor) bool {
	if by.PersonID != 0 && p.PersonID == by.PersonID {
		return true
	}
	for _, id := range by.TeamIDs {
		if p.TeamID == id && id != 0 {
			return true
		}
	}
	return false
}

// Definition is the version of the playbook that a run keeps to.
func (s *Service) Definition(ctx context.Context, tx db.Tx, id int64, version int) (*Definition, error) {
	set := s.blueprints.Set()
	key := [2]int64{id, int64(version)}
	s.mu.Lock()
	if s.generation != set.Generation() { // calendars may have changed
		s.generation, s.definitions = set.Generation(), map[[2]int64]*Definition{}
	}
	d := s.definitions[key]
	s.mu.Unlock()
	if d != nil {
		return d, nil
	}
	var a blueprint.AppliedVersion
	if e, ok := set.ByID(id); ok && e.Version == version {
		a = blueprint.AppliedVersion{Kind: e.Kind, Name: e.Name, Text: e.Text}
	} else {
		var err error
		if a, err = s.blueprints.Applied(ctx, tx, id, version); err != nil {
			return nil, err
		}
	}
	d, err := s.define(set, a)
	if err != nil {
		return nil, err
	}
	d.ID, d.Version = id, version
	s.mu.Lock()
	if s.generation == set.Generation() {
		s.definitions[key] = d
	}
	s.mu.Unlock()
	return d, nil
}

// define makes a definition of a version's text.
func (s *Service) define(set *blueprint.Set, a blueprint.AppliedVersion) (*Definition, error) {
	spec, findings := blueprint.Decode[Playbook](s.blueprints.Registry(), blueprint.Entry{Kind: a.Kind, Name: a.Name, Text: a.Text})
	if blueprint.HasErrors(findings) {
		return nil, fault.New(fault.Invalid, "The playbook %s cannot be read any more: %s", a.Name, findings[0].Message)
	}
	title, programs := s.blueprints.Programs(a)
	var calendar *bizcal.Calendar
	if spec.Calendar != "" {
		calendar, _ = bizcal.FromSet(set, spec.Calendar)
	}
	d := Define(spec, programs, calendar)
	d.Name, d.Title = a.Name, title
	return d, nil
}

// current is the version in force of a playbook by name or id.
func (s *Service) current(ctx context.Context, tx db.Tx, name string, id int64) (*Definition, error) {
	set := s.blueprints.Set()
	e, ok := set.Entry(KindPlaybook, name)
	if name == "" {
		e, ok = set.ByID(id)
		ok = ok && e.Kind == KindPlaybook
	}
	if !ok || e.Retired {
		return nil, fault.Field("playbook", name, "the name of a playbook", "There is no playbook %q.", name)
	}
	return s.Definition(ctx, tx, e.ID, e.Version)
}
